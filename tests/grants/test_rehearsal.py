"""A round is played from application to letter, and nothing of it is left."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grants.models import ApplicantKind, Delegation, LetterText, NumberSeries
from grants.rehearsal import PARTS, rehearse
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.roles import sync_roles
from tests.factories import (
    create_question,
    create_required_attachment,
    create_round,
    create_user,
    publish,
)

pytestmark = pytest.mark.django_db


def coming_round(**fields):
    """A round that is set up, and opens in a week."""
    opens_at = timezone.now() + timedelta(days=7)
    return create_round(
        **{
            "published": False,
            "opens_at": opens_at,
            "closes_at": opens_at + timedelta(days=30),
            "expected_answer_on": timezone.localdate(opens_at) + timedelta(days=80),
            **fields,
        }
    )


def play(round):
    admin = create_user(role=roles.ADMINISTRATOR)
    return rehearse(round, by=Actor(admin), now=timezone.now())


def every_row():
    """How many rows each table of the database has, whoever owns it."""
    tables = connection.introspection.table_names()
    counts = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = cursor.fetchone()[0]
    return counts


def every_file():
    found, folders = set(), [""]
    while folders:
        folder = folders.pop()
        try:
            below, files = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        found |= {f"{folder}/{name}" for name in files}
        folders += [f"{folder}/{name}".strip("/") for name in below]
    return found


def outcomes(result):
    return [
        (case.part.outcome, case.part.late, [name for name, _letter in case.letters])
        for case in result.cases
    ]


def test_every_part_is_played_to_its_letter_in_three_languages():
    round = coming_round()

    result = play(round)

    languages = ["Bokmål", "Nynorsk", "English"]
    assert result.refused == []
    assert outcomes(result) == [(part.outcome, part.late, languages) for part in PARTS]


def test_what_is_left_in_the_pot_is_told_with_what_moved_it():
    round = coming_round(balance=Decimal(70_000), max_amount=Decimal(8_000))

    result = play(round)

    [pot] = result.pots
    assert (pot.before, pot.after) == (Decimal(70_000), Decimal(50_000))
    assert [(kind, amount) for _number, kind, amount in pot.rows] == [
        ("innvilget", Decimal(-8_000)),
        ("innvilget", Decimal(-4_000)),
        ("innvilget", Decimal(-8_000)),
    ]


@pytest.mark.parametrize("published", [False, True])
def test_nothing_is_left_behind(published):
    round = coming_round(balance=Decimal(900_000), max_amount=Decimal(90_000))
    create_required_attachment(round=round, from_amount=60_000)
    create_question(round=round, kind="file", text="En skisse?", needed=True)
    if published:
        round.publish(by=Actor(create_user()), now=timezone.now())
    create_user(role=roles.ADMINISTRATOR)
    rows, files = every_row(), every_file()

    result = rehearse(round, by=Actor(create_user()), now=timezone.now())

    rows["accounts_user"] += 1  # the one who rehearses, made by this test
    assert result.refused == []
    assert every_row() == rows
    assert every_file() == files
    round.refresh_from_db()
    assert (round.published_at is not None) == published
    assert round.pots.get().balance == Decimal(900_000)


def test_no_job_is_queued_and_no_number_is_used():
    round = coming_round()
    series = apps.get_model("grants", "NumberSeries").objects
    jobs = apps.get_model("procrastinate", "ProcrastinateJob").objects
    before = (list(series.values()), jobs.count())

    play(round)

    assert (list(series.values()), jobs.count()) == before


@pytest.mark.django_db(transaction=True)
def test_nobody_who_applies_meanwhile_waits_for_a_number():
    sync_roles()
    round = coming_round()
    opens = timezone.localtime(round.opens_at)
    NumberSeries.next(opens.year)

    with ThreadPoolExecutor() as pool, transaction.atomic():
        NumberSeries.next(opens.year)  # held, as by one who applies
        result = pool.submit(play_alone, round).result(timeout=60)

    assert result.refused == []
    assert [case.number for case in result.cases][:1] == [f"{opens.year}/900001"]


def play_alone(round):
    with closing(connection):
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return play(round)


def test_all_kinds_of_questions_files_and_applicants_are_tried():
    round = coming_round(own_share_percent=20, short_form_ceiling=None)
    for kind in ("text", "number", "money", "date", "yes_no", "choice", "file"):
        create_question(round=round, kind=kind, needed=True)

    result = play(round)

    assert result.refused == []
    assert {case.applicant.split(" ")[0] for case in result.cases} == {
        "Lag",
        "Gruppe",
        "Søker",
    }


def test_two_assess_where_the_round_says_so():
    result = play(coming_round(two_assessors_from=Decimal(0)))

    assert result.refused == []
    named = ["To ble pekt ut", "En til vurderte kriteriene"]
    steps = [
        [step.what for step in case.steps if step.what in named]
        for case in result.cases
    ]
    dismissed = [case.part.outcome == "dismissed" for case in result.cases]
    assert steps == [[] if each else named for each in dismissed]
    assert dismissed.count(False) == 4


def test_everyone_in_it_is_marked_as_made_up():
    result = play(coming_round())

    assert all("(øving)" in case.applicant for case in result.cases)
    for case in result.cases:
        _name, letter = case.letters[0]
        people = letter.parts[-1]["facts"]
        assert "Beslutter (øving)" in people[0][1]
        assert people[3][1] == "Saksbehandler (øving)"


def test_a_round_that_lacks_something_is_told_why_and_goes_no_further():
    round = coming_round(scheme=None)
    round.criteria.all().delete()

    result = play(round)

    assert [step.refusal for step in result.refused] == [
        "Utlysningen har ingen kriterier."
    ]
    assert result.cases == []


def test_a_sum_above_the_delegation_is_shown_as_refused():
    round = coming_round(balance=Decimal(500_000), max_amount=Decimal(50_000))
    Delegation.objects.update(ceiling=Decimal(30_000))

    result = play(round)

    assert [(step.what, step.refusal) for step in result.refused] == [
        ("Beslutteren avgjorde", "Beløpet er over grensen i delegeringen."),
        ("Beslutteren avgjorde", "Beløpet er over grensen i delegeringen."),
    ]


def test_a_delegation_to_one_person_is_lent_to_the_made_up_one():
    round = coming_round()
    Delegation.objects.update(to_user=create_user(role=roles.DECIDER, name="Bo"))

    result = play(round)

    assert result.refused == []
    assert result.steps[1].what.startswith("Den oppdiktede beslutteren fikk samme")
    assert Delegation.objects.count() == 1


def test_a_letter_text_that_ends_too_soon_is_found():
    round = coming_round()
    LetterText.objects.filter(language="nn").update(valid_to=timezone.localdate())

    result = play(round)

    assert "Brevtekster mangler" in result.refused[0].refusal


def test_a_rolling_round_has_none_that_is_late():
    round = coming_round(closes_at=None, expected_answer_on=None)

    result = play(round)

    assert [case.part.late for case in result.cases] == [False] * 5
    assert result.refused == []


def test_an_open_round_is_not_played_with():
    round = publish(coming_round(opens_at=timezone.now() - timedelta(hours=1)))

    with pytest.raises(Refused, match="Utlysningen er åpnet"):
        play(round)


def test_the_page_shows_the_letters_and_the_money():
    sync_roles()
    round = coming_round()
    client = Client()
    client.force_login(create_user(role=roles.ADMINISTRATOR))
    rows = every_row()

    page = client.post(reverse("admin:round_rehearse", args=[round.pk]))

    text = page.content.decode()
    assert page.status_code == 200
    titles = [case.letters[0][1].title for case in page.context["result"].cases]
    assert titles == [
        "Vi har sagt ja til søknaden",
        "Vi har sagt ja til en del av søknaden",
        "Vi har sagt nei til søknaden",
        "Vi har avvist søknaden",
        "Vi har sagt ja til søknaden",
        "Vi har avvist søknaden",
    ]
    assert all(f"<h4>{title}</h4>" in text for title in titles)
    assert text.count("Alt gikk, fra søknad til brev.") == 1
    assert every_row() == rows


def test_one_who_may_rehearse_is_led_there_from_a_coming_round():
    sync_roles()
    client = Client()
    client.force_login(create_user(role=roles.CASEWORKER))
    round, opened = coming_round(), create_round()

    pages = [
        client.get(reverse("admin:grants_round_change", args=[each.pk]))
        for each in (round, opened)
    ]

    address = reverse("admin:round_rehearse", args=[round.pk])
    assert [address in page.content.decode() for page in pages] == [True, False]


def test_only_those_who_set_up_or_treat_may_rehearse():
    client = Client()
    client.force_login(create_user(role=roles.READER))
    round = coming_round()

    page = client.post(reverse("admin:round_rehearse", args=[round.pk]))

    assert page.status_code == 403


def test_one_kind_of_applicant_plays_all_the_parts():
    round = coming_round(applicant_kinds=[ApplicantKind.PERSON])

    result = play(round)

    assert result.refused == []
    assert len(result.cases) == len(PARTS)
