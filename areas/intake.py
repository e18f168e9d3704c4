"""«Tall og soner»: administrators load editions and divisions, and publish.

A file is looked at first. What was uploaded waits for an hour, for its owner only; to
read it in is another press, which checks everything anew.
"""

import csv
import io
import secrets

from django import forms
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from areas import zone_import
from areas.figures.files import csv_cell
from areas.figures.importing import add_alias, carry_out, counted, publish, undo
from areas.figures.plans import Known, plan_import
from areas.figures.sheets import LARGEST_FILE, BadSheet, read_sheet
from areas.models import Division, Edition, Figure, FileImport, Indicator
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.accounts.roles import ADMINISTRATOR

KEPT = 60 * 60


def intake_urls(guard):
    """The patterns; `guard` lets only active staff in (`AdminSite.admin_view`)."""
    routes = [
        ("tall/", intake_home, "figures_home"),
        ("tall/utgaver/<int:pk>/", edition_intake, "figures_edition"),
        ("tall/utgaver/<int:pk>/mal.<str:kind>", edition_template, "figures_template"),
        ("tall/utgaver/<int:pk>/fil/<str:token>/", edition_look, "figures_look"),
        (
            "tall/utgaver/<int:pk>/fil/<str:token>/navn/",
            edition_alias,
            "figures_alias",
        ),
        ("tall/utgaver/<int:pk>/publiser/", edition_publish, "figures_publish"),
        (
            "tall/utgaver/<int:pk>/angre/<int:import_pk>/",
            edition_undo,
            "figures_undo",
        ),
        ("tall/inndelinger/<int:pk>/", division_intake, "figures_division"),
        (
            "tall/inndelinger/<int:pk>/fil/<str:token>/",
            division_look,
            "figures_division_look",
        ),
        ("tall/inndelinger/mal/<str:kind>.csv", division_template, "zones_template"),
    ]
    return [path(route, guard(view), name=name) for route, view, name in routes]


def may_load(user):
    return user.is_active and (user.is_superuser or user.has_role(ADMINISTRATOR))


def check_may_load(request):
    if not may_load(request.user):
        raise PermissionDenied("Tall og soner lastes av en administrator.")


def page(request, template, context):
    frame = admin.site.each_context(request)
    return render(request, f"admin/figures/{template}", frame | context)


# --- what was uploaded waits for its owner -------------------------------------------


def keep_file(request, name, content):
    token = secrets.token_urlsafe(16)
    cache.set(_key(request, token), (name, content), KEPT)
    return token


def kept_file(request, token):
    found = cache.get(_key(request, token))
    if found is None:
        raise Http404("Filen er borte. Last den opp på nytt.")
    return found


def _key(request, token):
    return f"intake:{request.user.pk}:{token}"


class UploadForm(forms.Form):
    optional_marks = True

    file = forms.FileField(label="Fil", help_text="CSV eller XLSX, høyst 10 MB.")

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError("Filen er større enn 10 MB.")
        self.content = file.read()
        if not self.files_may_be_other:
            try:
                read_sheet(file.name, self.content)
            except BadSheet as error:
                raise forms.ValidationError(str(error)) from error
        return file

    files_may_be_other = False


# --- editions ------------------------------------------------------------------------


@require_safe
def intake_home(request):
    check_may_load(request)
    editions = Edition.objects.select_related("division").annotate(
        count=Count("figures")
    )
    context = {
        "title": "Tall og soner",
        "editions": editions.order_by("is_practice", "-year", "slug"),
        "divisions": Division.objects.annotate(count=Count("zones")),
        "imports": FileImport.objects.select_related("edition", "division", "by")[:10],
    }
    return page(request, "home.html", context)


def _edition(pk):
    return get_object_or_404(Edition.objects.select_related("division"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def edition_intake(request, pk):
    """One edition: upload, what was read in before, publish."""
    check_may_load(request)
    edition = _edition(pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["file"].name
        token = keep_file(request, name, form.content)
        return redirect("admin:figures_look", pk, token)
    counts = counted(edition)
    imports = list(edition.imports.select_related("by"))
    last = next((done for done in imports if not done.undone_at), None)
    context = {
        "title": edition.title,
        "edition": edition,
        "form": form,
        "counts": [(s.label, counts[s.value]) for s in Figure.Status],
        "total": sum(counts.values()),
        "imports": imports,
        "undoable": last if last and not edition.published_at else None,
    }
    return page(request, "edition.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edition_look(request, pk, token):
    """What the file would do; pressed, it is done."""
    check_may_load(request)
    edition = _edition(pk)
    name, content = kept_file(request, token)
    sheet = read_sheet(name, content)
    reason = request.POST.get("reason", "")
    problem = ""
    if request.method == "POST":
        try:
            done = carry_out(
                edition,
                sheet,
                by=Actor(request.user),
                now=request.arrived_at,
                reason=reason,
            )
        except Refused as error:
            problem = str(error)
        else:
            cache.delete(_key(request, token))
            messages.success(
                request, f"Lest inn: {done.new} nye og {done.changed} endrede tall."
            )
            return redirect("admin:figures_edition", pk)
    plan = plan_import(edition, sheet)
    known = Known.of(edition)
    context = {
        "title": f"Se over {name}",
        "edition": edition,
        "plan": plan,
        "token": token,
        "file_name": name,
        "reason": reason,
        "problem": problem,
        "places": _place_choices(known) if plan.unknown_places else [],
        "indicators": Indicator.objects.order_by("name")
        if plan.unknown_indicators
        else [],
        "samples": [
            (indicator, known.name(place), _shown(before), _shown(values))
            for indicator, place, before, values in (plan.changed + plan.new)[:20]
        ],
        "has_errors": bool(problem),
    }
    return page(request, "look.html", context)


def _place_choices(known):
    zones = [(f"zone-{z.pk}", str(z)) for z in known.zones.values()]
    districts = [(f"district-{d.pk}", f"bydel {d}") for d in known.districts.values()]
    return sorted(zones, key=lambda pair: pair[1]) + districts


def _shown(values):
    if values is None:
        return "–"
    if values["status"] != Figure.Status.PUBLISHED:
        return Figure.Status(values["status"]).label
    sign = "" if values["sign"] == "=" else f"{values['sign']} "
    number = f"{values['value'].normalize():f}".replace(".", ",")
    if values["value_to"] is not None:
        to = f"{values['value_to'].normalize():f}".replace(".", ",")
        return f"{number}–{to}"
    return f"{sign}{number}"


@require_POST
def edition_alias(request, pk, token):
    """Say once what an unknown spelling means."""
    check_may_load(request)
    edition = _edition(pk)
    kept_file(request, token)
    text, meaning = request.POST.get("text", ""), request.POST.get("meaning", "")
    kind, _dash, key = meaning.partition("-")
    by = Actor(request.user)
    if text and kind == "indicator" and key.isdigit():
        indicator = get_object_or_404(Indicator, pk=key)
        add_alias(edition, text, by=by, indicator=indicator)
    elif text and kind in {"zone", "district"} and key.isdigit():
        known = Known.of(edition)
        if int(key) not in (known.zones if kind == "zone" else known.districts):
            raise Http404
        add_alias(edition, text, by=by, place=(kind, int(key)))
    else:
        messages.error(request, "Velg hva skrivemåten betyr.")
    return redirect("admin:figures_look", pk, token)


@require_POST
def edition_publish(request, pk):
    check_may_load(request)
    edition = _edition(pk)
    try:
        publish(edition, by=Actor(request.user), now=request.arrived_at)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{edition} er publisert.")
    return redirect("admin:figures_edition", pk)


@require_POST
def edition_undo(request, pk, import_pk):
    check_may_load(request)
    edition = _edition(pk)
    done = get_object_or_404(edition.imports, pk=import_pk)
    try:
        undo(done, by=Actor(request.user), now=request.arrived_at)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Innlesingen er angret.")
    return redirect("admin:figures_edition", pk)


@require_GET
def edition_template(request, pk, kind):
    """A file to start from: zones down and indicators across, or a row for each."""
    check_may_load(request)
    edition = _edition(pk)
    zones = [zone.name for zone in edition.division.zones.by_district()]
    places = zones + [f"bydel {d.name}" for d in Known.of(edition).districts.values()]
    places.append("Bergen")
    indicators = list(
        Indicator.objects.exclude(key_position=None).order_by("key_position")
    )
    if kind == "csv":
        header = ["sone", *(indicator.slug for indicator in indicators)]
        rows = [[place, *("" for _indicator in indicators)] for place in places]
    elif kind == "lang.csv":
        header = ["sted", "indikator", "verdi", "nedre", "øvre", "antall"]
        header += ["årsak", "periode", "kilde", "merknad"]
        rows = [[zone, indicators[0].slug] for zone in zones] if indicators else []
    else:
        raise Http404
    return _csv(header, rows, f"mal-{edition.slug}.csv")


def _csv(header, rows, name):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    text = "\ufeff" + stream.getvalue()
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- divisions -----------------------------------------------------------------------

KINDS = [
    ("zones", "Soner og grunnkretser (CSV eller XLSX)"),
    ("borders", "Grenser (GeoJSON, EPSG:4326)"),
    ("names", "Stedsnavn, gater og postnummer (CSV eller XLSX)"),
]


class DivisionForm(UploadForm):
    files_may_be_other = True

    kind = forms.ChoiceField(label="Hva er i filen?", choices=KINDS)
    field_order = ["kind", "file"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = "Høyst 10 MB."

    def clean(self):
        data = super().clean()
        if data.get("file") and data.get("kind"):
            try:
                read_facts(data["kind"], data["file"].name, self.content)
            except (BadSheet, Refused) as error:
                self.add_error("file", str(error))
        return data


def read_facts(kind, name, content):
    """The sheet or borders of a file of this kind. Raises BadSheet or Refused."""
    if kind == "borders":
        return zone_import.read_borders(name, content)
    return read_sheet(name, content)


PLANS = {
    "zones": (zone_import.plan_zones, zone_import.carry_out_zones),
    "borders": (zone_import.plan_borders, zone_import.carry_out_borders),
    "names": (zone_import.plan_names, zone_import.carry_out_names),
}


@require_http_methods(["GET", "HEAD", "POST"])
def division_intake(request, pk):
    check_may_load(request)
    division = get_object_or_404(Division, pk=pk)
    form = DivisionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kind, file = form.cleaned_data["kind"], form.cleaned_data["file"]
        token = keep_file(request, f"{kind}:{file.name}", form.content)
        return redirect("admin:figures_division_look", pk, token)
    zones = list(division.zones.all())
    context = {
        "title": division.name,
        "division": division,
        "form": form,
        "zone_count": len(zones),
        "krets_count": sum(len(zone.grunnkretser) for zone in zones),
        "border_count": sum(zone.outline is not None for zone in zones),
        "imports": division.imports.select_related("by"),
    }
    return page(request, "division.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def division_look(request, pk, token):
    check_may_load(request)
    division = get_object_or_404(Division, pk=pk)
    named, content = kept_file(request, token)
    kind, _colon, name = named.partition(":")
    facts = read_facts(kind, name, content)
    look, do = PLANS[kind]
    problem = ""
    if request.method == "POST":
        try:
            done = do(division, facts, by=Actor(request.user), now=request.arrived_at)
        except Refused as error:
            problem = str(error)
        else:
            cache.delete(_key(request, token))
            messages.success(
                request, f"Lest inn: {done.new} nye og {done.changed} endrede."
            )
            return redirect("admin:figures_division", pk)
    context = {
        "title": f"Se over {name}",
        "division": division,
        "plan": look(division, facts),
        "kind": dict(KINDS)[kind],
        "file_name": name,
        "problem": problem,
        "has_errors": bool(problem),
    }
    return page(request, "division_look.html", context)


@require_GET
def division_template(request, kind):
    check_may_load(request)
    if kind == "zones":
        header = ["sonekode", "sone", "navnet er", "bydel", "grunnkretsnummer"]
        header += ["grunnkretsnavn", "kolonne", "rad"]
    elif kind == "names":
        header = ["sone", "navn", "slag", "sikker"]
    else:
        raise Http404
    return _csv(header, [], f"mal-{kind}.csv")
