"""Two assessors and the recommendation on two connections, their order pinned.

Each was seen to fail with the application's lock taken out of the verb that waits: it
was recommended by one mark of two, an assessor who was freed finished, one who had
finished was freed, and the journal never told the marks of two who finished at once.
"""

from decimal import Decimal

import pytest
from django.utils import timezone

from grants.models import Application, Outcome, State
from omradesatsing.accounts.actors import Actor
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    REASONS,
    create_caseworker,
    create_in_review,
    create_round,
    finish,
    name_assessors,
)
from tests.grants.test_races import second_waits_for

pytestmark = pytest.mark.django_db(transaction=True)

LACKS_ONE = (
    "Det mangler én vurdering. Alle som skal vurdere saken, må være ferdige før den "
    "innstilles."
)


@pytest.fixture
def anna():
    return create_caseworker(name="Anna")


@pytest.fixture
def case(anna):
    """Anna and the caseworker are to assess it."""
    case = create_in_review(round=create_round(two_assessors_from=Decimal(0)))
    name_assessors(case, anna, case.caseworker)
    return case


def stored(case):
    return Application.objects.get(pk=case.pk)


def recommending(case):
    again = stored(case)
    return lambda: again.recommend(
        by=Actor(again.caseworker),
        now=timezone.now(),
        outcome=Outcome.GRANTED,
        amount=Decimal(20_000),
        **REASONS,
    )


def freeing(case, user):
    again = stored(case)
    return lambda: again.free_assessor(
        user, by=Actor(again.caseworker), now=timezone.now(), reason="Syk."
    )


def finishing(case, user):
    again = stored(case)
    return lambda: finish(again, user)


def test_a_recommendation_waits_for_the_mark_that_is_being_given(case, anna):
    finish(case, case.caseworker)

    attempt = second_waits_for(finishing(case, anna), recommending(case))

    assert attempt.exception() is None
    assert stored(case).state == State.RECOMMENDED
    assert case.assessments.counting().count() == 2


@pytest.mark.parametrize("how", ["opened", "named", "conflict"])
def test_what_is_undone_at_the_same_moment_is_not_recommended(case, anna, how):
    third = create_caseworker()
    finish(case, anna)
    finish(case, case.caseworker)
    at, by = timezone.now(), Actor(case.caseworker)
    undo = {
        "opened": lambda: case.reopen_assessment(
            anna, by=Actor(anna), now=at, reason="Jeg leste feil."
        ),
        "named": lambda: case.name_assessor(third, by=by, now=at),
        "conflict": lambda: case.declare(
            by=Actor(anna), conflict=True, ground="family", now=at
        ),
    }[how]

    attempt = second_waits_for(undo, recommending(case))

    assert str(attempt.exception()) == LACKS_ONE
    assert stored(case).state == State.IN_REVIEW
    assert case.recommendations.count() == 0


def test_one_who_is_freed_at_the_same_moment_does_not_finish(case, anna):
    attempt = second_waits_for(freeing(case, anna), finishing(case, anna))

    assert str(attempt.exception()) == (
        "Saken vurderes av to. Du er ikke pekt ut til å vurdere den."
    )
    assert case.assessments.count() == 0


def test_one_who_finishes_at_the_same_moment_is_not_freed(case, anna):
    attempt = second_waits_for(finishing(case, anna), freeing(case, anna))

    assert str(attempt.exception()) == (
        "Anna er ferdig med vurderingen og kan ikke fritas."
    )
    assert [row.assessor for row in case.assessments.counting()] == [anna]
    assert case.seats.standing().filter(user=anna).exists()


def test_of_two_who_finish_at_once_the_second_opens_the_marks(case, anna):
    attempt = second_waits_for(finishing(case, anna), finishing(case, case.caseworker))

    assert attempt.exception() is None
    opened = JournalEntry.objects.about(case).get(verb="marks_opened")
    assert opened.facts["assessment"] == case.assessments.get(assessor=anna).pk
    assert opened.actor == case.caseworker


def test_two_who_name_the_same_person_at_once_name_one(case):
    third = create_caseworker()
    one, other = stored(case), stored(case)
    by = Actor(case.caseworker)

    attempt = second_waits_for(
        lambda: one.name_assessor(third, by=by, now=timezone.now()),
        lambda: other.name_assessor(third, by=by, now=timezone.now()),
    )

    assert attempt.exception() is None
    assert case.seats.filter(user=third).count() == 1
