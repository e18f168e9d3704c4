"""Pages of indicators: what is counted, where, how sure, since when; comparisons."""

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from areas.figures import drawing, sentences
from areas.figures.files import csv_response, file_name, file_rows, json_response
from areas.figures.reading import (
    Measure,
    Profile,
    add_values,
    by_theme,
    chosen_division,
    developments,
    key_measures,
    public_editions,
    shelf,
)
from areas.models import Division, Figure, Indicator, Level, Zone
from omradesatsing.pages.caching import public_page

MOST_COMPARED = 4
SORTS = ("bydel", "navn", "verdi")


# --- the list ------------------------------------------------------------------------


@public_page
def indicator_list(request):
    """Two queries: indicators, where each has figures."""
    now = request.arrived_at
    indicators = Indicator.objects.filter(is_composite=False).order_by("name")
    rows = (
        Figure.objects.of_public(now)
        .on_places()
        .order_by("edition__is_practice", "edition__year", "edition__slug")
        .values_list(
            "indicator_id",
            "edition__slug",
            "edition__year",
            "edition__title",
            "edition__is_practice",
        )
        .annotate(count=Count("pk"))
    )
    editions = {}
    for indicator, slug, year, title, practice, _count in rows:
        shown = {"slug": slug, "name": year or title, "practice": practice}
        editions.setdefault(indicator, []).append(shown)
    groups = []
    found = list(indicators)
    for theme in Indicator.Theme:
        mine = [(i, editions.get(i.pk, [])) for i in found if i.theme == theme]
        if mine:
            groups.append((theme.label, mine))
    context = {"groups": groups, "trail": [(_("Indikatorer"), "")]}
    return render(request, "areas/indicator_list.html", context)


# --- one indicator -------------------------------------------------------------------


def _indicator(slug):
    indicators = Indicator.objects.select_related("replaces")
    return get_object_or_404(indicators, slug=slug, is_composite=False)


def _sheet(request, slug):
    """The indicator, its editions on their shelf and the chosen one's figures.

    Four queries: indicator, editions, coverage, figures.
    """
    now = request.arrived_at
    indicator = _indicator(slug)
    with_figures = set(
        Figure.objects.on_places()
        .filter(indicator=indicator)
        .order_by()
        .values_list("edition_id", flat=True)
        .distinct()
    )
    editions = [e for e in public_editions(now) if e.pk in with_figures]
    books = shelf(request, editions)
    return indicator, books


def _figures_of(indicator, edition):
    return list(
        Figure.objects.on_places()
        .filter(indicator=indicator, edition=edition)
        .select_related("zone__district", "district")
    )


def _city(figures):
    return next((f for f in figures if not f.zone_id and not f.district_id), None)


def _zone_rows(indicator, edition, figures, *, whole):
    """(zone, figure, Compared) of every zone of the edition's division, by district."""
    of = {f.zone_id: f for f in figures if f.zone_id}
    city = _city(figures)
    rows = []
    for zone in edition.division.zones.select_related("district").by_district():
        figure = of.get(zone.pk)
        compared = sentences.compare(figure, city)[0] if whole else None
        rows.append((zone, figure, compared))
    return rows


def can_be_mapped(rows):
    """Whether the zones have tiles, or all of them borders."""
    zones = [zone for zone, _figure, _compared in rows]
    has_tiles = any(zone.tile_column is not None for zone in zones)
    return has_tiles or all(zone.outline for zone in zones)


@public_page
def indicator_detail(request, slug):
    """At most eight queries, however many zones."""
    indicator, books = _sheet(request, slug)
    sort = request.GET.get("sorter", "bydel")
    if sort not in SORTS:
        raise Http404
    edition = books.chosen
    context = {
        "indicator": indicator,
        "books": books,
        "edition": edition,
        "sort": sort,
        "trail": [
            (_("Indikatorer"), reverse("areas:indicator_list")),
            (indicator.name, ""),
        ],
    }
    if edition:
        context |= _shown(indicator, books, sort, request.arrived_at)
    return render(request, "areas/indicator_detail.html", context)


def _shown(indicator, books, sort, now):
    """What a page shows of the chosen edition: map, strip, table and trend."""
    edition = books.chosen
    figures = _figures_of(indicator, edition)
    whole = books.has_all(indicator)
    city = _city(figures)
    rows = []
    if indicator.goes_down_to(Level.ZONE):
        rows = _zone_rows(indicator, edition, figures, whole=whole)
    district_of = {f.district_id: f for f in figures if f.district_id}
    districts = sorted(
        (f for f in figures if f.district_id), key=lambda f: f.district.name_key
    )
    query = "" if edition.division.is_default else f"?inndeling={edition.division.slug}"
    values = [float(f.value) for _zone, f, _c in rows if drawing.is_plain(f)]
    measured = [
        _row(indicator, zone, figure, city, whole, query) for zone, figure, _c in rows
    ]
    if sort == "navn":
        measured.sort(key=lambda row: row["zone"].name_key)
    elif sort == "verdi" and whole:
        measured.sort(key=_by_value)
    known = [row for row in measured if row["measure"].figure is not None]
    return {
        "city": city,
        "whole": whole,
        "known": books.known_of(indicator),
        "total": books.total,
        "rows": measured if whole else known,
        "hidden": [
            row for row in known if row["measure"].figure.status == Figure.Status.HIDDEN
        ],
        "missing": [
            row
            for row in (measured if whole else [])
            if row["measure"].figure is None
            or row["measure"].figure.status
            in {Figure.Status.MISSING, Figure.Status.IMPOSSIBLE}
        ],
        "city_measure": Measure(indicator, city, None, "Bergen", False),
        "districts": [
            Measure(
                indicator,
                district_of[f.district_id],
                city,
                f.district.name,
                False,
            )
            for f in districts
        ],
        "map": drawing.class_map(
            "kart",
            indicator,
            edition,
            rows,
            city,
            lambda z: z.get_absolute_url() + query,
        )
        if whole and can_be_mapped(rows)
        else None,
        "strip": drawing.strip("stripe", indicator, edition, values, [], city)
        if whole
        else None,
        "trend": _trend(indicator, books),
        "unit": indicator.get_unit_display(),
        "ends": sentences.ends(indicator),
        "files": _files(indicator, edition),
        "kilder": sorted({f.source_url for f in figures if f.source_url}),
    }


def _row(indicator, zone, figure, city, whole, query):
    return {
        "zone": zone,
        "url": zone.get_absolute_url() + query,
        "measure": Measure(indicator, figure, city, zone.name, whole),
    }


def _by_value(row):
    figure = row["measure"].figure
    plain = drawing.is_plain(figure)
    return (not plain, figure.value if plain else 0, row["zone"].name_key)


def _files(indicator, edition):
    query = f"?utgave={edition.slug}"
    return {
        "csv": reverse("areas:indicator_csv", args=[indicator.slug]) + query,
        "json": reverse("areas:indicator_json", args=[indicator.slug]) + query,
        "map": reverse("areas:indicator_map", args=[indicator.slug]) + query,
    }


def _trend(indicator, books):
    """Bergen through the editions. One query."""
    found = Profile("Bergen", {}, {}, {}, {indicator.pk: indicator})
    found.of = {edition.pk: {} for edition in books.editions}
    rows = Figure.objects.on_places().filter(
        indicator=indicator,
        edition__in=[e.pk for e in books.editions],
        zone=None,
        district=None,
    )
    for figure in rows:
        found.of[figure.edition_id][indicator.pk] = figure
    found.city = {pk: {} for pk in found.of}
    lines = developments(
        found, books.editions, level=Level.CITY, break_words=lambda before, after: ""
    )
    return [
        (line, drawing.development_chart(f"trend-{number}", line))
        for number, line in enumerate(lines, start=1)
    ]


def _rows_of_file(request, slug):
    indicator = _indicator(slug)
    figures = (
        Figure.objects.of_public(request.arrived_at)
        .on_places()
        .filter(indicator=indicator)
        .select_related("zone__district", "district", "edition__division", "indicator")
        .order_by(
            "edition__is_practice",
            "edition__year",
            "edition__slug",
            "zone__district__name_key",
            "zone__name_key",
            "district__name_key",
            "pk",
        )
    )
    edition = request.GET.get("utgave")
    if edition:
        figures = figures.filter(edition__slug=edition)
    parts = [indicator.slug, *([edition] if edition else [])]
    return indicator, file_rows(figures), file_name(*parts)


@public_page
def indicator_csv(request, slug):
    """Two queries: indicator, figures."""
    _found, rows, name = _rows_of_file(request, slug)
    return csv_response(rows, name)


@public_page
def indicator_json(request, slug):
    """Two queries: indicator, figures."""
    indicator, rows, name = _rows_of_file(request, slug)
    return json_response(
        rows,
        name,
        indicator=indicator.name,
        indicator_id=indicator.slug,
        definition=indicator.definition,
        denominator=indicator.denominator,
        caveats=indicator.caveats,
        source=indicator.public_source,
    )


@public_page
def indicator_map(request, slug):
    """The map as a drawing that stands alone. Six queries."""
    indicator, books = _sheet(request, slug)
    if books.chosen is None or not books.has_all(indicator):
        raise Http404
    figures = _figures_of(indicator, books.chosen)
    rows = _zone_rows(indicator, books.chosen, figures, whole=True)
    if all(zone.tile_column is None for zone, _figure, _compared in rows):
        raise Http404
    chart = drawing.class_map(
        "kart", indicator, books.chosen, rows, _city(figures), Zone.get_absolute_url
    )
    text = render_to_string("ds/charts/poster.html", {"chart": chart})
    return HttpResponse(text, content_type="image/svg+xml; charset=utf-8")


# --- comparing -----------------------------------------------------------------------


@public_page
def compare(request):
    """At most eight queries. `?soner=a,b` or one `sone` for each; at most four."""
    now = request.arrived_at
    divisions = list(Division.objects.all())
    division = chosen_division(request, divisions)
    everyone = []
    if division:
        everyone = list(division.zones.select_related("district").by_district())
    chosen, unknown, too_many = _chosen_zones(request, everyone)
    editions = [e for e in public_editions(now) if division == e.division]
    books = shelf(request, editions)
    rows = _compared(chosen, books) if chosen and books.chosen else []
    soner = ",".join(zone.slug for zone in chosen)
    context = {
        "division": division,
        "everyone": everyone,
        "chosen": chosen,
        "soner": soner,
        "prefix": f"soner={soner}{_and_division(division)}",
        "query": _and_division(division),
        "selects": [
            (place, chosen[place].slug if place < len(chosen) else "")
            for place in range(MOST_COMPARED)
        ],
        "unknown": unknown,
        "too_many": too_many,
        "most": MOST_COMPARED,
        "books": books,
        "edition": books.chosen,
        "themes": by_theme(rows),
        "strips": _strips(rows, books.chosen),
        "slopes": _slopes(rows, books),
        "trail": [(_("Sammenlign soner"), "")],
    }
    return render(request, "areas/compare.html", context)


def _and_division(division):
    """«&inndeling=…» for an address; nothing for the usual division."""
    if division is None or division.is_default:
        return ""
    return f"&inndeling={division.slug}"


def _chosen_zones(request, everyone):
    """Zones in the order they were asked for, names that are unknown, and too many."""
    of = {zone.slug: zone for zone in everyone}
    asked = request.GET.get("soner", "").split(",") + request.GET.getlist("sone")
    slugs = list(dict.fromkeys(word.strip() for word in asked if word.strip()))
    found = [of[slug] for slug in slugs if slug in of]
    unknown = [slug[:80] for slug in slugs if slug not in of][:MOST_COMPARED]
    return found[:MOST_COMPARED], unknown, len(found) > MOST_COMPARED


class ComparedRow:
    """One indicator for the chosen zones, in the order they were chosen, and Bergen."""

    def __init__(self, indicator, cells, city, books):
        self.indicator, self.city = indicator, city
        self.is_whole = books.has_all(indicator)
        self.cells = cells
        self.values = []

    @property
    def city_cell(self):
        return sentences.cell_text(self.city, self.indicator.decimals)

    @property
    def is_hidden_somewhere(self):
        return any(
            cell.figure is not None and cell.figure.status == Figure.Status.HIDDEN
            for cell in self.cells
        )


def _compared(zones, books):
    """A ComparedRow for each indicator of the chosen edition. One query."""
    figures = (
        Figure.objects.on_places()
        .filter(edition=books.chosen, district=None)
        .filter(Q(zone__in=zones) | Q(zone=None))
        .select_related("indicator")
        .order_by("indicator__name")
    )
    of, indicators = {}, {}
    for figure in figures:
        of[figure.indicator_id, figure.zone_id] = figure
        if figure.zone_id:
            indicators[figure.indicator_id] = figure.indicator
    rows = []
    for pk, indicator in indicators.items():
        city = of.get((pk, None))
        whole = books.has_all(indicator)
        cells = [
            Measure(indicator, of.get((pk, zone.pk)), city, zone.name, whole)
            for zone in zones
        ]
        rows.append(ComparedRow(indicator, cells, city, books))
    return rows


def _strips(rows, edition):
    """A strip for each of the six with all the chosen zones named. One query."""
    first = [row for row in key_measures(rows) if row.is_whole]
    if not first:
        return []
    add_values(first, edition)
    return [
        (
            row,
            drawing.strip(
                f"strip-{number}",
                row.indicator,
                edition,
                row.values,
                [(cell.place, cell.figure) for cell in row.cells],
                row.city,
            ),
        )
        for number, row in enumerate(first, start=1)
    ]


def _slopes(rows, books):
    """A slope for each of the six since the edition before. One query."""
    first = [row for row in key_measures(rows) if row.is_whole]
    at = books.editions.index(books.chosen) if first else 0
    before = books.editions[at - 1] if at else None
    if before is None or before.is_practice != books.chosen.is_practice:
        return []
    zones = [cell.figure.zone_id for row in first for cell in row.cells if cell.figure]
    figures = Figure.objects.on_places().filter(
        edition=before,
        indicator__in=[row.indicator.pk for row in first],
        zone__in=zones,
    )
    of = {(figure.indicator_id, figure.zone_id): figure for figure in figures}
    found = []
    for number, row in enumerate(first, start=1):
        pairs = [
            (cell.place, of.get((row.indicator.pk, cell.figure.zone_id)), cell.figure)
            for cell in row.cells
            if cell.figure
        ]
        chart = drawing.slope(
            f"slope-{number}", row.indicator, before, books.chosen, pairs
        )
        if chart:
            found.append((row.indicator, chart))
    return found


def _rows_of_comparison(request):
    divisions = list(Division.objects.all())
    division = chosen_division(request, divisions)
    everyone = list(division.zones.all()) if division else []
    chosen, _unknown, _too_many = _chosen_zones(request, everyone)
    figures = (
        Figure.objects.of_public(request.arrived_at)
        .on_places()
        .filter(edition__division=division, district=None)
        .filter(Q(zone__in=chosen) | Q(zone=None))
        .select_related("zone__district", "district", "edition__division", "indicator")
        .order_by("edition__is_practice", "edition__year", "indicator__slug", "pk")
    )
    edition = request.GET.get("utgave")
    if edition:
        figures = figures.filter(edition__slug=edition)
    slugs = [zone.slug for zone in chosen]
    return file_rows(figures) if chosen else [], file_name("sammenligning", *slugs)


@public_page
def compare_csv(request):
    """Three queries: divisions, zones, figures."""
    rows, name = _rows_of_comparison(request)
    return csv_response(rows, name)


@public_page
def compare_json(request):
    """Three queries: divisions, zones, figures."""
    rows, name = _rows_of_comparison(request)
    return json_response(rows, name)
