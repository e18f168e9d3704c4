"""Interim replies: who has waited as long as the law lets anyone wait for a word."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from grants.deadlines import due_dates
from grants.models import Application, LegalTerm, Letter
from grants.models.states import WITH_STAFF
from omradesatsing.accounts.actors import Actor

# No period of the law is so long that a case older than this is not past it.
LONGEST_TERM = timedelta(days=400)
# The letter goes out so long before the last day, so that one that fails can be mended.
AHEAD = timedelta(days=3)
AT_ONCE = 200


def without_interim_reply(cases, *, last_day):
    """Open cases told nothing, whose period ends on `last_day` or before.

    Annotated with `since`, the instant from which the period runs.
    """
    days = [last_day - timedelta(days=n) for n in range(LONGEST_TERM.days)]
    due = due_dates(LegalTerm.Kind.INTERIM_REPLY, days)
    received = max((day for day in due if due[day] <= last_day), default=date.min)
    replies = Letter.objects.filter(
        kind=Letter.Kind.INTERIM_REPLY, application=OuterRef("pk")
    )
    return cases.filter(
        ~Exists(replies),
        state__in=WITH_STAFF,
        submitted_at__date__lte=received,
    ).annotate(since=F("submitted_at"))


def send_interim_replies(now):
    """Tell those whose period ends within days, in the law's name; the oldest first."""
    today = timezone.localdate(now)
    cases = without_interim_reply(Application.objects.all(), last_day=today + AHEAD)
    waiting = cases.select_related("round").order_by("submitted_at", "pk")
    for case in waiting[:AT_ONCE]:
        answer_on = case.round.expected_answer_on
        case.reply_for_now(
            by=Actor.system(),
            now=now,
            expected_on=answer_on if answer_on and answer_on > today else None,
        )
