"""Letters that no e-mail brought to their reader: reminded of, then put on paper.

Each job may run twice without harm: a reminder is a notice, told once, and a letter is
once in the print queue for each recipient.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from grants.control import of_letters
from grants.models import Letter, PrintItem
from omradesatsing.notices.models import Delivery, Notice

REMIND_AFTER = timedelta(days=7)
PAPER_AFTER = timedelta(days=14)


def unopened():
    """Notices of letters that are not opened and not on paper."""
    on_paper = PrintItem.objects.filter(recipient=OuterRef("recipient"))
    of_decision = on_paper.filter(letter__decision=OuterRef("about_id"))
    of_letter = on_paper.filter(letter=OuterRef("about_id"))
    return (
        of_letters(Notice.objects.unread())
        .filter(recipient__anonymised_at=None)
        .exclude(Q(kind="decision_made") & Q(Exists(of_decision)))
        .exclude(Q(kind="letter_sent") & Q(Exists(of_letter)))
        .select_related("recipient")
        .prefetch_related("about")
        .order_by("created_at", "pk")
    )


def with_letters(notices):
    """[(notice, its letter)]."""
    of_decision = Q(
        decision__in=notices.filter(kind="decision_made").values("about_id")
    )
    of_letter = Q(pk__in=notices.filter(kind="letter_sent").values("about_id"))
    letters = Letter.objects.filter(of_decision | of_letter).select_related(
        "application", "decision"
    )
    found = {letter.decision or letter: letter for letter in letters}
    return [(notice, found[notice.about]) for notice in notices]


def remind_of_letters(now):
    """Mention a letter again to each who has not opened it in a week; once.

    Never to an address that e-mail since then did not reach.
    """
    given_up = Notice.objects.in_delivery_state(Delivery.FAILED).filter(
        recipient=OuterRef("recipient"), created_at__gte=OuterRef("created_at")
    )
    waiting = unopened().filter(
        ~Exists(given_up),
        created_at__lte=now - REMIND_AFTER,
        created_at__gt=now - PAPER_AFTER,
    )
    with transaction.atomic():
        for notice, letter in with_letters(waiting):
            Notice.write(
                "letter_unread",
                about=notice.about,
                to=[notice.recipient],
                url=letter.get_absolute_url(),
                context={"application": letter.application, "letter": letter},
            )


def put_on_paper(now):
    """Queue for print what was given up, and what nobody has opened in two weeks."""
    given_up = unopened().filter(
        pk__in=Notice.objects.in_delivery_state(Delivery.FAILED).values("pk")
    )
    unread = unopened().filter(created_at__lte=now - PAPER_AFTER)
    for cause, notices in [
        (PrintItem.Cause.BOUNCED, given_up),
        (PrintItem.Cause.UNREAD, unread),
    ]:
        for notice, letter in with_letters(notices):
            PrintItem.queue_for(notice, letter, cause=cause, now=now)
