"""The pages of held letters, of new decisions, and of what a body decided."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from grants.models import Decision, Letter, Outcome
from omradesatsing.accounts.actors import Actor
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_body,
    create_decided,
    create_decider,
    create_delegation,
    create_recommended,
    create_round,
    declare_impartial,
    propose,
)

pytestmark = pytest.mark.django_db

FORM = {"outcome": "granted", "amount": "", "conditions": "", **REASONS}


@pytest.fixture
def decider(client):
    user = create_decider(name="Bo Beslutter")
    client.force_login(user)
    return user


def ready(decider, **fields):
    case = create_recommended(**fields)
    declare_impartial(case, decider)
    return case


def hold(case, decider):
    return case.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=Outcome.GRANTED,
        amount=Decimal(20_000),
        hold=True,
        **REASONS,
    )


def url(name, case):
    return reverse(f"admin:{name}", args=[case.year, case.number[5:]])


def page_of(response):
    return response.content.decode()


# --- held -----------------------------------------------------------------------------


def test_a_decision_is_held_when_that_is_chosen(client, decider):
    case = ready(decider)
    data = FORM | {"hold": "hold"}

    preview = client.post(url("case_decide", case), data | {"step": "se"})
    done = client.post(url("case_decide", case), data | {"step": "avgjor"}, follow=True)
    client.post(url("case_decide", case), data | {"step": "avgjor"})

    assert "Vi har sagt ja til søknaden" in page_of(preview)
    assert "Brevet holdes tilbake" in page_of(preview)
    assert 'name="hold" value="hold"' in page_of(preview)
    assert "Vedtaket er fattet, og holdes tilbake" in page_of(done)
    assert [row.announced_at for row in Decision.objects.all()] == [None]
    assert (Letter.objects.count(), case.decisions.held().count()) == (0, 1)


def test_without_a_choice_it_is_made_known(client, decider):
    case = ready(decider)

    client.post(url("case_decide", case), FORM | {"step": "avgjor"})

    assert case.letters.get().decision.announced_at is not None


def test_each_letter_is_seen_before_it_is_made_known(client, decider):
    case = ready(decider)
    hold(case, decider)

    listed = page_of(client.get(reverse("admin:round_announce", args=[case.round_id])))
    letter = page_of(client.get(url("case_held_letter", case)))

    assert f'href="{url("case_held_letter", case)}"' in listed
    assert "Vi har sagt ja til søknaden" in letter
    assert REASONS["considerations"] in letter
    assert Letter.objects.count() == 0


def test_the_chosen_are_made_known_and_the_rest_wait(client, decider):
    round = create_round()
    chosen, other = [hold(ready(decider, round=round), decider) for _ in range(2)]
    address = reverse("admin:round_announce", args=[round.pk])
    data = {"knapp": "valgte", "vedtak": [chosen.pk]}

    first = client.post(address, data, follow=True)
    again = client.post(address, data, follow=True)
    none = client.post(address, {"knapp": "valgte"}, follow=True)

    assert "1 vedtak er gjort kjent" in page_of(first)
    assert "Ingen vedtak ventet" in page_of(again)
    assert "Velg minst ett vedtak." in page_of(none)
    assert list(Decision.objects.announced()) == [chosen]
    assert list(Decision.objects.held()) == [other]
    assert Notice.objects.filter(kind="decision_made").count() == 1


def test_the_list_of_those_held_asks_as_much_for_one_as_for_many(
    client, decider, django_assert_num_queries
):
    round = create_round(balance=Decimal(900_000))
    address = reverse("admin:round_announce", args=[round.pk])
    counts = []
    for more in (1, 9):
        for _ in range(more):
            hold(ready(decider, round=round), decider)
        with django_assert_num_queries(8):
            counts.append(len(client.get(address).context["held"]))

    assert counts == [1, 10]


def test_nothing_held_has_no_letter(client, decider):
    case = ready(decider)

    assert client.get(url("case_held_letter", case)).status_code == 404


# --- a new decision -------------------------------------------------------------------

CHANGE = {
    "kind": "reversal",
    "what_changed": "Prosjektet ble mindre.",
    "outcome": "partly",
    "amount": "5 000",
    "why_amount": "Bare halve festen blir noe av.",
    **REASONS,
}


def test_a_new_decision_is_proposed_from_the_one_that_stands(client):
    case = create_decided()
    client.force_login(case.caseworker)

    start = client.get(url("case_propose_change", case))
    preview = client.post(url("case_propose_change", case), CHANGE | {"step": "se"})
    before = case.recommendations.standing().count()
    client.post(url("case_propose_change", case), CHANGE | {"step": "foresla"})
    client.post(url("case_propose_change", case), CHANGE | {"step": "foresla"})

    proposal = case.recommendations.standing().get()
    assert start.context["form"].initial["facts"] == REASONS["facts"]
    assert "Vedtaket er gjort om" in page_of(preview)
    assert "15\u00a0000\u00a0kr går tilbake til rammen" in page_of(preview)
    assert (before, case.decisions.count(), case.letters.count()) == (0, 1, 1)
    assert (proposal.kind, proposal.amount, proposal.why_amount) == (
        "reversal",
        Decimal(5_000),
        "Bare halve festen blir noe av.",
    )


def test_another_makes_it_after_seeing_the_letter_and_the_pot(client, decider):
    case = create_decided()
    declare_impartial(case, decider)
    propose(case, kind="reversal", amount=Decimal(5_000), outcome=Outcome.PARTLY)
    data = {key: CHANGE[key] for key in CHANGE if key != "kind"}

    start = client.get(url("case_decide_change", case))
    preview = client.post(url("case_decide_change", case), data | {"step": "se"})
    made = client.post(url("case_decide_change", case), data | {"step": "avgjor"})

    assert start.context["form"].initial["what_changed"] == "Beløpet var feil."
    assert "Vedtaket er gjort om" in page_of(preview)
    assert "95\u00a0000\u00a0kr er igjen der etterpå" in page_of(preview)
    assert made["Location"] == case.get_case_url()
    assert [(row.kind, row.amount) for row in case.decisions.all()] == [
        ("first", Decimal(20_000)),
        ("reversal", Decimal(5_000)),
    ]
    assert case.round.pots.get().balance == Decimal(95_000)


def test_who_proposed_it_does_not_make_it(client):
    case = create_decided()
    propose(case)
    case.caseworker.groups.add(*create_decider().groups.all())
    client.force_login(case.caseworker)
    data = FORM | {"what_changed": "Feil.", "outcome": "refused"}

    response = client.post(url("case_decide_change", case), data | {"step": "avgjor"})

    assert response.context["form"].non_field_errors() == [
        "Du har forberedt saken og kan ikke avgjøre den selv."
    ]
    assert case.decisions.count() == 1


def test_the_decision_is_let_stand_with_a_reason(client, decider):
    case = create_decided()
    declare_impartial(case, decider)
    proposal = propose(case)

    client.post(url("case_reject_change", case), {"reason": "Det er riktig."})

    proposal.refresh_from_db()
    assert (proposal.sent_back_reason, proposal.sent_back_by) == (
        "Det er riktig.",
        decider,
    )


def test_the_case_page_leads_to_the_proposal(client, decider):
    case = create_decided()
    declare_impartial(case, decider)
    propose(case)

    page = page_of(client.get(case.get_case_url()))

    assert "Et nytt vedtak er foreslått" in page
    assert f'href="{url("case_decide_change", case)}"' in page


# --- a body ---------------------------------------------------------------------------


def test_a_body_s_decision_is_entered_and_confirmed_by_pages(client, decider):
    case = ready(decider)
    body = create_body(slug="byradet", name="Byrådet")
    create_delegation(scheme=case.round.scheme, to_body=body, to_title="byrådet")
    client.force_login(case.caseworker)
    data = {
        "body": body.pk,
        "meeting_on": "03.11.2026",
        "case_number": "123/26",
        "outcome": "partly",
        "amount": "5 000",
        "stood_down": "",
    }

    client.post(url("case_body_decision", case), data)
    entered = page_of(client.get(url("case_body_decision", case)))
    client.force_login(decider)
    start = client.get(url("case_decide", case))
    decided = FORM | {"outcome": "partly", "amount": "5 000", "why_amount": "Delt."}
    preview = client.post(url("case_decide", case), decided | {"step": "se"})
    client.post(url("case_decide", case), decided | {"step": "avgjor"})

    assert "Byrådet, møte 3. november 2026, sak 123/26" in entered
    assert start.context["form"].initial["amount"] == Decimal(5_000)
    assert "førte det inn, og du bekrefter" in page_of(preview)
    assert case.decisions.get().body_decision.confirmed_by == decider


def test_what_was_entered_is_taken_out_by_a_button(client, decider):
    case = ready(decider)
    body = create_body(slug="byradet", name="Byrådet")
    create_delegation(scheme=case.round.scheme, to_body=body, to_title="byrådet")
    case.enter_body_decision(
        body=body,
        meeting_on=timezone.localdate(),
        case_number="1/26",
        outcome=Outcome.GRANTED,
        amount=Decimal(20_000),
        by=Actor(decider),
        now=timezone.now(),
    )

    client.post(url("case_body_decision", case), {"ta_ut": "ja"})

    assert not case.body_decisions.waiting().exists()
