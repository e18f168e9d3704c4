"""The pages of members, invitations, helpers and confirmation, through the client."""

import logging
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grants.models import Applicant, ApplicantKind, Application, Helper, Invitation
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    create_applicant,
    create_caseworker,
    create_decided,
    create_draft,
    create_helped,
    create_invitation,
    create_member,
    create_round,
    create_submitted,
    create_user,
    declare_impartial,
)
from tests.grants.test_people import create_helper

pytestmark = pytest.mark.django_db


def page(client, name, *args):
    return client.get(reverse(f"grants:{name}", args=args))


def post(client, view, /, *args, **fields):
    return client.post(reverse(f"grants:{view}", args=args), fields)


# --- members --------------------------------------------------------------------------


def test_a_member_invites_another_who_says_yes_and_sees_the_drafts(client):
    founder, other = create_user(), create_user(email="ny@example.test")
    applicant = create_applicant(user=founder)
    draft = create_draft(user=founder, applicant=applicant)
    client.force_login(founder)
    post(client, "applicant_invite", applicant.pk, email="ny@example.test")
    invitation = Invitation.objects.get()
    client.force_login(other)

    before = page(client, "draft_detail", draft.key).status_code
    listed = page(client, "applicant_list").content.decode()
    response = post(client, "invitation_detail", invitation.key, accept="1")
    after = page(client, "draft_detail", draft.key).status_code

    assert (before, after) == (404, 200)
    assert invitation.get_absolute_url() in listed
    assert response.url == applicant.get_absolute_url()


def test_one_without_proof_sees_themself_alone_and_lets_nobody_in(client):
    founder, newcomer = create_user(name="Frida"), create_user(name="Nils")
    applicant = create_applicant(
        user=founder, kind=ApplicantKind.ORGANISATION, orgnr="310000019"
    )
    create_member(applicant=applicant, user=newcomer, confirmed=False)
    client.force_login(newcomer)

    content = page(client, "applicant_detail", applicant.pk).content.decode()
    invite = post(client, "applicant_invite", applicant.pk, email="x@example.test")

    assert "Medlemskapet ditt er ikke bekreftet" in content
    assert "Frida" not in content
    assert invite.status_code == 404
    assert Invitation.objects.count() == 0


def test_a_refusal_stands_in_the_form_with_what_was_typed(client):
    founder = create_user()
    applicant = create_applicant(user=founder)
    client.force_login(founder)
    email = create_caseworker().email

    response = post(client, "applicant_invite", applicant.pk, email=email)

    assert response.context["form"].non_field_errors() == [
        "Denne adressen kan ikke brukes her. Jobber du eller den du inviterer, i "
        "kommunen, bruk en privat e-postadresse."
    ]
    assert email in response.content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_pages_of_an_applicant_take_the_same_queries(
    client, count, django_assert_num_queries
):
    founder = create_user()
    applicant = create_applicant(user=founder)
    for _number in range(count):
        create_member(applicant=applicant)
    client.force_login(founder)
    page(client, "applicant_detail", applicant.pk)

    with django_assert_num_queries(6):
        page(client, "applicant_detail", applicant.pk)


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries(client, count, django_assert_num_queries):
    user = create_user()
    for _number in range(count):
        create_applicant(user=user)
    for _number in range(min(count, 5)):
        create_invitation(
            applicant=create_applicant(user=(other := create_user())),
            email=user.email,
            by=other,
        )
    client.force_login(user)
    page(client, "applicant_list")

    with django_assert_num_queries(5):
        page(client, "applicant_list")


def test_the_member_who_leaves_lands_on_the_list(client):
    founder = create_user()
    applicant = create_applicant(user=founder)
    own = applicant.memberships.get()
    create_member(applicant=applicant)
    client.force_login(founder)

    response = post(client, "member_end", applicant.pk, own.pk, answer="yes")

    assert response.url == reverse("grants:applicant_list")
    assert page(client, "applicant_detail", applicant.pk).status_code == 404


# --- another applicant ----------------------------------------------------------------


def test_scenario_12_the_page_tells_who_will_read_before_the_draft_moves(client):
    user = create_user(name="Selv")
    club = create_applicant(user=user, name="Klubben")
    create_member(applicant=club, user=create_user(name="Lise Leser"))
    draft = create_draft(
        user=user, applicant=create_applicant(user=user, kind=ApplicantKind.PERSON)
    )
    client.force_login(user)

    told = page(client, "draft_move", draft.key).content.decode()
    half = post(client, "draft_move", draft.key, to=club.pk, gives="on")
    kept = Application.objects.get().applicant
    post(client, "draft_move", draft.key, to=club.pk, gives="on", takes="on")

    assert "Lise Leser" in told
    assert half.context["form"].errors == {
        "takes": ["Kryss av for at den andre tar over."]
    }
    assert kept != club
    assert Application.objects.get().applicant == club


# --- helpers --------------------------------------------------------------------------


def test_a_helper_is_asked_named_and_taken_away(client):
    draft = create_draft()
    helper = create_user(email="hjelper@example.test")
    owner, other = Client(), Client()
    owner.force_login(draft.started_by)
    other.force_login(helper)

    post(owner, "draft_helpers", draft.key, email="hjelper@example.test")
    key = Invitation.objects.get().key
    unnamed = post(other, "invitation_detail", key, accept="1")
    post(other, "invitation_detail", key, accept="1", name="Hege", role="library")
    reads = page(other, "draft_detail", draft.key).status_code
    row = Helper.objects.get()
    post(owner, "draft_helper_end", draft.key, row.pk)

    assert set(unnamed.context["form"].errors) == {"name", "role"}
    assert (row.name, row.role, reads) == ("Hege", "library", 200)
    assert page(other, "draft_detail", draft.key).status_code == 404


def test_what_one_helps_with_is_listed_apart_from_ones_own(client):
    helper = create_user()
    own = create_draft(user=helper, title="Min egen")
    other = create_draft(title="Naboens")
    create_helper(other, helper)
    ended = create_draft(title="Ikke lenger")
    create_helper(ended, helper).end(by=Actor(ended.started_by), now=timezone.now())
    create_draft(title="En fremmeds")
    waiting = create_helped(helper=helper)
    waiting.submit(by=Actor(helper), now=timezone.now(), declared=True)
    client.force_login(helper)

    response = client.get(reverse("pages:my_page"))

    context, text = response.context, response.content.decode()
    assert list(context["drafts"]) == [own]
    assert set(context["helped"]) == {other, waiting}
    assert "Søknader du hjelper med" in text
    assert "Sendt. Søkeren må bekrefte den." in text
    for shown in (other.get_absolute_url(), waiting.get_receipt_url()):
        assert f'href="{shown}"' in text
        assert client.get(shown).status_code == 200


def test_a_helper_who_becomes_a_member_finds_the_draft_once(client):
    draft, member = create_draft(), create_user()
    create_helper(draft, member)
    create_member(applicant=draft.applicant, user=member)
    client.force_login(member)

    context = client.get(reverse("pages:my_page")).context

    assert (list(context["drafts"]), list(context["helped"])) == ([draft], [])


def for_other(client, round, **fields):
    url = reverse("grants:application_start_for_other", args=[round.slug])
    key = client.get(url).context["draft_key"]
    return client.post(
        url,
        {
            "title": "Hage",
            "area": round.pots.get().areas.get().pk,
            "kind": "person",
            "name": "Olga Olsen",
            "email": "olga@example.test",
            "helper_name": "Bibliotekar Berg",
            "role": "library",
            "agreed": "on",
            "draft_key": key,
        }
        | fields,
    )


def test_a_helper_writes_for_someone_and_sent_twice_makes_one_draft(client):
    helper = create_user()
    round = create_round()
    client.force_login(helper)

    first = for_other(client, round)
    url = reverse("grants:application_start_for_other", args=[round.slug])
    key = client.get(url).context["draft_key"]
    again = [for_other(client, round, draft_key=key) for _press in range(2)]

    assert again[0].url == again[1].url != first.url
    assert Application.objects.count() == Applicant.objects.count() == 2
    draft = Application.objects.order_by("pk")[0]
    assert (draft.needs_confirmation, draft.applicant.members()) == (True, [])
    assert client.get(first.url).status_code == 200


def test_a_helper_gets_a_receipt_and_a_print_until_the_applicant_has_confirmed(client):
    draft = create_helped(email="olga@example.test")
    client.force_login(draft.started_by)
    post(client, "draft_review", draft.key, declared="on")
    case = Application.objects.get()
    number = (case.year, case.sequence)

    receipt = page(client, "application_receipt", *number).content.decode()
    printed = page(client, "application_confirmation", *number).content.decode()
    detail = page(client, "application_detail", *number).status_code

    assert "Søkeren må bekrefte søknaden" in receipt
    assert "Underskrift" in printed
    assert detail == 404


def test_the_applicant_reads_everything_before_a_yes(client):
    draft = create_helped(email="olga@example.test")
    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)
    key = Invitation.objects.get().key
    client.force_login(User.objects.get(email="olga@example.test"))

    shown = page(client, "invitation_detail", key).content.decode()
    unread = post(client, "invitation_detail", key, accept="1")
    response = post(client, "invitation_detail", key, accept="1", read="on")

    assert "Vi pynter, griller og leker." in shown
    assert unread.context["form"].errors == {
        "read": ["Kryss av for at du har lest søknaden."]
    }
    assert client.get(response.url).status_code == 200


def test_a_no_needs_no_tick(client):
    draft = create_helped(email="olga@example.test")
    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)
    client.force_login(User.objects.get(email="olga@example.test"))

    post(client, "invitation_detail", Invitation.objects.get().key, decline="1")

    assert Application.objects.get().state == "withdrawn"


# --- staff ----------------------------------------------------------------------------


def staff_url(name, case):
    return reverse(f"admin:{name}", args=[case.year, case.number[5:]])


def test_staff_see_who_is_not_confirmed_and_confirm_with_a_note(client):
    user = create_user(name="Siri")
    applicant = create_applicant(user=user)
    case = create_submitted(user=user, applicant=applicant)
    applicant.become_registered(
        orgnr="310000019", name="Laget", by=Actor(user), now=timezone.now()
    )
    caseworker = create_caseworker()
    declare_impartial(case, caseworker)
    client.force_login(caseworker)
    before = client.get(case.get_case_url()).content.decode()
    fields = {"membership": applicant.memberships.get().pk, "note": "Ringte laget."}

    client.post(staff_url("case_confirm_member", case), fields)
    after = client.get(case.get_case_url()).content.decode()

    assert "Ikke bekreftet." in before
    assert "Ikke bekreftet." not in after
    assert "Ringte laget." in after
    assert JournalEntry.objects.filter(verb="membership_confirmed").count() == 1


def test_staff_see_helpers_and_that_a_case_waits_for_the_applicant(client):
    draft = create_helped()
    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)
    caseworker = create_caseworker()
    declare_impartial(draft, caseworker)
    client.force_login(caseworker)

    content = client.get(draft.get_case_url()).content.decode()

    assert "Hjelper Hansen (bibliotek eller innbyggertorg)" in content
    assert "Venter på bekreftelse fra søkeren." in content
    assert "brev går i posten" in content


def test_staff_scan_the_print_that_the_applicant_signed(client):
    draft = create_helped()
    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)
    caseworker = create_caseworker()
    declare_impartial(draft, caseworker)
    client.force_login(caseworker)
    data = BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG")
    bad = SimpleUploadedFile("a.pdf", b"MZ program", "application/pdf")
    scan = SimpleUploadedFile("underskrift.png", data.getvalue(), "image/png")
    url = staff_url("case_confirm_scan", draft)

    refused = client.post(url, {"file": bad})
    draft.refresh_from_db()
    after_refusal = draft.confirmed_at
    done = client.post(url, {"file": scan})

    draft.refresh_from_db()
    assert (refused.status_code, after_refusal) == (200, None)
    assert (done.status_code, draft.confirmation_scan.name) == (302, "underskrift.png")
    assert draft.confirmed_at is not None
    assert draft.applicant.letters_by_post


# --- what cannot be guessed -----------------------------------------------------------


def test_scenario_11_another_person_in_the_same_browser_sees_nothing(client):
    first, second = create_user(), create_user()
    draft = create_draft(user=first, title="Hemmelig fest")
    invitation = create_invitation(
        applicant=draft.applicant, email="x@example.test", by=first
    )
    addresses = [
        draft.get_absolute_url(),
        reverse("grants:draft_helpers", args=[draft.key]),
        draft.applicant.get_absolute_url(),
        invitation.get_absolute_url(),
    ]
    client.force_login(first)
    for address in addresses:
        client.get(address)
    client.post(reverse("account_logout"))
    client.force_login(second)

    answers = [client.get(address) for address in addresses]
    lists = client.get(reverse("pages:my_page")).content.decode()
    lists += page(client, "applicant_list").content.decode()

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not any("Hemmelig" in answer.content.decode() for answer in answers)
    assert "Hemmelig" not in lists
    assert "Naboene" not in lists


def guessable():
    """The addresses of everything that belongs to one applicant."""
    owner = create_user()
    applicant = create_applicant(user=owner)
    draft = create_draft(user=owner, applicant=applicant)
    case = create_decided(user=owner, applicant=applicant)
    file = StoredFile.keep(
        b"x", name="x.txt", content_type="text/plain", by=Actor(owner)
    )
    attachment = draft.versions.get().attachments.create(file=file)
    letter = case.letters.get()
    invitation = create_invitation(
        applicant=applicant, email="x@example.test", by=owner
    )
    member = applicant.memberships.get()
    number = (case.year, case.sequence)
    return owner, {
        "draft_detail": (draft.key,),
        "draft_step": (draft.key, "prosjekt"),
        "draft_review": (draft.key,),
        "draft_helpers": (draft.key,),
        "draft_move": (draft.key,),
        "draft_attachment": (draft.key, attachment.pk),
        "application_detail": number,
        "application_receipt": number,
        "application_confirmation": number,
        "version_detail": (*number, 1),
        "letter_detail": (*number, letter.pk),
        "letter_pdf": (*number, letter.pk),
        "applicant_detail": (applicant.pk,),
        "applicant_invite": (applicant.pk,),
        "member_end": (applicant.pk, member.pk),
        "applicant_answerable": (applicant.pk,),
        "applicant_registered": (applicant.pk,),
        "invitation_detail": (invitation.key,),
        "invitation_file": (invitation.key, 1),
    }


@pytest.mark.parametrize("staff", [False, True])
def test_scenario_14_guessed_addresses_are_not_there_and_are_logged(
    client, caplog, staff
):
    _owner, addresses = guessable()
    stranger = create_caseworker() if staff else create_user()
    client.force_login(stranger)

    with caplog.at_level(logging.WARNING, logger="omradesatsing.refused"):
        found = {
            name: page(client, name, *args).status_code
            for name, args in addresses.items()
        }

    assert found == dict.fromkeys(addresses, 404)
    logged = [record.getMessage() for record in caplog.records]
    assert logged == [
        f"404 GET {reverse(f'grants:{name}', args=args)} user={stranger.pk}"
        for name, args in addresses.items()
    ]
