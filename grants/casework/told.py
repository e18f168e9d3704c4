"""Whom the portal has told what in a case, and how far it came."""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from grants.models import Application, Decision, Letter
from omradesatsing.notices.models import Delivery, Notice

# What mentions a letter again.
REMINDER = "letter_unread"
LETTERS = {"decision_made", "letter_sent"}
MOST = 100


@dataclass
class Told:
    """One thing told to one recipient: notified, sent or failed, reminded, opened."""

    notice: Notice
    reminded_at: object = None

    @property
    def failed(self):
        return self.notice.delivery == Delivery.FAILED


def told_in(case):
    """The notices of a case, its decisions and letters: newest first, reminders in."""
    types = ContentType.objects.get_for_models(Application, Decision, Letter)
    notices = (
        Notice.objects.filter(
            Q(about_type=types[Application], about_id=case.pk)
            | Q(
                about_type=types[Decision],
                about_id__in=Decision.objects.filter(application=case).values("pk"),
            )
            | Q(
                about_type=types[Letter],
                about_id__in=Letter.objects.filter(application=case).values("pk"),
            )
        )
        # Written to a draft, they are none of the staff's business.
        .filter(created_at__gte=case.submitted_at)
        .select_related("recipient")
        .order_by("-created_at", "-pk")[:MOST]
    )
    # Of a letter and its reader: about the same row as what is mentioned again.
    reminders = {told(row): row for row in notices if row.kind == REMINDER}
    rows = []
    for notice in notices:
        if notice.kind == REMINDER:
            continue
        again = reminders.get(told(notice)) if notice.kind in LETTERS else None
        rows.append(Told(notice, again.created_at if again else None))
    return rows


def told(notice):
    return notice.about_type_id, notice.about_id, notice.recipient_id
