"""Appeals: the law's dates, and each verb on the way to what the appeal body says."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from grants.models import (
    Appeal,
    Application,
    Decision,
    DecisionFlag,
    Outcome,
    appeal_due,
)
from grants.models.appeal_states import APPEAL_STEPS, AppealState
from grants.own_data import held_on, what_hinders
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    WHY,
    create_appeal,
    create_appeal_member,
    create_caseworker,
    create_decider,
    create_delegation,
    create_forwarded,
    create_recommended,
    create_reports_to,
    create_round,
    declare_conflict,
    declare_impartial,
    lodge,
)

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
# Told on a Monday; three weeks after is Monday 1 March 2027.
TOLD = datetime(2027, 2, 8, 10, 0, tzinfo=OSLO)
FULL = {"outcome": Outcome.GRANTED, "amount": Decimal(20_000)}
NEW = FULL | {"what_changed": "Prosjektet er åpent.", **REASONS}


def create_told(at=TOLD, **fields):
    """A refused case that was made known then, and its notices sent then."""
    case = create_recommended(outcome=Outcome.REFUSED, recommended=Decimal(0), **fields)
    decider = create_decider()
    declare_impartial(case, decider)
    case.decide(
        by=Actor(decider), now=at, outcome=Outcome.REFUSED, amount=Decimal(0), **REASONS
    )
    Notice.objects.filter(kind="decision_made").update(sent_at=at)
    return case


def register(case, *, sent_on, now, **fields):
    appeal, _new = Appeal.register(
        case.decision,
        by=Actor(case.caseworker),
        now=now,
        sent_on=sent_on,
        **{
            "channel": "letter",
            "by_party": True,
            "wanted": "Vi vil ha penger.",
            "key": f"brev-{sent_on}",
            **fields,
        },
    )
    return appeal


def body_of(appeal, number=2):
    """Members of the appeal body who have declared themselves impartial."""
    members = [create_appeal_member() for _ in range(number)]
    declare_impartial(appeal.application, *members)
    return members


def settle(appeal, result="changed", *, members=None, now=None, **fields):
    one, other = members or body_of(appeal)
    now = now or timezone.now()
    decision = {"decision": NEW | fields.pop("decision", {})}
    appeal.propose_outcome(
        by=Actor(one),
        now=now,
        result=result,
        reasons="Klagen fører fram.",
        **(decision if result == "changed" else {}),
        **fields,
    )
    appeal.settle(by=Actor(other), now=now)
    return appeal


# --- the time to appeal ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent_at", "late"),
    [
        (datetime(2027, 3, 1, 23, 59, 59, tzinfo=OSLO), False),
        (datetime(2027, 3, 2, 0, 0, 0, tzinfo=OSLO), True),
    ],
)
def test_scenario_35_an_appeal_by_portal_in_the_last_second_is_in_time(sent_at, late):
    case = create_told()

    appeal = lodge(case, now=sent_at)

    assert (appeal.due_on, appeal.is_late) == (date(2027, 3, 1), late)


@pytest.mark.parametrize(
    ("postmark", "late"), [(date(2027, 3, 1), False), (date(2027, 3, 2), True)]
)
def test_scenario_35_a_letter_counts_from_its_postmark(postmark, late):
    case = create_told()

    appeal = register(case, sent_on=postmark, now=datetime(2027, 3, 4, 9, tzinfo=OSLO))

    assert appeal.is_late is late
    assert appeal.received_at.astimezone(OSLO).date() == date(2027, 3, 4)


@pytest.mark.parametrize(
    ("sent_at", "late"),
    [
        (datetime(2027, 3, 1, 23, 59, 59, tzinfo=OSLO), False),
        (datetime(2027, 3, 2, 0, 0, 0, tzinfo=OSLO), True),
    ],
)
def test_scenario_35_a_deadline_on_a_sunday_is_monday_instead(sent_at, late):
    case = create_told(datetime(2027, 2, 7, 10, 0, tzinfo=OSLO))

    appeal = lodge(case, now=sent_at)

    assert (appeal.due_on.isoweekday(), appeal.is_late) == (1, late)


def test_a_notice_that_was_sent_later_moves_the_last_day():
    case = create_told()
    member = case.started_by
    Notice.objects.filter(kind="decision_made").update(sent_at=TOLD + timedelta(days=2))

    assert appeal_due(case.decision, member) == date(2027, 3, 3)
    assert appeal_due(case.decision) == date(2027, 3, 3)


def test_an_email_that_was_given_up_starts_no_time_until_it_is_read():
    case = create_told()
    notices = Notice.objects.filter(kind="decision_made")
    notices.update(sent_at=None, attempts=99)

    before = [appeal_due(case.decision, user) for user in (case.started_by, None)]
    notices.update(read_at=TOLD + timedelta(days=7))

    assert before == [None, None]
    assert appeal_due(case.decision, case.started_by) == date(2027, 3, 8)
    assert appeal_due(case.decision) == date(2027, 3, 8)


def test_a_decision_that_is_not_made_known_has_no_last_day():
    case = create_recommended()
    decider = create_decider()
    declare_impartial(case, decider)
    made = case.decide(by=Actor(decider), now=TOLD, hold=True, **FULL, **REASONS)

    assert appeal_due(made) is None
    with pytest.raises(Refused, match="ikke avgjort"):
        Appeal.lodge(made, by=Actor(case.started_by), now=TOLD, wanted="Mer.", key="k")


# --- in -------------------------------------------------------------------------------


def test_the_same_form_sent_twice_is_one_appeal_with_one_receipt():
    case = create_told()

    first = lodge(case, key="en", now=TOLD)
    again = lodge(case, key="en", now=TOLD)
    same_words = lodge(case, key="to", now=TOLD)

    assert first == again == same_words
    assert [letter.kind for letter in case.letters.order_by("pk")] == [
        "decision",
        "appeal_received",
    ]
    kinds = case.records.order_by("number").values_list("kind", "direction")
    assert list(kinds)[-2:] == [("appeal", "in"), ("appeal_received", "out")]


def test_the_receipt_tells_the_date_and_what_happens_now():
    case = create_told()

    lodge(case, now=TOLD, wants_delay=True)

    letter = case.letters.get(kind="appeal_received")
    facts = dict(letter.parts[0]["facts"])
    assert letter.title == "Vi har fått klagen din"
    assert facts["Klagefrist"] == "1. mars 2027"
    assert "Klagenemnda, som avgjør den" in str(letter.parts)
    assert "vente" in str(letter.parts[2]["paragraphs"])


def test_one_who_does_not_act_for_the_applicant_cannot_lodge():
    case = create_told()

    with pytest.raises(Refused, match="kan ikke gjøre dette"):
        lodge(case, by=create_caseworker())


def test_an_outsider_is_placed_by_a_number_that_fits_and_else_waits():
    case = create_told()
    words = {
        "now": TOLD,
        "name": "Nabo Nabosen",
        "contact": "00 00 00 00",
        "interest": "Jeg bor ved siden av.",
        "wanted": "Stans det.",
    }

    fits, _new = Appeal.lodge_openly(key="a", case_given=f" {case.number} ", **words)
    waits, _new = Appeal.lodge_openly(key="b", case_given="festen i parken", **words)
    trapped, _new = Appeal.lodge_openly(
        key="c", case_given=case.number, suspicious=True, **words
    )
    again, new = Appeal.lodge_openly(key="a", case_given="", **words)

    assert (fits.decision, waits.decision, trapped.decision) == (
        case.decision,
        None,
        None,
    )
    assert (again, new) == (fits, False)
    assert (fits.due_on, fits.is_late) == (None, False)
    assert case.letters.get(kind="appeal_received").title == (
        "Noen andre har klaget på vedtaket"
    )

    waits.place(case.decision, by=Actor(case.caseworker), now=TOLD)

    assert waits.decision == case.decision


# --- the first look -------------------------------------------------------------------


def test_scenario_36_a_late_appeal_is_taken_in_and_ruled_on_and_the_decision_stands():
    case = create_told()
    appeal = lodge(case, now=datetime(2027, 3, 10, 12, tzinfo=OSLO))
    by, now = Actor(case.caseworker), datetime(2027, 3, 11, 12, tzinfo=OSLO)

    with pytest.raises(Refused, match="kom for sent"):
        appeal.uphold(by=by, now=now, statement="Står.")
    with pytest.raises(Refused, match="kom for sent"):
        appeal.propose_reversal(by=by, now=now, **NEW)
    waited = appeal.awaits_ruling
    appeal.take_in_late(by=by, now=now, reason="Sykdom.")
    appeal.uphold(by=by, now=now, statement="Står.")

    assert (waited, appeal.awaits_ruling) == (True, False)
    assert appeal.state == AppealState.UPHELD
    assert Application.objects.get(pk=case.pk).decision == case.decisions.get()
    assert "kom etter fristen" in str(case.letters.get(kind="appeal_received").parts)


def test_scenario_36_after_a_year_it_can_only_be_dismissed_and_that_can_be_appealed():
    case = create_told()
    now = datetime(2028, 2, 9, 12, tzinfo=OSLO)
    appeal = lodge(case, now=now)

    with pytest.raises(Refused, match="mer enn ett år"):
        appeal.take_in_late(by=Actor(case.caseworker), now=now, reason="Sykdom.")
    appeal.dismiss(
        by=Actor(case.decision.decided_by), now=now, reasons="Over ett år etter."
    )

    letter = appeal.outcome_letter
    assert appeal.state == AppealState.DISMISSED
    assert letter.title == "Vi har avvist klagen"
    assert "Du kan klage" in [part["heading"] for part in letter.parts]
    assert appeal_due(case.decision, case.started_by, against=appeal) == date(
        2028, 3, 1
    )


def test_on_the_very_last_day_of_the_year_it_can_still_be_taken_in():
    case = create_told()
    appeal = lodge(case, now=datetime(2028, 2, 8, 23, 59, 59, tzinfo=OSLO))

    appeal.take_in_late(
        by=Actor(case.caseworker),
        now=datetime(2028, 2, 9, 9, tzinfo=OSLO),
        reason="Sykdom.",
    )

    assert appeal.awaits_ruling is False


def test_a_reversal_moves_the_pot_and_is_made_by_another_than_the_proposer():
    appeal = create_appeal()
    case = appeal.application
    now, decider = timezone.now(), case.decision.decided_by
    appeal.propose_reversal(by=Actor(case.caseworker), now=now, **NEW)

    with pytest.raises(Refused, match="Beslutter|beslutter"):
        appeal.change(by=Actor(case.caseworker), now=now)
    appeal.refresh_from_db()
    appeal.change(by=Actor(decider), now=now)

    made = case.decisions.order_by("version").last()
    assert (made.kind, made.amount) == (Decision.Kind.REVERSAL, Decimal(20_000))
    assert case.round.pots.get().balance == Decimal(80_000)
    assert appeal.state == AppealState.CHANGED
    headings = [part["heading"] for part in appeal.outcome_letter.parts]
    assert "Du kan få dekket kostnader" in headings


def test_the_first_look_never_leaves_the_appellant_worse_off():
    appeal = create_appeal(outcome=Outcome.PARTLY, amount_granted=Decimal(5_000))
    worse = NEW | {"outcome": Outcome.PARTLY, "amount": Decimal(4_999)}

    with pytest.raises(Refused, match="ikke bli dårligere"):
        appeal.propose_reversal(
            by=Actor(appeal.application.caseworker), now=timezone.now(), **worse
        )

    assert not appeal.application.recommendations.standing().exists()


def test_what_is_unclear_is_asked_about_and_answered():
    appeal = create_appeal()
    case, now = appeal.application, timezone.now()
    by, due_on = Actor(case.caseworker), timezone.localdate(now) + timedelta(days=7)

    appeal.ask(by=by, now=now, text="Hvilken post?", due_on=due_on)
    asked = appeal.state
    with pytest.raises(Refused, match="endret"):
        appeal.uphold(by=by, now=now, statement="Står.")
    appeal.answer(by=Actor(case.started_by), now=now, text="Maten.")

    assert (asked, appeal.state) == (AppealState.NEEDS_INFO, AppealState.RECEIVED)
    assert appeal.questions.get().answer == "Maten."
    assert Notice.objects.filter(kind="appeal_question").count() == 1


def test_delayed_effect_stops_payment_while_the_appeal_is_open():
    appeal = create_appeal(outcome=Outcome.PARTLY, amount_granted=Decimal(5_000))
    by = Actor(appeal.application.caseworker)

    appeal.rule_delay(
        by=by, now=timezone.now(), granted=True, reasons="Pengene kan ikke hentes inn."
    )
    stopping = list(Appeal.objects.stopping_payment())
    appeal.withdraw(by=Actor(appeal.application.started_by), now=timezone.now())

    assert stopping == [appeal]
    assert list(Appeal.objects.stopping_payment()) == []


def test_sending_on_gives_the_parties_the_statement():
    appeal = create_forwarded()

    letter = appeal.application.letters.get(kind="appeal_forwarded")
    assert "Vedtaket bør stå." in str(letter.parts)
    assert appeal.state == AppealState.FORWARDED


# --- the appeal body ------------------------------------------------------------------


def hands_in(case):
    """Everyone who has had a hand in a decided case."""
    return {"caseworker": case.caseworker, "decider": case.decision.decided_by}


@pytest.mark.parametrize("who", ["caseworker", "decider"])
@pytest.mark.parametrize("below", [False, True])
def test_nobody_with_a_hand_in_the_case_takes_part_in_the_appeal(who, below):
    appeal = create_forwarded()
    hand = hands_in(appeal.application)[who]
    member = hand
    if below:
        member = create_appeal_member()
        create_reports_to(user=member, leader=hand)
        declare_impartial(appeal.application, member)
    else:
        member.groups.set([create_appeal_member().groups.get()])
        member = type(member).objects.get(pk=member.pk)
    today = timezone.localdate()

    assert list(Appeal.objects.at_body(member, today)) == []
    with pytest.raises(Refused):
        appeal.propose_outcome(
            by=Actor(member), now=timezone.now(), result="upheld", reasons="Står."
        )


@pytest.mark.parametrize(
    "verb", ["form_checked", "fact_held", "state_aid_noted", "send_back"]
)
def test_who_laid_the_ground_for_the_decision_takes_no_part_in_the_appeal(verb):
    appeal, member = create_forwarded(), create_appeal_member()
    JournalEntry.record(verb, about=appeal.application, by=Actor(member))

    assert list(Appeal.objects.at_body(member, timezone.localdate())) == []


def test_who_is_below_one_with_a_conflict_does_not_settle_an_appeal():
    appeal = create_forwarded()
    one, other = body_of(appeal)
    leader = create_caseworker()
    create_reports_to(user=other, leader=leader)
    declare_conflict(appeal.application, leader)
    appeal.propose_outcome(
        by=Actor(one), now=timezone.now(), result="upheld", reasons="Står."
    )

    with pytest.raises(Refused, match="Lederen din er inhabil"):
        appeal.settle(by=Actor(other), now=timezone.now())


def test_who_is_below_one_with_a_conflict_does_not_dismiss_an_appeal():
    appeal = create_appeal()
    decider, leader = create_decider(), create_caseworker()
    declare_impartial(appeal.application, decider)
    create_reports_to(user=decider, leader=leader)
    declare_conflict(appeal.application, leader)

    with pytest.raises(Refused, match="Lederen din er inhabil"):
        appeal.dismiss(by=Actor(decider), now=timezone.now(), reasons="For sen.")


def test_one_person_with_two_accounts_does_not_settle_what_they_proposed():
    appeal = create_forwarded()
    one, other = body_of(appeal)
    members = User.objects.filter(pk__in=[one.pk, other.pk])
    members.update(name="Kari Eksempel")
    appeal.propose_outcome(
        by=Actor(one), now=timezone.now(), result="upheld", reasons="Står."
    )

    with pytest.raises(Refused, match="Du har foreslått utfallet"):
        appeal.settle(by=Actor(members.get(pk=other.pk)), now=timezone.now())


@pytest.mark.parametrize("result", ["upheld", "changed", "sent_back"])
def test_what_one_with_a_conflict_proposed_of_an_appeal_is_proposed_anew(result):
    appeal = create_forwarded()
    one, other = body_of(appeal)
    decision = NEW if result == "changed" else None
    appeal.propose_outcome(
        by=Actor(one),
        now=timezone.now(),
        result=result,
        reasons="Derfor.",
        decision=decision,
    )

    declare_conflict(appeal.application, one)

    appeal.refresh_from_db()
    assert (appeal.state, appeal.proposed) == (AppealState.FORWARDED, "")
    with pytest.raises(Refused, match="Ingen har foreslått et utfall"):
        appeal.settle(by=Actor(other), now=timezone.now())
    assert not appeal.application.recommendations.standing().exists()


def test_a_conflict_of_one_who_took_part_in_an_appeal_flags_the_decision():
    appeal = create_forwarded()
    one, other = body_of(appeal)
    settle(appeal, members=(one, other), result="upheld")

    declare_conflict(appeal.application, one)
    declare_conflict(appeal.application, other)

    flags = DecisionFlag.objects.order_by("pk").values_list("user", "part")
    assert list(flags) == [(one.pk, "prepared"), (other.pk, "decided")]


def test_an_appeal_that_is_withdrawn_leaves_what_answers_another():
    appeal = create_forwarded()
    case, now = appeal.application, timezone.now()
    second = register(case, sent_on=timezone.localdate(), now=now, key="nabo")
    one, _other = body_of(appeal)
    appeal.propose_outcome(
        by=Actor(one), now=now, result="changed", reasons="Medhold.", decision=NEW
    )

    second.note_withdrawn(by=Actor(case.caseworker), now=now)

    standing = case.recommendations.standing().values_list("kind", flat=True)
    assert list(standing) == ["appeal"]


def test_a_proposal_whose_new_decision_is_gone_can_still_be_returned():
    appeal = create_forwarded()
    one, other = body_of(appeal)
    now = timezone.now()
    appeal.propose_outcome(
        by=Actor(one), now=now, result="changed", reasons="Medhold.", decision=NEW
    )
    appeal.application.reject_change(by=Actor(other), now=now, reason="Feil beløp.")

    appeal.return_outcome(by=Actor(other), now=now, reason="Feil beløp.")

    assert appeal.proposed == ""


def test_the_time_to_tell_of_harm_is_counted_from_the_postmark_of_a_letter():
    case = create_told()
    appeal = register(
        case, sent_on=date(2027, 2, 10), now=datetime(2027, 2, 26, 9, tzinfo=OSLO)
    )

    assert appeal.latest_harm == date(2027, 5, 10)


@pytest.mark.parametrize(
    "act",
    [
        lambda appeal, by: appeal.propose_reversal(by=by, now=timezone.now(), **NEW),
        lambda appeal, by: appeal.rule_delay(
            by=by, now=timezone.now(), granted=True, reasons="Fordi."
        ),
    ],
)
def test_who_read_an_appeal_before_it_was_sent_on_decides_nothing_in_it(act):
    appeal = create_appeal()
    caseworker = Actor(appeal.application.caseworker)
    read = Appeal.objects.get(pk=appeal.pk)
    appeal.uphold(by=caseworker, now=timezone.now(), statement="Vedtaket bør stå.")
    appeal.forward(by=caseworker, now=timezone.now())

    with pytest.raises(Refused):
        act(read, caseworker)


def test_an_appeal_that_was_put_away_meanwhile_gets_no_case():
    case = create_told()
    worker = Actor(case.caseworker)
    appeal, _new = Appeal.lodge_openly(
        now=timezone.now(),
        key="apen",
        case_given="festen i parken",
        name="Kari Eksempel",
        contact="kari@example.test",
        interest="Nabo.",
        wanted="Stopp festen.",
    )
    read = Appeal.objects.get(pk=appeal.pk)
    appeal.drop(by=worker, now=timezone.now())

    with pytest.raises(Refused, match="lagt bort"):
        read.place(case.decision, by=worker, now=timezone.now())

    assert Appeal.objects.get().decision is None


def test_only_an_appeal_that_was_dismissed_is_appealed_against():
    appeal = create_appeal()

    with pytest.raises(Refused, match="ikke avvist"):
        lodge(appeal.application, against=appeal)


def test_the_appeal_body_sees_only_cases_that_were_sent_on():
    waiting, sent = create_appeal(), create_forwarded()
    member = create_appeal_member()

    assert list(Application.objects.visible_to(member)) == [sent.application]
    assert waiting.state == AppealState.RECEIVED


def test_one_proposes_and_another_settles_with_pot_effect_and_costs():
    appeal = create_forwarded()
    one, other = body_of(appeal)
    now = timezone.now()
    appeal.propose_outcome(
        by=Actor(one), now=now, result="changed", reasons="Medhold.", decision=NEW
    )

    with pytest.raises(Refused, match="foreslått utfallet"):
        appeal.settle(by=Actor(one), now=now)
    appeal.settle(by=Actor(other), now=now)

    case = appeal.application
    made = case.decisions.order_by("version").last()
    assert (made.kind, made.decided_by) == (Decision.Kind.APPEAL, other)
    assert made.delegation.to_title == "nemnda"
    assert case.round.pots.get().balance == Decimal(80_000)
    assert appeal.outcome_letter.title == "Klageinstansen har endret vedtaket"
    assert "Du kan få dekket kostnader" in str(appeal.outcome_letter.parts)
    assert "Du kan klage" not in [part["heading"] for part in made.letter.parts]


@pytest.mark.parametrize("result", ["upheld", "sent_back", "dismissed"])
def test_the_decision_stands_in_the_other_outcomes(result):
    appeal = create_forwarded()

    settle(appeal, result)

    case = appeal.application
    assert appeal.state == AppealState.SETTLED
    assert case.decisions.count() == 1
    assert case.letters.get(kind="appeal_outcome") == appeal.outcome_letter
    assert "kostnader" not in str(appeal.outcome_letter.parts)


def test_a_proposal_that_is_returned_can_be_written_anew():
    appeal = create_forwarded()
    one, other = body_of(appeal)
    now = timezone.now()
    appeal.propose_outcome(
        by=Actor(one), now=now, result="changed", reasons="Medhold.", decision=NEW
    )

    appeal.return_outcome(by=Actor(other), now=now, reason="Se på budsjettet.")

    assert appeal.proposed == ""
    assert not appeal.application.recommendations.standing().exists()


def test_an_outcome_to_harm_needs_interests_and_comes_within_three_months():
    appeal = create_forwarded(outcome=Outcome.PARTLY, amount_granted=Decimal(5_000))
    less = {"outcome": Outcome.PARTLY, "amount": Decimal(1_000), "why_amount": WHY}
    members = body_of(appeal)

    with pytest.raises(Refused, match="veier tyngre"):
        settle(appeal, members=members, decision=less)
    late = timezone.now() + timedelta(days=100)
    with pytest.raises(Refused, match="senest"):
        settle(appeal, members=members, decision=less, now=late, harm_interests="Barn.")
    appeal.refresh_from_db()
    settle(appeal, members=members, decision=less, harm_interests="Hensyn til barn.")

    assert Application.objects.get().decision.amount == Decimal(1_000)
    assert "Hensyn til barn." in str(appeal.outcome_letter.parts)
    assert "kostnader" not in str(appeal.outcome_letter.parts)


def test_scenario_37_an_empty_pot_names_what_is_short_and_who_is_asked():
    round = create_round(balance=Decimal(15_000))
    appeal = create_forwarded(round=round)
    one, other = body_of(appeal)
    now, pot = timezone.now(), round.pots.get()
    appeal.propose_outcome(
        by=Actor(one), now=now, result="changed", reasons="Medhold.", decision=NEW
    )

    with pytest.raises(Refused, match="Det mangler 5\u00a0000\u00a0kr"):
        appeal.settle(by=Actor(other), now=now)
    appeal.refresh_from_db()
    row = appeal.ask_for_money(by=Actor(other), now=now, asked_of="Byrådsavdelingen")
    again = appeal.ask_for_money(by=Actor(other), now=now, asked_of="Byrådsavdelingen")
    pot.refresh_from_db()
    waiting = (appeal.state, pot.balance, row.amount, again == row)
    pot.allocate(Decimal(5_000), by=Actor(create_caseworker()))
    appeal.settle(by=Actor(other), now=now)

    pot.refresh_from_db()
    row.refresh_from_db()
    assert waiting == (AppealState.FORWARDED, Decimal(15_000), Decimal(5_000), True)
    assert (appeal.state, pot.balance) == (AppealState.SETTLED, Decimal(0))
    assert row.met_at == now
    with pytest.raises(Refused):
        appeal.ask_for_money(by=Actor(other), now=now, asked_of="Byrådsavdelingen")


def test_sent_back_after_a_dismissal_opens_the_first_appeal_again():
    appeal = create_appeal()
    case, now = appeal.application, timezone.now()
    scheme_delegation(case)
    appeal.dismiss(by=Actor(case.decision.decided_by), now=now, reasons="Mangler alt.")
    second = lodge(case, against=appeal, wanted="Den skulle ikke vært avvist.")
    second.uphold(by=Actor(case.caseworker), now=now, statement="Den manglet alt.")
    second.forward(by=Actor(case.caseworker), now=now)

    settle(second, "sent_back")

    appeal.refresh_from_db()
    assert (second.state, appeal.state) == (AppealState.SETTLED, AppealState.RECEIVED)


def scheme_delegation(case):
    create_delegation(scheme=case.round.scheme, to_role=roles.APPEALS)


# --- every verb in every state --------------------------------------------------------

REVIEWED = {"upheld", "changed", "dismissed", "forwarded", "settled"}


def put_in(appeal, state):
    """An appeal as it is in that state."""
    fields = {"state": state}
    if state in REVIEWED:
        fields |= {"reviewed_at": timezone.now(), "statement": "Fordi."}
    if state == "settled":
        one, other = create_appeal_member(), create_appeal_member()
        fields |= {"settled_at": timezone.now(), "settled_by": one}
        fields |= {"proposed_by": other, "proposed": "upheld"}
    if state == "needs_info":
        appeal.questions.create(
            text="Hva?",
            due_on=timezone.localdate(),
            asked_by=appeal.application.caseworker,
            asked_at=timezone.now(),
        )
    Appeal.objects.filter(pk=appeal.pk).update(**fields)
    appeal.refresh_from_db()


@pytest.mark.parametrize("state", AppealState.values)
@pytest.mark.parametrize("verb", sorted(APPEAL_STEPS))
def test_a_step_is_taken_from_its_states_only(verb, state):
    appeal = create_appeal()
    put_in(appeal, state)
    allowed, leads_to = APPEAL_STEPS[verb]
    extra = {"reviewed_at": timezone.now(), "statement": "Fordi."}
    if leads_to == "settled":
        one, other = create_appeal_member(), create_appeal_member()
        extra |= {"settled_at": timezone.now(), "settled_by": one}
        extra |= {"proposed_by": other, "proposed": "upheld"}

    def step():
        return appeal._step(verb, by=Actor(appeal.application.caseworker), **extra)

    if state in allowed:
        assert step() is True
        assert appeal.state == leads_to
    elif state == leads_to:
        assert step() is False
    else:
        with pytest.raises(Refused, match="Klagen er endret"):
            step()
    taken = JournalEntry.objects.about(appeal.application).filter(verb=verb).exists()
    assert taken is (state in allowed)


# --- the letters ----------------------------------------------------------------------


def first_sentence(letter):
    return letter.parts[0]["paragraphs"][0]


def test_each_letter_says_the_result_first_and_whom_to_ask():
    appeal = create_forwarded()
    case = appeal.application
    settle(appeal, "upheld")

    letters = list(case.letters.order_by("pk"))[1:]
    said = [first_sentence(letter).split(". ")[0] for letter in letters]
    assert said == [
        f"Vi har fått klagen på vedtaket i sak {case.number}.",
        "Vi har sett på saken på nytt og mener at vedtaket bør stå",
        f"Klagenemnda har avgjort klagen i sak {case.number}: Vedtaket blir stående.",
    ]
    assert {letter.parts[-1]["heading"] for letter in letters} == {
        "Ansvarlig og kontakt"
    }
    signed = dict(letters[-1].parts[-1]["facts"])
    assert (signed["Klageinstans"], signed["Avgjort av"], signed["Forberedt av"]) == (
        "Klagenemnda",
        str(appeal.settled_by),
        str(appeal.proposed_by),
    )


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_letters_are_in_the_language_of_the_one_who_sent_the_case(language):
    case = create_told()
    case.started_by.language = language
    case.started_by.save()

    lodge(case, now=TOLD)

    assert case.letters.get(kind="appeal_received").language == language


def test_what_one_has_appealed_is_among_ones_own_data_and_hinders_leaving():
    appeal = create_appeal()
    case = appeal.application

    found = {heading: lines for heading, _why, lines in held_on(case.started_by)}
    before = what_hinders(case.started_by)
    appeal.withdraw(by=Actor(case.started_by), now=timezone.now())

    day = timezone.localdate(appeal.received_at)
    assert found["Klager du har sendt"] == [f"{case.number}, {day}"]
    assert len(before) == 1
    assert what_hinders(case.started_by) == []
