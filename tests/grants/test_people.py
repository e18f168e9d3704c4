"""Who is let in, by whom, and what each then reads."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grants.models import (
    Applicant,
    ApplicantKind,
    Application,
    Invitation,
    JoinRequest,
    Membership,
    Outcome,
    State,
)
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    assess,
    create_applicant,
    create_caseworker,
    create_coordinator,
    create_decider,
    create_draft,
    create_helped,
    create_invitation,
    create_member,
    create_submitted,
    create_user,
    declare_impartial,
)

pytestmark = pytest.mark.django_db

ORGNR = "310000019"


def now():
    return timezone.now()


def create_club(*, user, name="Laget"):
    return create_applicant(
        user=user, kind=ApplicantKind.ORGANISATION, name=name, orgnr=ORGNR
    )


def prove(applicant, user):
    """Staff have checked that the user acts for the applicant."""
    applicant.memberships.get(user=user).confirm(
        by=Actor(create_caseworker()), now=now(), proof="staff", note="Ringte laget."
    )


def accept(invitation, user, **answers):
    invitation.accept(by=Actor(user), now=now(), **answers)


def kinds_told(user):
    notices = Notice.objects.filter(recipient=user).order_by("pk")
    return list(notices.values_list("kind", flat=True))


# --- proof ----------------------------------------------------------------------------


def test_one_without_proof_has_only_what_they_began_themself():
    founder, newcomer = create_user(), create_user()
    applicant = create_club(user=founder)
    create_member(applicant=applicant, user=newcomer, confirmed=False)
    others = create_draft(user=founder, applicant=applicant)
    own = create_draft(user=newcomer, applicant=applicant)

    reach = {
        user: set(Application.objects.of_applicants(user))
        for user in (founder, newcomer)
    }

    assert reach == {founder: {others}, newcomer: {own}}
    assert others.members() == [founder]
    with pytest.raises(Refused, match="for denne søkeren"):
        others.open_working_copy(by=Actor(newcomer))


def test_one_with_proof_has_everything_of_the_applicant():
    founder, member = create_user(), create_user()
    applicant = create_club(user=founder)
    draft = create_draft(user=founder, applicant=applicant)
    prove(applicant, founder)

    accept(
        create_invitation(applicant=applicant, email=member.email, by=founder), member
    )

    assert set(Application.objects.of_applicants(member)) == {draft}
    assert applicant.memberships.get(user=member).proof == Membership.Proof.MEMBER


def test_an_organisation_lacks_proof_until_somebody_outside_has_shown_it():
    founder = create_user()
    applicant = create_club(user=founder)
    application = create_draft(user=founder, applicant=applicant)
    before = application.lacks_proof()

    applicant.memberships.get().confirm(
        by=Actor.system(), now=now(), proof=Membership.Proof.REGISTER
    )

    assert (before, application.lacks_proof()) == (True, False)
    assert kinds_told(founder)[-1] == "membership_confirmed"


def test_a_group_and_a_person_are_ones_own():
    group = create_applicant(user=create_user())
    person = create_applicant(user=create_user(), kind=ApplicantKind.PERSON)

    assert (group.lacks_proof(), person.lacks_proof()) == (False, False)


@pytest.mark.parametrize("note", ["", "  "])
def test_staff_say_how_they_checked(note):
    applicant = create_club(user=create_user())

    with pytest.raises(Refused, match="Skriv hvordan"):
        applicant.memberships.get().confirm(
            by=Actor(create_caseworker()), now=now(), proof="staff", note=note
        )

    assert applicant.lacks_proof() is True


def test_nobody_confirms_themself_nor_a_stranger():
    founder = create_user()
    applicant = create_club(user=founder)
    membership = applicant.memberships.get()

    for user in (founder, create_user()):
        for proof in ("member", "staff", "founder"):
            with pytest.raises(Refused):
                membership.confirm(by=Actor(user), now=now(), proof=proof, note="Jo.")

    membership.refresh_from_db()
    assert (membership.confirmed_at, membership.proof) == (None, "")


def test_a_group_that_is_registered_keeps_its_cases_and_has_still_to_show_proof():
    founder, member = create_user(), create_user()
    applicant = create_applicant(user=founder)
    create_member(applicant=applicant, user=member)
    application = create_submitted(user=founder, applicant=applicant)

    applicant.become_registered(
        orgnr=ORGNR, name="Naboene velforening", by=Actor(founder), now=now()
    )

    assert applicant.kind == ApplicantKind.ORGANISATION
    assert applicant.organisation.orgnr == ORGNR
    assert set(Application.objects.of_applicants(member)) == {application}
    assert Application.objects.get().lacks_proof() is True
    prove(applicant, founder)
    assert Application.objects.get().lacks_proof() is False


# --- the number used by another -------------------------------------------------------


def used_by_another():
    founder, newcomer = create_user(), create_user(name="Nina Ny")
    theirs = create_club(user=founder, name="Laget fra før")
    prove(theirs, founder)
    mine = create_club(user=newcomer)
    return founder, newcomer, theirs, mine


def test_members_are_told_when_another_uses_their_number_and_may_let_them_in():
    founder, newcomer, theirs, mine = used_by_another()
    earlier = create_draft(user=founder, applicant=theirs)
    request = JoinRequest.objects.get()
    seen_before = set(Application.objects.of_applicants(newcomer))

    request.answer(True, by=Actor(founder), now=now())

    assert kinds_told(founder)[-1] == "orgnr_used"
    assert "Nina Ny" in Notice.objects.get(kind="orgnr_used").text
    assert seen_before == set()
    assert set(Application.objects.of_applicants(newcomer)) == {earlier}
    assert mine.lacks_proof() is False
    assert kinds_told(newcomer) == ["join_answered"]


def test_a_no_lets_nobody_in_and_is_not_asked_again():
    founder, newcomer, theirs, mine = used_by_another()

    JoinRequest.objects.get().answer(False, by=Actor(founder), now=now())
    create_club(user=newcomer)

    assert theirs.has_member(newcomer) is False
    assert mine.lacks_proof() is True
    assert JoinRequest.objects.count() == 1
    with pytest.raises(Refused, match="alt svart"):
        JoinRequest.objects.get().answer(True, by=Actor(founder), now=now())


def test_one_who_made_a_group_and_gave_it_the_number_is_asked_about_nobody():
    group = create_applicant(user=(impostor := create_user()))
    group.become_registered(orgnr=ORGNR, name="X", by=Actor(impostor), now=now())

    create_club(user=create_user())

    assert list(JoinRequest.objects.all()) == []


# --- invitations ----------------------------------------------------------------------


def test_scenario_13_someone_elses_address_gets_no_case_before_they_say_yes():
    founder = create_user()
    applicant = create_applicant(user=founder)
    application = create_submitted(user=founder, applicant=applicant)
    invitation = create_invitation(
        applicant=applicant, email="Feil@Example.test", by=founder
    )
    user = User.objects.get(email="feil@example.test")
    before = set(Application.objects.of_applicants(user))
    message = Notice.objects.get(recipient=user)

    accept(invitation, user)

    assert before == set()
    assert application.number not in message.text + message.email_text
    assert invitation.key in message.email_text
    assert set(Application.objects.of_applicants(user)) == {application}
    assert application.members() == [founder, user]


def test_an_invitation_is_answered_by_nobody_else():
    applicant = create_applicant(user=(founder := create_user()))
    invitation = create_invitation(
        applicant=applicant, email="a@example.test", by=founder
    )

    for answer in (invitation.accept, invitation.decline):
        with pytest.raises(Refused, match="en annen e-postadresse"):
            answer(by=Actor(create_user()), now=now())

    assert [user.pk for user in applicant.members()] == [founder.pk]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"taken_back_at": timezone.now()}, "trukket tilbake"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "for gammel"),
    ],
)
def test_an_invitation_that_is_over_lets_nobody_in(change, message):
    founder, invited = create_user(), create_user()
    applicant = create_applicant(user=founder)
    invitation = create_invitation(applicant=applicant, email=invited.email, by=founder)
    Invitation.objects.update(**change)

    with pytest.raises(Refused, match=message):
        accept(invitation, invited)

    assert applicant.has_member(invited) is False


def test_an_invitation_lives_fourteen_days_and_is_sent_once():
    founder = create_user()
    applicant = create_applicant(user=founder)

    first = create_invitation(applicant=applicant, email="a@example.test", by=founder)
    again = create_invitation(applicant=applicant, email="A@example.test ", by=founder)

    assert again == first
    assert first.expires_at - first.invited_at == timedelta(days=14)
    assert Notice.objects.filter(kind="invitation_member").count() == 1


def test_an_expired_invitation_can_be_sent_anew():
    founder = create_user()
    applicant = create_applicant(user=founder)
    first = create_invitation(applicant=applicant, email="a@example.test", by=founder)
    Invitation.objects.update(expires_at=now() - timedelta(days=1))

    second = create_invitation(applicant=applicant, email="a@example.test", by=founder)

    assert second.key != first.key


def test_at_most_twenty_are_open_at_once():
    founder = create_user()
    applicant = create_applicant(user=founder)
    for number in range(20):
        create_invitation(
            applicant=applicant, email=f"nr{number}@example.test", by=founder
        )

    with pytest.raises(Refused, match="så mange invitasjoner"):
        create_invitation(applicant=applicant, email="nr20@example.test", by=founder)

    assert applicant.invitations.count() == 20


def test_an_employees_address_is_refused_as_a_member():
    founder = create_user()
    applicant = create_applicant(user=founder)

    with pytest.raises(Refused, match="privat e-postadresse"):
        create_invitation(
            applicant=applicant, email=create_caseworker().email, by=founder
        )

    assert applicant.invitations.count() == 0


def test_one_without_proof_invites_nobody():
    founder = create_user()
    applicant = create_club(user=founder)

    with pytest.raises(Refused, match="medlem som er bekreftet"):
        create_invitation(applicant=applicant, email="a@example.test", by=founder)

    assert applicant.invitations.count() == 0


# --- leaving --------------------------------------------------------------------------


def test_the_last_member_cannot_leave_but_can_hand_over():
    last, next_one = create_user(), create_user()
    applicant = create_applicant(user=last, kind=ApplicantKind.PERSON)
    membership = applicant.memberships.get()
    with pytest.raises(Refused, match="Noen må være igjen"):
        membership.end(by=Actor(last), now=now())
    case = create_submitted(user=last, applicant=applicant)
    invitation = create_invitation(applicant=applicant, email=next_one.email, by=last)
    accept(invitation, next_one)

    membership.end(by=Actor(last), now=now())

    assert applicant.members() == [next_one]
    assert applicant.memberships.active().get().is_contact is True
    assert set(Application.objects.of_applicants(next_one)) == {case}
    assert set(Application.objects.of_applicants(last)) == set()


def test_what_an_ended_member_sent_out_dies_and_they_are_told():
    founder, other = create_user(), create_user()
    applicant = create_applicant(user=founder)
    create_member(applicant=applicant, user=other)
    invitation = create_invitation(
        applicant=applicant, email="a@example.test", by=other
    )

    applicant.memberships.get(user=other).end(by=Actor(founder), now=now())

    invitation.refresh_from_db()
    assert invitation.taken_back_at is not None
    assert kinds_told(other) == ["membership_ended"]
    entry = JournalEntry.objects.about(applicant).get(verb="membership_ended")
    assert (entry.actor, entry.facts) == (founder, {"user": other.pk})


def test_the_answerable_person_hands_over_the_money_before_leaving():
    founder, other = create_user(), create_user(name="Odd")
    applicant = create_applicant(
        user=founder, answerable_name="Kari", is_answerable=True
    )
    create_member(applicant=applicant, user=other)
    membership = applicant.memberships.get(user=founder)
    with pytest.raises(Refused, match="Gi ansvaret"):
        membership.end(by=Actor(founder), now=now())

    applicant.answer_for(by=Actor(other), now=now(), name="Odd")
    membership.end(by=Actor(founder), now=now())

    applicant.refresh_from_db()
    assert (applicant.answerable_user, applicant.answerable_name) == (other, "Odd")
    assert kinds_told(founder) == ["answerable_replaced"]


def test_a_new_contact_person_changes_nothing_that_was_sent():
    founder, other = create_user(), create_user()
    applicant = create_applicant(user=founder)
    case = create_submitted(user=founder, applicant=applicant)
    membership = create_member(applicant=applicant, user=other)

    membership.make_contact(by=Actor(founder), now=now())

    contacts = applicant.memberships.filter(is_contact=True)
    assert [row.user for row in contacts] == [other]
    assert case.current.contact_name == "Kari Eksempel"


# --- the answerable person ------------------------------------------------------------


def test_the_answerable_person_confirms_by_a_log_in_of_their_own():
    founder, answerable = create_user(), create_user()
    applicant = create_applicant(
        user=founder, answerable_name="Ola", answerable_email=answerable.email
    )
    before = applicant.has_proven_answerable
    invitation = Invitation.objects.get(kind="answerable")

    accept(invitation, answerable, name="Ola Nabo")

    applicant.refresh_from_db()
    assert before is False
    assert (applicant.answerable_user, applicant.answerable_name) == (
        answerable,
        "Ola Nabo",
    )
    assert applicant.has_confirmed_member(answerable) is True


def test_asking_another_answerable_person_drops_the_first_question():
    founder = create_user()
    applicant = create_applicant(user=founder, answerable_email="en@example.test")

    applicant.ask_answerable("to@example.test", by=Actor(founder), now=now())

    still_open = applicant.invitations.open_at(now())
    assert [row.email for row in still_open] == ["to@example.test"]


# --- another applicant for a draft ----------------------------------------------------


def test_scenario_12_a_draft_moves_to_another_role_and_both_sides_are_told():
    user, fellow, member = create_user(), create_user(), create_user()
    group = create_applicant(user=user)
    create_member(applicant=group, user=fellow)
    club = create_applicant(user=user, name="Klubben")
    create_member(applicant=club, user=member)
    draft = create_draft(user=user, applicant=group)

    draft.move(club, by=Actor(user), now=now())

    readers = {
        each: set(Application.objects.of_applicants(each))
        for each in (user, fellow, member)
    }
    assert readers == {user: {draft}, fellow: set(), member: {draft}}
    assert (kinds_told(fellow), kinds_told(member)) == (
        ["draft_moved"],
        ["draft_moved"],
    )
    entry = JournalEntry.objects.about(draft).get(verb="draft_moved")
    assert entry.facts == {"origin": group.pk, "to": club.pk}


def test_scenario_12_nobody_moves_a_draft_to_those_they_do_not_act_for():
    draft = create_draft()
    stranger = create_applicant(user=create_user())

    with pytest.raises(Refused, match="ikke søke for denne"):
        draft.move(stranger, by=Actor(draft.started_by), now=now())

    assert Application.objects.get().applicant != stranger


def test_a_sent_application_keeps_its_applicant():
    user = create_user()
    case = create_submitted(user=user)
    other = create_applicant(user=user)

    with pytest.raises(Refused, match="Bare en kladd"):
        case.move(other, by=Actor(user), now=now())

    assert Application.objects.get().applicant != other


# --- helpers --------------------------------------------------------------------------


def create_helper(draft, user, role="library"):
    invitation = create_invitation(
        kind="helper",
        applicant=draft.applicant,
        application=draft,
        email=user.email,
        by=draft.started_by,
    )
    accept(invitation, user, name="Hanne Hjelper", role=role)
    return draft.helpers.get(user=user)


def test_a_helper_reads_and_writes_the_draft_and_cannot_send_it():
    draft, user = create_draft(), create_user()

    create_helper(draft, user)

    assert set(Application.objects.open_to(user)) == {draft}
    assert draft.open_working_copy(by=Actor(user)) == draft.versions.get()
    with pytest.raises(Refused, match="Bare søkeren selv kan sende"):
        draft.submit(by=Actor(user), now=now(), declared=True)
    with pytest.raises(Refused, match="Bare søkeren selv kan sende"):
        draft.delete_draft(by=Actor(user))


def test_a_helper_reads_nothing_once_it_is_sent_but_is_named_in_it():
    draft, user = create_draft(), create_user()
    create_helper(draft, user)

    draft.submit(by=Actor(draft.started_by), now=now(), declared=True)

    assert set(Application.objects.open_to(user)) == set()
    assert [helper.name for helper in draft.helpers.all()] == ["Hanne Hjelper"]


def test_the_applicant_takes_the_help_away_at_any_time():
    draft, user = create_draft(), create_user()
    helper = create_helper(draft, user)

    helper.end(by=Actor(draft.started_by), now=now())

    assert set(Application.objects.open_to(user)) == set()
    assert kinds_told(user)[-1] == "helper_ended"
    with pytest.raises(Refused):
        draft.open_working_copy(by=Actor(user))


@pytest.mark.parametrize("ended", [False, True])
def test_whoever_helped_never_treats_the_case(ended):
    draft = create_draft()
    caseworker, decider = create_caseworker(), create_decider()
    coordinator = create_coordinator(areas=[draft.area])
    for user in (caseworker, decider, coordinator):
        helper = create_helper(draft, user, role="coordinator")
        if ended:
            helper.end(by=Actor(user), now=now())
    draft.submit(by=Actor(draft.started_by), now=now(), declared=True)

    seen = [
        set(Application.objects.visible_to(user))
        for user in (caseworker, decider, coordinator)
    ]

    assert seen == [set(), set(), set()]
    assert set(Application.objects.visible_to(create_caseworker())) == {draft}
    with pytest.raises(Refused, match="ikke tilgang"):
        draft.advise(by=Actor(coordinator), now=now(), stance="support", text="Ja.")
    with pytest.raises(Refused, match="ikke tilgang"):
        draft.take(by=Actor(caseworker))


# --- one who is helped ----------------------------------------------------------------


def send(draft):
    draft.submit(by=Actor(draft.started_by), now=now(), declared=True)
    return draft


def test_one_who_is_helped_says_yes_and_takes_over_the_case():
    olga = create_user(email="olga@example.test")
    case = send(create_helped(email="olga@example.test"))
    helper = case.started_by
    waiting = (case.state, case.awaits_confirmation, case.lacks_proof())
    seen_before = set(Application.objects.of_applicants(olga))
    helper_reads = set(Application.objects.open_to(helper))

    accept(Invitation.objects.get(kind="confirm"), olga)

    case.refresh_from_db()
    assert waiting == (State.SUBMITTED, True, True)
    assert (seen_before, helper_reads) == (set(), {case})
    assert (case.confirmed_by, case.awaits_confirmation) == (olga, False)
    assert case.lacks_proof() is False
    assert set(Application.objects.of_applicants(olga)) == {case}
    assert set(Application.objects.open_to(helper)) == set()
    assert kinds_told(helper) == [
        "application_sent_for_other",
        "helped_application_confirmed",
    ]


def test_one_who_is_helped_says_no_and_the_case_is_withdrawn():
    olga = create_user(email="olga@example.test")
    caseworker = create_caseworker()
    case = send(create_helped(email="olga@example.test"))

    Invitation.objects.get(kind="confirm").decline(by=Actor(olga), now=now())

    case.refresh_from_db()
    assert case.state == State.WITHDRAWN
    assert kinds_told(caseworker) == ["case_disowned"]
    assert kinds_told(case.started_by)[-1] == "helped_application_disowned"
    assert case.applicant.members() == []


def test_a_signed_print_confirms_it_and_letters_go_by_post():
    case = send(create_helped())
    caseworker = create_caseworker()
    declare_impartial(case, caseworker)
    scan = StoredFile.keep(
        b"%PDF-", name="ark.pdf", content_type="application/pdf", by=Actor(caseworker)
    )

    case.confirm_by_scan(by=Actor(caseworker), file=scan, now=now())

    assert (case.confirmed_by, case.confirmation_scan) == (caseworker, scan)
    assert Applicant.objects.get().letters_by_post is True
    assert Invitation.objects.count() == 0


def test_an_unconfirmed_case_can_only_be_dismissed():
    case = send(create_helped())
    caseworker, decider = create_caseworker(), create_decider()
    declare_impartial(case, caseworker, decider)
    case.take(by=Actor(caseworker))
    assess(case)
    asked = case.current.amount
    facts = {"by": Actor(caseworker), "now": now(), **REASONS}

    with pytest.raises(Refused, match="ikke bekreftet søknaden"):
        case.recommend(outcome=Outcome.GRANTED, amount=asked, **facts)
    case.recommend(outcome=Outcome.DISMISSED, amount=0, **facts)
    facts |= {"by": Actor(decider)}
    with pytest.raises(Refused, match="ikke bekreftet søknaden"):
        case.decide(outcome=Outcome.GRANTED, amount=asked, **facts)
    case.decide(outcome=Outcome.DISMISSED, amount=0, **facts)

    assert case.state == State.DECIDED


def test_a_helper_names_another_than_themself_and_no_employee():
    helper = create_user()

    for email in (helper.email, create_caseworker().email):
        with pytest.raises(Refused):
            Applicant.register_for_other(
                kind="person", name="Olga", email=email, by=Actor(helper)
            )

    assert Applicant.objects.count() == 0


def test_a_draft_for_another_is_never_started_for_those_who_act_themselves():
    applicant = create_applicant(user=create_user())
    draft = create_draft()

    with pytest.raises(Refused, match="ikke søke for denne"):
        Application.start(
            round=draft.round,
            area=draft.area,
            applicant=applicant,
            by=Actor(create_user()),
            now=now(),
            helping={"name": "X", "role": "other"},
        )

    assert Application.objects.get() == draft
