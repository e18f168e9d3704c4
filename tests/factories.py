"""Makes rows for tests. Keyword only, with boring defaults."""

from datetime import UTC, date, datetime
from itertools import count

from areas.models import (
    Area,
    AreaPhase,
    AreaZone,
    District,
    Division,
    Document,
    Zone,
)
from coordinators.models import Assignment, Coordinator, Event, Project
from omradesatsing.accounts.models import User

PUBLISHED = datetime(2026, 1, 1, tzinfo=UTC)
numbers = count(1)


def create_user(*, email=None, name="Kari Eksempel", **fields):
    email = email or f"bruker{next(numbers)}@example.org"
    return User.objects.create_user(email, name=name, **fields)


def create_district(*, name="Prøvedal", **fields):
    number = next(numbers)
    fields = {"slug": f"bydel-{number}", "ssb_code": str(900000 + number)} | fields
    return District.objects.get_or_create(name=name, defaults=fields)[0]


def create_division(*, slug="kommunens-51", **fields):
    fields = {
        "name": "Kommunens 51 levekårssoner",
        "zone_total": 51,
        "first_edition": 2008,
        "last_edition": 2019,
        "is_default": True,
    } | fields
    return Division.objects.get_or_create(slug=slug, defaults=fields)[0]


def create_zone(*, name="Prøvesonen", slug=None, name_status="attested", **fields):
    slug = slug or f"sone-{next(numbers)}"
    fields.setdefault("division", create_division())
    if "district" not in fields:
        fields["district"] = create_district()
    return Zone.objects.create(name=name, slug=slug, name_status=name_status, **fields)


def create_area(*, name=None, slug=None, starts_on=date(2019, 1, 1), **fields):
    """An area that has been active since `starts_on`; None leaves out the phase."""
    number = next(numbers)
    fields = {
        "district": fields.pop("district", None) or create_district(),
        "summary": "Et sted i byen.",
        "published_at": PUBLISHED,
    } | fields
    area = Area.objects.create(
        name=name or f"Område {number}", slug=slug or f"omrade-{number}", **fields
    )
    if starts_on:
        create_phase(area=area, starts_on=starts_on, starts_precision="year")
    return area


def create_phase(*, area, status="active", starts_on=date(2019, 1, 1), **fields):
    return AreaPhase.objects.create(
        area=area, status=status, starts_on=starts_on, **fields
    )


def create_area_zone(*, area, zone, **fields):
    return AreaZone.objects.create(area=area, zone=zone, **fields)


def create_document(*, slug=None, title="En rapport", kind="report", **fields):
    areas = fields.pop("areas", [])
    fields = {"published_at": PUBLISHED} | fields
    document = Document.objects.create(
        slug=slug or f"dokument-{next(numbers)}", title=title, kind=kind, **fields
    )
    document.areas.set(areas)
    return document


def create_coordinator(*, user=None, areas=(), starts_on=date(2020, 1, 1), **fields):
    fields = {"published_at": PUBLISHED} | fields
    coordinator = Coordinator.objects.create(user=user or create_user(), **fields)
    for area in areas:
        create_assignment(coordinator=coordinator, area=area, starts_on=starts_on)
    return coordinator


def create_assignment(*, coordinator, area, starts_on=date(2020, 1, 1), **fields):
    return Assignment.objects.create(
        coordinator=coordinator, area=area, starts_on=starts_on, **fields
    )


def create_project(*, slug=None, title="Et prosjekt", **fields):
    areas = fields.pop("areas", [])
    fields = {
        "kind": "municipal",
        "status": "ongoing",
        "published_at": PUBLISHED,
    } | fields
    project = Project.objects.create(
        slug=slug or f"prosjekt-{next(numbers)}", title=title, **fields
    )
    project.areas.set(areas)
    return project


def create_event(*, slug=None, title="Folkemøte", kind="folkemote", **fields):
    areas = fields.pop("areas", [])
    fields = {"published_at": PUBLISHED} | fields
    event = Event.objects.create(
        slug=slug or f"arrangement-{next(numbers)}", title=title, kind=kind, **fields
    )
    event.areas.set(areas)
    return event
