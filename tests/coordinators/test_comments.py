"""«Kjenner du deg ikke igjen?»: from a word on a zone's page to an answer."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from coordinators.models import PlaceComment
from coordinators.models.comments import forget_comments
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.accounts.roles import ADMINISTRATOR
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_area,
    create_area_zone,
    create_caseworker,
    create_coordinator,
    create_user,
    create_zone,
)
from tests.pages.test_public_pages import text_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def zone():
    return create_zone(slug="anker", name="Anker")


@pytest.fixture
def coordinator(zone):
    area = create_area(slug="omradet")
    create_area_zone(area=area, zone=zone)
    return create_coordinator(areas=[area], name="Kari Prøve")


@pytest.fixture(autouse=True)
def nobody_has_sent():
    cache.clear()


def send(zone, **facts):
    return PlaceComment.send(
        zone,
        **{
            "text": "Bekken er åpnet igjen.",
            "email": "",
            "language": "nb",
            "is_odd": False,
            "by": Actor.system(),
            "now": NOW,
        }
        | facts,
    )


def post(client, **data):
    return client.post("/soner/anker/si-fra/", {"text": "Bekken er åpnet."} | data)


def test_a_word_reaches_the_coordinator_and_the_answer_the_one_who_sent_it(
    client, zone, coordinator
):
    page = client.get("/soner/anker/").content.decode()
    assert 'href="/soner/anker/si-fra/"' in page

    sent = post(client, email="nora@example.test")
    comment = PlaceComment.objects.get()
    assert sent.url == f"/si-fra/{comment.key}/"
    assert "Du får svar innen" in text_of(client.get(sent.url))
    notice = Notice.objects.get(kind="comment_received")
    assert notice.recipient == coordinator
    client.force_login(coordinator)
    assert "Tilbakemelding om Anker" in client.get("/admin/").content.decode()
    answered = client.post(
        comment.get_staff_url(),
        {"reply": "Takk! Vi har rettet teksten.", "summary": "Bekken er åpen nå."},
        follow=True,
    )
    assert "Svaret er sendt." in answered.content.decode()
    client.logout()

    assert "Takk! Vi har rettet teksten." in text_of(client.get(sent.url))
    assert "Svar vi har gitt Bekken er åpen nå." in text_of(client.get("/soner/anker/"))
    mail = ProcrastinateJob.objects.get(task_name="notices.send_plain_email")
    assert mail.args["to"] == "nora@example.test"
    assert comment.key in mail.args["body"]
    assert "Takk!" not in mail.args["body"]
    verbs = JournalEntry.objects.about(comment).values_list("verb", flat=True)
    assert list(verbs) == ["comment_received", "comment_answered"]


def test_without_a_coordinator_the_administrators_are_told(zone):
    administrator = create_user(role=ADMINISTRATOR)
    create_caseworker()

    send(zone)

    assert [n.recipient for n in Notice.objects.all()] == [administrator]


def test_what_is_missing_is_told_and_nothing_typed_is_lost(client, zone):
    empty = post(client, text="  ", email="ikke-en-adresse")

    page = empty.content.decode()
    assert "Fyll ut «Hva stemmer ikke?»." in page
    assert "Skriv e-postadressen slik: navn@eksempel.no" in page
    assert 'value="ikke-en-adresse"' in page
    assert not PlaceComment.objects.exists()


def test_who_fills_in_like_a_machine_is_marked_and_not_refused(client, zone):
    post(client, nettside="https://example.test")

    assert PlaceComment.objects.get().is_odd is True


def test_the_sixth_in_an_hour_is_asked_to_wait_and_keeps_the_text(client, zone):
    for _each in range(5):
        assert post(client).status_code == 302

    sixth = post(client, text="Den sjette.")

    assert "Vent en time" in sixth.content.decode()
    assert "Den sjette." in sixth.content.decode()
    assert PlaceComment.objects.count() == 5


def test_another_areas_coordinator_sees_nothing_of_it(client, zone, coordinator):
    comment = send(zone)
    other = create_coordinator(areas=[create_area(slug="annet")])

    client.force_login(other)

    assert list(PlaceComment.objects.visible_to(other)) == []
    assert client.get(comment.get_staff_url()).status_code == 404
    assert "Anker" not in client.get("/admin/tilbakemeldinger/").content.decode()
    with pytest.raises(Refused):
        comment.answer(reply="Hei", summary="", by=Actor(other), now=NOW)


def test_a_coordinator_who_has_left_sees_nothing(zone):
    area = create_area(slug="omradet")
    create_area_zone(area=area, zone=zone)
    gone = create_coordinator(areas=[area], ends_on=date(2021, 1, 1))
    send(zone)

    assert list(PlaceComment.objects.visible_to(gone)) == []


def test_it_is_answered_once_and_never_with_nothing(zone, coordinator):
    comment = send(zone)
    by = Actor(coordinator)

    with pytest.raises(Refused, match="Skriv et svar"):
        comment.answer(reply=" ", summary="", by=by, now=NOW)
    comment.answer(reply="Takk.", summary="", by=by, now=NOW)
    with pytest.raises(Refused, match="alt besvart"):
        comment.answer(reply="Igjen.", summary="", by=by, now=NOW)


def test_a_summary_has_no_label_on_a_place(client, zone, coordinator):
    comment = send(zone)
    client.force_login(coordinator)

    page = client.post(
        comment.get_staff_url(), {"reply": "Takk.", "summary": "Et utsatt strøk."}
    )

    assert "Ikke skriv «utsatt»" in page.content.decode()
    comment.refresh_from_db()
    assert comment.answered_at is None


def test_what_was_written_goes_half_a_year_after_the_answer(client, zone, coordinator):
    old, new = send(zone, email="a@example.test"), send(zone)
    for comment, days in ((old, 184), (new, 182)):
        comment.answer(
            reply="Takk.",
            summary="Rettet.",
            by=Actor(coordinator),
            now=NOW - timedelta(days=days),
        )

    assert forget_comments(NOW) == 1

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.text, old.email, old.reply, old.summary) == ("", "", "Takk.", "Rettet.")
    assert new.text
    assert "Dette skrev du" not in text_of(client.get(old.get_absolute_url()))


def test_the_database_holds_what_is_forgotten_and_answered(zone):
    comment = send(zone)

    with pytest.raises(IntegrityError, match="forgotten"), transaction.atomic():
        PlaceComment.objects.filter(pk=comment.pk).update(forgotten_at=NOW)
    with pytest.raises(IntegrityError, match="whole"), transaction.atomic():
        PlaceComment.objects.filter(pk=comment.pk).update(reply="Hei")


@pytest.mark.parametrize("number", [1, 30])
def test_the_queries_of_the_list_do_not_grow(
    client, zone, coordinator, django_assert_num_queries, number
):
    for _each in range(number):
        send(zone)
    client.force_login(coordinator)
    client.get("/admin/tilbakemeldinger/")

    with django_assert_num_queries(7):
        client.get("/admin/tilbakemeldinger/")
