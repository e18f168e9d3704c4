"""Hints of cases about the same measure, and of money twice for it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from grants.models import Applicant, Outcome, Version
from grants.overlap import alike, paid_twice, same_measure, shared
from omradesatsing.accounts.actors import Actor
from tests.factories import (
    create_applicant,
    create_area,
    create_caseworker,
    create_decided,
    create_draft,
    create_round,
    create_submitted,
    create_user,
    declare_conflict,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return create_caseworker()


def create_case(*, email, title="Sommerfest i gata", place="Her", account="", **fields):
    """Sent, by an applicant of its own, with a contact of its own."""
    user = create_user()
    applicant = create_applicant(user=user)
    Applicant.objects.filter(pk=applicant.pk).update(account_number=account)
    case = create_draft(user=user, applicant=applicant, title=title, **fields)
    Version.objects.filter(application=case).update(contact_email=email, place=place)
    case.submit(by=Actor(user), now=timezone.now(), declared=True)
    case.refresh_from_db()
    return case


def reasons_in(case, reader):
    """{other case: what is alike}."""
    case = type(case).objects.get(pk=case.pk)
    return {each.case: each.reasons for each in same_measure(case, reader)}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Sommerfest i gata", "Sommerfesten i gata vår", True),
        ("Gatefest", "Gatefesten", True),
        ("Gatefest", "Juletrefest", False),
        ("Fest for alle i Indre Laksevåg", "Turgruppe for alle", False),
        ("Nye benker på Storavatnet", "Benker ved Storavatnet", True),
        ("Nye benker på Storavatnet", "Nye lys på lekeplassen", False),
        ("", "", False),
        ("Og til med på", "Og til med på", False),
    ],
)
def test_names_are_alike_by_the_words_that_tell_something(one, other, expected):
    assert (alike(one, other), alike(other, one)) == (expected, expected)


def test_words_are_counted_once_each():
    assert shared("Fest fest fest", "Fest") == 1


def test_the_same_name_by_another_applicant_is_a_hint(reader):
    round = create_round()
    case = create_case(round=round, email="a@example.test")
    same = create_case(
        round=round, email="b@example.test", title="Sommerfesten i gata vår"
    )
    create_case(round=round, email="c@example.test", title="Turgruppe for eldre")

    assert reasons_in(case, reader) == {same: ("Navnet på prosjektet ligner.",)}


def test_the_same_name_far_away_is_none(reader):
    here, there = create_area(), create_area()
    round = create_round(areas=[here, there])
    case = create_case(round=round, area=here, email="a@example.test")
    create_case(round=round, area=there, email="b@example.test")

    assert reasons_in(case, reader) == {}


def test_one_word_and_the_same_place_is_a_hint(reader):
    round = create_round()
    case = create_case(
        round=round,
        email="a@example.test",
        title="Benker til alle som går forbi",
        place="Storavatnet",
    )
    same = create_case(
        round=round,
        email="b@example.test",
        title="Benker, lys og beplantning",
        place="Ved Storavatnet",
    )
    create_case(
        round=round,
        email="c@example.test",
        title="Benker, lys og beplantning",
        place="Olsvik",
    )

    assert reasons_in(case, reader) == {same: ("Samme sted, og ord i navnet er like.",)}


def test_the_same_contact_or_account_is_a_hint_wherever_it_is(reader):
    here, there = create_area(), create_area()
    round = create_round(areas=[here, there])
    case = create_case(
        round=round, area=here, email="a@example.test", account="15030000004"
    )
    mail = create_case(round=round, area=there, email="a@example.test", title="Kor")
    money = create_case(
        round=round,
        area=there,
        email="b@example.test",
        title="Sjakk",
        account="15030000004",
    )

    assert reasons_in(case, reader) == {
        mail: ("Samme e-post til kontaktpersonen.",),
        money: ("Samme kontonummer.",),
    }


def test_own_withdrawn_old_and_hidden_cases_are_none(reader):
    round = create_round()
    case = create_case(round=round, email="a@example.test")
    create_submitted(
        round=round,
        user=case.started_by,
        applicant=case.applicant,
        title="Sommerfest i gata",
    )
    withdrawn = create_case(round=round, email="b@example.test")
    withdrawn.withdraw(by=Actor(withdrawn.started_by), now=timezone.now())
    hidden = create_case(round=round, email="c@example.test")
    declare_conflict(hidden, reader)
    later = create_case(round=round, email="d@example.test")
    later.submitted_at += timedelta(days=3 * 365)

    assert reasons_in(case, reader) == {later: ("Navnet på prosjektet ligner.",)}
    assert list(same_measure(later, reader)) == []


def test_income_that_may_be_what_was_given_before_is_a_hint():
    earlier = create_decided(title="Fjorårets fest")
    case = create_case(email="a@example.test")
    lines = income(case, "Støtte", 20_000)

    (hint,) = paid_twice(lines, [asked(earlier)])

    assert hint.case == earlier
    assert hint.reasons[0].replace("\xa0", " ") == (
        "Inntekten «Støtte», 20 000 kr: i denne saken er det gitt 20 000 kr."
    )


def test_income_that_is_asked_for_elsewhere_is_a_hint_until_it_is_decided():
    other = create_case(email="b@example.test")
    refused = create_decided(outcome=Outcome.REFUSED, amount_granted=Decimal(0))
    lines = income(create_case(email="a@example.test"), "Tilskudd", 20_000)

    (hint,) = paid_twice(lines, [asked(other), asked(refused)])

    assert hint.case == other
    assert hint.reasons[0].endswith("Den er ikke avgjort.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tilskudd fra Bergen kommune", 1),
        ("Penger fra områdesatsingen", 1),
        ("Salg av kaker", 0),
        ("Bergens Tidende", 0),
    ],
)
def test_income_from_us_that_we_do_not_find_is_asked_about(text, found):
    lines = income(create_case(email="a@example.test"), text, 500)

    assert len(paid_twice(lines, [])) == found


def test_costs_are_no_income():
    earlier = create_decided()
    case = create_case(email="a@example.test")

    assert paid_twice(case.current.budget_lines.all(), [asked(earlier)]) == []


def test_the_case_page_shows_both(client, reader):
    round = create_round()
    case = create_case(round=round, email="a@example.test")
    other = create_case(round=round, email="b@example.test")
    case.declare(by=Actor(reader), conflict=False, ground="", now=timezone.now())
    client.force_login(reader)

    page = client.get(case.get_case_url()).content.decode()

    assert "Kan gjelde det samme tiltaket" in page
    assert other.get_case_url() in page
    assert "Kan være betalt to ganger" not in page


def income(case, text, amount):
    """Lines as they would be read; what is sent takes no more."""
    version = case.current
    line = version.budget_lines.model(
        version=version, kind="income", text=text, amount=Decimal(amount)
    )
    return [line]


def asked(case):
    return type(case).objects.with_current().get(pk=case.pk)
