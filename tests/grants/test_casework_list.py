"""The case list: whose cases, narrowed how, a page at a time."""

import pytest
from django.utils import timezone

from grants.casework.filters import PAGE
from grants.models import Application, State
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from tests.factories import (
    create_area,
    create_caseworker,
    create_coordinator,
    create_draft,
    create_in_review,
    create_round,
    create_submitted,
    create_user,
)

pytestmark = pytest.mark.django_db

URL = "/admin/saker/"


def listed(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200
    return [case.title for case in response.context["cases"]]


def copies_of(case, number):
    """Sent cases like this one, made fast: only for counting and paging."""
    first = case.sequence + 1
    Application.objects.bulk_create(
        Application(
            round=case.round,
            area=case.area,
            applicant=case.applicant,
            started_by=case.started_by,
            state=State.SUBMITTED,
            year=case.year,
            sequence=sequence,
            submitted_at=case.submitted_at,
        )
        for sequence in range(first, first + number)
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (roles.CASEWORKER, 200),
        (roles.DECIDER, 200),
        (roles.READER, 200),
        (roles.ADMINISTRATOR, 200),
        (roles.COORDINATOR, 200),
        (roles.EDITOR, 403),
        (roles.FINANCE, 403),
        (roles.APPEALS, 403),
    ],
)
def test_the_list_is_for_those_who_read_cases(client, role, status):
    client.force_login(create_user(role=role))

    assert client.get(URL).status_code == status


def test_drafts_are_in_nobodys_list(client):
    round = create_round()
    create_submitted(round=round, title="Sendt")
    create_draft(round=round, title="Kladd")
    client.force_login(create_user(is_staff=True, is_superuser=True))

    assert listed(client) == ["Sendt"]


def test_a_coordinator_sees_the_cases_of_assigned_areas_only(client):
    mine, other = create_area(name="Mitt"), create_area(name="Annet")
    round = create_round(areas=[mine, other])
    create_submitted(round=round, area=mine, title="Her")
    create_submitted(round=round, area=other, title="Der")
    names_us = create_submitted(round=round, area=other, title="Nevner oss")
    names_us.other_areas.add(mine)
    client.force_login(create_coordinator(areas=[mine]))

    response = client.get(URL)

    assert [case.title for case in response.context["cases"]] == ["Nevner oss", "Her"]
    choices = response.context["filter"].form.fields["omrade"].queryset
    assert [area.name for area in choices] == ["Mitt"]


def test_a_case_one_has_a_conflict_in_is_not_listed(client):
    worker = create_caseworker()
    round = create_round()
    conflicted = create_submitted(round=round, title="Skjult")
    create_submitted(round=round, title="Synlig")
    conflicted.declare(
        by=Actor(worker), conflict=True, ground="family", now=timezone.now()
    )
    client.force_login(worker)

    assert listed(client) == ["Synlig"]
    assert listed(client, q="Skjult") == []
    assert listed(client, q=conflicted.number) == []


def test_filters_narrow_the_list(client):
    here, there = create_area(slug="her"), create_area(slug="der")
    round = create_round(areas=[here, there], slug="var-2026")
    worker = create_caseworker()
    taken = create_in_review(round=round, area=here, caseworker=worker, title="Tatt")
    fresh = create_submitted(round=round, area=there, title="Fersk")
    client.force_login(worker)

    found = {
        "all": listed(client),
        "number": listed(client, q=taken.number),
        "title": listed(client, q="fersk"),
        "applicant": listed(client, q=fresh.applicant.name[:4]),
        "nothing": listed(client, q="%"),
        "state": listed(client, status="in_review"),
        "open": listed(client, status="apen"),
        "area": listed(client, omrade="der"),
        "round": listed(client, utlysning="var-2026"),
        "mine": listed(client, saksbehandler="meg"),
        "nobody's": listed(client, saksbehandler="ingen"),
    }

    assert found == {
        "all": ["Fersk", "Tatt"],
        "number": ["Tatt"],
        "title": ["Fersk"],
        "applicant": ["Fersk", "Tatt"],
        "nothing": [],
        "state": ["Tatt"],
        "open": ["Fersk", "Tatt"],
        "area": ["Fersk"],
        "round": ["Fersk", "Tatt"],
        "mine": ["Tatt"],
        "nobody's": ["Fersk"],
    }


def test_the_list_is_read_a_page_at_a_time_by_number(client):
    case = create_submitted()
    copies_of(case, PAGE)
    client.force_login(create_caseworker())

    first = client.get(URL)
    second = client.get(URL, {"etter": first.context["after"]})

    def numbers(response):
        return [row.sequence for row in response.context["cases"]]

    last = case.sequence + PAGE
    assert numbers(first) == list(range(last, case.sequence, -1))
    assert numbers(second) == [case.sequence]
    assert second.context["after"] == ""


@pytest.mark.parametrize("cursor", ["2026", "x-1", "2026-1'", "2026-99999999999"])
def test_an_odd_page_is_not_there(client, cursor):
    client.force_login(create_caseworker())

    assert client.get(URL, {"etter": cursor}).status_code == 404


@pytest.mark.parametrize("more", [0, 299])
def test_the_list_asks_the_database_eight_times(
    client, django_assert_num_queries, more
):
    case = create_submitted()
    copies_of(case, more)
    client.force_login(create_caseworker())

    with django_assert_num_queries(8):
        client.get(URL)
