"""What the portal reminds people of by itself. Each job may run twice without harm.

A reminder is a notice of its own kind and occasion, so that nobody gets it twice; after
days without a worker, only the one that is still of use is sent.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from grants.models import Application, Award, Membership, Round, RoundFollower
from grants.paper import put_on_paper, remind_of_letters
from omradesatsing.accounts.models import User
from omradesatsing.notices.models import Notice

# Days before the closing.
DAYS_BEFORE = (7, 1)
# When an offer of money that nobody has answered is mentioned again.
ANSWER_WITHIN = timedelta(days=7)
# A follower is not told of an opening that is old news.
NEWS_FOR = timedelta(days=3)


def remind(now):
    """Everything that is due at that instant."""
    for round in closing_soon(now):
        remind_drafts(round, now)
        remind_followers(round, now)
    tell_of_openings(now)
    put_on_paper(now)
    remind_of_letters(now)
    remind_of_answers(now)


def closing_soon(now):
    return Round.objects.open_at(now).filter(
        closes_at__lte=now + timedelta(days=max(DAYS_BEFORE))
    )


def days_left(round, now):
    """The reminder that is due: the smallest of DAYS_BEFORE that has begun."""
    left = round.closes_at - now
    return min(days for days in DAYS_BEFORE if left <= timedelta(days=days))


def occasion(round, now):
    # A closing that is moved is reminded of anew.
    return f"{days_left(round, now)}-{round.closes_at:%Y%m%dT%H%M}"


@transaction.atomic
def remind_drafts(round, now):
    """Tell those with a draft that the round closes, 7 days and 1 day before."""
    drafts = Application.objects.drafts().filter(round=round)
    for draft in drafts.select_related("applicant"):
        Notice.write(
            "draft_closes_soon",
            about=draft,
            to=draft.members(),
            occasion=occasion(round, now),
            url=draft.get_absolute_url(),
            context={"round": round, "version": draft.working_copy()},
        )


@transaction.atomic
def remind_followers(round, now):
    """Tell followers who have not begun that the round closes."""
    begun = Membership.objects.active().filter(
        user=OuterRef("user"), applicant__applications__round=round
    )
    followers = RoundFollower.objects.filter(round=round).exclude(Exists(begun))
    Notice.write(
        "round_closes_soon",
        about=round,
        to=User.objects.filter(pk__in=followers.values("user"), is_active=True),
        occasion=occasion(round, now),
        url=round.get_absolute_url(),
        context={"round": round},
    )


@transaction.atomic
def tell_of_openings(now):
    for round in Round.objects.open_at(now).filter(opens_at__gt=now - NEWS_FOR):
        # Those who began to follow while it was open know.
        waiting = round.followers.filter(since__lt=round.opens_at)
        Notice.write(
            "round_opened",
            about=round,
            to=User.objects.filter(pk__in=waiting.values("user"), is_active=True),
            url=round.get_absolute_url(),
            context={"round": round},
            may_wait=True,
        )


@transaction.atomic
def remind_of_answers(now):
    """Remind those who were promised money that they must say yes or no."""
    today = timezone.localdate(now)
    waiting = Award.objects.unanswered().filter(
        answer_by__gte=today,
        answer_by__lte=today + ANSWER_WITHIN,
        # Told of the offer just now, they know.
        decision__announced_at__lte=now - NEWS_FOR,
    )
    for award in waiting.select_related("application__applicant"):
        case = award.application
        Notice.write(
            "award_answer_due",
            about=award,
            to=case.members(),
            occasion=f"{award.answer_by:%Y%m%d}",
            url=case.get_absolute_url(),
        )
