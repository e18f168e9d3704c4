"""What the registers said when the case was sent, beside what they say now."""

import pytest
from django.urls import reverse
from django.utils import timezone

from grants.models import Organisation, RegisterFacts
from grants.models.organisations import Standing
from tests.factories import create_in_review
from tests.grants.test_screening import create_organisation_case

pytestmark = pytest.mark.django_db


def test_what_is_known_when_it_is_sent_is_kept():
    case = create_organisation_case()

    facts = RegisterFacts.objects.get()

    organisation = case.applicant.organisation
    assert (facts.application, facts.name, facts.standing) == (
        case,
        organisation.name,
        organisation.standing,
    )
    assert facts.changes(organisation) == []


def test_a_group_has_no_register_facts():
    create_in_review()

    assert RegisterFacts.objects.count() == 0


def test_the_case_shows_what_has_changed_since(client):
    case = create_organisation_case()
    client.force_login(case.caseworker)
    same = client.get(case.get_case_url()).content.decode()
    Organisation.objects.update(
        standing=Standing.BANKRUPT, city="Bergen", deleted_on=timezone.localdate()
    )

    page = client.get(case.get_case_url())

    assert "Det samme nå som da saken kom." in same
    assert [row[:2] for row in page.context["register_changes"]] == [
        ("Status", "ikke slått opp i registeret"),
        ("Poststed", "ikke kjent"),
        ("Slettet", "nei"),
    ]
    assert page.context["register_changes"][0][2] == "konkurs"


def test_a_caseworker_asks_the_register_again(client):
    case = create_organisation_case()
    client.force_login(case.caseworker)
    address = reverse("admin:case_look_up", args=[case.year, case.number.split("/")[1]])

    client.get(address)
    seen = client.post(address, follow=True).content.decode()

    assert "Vi har spurt registeret." in seen
