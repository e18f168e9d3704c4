"""What the front page shows of projects and events, in one query each."""

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce

from coordinators.models import Event, Project

RESULTS = 3
EVENTS = 10


def area_names(of="areas"):
    """The names of a row's areas, in Norwegian order, as a column."""
    return ArrayAgg(
        f"{of}__name", filter=Q(**{f"{of}__isnull": False}), order_by=f"{of}__name_key"
    )


def area_ids():
    """The keys of a row's areas, as a column; an empty list when it has none."""
    empty = Value([], output_field=ArrayField(BigIntegerField()))
    return ArrayAgg("areas", filter=Q(areas__isnull=False), default=empty)


def newest_projects(areas, now):
    """One project of each area (not finished before finished), and the newest results.

    What is not finished is as new as its source, what is finished as its end.
    """
    public = Project.objects.public(now)
    results = public.with_result().newest_first()[:RESULTS]
    of_areas = (
        Project.areas.through.objects.filter(area__in=areas, project__in=public)
        .annotate(finished=FINISHED, age=AGE)
        .order_by("area_id", "finished", F("age").desc(nulls_last=True), "project_id")
        .distinct("area_id")
    )
    found = list(
        Project.objects.filter(
            Q(pk__in=of_areas.values("project_id")) | Q(pk__in=results.values("pk"))
        )
        .annotate(
            area_ids=area_ids(),
            area_names=area_names(),
        )
        .newest_first()
    )
    chosen = sorted(found, key=lambda p: (not p.is_open, -_age(p), p.pk))
    current = {
        area.pk: next((p for p in chosen if area.pk in p.area_ids), None)
        for area in areas
    }
    finished = [p for p in found if p.status == Project.Status.COMPLETED and p.result]
    return current, finished[:RESULTS]


FINISHED = Case(
    When(project__status__in=["", Project.Status.COMPLETED], then=Value(1)),
    default=Value(0),
    output_field=IntegerField(),
)
AGE = Case(
    When(
        project__status__in=["", Project.Status.COMPLETED],
        then=Coalesce("project__ends_on", "project__as_of"),
    ),
    default=F("project__as_of"),
)


def _age(project):
    """Twin of `AGE`, for a project already fetched."""
    day = project.as_of if project.is_open else project.ends_on or project.as_of
    return day.toordinal() if day else 0


def coming_events(now):
    """The next events, the nearest first, with the keys and names of their areas."""
    return list(
        Event.objects.public(now)
        .coming(now)
        .annotate(
            area_ids=area_ids(),
            area_names=area_names(),
        )[:EVENTS]
    )
