from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template import Context, Template
from django.test import Client
from django.urls import path
from django.utils import timezone

from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.middleware import (
    OWNER_SALT,
    forget_parked,
    parked_fields,
    sign_owner,
)
from omradesatsing.accounts.models import ParkedPost, User

FORM = "/skjema/?steg=2"
TEXT = "Vi vil lage en hage ✿"

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def form(request):
    """A form as the portal's are: given back what was parked, and saved by POST."""
    if request.method == "POST":
        forget_parked(request)
        return HttpResponse(f"lagret {request.POST['tekst']}")
    kept = parked_fields(request)
    typed = f"{kept.getlist('tekst')} {kept.getlist('valg')}" if kept else "tomt"
    token = "{% load accounts %}{% csrf_token %}{% owner_field %}"
    context = Context({"request": request, "csrf_token": get_token(request)})
    return HttpResponse(typed + Template(token).render(context))


def who(request):
    actor = request.actor
    return HttpResponse(f"{actor.user} {actor.on_behalf_of} {isinstance(actor, Actor)}")


@login_not_required
def open_to_all(request):
    return HttpResponse("åpent")


urlpatterns = [
    path("skjema/", form),
    path("skjema/annet/", form),
    path("hvem/", who),
    path("apent/", open_to_all),
    *import_module(settings.ROOT_URLCONF).urlpatterns,
]


@pytest.fixture
def user():
    return User.objects.create_user("kari@example.org")


def typed(user, **changes):
    return {"tekst": TEXT, "valg": ["a", "b"], "_owner": sign_owner(user)} | changes


def test_everything_needs_log_in_unless_it_says_otherwise(client):
    answers = {
        address: client.get(address) for address in (FORM, "/apent/", "/admin/x/")
    }

    assert answers[FORM].url == "/logg-inn/?next=/skjema/%3Fsteg%3D2"
    assert answers["/apent/"].status_code == 200
    assert answers["/admin/x/"].url == "/logg-inn/passord/?next=/admin/x/"


def test_the_actor_is_who_is_logged_in(client, user):
    client.force_login(user)

    assert client.get("/hvem/").content == b"kari@example.org None True"


def test_what_was_posted_after_the_log_in_ended_is_given_back(client, user):
    sent = client.post(FORM, typed(user))
    before = Client()
    before.force_login(User.objects.create_user("ola@example.org"))
    strangers = before.get(FORM).content.decode()
    client.force_login(user)
    back = client.get(FORM).content.decode()

    assert (sent.status_code, sent.url) == (302, "/logg-inn/?next=/skjema/%3Fsteg%3D2")
    assert back.startswith(f"['{TEXT}'] ['a', 'b']")
    assert strangers.startswith("tomt")
    assert client.get("/skjema/annet/").content.decode().startswith("tomt")


def test_what_was_given_back_and_saved_is_forgotten(client, user):
    client.post(FORM, typed(user))
    client.force_login(user)

    saved = client.post(FORM, typed(user))

    assert saved.content.decode() == f"lagret {TEXT}"
    assert ParkedPost.objects.count() == 0
    assert client.get(FORM).content.decode().startswith("tomt")


def test_only_the_typed_fields_are_kept(client, user):
    client.post(FORM, typed(user, csrfmiddlewaretoken="x" * 32, tom="a\0b"))

    kept = ParkedPost.objects.get()
    assert (kept.owner, kept.path, kept.fields) == (
        user,
        "/skjema/",
        {"tekst": [TEXT], "valg": ["a", "b"], "tom": ["ab"]},
    )


@pytest.mark.parametrize("hours", [23, 24])
def test_it_is_kept_for_a_day(client, user, hours):
    client.post(FORM, typed(user))
    ParkedPost.objects.update(parked_at=timezone.now() - timedelta(hours=hours))
    client.force_login(user)

    back = client.get(FORM).content.decode()

    assert back.startswith("tomt") == (hours == 24)


KEPT = "Det du skrev, er tatt vare på. Logg inn, så får du det tilbake."


@pytest.mark.parametrize("checks", [False, True], ids=["log-in", "old token"])
def test_the_log_in_page_says_that_what_was_typed_is_kept(user, checks):
    browser = Client(enforce_csrf_checks=checks)

    page = browser.post(FORM, typed(user), follow=True)
    again = browser.get(page.redirect_chain[-1][0])

    assert page.status_code == 200
    assert page.content.decode().count(KEPT) == 1
    assert KEPT not in again.content.decode()


def test_nothing_is_said_to_be_kept_when_it_is_not(client):
    page = client.post(FORM, {"tekst": TEXT}, follow=True)

    assert "Logg inn" in page.content.decode()
    assert KEPT not in page.content.decode()


FORGED = {
    "none": "",
    "a bare number": "{pk}",
    "another secret": "{forged}",
    "another purpose": "{purpose}",
    "nobody": "{nobody}",
}


@pytest.mark.parametrize("owner", FORGED.values(), ids=FORGED)
def test_a_forged_owner_is_refused(client, user, owner):
    owner = owner.format(
        pk=user.pk,
        forged=signing.dumps(user.pk, key="another", salt=OWNER_SALT),
        purpose=signing.dumps(user.pk, salt="another"),
        nobody=signing.dumps(user.pk + 1000, salt=OWNER_SALT),
    )

    sent = client.post(FORM, typed(user, _owner=owner))

    assert (sent.status_code, ParkedPost.objects.count()) == (302, 0)


def test_an_old_form_is_not_kept(client, user, monkeypatch):
    owner = sign_owner(user)
    later = timezone.now() + timedelta(days=8)
    monkeypatch.setattr("time.time", later.timestamp)

    client.post(FORM, typed(user, _owner=owner))

    assert ParkedPost.objects.count() == 0


def test_a_closed_account_keeps_nothing(client, user):
    User.objects.update(is_active=False)

    client.post(FORM, typed(user))

    assert ParkedPost.objects.count() == 0


def test_what_is_too_large_too_long_or_too_much_is_not_kept(client, user):
    client.post(FORM, typed(user, tekst="a" * ParkedPost.MAX_BYTES))
    client.post(f"/admin/{'a' * 300}/", typed(user))
    kept = [ParkedPost.objects.count()]
    for _number in range(ParkedPost.MAX_KEPT + 2):
        client.post(FORM, typed(user))

    kept.append(ParkedPost.objects.count())

    assert kept == [0, ParkedPost.MAX_KEPT]


def token_in(page, name="csrfmiddlewaretoken"):
    return page.content.decode().split(f'name="{name}" value="')[1].split('"')[0]


def test_with_csrf_on_a_form_sent_after_log_out_is_kept(user):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    page = browser.get(FORM)
    fields = typed(user, _owner=token_in(page, "_owner"))
    # Logged out in another tab; this one still has its form.
    browser.get("/logg-ut/")
    browser.post("/logg-ut/", {"csrfmiddlewaretoken": token_in(page)})

    sent = browser.post(FORM, fields | {"csrfmiddlewaretoken": token_in(page)})

    assert (sent.status_code, sent.url) == (302, "/logg-inn/?next=/skjema/%3Fsteg%3D2")
    assert ParkedPost.objects.get().fields["tekst"] == [TEXT]


def test_with_csrf_on_a_form_from_before_a_new_log_in_is_given_back(user):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    page = browser.get(FORM)
    fields = typed(user, csrfmiddlewaretoken=token_in(page))
    # Log-in in another tab changes the token that this tab's form has.
    del browser.cookies["csrftoken"]
    browser.get(FORM)

    sent = browser.post(FORM, fields)
    back = browser.get(FORM).content.decode()

    assert (sent.status_code, sent.url) == (302, FORM)
    assert back.startswith(f"['{TEXT}']")


def test_with_csrf_on_a_foreign_form_is_still_refused(user):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)

    sent = browser.post(FORM, {"tekst": TEXT})

    assert (sent.status_code, ParkedPost.objects.count()) == (403, 0)
