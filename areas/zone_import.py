"""Reads facts of a division from files: zones and grunnkretser, borders, place names.

Like figures: look first, then all or nothing, and a journal entry.
"""

import hashlib
import json
import math
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.text import slugify

from areas.figures.plans import Problem, plain
from areas.models import District, Division, FileImport, PlaceName, Zone
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry

# What the columns of a zone list may be called; the first two of SSB's and FHI's too.
COLUMNS = {
    "code": {"sonekode", "lks kode", "kode", "lks code"},
    "name": {"sone", "sonenavn", "navn", "lks navn fhi", "ssb name"},
    "district": {"bydel", "bydel navn"},
    "krets": {"grunnkretsnummer", "grunnkrets nr", "grunnkrets"},
    "krets_name": {"grunnkretsnavn", "grunnkrets navn"},
    "status": {"navnet er", "name status"},
    "column": {"kolonne", "tile column"},
    "row": {"rad", "tile row"},
}
IGNORED = {"bydel nr", "delomrade nr", "delomrade", "source url", "basis", "slug"}
# A border stays within the region; EPSG:4326 is longitude, then latitude.
BOX = (4.5, 59.9, 6.2, 60.9)
MOST_POINTS = 200_000
# Degrees to drawing units: about 3 metres, with longitude shrunk to Bergen's latitude.
SCALE = 40_000
SHRINK = math.cos(math.radians(60.4))


def letters(text):
    """A slug as the seed files have it: æ, ø and å as ae, o and a."""
    return slugify(plain(text).replace("/", " "))


@dataclass
class ZoneFacts:
    """What a file says of one zone."""

    name: str
    district: District | None
    status: str = Zone.NameStatus.WORKING
    column: int | None = None
    row: int | None = None
    code: str = ""
    kretser: dict = field(default_factory=dict)


@dataclass
class ZonePlan:
    """What a file would do to a division."""

    division: Division
    sheet: object
    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    unchanged: int = 0
    problems: list = field(default_factory=list)

    @property
    def is_possible(self):
        return not self.problems and bool(self.new or self.changed)

    @property
    def shown_problems(self):
        return self.problems[:200]


def plan_zones(division, sheet):
    """What a list of zones would do: a row for each zone, or for each grunnkrets."""
    plan = ZonePlan(division, sheet)
    facts = _read_zones(plan, sheet)
    if plan.problems:
        return plan
    existing = {zone.slug: zone for zone in division.zones.all()}
    tiles = {
        (z.tile_column, z.tile_row): z.slug
        for z in existing.values()
        if None not in (z.tile_column, z.tile_row)
    }
    for number, (slug, fact) in facts.items():
        tile = (fact.column, fact.row)
        if None not in tile and tiles.setdefault(tile, slug) != slug:
            text = f"Ruten {tile[0]}, {tile[1]} er opptatt av en annen sone."
            plan.problems.append(Problem(number, "kolonne", text))
        zone = existing.get(slug)
        if zone is None:
            plan.new.append((slug, fact))
        elif _differs(zone, fact):
            plan.changed.append((slug, fact))
        else:
            plan.unchanged += 1
    total = len(existing.keys() | {slug for slug, _fact in facts.values()})
    if total > division.zone_total:
        text = (
            f"Inndelingen skal ha {division.zone_total} soner; med filen får den "
            f"{total}."
        )
        plan.problems.append(Problem(None, "", text))
    return plan


def _read_zones(plan, sheet):
    where = _columns(plan, sheet)
    districts = {plain(d.name): d for d in District.objects.all()}
    of_code, taken, facts = {}, {}, {}
    for number, cells in sheet.rows:
        row = {name: cells[at] if at < len(cells) else "" for name, at in where.items()}
        name, code = row.get("name", ""), row.get("code", "")
        if not name:
            plan.problems.append(Problem(number, "sone", "Navnet mangler."))
            continue
        slug = letters(name)
        district = districts.get(plain(row.get("district", "")))
        if district is None:
            text = f"«{row.get('district', '')}» er ikke en bydel."
            plan.problems.append(Problem(number, "bydel", text))
            continue
        first = of_code.get(code or slug)
        if first is None:
            first = number
            of_code[code or slug] = number
            fact = ZoneFacts(name, district, code=code)
            _more(plan, number, row, fact)
            facts[number] = (slug, fact)
        slug, fact = facts[first]
        if fact.district != district:
            text = f"{name} står i {fact.district} i rad {first}."
            plan.problems.append(Problem(number, "bydel", text))
        _krets(plan, number, row, fact, slug, taken)
    slugs = {}
    for number, (slug, _fact) in facts.items():
        if slugs.setdefault(slug, number) != number:
            other = slugs[slug]
            text = f"To soner får samme adresse («{slug}»); den andre er i rad {other}."
            plan.problems.append(Problem(number, "sone", text))
    return facts


def _columns(plan, sheet):
    where = {}
    for position, cell in enumerate(sheet.header):
        word = plain(cell)
        name = next((n for n, words in COLUMNS.items() if word in words), None)
        # «grunnkrets» is the number where there is no column that says so.
        if name == "krets" and "krets" in where:
            name = "krets_name"
        if name:
            where[name] = position
        elif word not in IGNORED:
            plan.problems.append(Problem(1, cell, "Ukjent kolonne."))
    for name, word in (("name", "sone"), ("district", "bydel")):
        if name not in where:
            plan.problems.append(Problem(1, word, "Kolonnen mangler."))
    return where


def _more(plan, number, row, fact):
    statuses = {plain(s.label): s for s in Zone.NameStatus}
    statuses |= {s.value: s for s in Zone.NameStatus}
    if row.get("status"):
        status = statuses.get(plain(row["status"]))
        if status is None:
            allowed = ", ".join(Zone.NameStatus.values)
            text = f"«{row['status']}» er ikke en av {allowed}."
            plan.problems.append(Problem(number, "navnet er", text))
        else:
            fact.status = status
    for name in ("column", "row"):
        text = row.get(name, "")
        if not text:
            continue
        if text.isascii() and text.isdigit() and int(text) < 100:
            setattr(fact, name, int(text))
        else:
            label = "kolonne" if name == "column" else "rad"
            problem = f"«{text}» er ikke et tall fra 0 til 99."
            plan.problems.append(Problem(number, label, problem))


def _krets(plan, number, row, fact, slug, taken):
    krets = row.get("krets", "")
    if not krets:
        return
    if not (krets.isascii() and krets.isdigit() and len(krets) == 8):
        text = f"«{krets}» er ikke et grunnkretsnummer (åtte sifre)."
        plan.problems.append(Problem(number, "grunnkretsnummer", text))
    elif krets in taken:
        text = f"Grunnkretsen {krets} står også i rad {taken[krets]}."
        plan.problems.append(Problem(number, "grunnkretsnummer", text))
    else:
        taken[krets] = number
        fact.kretser[krets] = row.get("krets_name", "")


def _differs(zone, fact):
    return (
        zone.name != fact.name
        or zone.district_id != fact.district.pk
        or (fact.kretser and sorted(fact.kretser) != sorted(zone.grunnkretser))
        or (fact.column is not None and zone.tile_column != fact.column)
        or (fact.row is not None and zone.tile_row != fact.row)
    )


@transaction.atomic
def carry_out_zones(division, sheet, *, by, now):
    """Make or change the division's zones as the file says; returns the FileImport."""
    division = Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    plan = plan_zones(division, sheet)
    if plan.problems:
        raise Refused(str(plan.problems[0]))
    if not plan.is_possible:
        raise Refused("Filen endrer ingenting.")
    zones = {zone.slug: zone for zone in division.zones.all()}
    for slug, fact in plan.new + plan.changed:
        zone = zones.get(slug) or Zone(division=division, slug=slug)
        zone.name, zone.district = fact.name, fact.district
        if zone.pk is None or fact.status != Zone.NameStatus.WORKING:
            zone.name_status = fact.status
        if fact.kretser:
            zone.grunnkretser = sorted(fact.kretser)
        if fact.column is not None:
            zone.tile_column = fact.column
        if fact.row is not None:
            zone.tile_row = fact.row
        if fact.code:
            zone.suggested_ssb_codes = fact.code[:60]
        zone.save()
        _name_kretser(zone, fact)
    done = _record(FileImport.Kind.ZONES, division, sheet, plan, by, now)
    JournalEntry.record(
        "zones_imported",
        about=division,
        by=by,
        file_import=done.pk,
        new=done.new,
        changed=done.changed,
    )
    return done


def _name_kretser(zone, fact):
    """People look for their place by the name of its grunnkrets."""
    names = {name for name in fact.kretser.values() if name}
    if not fact.kretser:
        return
    zone.place_names.filter(kind=PlaceName.Kind.GRUNNKRETS).exclude(
        name__in=names
    ).delete()
    PlaceName.objects.bulk_create(
        (
            PlaceName(
                zone=zone, kind=PlaceName.Kind.GRUNNKRETS, name=name, plain=plain(name)
            )
            for name in sorted(names)
        ),
        ignore_conflicts=True,
    )


def _record(kind, division, sheet, plan, by, now):
    return FileImport.objects.create(
        kind=kind,
        division=division,
        file_name=sheet.name[:200],
        digest=sheet.digest,
        at=now,
        by=by.user,
        new=len(plan.new),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
    )


# --- borders -------------------------------------------------------------------------


@dataclass
class Borders:
    """A GeoJSON file, read: its name and digest as a sheet has them."""

    name: str
    digest: str
    features: list


def read_borders(name, content):
    """The features of a GeoJSON file. Raises Refused."""
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError, UnicodeDecodeError):
        raise Refused("Filen er ikke JSON.") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or found.get("type") != "FeatureCollection":
        raise Refused("Filen er ikke GeoJSON med en FeatureCollection.")
    crs = json.dumps(found.get("crs") or "")
    if crs not in {'""', "null"} and not any(s in crs for s in ("4326", "CRS84")):
        raise Refused("Filen har et annet koordinatsystem enn EPSG:4326.")
    return Borders(name, hashlib.sha256(content).hexdigest(), features)


def plan_borders(division, borders):
    """Which zone each feature is the border of, and what is wrong."""
    plan = ZonePlan(division, borders)
    zones = zones_by_name(division)
    seen = {}
    for number, feature in enumerate(borders.features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        zone = _zone_of(zones, properties or {})
        if zone is None:
            text = "Ingen egenskap er navnet, adressen eller koden til en sone."
            plan.problems.append(Problem(number, "properties", text))
            continue
        if zone.pk in seen:
            text = f"{zone.name} har alt en grense (nr. {seen[zone.pk]})."
            plan.problems.append(Problem(number, "properties", text))
        seen[zone.pk] = number
        try:
            outline = outline_of(feature.get("geometry"))
        except ValueError as error:
            plan.problems.append(Problem(number, "geometry", str(error)))
            continue
        if zone.geometry == feature["geometry"]:
            plan.unchanged += 1
        elif zone.geometry:
            plan.changed.append((zone, feature["geometry"], outline))
        else:
            plan.new.append((zone, feature["geometry"], outline))
    return plan


def zones_by_name(division):
    """The zones by all that a file may call them: name, slug and code."""
    zones = {}
    for zone in division.zones.all():
        zones[plain(zone.name)] = zones[plain(zone.slug)] = zone
        for code in zone.suggested_ssb_codes.split():
            zones.setdefault(code, zone)
    return zones


def _zone_of(zones, properties):
    for value in properties.values():
        if isinstance(value, str | int):
            zone = zones.get(plain(value)) or zones.get(str(value))
            if zone:
                return zone
    return None


def outline_of(geometry):
    """The border as {"d": SVG path, "box": [x, y, x, y]}. Raises ValueError."""
    if not isinstance(geometry, dict):
        raise ValueError("Grensen mangler.")
    kind, rings = geometry.get("type"), geometry.get("coordinates")
    if kind not in {"Polygon", "MultiPolygon"} or not isinstance(rings, list):
        raise ValueError("Grensen må være Polygon eller MultiPolygon.")
    polygons = [rings] if kind == "Polygon" else rings
    parts, xs, ys, count = [], [], [], 0
    for polygon in polygons:
        for ring in polygon:
            points = [_point(point) for point in ring]
            count += len(points)
            if len(points) < 4 or ring[0] != ring[-1]:
                raise ValueError("En ring må være lukket og ha minst fire punkter.")
            if count > MOST_POINTS:
                raise ValueError("Grensen har for mange punkter.")
            parts.append(_path(points))
            xs += [x for x, _y in points]
            ys += [y for _x, y in points]
    if not parts:
        raise ValueError("Grensen er tom.")
    return {"d": "".join(parts), "box": [min(xs), min(ys), max(xs), max(ys)]}


def _point(point):
    west, south, east, north = BOX
    try:
        lon, lat = point[0], point[1]
        inside = west <= lon <= east and south <= lat <= north
    except (TypeError, IndexError, KeyError):
        raise ValueError("Et punkt er ikke [lengdegrad, breddegrad].") from None
    if not inside:
        raise ValueError(
            f"Punktet {lon}, {lat} er ikke i Bergen. EPSG:4326 er lengdegrad først."
        )
    # North is up: the drawing's y grows downwards.
    return round((lon - west) * SHRINK * SCALE), round((north - lat) * SCALE)


def _path(points):
    """A closed path in steps from point to point, the same place said once."""
    x, y = points[0]
    steps = [f"M{x} {y}l"]
    for left, top in points[1:-1]:
        if (left, top) != (x, y):
            steps.append(f"{left - x} {top - y} ")
            x, y = left, top
    return "".join(steps).rstrip() + "z"


@transaction.atomic
def carry_out_borders(division, borders, *, by, now):
    """Keep the borders, and the drawings made of them; returns the FileImport."""
    division = Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    plan = plan_borders(division, borders)
    if plan.problems:
        raise Refused(str(plan.problems[0]))
    if not plan.is_possible:
        raise Refused("Filen endrer ingenting.")
    for zone, geometry, outline in plan.new + plan.changed:
        zone.geometry, zone.outline = geometry, outline
        zone.save(update_fields=["geometry", "outline"])
    done = _record(FileImport.Kind.BORDERS, division, borders, plan, by, now)
    JournalEntry.record("borders_imported", about=division, by=by, file_import=done.pk)
    return done


# --- place names ---------------------------------------------------------------------

NAME_COLUMNS = {
    "zone": {"sone", "sonenavn", "sonekode"},
    "name": {"navn", "stedsnavn", "gate", "postnummer"},
    "kind": {"slag", "type"},
    "sure": {"sikker", "sikkert"},
}


def plan_names(division, sheet):
    """Which names a file would add. What is there and not in the file stays."""
    plan = ZonePlan(division, sheet)
    where = {}
    for position, cell in enumerate(sheet.header):
        word = plain(cell)
        name = next((n for n, words in NAME_COLUMNS.items() if word in words), None)
        if name is None:
            plan.problems.append(Problem(1, cell, "Ukjent kolonne."))
        else:
            where[name] = position
    for name, word in (("zone", "sone"), ("name", "navn"), ("kind", "slag")):
        if name not in where:
            plan.problems.append(Problem(1, word, "Kolonnen mangler."))
            return plan
    zones = zones_by_name(division)
    kinds = {plain(k.label): k for k in PlaceName.Kind}
    kinds |= {k.value: k for k in PlaceName.Kind}
    there = set(
        PlaceName.objects.filter(zone__division=division).values_list(
            "zone_id", "kind", "name"
        )
    )
    for number, cells in sheet.rows:
        row = {n: cells[at] if at < len(cells) else "" for n, at in where.items()}
        zone = zones.get(plain(row["zone"]))
        kind = kinds.get(plain(row["kind"]))
        if zone is None:
            text = f"«{row['zone']}» er ikke en sone i {division}."
            plan.problems.append(Problem(number, "sone", text))
        if kind is None:
            allowed = ", ".join(str(kind.label) for kind in PlaceName.Kind)
            text = f"«{row['kind']}» er ikke en av {allowed}."
            plan.problems.append(Problem(number, "slag", text))
        if not row["name"] or len(row["name"]) > 120:
            plan.problems.append(Problem(number, "navn", "Mangler eller er for langt."))
        digits = row["name"].isascii() and row["name"].isdigit()
        if kind == PlaceName.Kind.POSTCODE and not (digits and len(row["name"]) == 4):
            text = f"«{row['name']}» er ikke et postnummer (fire sifre)."
            plan.problems.append(Problem(number, "navn", text))
        if zone is None or kind is None:
            continue
        key = (zone.pk, kind.value, row["name"])
        if key in there:
            plan.unchanged += 1
            continue
        there.add(key)
        sure = plain(row.get("sure", "ja")) not in {"nei", "no", "usikker"}
        plan.new.append(
            PlaceName(
                zone=zone,
                kind=kind,
                name=row["name"],
                plain=plain(row["name"]),
                is_sure=sure,
            )
        )
    return plan


@transaction.atomic
def carry_out_names(division, sheet, *, by, now):
    """Add the names of a file; returns the FileImport."""
    division = Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    plan = plan_names(division, sheet)
    if plan.problems:
        raise Refused(str(plan.problems[0]))
    if not plan.is_possible:
        raise Refused("Filen endrer ingenting.")
    PlaceName.objects.bulk_create(plan.new, batch_size=2000)
    done = _record(FileImport.Kind.NAMES, division, sheet, plan, by, now)
    JournalEntry.record(
        "place_names_imported", about=division, by=by, file_import=done.pk, new=done.new
    )
    return done
