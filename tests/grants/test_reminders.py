"""What people are reminded of, when, and that nobody is told twice."""

from datetime import UTC, datetime, timedelta

import pytest

from grants.models import RoundFollower
from grants.notice_samples import kinds, sample_digest, sample_texts, samples
from grants.reminders import remind
from omradesatsing.accounts.actors import Actor
from omradesatsing.notices.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db

# The last second of the day when clocks go back: 31 October 2027.
CLOSES = datetime(2027, 10, 31, 22, 59, tzinfo=UTC)


def told():
    """(kind, recipient, occasion) of the reminders so far."""
    return list(
        Notice.objects.filter(
            kind__in=["draft_closes_soon", "round_closes_soon", "round_opened"]
        )
        .order_by("pk")
        .values_list("kind", "recipient__email", "occasion")
    )


def a_round(**fields):
    opens_at = datetime(2026, 1, 1, tzinfo=UTC)
    return factories.create_round(closes_at=CLOSES, opens_at=opens_at, **fields)


def a_draft(round, email="kari@example.org"):
    return factories.create_draft(
        user=factories.create_user(email=email),
        round=round,
    )


def test_a_draft_is_mentioned_seven_days_and_one_day_before():
    a_draft(a_round())

    for hours in (7 * 24 + 1, 7 * 24, 6 * 24, 25, 24, 1, 0, -1):
        remind(CLOSES - timedelta(hours=hours))

    assert told() == [
        ("draft_closes_soon", "kari@example.org", "7-20271031T2259"),
        ("draft_closes_soon", "kari@example.org", "1-20271031T2259"),
    ]


def test_after_days_without_a_worker_only_the_last_reminder_is_sent():
    a_draft(a_round())

    remind(CLOSES - timedelta(hours=5))
    remind(CLOSES - timedelta(hours=4))

    assert told() == [("draft_closes_soon", "kari@example.org", "1-20271031T2259")]


def test_a_sent_application_is_not_mentioned():
    draft = a_draft(a_round())
    user = draft.applicant.members()[0]
    draft.submit(by=Actor(user), now=CLOSES - timedelta(days=8), declared=True)

    remind(CLOSES - timedelta(days=1))

    assert told() == []


def test_a_follower_who_has_not_begun_is_told_and_one_who_has_is_not_told_twice():
    round = a_round()
    draft = a_draft(round)
    follower = factories.create_user(email="ola@example.org")
    for user in (draft.applicant.members()[0], follower):
        RoundFollower.objects.create(round=round, user=user)

    remind(CLOSES - timedelta(days=3))

    assert told() == [
        ("draft_closes_soon", "kari@example.org", "7-20271031T2259"),
        ("round_closes_soon", "ola@example.org", "7-20271031T2259"),
    ]


def test_those_who_followed_before_it_opened_are_told_once_that_it_is_open():
    round = a_round()
    opens = round.opens_at
    early = factories.create_user(email="for@example.org")
    late = factories.create_user(email="etter@example.org")
    RoundFollower.objects.create(
        round=round, user=early, since=opens - timedelta(days=1)
    )
    RoundFollower.objects.create(
        round=round, user=late, since=opens + timedelta(minutes=1)
    )

    remind(opens - timedelta(minutes=1))
    remind(opens + timedelta(hours=1))
    remind(opens + timedelta(hours=2))
    remind(opens + timedelta(days=9))

    assert told() == [("round_opened", "for@example.org", "")]


def test_a_letter_that_nobody_opened_is_mentioned_once_to_those_who_have_not():
    application = factories.create_decided()
    first = Notice.objects.get(kind="decision_made")
    at = first.created_at

    remind(at + timedelta(days=6))
    early = Notice.objects.filter(kind="letter_unread").count()
    remind(at + timedelta(days=8))
    remind(at + timedelta(days=9))

    again = Notice.objects.get(kind="letter_unread")
    assert early == 0
    assert (again.recipient, again.url) == (first.recipient, first.url)
    assert str(application.number) in again.subject


def test_an_opened_letter_is_left_alone():
    factories.create_decided()
    first = Notice.objects.get(kind="decision_made")
    first.mark_read(now=first.created_at)

    remind(first.created_at + timedelta(days=8))

    assert not Notice.objects.filter(kind="letter_unread").exists()


def test_every_kind_can_be_read_beforehand():
    assert sorted(samples()) == kinds()


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("kind", kinds())
def test_each_sample_is_whole_and_its_email_tells_nothing_of_the_outcome(
    kind, language
):
    texts = sample_texts(kind, language)

    email = texts["email_subject"] + texts["email_text"]
    assert all(text.strip() for text in texts.values())
    # What a sample lacks leaves a hole, such as «».
    holes = ("«»", "“”", "  ", " .", " ,", "None", "%(")
    assert [hole for hole in holes if hole in "".join(texts.values())] == []
    assert not any(word in email.lower() for word in ("innvilg", "avslag", "refused"))
    assert sample_digest(language)[1]
