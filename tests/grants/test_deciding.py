from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from grants.models import Application, Award, Outcome, PotRow, State
from grants.timeline import cases_of
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_caseworker,
    create_decided,
    create_decider,
    create_recommended,
    create_round,
    declare_impartial,
    propose,
    redecide,
)

pytestmark = pytest.mark.django_db


def create_held(**fields):
    """A case that is decided and not made known, and who decided it."""
    case = create_recommended(**fields)
    decider = create_decider()
    declare_impartial(case, decider)
    recommended = case.recommendations.get()
    decision = case.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=recommended.outcome,
        amount=recommended.amount,
        hold=True,
        **REASONS,
    )
    return case, decision, decider


def rows_of(case):
    rows = PotRow.objects.filter(decision__application=case).order_by("pk")
    return list(rows.values_list("kind", "amount", "decision__version"))


def test_a_held_decision_takes_its_money_and_tells_nobody(client):
    case, decision, _decider = create_held()

    client.force_login(case.started_by)
    page = client.get(case.get_absolute_url()).content.decode()

    assert case.round.pots.get().balance == Decimal(80_000)
    assert (case.state, case.decision, case.made) == (State.DECIDED, None, decision)
    assert not case.letters.exists()
    assert not Notice.objects.filter(kind="decision_made").exists()
    assert not Award.objects.public(timezone.now()).exists()
    assert cases_of(case.started_by).get().outcome is None
    assert ("Til vedtak" in page, "Innvilget" in page) == (True, False)


def test_staff_see_that_a_decision_is_held(client):
    case, _decision, decider = create_held()
    client.force_login(decider)
    page = client.get(case.get_case_url()).content.decode()
    client.force_login(case.caseworker)

    other = client.get(case.get_case_url()).content.decode()

    waiting = reverse("admin:round_announce", args=[case.round_id])
    assert "Saken er avgjort, ikke gjort kjent" in page
    assert f'href="{waiting}">Gå til vedtakene som venter' in page
    assert "Saken er avgjort, ikke gjort kjent" in other
    assert "Gå til vedtakene som venter" not in other


def test_a_held_decision_is_made_known_once():
    case, decision, decider = create_held()
    now = timezone.now()

    decision.announce(by=Actor(decider), now=now)
    decision.announce(by=Actor(decider), now=now + timedelta(hours=1))

    assert decision.announced_at == now
    assert case.letters.get().decision == decision
    assert Notice.objects.filter(kind="decision_made").count() == 1


def test_scenario_28_changed_before_it_is_sent_gives_one_letter_the_right_one():
    case, first, decider = create_held()
    propose(case, outcome=Outcome.PARTLY, amount=Decimal(5_000))

    second = redecide(case, decider)

    letter = case.letters.get()
    assert (letter.decision, second.version) == (second, 2)
    assert "Vedtaket er rettet" not in [part["heading"] for part in letter.parts]
    assert [n.subject for n in Notice.objects.filter(kind="decision_made")] == [
        f"Søknad {case.number} er avgjort"
    ]
    with pytest.raises(Refused, match="nyere vedtak"):
        first.announce(by=Actor(decider), now=timezone.now())


def test_scenario_28_changed_after_it_is_sent_keeps_the_old_and_gives_a_new_letter(
    client,
):
    case = create_decided(outcome=Outcome.REFUSED, amount_granted=Decimal(0))
    decider = case.decisions.get().decided_by
    propose(case, kind="reversal", outcome=Outcome.GRANTED, amount=Decimal(20_000))

    second = redecide(case, decider)

    old, new = case.letters.order_by("pk")
    assert old.decision.outcome == Outcome.REFUSED
    assert new.decision == second == case.decision
    assert "Beløpet var feil." in str(new.parts)
    assert "Du kan klage" in [part["heading"] for part in new.parts]
    notices = Notice.objects.filter(kind="decision_made").order_by("pk")
    assert [notice.subject for notice in notices] == [
        f"Søknad {case.number} er avgjort",
        f"Vedtaket om søknad {case.number} er endret",
    ]
    client.force_login(case.started_by)
    page = client.get(case.get_absolute_url()).content.decode()
    assert ("Søknaden er avgjort" in page, "Vedtaket er endret" in page) == (True, True)


def test_the_pot_and_the_award_follow_each_new_decision():
    case = create_decided(outcome=Outcome.PARTLY, amount_granted=Decimal(5_000))
    decider = case.decisions.get().decided_by
    award = case.award
    award.accept(by=Actor(case.started_by), now=timezone.now())
    seen = []

    for amount in (20_000, 8_000, 8_000, 0, 3_000):
        outcome = {20_000: Outcome.GRANTED, 0: Outcome.REFUSED}.get(
            amount, Outcome.PARTLY
        )
        propose(case, outcome=outcome, amount=Decimal(amount))
        redecide(case, decider)
        award.refresh_from_db()
        balance = case.round.pots.get().balance
        seen.append((balance, award.state, award.amount, award.decision.version))

    assert rows_of(case) == [
        ("awarded", Decimal(-5_000), 1),
        ("awarded", Decimal(-15_000), 2),
        ("withdrawn", Decimal(12_000), 3),
        ("withdrawn", Decimal(8_000), 5),
        ("awarded", Decimal(-3_000), 6),
    ]
    assert seen == [
        (Decimal(80_000), "offered", Decimal(20_000), 2),
        (Decimal(92_000), "offered", Decimal(8_000), 3),
        (Decimal(92_000), "offered", Decimal(8_000), 4),
        (Decimal(100_000), "lapsed", Decimal(8_000), 5),
        (Decimal(97_000), "offered", Decimal(3_000), 6),
    ]


def test_more_than_the_pot_has_is_refused_and_the_shortfall_named():
    case = create_decided(
        round=create_round(balance=Decimal(6_000)),
        outcome=Outcome.PARTLY,
        amount_granted=Decimal(5_000),
    )
    propose(case, outcome=Outcome.GRANTED, amount=Decimal(20_000))

    with pytest.raises(Refused) as refusal:
        redecide(case, case.decisions.get().decided_by)

    assert str(refusal.value) == (
        "Det er ikke nok igjen i rammen. Det mangler 14\u00a0000\u00a0kr."
    )
    assert (case.decisions.count(), case.round.pots.get().balance) == (1, 1_000)


def test_a_new_decision_takes_two_people_and_a_proposal():
    case = create_decided()
    decider = case.decisions.get().decided_by
    wanted = REASONS | {
        "outcome": Outcome.REFUSED,
        "amount": Decimal(0),
        "what_changed": "Feil beløp.",
        "now": timezone.now(),
    }

    with pytest.raises(Refused, match="Ingen har foreslått"):
        case.redecide(by=Actor(decider), **wanted)
    with pytest.raises(Refused, match="saksbehandler"):
        propose(case, by=decider)
    propose(case)
    propose(case)
    with pytest.raises(Refused, match="alt foreslått"):
        propose(case, what_changed="Noe annet.")
    with pytest.raises(Refused, match="beslutter"):
        redecide(case, case.caseworker)

    assert case.recommendations.standing().count() == 1
    assert case.decisions.count() == 1


def test_a_proposal_that_is_turned_down_lets_the_decision_stand():
    case = create_decided()
    decider = case.decisions.get().decided_by
    proposal = propose(case)

    case.reject_change(by=Actor(decider), now=timezone.now(), reason="Det er riktig.")

    proposal.refresh_from_db()
    assert proposal.sent_back_reason == "Det er riktig."
    assert Application.objects.get(pk=case.pk).state == State.DECIDED
    verbs = JournalEntry.objects.about(case).values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["change_proposed", "change_rejected"]


def test_an_undecided_case_has_nothing_to_change():
    case = create_recommended()

    with pytest.raises(Refused, match="ikke avgjort"):
        propose(case)


def test_a_changed_decision_stands_on_min_side(client):
    case = create_decided()
    propose(case)
    redecide(case, case.decisions.get().decided_by)
    client.force_login(case.started_by)

    pages = [
        client.get(
            reverse("grants:letter_detail", args=[case.year, case.sequence, letter.pk])
        ).status_code
        for letter in case.letters.all()
    ]

    assert pages == [200, 200]


@pytest.mark.parametrize(
    ("kind", "heading"),
    [("correction", "Vedtaket er rettet"), ("reversal", "Vedtaket er gjort om")],
)
def test_a_new_letter_says_what_sort_of_change_it_tells_of(kind, heading):
    case = create_decided()
    propose(case, kind=kind)

    letter = redecide(case, case.decisions.get().decided_by).letter

    assert letter.parts[1]["heading"] == heading
    assert letter.parts[1]["paragraphs"][1:] == ["Beløpet var feil."]


@pytest.mark.parametrize(
    "act",
    [
        lambda case, by: case.take(by=by),
        lambda case, by: case.recommend(
            by=by,
            now=timezone.now(),
            outcome=Outcome.REFUSED,
            amount=Decimal(0),
            **REASONS,
        ),
        lambda case, by: case.send_back(by=by, now=timezone.now(), reason="Nei."),
        lambda case, by: case.write_reasons(by=by, now=timezone.now(), facts="Nei."),
        lambda case, by: case.decide(
            by=by,
            now=timezone.now(),
            outcome=Outcome.REFUSED,
            amount=Decimal(0),
            **REASONS,
        ),
        lambda case, by: case.withdraw(by=Actor(case.started_by), now=timezone.now()),
    ],
)
def test_scenario_29_a_decided_case_is_changed_by_no_other_road(act):
    case = create_decided()
    decision = case.decisions.get()
    both = decision.decided_by
    both.groups.add(*case.caseworker.groups.all())
    before = case_row(case)

    with pytest.raises(Refused):
        act(Application.objects.get(pk=case.pk), Actor(both))

    assert case_row(case) == before
    assert list(case.decisions.all()) == [decision]


def case_row(case):
    return Application.objects.filter(pk=case.pk).values().get()


@pytest.mark.parametrize("other", ["case_decide", "case_recommend", "case_assess"])
def test_scenario_29_another_address_changes_nothing_of_a_decided_case(client, other):
    case = create_decided()
    person = case.decisions.get().decided_by
    person.groups.add(*case.caseworker.groups.all())
    client.force_login(person)
    before = case_row(case)
    form = REASONS | {"outcome": "refused", "amount": "", "step": "avgjor"}

    address = reverse(f"admin:{other}", args=[case.year, case.number[5:]])
    client.post(address, form)
    admin_page = client.get(f"/admin/grants/application/{case.pk}/change/")

    assert case_row(case) == before
    assert (case.decisions.count(), admin_page.status_code) == (1, 404)


def test_scenario_29_the_database_refuses_to_change_a_decision():
    case = create_decided()

    with pytest.raises(DatabaseError, match="decision_is_immutable"):
        case.decisions.update(amount=1, outcome=Outcome.PARTLY)


def test_scenario_31_who_prepared_decides_under_no_other_role():
    case = create_recommended()
    case.caseworker.groups.add(*create_decider().groups.all())
    recommended = case.recommendations.get()

    with pytest.raises(Refused, match="Du har forberedt saken"):
        case.decide(
            by=Actor(case.caseworker),
            now=timezone.now(),
            outcome=recommended.outcome,
            amount=recommended.amount,
            **REASONS,
        )

    assert not case.decisions.exists()


@pytest.mark.parametrize(
    ("prepared", "decides"),
    [
        ({"email": "ane@example.test"}, {"email": "ane+sjef@example.test"}),
        ({"name": "Ane  Ås"}, {"name": "ane ås"}),
    ],
)
def test_scenario_31_nor_under_another_address(prepared, decides):
    case = create_recommended(caseworker=create_caseworker(**prepared))
    same = create_decider(**decides)
    declare_impartial(case, same)
    recommended = case.recommendations.get()

    with pytest.raises(Refused, match="Du har forberedt saken"):
        case.decide(
            by=Actor(same),
            now=timezone.now(),
            outcome=recommended.outcome,
            amount=recommended.amount,
            **REASONS,
        )

    assert not case.decisions.exists()


def test_two_without_a_name_are_two():
    one, other = create_caseworker(name=""), create_decider(name=" ")

    assert (one.may_be(other), one.may_be(one)) == (False, True)
