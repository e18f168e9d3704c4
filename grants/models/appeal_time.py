"""How long one may appeal: from the notice or the letter, as the law counts."""

from dataclasses import dataclass
from datetime import datetime, time

from django.utils import timezone

from grants.deadlines import due_date
from grants.models.schemes import LegalTerm
from omradesatsing.notices.models import Delivery, Notice

# forvaltningsloven § 31: nothing is taken up more than a year after the decision.
MONTHS_AT_MOST = 12
# § 34: to the appellant's harm only when told within three months of the appeal.
MONTHS_FOR_HARM = 3


@dataclass(frozen=True)
class Clock:
    """The time to appeal, for one recipient: from when, and its last day.

    Without an instant it has not begun: the letter has not reached them. `recipient` is
    a user, a Representative, or None for an applicant without a log-in and for all of
    them together.
    """

    start: object
    last_day: object
    told_at: object = None
    recipient: object = None

    @property
    def is_moved(self):
        """Whether it began on a later day than the letter's."""
        return self.start is not None and (
            timezone.localdate(self.start) > timezone.localdate(self.told_at)
        )


def appeal_clock(decision, user=None, *, against=None):
    """When the time to appeal a decision began and ends, for `user` or for everyone.

    Each recipient has a time of their own, and one that has not begun for some of them
    has not ended. Who was told nothing, such as a member who came later, has the time
    of everyone. `against` is an appeal whose dismissal is appealed against.
    """
    clocks = appeal_clocks(decision, against=against)
    for clock in clocks:
        if user is not None and clock.recipient == user:
            return clock
    if not clocks or any(clock.start is None for clock in clocks):
        return Clock(None, None)
    last = max(clocks, key=lambda clock: clock.start)
    return Clock(last.start, last.last_day, last.told_at)


def appeal_due(decision, user=None, *, against=None):
    """The last day to appeal (see `appeal_clock`), or None while no time runs."""
    return appeal_clock(decision, user, against=against).last_day


def appeal_clocks(decision, *, against=None):
    """The clock of each who is to have the letter, in the order they were told.

    While reasons are asked for, no time runs; when they are given, it starts anew
    (§ 29 fourth paragraph).
    """
    letter = letter_of(decision, against)
    if letter is None:
        return []
    last_days = {}
    clocks = []
    for recipient, start in reached(letter):
        day = start and timezone.localdate(start)
        if day and day not in last_days:
            last_days[day] = due_date(LegalTerm.Kind.APPEAL, start=start)
        clocks.append(Clock(start, last_days.get(day), letter.written_at, recipient))
    return clocks


def reached(letter):
    """[(recipient, the instant when the letter reached them, or None)] of a letter.

    By e-mail (§ 29): when its notice was taken or, before that, opened in the inbox.
    What waits to be sent counts from the letter until more is known; a notice that was
    given up counts for nothing. Who must have it on paper is reached on the day it is
    posted, or when they open it before that.
    """
    notices = Notice.objects.about(letter.decision or letter).filter(
        kind="decision_made" if letter.decision_id else "letter_sent"
    )
    told = {
        notice.recipient: notice
        for notice in notices.select_related("recipient").order_by("pk")
    }
    items = letter.print_items.starting_time().select_related(
        "recipient", "representative"
    )
    on_paper = {item.representative or item.recipient: item for item in items}
    rows = []
    for recipient in {**told, **on_paper}:
        notice, item = told.get(recipient), on_paper.get(recipient)
        known = [notice.read_at] if notice else []
        if item:
            known.append(item.posted_on and start_of(item.posted_on))
        else:
            waits = notice.delivery != Delivery.FAILED
            known.append(notice.sent_at or (letter.written_at if waits else None))
        found = [at for at in known if at]
        rows.append((recipient, max(min(found), letter.written_at) if found else None))
    return rows


def start_of(day):
    return timezone.make_aware(datetime.combine(day, time.min))


def letter_of(decision, against):
    """The letter whose arrival starts the time to appeal, or None while none does."""
    if against:
        return against.outcome_letter
    if decision.announced_at is None:
        return None
    asked = getattr(decision, "reasons_request", None)
    return asked.letter if asked else decision.letter
