"""Who gets into the staff's workplace, and what it does not give away."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from grants.models import Application
from omradesatsing.accounts.models import User
from tests.factories import (
    create_area,
    create_caseworker,
    create_draft,
    create_in_review,
    create_user,
)

pytestmark = pytest.mark.django_db

PAGES = [
    "/admin/",
    "/admin/saker/",
    "/admin/saker/2026/0001/",
    "/admin/grants/round/",
    "/admin/grants/round/1/publiser/",
    "/admin/finnes-ikke/",
]


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_logged_in_is_sent_to_the_password_page(client, path):
    response = client.get(path)

    assert (response.status_code, response["Location"]) == (
        302,
        f"/logg-inn/passord/?next={path}",
    )


def test_a_form_sent_after_the_log_in_ended_leads_back_to_itself(client):
    response = client.post("/admin/saker/2026/0001/rad/", {"text": "Et langt råd."})

    assert (response.status_code, response["Location"]) == (
        302,
        "/logg-inn/passord/?next=/admin/saker/2026/0001/rad/",
    )


@pytest.mark.parametrize("path", PAGES)
def test_an_applicant_is_told_that_it_is_for_staff(client, path):
    client.force_login(create_user())

    assert client.get(path).status_code == 403


def test_the_admins_own_log_in_page_leads_to_ours(client):
    response = client.get("/admin/login/", {"next": "/admin/saker/"})

    assert response["Location"] == "/logg-inn/passord/?next=%2Fadmin%2Fsaker%2F"


def test_staff_pages_are_kept_by_nobody(client):
    client.force_login(create_caseworker())

    response = client.get("/admin/saker/")

    assert {"no-store", "private"} <= set(
        response["Cache-Control"].replace(" ", "").split(",")
    )


def test_the_start_page_lists_what_waits_and_the_set_up_one_may_see(client):
    worker = create_caseworker()
    case = create_in_review(caseworker=worker, title="Sommerfest")
    client.force_login(worker)

    response = client.get("/admin/")

    assert [heading for heading, _tasks in response.context["task_groups"]] == [
        "Vurder kriteriene"
    ]
    assert case.get_case_url() in response.content.decode()
    assert [
        model["object_name"]
        for app in response.context["app_list"]
        for model in app["models"]
    ] == ["Organisation", "Pot", "Scheme", "Round"]


@pytest.mark.parametrize("role", [{}, {"is_superuser": True}])
def test_the_way_to_a_rows_public_page_gives_away_no_draft(client, role):
    draft = create_draft()
    kind = ContentType.objects.get_for_model(Application)
    client.force_login(create_user(is_staff=True, **role))

    response = client.get(f"/admin/r/{kind.pk}/{draft.pk}/")

    assert response.status_code == 404


def test_the_way_to_a_public_page_is_for_those_who_see_the_row(client):
    area = create_area()
    kind = ContentType.objects.get_for_model(area)
    client.force_login(create_user(is_staff=True))

    assert client.get(f"/admin/r/{kind.pk}/{area.pk}/").status_code == 404


def test_an_area_leads_to_its_public_page(client):
    area = create_area(slug="loddefjord")
    kind = ContentType.objects.get_for_model(area)
    client.force_login(User.objects.create_superuser("sjef@example.test"))

    response = client.get(reverse("admin:view_on_site", args=[kind.pk, area.pk]))

    assert response["Location"] == "/omrader/loddefjord/"
