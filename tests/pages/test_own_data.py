"""What the portal holds on a person, and what is left when they are gone."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grants.models import (
    Application,
    Award,
    Helper,
    Invitation,
    Membership,
    Pot,
    RoundFollower,
    State,
    Version,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import ParkedPost, User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from omradesatsing.pages.own_data import erase_user
from tests.factories import (
    create_applicant,
    create_decided,
    create_draft,
    create_inquiry,
    create_submitted,
    create_user,
)

pytestmark = pytest.mark.django_db


def sums():
    """What must not change: pots, awards, cases and what was sent in them."""
    return (
        list(Pot.objects.order_by("pk").values_list("pk", "balance")),
        list(Award.objects.order_by("pk").values_list("pk", "amount", "state")),
        list(Application.objects.sent().order_by("pk").values_list("pk", "state")),
        list(Version.objects.sent().order_by("pk").values_list("pk", "title")),
    )


def test_scenario_46_what_the_law_keeps_stands_and_the_rest_goes(client):
    kari = create_user(email="kari@example.org", name="Kari Nabo", phone="+4741234567")
    other = create_user()
    applicant = create_applicant(user=kari)
    Membership.objects.create(
        applicant=applicant,
        user=other,
        confirmed_at=timezone.now(),
        proof=Membership.Proof.MEMBER,
    )
    decided = create_decided(user=kari, applicant=applicant)
    draft = create_draft(user=kari, applicant=create_applicant(user=kari))
    RoundFollower.objects.create(round=decided.round, user=kari)
    create_inquiry(round=decided.round, user=kari)
    ParkedPost.objects.create(owner=kari, path="/x/", fields={})
    before = sums()

    client.force_login(kari)
    response = client.post(reverse("pages:erase"), {"sure": "on"})

    kari.refresh_from_db()
    assert response.status_code == 302
    assert sums() == before
    assert (kari.email, kari.name, kari.phone, kari.is_active) == (
        f"slettet-{kari.pk}@bruker.invalid",
        "",
        "",
        False,
    )
    assert not Application.objects.filter(pk=draft.pk).exists()
    assert not Notice.objects.filter(recipient=kari).exists()
    assert not RoundFollower.objects.exists()
    assert not ParkedPost.objects.exists()
    assert not Membership.objects.active().filter(user=kari).exists()
    assert list(decided.round.inquiries.values_list("asked_by")) == [(None,)]
    assert JournalEntry.objects.about(kari).last().verb == "user_erased"
    assert client.get(reverse("pages:my_page")).status_code == 302


def test_the_address_can_begin_anew_and_finds_nothing_old(client):
    kari = create_user(email="kari@example.org")
    create_draft(user=kari)

    erase_user(kari, now=timezone.now())
    anew = User.objects.for_code("kari@example.org")

    assert anew.pk != kari.pk
    assert list(Application.objects.of_applicants(anew)) == []


def test_the_last_who_answers_for_a_case_cannot_go():
    case = create_submitted()
    [kari] = case.members()

    with pytest.raises(Refused, match="eneste"):
        erase_user(kari, now=timezone.now())

    kari.refresh_from_db()
    assert (kari.is_active, kari.anonymised_at) == (True, None)
    assert case.members() == [kari]


def test_nor_the_last_who_answers_for_a_grant():
    case = create_decided()

    with pytest.raises(Refused, match="tilskudd"):
        erase_user(case.members()[0], now=timezone.now())


def test_one_who_has_withdrawn_can_go():
    case = create_submitted()
    [kari] = case.members()
    Application.objects.filter(pk=case.pk).update(
        state=State.WITHDRAWN, withdrawn_at=timezone.now()
    )

    erase_user(kari, now=timezone.now())

    assert Version.objects.filter(application=case).count() == 1


def test_staff_are_not_erased_by_themselves():
    with pytest.raises(Refused, match="ansatt"):
        erase_user(create_user(role=roles.CASEWORKER), now=timezone.now())


def test_the_page_and_the_file_tell_the_same_and_only_ones_own(client):
    kari = create_user(email="kari@example.org", name="Kari Nabo")
    create_draft(user=kari, title="Karis hage")
    create_draft(user=create_user(), title="Andres fest")
    client.force_login(kari)

    page = client.get(reverse("pages:own_data")).content.decode()
    file = client.get(reverse("pages:own_data_file")).json()

    lines = [line for section in file["sections"] for line in section["lines"]]
    assert "Karis hage" in lines
    assert all(line in page for line in lines)
    assert "Andres fest" not in page


def test_nobody_is_deleted_without_saying_that_they_are_sure(client):
    kari = create_user()
    client.force_login(kari)

    response = client.post(reverse("pages:erase"), {})

    kari.refresh_from_db()
    assert response.context["form"].errors == {"sure": ["Kryss av hvis du er sikker."]}
    assert kari.is_active


def test_an_erased_person_is_logged_out_everywhere():
    kari, phone = create_user(), Client()
    phone.force_login(kari)

    erase_user(kari, now=timezone.now())

    assert phone.get(reverse("pages:my_page")).status_code == 302
    assert not Helper.objects.active().filter(user=kari).exists()
    assert not Invitation.objects.filter(invited_by=kari, answered_at=None).exists()
