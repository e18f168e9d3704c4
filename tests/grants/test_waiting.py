"""The waiting list: who could get more, and when there is money for it again."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from grants.models import Outcome
from grants.todo import tasks_for
from grants.waiting import waiting_cases
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from tests.factories import (
    REASONS,
    assess,
    create_caseworker,
    create_decider,
    create_in_review,
    create_round,
    create_user,
    declare_conflict,
    declare_impartial,
    propose,
    redecide,
)

pytestmark = pytest.mark.django_db

GROUP = "Penger å gi til dem som venter"
LINE = "Pengene rakk til dem med minst 4 i snitt."


@pytest.fixture
def caseworker():
    return create_caseworker()


def decide(round, caseworker, *, outcome, amount=0, why="", mark=3):
    case, decider = (
        create_in_review(round=round, caseworker=caseworker),
        create_decider(),
    )
    declare_impartial(case, decider)
    assess(case, mark=mark)
    told = REASONS | {
        "outcome": outcome,
        "amount": Decimal(amount),
        "why_amount": why,
    }
    case.recommend(by=Actor(caseworker), now=timezone.now(), **told)
    case.decide(by=Actor(decider), now=timezone.now(), **told)
    return case


def refuse(round, caseworker, **fields):
    return decide(round, caseworker, outcome=Outcome.REFUSED, **{"why": LINE} | fields)


def waiting(user):
    return list(waiting_cases(user).order_by("pk"))


def page_of(client, user, round):
    client.force_login(user)
    return client.get(reverse("admin:round_waiting", args=[round.pk]))


def rows_of(response):
    return [
        [(row.case, row.average, row.missing, row.is_level) for row in pot.rows]
        for pot in response.context["pots"]
    ]


def test_they_wait_who_were_refused_for_lack_of_money_or_got_a_part(caseworker):
    round = create_round(balance=Decimal(50_000))
    refused = refuse(round, caseworker)
    part = decide(
        round,
        caseworker,
        outcome=Outcome.PARTLY,
        amount=12_000,
        why="Det som var igjen.",
    )
    refuse(round, caseworker, why="")
    decide(round, caseworker, outcome=Outcome.GRANTED, amount=20_000)

    assert waiting(caseworker) == [refused, part]


def test_who_said_no_to_a_part_does_not_wait(caseworker):
    round = create_round(balance=Decimal(50_000))
    part = decide(
        round,
        caseworker,
        outcome=Outcome.PARTLY,
        amount=12_000,
        why="Det som var igjen.",
    )
    part.award.decline(by=Actor(part.started_by), now=timezone.now())

    assert waiting(caseworker) == []


def test_who_got_the_rest_by_a_new_decision_does_not_wait(caseworker):
    round = create_round(balance=Decimal(50_000))
    case, other = refuse(round, caseworker), create_decider()
    declare_impartial(case, other)
    propose(case, kind="reversal", outcome="granted", amount=Decimal(20_000))
    redecide(case, other)

    assert waiting(caseworker) == []


def test_the_best_mean_comes_first_and_level_ones_are_told(client, caseworker):
    round = create_round(balance=Decimal(50_000))
    third = refuse(round, caseworker, mark=2)
    first = refuse(round, caseworker, mark=3)
    second = refuse(round, caseworker, mark=3)

    response = page_of(client, caseworker, round)

    asked = Decimal(20_000)
    assert rows_of(response) == [
        [
            (first, Decimal("3.00"), asked, True),
            (second, Decimal("3.00"), asked, True),
            (third, Decimal("2.00"), asked, False),
        ]
    ]
    link = reverse(
        "admin:case_propose_change", args=[first.year, first.number.split("/")[1]]
    )
    assert link in response.content.decode()


def test_a_pot_without_money_offers_no_new_decision(client, caseworker):
    round = create_round(balance=Decimal(20_000))
    decide(round, caseworker, outcome=Outcome.GRANTED, amount=20_000)
    refuse(round, caseworker)

    html = page_of(client, caseworker, round).content.decode()

    assert "Venter på penger" in html
    assert "Foreslå nytt vedtak" not in html


def test_a_case_that_is_hidden_by_a_conflict_is_not_on_the_list(client, caseworker):
    round = create_round(balance=Decimal(50_000))
    case, other = refuse(round, caseworker), create_caseworker()
    declare_conflict(case, other)

    response = page_of(client, other, round)

    assert rows_of(response) == []
    assert case.number not in response.content.decode()


@pytest.mark.parametrize("count", [1, 6])
def test_the_list_takes_the_same_queries_however_many_wait(
    client, caseworker, count, django_assert_num_queries
):
    round = create_round(balance=Decimal(50_000))
    for _case in range(count):
        refuse(round, caseworker)
    client.force_login(caseworker)
    address = reverse("admin:round_waiting", args=[round.pk])
    client.get(address)

    with django_assert_num_queries(8):
        client.get(address)


def test_money_that_comes_back_is_told_to_those_who_can_propose_more(caseworker):
    round = create_round(balance=Decimal(20_000))
    granted = decide(round, caseworker, outcome=Outcome.GRANTED, amount=20_000)
    case = refuse(round, caseworker)
    now = timezone.now()
    before = dict(tasks_for(caseworker, now))

    granted.award.decline(by=Actor(granted.started_by), now=timezone.now())

    [told] = dict(tasks_for(caseworker, now))[GROUP]
    assert GROUP not in before
    assert (told.label, told.url, told.note) == (
        str(round),
        reverse("admin:round_waiting", args=[round.pk]),
        "1 sak venter.",
    )
    propose(case, kind="reversal", outcome="granted", amount=Decimal(20_000))
    assert GROUP not in dict(tasks_for(caseworker, now))


def test_what_was_in_the_pot_all_the_time_is_no_news(caseworker):
    round = create_round(balance=Decimal(50_000))
    refuse(round, caseworker)

    assert GROUP not in dict(tasks_for(caseworker, timezone.now()))


def test_money_that_comes_back_to_a_pot_of_last_year_is_not_given_again(caseworker):
    round = create_round(balance=Decimal(20_000))
    granted = decide(round, caseworker, outcome=Outcome.GRANTED, amount=20_000)
    refuse(round, caseworker)
    granted.award.decline(by=Actor(granted.started_by), now=timezone.now())
    now = timezone.now()
    round.pots.update(year=now.year)
    this_year = dict(tasks_for(caseworker, now))

    round.pots.update(year=now.year - 1)

    assert GROUP in this_year
    assert GROUP not in dict(tasks_for(caseworker, now))


def test_the_list_is_for_those_who_read_the_cases_of_a_round(client):
    round = create_round(balance=Decimal(50_000))

    outsider = page_of(client, create_user(role=roles.EDITOR), round)

    assert outsider.status_code == 403
