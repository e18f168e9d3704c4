"""A log-in ends after a time without use, is extended by one press, and says so."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from omradesatsing.accounts.models import ParkedPost, User
from omradesatsing.accounts.sessions import pseudonym

pytestmark = pytest.mark.django_db

STATE, KEY, PAGE = "/min-side/okt/", "/min-side/nokkel/", "/min-side/"


@pytest.fixture
def user(client):
    user = User.objects.create_user("kari@example.org")
    client.force_login(user)
    return user


def age(client, **ago):
    """Let the last use of the portal be that long ago."""
    session = client.session
    session["renewed_at"] -= int(timedelta(**ago).total_seconds())
    session.save()


def left(response):
    return round(response.json()["left"], -1)


@pytest.mark.parametrize(("is_staff", "hours"), [(False, 2), (True, 8)])
def test_a_session_lasts_some_hours_after_the_last_use(client, is_staff, hours):
    user = User.objects.create_user("ola@example.org", is_staff=is_staff)
    client.force_login(user)

    age(client, minutes=2)

    response = client.get("/passord/" if is_staff else PAGE)

    ends = Session.objects.get().expire_date - datetime.now(UTC)
    assert round(ends.total_seconds(), -2) == hours * 3600
    # It ends with the window too.
    assert response.cookies["sessionid"]["max-age"] == ""


def test_use_renews_it_and_a_question_does_not(client, user):
    client.get(PAGE)
    age(client, hours=1, minutes=30)

    asked = [left(client.get(STATE)) for _time in range(2)]
    client.get(PAGE)
    used = left(client.get(STATE))

    assert (asked, used) == ([1800, 1800], 7200)


def test_one_press_extends_it(client, user):
    client.get(PAGE)
    age(client, hours=1, minutes=55)

    before, pressed, after = (
        left(client.get(STATE)),
        left(client.post(STATE)),
        left(client.get(STATE)),
    )

    assert (before, pressed, after) == (300, 7200, 7200)


def test_to_whoever_is_not_logged_in_nothing_is_left(client):
    answers = [client.get(STATE), client.post(STATE)]

    assert [answer.json() for answer in answers] == [
        {"left": 0, "who": "", "token": ""}
    ] * 2


def test_the_warning_is_drawn_with_the_servers_own_count(client, user):
    page = client.get(PAGE).content.decode()

    drawn = int(page.split('data-left="')[1].split('"')[0])
    assert 7190 <= drawn <= 7200
    assert f'data-who="{pseudonym(user)}"' in page


def test_the_key_of_the_browsers_copy_is_ones_own_and_on_no_page(client, user):
    mine, again = client.get(KEY).json(), client.get(KEY).json()
    other = Client()
    other.force_login(User.objects.create_user("ola@example.org"))
    theirs = other.get(KEY).json()
    stranger = Client().get(KEY)

    assert mine == again
    assert len({mine["key"], theirs["key"]}) == len({mine["who"], theirs["who"]}) == 2
    assert (stranger.status_code, stranger.url) == (302, f"/logg-inn/?next={KEY}")
    assert mine["key"] not in client.get(PAGE).content.decode()
    assert "no-store" in client.get(KEY).headers["Cache-Control"]


def test_a_script_that_saves_too_late_is_told_and_nothing_is_parked(client):
    response = client.post(
        "/min-side/kladder/x/prosjekt/", {"need": "Tekst"}, headers={"X-Autosave": "1"}
    )

    assert (response.status_code, response.json()) == (401, {"reason": "log-in"})
    assert ParkedPost.objects.count() == 0


def test_a_script_with_an_old_token_is_told_to_fetch_a_new_one(user):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)

    refused = browser.post(STATE, headers={"X-Autosave": "1"})
    token = browser.get(STATE).json()["token"]
    taken = browser.post(STATE, {"csrfmiddlewaretoken": token})

    assert (refused.status_code, refused.json()) == (403, {"reason": "token"})
    assert taken.status_code == 200
