"""Letters posted by two at once, and opened while the job runs; order pinned.

Each was seen to fail with its lock taken out: both marked, a letter put on paper though
it was opened, and one marked by a caseworker whose conflict was declared meanwhile.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from grants.models import Membership, PrintItem
from grants.paper import put_on_paper
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_caseworker,
    create_decided,
    create_decider,
    create_recommended,
    declare_impartial,
)
from tests.grants.test_races import second_waits_for

pytestmark = pytest.mark.django_db(transaction=True)


def create_waiting():
    """A letter of an applicant whom nobody has a log-in for."""
    case = create_recommended()
    Membership.objects.filter(applicant=case.applicant).update(ended_at=timezone.now())
    decider = create_decider()
    declare_impartial(case, decider)
    proposal = case.recommendations.get()
    case.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=proposal.outcome,
        amount=proposal.amount,
        facts="",
        rules="",
        considerations="",
    )
    return PrintItem.objects.get(letter__application=case)


def post(items, by):
    return PrintItem.mark_posted(
        [item.pk for item in items],
        by=Actor(by),
        on=timezone.localdate(),
        now=timezone.now(),
    )


def test_of_two_who_mark_the_same_letters_one_is_refused():
    items = [create_waiting(), create_waiting()]
    one, other = create_caseworker(), create_caseworker()

    later = second_waits_for(lambda: post(items, one), lambda: post(items[::-1], other))

    assert isinstance(later.exception(), Refused)
    assert {item.posted_by for item in PrintItem.objects.all()} == {one}
    assert JournalEntry.objects.filter(verb="letter_posted").count() == 2


def test_a_conflict_declared_meanwhile_is_seen_before_the_letter_is_marked():
    item, worker = create_waiting(), create_caseworker()
    case = item.letter.application

    later = second_waits_for(
        lambda: case.declare(
            by=Actor(worker), conflict=True, ground="family", now=timezone.now()
        ),
        lambda: post([item], worker),
    )

    item.refresh_from_db()
    assert isinstance(later.exception(), Refused)
    assert item.posted_on is None


def test_a_letter_opened_while_the_job_runs_is_not_put_on_paper():
    create_decided()
    notice = Notice.objects.get(kind="decision_made")
    now = timezone.now() + timedelta(days=15)

    later = second_waits_for(
        lambda: notice.mark_read(now=now), lambda: put_on_paper(now)
    )

    assert later.exception() is None
    assert PrintItem.objects.count() == 0


def test_a_letter_opened_after_the_job_leaves_the_queue():
    create_decided()
    notice = Notice.objects.get(kind="decision_made")
    now = timezone.now() + timedelta(days=15)

    second_waits_for(lambda: put_on_paper(now), lambda: notice.mark_read(now=now))

    assert PrintItem.objects.count() == 1
    assert PrintItem.objects.waiting().count() == 0
