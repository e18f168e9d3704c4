import csv

from django.db.models import Count, Max, Sum
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.awards import (
    COLUMNS,
    choices_of,
    imported_awards,
    listed,
    published,
    published_import,
)
from grants.filters import AwardFilter
from grants.models import Award
from omradesatsing.pages.caching import public_page
from omradesatsing.pages.paging import page_of


@public_page
def award_list(request):
    chosen = chosen_awards(request)
    sums = chosen.qs.order_by().aggregate(
        count=Count("pk"), total=Sum("amount"), latest=Max("decision__announced_at")
    )
    page = page_of(request, listed(chosen.qs))
    context = {
        "filter": chosen,
        "sums": sums,
        "page": page,
        "imported": imported(request) if page.number == 1 else [],
        "has_examples": any(a.application.round.scheme.example for a in page),
        "trail": [
            (_("Tilskudd"), reverse("grants:round_list")),
            (_("Tildelinger"), ""),
        ],
    }
    return render(request, "grants/award_list.html", context)


@public_page
def award_csv(request):
    """The list for a spreadsheet: semicolons, decimal comma, dates as YYYY-MM-DD."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tildelinger.csv"'
    # So that Excel reads the Norwegian letters.
    response.write("\ufeff")
    rows = csv.writer(response, delimiter=";")
    rows.writerow([heading for _key, heading in COLUMNS])
    for values in all_published(request):
        rows.writerow([cell(values[key]) for key, _heading in COLUMNS])
    return response


@public_page
def award_json(request):
    awards = all_published(request)
    response = JsonResponse(
        {"awards": [{k: plain(v) for k, v in award.items()} for award in awards]},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    # Open data: other sites' pages may read it.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def all_published(request):
    """The chosen awards, then those of rounds whose form is elsewhere."""
    ours = listed(chosen_awards(request).qs)
    return [published(award) for award in ours] + [
        published_import(award) for award in imported(request)
    ]


def imported(request):
    chosen = {name: request.GET.get(name, "") for name in ("omrade", "ar", "ordning")}
    return imported_awards(request.arrived_at, **chosen)


def chosen_awards(request):
    public = Award.objects.public(request.arrived_at)
    return AwardFilter(request.GET, public, choices=choices_of(public))


def cell(value):
    """A value as a cell's text; what a spreadsheet would run is made harmless."""
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    if hasattr(value, "quantize"):
        return str(value).replace(".", ",")
    text = plain(value) or ""
    runs = text.lstrip()[:1] in tuple("=+-@|%") or text[:1] in tuple("\t\r\n")
    return f"'{text}" if runs else text


def plain(value):
    """A value as JSON has it: amounts as numbers with two decimals, dates as text."""
    if hasattr(value, "quantize"):
        return float(value)
    if hasattr(value, "tzinfo"):
        return timezone.localdate(value).isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else value
