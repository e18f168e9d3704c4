"""The last day of every statutory period, by the calendar on the wall, 2024 to 2030.

Every date is worked out by hand from domstolloven §§ 148 and 149, never by our code.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from grants.deadlines import due_date, due_dates, working_days_after
from grants.models import LegalTerm

pytestmark = pytest.mark.django_db
NORWAY = ZoneInfo("Europe/Oslo")

# When it begins: the last day. Three weeks, as forvaltningsloven § 29 says.
APPEAL = {
    # Maundy Thursday: on to the Tuesday.
    "2024-03-07": "2024-04-02",
    "2025-03-27": "2025-04-22",
    "2026-03-12": "2026-04-07",
    "2027-03-04": "2027-03-30",
    "2028-03-23": "2028-04-18",
    "2029-03-08": "2029-04-03",
    "2030-03-28": "2030-04-23",
    # 1 May.
    "2024-04-10": "2024-05-02",
    "2025-04-10": "2025-05-02",
    "2026-04-10": "2026-05-04",
    "2027-04-10": "2027-05-03",
    "2028-04-10": "2028-05-02",
    "2029-04-10": "2029-05-02",
    "2030-04-10": "2030-05-02",
    # 17 May; in 2024 Whit Monday comes right after, in 2027 on the same day.
    "2024-04-26": "2024-05-21",
    "2025-04-26": "2025-05-19",
    "2026-04-26": "2026-05-18",
    "2027-04-26": "2027-05-18",
    "2028-04-26": "2028-05-18",
    "2029-04-26": "2029-05-18",
    "2030-04-26": "2030-05-20",
    # 25 December, a Wednesday, Thursday, Friday, Saturday, Monday, Tuesday, Wednesday.
    "2024-12-04": "2024-12-27",
    "2025-12-04": "2025-12-29",
    "2026-12-04": "2026-12-28",
    "2027-12-04": "2027-12-27",
    "2028-12-04": "2028-12-27",
    "2029-12-04": "2029-12-27",
    "2030-12-04": "2030-12-27",
    # Christmas Eve and New Year's Eve are ordinary days, when they are weekdays.
    "2024-12-03": "2024-12-24",
    "2025-12-03": "2025-12-24",
    "2029-12-03": "2029-12-24",
    "2026-12-10": "2026-12-31",
    "2027-12-10": "2027-12-31",
    # 1 January of the next year.
    "2023-12-11": "2024-01-02",
    "2024-12-11": "2025-01-02",
    "2025-12-11": "2026-01-02",
    "2026-12-11": "2027-01-04",
    "2027-12-11": "2028-01-03",
    "2028-12-11": "2029-01-02",
    "2029-12-11": "2030-01-02",
    # A Saturday in August: on to the Monday.
    "2024-08-03": "2024-08-26",
    "2025-08-02": "2025-08-25",
    "2026-08-01": "2026-08-24",
    "2027-08-07": "2027-08-30",
    "2028-08-05": "2028-08-28",
    "2029-08-04": "2029-08-27",
    "2030-08-03": "2030-08-26",
}

# One month, as forvaltningsloven § 11 a says.
INTERIM_REPLY = {
    # Good Friday; in 2029 Easter Monday, for February has no 30th.
    "2024-02-29": "2024-04-02",
    "2025-03-18": "2025-04-22",
    "2026-03-03": "2026-04-07",
    "2027-02-26": "2027-03-30",
    "2028-03-14": "2028-04-18",
    "2029-03-02": "2029-04-03",
    "2030-03-19": "2030-04-23",
    # 1 May.
    "2024-04-01": "2024-05-02",
    "2025-04-01": "2025-05-02",
    "2026-04-01": "2026-05-04",
    "2027-04-01": "2027-05-03",
    "2028-04-01": "2028-05-02",
    "2029-04-01": "2029-05-02",
    "2030-04-01": "2030-05-02",
    # 17 May.
    "2024-04-17": "2024-05-21",
    "2025-04-17": "2025-05-19",
    "2026-04-17": "2026-05-18",
    "2027-04-17": "2027-05-18",
    "2028-04-17": "2028-05-18",
    "2029-04-17": "2029-05-18",
    "2030-04-17": "2030-05-20",
    # 25 December.
    "2024-11-25": "2024-12-27",
    "2025-11-25": "2025-12-29",
    "2026-11-25": "2026-12-28",
    "2027-11-25": "2027-12-27",
    "2028-11-25": "2028-12-27",
    "2029-11-25": "2029-12-27",
    "2030-11-25": "2030-12-27",
    # 1 January of the next year.
    "2023-12-01": "2024-01-02",
    "2024-12-01": "2025-01-02",
    "2025-12-01": "2026-01-02",
    "2026-12-01": "2027-01-04",
    "2027-12-01": "2028-01-03",
    "2028-12-01": "2029-01-02",
    "2029-12-01": "2030-01-02",
    # From 31 January: the last day of February; in 2026 a Saturday, in 2027 a Sunday.
    "2024-01-31": "2024-02-29",
    "2025-01-31": "2025-02-28",
    "2026-01-31": "2026-03-02",
    "2027-01-31": "2027-03-01",
    "2028-01-31": "2028-02-29",
    "2029-01-31": "2029-02-28",
    "2030-01-31": "2030-02-28",
}

TABLES = {
    LegalTerm.Kind.APPEAL: (3, "weeks", APPEAL),
    LegalTerm.Kind.INTERIM_REPLY: (1, "months", INTERIM_REPLY),
}
ROWS = [
    pytest.param(kind, date.fromisoformat(begins), date.fromisoformat(last))
    for kind, (_amount, _unit, table) in TABLES.items()
    for begins, last in table.items()
]


def in_force(kind, amount, unit):
    LegalTerm.objects.all().delete()
    LegalTerm.objects.create(
        kind=kind,
        amount=amount,
        unit=unit,
        source="forvaltningsloven",
        valid_from=date(1970, 1, 1),
    )


def test_every_kind_of_period_has_a_table():
    assert set(TABLES) == set(LegalTerm.Kind)


@pytest.mark.parametrize("kind", TABLES)
def test_the_law_that_the_portal_begins_with_is_what_the_tables_are_made_from(kind):
    amount, unit, _table = TABLES[kind]

    term = LegalTerm.objects.in_force(date(2026, 11, 23)).get(kind=kind)

    assert (term.amount, term.unit) == (amount, unit)


@pytest.mark.parametrize(("kind", "begins", "last"), ROWS)
def test_the_last_day_by_hand(kind, begins, last):
    in_force(kind, *TABLES[kind][:2])
    noon = datetime(begins.year, begins.month, begins.day, 12, tzinfo=NORWAY)

    found = (due_date(kind, start=noon), due_dates(kind, [begins]))

    assert found == (last, {begins: last})


@pytest.mark.parametrize(
    ("begins", "last"),
    [
        # Half past midnight on the Monday, by summer time; still Sunday in UTC, and
        # still Sunday by the clock of the day before.
        pytest.param("2024-03-31T22:30", "2024-05-02", id="spring 2024"),
        pytest.param("2025-03-30T22:30", "2025-04-30", id="spring 2025"),
        pytest.param("2026-03-29T22:30", "2026-04-30", id="spring 2026"),
        pytest.param("2027-03-28T22:30", "2027-04-29", id="spring 2027"),
        pytest.param("2028-03-26T22:30", "2028-04-27", id="spring 2028"),
        pytest.param("2029-03-25T22:30", "2029-04-26", id="spring 2029"),
        pytest.param("2030-03-31T22:30", "2030-05-02", id="spring 2030"),
        # Half past eleven on the Sunday evening, by winter time; by summer time it
        # would have been Monday.
        pytest.param("2024-10-27T22:30", "2024-11-27", id="autumn 2024"),
        pytest.param("2025-10-26T22:30", "2025-11-26", id="autumn 2025"),
        pytest.param("2026-10-25T22:30", "2026-11-25", id="autumn 2026"),
        pytest.param("2027-10-31T22:30", "2027-11-30", id="autumn 2027"),
        pytest.param("2028-10-29T22:30", "2028-11-29", id="autumn 2028"),
        pytest.param("2029-10-28T22:30", "2029-11-28", id="autumn 2029"),
        pytest.param("2030-10-27T22:30", "2030-11-27", id="autumn 2030"),
    ],
)
def test_the_day_it_begins_is_told_by_the_clock_in_norway(begins, last):
    kind = LegalTerm.Kind.INTERIM_REPLY
    in_force(kind, 1, "months")

    due = due_date(kind, start=datetime.fromisoformat(begins).replace(tzinfo=UTC))

    assert due == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("amount", "unit", "begins", "last"),
    [
        (5, "days", "2024-12-20", "2024-12-27"),  # Christmas Day, a Wednesday
        (5, "days", "2025-04-13", "2025-04-22"),  # Good Friday
        (1, "days", "2026-04-30", "2026-05-04"),  # 1 May, a Friday
        (14, "days", "2027-05-03", "2027-05-18"),  # 17 May, a Monday
        (1, "days", "2028-02-28", "2028-02-29"),
        (10, "days", "2029-12-22", "2030-01-02"),  # 1 January
        (2, "days", "2030-08-01", "2030-08-05"),  # a Saturday
        (1, "weeks", "2024-05-10", "2024-05-21"),  # 17 May before Whitsun
        (1, "weeks", "2025-12-18", "2025-12-29"),  # Christmas Day, a Thursday
        (6, "weeks", "2026-02-19", "2026-04-07"),  # Maundy Thursday
        (52, "weeks", "2027-01-01", "2027-12-31"),
        (2, "weeks", "2028-05-11", "2028-05-26"),  # Ascension Day
        (1, "weeks", "2029-05-14", "2029-05-22"),  # Whit Monday
        (1, "weeks", "2030-12-25", "2031-01-02"),  # 1 January
        (3, "months", "2024-02-17", "2024-05-21"),  # 17 May before Whitsun
        (12, "months", "2024-02-29", "2025-02-28"),
        (6, "months", "2025-08-31", "2026-03-02"),  # 28 February, a Saturday
        (1, "months", "2027-03-31", "2027-04-30"),
        (12, "months", "2028-12-25", "2029-12-27"),  # Christmas Day, a Tuesday
        (3, "months", "2030-02-01", "2030-05-02"),  # 1 May
    ],
)
def test_days_weeks_and_months_by_hand(amount, unit, begins, last):
    kind = LegalTerm.Kind.APPEAL
    in_force(kind, amount, unit)
    begins = date.fromisoformat(begins)

    found = due_dates(kind, [begins])

    assert found == {begins: date.fromisoformat(last)}


@pytest.mark.parametrize(
    ("day", "count", "end"),
    [
        ("2024-03-27", 1, "2024-04-02"),  # the Wednesday before Easter
        ("2024-03-27", 3, "2024-04-04"),
        ("2024-05-16", 1, "2024-05-21"),  # 17 May before Whitsun
        ("2024-08-03", 3, "2024-08-07"),  # from a Saturday
        ("2025-04-16", 3, "2025-04-24"),
        ("2025-12-24", 1, "2025-12-29"),
        ("2026-04-30", 1, "2026-05-04"),
        ("2026-10-23", 3, "2026-10-28"),  # over the change of clocks
        ("2027-05-14", 1, "2027-05-18"),
        ("2028-12-22", 1, "2028-12-27"),
        ("2029-12-24", 2, "2029-12-28"),
        ("2030-12-31", 1, "2031-01-02"),
        ("2030-05-29", 2, "2030-06-03"),  # over Ascension Day
        ("2026-11-23", 0, "2026-11-23"),
    ],
)
def test_working_days_by_hand(day, count, end):
    found = working_days_after(date.fromisoformat(day), count)

    assert found == date.fromisoformat(end)
