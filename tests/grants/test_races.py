"""Two connections at once, their order pinned: hold, start, see it wait, release.

Each was seen to fail with its guard taken out: the pot's lock in `decide` (the second
award met the database's own check instead of a refusal), the states in `_step` (two
decisions), the application's lock in `submit` (two numbers were drawn), the round's
share lock (a case was judged by a closing that was being changed), the application's
lock in the staff's verbs (one with a conflict took, judged and recommended), the same
in `declare` and `rule` (one who was shut out marked and decided, and no flag was set),
the pot's and the application's lock in `decline` and `accept`.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from grants.deadlines import next_working_day
from grants.models import (
    Application,
    Award,
    Decision,
    DecisionFlag,
    EligibilityAnswer,
    LateException,
    Message,
    NumberSeries,
    Outcome,
    PotArea,
    PotRow,
    Round,
    State,
)
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.notices.models import Notice
from omradesatsing.ui.templatetags.ui import datetime_no
from tests.factories import (
    REASONS,
    assess,
    create_area,
    create_body,
    create_caseworker,
    create_closed_round,
    create_coordinator,
    create_decided,
    create_decider,
    create_delegation,
    create_draft,
    create_draft_of,
    create_in_review,
    create_late,
    create_recommended,
    create_reports_to,
    create_round,
    create_submitted,
    create_user,
    declare_impartial,
    propose,
    redecide,
)

pytestmark = pytest.mark.django_db(transaction=True)

WAIT = 0.6  # seconds within which an unlocked second call would have finished


def in_own_connection(act):
    """Run `act` as another request would: in a thread, on a connection of its own."""
    with closing(connection):
        return act()


def second_waits_for(first, second):
    """Hold `first` in its transaction, see `second` wait, let go; second's future."""
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            first()
            attempt = pool.submit(in_own_connection, second)
            with pytest.raises(TimeoutError):
                attempt.result(timeout=WAIT)
        attempt.exception(timeout=10)
    return attempt


def decide(application, decider, **options):
    return application.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=Outcome.GRANTED,
        amount=application.versions.sent().last().amount,
        **REASONS,
        **options,
    )


def test_scenario_24_two_decision_makers_make_one_decision():
    application = create_recommended()
    one, other = create_decider(), create_decider()
    declare_impartial(application, one, other)
    stale = Application.objects.get(pk=application.pk)

    attempt = second_waits_for(
        lambda: decide(application, one), lambda: decide(stale, other)
    )

    made = Decision.objects.get()
    assert str(attempt.exception()) == (
        f"Søknaden er alt avgjort. {one} avgjorde den "
        f"{datetime_no(made.decided_at)}: innvilget, 20\u00a0000\u00a0kr."
    )
    assert application.letters.count() == 1
    assert isinstance(attempt.exception(), Refused)
    assert [decision.decided_by for decision in Decision.objects.all()] == [one]
    assert application.round.pots.get().balance == Decimal(80_000)


def test_scenario_25_the_second_of_two_awards_sees_that_the_pot_is_empty():
    round = create_round(balance=Decimal(25_000))
    first = create_recommended(round=round)
    second = create_recommended(round=round)
    decider = create_decider()
    declare_impartial(first, decider)
    declare_impartial(second, decider)

    attempt = second_waits_for(
        lambda: decide(first, decider), lambda: decide(second, decider)
    )

    assert str(attempt.exception()) == (
        "Det er ikke nok igjen i rammen. Det mangler 15\u00a0000\u00a0kr."
    )
    assert round.pots.get().balance == Decimal(5_000)
    assert Application.objects.get(pk=second.pk).state == State.RECOMMENDED


def test_scenario_25_a_changed_decision_and_a_new_one_share_what_is_left():
    round = create_round(balance=Decimal(30_000))
    changed = create_decided(
        round=round, outcome=Outcome.PARTLY, amount_granted=Decimal(5_000)
    )
    other = create_recommended(round=round)
    propose(changed, amount=Decimal(20_000), outcome=Outcome.GRANTED)
    decider = create_decider()
    declare_impartial(changed, decider)
    declare_impartial(other, decider)

    attempt = second_waits_for(
        lambda: redecide(changed, decider), lambda: decide(other, decider)
    )

    assert str(attempt.exception()) == (
        "Det er ikke nok igjen i rammen. Det mangler 10\u00a0000\u00a0kr."
    )
    assert round.pots.get().balance == Decimal(10_000)


def test_a_decision_is_not_made_known_while_another_takes_its_place():
    case = create_recommended()
    decider = create_decider()
    declare_impartial(case, decider)
    first = decide(case, decider, hold=True)
    propose(case)
    stale = Decision.objects.get(pk=first.pk)

    attempt = second_waits_for(
        lambda: redecide(case, decider),
        lambda: stale.announce(by=Actor(decider), now=timezone.now()),
    )

    assert str(attempt.exception()) == (
        "Et nyere vedtak har kommet i stedet for dette."
    )
    assert [letter.decision.version for letter in case.letters.all()] == [2]


def test_a_double_press_sends_one_application_with_one_number():
    application = create_draft()
    by = Actor(application.started_by)
    again = Application.objects.get(pk=application.pk)

    attempt = second_waits_for(
        lambda: application.submit(by=by, now=timezone.now(), declared=True),
        lambda: again.submit(by=by, now=timezone.now(), declared=True),
    )

    assert attempt.exception() is None
    assert again.number == Application.objects.get(pk=application.pk).number
    assert NumberSeries.objects.get().last == 1
    assert application.versions.count() == 1
    assert Notice.objects.filter(kind="application_submitted").count() == 1


def test_a_send_waits_for_a_change_of_the_closing():
    round = create_round()
    application = create_draft(round=round)
    late = round.closes_at + timedelta(hours=1)

    attempt = second_waits_for(
        lambda: Round.objects.get(pk=round.pk).extend(
            round.closes_at + timedelta(days=1),
            by=Actor.system(),
            reason="Portalen var nede.",
        ),
        lambda: application.submit(
            by=Actor(application.started_by), now=late, declared=True
        ),
    )

    assert attempt.exception() is None
    assert Application.objects.get(pk=application.pk).submitted_at == late


def test_two_cases_sent_at_once_get_two_numbers_without_a_gap():
    round = create_round()
    first, second = create_draft(round=round), create_draft(round=round)

    attempt = second_waits_for(
        lambda: first.submit(
            by=Actor(first.started_by), now=timezone.now(), declared=True
        ),
        lambda: second.submit(
            by=Actor(second.started_by), now=timezone.now(), declared=True
        ),
    )

    assert attempt.exception() is None
    assert sorted(Application.objects.values_list("sequence", flat=True)) == [1, 2]


def change_of(part, round):
    """Another administrator's change of a part of the round, in its own connection."""
    if part == "criterion":
        return lambda: round.criteria.update(guidance="Noe annet.")
    if part == "answer":
        answers = EligibilityAnswer.objects.filter(question__round=round)
        return lambda: answers.update(text="Et annet sted")
    area = create_area()
    return lambda: PotArea.objects.create(pot=round.pots.get(), area=area)


@pytest.mark.parametrize("part", ["criterion", "answer", "area"])
def test_a_part_changed_while_the_round_is_published_is_refused(part):
    round = create_round(published=False)

    attempt = second_waits_for(
        lambda: round.publish(by=Actor.system(), now=timezone.now()),
        change_of(part, round),
    )

    assert "round_is_frozen" in str(attempt.exception())


def ask(application, by):
    application.request_info(
        by=by,
        now=timezone.now(),
        text="Send kart over stedet.",
        due_on=next_working_day(timezone.localdate() + timedelta(days=14)),
        steps=[],
    )


def write_to_applicant(application, by):
    Message.send(
        application,
        text="Hei.",
        files=[],
        by=by,
        now=timezone.now(),
        key="en",
        from_staff=True,
    )


def dismiss(application, by):
    application.recommend(
        by=by,
        now=timezone.now(),
        outcome=Outcome.DISMISSED,
        amount=Decimal(0),
        **REASONS,
    )


@pytest.mark.parametrize(
    ("create", "act"),
    [
        (create_submitted, lambda application, by: application.take(by=by)),
        (create_in_review, ask),
        (create_in_review, lambda application, by: assess(application)),
        (create_in_review, dismiss),
        (create_in_review, write_to_applicant),
    ],
)
def test_a_conflict_declared_at_the_same_moment_stops_what_its_owner_does(create, act):
    application = create()
    by = Actor(application.caseworker or create_caseworker())
    declare_impartial(application, by.user)
    again = Application.objects.get(pk=application.pk)
    state = application.state

    attempt = second_waits_for(
        lambda: application.declare(
            by=by, conflict=True, ground="family", now=timezone.now()
        ),
        lambda: act(again, by),
    )

    stored = Application.objects.get(pk=application.pk)
    assert str(attempt.exception()) == "Du har ikke tilgang til saken."
    assert (stored.state, stored.caseworker) == (state, None)
    assert list(stored.assessments.counting()) == []
    assert list(stored.messages.all()) == []


def test_a_conflict_declared_at_the_same_moment_stops_advice():
    application = create_submitted()
    coordinator = create_coordinator(areas=[application.area])
    declare_impartial(application, coordinator)
    by = Actor(coordinator)
    again = Application.objects.get(pk=application.pk)

    attempt = second_waits_for(
        lambda: application.declare(
            by=by, conflict=True, ground="family", now=timezone.now()
        ),
        lambda: again.advise(
            by=by, now=timezone.now(), stance="support", text="Godt for området."
        ),
    )

    assert str(attempt.exception()) == "Du har ikke tilgang til saken."
    assert list(application.advice.all()) == []


def conflict_of(user):
    return lambda case: case.declare(
        by=Actor(user), conflict=True, ground="family", now=timezone.now()
    )


def ruling_on(user, leader):
    return lambda case: case.rule(
        user, conflict=True, reason="Gift.", by=Actor(leader), now=timezone.now()
    )


def test_a_leaders_ruling_at_the_same_moment_stops_the_marks():
    case = create_in_review()
    worker, leader = case.caseworker, create_user(is_staff=True)
    create_reports_to(user=worker, leader=leader)
    again = Application.objects.get(pk=case.pk)

    attempt = second_waits_for(
        lambda: ruling_on(worker, leader)(case), lambda: assess(again)
    )

    assert str(attempt.exception()) == "Du har ikke tilgang til saken."
    assert list(case.assessments.counting()) == []


@pytest.mark.parametrize("whose", ["own", "leader's", "ruled"])
def test_a_conflict_at_the_same_moment_stops_the_decision(whose):
    case = create_recommended()
    decider, leader = create_decider(), create_caseworker()
    create_reports_to(user=decider, leader=leader)
    declare_impartial(case, decider)
    again = Application.objects.get(pk=case.pk)
    shut = {
        "own": conflict_of(decider),
        "leader's": conflict_of(leader),
        "ruled": ruling_on(decider, leader),
    }[whose]

    attempt = second_waits_for(lambda: shut(case), lambda: decide(again, decider))

    assert str(attempt.exception()) == (
        "Lederen din er inhabil i saken. Da kan ikke du avgjøre den."
        if whose == "leader's"
        else "Du har ikke tilgang til saken."
    )
    assert case.decisions.count() == 0


def test_a_decision_that_was_first_is_flagged_by_the_conflict_that_waited():
    case = create_recommended()
    decider = create_decider()
    declare_impartial(case, decider)
    again = Application.objects.get(pk=case.pk)

    attempt = second_waits_for(
        lambda: decide(case, decider), lambda: conflict_of(decider)(again)
    )

    flag = DecisionFlag.objects.get()
    assert attempt.exception() is None
    assert (flag.decision.application, flag.part) == (case, "decided")


# --- sending anew, coming late, and leave ---------------------------------------------


def resend(application, now=None):
    return lambda: application.resubmit(
        by=Actor(application.started_by), now=now or timezone.now(), declared=True
    )


def amended(**fields):
    """A sent case with a changed version that is not sent, and a second copy of it."""
    application = create_submitted(**fields)
    application.amend(by=Actor(application.started_by), now=timezone.now())
    return application, Application.objects.get(pk=application.pk)


def test_scenario_06_the_changes_are_sent_once_by_two_presses():
    application, again = amended()

    attempt = second_waits_for(resend(application), resend(again))

    assert attempt.exception() is None
    assert [v.number for v in application.versions.sent()] == [1, 2]
    assert Notice.objects.filter(kind="application_resubmitted").count() == 1


def test_scenario_06_of_three_presses_two_wait_and_find_it_sent():
    application = create_draft()
    others = [Application.objects.get(pk=application.pk) for _other in range(2)]

    def press(one):
        return lambda: one.submit(
            by=Actor(application.started_by), now=timezone.now(), declared=True
        )

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            press(application)()
            waiting = [pool.submit(in_own_connection, press(o)) for o in others]
            for attempt in waiting:
                with pytest.raises(TimeoutError):
                    attempt.result(timeout=WAIT)
        errors = [attempt.exception(timeout=10) for attempt in waiting]

    assert errors == [None, None]
    assert {one.number for one in others} == {application.number}
    assert NumberSeries.objects.get().last == 1
    assert Notice.objects.filter(kind="application_submitted").count() == 1


def test_a_caseworker_who_takes_a_rolling_case_first_keeps_what_was_sent():
    application, again = amended(round=create_round(closes_at=None))
    caseworker = create_caseworker()
    declare_impartial(application, caseworker)

    attempt = second_waits_for(
        lambda: application.take(by=Actor(caseworker)), resend(again)
    )

    assert str(attempt.exception()) == "Søknaden er sendt og kan ikke endres nå."
    assert [v.number for v in application.versions.sent()] == [1]


def test_a_change_that_is_sent_first_is_what_the_caseworker_takes():
    application, again = amended(round=create_round(closes_at=None))
    caseworker = create_caseworker()
    declare_impartial(application, caseworker)

    attempt = second_waits_for(
        resend(application), lambda: again.take(by=Actor(caseworker))
    )

    assert attempt.exception() is None
    assert [v.number for v in again.versions.sent()] == [1, 2]
    assert Application.objects.get(pk=again.pk).state == State.IN_REVIEW


def test_two_who_begin_to_change_at_once_get_one_copy():
    application = create_submitted()
    again = Application.objects.get(pk=application.pk)
    by = Actor(application.started_by)

    attempt = second_waits_for(
        lambda: application.amend(by=by, now=timezone.now()),
        lambda: again.amend(by=by, now=timezone.now()),
    )

    assert attempt.exception() is None
    assert attempt.result() == application.working_copy()
    assert application.versions.count() == 2


def test_one_who_begins_to_change_while_it_is_sent_changes_what_was_sent():
    application = create_draft()
    again = Application.objects.get(pk=application.pk)
    by = Actor(application.started_by)

    attempt = second_waits_for(
        lambda: application.submit(by=by, now=timezone.now(), declared=True),
        lambda: again.amend(by=by, now=timezone.now()),
    )

    assert attempt.exception() is None
    assert [v.number for v in application.versions.sent()] == [1]
    assert application.working_copy().number == 2


def test_changes_that_wait_for_a_later_closing_are_sent_in_time():
    application, again = amended()
    round = application.round
    late = round.closes_at + timedelta(hours=1)

    attempt = second_waits_for(
        lambda: Round.objects.get(pk=round.pk).extend(
            round.closes_at + timedelta(days=1), by=Actor.system(), reason="Nede."
        ),
        resend(again, now=late),
    )

    assert attempt.exception() is None
    assert application.versions.sent().last().sent_at == late


def test_one_that_waits_for_leave_is_sent_in_time():
    draft = create_draft_of(create_closed_round())
    now = timezone.now()

    attempt = second_waits_for(
        lambda: LateException.grant(
            round=draft.round,
            applicant=draft.applicant,
            until=now + timedelta(days=1),
            reason="Syk.",
            by=Actor(create_caseworker()),
            now=now,
        ),
        lambda: draft.submit_late(
            by=Actor(draft.started_by), now=now, declared=True, reason="Jeg var syk."
        ),
    )

    stored = Application.objects.get(pk=draft.pk)
    assert attempt.exception() is None
    assert (stored.state, stored.late) == (State.SUBMITTED, None)


def test_of_two_rulings_on_one_that_came_late_the_first_counts():
    application = create_late()
    one, other = create_caseworker(), create_caseworker()
    declare_impartial(application, one, other)
    again = Application.objects.get(pk=application.pk)

    attempt = second_waits_for(
        lambda: application.take_in(
            by=Actor(one), now=timezone.now(), reason="Nettet var nede."
        ),
        lambda: again.take_in(by=Actor(other), now=timezone.now(), reason="Noe annet."),
    )

    assert "alt tatt inn" in str(attempt.exception())
    assert application.late.taken_in_by == one
    assert Notice.objects.filter(kind="late_taken_in").count() == 1


def test_a_decision_that_is_being_made_known_is_corrected_afterwards():
    case = create_recommended()
    decider = create_decider()
    declare_impartial(case, decider)
    first = decide(case, decider, hold=True)
    propose(case)
    stale = Application.objects.get(pk=case.pk)

    second_waits_for(
        lambda: first.announce(by=Actor(decider), now=timezone.now()),
        lambda: redecide(stale, decider),
    )

    letters = case.letters.order_by("decision__version")
    assert [letter.decision.version for letter in letters] == [1, 2]
    assert letters[1].parts[1]["heading"] == "Vedtaket er rettet"


def test_two_enter_what_a_body_decided_and_one_counts():
    case = create_recommended()
    body = create_body(slug="byradet", name="Byrådet")
    create_delegation(scheme=case.round.scheme, to_body=body, to_title="byrådet")
    one, other = create_decider(), create_decider()
    declare_impartial(case, one, other)
    stale = Application.objects.get(pk=case.pk)

    def enter(application, by, number):
        return application.enter_body_decision(
            body=body,
            meeting_on=timezone.localdate(),
            case_number=number,
            outcome=Outcome.GRANTED,
            amount=Decimal(20_000),
            by=Actor(by),
            now=timezone.now(),
        )

    attempt = second_waits_for(
        lambda: enter(case, one, "1/26"), lambda: enter(stale, other, "2/26")
    )

    assert str(attempt.exception()) == (
        f"{one} har alt ført inn et vedtak i saken. Ta det ut først hvis det er feil."
    )
    assert case.body_decisions.get().case_number == "1/26"


# --- interim replies ------------------------------------------------------------------


def test_two_who_send_an_interim_reply_at_once_send_one_letter():
    case = create_in_review()
    other = Application.objects.get(pk=case.pk)
    by, now = Actor.system(), timezone.now()

    attempt = second_waits_for(
        lambda: case.reply_for_now(by=by, now=now),
        lambda: other.reply_for_now(by=by, now=now),
    )

    assert attempt.result(timeout=5) == case.letters.get(kind="interim_reply")


# --- what the recipient says, against itself and against a new decision ---------------


def decline(application):
    award = Award.objects.get(application=application)
    award.decline(by=Actor(application.started_by), now=timezone.now())


def accept(application):
    award = Award.objects.get(application=application)
    award.accept(by=Actor(application.started_by), now=timezone.now())


def test_an_award_that_is_declined_twice_at_once_gives_back_once():
    application = create_decided()

    attempt = second_waits_for(
        lambda: decline(application), lambda: decline(application)
    )

    assert attempt.exception() is None
    assert application.round.pots.get().balance == Decimal(100_000)
    rows = PotRow.objects.filter(decision__application=application).order_by("pk")
    assert [row.kind for row in rows] == ["awarded", "declined"]


def test_a_yes_that_comes_while_another_says_no_is_refused():
    application = create_decided()

    attempt = second_waits_for(
        lambda: decline(application), lambda: accept(application)
    )

    assert str(attempt.exception()) == (
        "Tilbudet gjelder ikke lenger. Last siden på nytt."
    )
    assert Award.objects.get().state == "declined"


def test_what_is_declined_while_it_is_reduced_gives_back_what_is_left_of_it():
    application, decider = create_decided(), create_decider()
    declare_impartial(application, decider)
    propose(
        application,
        kind=Decision.Kind.REVERSAL,
        outcome=Outcome.PARTLY,
        amount=Decimal(15_000),
    )

    attempt = second_waits_for(
        lambda: redecide(application, decider), lambda: decline(application)
    )

    assert attempt.exception() is None
    assert application.round.pots.get().balance == Decimal(100_000)
    rows = PotRow.objects.filter(decision__application=application).order_by("pk")
    assert [row.amount for row in rows] == [-20_000, 5_000, 15_000]


def test_a_no_waits_for_the_pot_before_it_holds_the_case():
    application = create_decided()

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            application.round.pots.locked().get()
            attempt = pool.submit(in_own_connection, lambda: decline(application))
            with pytest.raises(TimeoutError):
                attempt.result(timeout=WAIT)
            # In the other order, this and the no would wait for each other.
            Application.objects.select_for_update(nowait=True).get(pk=application.pk)
        attempt.result(timeout=10)

    assert Award.objects.get().state == "declined"
