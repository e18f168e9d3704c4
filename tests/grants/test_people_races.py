"""Two who let in, leave or answer at once; see `test_races` for how it is done.

The two who leave were seen to fail with the applicant's lock (`hold`) taken out; the
answers are guarded by one conditional UPDATE besides.
"""

import pytest
from django.utils import timezone

from grants.models import Invitation, Membership, State
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from tests.factories import (
    create_applicant,
    create_helped,
    create_invitation,
    create_member,
    create_user,
)
from tests.grants.test_races import second_waits_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_invitation_accepted_twice_makes_one_member():
    founder, invited = create_user(), create_user()
    applicant = create_applicant(user=founder)
    invitation = create_invitation(applicant=applicant, email=invited.email, by=founder)
    again = Invitation.objects.get()
    by, now = Actor(invited), timezone.now()

    attempt = second_waits_for(
        lambda: invitation.accept(by=by, now=now), lambda: again.accept(by=by, now=now)
    )

    assert attempt.exception() is None
    assert applicant.memberships.filter(user=invited).count() == 1


def test_a_yes_that_comes_after_the_taking_back_is_refused():
    founder, invited = create_user(), create_user()
    applicant = create_applicant(user=founder)
    invitation = create_invitation(applicant=applicant, email=invited.email, by=founder)
    again = Invitation.objects.get()
    now = timezone.now()

    attempt = second_waits_for(
        lambda: invitation.take_back(by=Actor(founder), now=now),
        lambda: again.accept(by=Actor(invited), now=now),
    )

    assert isinstance(attempt.exception(), Refused)
    assert str(attempt.exception()) == "Invitasjonen er trukket tilbake."
    assert applicant.has_member(invited) is False


def test_two_last_members_who_leave_at_once_do_not_both_get_away():
    one, other = create_user(), create_user()
    applicant = create_applicant(user=one)
    second = create_member(applicant=applicant, user=other)
    first = applicant.memberships.get(user=one)
    now = timezone.now()

    attempt = second_waits_for(
        lambda: first.end(by=Actor(one), now=now),
        lambda: second.end(by=Actor(other), now=now),
    )

    assert isinstance(attempt.exception(), Refused)
    assert applicant.members() == [other]


def test_a_yes_and_a_no_to_a_case_from_two_devices_give_one_answer():
    olga = create_user(email="olga@example.test")
    case = create_helped(email="olga@example.test")
    now = timezone.now()
    case.submit(by=Actor(case.started_by), now=now, declared=True)
    yes, no = Invitation.objects.get(), Invitation.objects.get()

    attempt = second_waits_for(
        lambda: yes.accept(by=Actor(olga), now=now),
        lambda: no.decline(by=Actor(olga), now=now),
    )

    case.refresh_from_db()
    assert str(attempt.exception()) == "Du har alt svart på invitasjonen."
    assert (case.state, case.confirmed_by) == (State.SUBMITTED, olga)


def test_the_only_one_with_proof_does_not_leave_while_it_is_being_given():
    founder, other = create_user(), create_user()
    applicant = create_applicant(user=founder)
    create_member(applicant=applicant, user=other, confirmed=False)
    create_member(applicant=applicant, confirmed=False)
    proven = applicant.memberships.get(user=founder)
    stale = applicant.memberships.get(user=other)
    now = timezone.now()

    attempt = second_waits_for(
        lambda: (
            applicant.memberships.get(user=other).confirm(
                by=Actor(founder), now=now, proof=Membership.Proof.MEMBER
            ),
            proven.end(by=Actor(founder), now=now),
        ),
        lambda: stale.end(by=Actor(other), now=now),
    )

    assert isinstance(attempt.exception(), Refused)
    assert [row.user for row in applicant.memberships.confirmed()] == [other]
