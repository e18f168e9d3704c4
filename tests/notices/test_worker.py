import asyncio
import signal
import threading
import time

import pytest
from django.db import connection, connections, transaction

from omradesatsing.accounts.models import User
from omradesatsing.notices.models import RETRY_AFTER, Notice
from omradesatsing.notices.tasks import deliver, lock_sending, send_plain_email


def a_notice(number=0):
    """A notice and its job, as `Notice.write` makes them."""
    user = User.objects.create_user(f"bruker{number}@example.org")
    with transaction.atomic():
        notice = Notice.objects.create(
            kind="test",
            about=user,
            recipient=user,
            language="nb",
            subject="Emne",
            text="Tekst",
            email_subject="Nytt på Min side",
            email_text="Logg inn",
            message_id=f"<{number}@portal.example>",
        )
        deliver.defer(notice_id=notice.pk)
    return notice


def ids(mailbox):
    return sorted(
        line.split(b": ")[1].decode()
        for envelope in mailbox.messages
        for line in envelope.content.splitlines()
        if line.startswith(b"Message-ID")
    )


def test_a_worker_delivers_and_forgets_the_job(mailbox, jobs, run_due_jobs):
    notice = a_notice()
    send_plain_email.defer(to="ola@example.org", subject="Kode", body="ABCD")

    run_due_jobs()

    notice.refresh_from_db()
    assert (notice.attempts, notice.sent_at is not None) == (1, True)
    assert [envelope.rcpt_tos for envelope in mailbox.messages] == [
        ["bruker0@example.org"],
        ["ola@example.org"],
    ]
    assert jobs() == []


def test_a_refused_email_is_tried_again_later(mailbox, jobs, run_due_jobs):
    notice = a_notice()
    mailbox.refusal = "451 Try later"
    run_due_jobs()
    assert jobs() == [("notices.deliver", "todo", 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs"
            " WHERE task_name = 'notices.deliver'"
        )
        wait = float(cursor.fetchone()[0])
    assert 0 < wait <= RETRY_AFTER[0].total_seconds()
    mailbox.refusal = None

    run_due_jobs()

    notice.refresh_from_db()
    assert (notice.attempts, len(mailbox.messages), jobs()) == (2, 1, [])


def test_after_the_last_try_the_job_is_left_and_the_failure_seen(
    mailbox, jobs, run_due_jobs
):
    notice = a_notice()
    mailbox.refusal = "550 No such box"

    for _try in range(len(RETRY_AFTER) + 3):
        run_due_jobs()

    notice.refresh_from_db()
    assert (notice.attempts, notice.delivery) == (len(RETRY_AFTER) + 1, "failed")
    assert jobs() == [("notices.deliver", "failed", len(RETRY_AFTER) + 1)]


def test_neither_code_nor_address_reaches_the_log(worker, mailbox, jobs):
    send_plain_email.defer(to="kari@example.org", subject="Kode", body="ABCD-EFGH")
    mailbox.refusal = "550 No such box as kari@example.org"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 9")

    _out, log = worker("--one-shot").communicate(timeout=60)

    assert jobs() == [("notices.send_plain_email", "failed", 10)]
    assert "notices.send_plain_email: job_error SMTPDataError" in log
    assert [word for word in ("kari", "ABCD") if word in log] == []


def test_one_bad_email_does_not_hold_up_the_others(mailbox, jobs, run_due_jobs):
    bad, good = a_notice(1), a_notice(2)
    User.objects.filter(pk=bad.recipient_id).update(email="\n")

    run_due_jobs()

    good.refresh_from_db()
    assert (good.sent_at is not None, ids(mailbox)) == (True, [good.message_id])


def test_two_senders_at_once_send_once(mailbox, jobs):
    notice = a_notice()
    entered, go = threading.Event(), threading.Event()

    async def hold():
        entered.set()
        await asyncio.get_running_loop().run_in_executor(None, go.wait, 10)

    mailbox.before_answer = hold

    def send():
        try:
            deliver(notice.pk)
        finally:
            connections.close_all()

    first = threading.Thread(target=send)
    first.start()
    assert entered.wait(10)
    second = threading.Thread(target=send)
    second.start()
    second.join(10)
    # The recipient opens it while the mail server thinks: nobody waits.
    notice.mark_read(now=notice.created_at)
    go.set()
    first.join(10)

    notice.refresh_from_db()
    assert (len(mailbox.messages), notice.attempts) == (1, 1)
    assert notice.read_at == notice.created_at


@pytest.mark.django_db(transaction=True)
def test_only_one_holds_the_right_to_send():
    with transaction.atomic():
        mine = lock_sending(7)
        others = {}

        def ask():
            with transaction.atomic():
                others.update({7: lock_sending(7), 8: lock_sending(8)})
            connections.close_all()

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(10)

    assert (mine, others) == (True, {7: False, 8: True})


def test_two_worker_processes_send_each_email_once(worker, mailbox, jobs):
    notices = [a_notice(number) for number in range(12)]

    workers = [worker("--one-shot"), worker("--one-shot")]

    assert [process.wait(60) for process in workers] == [0, 0]
    assert ids(mailbox) == sorted(notice.message_id for notice in notices)
    assert Notice.objects.filter(attempts=1).delivered().count() == 12
    assert jobs() == []


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_stops_when_told_and_ends_what_it_began(worker, mailbox, jobs, stop):
    async def slow():
        await asyncio.sleep(0.5)

    mailbox.before_answer = slow
    process = worker()
    notice = a_notice()
    wait_for(lambda: jobs() and jobs()[0][1] == "doing")

    process.send_signal(stop)

    assert process.wait(20) == 0
    notice.refresh_from_db()
    assert (notice.attempts, len(mailbox.messages), jobs()) == (1, 1, [])


def test_the_job_of_a_killed_worker_is_put_back(worker, mailbox, jobs, run_due_jobs):
    reached = threading.Event()

    async def hang():
        reached.set()
        await asyncio.sleep(3)

    mailbox.before_answer = hang
    notice = a_notice()
    process = worker()
    assert reached.wait(30)
    process.kill()
    process.wait(10)
    mailbox.before_answer = None
    assert jobs() == [("notices.deliver", "doing", 0)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 min'"
        )
        cursor.execute("DELETE FROM procrastinate_periodic_defers")
    wait_for(lambda: lock_is_free(notice.pk))

    run_due_jobs()
    run_due_jobs()

    notice.refresh_from_db()
    assert (notice.sent_at is not None, jobs()) == (True, [])


def lock_is_free(pk):
    with transaction.atomic():
        return lock_sending(pk)


def wait_for(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
