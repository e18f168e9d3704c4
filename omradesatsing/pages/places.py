"""Zones, districts and Bergen: the place first, then what happens, then the figures.

Each page says how many queries it takes: the same for 51 zones as for 400.
"""

from django.db.models import F, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.figures.drawing import development_chart, measure_strip
from areas.figures.files import csv_response, file_name, file_rows, json_response
from areas.figures.reading import (
    Measure,
    add_values,
    by_theme,
    chosen_division,
    developments,
    key_measures,
    measures,
    profile,
    public_editions,
    shelf,
)
from areas.figures.sentences import number_text
from areas.finding import find_places
from areas.models import (
    Area,
    AreaPhase,
    AreaZone,
    District,
    Division,
    Figure,
    Level,
    Population,
    Succession,
    Zone,
)
from coordinators.contacts import contacts_for
from coordinators.front import coming_events
from coordinators.models import Project
from grants.rounds import current_rounds
from omradesatsing.pages.caching import public_page
from omradesatsing.pages.views import newest_awards
from omradesatsing.ui.tiles import Tile

LONGEST_QUERY = 100


# --- zones ---------------------------------------------------------------------------


@public_page
def zone_list(request):
    """Three queries: divisions, zones, areas."""
    now = request.arrived_at
    day = timezone.localdate(now)
    divisions = list(Division.objects.all())
    division = chosen_division(request, divisions)
    zones = division.zones.select_related("district").by_district() if division else []
    zones = list(zones)
    in_areas = _areas_of_zones(zones, day, now)
    names = {status: 0 for status in Zone.NameStatus}
    for zone in zones:
        names[zone.name_status] += 1
    real = [d for d in divisions if not d.is_practice]
    context = {
        "division": division,
        "divisions": divisions,
        "newest": real[-1] if real else None,
        "names": {status.value: number for status, number in names.items()},
        "query": query_for(division),
        "zones": [(zone, in_areas.get(zone.pk, [])) for zone in zones],
        "has_tiles": any(zone.tile_column is not None for zone in zones),
        "tiles": [
            _tile(zone, in_areas.get(zone.pk, []), query_for(division))
            for zone in zones
        ],
        "trail": [(_("Soner"), "")],
    }
    return render(request, "pages/zone_list.html", context)


def query_for(division):
    """«?inndeling=…» for addresses of zones; nothing for the usual division."""
    if division is None or division.is_default:
        return ""
    return f"?inndeling={division.slug}"


def find_zone(request, slug):
    """The zone of an address: in the division asked for, the usual, or the newest."""
    zones = Zone.objects.filter(slug=slug).select_related("district", "division")
    wanted = request.GET.get("inndeling")
    if wanted:
        zones = zones.filter(division__slug=wanted)
    zone = zones.order_by(
        "-division__is_default",
        "division__is_practice",
        F("division__first_edition").desc(nulls_last=True),
    ).first()
    if zone is None:
        raise Http404
    return zone


def shelf_of(request, zone, now):
    """The editions of the zone's division, on their shelf. Two queries."""
    editions = public_editions(now)
    return shelf(request, [e for e in editions if e.division_id == zone.division_id])


@public_page
def zone_detail(request, slug):
    """At most twelve queries."""
    now = request.arrived_at
    day = timezone.localdate(now)
    zone = find_zone(request, slug)
    area_zones = list(
        AreaZone.objects.filter(zone=zone, area__published_at__lte=now)
        .select_related("area")
        .order_by("area__name_key")
    )
    current = [row.area for row in area_zones if row.covers(day)]
    areas = [row.area for row in area_zones]
    books = shelf_of(request, zone, now)
    found = profile(zone.name, editions=books.editions, zone=zone)
    rows = measures(found, books, level=Level.ZONE)
    first = key_measures(rows)
    add_values(first, books.chosen)
    changes = developments(
        found, books.editions, level=Level.ZONE, break_words=break_words
    )
    contacts = contacts_for(current, day=day, now=now) if current else {}
    own, district = _projects(zone, areas, now)
    events = coming_events(now) if current else []
    neighbours = Area.objects.public(now).active_on(day).filter(district=zone.district)
    context = {
        "zone": zone,
        "query": query_for(zone.division),
        "prefix": query_for(zone.division).removeprefix("?"),
        "current": current,
        "earlier": [row for row in area_zones if row.area not in current],
        "derived": any(row.is_derived for row in area_zones),
        "contacts": [(area, contacts[area.pk]) for area in current],
        "projects": own,
        "district_projects": district,
        "events": [e for e in events if {a.pk for a in current} & set(e.area_ids)],
        "rounds": current_rounds(now, area=current[0]) if current else [],
        "awards": newest_awards(areas, now) if areas else [],
        "neighbours": [] if current else neighbours.by_name(),
        "books": books,
        "key_measures": [
            (row, measure_strip(f"strip-{number}", row, books.chosen))
            for number, row in enumerate(first, start=1)
        ],
        "themes": by_theme(rows),
        "changes": [line for line in changes if line.change],
        "has_development": any(len(line.points) > 1 for line in changes),
        "known": _known(found, books),
        "told": list(zone.comments.told()[:3]),
        "today": day,
        "now": now,
        "trail": [(_("Soner"), reverse("pages:zone_list")), (zone.name, "")],
    }
    return render(request, "pages/zone_detail.html", context)


def _projects(zone, areas, now):
    """Projects of the zone's areas, and those for its whole district. One query."""
    public = Project.objects.public(now)
    wanted = Q(district=zone.district)
    if areas:
        wanted |= Q(pk__in=public.in_any_area(areas).values("pk"))
    found = list(public.filter(wanted).newest_first()[:40])
    district = [p for p in found if p.district_id == zone.district_id]
    return [p for p in found if p not in district][:20], district[:20]


def _known(found, books):
    """What other real editions say, as sentences with their source."""
    told = []
    for edition in books.editions:
        if edition.is_practice or edition == books.chosen:
            continue
        for pk, figure in found.of[edition.pk].items():
            indicator = found.indicators[pk]
            measure = Measure(
                indicator,
                figure,
                found.city[edition.pk].get(pk),
                found.place,
                False,
                books.known.get((edition.pk, pk), 0),
                edition.division.zone_total,
            )
            told.append((edition, measure))
    return told


def break_words(before, after):
    """Why a line stops between two editions: they divide the city otherwise."""
    if before.division_id != after.division_id:
        return _("Ny inndeling i soner.")
    return ""


@public_page
def zone_development(request, slug):
    """Five queries: zone, editions, coverage, figures, what it became or came from."""
    now = request.arrived_at
    zone = find_zone(request, slug)
    books = shelf_of(request, zone, now)
    found = profile(zone.name, editions=books.editions, zone=zone)
    lines = developments(
        found, books.editions, level=Level.ZONE, break_words=break_words
    )
    related = Succession.objects.filter(Q(older=zone) | Q(newer=zone)).select_related(
        "older__division", "newer__division"
    )
    related = list(related.order_by("newer__division__first_edition", "pk"))
    context = {
        "zone": zone,
        "query": query_for(zone.division),
        "lines": [
            (line, development_chart(f"linje-{number}", line))
            for number, line in enumerate(lines, start=1)
        ],
        "after": [row for row in related if row.older_id == zone.pk],
        "before": [row for row in related if row.newer_id == zone.pk],
        "trail": [
            (_("Soner"), reverse("pages:zone_list")),
            (zone.name, zone.get_absolute_url() + query_for(zone.division)),
            (_("Utvikling"), ""),
        ],
    }
    return render(request, "pages/zone_development.html", context)


def _rows_of(request, *, zone=None, district=None):
    """Rows of a place's files, each with Bergen's beside it. One query.

    All public editions; for a zone, those of its division. `?utgave=` chooses one.
    """
    figures = (
        Figure.objects.of_public(request.arrived_at)
        .on_places()
        .filter(Q(zone=zone, district=district) | Q(zone=None, district=None))
    )
    if zone:
        figures = figures.filter(edition__division=zone.division)
    edition = request.GET.get("utgave")
    if edition:
        figures = figures.filter(edition__slug=edition)
    wanted = list(
        figures.select_related(
            "zone__district", "district", "edition__division", "indicator"
        ).order_by(
            "edition__is_practice",
            "edition__year",
            "edition__slug",
            "indicator__slug",
            F("zone").asc(nulls_last=True),
            F("district").asc(nulls_last=True),
        )
    )
    here = {
        (figure.edition_id, figure.indicator_id)
        for figure in wanted
        if figure.zone == zone and figure.district == district
    }
    return file_rows(
        figure for figure in wanted if (figure.edition_id, figure.indicator_id) in here
    )


def _name_of(request, *parts):
    edition = request.GET.get("utgave")
    return file_name(*parts, *([edition] if edition else []))


@public_page
def zone_csv(request, slug):
    """Two queries: zone, figures."""
    rows = _rows_of(request, zone=find_zone(request, slug))
    return csv_response(rows, _name_of(request, "sone", slug))


@public_page
def zone_json(request, slug):
    """Two queries: zone, figures."""
    zone = find_zone(request, slug)
    return json_response(
        _rows_of(request, zone=zone),
        _name_of(request, "sone", slug),
        place=zone.name,
        place_id=zone.slug,
        name_status=zone.name_status,
        division=zone.division.slug,
    )


# --- districts and Bergen ------------------------------------------------------------


def _place_context(request, place, *, district=None):
    """What a district's page and Bergen's have in common. Four queries."""
    now = request.arrived_at
    editions = public_editions(now)
    level = Level.DISTRICT if district else Level.CITY
    found = profile(place, editions=editions, district=district)
    mine = [edition for edition in editions if edition.pk in found.of]
    books = shelf(request, mine)
    rows = measures(found, books, level=level)
    first = key_measures(rows)
    add_values(first, books.chosen)
    lines = developments(found, mine, level=level, break_words=break_words)
    return {
        "place": place,
        "books": books,
        "key_measures": [
            (row, measure_strip(f"strip-{number}", row, books.chosen))
            for number, row in enumerate(first, start=1)
        ],
        "themes": by_theme(rows),
        "changes": [line for line in lines if line.change],
        "known": _known(found, books),
        "level": level,
        "now": now,
        "today": timezone.localdate(now),
    }


@public_page
def district_detail(request, slug):
    """At most ten queries."""
    now = request.arrived_at
    day = timezone.localdate(now)
    district = get_object_or_404(District, slug=slug)
    context = _place_context(request, district.name, district=district)
    zones = district.zones.filter(division__is_default=True).order_by("name_key")
    areas = Area.objects.public(now).with_status(day).filter(district=district)
    areas = _with_words(areas.by_name())
    context |= {
        "district": district,
        "csv": reverse("pages:district_csv", args=[slug]),
        "json": reverse("pages:district_json", args=[slug]),
        "zones": zones,
        "areas": areas,
        "projects": Project.objects.public(now)
        .newest_first()
        .filter(district=district)[:20],
        "population": [
            (row.year, number_text(row.people, 0))
            for row in Population.objects.filter(district=district).order_by("year")
        ],
        "trail": [(_("Soner"), reverse("pages:zone_list")), (district.name, "")],
    }
    return render(request, "pages/place_detail.html", context)


@public_page
def district_csv(request, slug):
    """Two queries: district, figures."""
    rows = _rows_of(request, district=get_object_or_404(District, slug=slug))
    return csv_response(rows, _name_of(request, "bydel", slug))


@public_page
def district_json(request, slug):
    """Two queries: district, figures."""
    district = get_object_or_404(District, slug=slug)
    rows = _rows_of(request, district=district)
    name = _name_of(request, "bydel", slug)
    return json_response(rows, name, place=district.name, place_id=slug)


@public_page
def city_csv(request):
    """One query: figures."""
    return csv_response(_rows_of(request), _name_of(request, "bergen"))


@public_page
def city_json(request):
    """One query: figures."""
    name = _name_of(request, "bergen")
    return json_response(_rows_of(request), name, place="Bergen", place_id="bergen")


@public_page
def city_detail(request):
    """At most eight queries."""
    context = _place_context(request, "Bergen")
    context |= {
        "csv": reverse("pages:city_csv"),
        "json": reverse("pages:city_json"),
        "districts": District.objects.all(),
        "areas": _with_words(
            Area.objects.public(context["now"])
            .with_status(context["today"])
            .active_on(context["today"])
            .by_name()
        ),
        "trail": [("Bergen", "")],
    }
    return render(request, "pages/place_detail.html", context)


def _with_words(areas):
    """The areas with their status in words."""
    areas = list(areas)
    for area in areas:
        area.status_text = AreaPhase.Status(area.status).label if area.status else ""
    return areas


# --- finding -------------------------------------------------------------------------


@public_page
def zone_find(request):
    """At most five queries: division, zones, areas, names, districts."""
    now = request.arrived_at
    text = " ".join(request.GET.get("q", "").split())[:LONGEST_QUERY]
    division = Division.objects.filter(is_default=True).first()
    answer = find_places(text, division=division, day=timezone.localdate(now), now=now)
    context = {
        "q": text,
        "answer": answer,
        "trail": [(_("Soner"), reverse("pages:zone_list")), (_("Finn sonen"), "")],
    }
    return render(request, "pages/zone_find.html", context)


def _areas_of_zones(zones, day, now):
    """Zone's key to its areas, those that have ended included."""
    found = {}
    rows = AreaZone.objects.filter(zone__in=zones, area__published_at__lte=now)
    for row in rows.select_related("area").order_by("area__name_key"):
        row.is_current = row.covers(day)
        found.setdefault(row.zone_id, []).append(row)
    return found


def _tile(zone, area_zones, query):
    state = "other"
    if area_zones:
        state = "active" if any(row.is_current for row in area_zones) else "ended"
    return Tile(
        column=zone.tile_column,
        row=zone.tile_row,
        name=zone.name,
        mark=zone.name_mark,
        group=zone.district.name,
        url=zone.get_absolute_url() + query,
        state=state,
    )
