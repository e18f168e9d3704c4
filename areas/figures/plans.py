"""What a file of figures would do to an edition, and what is wrong in it.

A long file has a row for each figure, a wide one zones down and indicators across.
Nothing is written here; `areas.figures.importing` carries a plan out.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from areas.figures.numbers import BadNumber, check, read_cell, read_number
from areas.figures.privacy import CITY, given_away, groups_of, others_to_hide
from areas.models import (
    Alias,
    District,
    Edition,
    Figure,
    Indicator,
    Level,
    Zone,
)

Status, Sign = Figure.Status, Figure.Sign

# Header of a long file: what each column may be called.
COLUMNS = {
    "place": {"sted", "sone", "place", "zone", "sonenavn"},
    "indicator": {"indikator", "indicator", "mal"},
    "value": {"verdi", "value", "tall"},
    "low": {"nedre", "nedre grense", "low"},
    "high": {"ovre", "ovre grense", "high"},
    "base": {"antall", "antall i nevneren", "base", "n"},
    "reason": {"arsak", "hvorfor skjult", "reason"},
    "period": {"periode", "period", "ar"},
    "source": {"kilde", "source"},
    "note": {"merknad", "note"},
}
CITY_NAMES = {"bergen", "bergen kommune", "hele bergen", "hele kommunen", "byen"}
# What is kept of a figure in FigureChange, and compared.
FIELDS = [
    "status",
    "hidden_reason",
    "sign",
    "value",
    "value_to",
    "low",
    "high",
    "base",
    "words",
    "period",
    "is_derived",
    "source_url",
    "note",
]
EMPTY = dict.fromkeys(["value", "value_to", "low", "high", "base"])
EMPTY |= dict.fromkeys(["hidden_reason", "words", "period", "source_url", "note"], "")
EMPTY |= {"sign": Sign.EXACT, "is_derived": False}
MOST_PROBLEMS = 200
# More than could ever live in the city.
MOST_PEOPLE = 2_000_000


def plain(text):
    """A name as it is compared: small letters, no marks, «å» as «a»."""
    text = str(text).strip().lower()
    for letter, ascii_letter in (("æ", "ae"), ("ø", "o"), ("å", "a"), ("é", "e")):
        text = text.replace(letter, ascii_letter)
    return re.sub(r"[\s_\-–/.,]+", " ", text).strip()


@dataclass
class Problem:
    """Something wrong: where in the file, and why."""

    row: int | None
    column: str
    text: str

    def __str__(self):
        if self.row is None:
            return f"{self.column}: {self.text}" if self.column else self.text
        return f"Rad {self.row}, kolonne «{self.column}»: {self.text}"


@dataclass
class Plan:
    """What a file would do to an edition."""

    edition: Edition
    sheet: object
    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    unchanged: int = 0
    problems: list = field(default_factory=list)
    unknown_places: list = field(default_factory=list)
    unknown_indicators: list = field(default_factory=list)

    @property
    def is_possible(self):
        return not self.problems and bool(self.new or self.changed)

    @property
    def shown_problems(self):
        return self.problems[:MOST_PROBLEMS]


@dataclass
class Known:
    """What a file may speak of: places of the division, and indicators."""

    places: dict
    indicators: dict
    zones: dict
    districts: dict

    @classmethod
    def of(cls, edition):
        zones = {z.pk: z for z in Zone.objects.filter(division=edition.division_id)}
        districts = {d.pk: d for d in District.objects.all()}
        places = dict.fromkeys(CITY_NAMES, CITY)
        for district in districts.values():
            key = ("district", district.pk)
            places[plain(f"bydel {district.name}")] = key
            places[plain(f"{district.name} bydel")] = key
            places[plain(f"{district.name} (bydel)")] = key
            places[district.ssb_code] = key
            # A zone of the same name goes first: below.
            places[plain(district.name)] = key
        for zone in zones.values():
            places[plain(zone.name)] = places[plain(zone.slug)] = ("zone", zone.pk)
        indicators = {}
        for indicator in Indicator.objects.all():
            indicators[plain(indicator.name)] = indicator
            indicators[plain(indicator.slug)] = indicator
        for alias in Alias.objects.select_related("indicator"):
            if alias.indicator_id:
                indicators.setdefault(alias.text, alias.indicator)
            elif alias.division_id == edition.division_id:
                key = ("zone", alias.zone_id or 0)
                if alias.district_id:
                    key = ("district", alias.district_id)
                places.setdefault(alias.text, key)
        return cls(places, indicators, zones, districts)

    def name(self, place):
        kind, pk = place
        if kind == "zone":
            return self.zones[pk].name
        return f"bydel {self.districts[pk].name}" if kind == "district" else "Bergen"


def level_of(place):
    return {"zone": Level.ZONE, "district": Level.DISTRICT, "city": Level.CITY}[
        place[0]
    ]


# --- looking -------------------------------------------------------------------------


def plan_import(edition, sheet):
    """What the sheet would do to the edition. Writes nothing."""
    plan = Plan(edition, sheet)
    known = Known.of(edition)
    rows = _wide(sheet, known, plan) if _is_wide(sheet) else _long(sheet, known, plan)
    wanted, seen_at = {}, {}
    for row, column, place, indicator, values in rows:
        key = (indicator.pk, place)
        if key in seen_at:
            plan.problems.append(
                Problem(
                    row,
                    column,
                    f"{known.name(place)} og «{indicator}» står også i rad "
                    f"{seen_at[key]}.",
                )
            )
            continue
        seen_at[key] = row
        wanted[key] = (indicator, place, values)
    existing = existing_figures(edition)
    for key, (indicator, place, values) in wanted.items():
        before = existing.get(key)
        if before is None:
            plan.new.append((indicator, place, None, values))
        elif as_json(before) != as_json(values):
            plan.changed.append((indicator, place, before, values))
        else:
            plan.unchanged += 1
    if not plan.problems:
        check_privacy(plan, known, existing)
    return plan


def _is_wide(sheet):
    """Zones down, indicators across: the header has no column for the indicator."""
    names = {plain(cell) for cell in sheet.header}
    return not names & COLUMNS["indicator"]


def _wide(sheet, known, plan):
    indicators = []
    for cell in sheet.header[1:]:
        indicator = known.indicators.get(plain(cell))
        if cell and indicator is None:
            _once(plan.unknown_indicators, cell)
            plan.problems.append(Problem(1, cell, "Ukjent indikator."))
        indicators.append(indicator)
    for number, cells in sheet.rows:
        place = _place(known, plan, number, sheet.header[0], cells[0])
        if place is None:
            continue
        if len(cells) > len(sheet.header):
            plan.problems.append(
                Problem(number, "", "Raden har flere celler enn overskrifter.")
            )
        for name, indicator, text in zip(
            sheet.header[1:], indicators, cells[1:], strict=False
        ):
            # An empty cell of a wide sheet says nothing; «..» says that it is missing.
            if indicator is None or not text:
                continue
            values = _values(plan, number, name, indicator, place, text, {})
            if values:
                yield number, name, place, indicator, values


def _long(sheet, known, plan):
    where = {}
    for position, cell in enumerate(sheet.header):
        for name, words in COLUMNS.items():
            if plain(cell) in words:
                where[name] = position
                break
        else:
            plan.problems.append(Problem(1, cell, "Ukjent kolonne."))
    for name, word in (("place", "sted"), ("value", "verdi")):
        if name not in where:
            plan.problems.append(Problem(1, word, "Kolonnen mangler."))
            return
    for number, cells in sheet.rows:
        row = {
            name: cells[position] if position < len(cells) else ""
            for name, position in where.items()
        }
        if len(cells) > len(sheet.header):
            plan.problems.append(
                Problem(number, "", "Raden har flere celler enn overskrifter.")
            )
        place = _place(known, plan, number, "sted", row["place"])
        indicator = known.indicators.get(plain(row["indicator"]))
        if indicator is None:
            _once(plan.unknown_indicators, row["indicator"])
            text = f"«{row['indicator']}» er ikke en indikator."
            plan.problems.append(Problem(number, "indikator", text))
        if place is None or indicator is None:
            continue
        values = _values(plan, number, "verdi", indicator, place, row["value"], row)
        if values:
            yield number, "verdi", place, indicator, values


def _place(known, plan, number, column, text):
    place = known.places.get(plain(text))
    if place is None:
        _once(plan.unknown_places, text)
        text = f"«{text}» er ikke et sted i {plan.edition.division}."
        plan.problems.append(Problem(number, column, text))
    return place


def _once(names, name):
    if name and name not in names:
        names.append(name)


def _values(plan, number, column, indicator, place, text, row):
    """The fields of one figure, or None with a problem noted."""
    if not indicator.goes_down_to(level_of(place)):
        level = Level(indicator.lowest_level).label
        why = f"«{indicator}» vises ikke lavere enn {level}."
        plan.problems.append(Problem(number, column, why))
        return None
    values = dict(EMPTY)
    try:
        cell = read_cell(text, indicator.unit)
        values |= {
            "status": cell.status,
            "sign": cell.sign,
            "value": cell.value,
            "value_to": cell.value_to,
        }
        column = _more(values, row, indicator)
    except BadNumber as error:
        plan.problems.append(
            Problem(number, getattr(error, "column", column), str(error))
        )
        return None
    return values


def _more(values, row, indicator):
    """Interval, count, reason, period and source of a row of a long file."""
    published = values["status"] == Status.PUBLISHED
    for name, label in (("low", "nedre"), ("high", "øvre")):
        if row.get(name):
            with _column(label):
                values[name] = check(read_number(row[name]), indicator.unit)
    if row.get("base"):
        with _column("antall"):
            base = read_number(row["base"])
            if not 0 <= base <= MOST_PEOPLE or base != base.to_integral_value():
                raise BadNumber(f"«{row['base']}» er ikke et antall.")
            values["base"] = int(base)
    extra = [name for name in ("low", "high", "base") if values[name] is not None]
    if extra and not published:
        with _column("verdi"):
            raise BadNumber(
                "Det som er skjult eller mangler, kan ikke ha grenser eller antall."
            )
    if (values["low"] is None) != (values["high"] is None):
        with _column("nedre"):
            raise BadNumber("Gi både nedre og øvre grense, eller ingen.")
    if values["low"] is not None and not (
        values["low"] <= values["value"] <= values["high"]
    ):
        with _column("nedre"):
            raise BadNumber("Verdien ligger utenfor grensene.")
    reason = plain(row.get("reason", ""))
    if values["status"] == Status.HIDDEN:
        values["hidden_reason"] = Figure.Reason.MANUAL
        if reason:
            with _column("årsak"):
                values["hidden_reason"] = _reason(reason, row["reason"])
    elif reason:
        with _column("årsak"):
            raise BadNumber("Bare skjulte tall har en årsak. Sett «:» som verdi.")
    values["period"] = row.get("period", "")[:20]
    values["note"] = row.get("note", "")[:300]
    source = row.get("source", "")
    if source and not source.startswith(("https://", "http://")):
        with _column("kilde"):
            raise BadNumber("Kilden må være en nettadresse.")
    values["source_url"] = source[:500]


class _column:
    """Names the column of a BadNumber that is raised inside."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, BadNumber) and not hasattr(error, "column"):
            error.column = self.name


def _reason(word, text):
    for reason in Figure.Reason:
        if word in {plain(reason.value), plain(reason.label)}:
            return reason
    allowed = ", ".join(Figure.Reason.values)
    raise BadNumber(f"«{text}» er ikke en årsak. Skriv en av {allowed}.")


def existing_figures(edition):
    rows = Figure.objects.filter(edition=edition)
    return {
        (row["indicator_id"], place_key(row["zone_id"], row["district_id"])): row
        for row in rows.values("indicator_id", "zone_id", "district_id", *FIELDS)
    }


def place_key(zone_id, district_id):
    if zone_id:
        return ("zone", zone_id)
    return ("district", district_id) if district_id else CITY


def check_privacy(plan, known, existing):
    """Refuse an edition from which a hidden figure follows, and say the ways out."""
    statuses = defaultdict(dict)
    names = {}
    for (indicator, place), row in existing.items():
        statuses[indicator][place] = row["status"] == Status.HIDDEN
    for indicator, place, _before, values in plan.new + plan.changed:
        statuses[indicator.pk][place] = values["status"] == Status.HIDDEN
        names[indicator.pk] = indicator.name
    groups = groups_of([(z.pk, z.district_id) for z in known.zones.values()])
    for indicator, places in statuses.items():
        for place, group in given_away(groups, places).items():
            name = names.get(indicator) or Indicator.objects.get(pk=indicator).name
            plan.problems.append(
                Problem(None, name, _told(known, place, group, places))
            )


def _told(known, place, group, places):
    others = [known.name(p) for p in others_to_hide(group, places, place=place)]
    text = (
        f"Det skjulte tallet for {known.name(place)} kan regnes ut fra resten av "
        f"gruppen «{known.name(group.whole)} og delene den består av». "
    )
    if others:
        some = ", ".join(others[:5]) + (" …" if len(others) > 5 else "")
        text += f"Skjul også ett av disse: {some}. "
    return text + f"Eller la tallet for {known.name(group.whole)} mangle («..»)."


def as_json(values):
    """A figure's fields as they are kept in a FigureChange."""
    return {name: _json(values[name]) for name in FIELDS}


def _json(value):
    if isinstance(value, Decimal):
        # 12.5 and 12.500 are the same figure.
        return f"{value.normalize():f}"
    return value if value is None or isinstance(value, bool | int) else str(value)
