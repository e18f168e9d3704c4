"""Scenario 27: letters that were held go out together, by a mail server that fails."""

from decimal import Decimal

from django.utils import timezone

from grants.models import Decision
from omradesatsing.accounts.actors import Actor
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_caseworker,
    create_decider,
    create_recommended,
    create_round,
    declare_impartial,
)
from tests.notices.conftest import empty_queue

LETTERS, TAKEN = 40, 17


def test_scenario_27_held_letters_go_once_each_though_the_mail_server_fails(
    mailbox, jobs, run_due_jobs
):
    round, caseworker = create_round(balance=Decimal(900_000)), create_caseworker()
    decider = create_decider()
    for _ in range(LETTERS):
        case = create_recommended(round=round, caseworker=caseworker)
        declare_impartial(case, decider)
        case.decide(
            by=Actor(decider),
            now=timezone.now(),
            outcome="granted",
            amount=case.versions.sent().last().amount,
            hold=True,
            **REASONS,
        )
    empty_queue()

    async def fail_after_seventeen():
        if len(mailbox.messages) >= TAKEN:
            mailbox.refusal = "451 try again later"

    mailbox.before_answer = fail_after_seventeen
    for _ in range(2):
        Decision.announce_all(round, by=Actor(decider), now=timezone.now())
    told = Notice.objects.filter(kind="decision_made")
    run_due_jobs()
    first = counted(told)
    mailbox.before_answer = mailbox.refusal = None
    run_due_jobs()
    run_due_jobs()

    assert first == (TAKEN, LETTERS - TAKEN)
    assert counted(told) == (LETTERS, 0)
    ids = [message_id(envelope) for envelope in mailbox.messages]
    assert sorted(ids) == sorted(told.values_list("message_id", flat=True))
    announced = JournalEntry.objects.filter(verb="decision_announced")
    assert announced.values("about_id").distinct().count() == LETTERS
    assert announced.count() == LETTERS


def counted(told):
    """How many are sent, and how many the log shows with what went wrong."""
    waiting = told.filter(sent_at=None).exclude(last_error="")
    return told.exclude(sent_at=None).count(), waiting.count()


def message_id(envelope):
    lines = envelope.content.splitlines()
    line = next(row for row in lines if row.startswith(b"Message-ID"))
    return line.split(b": ")[1].decode()
