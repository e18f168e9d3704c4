"""Pages of editions and divisions: what a report holds, and how the city was cut."""

import csv
import io
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from areas.figures import sentences
from areas.figures.files import (
    csv_cell,
    csv_response,
    file_name,
    file_rows,
    json_response,
    package_response,
)
from areas.models import (
    Division,
    Edition,
    Figure,
    FigureChange,
    Indicator,
    Succession,
    Zone,
)
from omradesatsing.pages.caching import public_page


@public_page
def edition_list(request):
    """Two queries: editions, how many figures each has."""
    editions = list(
        Edition.objects.public(request.arrived_at)
        .select_related("division", "report")
        .newest_last()
    )
    counts = dict(
        Figure.objects.filter(edition__in=editions)
        .order_by()
        .values_list("edition")
        .annotate(count=Count("pk"))
    )
    rows = [(edition, counts.get(edition.pk, 0)) for edition in editions]
    context = {
        "real": [row for row in reversed(rows) if not row[0].is_practice],
        "practice": [row for row in rows if row[0].is_practice],
        "trail": [(_("Utgaver"), "")],
    }
    return render(request, "areas/edition_list.html", context)


def _public_edition(request, slug):
    editions = Edition.objects.public(request.arrived_at)
    return get_object_or_404(editions.select_related("division", "report"), slug=slug)


@public_page
def edition_detail(request, slug):
    """At most seven queries."""
    now = request.arrived_at
    edition = _public_edition(request, slug)
    earlier = _earlier(edition, now)
    used = _indicators_of([edition, *([earlier] if earlier else [])])
    mine = used.get(edition.pk, {})
    before = used.get(earlier.pk, {}) if earlier else {}
    ranks = Figure.objects.filter(edition=edition).filter(
        Q(indicator__is_composite=True) | Q(sign=Figure.Sign.WORDS)
    )
    ranks = ranks.select_related("indicator", "zone__district", "district")
    context = {
        "edition": edition,
        "earlier": earlier,
        "rows": [(i, _same_as(i, before)) for i in mine.values()],
        "gone": [i for pk, i in before.items() if pk not in mine],
        "ranks": [
            (figure, _as_it_stands(figure, edition))
            for figure in ranks.order_by(
                "indicator__name", "zone__district__name_key", "zone__name_key", "pk"
            )
        ],
        "errata": _errata(edition),
        "trail": [(_("Utgaver"), reverse("areas:edition_list")), (edition.title, "")],
    }
    return render(request, "areas/edition_detail.html", context)


def _as_it_stands(figure, edition):
    """The value or the words; a place in an order with how many there are."""
    text = sentences.amount(figure, figure.indicator)
    if figure.indicator.unit != Indicator.Unit.RANK or figure.sign == Figure.Sign.WORDS:
        return text
    total = edition.division.zone_total
    return _("%(place)s av %(total)s") % {"place": text, "total": total}


def _earlier(edition, now):
    """The edition before this one with figures, of the same sort."""
    others = Edition.objects.public(now).filter(
        Exists(Figure.objects.filter(edition=OuterRef("pk"))),
        is_practice=edition.is_practice,
    )
    if edition.is_practice:
        return others.filter(slug__lt=edition.slug).order_by("-slug").first()
    return others.filter(year__lt=edition.year).order_by("-year").first()


def _indicators_of(editions):
    """Edition's key to its indicators by key, in the order of themes. One query."""
    rows = (
        Figure.objects.filter(edition__in=editions)
        .order_by()
        .values_list("edition_id", "indicator_id")
        .distinct()
    )
    pairs = list(rows)
    found = Indicator.objects.in_bulk([indicator for _edition, indicator in pairs])
    themes = list(Indicator.Theme.values)
    ordered = sorted(found.values(), key=lambda i: (themes.index(i.theme), i.name))
    used = {}
    for indicator in ordered:
        for edition in editions:
            if (edition.pk, indicator.pk) in pairs:
                used.setdefault(edition.pk, {})[indicator.pk] = indicator
    return used


def _same_as(indicator, before):
    """How the indicator stands to the edition before: same, changed or new."""
    if indicator.pk in before:
        return _("samme som i utgaven før")
    if indicator.replaces_id in before:
        if indicator.is_comparable:
            return _("ny definisjon, kan sammenlignes")
        return _("ny definisjon, kan ikke sammenlignes")
    return _("ikke i utgaven før")


def _errata(edition):
    """The corrections, each with what was changed, as everyone may read it.

    What is hidden now is not told with what stood there before.
    """
    changes = (
        FigureChange.objects.filter(
            file_import__edition=edition, file_import__kind="correction"
        )
        .select_related("file_import", "indicator", "zone", "district")
        .order_by("-file_import__at", "pk")
    )
    hidden = set(
        Figure.objects.filter(edition=edition, status=Figure.Status.HIDDEN).values_list(
            "indicator_id", "zone_id", "district_id"
        )
    )
    told = {}
    for change in changes:
        place = change.zone or change.district
        key = (change.indicator_id, change.zone_id, change.district_id)
        told.setdefault(change.file_import, []).append(
            {
                "indicator": change.indicator,
                "place": place.name if place else "Bergen",
                "before": "" if key in hidden else _told(change.before, change),
                "after": _("vises ikke")
                if key in hidden
                else _told(change.after, change),
            }
        )
    return list(told.items())


def _told(values, change):
    if values is None:
        return _("ikke publisert")
    figure = Figure(**{name: values[name] for name in ("status", "sign", "words")})
    figure.value, figure.value_to = (
        values[name] and Decimal(values[name]) for name in ("value", "value_to")
    )
    text = sentences.signed_text(figure, change.indicator.decimals)
    if values["low"] is not None:
        ends = (
            sentences.number_text(Decimal(values[end]), change.indicator.decimals)
            for end in ("low", "high")
        )
        text += " ({}–{})".format(*ends)
    return text


def _figures(edition):
    return (
        Figure.objects.filter(edition=edition)
        .select_related("zone__district", "district", "edition__division", "indicator")
        .order_by(
            "indicator__slug",
            "zone__district__name_key",
            "zone__name_key",
            "district__name_key",
            "pk",
        )
    )


@public_page
def edition_csv(request, slug):
    """The whole edition, combined measures included. Two queries."""
    edition = _public_edition(request, slug)
    return csv_response(file_rows(_figures(edition)), file_name(edition.slug))


@public_page
def edition_json(request, slug):
    """The whole edition, combined measures included. Two queries."""
    edition = _public_edition(request, slug)
    return json_response(
        file_rows(_figures(edition)),
        file_name(edition.slug),
        edition=edition.title,
        division=edition.division.slug,
        zone_total=edition.division.zone_total,
    )


@public_page
def edition_package(request, slug):
    """The Frictionless description of the edition's CSV. One query."""
    edition = _public_edition(request, slug)
    return package_response(edition, f"../{edition.slug}.csv")


@public_page
def edition_changes(request, slug):
    """The change log of the edition. Three queries."""
    edition = _public_edition(request, slug)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        ["utgave", "øvingstall", "når", "hvorfor", "indikator", "sted", "før", "etter"]
    )
    for done, rows in _errata(edition):
        for row in rows:
            cells = [
                edition.slug,
                edition.is_practice,
                done.at.date().isoformat(),
                done.reason,
                row["indicator"].name,
                row["place"],
                row["before"],
                row["after"],
            ]
            writer.writerow([csv_cell(cell) for cell in cells])
    text = "\ufeff" + stream.getvalue()
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = file_name(edition.slug, "endringer")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


# --- divisions -----------------------------------------------------------------------


@public_page
def division_detail(request, slug):
    """Four queries: division, zones, what they follow, editions."""
    division = get_object_or_404(Division, slug=slug)
    zones = list(division.zones.select_related("district").by_district())
    related = Succession.objects.filter(
        Q(newer__division=division) | Q(older__division=division)
    ).select_related("older__division", "newer__division")
    before, after = {}, {}
    for row in related.order_by("older__name_key", "newer__name_key"):
        before.setdefault(row.newer_id, []).append(row)
        after.setdefault(row.older_id, []).append(row)
    editions = Edition.objects.public(request.arrived_at).filter(division=division)
    context = {
        "division": division,
        "is_complete": len(zones) >= division.zone_total,
        "query": "" if division.is_default else f"?inndeling={division.slug}",
        "zones": [(z, before.get(z.pk, []), after.get(z.pk, [])) for z in zones],
        "has_kretser": any(zone.grunnkretser for zone in zones),
        "editions": editions.newest_last(),
        "trail": [(_("Soner"), reverse("pages:zone_list")), (division.name, "")],
    }
    return render(request, "areas/division_detail.html", context)


@public_page
def division_csv(request, slug):
    """Zones and their grunnkretser. Two queries."""
    division = get_object_or_404(Division, slug=slug)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    columns = ["sone", "sone-id", "navnet er", "bydel", "grunnkretsnummer"]
    writer.writerow(["soneinndeling", *columns, "til øving"])
    zones = Zone.objects.filter(division=division).select_related("district")
    for zone in zones.by_district():
        for krets in zone.grunnkretser or [""]:
            cells = [
                division.slug,
                zone.name,
                zone.slug,
                zone.name_status,
                zone.district.name,
                krets,
                division.is_practice,
            ]
            writer.writerow([csv_cell(cell) for cell in cells])
    text = "\ufeff" + stream.getvalue()
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"bergen-soneinndeling_{division.slug}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@public_page
def about_figures(request):
    """Two queries: combined measures, editions."""
    context = {
        "combined": Indicator.objects.filter(is_composite=True).order_by("slug"),
        "editions": Edition.objects.public(request.arrived_at)
        .select_related("division")
        .filter(is_practice=False)
        .newest_last(),
        "trail": [(_("Om tallene"), "")],
    }
    return render(request, "areas/about_figures.html", context)
