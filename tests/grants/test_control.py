"""What is overdue or missing: each group finds its own, and nothing else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from grants import control
from grants.deadlines import next_working_day
from grants.models import Decision, LegalTerm, Letter
from omradesatsing.accounts.actors import Actor
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import RETRY_AFTER, Notice
from tests.factories import (
    REASONS,
    create_caseworker,
    create_decided,
    create_decider,
    create_in_review,
    create_recommended,
    create_reports_to,
    create_round,
    create_submitted,
    create_user,
    declare_conflict,
    declare_impartial,
    finish,
)

pytestmark = pytest.mark.django_db
URL = "/admin/kontroll/"


@pytest.fixture(autouse=True)
def one_month(db):
    """The interim reply is due a month after, whatever the migrations have put in."""
    LegalTerm.objects.filter(kind=LegalTerm.Kind.INTERIM_REPLY).delete()
    LegalTerm.objects.create(
        kind=LegalTerm.Kind.INTERIM_REPLY,
        amount=1,
        unit=LegalTerm.Unit.MONTHS,
        source="forvaltningsloven § 11 a",
        valid_from=date(1970, 1, 1),
    )


def found(user, *, after=timedelta(0)):
    """{key of a group: numbers of its cases}, the empty groups left out."""
    groups = control.groups_for(user, timezone.now() + after)
    return {
        group.key: [case.number for case in group.cases.order_by("since", "pk")]
        for group in groups
        if group.cases.exists()
    }


def test_with_nothing_wrong_every_group_is_empty():
    case = create_decided()
    create_recommended()
    create_in_review()
    create_submitted()

    assert found(case.caseworker) == {}


def test_an_interim_reply_is_overdue_the_day_after_the_period():
    case, user = create_submitted(), create_caseworker()
    # Held still: 31 days or less in a month, and a last day that is a day off.
    days = {n: found(user, after=timedelta(days=n)) for n in (26, 40)}

    assert days == {26: {}, 40: {"forelopig-svar": [case.number]}}


def test_an_interim_reply_that_was_sent_is_enough():
    case, user = create_submitted(), create_caseworker()
    Letter.send(
        case,
        kind=Letter.Kind.INTERIM_REPLY,
        title="Foreløpig svar",
        parts=[],
        language="nb",
        by=Actor.system(),
        now=timezone.now(),
    )

    assert "forelopig-svar" not in found(user, after=timedelta(days=40))


def test_a_promised_date_that_has_passed_is_found():
    today = timezone.localdate()
    late = create_submitted(
        round=create_round(expected_answer_on=today - timedelta(days=1))
    )
    create_submitted(round=create_round(expected_answer_on=today))

    assert found(create_caseworker()) == {"lovet-svar": [late.number]}


def test_an_act_without_a_word_on_impartiality_is_found():
    case = create_in_review()
    stranger = create_caseworker()
    # Past the verb, which refuses it: as a mistake in our own code would be.
    case.advice.create(
        given_by=stranger, given_at=timezone.now(), stance="support", text="Ja."
    )
    create_in_review()

    assert found(case.caseworker) == {"habilitet": [case.number]}


def test_an_assessment_that_is_only_begun_is_no_act_without_a_word():
    case = create_in_review()

    finish(case, case.caseworker, done=False)

    assert found(case.caseworker) == {}


def test_a_word_that_came_after_the_act_is_too_late():
    case = create_in_review()
    stranger = create_caseworker()
    before = timezone.now() - timedelta(minutes=1)
    case.advice.create(given_by=stranger, given_at=before, stance="support", text="Ja.")

    declare_impartial(case, stranger)

    assert found(case.caseworker) == {"habilitet": [case.number]}


def test_a_decision_by_one_who_advised_is_found():
    case = create_decided()
    case.advice.create(
        given_by=case.decision.decided_by,
        given_at=timezone.now(),
        stance="support",
        text="Ja.",
    )
    create_decided()

    assert found(case.caseworker) == {"fire-oyne": [case.number]}


def test_the_database_refuses_one_person_who_prepares_and_decides():
    case = create_decided()
    alone = {
        "prepared_by": case.decision.decided_by,
        "decided_by": case.decision.decided_by,
    }

    with (
        pytest.raises(IntegrityError, match="decision_has_two_people"),
        transaction.atomic(),
    ):
        Decision.objects.create(
            application=case,
            version=2,
            kind="correction",
            what_changed="Beløpet var feil.",
            outcome="refused",
            asked_amount=Decimal(20_000),
            delegation=case.decision.delegation,
            decided_at=timezone.now(),
            **REASONS,
            **alone,
        )


def test_a_question_that_nobody_answers_in_time_is_found():
    case = create_in_review()
    now = timezone.now()
    due_on = next_working_day(timezone.localdate(now) + timedelta(days=7))
    case.request_info(
        by=Actor(case.caseworker), now=now, text="Kart?", due_on=due_on, steps=[]
    )
    until = due_on - timezone.localdate(now)

    user = case.caseworker
    on_the_day = found(user, after=until)
    after = found(user, after=until + timedelta(days=1))

    assert (on_the_day, after) == ({}, {"ubesvart": [case.number]})


def test_a_decision_held_for_over_fourteen_days_is_found():
    case = create_recommended()
    decider = create_decider()
    declare_impartial(case, decider)
    case.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome="granted",
        amount=Decimal(20_000),
        hold=True,
        **REASONS,
    )

    days = {n: found(decider, after=timedelta(days=n)) for n in (13, 15)}

    assert days == {13: {}, 15: {"holdt-tilbake": [case.number]}}


def test_a_notice_of_a_letter_that_was_given_up_is_found():
    case, other = create_decided(), create_decided()
    Notice.objects.filter(kind="decision_made", about_id=case.decision.pk).update(
        attempts=len(RETRY_AFTER) + 1
    )
    Notice.objects.filter(kind="application_submitted", about_id=other.pk).update(
        attempts=len(RETRY_AFTER) + 1
    )

    assert found(case.caseworker) == {"ikke-levert": [case.number]}


def test_a_letter_that_nobody_opens_in_fourteen_days_is_found():
    case, read = create_decided(), create_decided()
    for notice in Notice.objects.filter(
        kind="decision_made", about_id=read.decision.pk
    ):
        notice.mark_read(now=timezone.now())

    days = {n: found(case.caseworker, after=timedelta(days=n)) for n in (13, 15)}

    assert days == {13: {}, 15: {"ulest": [case.number]}}


def test_another_letter_that_nobody_opens_is_found_too():
    case, user = create_in_review(), create_caseworker()
    Letter.send(
        case,
        kind=Letter.Kind.HEARING,
        title="Si hva du mener",
        parts=[],
        language="nb",
        by=Actor(case.caseworker),
        now=timezone.now(),
    )

    assert found(user, after=timedelta(days=15)) == {"ulest": [case.number]}


def test_a_conflict_hides_a_case_here_too(client):
    today = timezone.localdate()
    case = create_submitted(
        round=create_round(expected_answer_on=today - timedelta(days=1))
    )
    user = create_caseworker()
    declare_conflict(case, user)
    client.force_login(user)

    page = client.get(URL).content.decode()
    file = content_of(client.post(reverse("admin:control_export")))

    assert (case.number in page, case.number in file) == (False, False)


def content_of(response):
    return b"".join(response.streaming_content).decode()


def test_the_file_has_every_row_and_the_journal_knows_of_it(client):
    today = timezone.localdate()
    round = create_round(expected_answer_on=today - timedelta(days=1))
    cases = [create_submitted(round=round, title="=1+1") for _ in range(2)]
    user = create_caseworker()
    client.force_login(user)

    file = content_of(client.post(reverse("admin:control_export")))

    promised = f"{today - timedelta(days=1):%d.%m.%Y}"
    assert file.splitlines() == [
        "\ufeffHva;Nummer;Prosjekt;Område;Saksbehandler;Dato;Datoen er",
        *(
            f"Svaret er senere enn vi har lovet;{case.number};'=1+1;{case.area};"
            f"ingen;{promised};Lovet"
            for case in cases
        ),
    ]
    entry = JournalEntry.objects.get(verb="control_exported")
    assert (entry.actor, entry.facts) == (user, {"rows": 2})


@pytest.mark.parametrize("more", [1, 30])
def test_the_page_asks_the_database_fifteen_times(
    client, django_assert_num_queries, more
):
    round = create_round(expected_answer_on=timezone.localdate() - timedelta(days=1))
    for _ in range(more):
        create_submitted(round=round)
    client.force_login(create_caseworker())

    with django_assert_num_queries(15):
        page = client.get(URL)

    assert page.content.decode().count("Lovet <span") == min(more, control.MOST)


def test_the_page_says_how_many_there_are_and_how_four_eyes_are_proved(client):
    client.force_login(create_caseworker())

    page = client.get(URL).content.decode()

    assert page.count('<span class="task-group__count">(0)</span>') == 8
    assert "&quot;grants_decision&quot;.&quot;prepared_by_id&quot;" in page


def test_a_leader_may_see_it_and_another_employee_may_not(client):
    leader, other = create_user(is_staff=True), create_user(is_staff=True)
    create_reports_to(user=create_caseworker(), leader=leader)
    statuses = []
    for user in (leader, other):
        client.force_login(user)
        statuses.append(client.get(URL).status_code)

    assert statuses == [200, 403]
