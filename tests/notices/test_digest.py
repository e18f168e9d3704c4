"""One e-mail a day for those who ask for it, by a real mail server."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import RETRY_AFTER, Delivery, Notice
from omradesatsing.notices.tasks import deliver_digest, send_digests

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def texts(settings, tmp_path):
    """Three kinds of our own, so that no domain's texts are asserted on."""
    folder = tmp_path / "notices"
    folder.mkdir()
    for kind in ("first", "second", "third"):
        (folder / f"{kind}.txt").write_text(f"Emne {kind}\n\nTekst.")
        (folder / f"{kind}.email.txt").write_text(f"E-post {kind}\n\nTekst.")
    backend = settings.TEMPLATES[0]
    settings.TEMPLATES = [backend | {"DIRS": [tmp_path, *backend["DIRS"]]}]
    settings.SITE_URL = "https://portal.example"
    settings.PORTAL_NAME = "Portalen"


def a_user(email="kari@example.org", **fields):
    return User.objects.create_user(email, **fields)


def sent_to(mailbox):
    """(to, subject, body) of each e-mail that the server took."""
    return [
        (envelope.rcpt_tos, mail["Subject"], mail.get_content().replace("\r\n", "\n"))
        for envelope in mailbox.messages
        for mail in [message_from_bytes(envelope.content, policy=default)]
    ]


def digests(run_due_jobs):
    send_digests.defer(timestamp=0)
    run_due_jobs()
    run_due_jobs()


def test_what_may_wait_comes_once_a_day_as_one_email(mailbox, jobs, run_due_jobs):
    kari = a_user(one_digest=True)
    Notice.write("first", about=kari, to=[kari], may_wait=True, now=NOON)
    Notice.write("second", about=kari, to=[kari], may_wait=True)
    run_due_jobs()
    before = sent_to(mailbox)

    digests(run_due_jobs)
    digests(run_due_jobs)

    assert before == []
    assert sent_to(mailbox) == [
        (
            ["kari@example.org"],
            "2 nye meldinger på Min side",
            """Hei!

Dette er nytt til deg i portalen Portalen:

- E-post first
- E-post second

Slik leser du dem: Skriv portal.example i nettleseren, velg «Logg inn», og åpne Min \
side.

Du får én e-post om dagen fordi du har valgt det. Det kan du endre på Min side. \
Meldinger med en frist sender vi med en gang.

Du kan ikke svare på denne e-posten.

Hilsen Portalen
""",
        )
    ]
    assert {notice.delivery for notice in Notice.objects.all()} == {Delivery.SENT}


def test_what_may_not_wait_and_those_who_want_each_get_it_at_once(
    mailbox, jobs, run_due_jobs
):
    kari, ola = a_user(one_digest=True), a_user("ola@example.org")
    Notice.write("first", about=kari, to=[kari])
    Notice.write("second", about=kari, to=[ola], may_wait=True)

    run_due_jobs()

    assert [(to, subject) for to, subject, _body in sent_to(mailbox)] == [
        (["kari@example.org"], "E-post first"),
        (["ola@example.org"], "E-post second"),
    ]


def test_what_is_read_in_the_portal_is_not_mailed(mailbox, jobs, run_due_jobs):
    kari = a_user(one_digest=True)
    [read] = Notice.write("first", about=kari, to=[kari], may_wait=True)
    [waiting] = Notice.write("second", about=kari, to=[kari], may_wait=True)
    read.mark_read(now=NOON)

    states = [Notice.objects.get(pk=row.pk).delivery for row in (read, waiting)]
    digests(run_due_jobs)

    assert states == [Delivery.READ, Delivery.DIGEST]
    assert [subject for _to, subject, _body in sent_to(mailbox)] == [
        "1 ny melding på Min side"
    ]


def test_a_refused_digest_is_tried_again_and_what_went_wrong_is_seen(
    mailbox, jobs, run_due_jobs
):
    kari = a_user(one_digest=True)
    [notice] = Notice.write("first", about=kari, to=[kari], may_wait=True)
    mailbox.refusal = "451 Try later"
    digests(run_due_jobs)
    notice.refresh_from_db()
    after_refusal = (notice.delivery, notice.attempts > 0, "451" in notice.last_error)

    mailbox.refusal = None
    run_due_jobs()

    notice.refresh_from_db()
    assert after_refusal == (Delivery.RETRYING, True, True)
    assert (notice.delivery, notice.last_error) == (Delivery.SENT, "")
    assert len(sent_to(mailbox)) == 1


def test_two_workers_send_one_digest(mailbox, jobs):
    kari = a_user(one_digest=True)
    Notice.write("first", about=kari, to=[kari], may_wait=True)

    deliver_digest(user_id=kari.pk)
    deliver_digest(user_id=kari.pk)

    assert len(sent_to(mailbox)) == 1


@pytest.mark.parametrize(
    ("language", "subject"),
    [("nn", "1 ny melding på Mi side"), ("en", "1 new message on My page")],
)
def test_the_digest_is_in_the_recipients_language(mailbox, jobs, language, subject):
    kari = a_user(one_digest=True, language=language)
    Notice.write("first", about=kari, to=[kari], may_wait=True)

    deliver_digest(user_id=kari.pk)

    assert [row[1] for row in sent_to(mailbox)] == [subject]


def test_staff_send_a_failed_email_again_once(mailbox, jobs, run_due_jobs):
    kari, admin = a_user(), a_user("admin@example.org", is_staff=True)
    [notice] = Notice.write("first", about=kari, to=[kari])
    run_due_jobs()
    mailbox.messages.clear()
    Notice.objects.update(sent_at=None, attempts=len(RETRY_AFTER) + 1)

    notice.send_again(by=Actor(admin))
    with pytest.raises(Refused):
        notice.send_again(by=Actor(admin))
    run_due_jobs()

    assert len(mailbox.messages) == 1
    assert list(JournalEntry.objects.values_list("verb", "actor")) == [
        ("notice_sent_again", admin.pk)
    ]
