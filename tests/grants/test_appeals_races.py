"""Appeals on two connections, the order pinned: hold, start, see it wait, release.

Seen to fail without the guard each names: the application's lock in `lodge` (two
appeals), the states in `_step` (a withdrawn appeal was sent on), the fresh state in
`settle` (the second was told something else). The pot's lock is `redecide`'s own.
"""

from decimal import Decimal

import pytest
from django.utils import timezone

from grants.models import Appeal, AppealState, Decision, Outcome
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from tests.factories import (
    REASONS,
    create_appeal,
    create_appeal_member,
    create_decided,
    create_decider,
    create_forwarded,
    create_recommended,
    create_round,
    declare_impartial,
    lodge,
)
from tests.grants.test_races import decide, second_waits_for

pytestmark = pytest.mark.django_db(transaction=True)


def propose_all(appeal, by):
    appeal.propose_outcome(
        by=Actor(by),
        now=timezone.now(),
        result="changed",
        reasons="Medhold.",
        decision={
            "outcome": Outcome.GRANTED,
            "amount": Decimal(20_000),
            "what_changed": "Alt.",
            **REASONS,
        },
    )


def test_two_who_lodge_at_once_in_the_same_words_have_one_appeal():
    case = create_decided(outcome=Outcome.REFUSED, amount_granted=Decimal(0))

    attempt = second_waits_for(
        lambda: lodge(case, key="en"), lambda: lodge(case, key="to")
    )

    assert attempt.result() == Appeal.objects.get()
    assert case.letters.filter(kind="appeal_received").count() == 1


def test_an_appeal_that_is_withdrawn_meanwhile_is_not_sent_on():
    appeal = create_appeal()
    caseworker = Actor(appeal.application.caseworker)
    appeal.uphold(by=caseworker, now=timezone.now(), statement="Vedtaket bør stå.")
    stale = Appeal.objects.get(pk=appeal.pk)

    attempt = second_waits_for(
        lambda: appeal.withdraw(
            by=Actor(appeal.application.started_by), now=timezone.now()
        ),
        lambda: stale.forward(by=caseworker, now=timezone.now()),
    )

    assert isinstance(attempt.exception(), Refused)
    assert Appeal.objects.get().state == AppealState.WITHDRAWN
    assert not appeal.application.letters.filter(kind="appeal_forwarded").exists()


def test_an_appeal_that_is_looked_at_meanwhile_is_withdrawn_after():
    appeal = create_appeal()
    stale = Appeal.objects.get(pk=appeal.pk)

    attempt = second_waits_for(
        lambda: appeal.uphold(
            by=Actor(appeal.application.caseworker),
            now=timezone.now(),
            statement="Vedtaket bør stå.",
        ),
        lambda: stale.withdraw(
            by=Actor(appeal.application.started_by), now=timezone.now()
        ),
    )

    assert attempt.exception() is None
    withdrawn = Appeal.objects.get()
    assert (withdrawn.state, withdrawn.statement) == (
        AppealState.WITHDRAWN,
        "Vedtaket bør stå.",
    )


def test_an_appeal_is_settled_once():
    appeal = create_forwarded()
    one, other, third = (create_appeal_member() for _ in range(3))
    declare_impartial(appeal.application, one, other, third)
    propose_all(appeal, one)
    stale = Appeal.objects.get(pk=appeal.pk)

    attempt = second_waits_for(
        lambda: appeal.settle(by=Actor(other), now=timezone.now()),
        lambda: stale.settle(by=Actor(third), now=timezone.now()),
    )

    assert str(attempt.exception()) == "Klagen er alt avgjort."
    assert Decision.objects.filter(kind="appeal").count() == 1
    assert appeal.application.round.pots.get().balance == Decimal(80_000)


def test_scenario_37_an_award_that_takes_the_last_leaves_the_appeal_waiting():
    round = create_round(balance=Decimal(30_000))
    appeal = create_forwarded(round=round)
    waiting = create_recommended(round=round)
    one, other = create_appeal_member(), create_appeal_member()
    decider = create_decider()
    declare_impartial(appeal.application, one, other)
    declare_impartial(waiting, decider)
    propose_all(appeal, one)

    attempt = second_waits_for(
        lambda: decide(waiting, decider),
        lambda: appeal.settle(by=Actor(other), now=timezone.now()),
    )

    assert str(attempt.exception()) == (
        "Det er ikke nok igjen i rammen. Det mangler 10\u00a0000\u00a0kr."
    )
    assert round.pots.get().balance == Decimal(10_000)
    assert Appeal.objects.get().state == AppealState.FORWARDED
