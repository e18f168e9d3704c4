"""What the front page shows of projects and events, in one query each."""

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce

from coordinators.models import Event, Project

RESULTS = 3
EVENTS = 10


def area_names(of="areas"):
    """The names of a row's areas, in Norwegian order, as a column."""
    return ArrayAgg(
        f"{of}__name", filter=Q(**{f"{of}__isnull": False}), order_by=f"{of}__name_key"
    )


def newest_projects(areas, now):
    """One project of each area (under way before others), and the newest results."""
    public = Project.objects.public(now)
    not_under_way = Case(
        When(project__status=Project.Status.ONGOING, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    newest = Coalesce("project__ends_on", "project__as_of").desc(nulls_last=True)
    of_areas = (
        Project.areas.through.objects.filter(area__in=areas, project__in=public)
        .order_by("area_id", not_under_way, newest, "project__title_key", "project_id")
        .distinct("area_id")
    )
    results = public.with_result().newest_first()[:RESULTS]
    found = list(
        Project.objects.filter(
            Q(pk__in=of_areas.values("project_id")) | Q(pk__in=results.values("pk"))
        )
        .annotate(
            area_ids=ArrayAgg("areas", filter=Q(areas__isnull=False)),
            area_names=area_names(),
        )
        .newest_first()
    )
    under_way_first = sorted(
        found, key=lambda project: project.status != Project.Status.ONGOING
    )
    current = {
        area.pk: next(
            (p for p in under_way_first if area.pk in (p.area_ids or [])), None
        )
        for area in areas
    }
    finished = [p for p in found if p.status == Project.Status.COMPLETED and p.result]
    return current, finished[:RESULTS]


def coming_events(now):
    """The next events, the nearest first, with the keys and names of their areas."""
    return list(
        Event.objects.public(now)
        .coming(now)
        .annotate(
            area_ids=ArrayAgg("areas", filter=Q(areas__isnull=False)),
            area_names=area_names(),
        )[:EVENTS]
    )
