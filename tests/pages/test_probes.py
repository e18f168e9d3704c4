import re
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone


def test_the_process_answers_without_the_database(client):
    response = client.get("/livez")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_it_is_ready_when_it_reaches_the_database(client):
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_it_is_not_ready_without_the_database(client, monkeypatch):
    def gone():
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", gone)

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"database\n")


def test_robots_are_told_where_not_to_go(client, settings):
    settings.SITE_URL = "https://portal.example"

    lines = client.get("/robots.txt").content.decode().splitlines()

    assert lines[0] == "User-agent: *"
    assert {"Disallow: /admin/", "Disallow: /min-side/"} < set(lines)
    assert lines[-1] == "Sitemap: https://portal.example/sitemap.xml"


def test_security_txt_says_whom_to_tell_and_does_not_run_out_this_year(
    client, settings
):
    settings.SITE_URL = "https://portal.example"
    settings.SECURITY_CONTACT = "mailto:sikkerhet@portal.example"

    text = client.get("/.well-known/security.txt").content.decode()

    facts = dict(re.findall(r"^(\S+): (.+)$", text, re.MULTILINE))
    expires = datetime.fromisoformat(facts.pop("Expires"))
    assert facts == {
        "Contact": "mailto:sikkerhet@portal.example",
        "Preferred-Languages": "nb, nn, en",
        "Canonical": "https://portal.example/.well-known/security.txt",
    }
    assert timedelta(days=30) < expires - timezone.now() < timedelta(days=365)


@pytest.mark.parametrize(
    "address", ["/livez", "/robots.txt", "/.well-known/security.txt"]
)
def test_probes_set_no_cookie_and_only_answer(client, address):
    assert dict(client.get(address).cookies) == {}
    assert client.post(address).status_code == 405
