from datetime import UTC, date, datetime, timedelta

import pytest

from grants.deadlines import added, due_date, is_working_day, next_working_day
from grants.models import LegalTerm
from omradesatsing.accounts.refusals import Refused


def at_noon(day):
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)


@pytest.fixture
def three_weeks(db):
    """The rule of 1967 alone, whatever the migrations have put in."""
    LegalTerm.objects.all().delete()
    return LegalTerm.objects.create(
        kind=LegalTerm.Kind.APPEAL,
        amount=3,
        unit=LegalTerm.Unit.WEEKS,
        source="forvaltningsloven § 29",
        valid_from=date(1970, 1, 1),
    )


def easter_sunday(year):
    """By the rule of the calendar, not by the library that we use."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


@pytest.mark.parametrize("year", range(2024, 2045))
def test_the_weekdays_off_are_those_of_the_law_and_no_others(year):
    easter = easter_sunday(year)
    by_law = {
        date(year, 1, 1),
        easter - timedelta(days=3),
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        date(year, 5, 1),
        date(year, 5, 17),
        easter + timedelta(days=39),
        easter + timedelta(days=50),
        date(year, 12, 25),
        date(year, 12, 26),
    }
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    weekdays = [day for day in days if day.year == year and day.weekday() < 5]

    off = {day for day in weekdays if not is_working_day(day)}

    assert off == {day for day in by_law if day.weekday() < 5}


@pytest.mark.parametrize(
    ("told_on", "last_day"),
    [
        pytest.param(date(2026, 11, 2), date(2026, 11, 23), id="same weekday"),
        pytest.param(date(2026, 11, 7), date(2026, 11, 30), id="Saturday"),
        pytest.param(date(2026, 11, 8), date(2026, 11, 30), id="Sunday"),
        pytest.param(date(2026, 3, 11), date(2026, 4, 1), id="before Easter"),
        pytest.param(date(2026, 3, 12), date(2026, 4, 7), id="Maundy Thursday"),
        pytest.param(date(2026, 3, 13), date(2026, 4, 7), id="Good Friday"),
        pytest.param(date(2026, 3, 14), date(2026, 4, 7), id="Easter Eve"),
        pytest.param(date(2026, 3, 16), date(2026, 4, 7), id="Easter Monday"),
        pytest.param(date(2026, 4, 10), date(2026, 5, 4), id="1 May on a Friday"),
        pytest.param(date(2028, 4, 26), date(2028, 5, 18), id="17 May on a Wednesday"),
        pytest.param(date(2027, 4, 26), date(2027, 5, 18), id="17 May, Whit Monday"),
        pytest.param(date(2026, 4, 23), date(2026, 5, 15), id="Ascension Day"),
        pytest.param(date(2026, 5, 4), date(2026, 5, 26), id="Whit Monday"),
        pytest.param(date(2026, 12, 3), date(2026, 12, 24), id="Christmas Eve"),
        pytest.param(date(2026, 12, 4), date(2026, 12, 28), id="Christmas Day"),
        pytest.param(date(2025, 12, 5), date(2025, 12, 29), id="26 Dec on a Friday"),
        pytest.param(date(2026, 12, 10), date(2026, 12, 31), id="New Year's Eve"),
        pytest.param(date(2026, 12, 11), date(2027, 1, 4), id="New Year's Day"),
        pytest.param(date(2028, 2, 8), date(2028, 2, 29), id="29 February"),
    ],
)
def test_the_last_day_to_appeal(three_weeks, told_on, last_day):
    due = due_date(LegalTerm.Kind.APPEAL, start=at_noon(told_on))

    assert due == last_day


@pytest.mark.parametrize(
    ("told_at", "last_day"),
    [
        pytest.param((2026, 11, 2, 22, 59), date(2026, 11, 23), id="winter, 23.59"),
        pytest.param((2026, 11, 2, 23, 0), date(2026, 11, 24), id="winter, midnight"),
        pytest.param((2026, 8, 3, 21, 59), date(2026, 8, 24), id="summer, 23.59"),
        pytest.param((2026, 8, 3, 22, 0), date(2026, 8, 25), id="summer, midnight"),
        # Clocks go forward on 29 March and back on 25 October 2026.
        pytest.param((2026, 3, 23, 22, 59), date(2026, 4, 13), id="into summer time"),
        pytest.param(
            (2026, 3, 23, 23, 0), date(2026, 4, 14), id="into summer, midnight"
        ),
        pytest.param((2026, 10, 19, 21, 59), date(2026, 11, 9), id="into winter time"),
        pytest.param(
            (2026, 10, 19, 22, 0), date(2026, 11, 10), id="into winter, 00.00"
        ),
    ],
)
def test_the_day_is_the_one_in_norway(three_weeks, told_at, last_day):
    due = due_date(LegalTerm.Kind.APPEAL, start=datetime(*told_at, tzinfo=UTC))

    assert due == last_day


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        (date(2026, 1, 30), 3, "days", date(2026, 2, 2)),
        (date(2026, 12, 20), 2, "weeks", date(2027, 1, 3)),
        (date(2026, 1, 15), 1, "months", date(2026, 2, 15)),
        (date(2026, 1, 31), 1, "months", date(2026, 2, 28)),
        (date(2028, 1, 31), 1, "months", date(2028, 2, 29)),
        (date(2026, 3, 31), 1, "months", date(2026, 4, 30)),
        (date(2026, 11, 30), 1, "months", date(2026, 12, 30)),
        (date(2026, 12, 31), 1, "months", date(2027, 1, 31)),
        (date(2026, 11, 30), 3, "months", date(2027, 2, 28)),
        (date(2028, 2, 29), 12, "months", date(2029, 2, 28)),
    ],
)
def test_days_weeks_and_months_are_added_as_the_law_says(start, amount, unit, end):
    assert added(start, amount, unit) == end


def test_a_month_that_ends_on_a_day_off_moves_on(db):
    LegalTerm.objects.all().delete()
    LegalTerm.objects.create(
        kind=LegalTerm.Kind.INTERIM_REPLY,
        amount=1,
        unit=LegalTerm.Unit.MONTHS,
        source="forvaltningsloven § 11 a",
        valid_from=date(1970, 1, 1),
    )

    due = due_date(LegalTerm.Kind.INTERIM_REPLY, start=at_noon(date(2026, 11, 25)))

    assert due == date(2026, 12, 28)


def test_a_working_day_stays_where_it_is():
    assert next_working_day(date(2026, 12, 24)) == date(2026, 12, 24)


@pytest.mark.parametrize("old_ends", [date(2027, 6, 30), None])
def test_the_rule_in_force_on_the_day_it_begins_decides(three_weeks, old_ends):
    three_weeks.valid_to = old_ends
    three_weeks.save()
    LegalTerm.objects.create(
        kind=LegalTerm.Kind.APPEAL,
        amount=4,
        unit=LegalTerm.Unit.WEEKS,
        source="en ny lov",
        valid_from=date(2027, 7, 1),
    )

    before = due_date(LegalTerm.Kind.APPEAL, start=at_noon(date(2027, 6, 30)))
    after = due_date(LegalTerm.Kind.APPEAL, start=at_noon(date(2027, 7, 1)))

    assert (before, after) == (date(2027, 7, 21), date(2027, 7, 29))


def test_without_a_rule_there_is_no_guess(three_weeks):
    three_weeks.valid_to = date(2026, 12, 31)
    three_weeks.save()

    with pytest.raises(Refused, match="Lovfristen «klagefrist» mangler"):
        due_date(LegalTerm.Kind.APPEAL, start=at_noon(date(2027, 1, 1)))
