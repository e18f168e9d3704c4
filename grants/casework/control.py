"""What is overdue or missing, on one page and as a file."""

import csv

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grants.casework.sheets import Line, cell
from grants.casework.views import staff_page
from grants.control import MOST, groups_for, may_control
from omradesatsing.journal.models import JournalEntry

COLUMNS = ["Hva", "Nummer", "Prosjekt", "Område", "Saksbehandler", "Dato", "Datoen er"]


def groups_of(request):
    """The groups, for one who may see them."""
    day = timezone.localdate(request.arrived_at)
    if not may_control(request.user, day):
        raise PermissionDenied
    return groups_for(request.user, request.arrived_at)


@require_safe
def control(request):
    """Each group with its count and the cases that have waited longest."""
    found = []
    for group in groups_of(request):
        count = group.cases.order_by().count()
        first = list(group.cases.order_by("since", "pk")[:MOST]) if count else []
        found.append({"group": group, "count": count, "cases": first})
    context = {"title": "Kontroll", "groups": found, "most": MOST}
    return staff_page(request, "admin/cases/control.html", context)


@require_POST
def control_export(request):
    """All of it as CSV. The journal keeps that it was taken out."""
    groups = groups_of(request)
    JournalEntry.record(
        "control_exported",
        about=request.user,
        by=request.actor,
        rows=sum(group.cases.order_by().count() for group in groups),
    )
    lines = csv.writer(Line(), delimiter=";")

    def written():
        yield "\ufeff" + lines.writerow(COLUMNS)
        for group in groups:
            for case in group.cases.order_by("since", "pk").iterator(chunk_size=500):
                yield lines.writerow([cell(value) for value in values(group, case)])

    response = StreamingHttpResponse(written(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="kontroll.csv"'
    return response


def values(group, case):
    since = case.since
    if hasattr(since, "hour"):
        since = timezone.localdate(since)
    return [
        group.heading,
        case.number,
        case.title,
        str(case.area),
        str(case.caseworker or "ingen"),
        since,
        group.since_label,
    ]
