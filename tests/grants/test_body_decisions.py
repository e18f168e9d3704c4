from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from grants.models import BodyDecision, Outcome, State
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    REASONS,
    create_body,
    create_caseworker,
    create_decided,
    create_decider,
    create_delegation,
    create_recommended,
    declare_impartial,
    propose,
)

pytestmark = pytest.mark.django_db

MEETING = date(2026, 11, 3)


def create_case_of_body(**fields):
    """A recommended case, a body that may decide it, and two who may enter that."""
    case = create_recommended(**fields)
    body = create_body(slug="byradet", name="Byrådet")
    create_delegation(scheme=case.round.scheme, to_body=body, to_title="byrådet")
    first, second = create_decider(name="Ane"), create_decider(name="Bo")
    declare_impartial(case, first, second)
    return case, body, first, second


def enter(case, body, by, **fields):
    return case.enter_body_decision(
        **{
            "body": body,
            "meeting_on": MEETING,
            "case_number": "123/26",
            "outcome": Outcome.GRANTED,
            "amount": Decimal(20_000),
            "stood_down": "Kari Eksempel (§ 6 andre ledd)",
            **fields,
        },
        by=Actor(by),
        now=timezone.now(),
    )


def confirm(case, by, **fields):
    return case.decide(
        **{"outcome": Outcome.GRANTED, "amount": Decimal(20_000), **REASONS, **fields},
        by=Actor(by),
        now=timezone.now(),
    )


def test_one_enters_it_another_confirms_it_and_the_letter_names_the_meeting():
    case, body, first, second = create_case_of_body()
    entry = enter(case, body, first)

    decision = confirm(case, second)

    entry.refresh_from_db()
    assert (decision.body_decision, decision.delegation.to_body) == (entry, body)
    assert (entry.entered_by, entry.confirmed_by) == (first, second)
    assert decision.letter.parts[-1]["facts"][:4] == [
        ["Avgjort av", "Byrådet, møte 3. november 2026, sak 123/26"],
        ["Ført inn av", "Ane, bekreftet av Bo"],
        ["Fullmakt fra", "Byrådet, sak 1/2020"],
        [
            "Fullmakten gjelder",
            f"Byrådet kan avgjøre saker under {case.round.scheme} på inntil "
            "1\u00a0000\u00a0000\u00a0kr, fra 1. januar 2020.",
        ],
    ]
    assert "Kari Eksempel" not in str(decision.letter.parts)
    assert "body_decision_entered" in set(
        JournalEntry.objects.about(case).values_list("verb", flat=True)
    )


def test_who_entered_it_does_not_confirm_it():
    case, body, first, _second = create_case_of_body()
    enter(case, body, first)

    with pytest.raises(Refused, match="En annen må bekrefte"):
        confirm(case, first)

    case.refresh_from_db()
    assert (case.state, case.decisions.count()) == (State.RECOMMENDED, 0)


def test_the_database_refuses_one_person_in_both_places():
    case, body, first, _second = create_case_of_body()
    entry = enter(case, body, first)

    with (
        pytest.raises(IntegrityError, match="body_decision_has_two_people"),
        transaction.atomic(),
    ):
        entry.confirm(by=Actor(first), now=timezone.now())


def test_something_else_than_the_body_decided_is_refused():
    case, body, first, second = create_case_of_body()
    enter(case, body, first)

    with pytest.raises(Refused, match="Byrådet har vedtatt noe annet: innvilget"):
        confirm(case, second, outcome=Outcome.REFUSED, amount=Decimal(0))

    assert case.decisions.count() == 0


def test_the_delegation_of_a_body_lets_no_person_decide_alone():
    case, _body, _first, second = create_case_of_body()
    case.round.scheme.delegations.filter(to_body=None).delete()

    with pytest.raises(Refused, match="ikke fått myndighet"):
        confirm(case, second)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"case_number": " "}, "Skriv saksnummeret"),
        ({"meeting_on": date(2019, 12, 31)}, "hadde ikke myndighet"),
        ({"amount": Decimal(5)}, "tømmer du beløpsfeltet"),
    ],
)
def test_what_is_entered_must_hold(fields, refusal):
    case, body, first, _second = create_case_of_body()

    with pytest.raises(Refused, match=refusal):
        enter(case, body, first, **fields)

    assert not case.body_decisions.exists()


def test_a_meeting_to_come_has_decided_nothing():
    case, body, first, _second = create_case_of_body()
    tomorrow = timezone.localdate() + timedelta(days=1)

    with pytest.raises(Refused, match="Møtet har ikke vært ennå"):
        enter(case, body, first, meeting_on=tomorrow)


def test_only_those_who_work_with_the_case_enter_it():
    case, body, _first, _second = create_case_of_body()

    with pytest.raises(Refused, match="habiliteten"):
        enter(case, body, create_caseworker())
    with pytest.raises(Refused, match="ikke en rolle"):
        enter(case, body, case.started_by)


def test_what_was_entered_wrongly_is_taken_out_and_entered_anew():
    case, body, first, second = create_case_of_body()
    wrong = enter(case, body, first, case_number="12/26")
    with pytest.raises(Refused, match="Ane har alt ført inn"):
        enter(case, body, second)

    case.drop_body_decision(by=Actor(second), now=timezone.now())
    case.drop_body_decision(by=Actor(second), now=timezone.now())
    right = enter(case, body, second)

    again = enter(case, body, second)
    waiting = BodyDecision.objects.waiting()
    verbs = JournalEntry.objects.about(case).values_list("verb", flat=True)
    assert (list(waiting), again) == ([right], right)
    assert case.body_decisions.exclude(pk=right.pk).get() == wrong
    assert list(verbs)[-3:] == [
        "body_decision_entered",
        "body_decision_dropped",
        "body_decision_entered",
    ]


def test_a_body_changes_a_decision_too():
    case = create_decided()
    body = create_body(slug="byradet", name="Byrådet")
    create_delegation(scheme=case.round.scheme, to_body=body, to_title="byrådet")
    first, second = create_decider(), create_decider()
    declare_impartial(case, first, second)
    propose(case, kind="reversal")
    entry = enter(case, body, first, outcome=Outcome.REFUSED, amount=Decimal(0))

    decision = case.redecide(
        by=Actor(second),
        now=timezone.now(),
        outcome=Outcome.REFUSED,
        amount=Decimal(0),
        what_changed="Beløpet var feil.",
        **REASONS,
    )

    assert (decision.version, decision.body_decision) == (2, entry)
