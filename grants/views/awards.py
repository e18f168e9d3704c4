import csv

from django.db.models import Count, Max, Sum
from django.http import HttpResponse, HttpResponseNotFound, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.awards import (
    COLUMNS,
    choices_of,
    chosen_imports,
    listed,
    public_imports,
    published,
    published_import,
)
from grants.filters import AwardFilter
from grants.models import Award
from omradesatsing.pages.caching import public_page
from omradesatsing.pages.paging import page_of


@public_page
def award_list(request):
    chosen, imports = chosen_awards(request)
    sums = chosen.qs.order_by().aggregate(
        count=Count("pk"), total=Sum("amount"), latest=Max("decision__announced_at")
    )
    page = page_of(request, listed(chosen.qs))
    context = {
        "filter": chosen,
        "sums": sums,
        "page": page,
        "imported": imports if page.number == 1 else [],
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
    chosen, imports = chosen_awards(request)
    if not chosen.is_valid():
        return nothing_found(chosen)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tildelinger.csv"'
    # So that Excel reads the Norwegian letters.
    response.write("\ufeff")
    rows = csv.writer(response, delimiter=";")
    rows.writerow([heading for _key, heading in COLUMNS])
    for values in all_published(chosen, imports):
        rows.writerow([cell(values[key]) for key, _heading in COLUMNS])
    return response


@public_page
def award_json(request):
    chosen, imports = chosen_awards(request)
    if not chosen.is_valid():
        return nothing_found(chosen)
    awards = all_published(chosen, imports)
    response = JsonResponse(
        {"awards": [{k: plain(v) for k, v in award.items()} for award in awards]},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    # Open data: other sites' pages may read it.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def all_published(chosen, imports):
    """The chosen awards, then those of rounds whose form is elsewhere."""
    return [published(award) for award in listed(chosen.qs)] + [
        published_import(award) for award in imports
    ]


def chosen_awards(request):
    """The filter over our own awards, and the imported ones that it leaves."""
    public = Award.objects.public(request.arrived_at)
    imports = public_imports(request.arrived_at)
    chosen = AwardFilter(request.GET, public, choices=choices_of(public, imports))
    if not chosen.is_valid():
        return chosen, imports.none()
    return chosen, chosen_imports(imports, **chosen.form.cleaned_data)


def nothing_found(chosen):
    """A program that asks for what we do not have is told so."""
    texts = [text for texts in chosen.form.errors.values() for text in texts]
    return HttpResponseNotFound(
        "\n".join(texts), content_type="text/plain; charset=utf-8"
    )


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
