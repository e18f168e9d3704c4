"""What the worker does with notices. Each job may run twice without harm."""

from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app

from omradesatsing.notices.models import RETRY_AFTER, Notice

# A code lives ten minutes: later than that, trying again only confuses.
RETRY_CODE_AFTER = [timedelta(seconds=seconds) for seconds in (5, 20, 60, 180)]


class BackOff(BaseRetryStrategy):
    """Tries again later and later, then leaves the job failed."""

    def __init__(self, waits):
        self.waits = waits

    def get_retry_decision(self, *, exception, job):
        if job.attempts >= len(self.waits):
            return None
        return RetryDecision(retry_at=timezone.now() + self.waits[job.attempts])


@app.task(name="notices.deliver", queue="email", retry=BackOff(RETRY_AFTER))
def deliver(notice_id):
    """Send one notice's e-mail, unless it has been sent or is being sent.

    Only a crash between the mail server's 250 and our commit can repeat it, and then
    under the same Message-ID.
    """
    error = None
    with transaction.atomic():
        if not lock_sending(notice_id):
            return
        notice = Notice.objects.select_related("recipient").get(pk=notice_id)
        if notice.sent_at is not None:
            return
        notice.attempts += 1
        try:
            notice.email().send()
        except Exception as caught:
            # Whatever it is, staff must see it.
            error = caught
            notice.last_error = f"{type(caught).__name__}: {caught}"[:300]
        else:
            notice.sent_at = timezone.now()
            notice.last_error = ""
        notice.save(update_fields=["attempts", "sent_at", "last_error"])
    if error:
        # Raised after the commit, so that the attempt is on record.
        raise error


def lock_sending(what):
    """Be the only one to send this notice until the transaction ends, if no one is.

    Not a row lock: a mail server may take its time, and the recipient must be able to
    open the notice meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"notices.deliver {what}"],
        )
        return cursor.fetchone()[0]


# Two in the afternoon in winter, three in summer: read before people go home.
@app.periodic(cron="0 13 * * *")
@app.task(name="notices.send_digests", queueing_lock="digests", pass_context=True)
def send_digests(context, timestamp):
    """Ask for one e-mail for each person who has chosen that, and has news."""
    waiting = Notice.objects.for_digest().order_by().values_list("recipient", flat=True)
    for user_id in waiting.distinct():
        deliver_digest.defer(user_id=user_id)


@app.task(name="notices.deliver_digest", queue="email", retry=BackOff(RETRY_AFTER))
def deliver_digest(user_id):
    """Send what a person has not been told or read yet as one e-mail."""
    error = None
    with transaction.atomic():
        if not lock_sending(f"digest {user_id}"):
            return
        notices = list(
            Notice.objects.for_digest()
            .filter(recipient=user_id)
            .select_related("recipient")
            .order_by("created_at", "pk")
        )
        if not notices:
            return
        outcome = {"last_error": ""}
        try:
            notices[0].digest(notices).send()
        except Exception as caught:
            # Whatever it is, staff must see it.
            error = caught
            outcome["last_error"] = f"{type(caught).__name__}: {caught}"[:300]
        else:
            outcome["sent_at"] = timezone.now()
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(
            attempts=F("attempts") + 1, **outcome
        )
    if error:
        # Raised after the commit, so that the attempt is on record.
        raise error


@app.task(
    name="notices.send_plain_email", queue="email", retry=BackOff(RETRY_CODE_AFTER)
)
def send_plain_email(to, subject, body):
    """Send a text that is not a notice, such as a one-time code."""
    EmailMessage(
        subject=subject,
        body=body,
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()


@app.periodic(cron="* * * * *")
@app.task(name="notices.put_back_stalled", queueing_lock="put_back", pass_context=True)
async def put_back_stalled(context, timestamp):
    """Give the jobs of a killed worker to the living: they beat every ten seconds."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=60):
        if job.id != context.job.id:
            await jobs.retry_job(job)


@app.periodic(cron="23 * * * *")
@app.task(name="notices.forget_old_jobs", queueing_lock="forget", pass_context=True)
async def forget_old_jobs(context, timestamp):
    """Failed jobs may hold a code or an address: a day is enough to look at them."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=24, include_failed=True, include_cancelled=True, include_aborted=True
    )
