"""Plans: tried out side by side, one of them prepared and decided, all or none."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from grants.models import Application, Decision, Outcome, Plan, Pot, State
from grants.models.plans import above_line, best_first, equal_share
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    assess,
    create_caseworker,
    create_decider,
    create_in_review,
    create_round,
    declare_impartial,
    propose,
)

pytestmark = pytest.mark.django_db

ASKED = Decimal(20_000)


@pytest.fixture
def caseworker():
    return create_caseworker()


@pytest.fixture
def decider():
    return create_decider()


def create_cases(caseworker, *, count, balance):
    """Cases of one round, assessed and with reasons, each asking for 20 000 kroner."""
    round = create_round(balance=Decimal(balance))
    cases = []
    for _number in range(count):
        case = create_in_review(round=round, caseworker=caseworker)
        assess(case)
        case.write_reasons(by=Actor(caseworker), now=timezone.now(), **REASONS)
        cases.append(case)
    return cases


def create_plan(cases, amounts, *, by, name="Plan A", line="Rammen rakk til fire."):
    plan = Plan.make(cases[0].round, name=name, by=Actor(by), now=timezone.now())
    figures = {
        case: (Decimal(amount), "Så mye er igjen.")
        for case, amount in zip(cases, amounts, strict=True)
    }
    plan.write(figures, line=line, by=Actor(by), now=timezone.now(), revision=1)
    return plan


def states(cases):
    found = Application.objects.filter(pk__in=[case.pk for case in cases])
    return list(found.order_by("pk").values_list("state", flat=True))


def test_a_plan_becomes_recommendations_with_their_own_reasons(caseworker):
    cases = create_cases(caseworker, count=3, balance=30_000)
    plan = create_plan(cases, [20_000, 10_000, 0], by=caseworker)

    plan.prepare(by=Actor(caseworker), now=timezone.now())

    prepared = [case.recommendations.get() for case in cases]
    assert [(row.outcome, row.amount) for row in prepared] == [
        (Outcome.GRANTED, 20_000),
        (Outcome.PARTLY, 10_000),
        (Outcome.REFUSED, 0),
    ]
    good = "Prosjektet treffer formålet godt."
    assert [(row.considerations, row.why_amount) for row in prepared] == [
        (f"{good}\nSå mye er igjen.", ""),
        (good, "Så mye er igjen."),
        (good, "Rammen rakk til fire.\nSå mye er igjen."),
    ]
    assert states(cases) == [State.RECOMMENDED] * 3
    assert cases[0].round.pots.get().balance == 30_000


def test_a_plan_is_prepared_all_or_none_and_every_fault_is_named(caseworker):
    cases = create_cases(caseworker, count=3, balance=30_000)
    cases[1].reasons_draft.delete()
    plan = create_plan(cases, [20_000, 10_000, 10_000], by=caseworker)

    with pytest.raises(Refused) as refusal:
        plan.prepare(by=Actor(caseworker), now=timezone.now())

    assert str(refusal.value) == (
        f"Rammen «{cases[0].round.pots.get()}» mangler 10\u00a0000\u00a0kr. "
        f"{cases[1].number}: Skriv fakta, regler og vurdering."
    )
    assert states(cases) == [State.IN_REVIEW] * 3
    plan.refresh_from_db()
    assert plan.prepared_at is None


@pytest.mark.parametrize(
    ("amounts", "line", "message"),
    [
        ([None, 0], "Rakk ikke.", "Skriv et beløp. Null er avslag."),
        ([20_000, 5_000], "Rakk ikke.", "Skriv hvorfor beløpet ble slik."),
        ([20_000, 0], "", "Skriv hvor grensen gikk, eller hvorfor saken ikke får noe."),
    ],
)
def test_a_sum_that_is_not_explained_is_not_prepared(
    caseworker, amounts, line, message
):
    cases = create_cases(caseworker, count=2, balance=100_000)
    plan = Plan.make(cases[0].round, name="A", by=Actor(caseworker), now=timezone.now())
    figures = {
        case: (None if amount is None else Decimal(amount), "")
        for case, amount in zip(cases, amounts, strict=True)
    }
    now = timezone.now()
    plan.write(figures, line=line, by=Actor(caseworker), now=now, revision=1)

    with pytest.raises(Refused, match=message.replace(".", r"\.")):
        plan.prepare(by=Actor(caseworker), now=now)


def test_scenario_26_forty_are_decided_together_and_told_of_when_made_known(
    caseworker, decider
):
    cases = create_cases(caseworker, count=40, balance=1_000_000)
    plan = create_plan(cases, [10_000] * 40, by=caseworker)
    plan.prepare(by=Actor(caseworker), now=timezone.now())
    declare_each(cases, decider)

    made = plan.decide_all(by=Actor(decider), now=timezone.now())
    told_before = Notice.objects.filter(kind="decision_made").count()
    Decision.announce_all(cases[0].round, by=Actor(decider), now=timezone.now())
    again = Decision.announce_all(
        cases[0].round, by=Actor(decider), now=timezone.now() + timedelta(hours=1)
    )

    assert (len(made), told_before, again) == (40, 0, [])
    assert cases[0].round.pots.get().balance == 600_000
    told = Notice.objects.filter(kind="decision_made")
    assert told.count() == 40
    assert set(told.values_list("recipient", flat=True)) == {
        case.started_by.pk for case in cases
    }


def test_scenario_26_one_that_cannot_be_decided_stops_them_all(caseworker, decider):
    cases = create_cases(caseworker, count=4, balance=1_000_000)
    plan = create_plan(cases, [10_000] * 4, by=caseworker)
    plan.prepare(by=Actor(caseworker), now=timezone.now())
    declare_each(cases[:3], decider)

    with pytest.raises(Refused) as refusal:
        plan.decide_all(by=Actor(decider), now=timezone.now())

    assert str(refusal.value) == (
        f"{cases[3].number}: Vurder habiliteten din før du åpner saken. "
        "Ingen av sakene i planen er avgjort."
    )
    assert states(cases) == [State.RECOMMENDED] * 4
    assert not Decision.objects.exists()
    assert Pot.objects.get().balance == 1_000_000
    assert not JournalEntry.objects.filter(verb="decide").exists()


def declare_each(cases, user):
    for case in cases:
        declare_impartial(case, user)


def test_a_recommendation_changed_after_the_plan_stops_it(caseworker, decider):
    cases = create_cases(caseworker, count=2, balance=1_000_000)
    plan = create_plan(cases, [10_000] * 2, by=caseworker)
    plan.prepare(by=Actor(caseworker), now=timezone.now())
    declare_each(cases, decider)
    cases[1].send_back(by=Actor(decider), now=timezone.now(), reason="Se igjen.")

    with pytest.raises(Refused, match="ikke lenger den som står i planen"):
        plan.decide_all(by=Actor(decider), now=timezone.now())

    assert states(cases) == [State.RECOMMENDED, State.IN_REVIEW]


def test_a_case_withdrawn_meanwhile_is_named_and_leaves_when_saved(caseworker):
    cases = create_cases(caseworker, count=2, balance=20_000)
    plan = create_plan(cases, [20_000, 20_000], by=caseworker)
    cases[1].withdraw(by=Actor(cases[1].started_by), now=timezone.now())

    with pytest.raises(Refused) as refusal:
        plan.prepare(by=Actor(caseworker), now=timezone.now())
    plan.write(
        {cases[0]: (Decimal(20_000), "")},
        line="",
        by=Actor(caseworker),
        now=timezone.now(),
        revision=2,
    )
    plan.prepare(by=Actor(caseworker), now=timezone.now())

    assert str(refusal.value) == (
        f"{cases[1].number}: Saken er trukket eller avgjort. Lagre planen på nytt, så "
        "går den ut."
    )
    assert states(cases) == [State.RECOMMENDED, State.WITHDRAWN]


def test_a_copy_of_a_frozen_plan_leaves_out_what_was_withdrawn(caseworker, decider):
    cases = create_cases(caseworker, count=2, balance=40_000)
    plan = create_plan(cases, [20_000, 20_000], by=caseworker)
    plan.prepare(by=Actor(caseworker), now=timezone.now())
    declare_each(cases, decider)
    cases[1].withdraw(by=Actor(cases[1].started_by), now=timezone.now())

    copy = Plan.make(
        plan.round, name="B", by=Actor(caseworker), now=timezone.now(), like=plan
    )
    copy.prepare(by=Actor(caseworker), now=timezone.now())
    made = copy.decide_all(by=Actor(decider), now=timezone.now())

    assert [decision.application for decision in made] == [cases[0]]
    assert states(cases) == [State.DECIDED, State.WITHDRAWN]


def test_a_copy_is_of_a_plan_for_the_same_round(caseworker):
    here = create_plan(create_cases(caseworker, count=1, balance=9), [1], by=caseworker)
    there = create_plan(
        create_cases(caseworker, count=1, balance=9), [1], by=caseworker
    )

    with pytest.raises(Refused, match="samme utlysning"):
        Plan.make(
            here.round, name="C", by=Actor(caseworker), now=timezone.now(), like=there
        )
    assert here.round.plans.count() == 1


def test_what_was_recommended_anew_with_the_same_sum_is_read_again(caseworker, decider):
    cases = create_cases(caseworker, count=1, balance=40_000)
    plan = create_plan(cases, [20_000], by=caseworker)
    plan.prepare(by=Actor(caseworker), now=timezone.now())
    declare_each(cases, decider)
    case = Application.objects.get(pk=cases[0].pk)
    case.send_back(by=Actor(decider), now=timezone.now(), reason="Se på vilkårene.")
    case.recommend(
        by=Actor(caseworker),
        now=timezone.now(),
        outcome=Outcome.GRANTED,
        amount=Decimal(20_000),
        conditions="Noe helt annet.",
        **REASONS,
    )

    with pytest.raises(Refused, match="ikke lenger den som står i planen"):
        plan.decide_all(by=Actor(decider), now=timezone.now())
    assert states(cases) == [State.RECOMMENDED]


def test_a_plan_with_a_case_one_has_a_conflict_in_is_for_someone_else(
    caseworker, decider
):
    cases = create_cases(caseworker, count=2, balance=1_000_000)
    plan = create_plan(cases, [10_000] * 2, by=caseworker)
    other = create_caseworker()
    declare_impartial(cases[0], other)
    cases[1].declare(
        by=Actor(other), conflict=True, ground="family", now=timezone.now()
    )

    with pytest.raises(Refused, match="som du ikke kan behandle"):
        plan.prepare(by=Actor(other), now=timezone.now())
    with pytest.raises(Refused, match="ikke tilgang"):
        plan.write(
            {cases[1]: (Decimal(1), "")},
            line="",
            by=Actor(other),
            now=timezone.now(),
            revision=2,
        )


def test_what_another_wrote_meanwhile_is_not_overwritten_unseen(caseworker):
    cases = create_cases(caseworker, count=1, balance=1_000_000)
    plan = create_plan(cases, [10_000], by=caseworker)
    other = create_caseworker(name="Siri Sak")
    mine = {cases[0]: (Decimal(5_000), "Mitt.")}
    given = {"line": "", "by": Actor(other), "now": timezone.now()}
    plan.write({cases[0]: (Decimal(7_000), "Sitt.")}, revision=2, **given)

    with pytest.raises(Refused, match="Siri Sak endret planen mens du skrev"):
        plan.write(mine, line="", by=Actor(caseworker), now=timezone.now(), revision=2)

    assert plan.rows.get().amount == 7_000


def test_every_change_of_a_plan_is_in_the_journal(caseworker):
    cases = create_cases(caseworker, count=1, balance=1_000_000)

    plan = create_plan(cases, [10_000], by=caseworker)
    plan.prepare(by=Actor(caseworker), now=timezone.now())

    kept = JournalEntry.objects.filter(verb__startswith="plan_").order_by("pk")
    assert list(kept.values_list("verb", "actor", "facts")) == [
        ("plan_made", caseworker.pk, {"plan": plan.pk}),
        ("plan_written", caseworker.pk, {"plan": plan.pk, "revision": 2}),
        ("plan_prepared", caseworker.pk, {"plan": plan.pk}),
    ]


def test_a_prepared_plan_is_frozen_and_can_be_copied(caseworker):
    cases = create_cases(caseworker, count=1, balance=1_000_000)
    plan = create_plan(cases, [10_000], by=caseworker)
    plan.prepare(by=Actor(caseworker), now=timezone.now())

    with pytest.raises(Refused, match="Lag en kopi"):
        plan.write({}, line="", by=Actor(caseworker), now=timezone.now(), revision=2)
    with pytest.raises(IntegrityError, match="plan_is_frozen"), transaction.atomic():
        plan.rows.update(amount=1)
    copy = Plan.make(
        plan.round, name="B", by=Actor(caseworker), now=timezone.now(), like=plan
    )

    assert [(row.application, row.amount) for row in copy.rows.all()] == [
        (cases[0], 10_000)
    ]
    with pytest.raises(Refused, match="alt en plan"):
        Plan.make(plan.round, name=" B ", by=Actor(caseworker), now=timezone.now())


def test_only_a_caseworker_plans_and_only_a_decider_makes_known(caseworker, decider):
    round = create_round()

    with pytest.raises(Refused, match="saksbehandler"):
        Plan.make(round, name="A", by=Actor(decider), now=timezone.now())
    with pytest.raises(Refused, match="beslutter"):
        Decision.announce_all(round, by=Actor(caseworker), now=timezone.now())


def test_a_decision_that_a_newer_one_replaced_is_not_held(caseworker, decider):
    cases = create_cases(caseworker, count=1, balance=1_000_000)
    plan = create_plan(cases, [10_000], by=caseworker)
    plan.prepare(by=Actor(caseworker), now=timezone.now())
    declare_each(cases, decider)
    plan.decide_all(by=Actor(decider), now=timezone.now())
    propose(cases[0])
    proposal = cases[0].recommendations.standing().get()

    second = cases[0].redecide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=proposal.outcome,
        amount=proposal.amount,
        what_changed="Feil.",
        hold=True,
        **REASONS,
    )

    assert list(Decision.objects.held()) == [second]


# --- proposals ------------------------------------------------------------------------

CASES = st.lists(
    st.tuples(
        st.decimals(min_value=1, max_value=200_000, places=0),
        st.one_of(st.none(), st.floats(min_value=1, max_value=5)),
    ),
    max_size=12,
).map(lambda rows: [(pk, asked, average) for pk, (asked, average) in enumerate(rows)])
LEFT = st.decimals(min_value=0, max_value=500_000, places=0)


@given(cases=CASES, left=LEFT)
def test_no_proposal_gives_more_than_the_pot_or_than_was_asked(cases, left):
    asked = {pk: amount for pk, amount, _average in cases}

    for given_out in (best_first(cases, left), equal_share(cases, left)):
        assert sum(given_out.values()) <= left
        assert set(given_out) == set(asked)
        assert all(0 <= amount <= asked[pk] for pk, amount in given_out.items())


def test_the_best_get_all_until_it_is_empty_and_the_next_gets_the_rest():
    cases = [(1, 100, 3.0), (2, 100, 5.0), (3, 100, None), (4, 100, 4.0)]

    assert best_first(cases, Decimal(250)) == {2: 100, 4: 100, 1: 50, 3: 0}


def test_a_line_gives_all_to_those_above_it_whatever_is_left():
    cases = [(1, 100, 3.0), (2, 100, 5.0), (3, 100, None)]

    assert above_line(cases, 3.0) == {1: 100, 2: 100, 3: 0}


def test_an_equal_share_is_in_whole_hundreds():
    cases = [(1, Decimal(20_000), None), (2, Decimal(30_000), 4.0)]

    assert equal_share(cases, Decimal(25_100)) == {1: 10_000, 2: 15_000}
    assert equal_share(cases, Decimal(60_000)) == {1: 20_000, 2: 30_000}
