"""What the worker does for grants. Each job may run twice without harm."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from grants import registers
from grants.appeal_bundle import appeal_bundle
from grants.interim import send_interim_replies
from grants.letters.pdf import letter_pdf
from grants.models import (
    Appeal,
    Application,
    BoardMember,
    Letter,
    Membership,
    Organisation,
    RejectedFile,
    Round,
)
from grants.models.rejections import newly_rejected
from grants.reminders import remind
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.files.models import StoredFile
from omradesatsing.notices.models import Notice


@app.task(
    name="grants.make_letter_pdf",
    queue="documents",
    retry=RetryStrategy(max_attempts=5, exponential_wait=5),
)
def make_letter_pdf(letter_id):
    """Make a letter's PDF and keep it with the letter, unless it has one.

    Of two at once the first to finish is kept, and the other's file is thrown away.
    """
    letter = Letter.objects.select_related("application").get(pk=letter_id)
    if letter.pdf_id:
        return
    data = letter_pdf(letter)
    number = letter.application.number.replace("/", "-")
    # On disk before the letter points at it: a crash leaves a spare file, never a
    # letter without one.
    file = StoredFile.keep(
        data,
        name=f"vedtak-{number}.pdf",
        content_type="application/pdf",
        by=Actor.system(),
        about=letter,
    )
    if not Letter.objects.filter(pk=letter_id, pdf=None).update(pdf=file):
        file.discard()


@app.task(
    name="grants.make_appeal_bundle",
    queue="documents",
    retry=RetryStrategy(max_attempts=5, exponential_wait=5),
)
def make_appeal_bundle(appeal_id):
    """Make the one PDF that the appeal body gets, unless it is there.

    Of two at once the first to finish is kept, and the other's file is thrown away.
    """
    appeal = Appeal.objects.get(pk=appeal_id)
    if appeal.bundle_id or appeal.forwarded_at is None:
        return
    number = appeal.application.number.replace("/", "-")
    file = StoredFile.keep(
        appeal_bundle(appeal),
        name=f"klagesak-{number}.pdf",
        content_type="application/pdf",
        by=Actor.system(),
        about=appeal,
    )
    if not Appeal.objects.filter(pk=appeal_id, bundle=None).update(bundle=file):
        file.discard()


@app.periodic(cron="7 * * * *")
@app.task(name="grants.remind", queueing_lock="remind", queue="notices")
def remind_people(timestamp):
    """Each hour: what people should be reminded of by now."""
    remind(timezone.now())


@app.periodic(cron="37 6 * * *")
@app.task(name="grants.reply_for_now", queueing_lock="reply_for_now", queue="notices")
def reply_for_now(timestamp):
    """Each morning: interim replies where the statutory period is about to end."""
    send_interim_replies(timezone.now())


@app.task(
    name="grants.tell_of_later_closing",
    queue="notices",
    retry=RetryStrategy(max_attempts=5, exponential_wait=5),
)
@transaction.atomic
def tell_of_later_closing(round_id, closes_at):
    """Tell those with a draft in a round that it closes later, each of them once.

    `closes_at` is the new closing as ISO 8601; a later one still makes this one stale.
    """
    round = Round.objects.get(pk=round_id)
    if round.closes_at.isoformat() != closes_at:
        return
    drafts = Application.objects.drafts().filter(round=round)
    for draft in drafts.select_related("applicant"):
        Notice.write(
            "round_extended",
            about=draft,
            to=draft.members(),
            occasion=closes_at,
            url=draft.get_absolute_url(),
            context={"round": round},
        )
    tell_followers_of_later_closing(round)


def tell_followers_of_later_closing(round):
    """The same to those who follow the round and have no draft in it."""
    begun = Membership.objects.active().filter(
        user=OuterRef("user"), applicant__applications__round=round
    )
    following = round.followers.exclude(Exists(begun)).values("user")
    Notice.write(
        "followed_round_extended",
        about=round,
        to=User.objects.filter(pk__in=following, is_active=True),
        occasion=round.closes_at.isoformat(),
        url=round.get_absolute_url(),
        context={"round": round},
    )


# At most so many in one go; the rest wait a quarter of an hour.
LOOKED_UP_AT_ONCE = 50


@app.periodic(cron="*/15 * * * *")
@app.task(name="grants.look_up_again", queueing_lock="look_up", queue="registers")
def look_up_again(timestamp):
    """Each quarter: ask about the organisations that no register has answered about.

    Stops at the first silence: the register is down for all the others too.
    """
    if not registers.are_asked():
        return
    for organisation in Organisation.objects.to_look_up()[:LOOKED_UP_AT_ONCE]:
        entry = organisation.look_up(by=Actor.system(), now=timezone.now())
        if not entry.is_answered:
            return


@app.periodic(cron="*/15 * * * *")
@app.task(name="grants.read_boards", queueing_lock="read_boards", queue="registers")
def read_boards(timestamp):
    """Each quarter: who is on the boards of those whose cases are treated now.

    Forgets those whose cases are over.
    """
    BoardMember.objects.stale().delete()
    if not registers.are_asked():
        return
    now = timezone.now()
    for organisation in BoardMember.to_read(now)[:LOOKED_UP_AT_ONCE]:
        found = registers.roles(organisation.orgnr)
        if found is None:
            return
        BoardMember.replace(organisation, found, now=now)


@app.periodic(cron="* * * * *")
@app.task(name="grants.reject_files", queueing_lock="reject_files", queue="files")
def reject_files(timestamp):
    """Each minute: what the scanner has rejected among attached files since last."""
    for file in newly_rejected():
        RejectedFile.reject(file, now=timezone.now())
