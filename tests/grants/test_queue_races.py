"""Cases given to someone by two at once: each request on a connection of its own."""

import pytest
from django.utils import timezone

from grants.casework.queue import assign_all, ticked
from grants.models import Application
from omradesatsing.accounts.actors import Actor
from tests.factories import create_caseworker, create_submitted
from tests.grants.test_races import second_waits_for

pytestmark = pytest.mark.django_db(transaction=True)


def give(keys, to, by):
    return assign_all(keys, to, asked=len(keys), whole=False, by=Actor(by))


def test_scenario_26_of_two_who_give_the_same_cases_the_last_one_stands():
    cases = [create_submitted(), create_submitted()]
    first, second = create_caseworker(), create_caseworker()
    keys = ticked(first, [case.number for case in cases])

    later = second_waits_for(
        lambda: give(keys, first, first), lambda: give(keys[::-1], second, second)
    )

    given, unknown = later.result()
    assert ([row.refusal for row in given], unknown) == (["", ""], 0)
    assert list(Application.objects.values_list("caseworker", flat=True)) == [
        second.pk,
        second.pk,
    ]


def test_scenario_26_a_case_that_is_hidden_after_it_was_ticked_is_not_shown_or_given():
    hidden, seen = create_submitted(title="Skjult"), create_submitted(title="Synlig")
    worker, to = create_caseworker(), create_caseworker()
    keys = ticked(worker, [hidden.number, seen.number])

    later = second_waits_for(
        lambda: hidden.declare(
            by=Actor(worker), conflict=True, ground="family", now=timezone.now()
        ),
        lambda: give(keys, to, worker),
    )

    given, unknown = later.result()
    assert ([(row.case, row.refusal) for row in given], unknown) == ([(seen, "")], 1)
    assert list(Application.objects.filter(caseworker=to)) == [seen]
