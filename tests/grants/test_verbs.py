"""Each verb: the states it may and may not be called in, and who may call it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from grants.deadlines import next_working_day
from grants.models import Application, Outcome, State
from grants.models.states import STEPS
from grants.timeline import timeline
from grants.todo import tasks_for
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    assess,
    create_applicant,
    create_area,
    create_caseworker,
    create_coordinator,
    create_decided,
    create_decider,
    create_draft,
    create_in_review,
    create_member,
    create_recommended,
    create_round,
    create_submitted,
    create_user,
    declare_impartial,
    propose,
)

pytestmark = pytest.mark.django_db


def ask(application, by=None):
    application.request_info(
        by=Actor(by or application.caseworker),
        now=timezone.now(),
        text="Send kart over stedet.",
        due_on=next_working_day(timezone.localdate() + timedelta(days=14)),
        steps=["prosjekt"],
    )


def case_in(state):
    """A case in that state, brought there by the verbs."""
    if state == State.DRAFT:
        return create_draft()
    if state == State.SUBMITTED:
        return create_submitted()
    if state == State.IN_REVIEW:
        return create_in_review()
    if state == State.NEEDS_INFO:
        application = create_in_review()
        ask(application)
        return application
    if state == State.RECOMMENDED:
        return create_recommended()
    if state == State.DECIDED:
        return create_decided()
    application = create_submitted()
    application.withdraw(by=Actor(application.started_by), now=timezone.now())
    return application


def call(verb, application):
    """Call the verb as someone who has every right to, whatever the state."""
    now = timezone.now()
    applicant = Actor(application.started_by)
    caseworker = application.caseworker or create_caseworker()
    if not application.is_draft:
        declare_impartial(application, caseworker)
    staff = Actor(caseworker)
    if verb == "submit":
        application.submit(by=applicant, now=now, declared=True)
    elif verb == "take":
        application.take(by=staff)
    elif verb == "request_info":
        ask(application, caseworker)
    elif verb == "answer_request":
        application.answer_request(by=applicant, now=now, answer="Her er kartet.")
    elif verb == "cancel_request":
        application.cancel_request(by=staff, now=now)
    elif verb == "recommend":
        application.recommend(
            by=staff, now=now, outcome=Outcome.DISMISSED, amount=Decimal(0), **REASONS
        )
    elif verb == "withdraw":
        application.withdraw(by=applicant, now=now)
    else:
        decider = create_decider()
        if not application.is_draft:
            declare_impartial(application, decider)
        if verb == "send_back":
            application.send_back(
                by=Actor(decider), now=now, reason="Se på budsjettet."
            )
        elif verb == "decide":
            application.decide(
                by=Actor(decider),
                now=now,
                outcome=Outcome.GRANTED,
                amount=application.versions.last().amount,
                **REASONS,
            )


@pytest.mark.parametrize(
    ("verb", "state"),
    [(verb, state) for verb, (allowed, _to) in STEPS.items() for state in allowed],
)
def test_a_verb_moves_a_case_from_each_state_it_is_allowed_in(verb, state):
    application = case_in(state)
    if verb == "recommend":
        assess(application)

    call(verb, application)

    stored = Application.objects.get(pk=application.pk)
    assert stored.state == STEPS[verb][1]
    assert JournalEntry.objects.about(application).filter(verb=verb).count() == 1


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (verb, state)
        for verb, (allowed, to) in STEPS.items()
        for state in State.values
        if state not in allowed and state != to
    ],
)
def test_a_verb_is_refused_in_every_other_state(verb, state):
    application = case_in(state)
    before = JournalEntry.objects.filter(verb=verb).count()

    with pytest.raises(Refused):
        call(verb, application)

    assert Application.objects.get(pk=application.pk).state == state
    assert JournalEntry.objects.filter(verb=verb).count() == before


def test_sending_gives_number_version_and_receipt():
    user = create_user(name="Kari")
    friend = create_user()
    applicant = create_applicant(user=user)
    create_member(applicant=applicant, user=friend)
    now = timezone.now()
    first = create_submitted()
    application = create_draft(user=user, applicant=applicant)

    application.submit(by=Actor(user), now=now, declared=True)

    assert application.number == f"{timezone.localtime(now).year}/0002"
    assert first.number.endswith("/0001")
    assert application.submitted_at == now
    version = application.versions.get()
    assert (version.number, version.sent_at, version.sent_by) == (1, now, user)
    told = Notice.objects.filter(kind="application_submitted").about(application)
    assert {notice.recipient for notice in told} == {user, friend}
    assert all(application.number in notice.text for notice in told)


def test_sending_twice_sends_once():
    application = create_draft()
    by = Actor(application.started_by)
    application.submit(by=by, now=timezone.now(), declared=True)
    number = application.number

    application.submit(by=by, now=timezone.now(), declared=True)

    assert application.number == number
    assert application.versions.count() == 1
    assert Notice.objects.about(application).count() == 1
    assert JournalEntry.objects.about(application).filter(verb="submit").count() == 1


def test_a_stale_copy_does_not_undo_a_withdrawal():
    application = create_submitted()
    stale = Application.objects.get(pk=application.pk)
    application.withdraw(by=Actor(application.started_by), now=timezone.now())
    caseworker = create_caseworker()
    declare_impartial(stale, caseworker)

    with pytest.raises(Refused):
        stale.take(by=Actor(caseworker))

    assert Application.objects.get(pk=application.pk).state == State.WITHDRAWN


@pytest.mark.parametrize("seconds", [0, 1, 3600])
def test_a_round_takes_nothing_from_the_second_it_closes(seconds):
    round = create_round()
    application = create_draft(round=round)

    with pytest.raises(Refused, match="Fristen er ute"):
        application.submit(
            by=Actor(application.started_by),
            now=round.closes_at + timedelta(seconds=seconds),
            declared=True,
        )

    assert Application.objects.get(pk=application.pk).state == State.DRAFT


def test_the_last_thousandth_before_closing_is_in_time():
    round = create_round()
    application = create_draft(round=round)
    last = round.closes_at - timedelta(milliseconds=1)

    application.submit(by=Actor(application.started_by), now=last, declared=True)

    assert application.submitted_at == last


def test_an_incomplete_draft_says_what_is_missing():
    application = create_draft(filled=False, title="Sommerfest")
    version = application.working_copy()

    with pytest.raises(Refused):
        application.submit(
            by=Actor(application.started_by), now=timezone.now(), declared=True
        )

    assert [(step, field) for step, field, _text in version.missing()] == [
        ("soker", "contact_name"),
        ("soker", "contact_email"),
        ("prosjekt", "summary"),
        ("prosjekt", "description"),
        ("behov", "need"),
        ("behov", "participants"),
        ("sted", "place"),
        ("sted", "permission"),
        ("sted", "starts_on"),
        ("sted", "ends_on"),
        ("okonomi", "amount"),
        ("okonomi", "amount"),
    ]


def test_a_budget_must_add_up():
    application = create_draft(amount=Decimal(20_000))
    version = application.working_copy()
    version.budget_lines.create(kind="cost", text="Telt", amount=Decimal("500.50"))

    faults = version.money_faults()

    assert faults == [
        "Budsjettet går ikke opp: kostnadene er 20\u00a0500,50 kr, og pengene som "
        "kommer inn med tilskuddet, er 20\u00a0000 kr."
    ]


def test_own_share_above_and_below_the_rule():
    round = create_round(own_share_percent=20)
    application = create_draft(round=round, amount=Decimal(8_000))
    version = application.working_copy()
    version.budget_lines.all().delete()
    version.budget_lines.create(kind="cost", text="Alt", amount=Decimal(10_000))
    income = version.budget_lines.create(
        kind="own_work", text="Dugnad", amount=Decimal(2_000)
    )
    assert version.money_faults() == []
    version.budget_lines.filter(pk=income.pk).update(amount=Decimal(1_999))
    version.amount = Decimal(8_001)

    faults = version.money_faults()

    assert faults == ["Dere må selv dekke minst 20 prosent av kostnadene."]


def test_a_stranger_can_neither_send_nor_withdraw():
    stranger = Actor(create_user())
    draft, sent = create_draft(), create_submitted()

    with pytest.raises(Refused):
        draft.submit(by=stranger, now=timezone.now(), declared=True)
    with pytest.raises(Refused):
        sent.withdraw(by=stranger, now=timezone.now())

    assert Application.objects.get(pk=draft.pk).state == State.DRAFT
    assert Application.objects.get(pk=sent.pk).state == State.SUBMITTED


def test_an_answer_with_changes_is_a_new_version_and_the_old_one_stays():
    application = create_in_review()
    ask(application)
    by = Actor(application.started_by)
    copy = application.open_working_copy(by=by)
    copy.place = "Lekeplassen"
    copy.save()

    application.answer_request(by=by, now=timezone.now(), answer="Vi har flyttet.")

    assert [
        (version.number, version.place, version.budget_lines.count())
        for version in application.versions.sent()
    ] == [(1, "Parken", 1), (2, "Lekeplassen", 1)]
    assert application.info_requests.get().answer == "Vi har flyttet."
    assert application.current.number == 2


def test_going_on_without_an_answer_leaves_the_applicant_what_was_written():
    application = create_in_review()
    ask(application)
    copy = application.open_working_copy(by=Actor(application.started_by))

    application.cancel_request(by=Actor(application.caseworker), now=timezone.now())

    assert application.working_copy() == copy
    assert application.current.number == 1
    assert application.info_requests.open().count() == 0


def test_a_withdrawn_case_asks_for_nothing_and_takes_no_changes():
    application = create_in_review()
    ask(application)
    by = Actor(application.started_by)
    application.open_working_copy(by=by)
    now = timezone.now()

    application.withdraw(by=by, now=now)

    assert application.versions.count() == 1
    assert application.info_requests.get().closed_at == now
    told = timeline(application, today=timezone.localdate())
    assert [entry["title"] for entry in told][-2:] == [
        "Vi spurte om mer",
        "Du trakk søknaden",
    ]
    with pytest.raises(Refused, match="kan ikke endres nå"):
        application.open_working_copy(by=by)


def test_only_who_acts_for_the_applicant_opens_the_draft_to_write():
    application = create_draft()

    with pytest.raises(Refused, match="for denne søkeren"):
        application.open_working_copy(by=Actor(create_user()))


def test_a_second_press_of_a_question_asks_once_and_another_question_is_refused():
    application = create_in_review()
    other = create_caseworker()
    declare_impartial(application, other)

    ask(application)
    ask(application)
    with pytest.raises(Refused, match="bedt om noe annet"):
        ask(application, other)

    assert application.info_requests.get().asked_by == application.caseworker


def test_a_second_press_of_a_recommendation_makes_one_and_another_is_refused():
    application = create_in_review()
    first, other = application.caseworker, create_caseworker()
    declare_impartial(application, other)
    now = timezone.now()
    dismissal = {"outcome": Outcome.DISMISSED, "amount": Decimal(0), **REASONS}

    application.recommend(by=Actor(first), now=now, **dismissal)
    application.recommend(by=Actor(first), now=now, **dismissal)
    with pytest.raises(Refused, match="alt innstilt"):
        application.recommend(by=Actor(other), now=now, **dismissal)

    assert application.recommendations.get().recommended_by == first


# --- impartiality -----------------------------------------------------------------


def test_nothing_is_done_in_a_case_before_impartiality_is_declared():
    application = create_submitted()
    caseworker = create_caseworker()

    with pytest.raises(Refused, match="habiliteten"):
        application.take(by=Actor(caseworker))

    assert Application.objects.get(pk=application.pk).state == State.SUBMITTED


def test_a_conflict_takes_the_case_away_and_retracts_the_marks():
    application = create_in_review()
    caseworker = application.caseworker
    assess(application)
    other = create_caseworker()

    application.declare(
        by=Actor(caseworker), conflict=True, ground="family", now=timezone.now()
    )

    application.refresh_from_db()
    assert application.caseworker is None
    assert application.assessments.counting().count() == 0
    assert list(Application.objects.visible_to(caseworker)) == []
    assert list(Application.objects.visible_to(other)) == [application]
    with pytest.raises(Refused):
        ask(application, caseworker)


def test_nothing_is_decided_on_what_one_with_a_conflict_recommended():
    application = create_recommended()
    caseworker, decider = application.caseworker, create_decider()
    declare_impartial(application, decider)

    application.declare(
        by=Actor(caseworker), conflict=True, ground="family", now=timezone.now()
    )

    stored = Application.objects.get(pk=application.pk)
    assert stored.state == State.IN_REVIEW
    assert [
        (row.sent_back_by, row.sent_back_reason) for row in stored.recommendations.all()
    ] == [(caseworker, "Den som innstilte, er inhabil.")]
    with pytest.raises(Refused, match="ikke innstilt"):
        decide(stored, decider)


@pytest.mark.parametrize("create", [create_recommended, create_decided])
def test_a_conflict_of_one_who_did_not_recommend_leaves_the_recommendation(create):
    application = create()
    state = application.state

    application.declare(
        by=Actor(create_caseworker()),
        conflict=True,
        ground="family",
        now=timezone.now(),
    )

    stored = Application.objects.get(pk=application.pk)
    assert stored.state == state
    assert stored.recommendations.get().sent_back_at is None


def test_whoever_acts_for_the_applicant_never_sees_the_case_as_staff():
    caseworker = create_caseworker()
    application = create_submitted(user=caseworker)

    visible = Application.objects.visible_to(caseworker)

    assert list(visible) == []
    assert list(Application.objects.visible_to(create_caseworker())) == [application]


def test_staff_never_read_drafts_not_even_a_superuser():
    create_draft()
    sent = create_submitted()
    superuser = create_user(is_staff=True, is_superuser=True)

    assert list(Application.objects.visible_to(superuser)) == [sent]
    assert list(Application.objects.visible_to(create_caseworker())) == [sent]


def test_a_coordinator_sees_cases_of_assigned_areas_only():
    here, there, third = create_area(), create_area(), create_area()
    round = create_round(areas=[here, there, third])
    mine = create_submitted(round=round, area=here)
    named = create_submitted(round=round, area=there)
    named.other_areas.add(here)
    create_submitted(round=round, area=third)
    coordinator = create_coordinator(areas=[here])
    former = create_coordinator(
        areas=[here], ends_on=timezone.localdate() - timedelta(days=1)
    )

    assert set(Application.objects.visible_to(coordinator)) == {mine, named}
    assert list(Application.objects.visible_to(former)) == []


def test_a_coordinator_advises_but_cannot_take_or_decide():
    area = create_area()
    application = create_recommended(round=create_round(areas=[area]), area=area)
    coordinator = create_coordinator(areas=[area])
    declare_impartial(application, coordinator)
    by = Actor(coordinator)

    application.advise(by=by, now=timezone.now(), stance="support", text="Bra.")

    assert [(a.given_by, a.stance) for a in application.advice.all()] == [
        (coordinator, "support")
    ]
    with pytest.raises(Refused, match="beslutter"):
        application.decide(
            by=by,
            now=timezone.now(),
            outcome=Outcome.GRANTED,
            amount=Decimal(20_000),
            **REASONS,
        )


def test_advice_given_twice_is_one_and_changed_advice_is_another():
    area = create_area()
    application = create_submitted(round=create_round(areas=[area]))
    coordinator = create_coordinator(areas=[area])
    declare_impartial(application, coordinator)
    by = Actor(coordinator)

    for stance, text in [
        ("support", "Bra."),
        ("support", " Bra. "),
        ("partly", "Bra."),
        ("support", "Bra."),
    ]:
        application.advise(by=by, now=timezone.now(), stance=stance, text=text)

    assert [(a.stance, a.text) for a in application.advice.all()] == [
        ("support", "Bra."),
        ("partly", "Bra."),
        ("support", "Bra."),
    ]
    assert JournalEntry.objects.filter(verb="advice_given").count() == 3


# --- the decision -----------------------------------------------------------------


def decide(
    application, decider, *, outcome=Outcome.GRANTED, amount=Decimal(20_000), **changes
):
    declare_impartial(application, decider)
    return application.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=outcome,
        amount=amount,
        **(REASONS | changes),
    )


def test_an_award_takes_the_money_and_tells_the_applicant():
    round = create_round(balance=Decimal(50_000))
    application = create_recommended(round=round)
    decider = create_decider(name="Bea Beslutter")

    decision = decide(application, decider)

    assert round.pots.get().balance == Decimal(30_000)
    assert [
        (row.kind, row.amount, row.decision) for row in round.pots.get().rows.all()
    ] == [
        ("allocated", Decimal(50_000), None),
        ("awarded", Decimal(-20_000), decision),
    ]
    assert (application.award.amount, application.award.state) == (20_000, "offered")
    assert application.decision == decision
    assert decision.announced_at == decision.decided_at
    assert decision.prepared_by == application.caseworker
    assert [(line.mark, line.text) for line in decision.lines.all()] == [
        (4, "Fordi."),
        (4, "Fordi."),
    ]
    notice = Notice.objects.get(kind="decision_made")
    assert notice.recipient == application.started_by
    for secret in ("20\u00a0000", "20 000", "20000", "ja til", "innvilget"):
        assert secret not in notice.email_subject + notice.email_text
    assert application.letters.get().decision == decision


def test_a_refusal_takes_no_money_and_makes_no_award():
    round = create_round(balance=Decimal(50_000))
    application = create_recommended(
        round=round, outcome=Outcome.REFUSED, recommended=Decimal(0)
    )

    decision = decide(
        application, create_decider(), outcome=Outcome.REFUSED, amount=Decimal(0)
    )

    assert round.pots.get().balance == Decimal(50_000)
    assert decision.amount == 0
    assert not hasattr(application, "award")


def test_a_pot_cannot_be_overdrawn():
    round = create_round(balance=Decimal(19_999))
    application = create_recommended(round=round)

    with pytest.raises(Refused, match="ikke nok igjen"):
        decide(application, create_decider())

    assert round.pots.get().balance == Decimal(19_999)
    assert Application.objects.get(pk=application.pk).state == State.RECOMMENDED
    assert application.decisions.count() == 0


def test_the_last_krone_of_a_pot_can_be_given():
    round = create_round(balance=Decimal(20_000))
    application = create_recommended(round=round)

    decide(application, create_decider())

    assert round.pots.get().balance == 0


@pytest.mark.parametrize(
    ("outcome", "amount"),
    [
        (Outcome.GRANTED, Decimal(19_999)),
        (Outcome.GRANTED, Decimal(20_001)),
        (Outcome.PARTLY, Decimal(20_000)),
        (Outcome.PARTLY, Decimal(0)),
        (Outcome.REFUSED, Decimal(1)),
        (Outcome.DISMISSED, Decimal(1)),
    ],
)
def test_an_amount_that_does_not_fit_the_outcome_is_refused(outcome, amount):
    application = create_recommended()

    with pytest.raises(Refused):
        decide(application, create_decider(), outcome=outcome, amount=amount)

    assert application.decisions.count() == 0


@pytest.mark.parametrize("missing", REASONS)
def test_less_than_was_asked_for_is_not_decided_without_reasons(missing):
    application = create_recommended()
    decider = create_decider()

    with pytest.raises(Refused, match="Skriv fakta, regler og vurdering."):
        decide(
            application,
            decider,
            outcome=Outcome.PARTLY,
            amount=Decimal(10_000),
            **{missing: "  "},
        )

    assert Application.objects.get(pk=application.pk).state == State.RECOMMENDED


def test_a_part_is_neither_prepared_nor_decided_without_why_it_became_that_part():
    part = {"outcome": Outcome.PARTLY, "amount": Decimal(10_000), "why_amount": " "}
    words = "Skriv hvorfor beløpet ble slik."
    in_review, recommended = create_in_review(), create_recommended()
    assess(in_review)

    with pytest.raises(Refused, match=words):
        in_review.recommend(
            by=Actor(in_review.caseworker), now=timezone.now(), **REASONS | part
        )
    with pytest.raises(Refused, match=words):
        decide(recommended, create_decider(), **part)
    decided = create_decided()
    with pytest.raises(Refused, match=words):
        propose(decided, **part)


def test_nobody_decides_what_they_prepared():
    application = create_recommended()
    caseworker = application.caseworker
    caseworker.groups.add(create_decider().groups.get())
    caseworker = User.objects.get(pk=caseworker.pk)

    with pytest.raises(Refused, match="forberedt"):
        decide(application, caseworker)

    assert application.decisions.count() == 0


def test_nobody_decides_what_they_once_recommended():
    application = create_in_review()
    first, second = application.caseworker, create_caseworker()
    decider, now = create_decider(), timezone.now()
    declare_impartial(application, second, decider)
    first.groups.add(decider.groups.get())
    first = User.objects.get(pk=first.pk)
    dismissal = {"outcome": Outcome.DISMISSED, "amount": Decimal(0), **REASONS}
    application.recommend(by=Actor(first), now=now, **dismissal)
    application.send_back(by=Actor(decider), now=now, reason="Vurder den.")
    application.hand_over(second, by=Actor(first))
    application.recommend(by=Actor(second), now=now, **dismissal)

    with pytest.raises(Refused, match="forberedt"):
        application.decide(by=Actor(first), now=now, **dismissal)

    assert application.decisions.count() == 0
    assert dict(tasks_for(first, now)) == {}


def test_deciding_above_the_ceiling_is_refused():
    round = create_round()
    round.scheme.delegations.update(ceiling=Decimal(10_000))
    application = create_recommended(round=round)

    with pytest.raises(Refused, match="grensen"):
        decide(application, create_decider())


def test_deciding_without_a_delegation_in_force_is_refused():
    round = create_round()
    application = create_recommended(round=round)
    round.scheme.delegations.update(valid_to=timezone.localdate() - timedelta(days=1))

    with pytest.raises(Refused, match="myndighet"):
        decide(application, create_decider())


def test_an_award_is_public_only_when_its_letter_has_been_notified():
    from grants.models import Award

    application = create_decided()
    now = timezone.now()
    assert list(Award.objects.public(now)) == []

    Notice.objects.filter(kind="decision_made").update(sent_at=now)

    assert list(Award.objects.public(now)) == [application.award]


# --- files ------------------------------------------------------------------------


def attached(version, user):
    file = StoredFile.keep(
        b"%PDF-1.4", name="kart.pdf", content_type="application/pdf", by=Actor(user)
    )
    version.attachments.create(file=file)
    return file


def test_a_deleted_draft_takes_its_files_with_it(django_capture_on_commit_callbacks):
    application = create_draft()
    file = attached(application.working_copy(), application.started_by)

    with django_capture_on_commit_callbacks(execute=True):
        application.delete_draft(by=Actor(application.started_by))

    assert not Application.objects.exists()
    assert not StoredFile.objects.exists()
    assert not default_storage.exists(file.path)


def test_a_dropped_copy_leaves_the_files_that_were_sent(
    django_capture_on_commit_callbacks,
):
    draft = create_draft()
    sent = attached(draft.working_copy(), draft.started_by)
    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)
    caseworker = create_caseworker()
    declare_impartial(draft, caseworker)
    draft.take(by=Actor(caseworker))
    ask(draft)
    copy = draft.open_working_copy(by=Actor(draft.started_by))
    unsent = attached(copy, draft.started_by)

    with django_capture_on_commit_callbacks(execute=True):
        draft.withdraw(by=Actor(draft.started_by), now=timezone.now())

    assert list(StoredFile.objects.all()) == [sent]
    assert default_storage.exists(sent.path)
    assert not default_storage.exists(unsent.path)
