"""Asking about a round, following it, and the way in for one with only an idea."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from grants.models import RoundFollower, RoundInquiry
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_area,
    create_decided,
    create_inquiry,
    create_round,
    create_user,
)

pytestmark = pytest.mark.django_db

REPLY = {"answer": "Ja, det kan dere.", "public_text": "Støttes gjerder?"}


@pytest.fixture
def round():
    return create_round(title="Vårens tilskudd")


@pytest.fixture
def kari(client):
    user = create_user(email="kari@example.org", name="Kari Nabo")
    client.force_login(user)
    return user


def page(round, name="round_detail"):
    return reverse(f"grants:{name}", args=[round.slug])


def test_an_answer_is_shown_to_all_and_the_asker_to_nobody(client, round, kari):
    client.post(page(round, "round_ask"), {"text": "Vi i Bakken 7: støttes gjerder?"})
    inquiry = RoundInquiry.objects.get()
    before = client.get(page(round)).content.decode()

    inquiry.reply(by=Actor(create_user(role="Saksbehandler")), now=now(), **REPLY)

    client.logout()
    after = client.get(page(round)).content.decode()
    assert "Støttes gjerder?" not in before
    assert "Støttes gjerder?" in after
    assert "Ja, det kan dere." in after
    assert "Bakken 7" not in after
    assert "Kari Nabo" not in after
    notice = Notice.objects.get(kind="inquiry_answered")
    assert (notice.recipient, notice.url) == (kari, f"{page(round)}#sporsmal")


def now():
    return timezone.now()


def test_an_answer_for_one_is_not_shown_to_all(client, round, kari):
    inquiry = create_inquiry(round=round, user=kari)

    inquiry.reply(
        by=Actor(create_user()), now=now(), answer="Bare til deg.", public_text=""
    )

    assert "Bare til deg." not in client.get(page(round)).content.decode()
    assert "Bare til deg." in client.get(page(round, "round_ask")).content.decode()


def test_a_misdirected_question_is_sent_on_and_the_asker_told_where(round, kari):
    inquiry = create_inquiry(round=round, user=kari)

    inquiry.forward(by=Actor(create_user()), now=now(), to="Bymiljøetaten, 55 00 00 00")

    notice = Notice.objects.get(kind="inquiry_forwarded")
    assert notice.recipient == kari
    assert "Bymiljøetaten, 55 00 00 00" in notice.text
    assert not RoundInquiry.objects.open().exists()


@pytest.mark.parametrize("second", ["reply", "forward"])
def test_a_question_is_answered_once(round, kari, second):
    inquiry = create_inquiry(round=round, user=kari)
    inquiry.reply(by=Actor(create_user()), now=now(), **REPLY)
    arguments = REPLY if second == "reply" else {"to": "Andre"}

    with pytest.raises(Refused):
        getattr(inquiry, second)(by=Actor(create_user()), now=now(), **arguments)

    assert [entry.verb for entry in JournalEntry.objects.about(inquiry)] == [
        "inquiry_asked",
        "inquiry_answered",
    ]


def test_the_same_question_twice_is_one_and_too_many_are_refused(client, round, kari):
    for text in ["a", "a ", "b", "c", "d", "e"]:
        client.post(page(round, "round_ask"), {"text": text})

    response = client.post(page(round, "round_ask"), {"text": "enda et spørsmål"})

    assert RoundInquiry.objects.count() == RoundInquiry.MOST_OPEN == 5
    assert "enda et spørsmål" in response.content.decode()
    assert response.context["form"].non_field_errors() == [
        "Du har flere spørsmål som ikke er besvart. Vent, eller ring oss."
    ]


def test_the_need_of_an_interpreter_reaches_the_staff(client, round, kari):
    client.post(
        page(round, "round_ask"), {"text": "Hei", "interpreter_language": "polsk"}
    )
    client.force_login(create_user(role=roles.CASEWORKER))

    tasks = client.get(reverse("admin:index")).content.decode()
    row = client.get(RoundInquiry.objects.get().get_staff_url()).content.decode()

    assert 'id="user-tools"' in row
    assert "Trenger tolk" in tasks
    assert "Trenger tolk: polsk" in row


def test_staff_answer_from_the_page(client, round, kari):
    inquiry = create_inquiry(round=round, user=kari)
    caseworker = create_user(role=roles.CASEWORKER)
    client.force_login(caseworker)

    missing = client.post(inquiry.get_staff_url(), {"answer": "", "public_text": "x"})
    done = client.post(inquiry.get_staff_url(), REPLY)

    inquiry.refresh_from_db()
    assert missing.context["bound"].errors == {"answer": ["Skriv et svar."]}
    assert done.status_code == 302
    assert (inquiry.answer, inquiry.answered_by) == ("Ja, det kan dere.", caseworker)


def test_following_is_begun_and_ended_by_a_press(client, round, kari):
    follow = page(round, "round_follow")
    counts = []
    client.get(follow)
    for data in ({}, {}, {"stop": "1"}, {"stop": "1"}):
        client.post(follow, data)
        counts.append(RoundFollower.objects.filter(round=round, user=kari).count())

    assert counts == [1, 1, 0, 0]
    verbs = [entry.verb for entry in JournalEntry.objects.about(round)]
    assert verbs == ["round_followed", "round_unfollowed"]


def test_one_who_is_not_logged_in_comes_back_to_follow(client, round):
    response = client.get(page(round, "round_follow"))

    assert response.status_code == 302
    assert response.url.endswith(f"next={page(round, 'round_follow')}")


def test_a_round_with_a_form_elsewhere_leads_there_and_takes_no_drafts(client, kari):
    round = create_round(external_url="https://skjema.example/sok")

    detail = client.get(page(round)).content.decode()
    start = client.get(page(round, "application_start"))

    assert 'href="https://skjema.example/sok"' in detail
    assert page(round, "application_start") not in detail
    assert start.status_code == 302
    assert start.url == page(round)


@pytest.mark.parametrize("count", [1, 30])
def test_the_round_page_takes_five_queries(
    client, round, count, django_assert_num_queries
):
    for number in range(count):
        create_inquiry(round=round, text=f"Spørsmål {number}").reply(
            by=Actor(create_user()), now=now(), **REPLY
        )
    ContentType.objects.clear_cache()

    with django_assert_num_queries(5):
        client.get(page(round))


def test_the_idea_page_names_whom_to_talk_to_and_what_others_did(client):
    create_area(name="Elveparken")
    decided = create_decided(title="Felles hage")
    Notice.objects.update(sent_at=now())

    text = client.get(reverse("grants:idea")).content.decode()

    assert decided.current.title in text
    assert "Snakk med oss" in text
