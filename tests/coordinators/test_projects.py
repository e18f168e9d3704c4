from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from areas.models import Funder
from coordinators.models import Project, ProjectFunding
from tests.factories import create_area, create_project

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"status": ""}, "Om prosjektet er gjennomført, er ikke bekreftet."),
        ({"status": "completed"}, "Ferdig"),
        (
            {
                "status": "completed",
                "ends_on": date(2022, 12, 31),
                "ends_precision": "year",
            },
            "Ferdig 2022",
        ),
        ({"status": "ongoing"}, "Status: pågår (kilden har ingen dato)"),
        (
            {
                "status": "ongoing",
                "as_of": date(2022, 12, 1),
                "as_of_precision": "month",
            },
            "Status i desember 2022: pågår",
        ),
        (
            {"status": "idea", "as_of": date(2023, 12, 4)},
            "Status 4. desember 2023: idé",
        ),
        (
            {
                "status": "planned",
                "as_of": date(2023, 12, 4),
                "ends_on": date(2024, 12, 31),
                "ends_precision": "year",
            },
            "Status 4. desember 2023: planlagt. Planlagt ferdig 2024, ikke bekreftet"
            " ferdig",
        ),
        (
            {
                "status": "planned",
                "as_of": date(2023, 12, 4),
                "ends_on": date(2026, 11, 30),
                "ends_precision": "month",
            },
            "Status 4. desember 2023: planlagt. Planlagt ferdig november 2026",
        ),
        (
            {
                "status": "stopped",
                "as_of": date(2023, 1, 1),
                "as_of_precision": "year",
                "ends_on": date(2024, 1, 1),
            },
            "Status i 2023: stanset",
        ),
    ],
)
def test_a_project_says_only_what_is_known_of_how_far_it_has_come(fields, line):
    project = Project(title="Benk", kind="municipal", **fields)

    assert project.status_line(TODAY) == line


@pytest.mark.django_db
def test_a_stopped_project_says_why():
    project = create_project(status="ongoing")
    project.status = "stopped"

    with pytest.raises(ValidationError) as error:
        project.full_clean()
    with pytest.raises(IntegrityError, match="project_stopped_has_reason"):
        project.save()

    assert error.value.messages == ["Skriv hvorfor prosjektet er stanset."]


@pytest.mark.django_db
def test_a_project_cannot_end_before_it_starts():
    with pytest.raises(IntegrityError, match="project_ends_after_start"):
        create_project(starts_on=date(2022, 1, 2), ends_on=date(2022, 1, 1))


@pytest.mark.django_db
def test_money_from_a_funder_is_more_than_nothing():
    funder = Funder.objects.create(slug="staten", name="Staten", kind="state")

    with pytest.raises(IntegrityError, match="project_funding_positive"):
        ProjectFunding.objects.create(project=create_project(), funder=funder, amount=0)


@pytest.mark.django_db
def test_a_project_in_two_areas_is_counted_once():
    north, south = create_area(), create_area()
    create_project(slug="felles", areas=[north, south])
    create_project(slug="nord", areas=[north])
    create_project(slug="ingen")

    found = Project.objects.in_any_area([north, south]).order_by("slug")

    assert [project.slug for project in found] == ["felles", "nord"]
    assert [p.slug for p in Project.objects.in_area(south)] == ["felles"]
