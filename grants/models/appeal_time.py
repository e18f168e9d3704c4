"""How long one may appeal: from the notice, as the law counts."""

from dataclasses import dataclass

from grants.deadlines import due_date
from grants.models.letters import Letter
from grants.models.schemes import LegalTerm
from omradesatsing.notices.models import Delivery, Notice

# forvaltningsloven § 31: nothing is taken up more than a year after the decision.
MONTHS_AT_MOST = 12
# § 34: to the appellant's harm only when told within three months of the appeal.
MONTHS_FOR_HARM = 3


@dataclass(frozen=True)
class Clock:
    """The time to appeal, for one recipient: from when, and its last day.

    Without an instant it has not begun (nobody has been told), or it stands still
    while reasons are asked for.
    """

    start: object
    last_day: object


def appeal_clock(decision, user=None, *, against=None):
    """When the time to appeal a decision began and ends, for `user` or for the last
    of the parties to be told.

    It runs from the notice (§ 29): when its e-mail was taken or, before that, when it
    was opened in the inbox. What waits to be sent counts from the announcement until
    more is known; an e-mail that was given up starts nothing. Reasons that were given
    later start it anew. `against` is an appeal whose dismissal is appealed against.
    """
    letter = against.outcome_letter if against else None
    told_at = letter.written_at if letter else decision.announced_at
    if told_at is None:
        return Clock(None, None)
    start = begun(letter or decision, told_at, user)
    reasons = None if against else reasons_given(decision)
    if reasons:
        start = begun(reasons, reasons.written_at, user)
    if start is None:
        return Clock(None, None)
    return Clock(start, due_date(LegalTerm.Kind.APPEAL, start=start))


def appeal_due(decision, user=None, *, against=None):
    """The last day to appeal (see `appeal_clock`), or None while no time runs."""
    return appeal_clock(decision, user, against=against).last_day


def begun(about, told_at, user):
    """When the notice of a letter or a decision reached `user`, or the last of all."""
    notices = Notice.objects.about(about).filter(
        kind__in=["decision_made", "letter_sent"]
    )
    if user is not None:
        notices = notices.filter(recipient=user)
    starts, unreached = [], False
    for notice in notices:
        known = [at for at in (notice.sent_at, notice.read_at) if at]
        if known:
            starts.append(max(min(known), told_at))
        elif notice.delivery != Delivery.FAILED:
            starts.append(told_at)
        else:
            unreached = True
    if unreached and not starts:
        return None
    # Nobody to tell here: it went by post on the day.
    return max(starts, default=told_at)


def reasons_given(decision):
    """The letter with the reasons that someone asked for afterwards, or None."""
    return (
        decision.application.letters.filter(
            kind=Letter.Kind.REASONS, written_at__gt=decision.announced_at
        )
        .order_by("written_at", "pk")
        .last()
    )
