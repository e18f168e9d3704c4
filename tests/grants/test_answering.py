"""Writing an answer to the caseworker: saved meanwhile, asked about, given back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grants.deadlines import next_working_day
from omradesatsing.accounts.actors import Actor
from tests.factories import create_in_review, create_member, create_user

pytestmark = pytest.mark.django_db

BY_SCRIPT = {"X-Autosave": "1"}


@pytest.fixture
def case(client):
    case = create_in_review()
    case.request_info(
        by=Actor(case.caseworker),
        now=timezone.now(),
        text="Hvem eier plassen?",
        due_on=next_working_day(timezone.localdate() + timedelta(days=14)),
        steps=[],
    )
    client.force_login(case.started_by)
    return case


def address(case):
    return reverse("grants:answer_request", args=[case.year, case.sequence])


def opened(browser, case):
    """The page as a browser has it."""
    context = browser.get(address(case)).context
    return {
        "_owner": context["owner"],
        "_seen": context["seen"],
        "answer": context["form"]["answer"].value(),
    }


def kept(case):
    return case.info_requests.get().unsent_answer


def test_an_answer_is_saved_by_script_and_sent_to_nobody(client, case):
    fields = opened(client, case)

    said = client.post(
        address(case), fields | {"answer": "Kommunen\r\neier"}, headers=BY_SCRIPT
    ).json()

    assert (said["unsaved"], said["errors"], said["clashes"]) == ([], {}, [])
    assert said["seen"] == opened(client, case)["_seen"]
    assert kept(case) == "Kommunen\neier"
    assert case.info_requests.get().answer == ""


def test_two_members_who_answer_are_asked_which_text_to_keep(client, case):
    other = Client()
    other.force_login(create_member(applicant=case.applicant).user)
    mine, theirs = opened(client, case), opened(other, case)
    other.post(address(case), theirs | {"answer": "Deres"}, headers=BY_SCRIPT)

    response = client.post(address(case), mine | {"answer": "Mitt", "send": "1"})
    [clash] = response.context["clashes"]
    before = kept(case)
    client.post(
        address(case),
        {"_seen": response.context["seen"], "answer": "Begge deler", "send": "1"},
    )

    assert (clash["label"], clash["stored"], clash["typed"]) == (
        "Svaret ditt",
        "Deres",
        "Mitt",
    )
    assert before == "Deres"
    assert case.info_requests.get().answer == "Begge deler"


def test_an_answer_that_is_too_long_stays_on_the_page(client, case):
    fields = opened(client, case)

    response = client.post(address(case), fields | {"answer": "x" * 2001, "send": "1"})

    assert list(response.context["form"].errors) == ["answer"]
    assert "x" * 2001 in response.content.decode()
    assert response.context["unsaved"] == "answer"
    assert (kept(case), case.info_requests.get().answered_at) == ("", None)


@pytest.mark.parametrize("by_script", [True, False])
def test_an_answer_to_what_is_no_longer_asked_is_given_back(client, case, by_script):
    fields = opened(client, case) | {"answer": "Vi fant ut hvem."}
    case.withdraw(by=Actor(case.started_by), now=timezone.now())

    response = client.post(
        address(case), fields, headers=BY_SCRIPT if by_script else {}
    )

    assert response.status_code == 409
    if by_script:
        assert response.json() == {
            "reason": "refused",
            "text": "Ingenting er etterspurt nå.",
        }
    else:
        assert response.context["typed"] == [("Svaret ditt", "Vi fant ut hvem.")]
        assert "Vi fant ut hvem." in response.content.decode()


def test_a_script_does_not_store_one_persons_answer_as_anothers(client, case):
    fields = opened(client, case) | {"answer": "Mitt"}
    other = Client()
    other.force_login(create_member(applicant=case.applicant).user)

    response = other.post(address(case), fields, headers=BY_SCRIPT)

    assert response.status_code == 409
    assert kept(case) == ""


def test_what_was_typed_when_the_log_in_had_ended_is_given_back(client, case):
    fields = opened(client, case) | {"answer": "Mye å si"}
    client.logout()
    client.post(address(case), fields)
    client.force_login(create_user())
    others = client.get(address(case)).status_code
    client.force_login(case.started_by)

    page = client.get(address(case))

    assert others == 404
    assert page.context["form"]["answer"].value() == "Mye å si"
    assert page.context["unsaved"] == "answer"
    assert kept(case) == ""
