"""Two at once: entering from paper, a representative, and reasons; order pinned.

Each was seen to fail with its lock taken out: two cases of one paper, an error from the
database in place of words, and two letters with the same reasons.
"""

import pytest
from django.utils import timezone

from grants.models import Application, Letter, ReasonsRequest, Representative
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from tests.factories import create_caseworker, create_recommended, create_round
from tests.grants.test_races import second_waits_for
from tests.grants.test_reasons import answer, ask, decided
from tests.grants.test_receiving import enter
from tests.grants.test_representatives import ROLF, scan

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_paper_that_is_entered_twice_at_once_is_one_case():
    caseworker, round = create_caseworker(), create_round()

    later = second_waits_for(
        lambda: enter(caseworker, round=round), lambda: enter(caseworker, round=round)
    )

    assert later.result() == (Application.objects.get(), False)


def test_of_two_representatives_entered_at_once_one_is_refused():
    case, now = create_recommended(), timezone.now()
    one, other = scan(), scan()

    def enter_with(authority):
        return Representative.enter(
            case, by=Actor(case.caseworker), now=now, authority=authority, **ROLF
        )

    later = second_waits_for(lambda: enter_with(one), lambda: enter_with(other))

    assert isinstance(later.exception(), Refused)
    assert Representative.objects.get().authority == one


def test_reasons_that_two_send_at_once_go_in_one_letter():
    asked = ask(decided())
    mine, yours = [ReasonsRequest.objects.get(pk=asked.pk) for _each in range(2)]

    later = second_waits_for(lambda: answer(mine), lambda: answer(yours))

    assert isinstance(later.exception(), Refused)
    assert Letter.objects.filter(kind=Letter.Kind.REASONS).count() == 1


def test_reasons_asked_for_twice_at_once_are_asked_for_once():
    application = decided()

    later = second_waits_for(lambda: ask(application), lambda: ask(application))

    assert later.result() == ReasonsRequest.objects.get()
