import gzip
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import path
from django.utils.cache import patch_cache_control

from omradesatsing.accounts.models import User
from omradesatsing.pages.caching import public_page

pytestmark = pytest.mark.urls(__name__)

TEXT = "Levekårssone " * 500
POLICY = {
    "default-src 'none'",
    "base-uri 'none'",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "object-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
}
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


@login_not_required
def arrived(request):
    return HttpResponse(request.arrived_at.isoformat())


def private(request):
    return HttpResponse(TEXT)


@login_not_required
def told(request):
    response = HttpResponse("x")
    patch_cache_control(response, private=True, max_age=5)
    return response


@public_page
def public(request):
    return HttpResponse(TEXT)


urlpatterns = [
    path("naar/", arrived),
    path("privat/", private),
    path("sagt/", told),
    path("apent/", public),
    *import_module(settings.ROOT_URLCONF).urlpatterns,
]


def arrival_of(client, stamp=None, **extra):
    if stamp is not None:
        extra["HTTP_X_REQUEST_START"] = stamp
    return datetime.fromisoformat(client.get("/naar/", **extra).content.decode())


def test_a_request_arrives_when_the_first_middleware_sees_it(client):
    before = datetime.now(UTC)

    arrived_at = arrival_of(client)

    assert before <= arrived_at <= datetime.now(UTC)


@pytest.mark.parametrize("prefix", ["t=", ""])
def test_our_proxys_stamp_counts(client, prefix):
    stamped = datetime.now(UTC) - timedelta(seconds=90)

    arrived_at = arrival_of(client, f"{prefix}{stamped.timestamp():.3f}")

    assert abs(arrived_at - stamped) < timedelta(milliseconds=2)


@pytest.mark.parametrize(
    "stamp",
    [
        "t=",
        "t=i går",
        "t=nan",
        "t=inf",
        "t=1e400",
        "t=-1e18",
        "t=0",
        "{early}",
        "{late}",
    ],
)
def test_a_stamp_that_cannot_be_right_does_not_count(client, stamp):
    before = datetime.now(UTC)
    stamp = stamp.format(
        early=f"t={(before - timedelta(seconds=301)).timestamp()}",
        late=f"t={(before + timedelta(seconds=60)).timestamp()}",
    )

    assert before <= arrival_of(client, stamp) <= datetime.now(UTC)


def test_a_strangers_stamp_does_not_count(client):
    before = datetime.now(UTC)
    stamp = f"t={(before - timedelta(seconds=90)).timestamp()}"

    arrived_at = arrival_of(client, stamp, REMOTE_ADDR="203.0.113.9")

    assert before <= arrived_at


@pytest.mark.django_db
def test_a_page_that_says_nothing_is_kept_by_nobody(client):
    client.force_login(User.objects.create_user("kari@example.org"))

    response = client.get("/privat/", headers={"Accept-Encoding": "gzip"})

    assert response["Cache-Control"] == "private, no-store"
    # No length that what is secret in it could be read from.
    assert "Content-Encoding" not in response
    assert response.content.decode() == TEXT


def test_what_a_page_says_of_itself_stands(client):
    assert client.get("/sagt/")["Cache-Control"] == "private, max-age=5"


def test_not_found_is_kept_by_nobody(client):
    response = client.get("/finnes-ikke/")

    assert (response.status_code, response["Cache-Control"]) == (
        404,
        "private, no-store",
    )


def test_a_public_page_is_short_cached_packed_and_told_apart_by_its_etag(client):
    plain = client.get("/apent/")
    packed = client.get("/apent/", headers={"Accept-Encoding": "gzip"})
    again = client.get("/apent/", headers={"Accept-Encoding": "gzip"})
    unchanged = client.get(
        "/apent/",
        headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]},
    )

    assert plain["Cache-Control"] == packed["Cache-Control"] == "public, max-age=60"
    assert gzip.decompress(packed.content).decode() == plain.content.decode() == TEXT
    assert packed["Content-Encoding"] == "gzip"
    assert packed["Vary"] == "Accept-Language, Accept-Encoding"
    assert packed["ETag"] == again["ETag"]
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.django_db
def test_a_public_page_is_the_same_for_all_and_does_not_ask_who_it_is(
    client, django_assert_num_queries
):
    client.force_login(User.objects.create_user("kari@example.org"))

    with django_assert_num_queries(0):
        response = client.get("/apent/")

    assert (response.status_code, dict(response.cookies)) == (200, {})


def test_a_public_page_takes_no_post(client):
    assert client.post("/apent/").status_code == 405


def headers_of(response):
    headers = {name: response.get(name) for name in SAFE}
    policy = headers["Content-Security-Policy"] or ""
    return headers | {"Content-Security-Policy": set(policy.split("; "))}


SAFE = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize("address", ["/apent/", "/finnes-ikke/", "/sagt/"])
def test_every_answer_has_the_same_strict_headers(client, address):
    assert headers_of(client.get(address)) == SAFE


@pytest.mark.django_db
@pytest.mark.urls(settings.ROOT_URLCONF)
def test_the_admin_has_them_too(client):
    client.force_login(User.objects.create_superuser("sjef@example.org"))

    response = client.get("/admin/accounts/user/")

    assert (response.status_code, headers_of(response)) == (200, SAFE)
    assert {"private", "no-store"} < set(response["Cache-Control"].split(", "))
    assert b"<style" not in response.content
    assert b" style=" not in response.content
