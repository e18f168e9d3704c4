"""From figures to charts: which numbers are drawn, and what is said beside them."""

from functools import partial

from django.utils.translation import gettext as _

from areas.figures import sentences
from areas.figures.sentences import cell_text, number_text, signed_text, with_unit
from areas.models import Figure
from omradesatsing.ui.charts import DotStrip, Line, LineChart, Mark, Slope
from omradesatsing.ui.maps import ClassMap, Place

Status, Sign = Figure.Status, Figure.Sign


def practice_mark(edition):
    """What stands on everything of a practice edition."""
    return _("øvingstall") if edition.is_practice else ""


def is_plain(figure):
    return (
        figure is not None
        and figure.status == Status.PUBLISHED
        and figure.sign in {Sign.EXACT, Sign.ABOUT}
    )


def mark_of(label, figure, indicator):
    """A named number for a chart, or None when the figure is no plain number."""
    if not is_plain(figure):
        return None
    low = None if figure.low is None else float(figure.low)
    high = None if figure.high is None else float(figure.high)
    text = signed_text(figure, indicator.decimals)
    if indicator.unit == indicator.Unit.PERCENT:
        text += "\u00a0%"
    return Mark(label, float(figure.value), text, low, high)


def strip(uid, indicator, edition, values, places, city):
    """A DotStrip of all zones with some of them named, or None without a number.

    `values` are plain numbers of all zones, `places` (label, figure) pairs.
    """
    marks = [mark_of(label, figure, indicator) for label, figure in places]
    marks = [mark for mark in marks if mark]
    if not values:
        return None
    return DotStrip(
        uid=uid,
        title=f"{indicator.name}, {edition.short}",
        description=_("Hver prikk er en sone. Streken er Bergen samlet."),
        values=[float(value) for value in values],
        marks=marks,
        city=mark_of(_("Bergen"), city, indicator),
        ends=sentences.ends(indicator),
        number=partial(number_text, decimals=_axis_decimals(indicator, values)),
        mark=practice_mark(edition),
    )


def _axis_decimals(indicator, values):
    spread = max(values, default=0) - min(values, default=0)
    return indicator.decimals if spread < 5 else 0


def measure_strip(uid, measure, edition):
    """The strip of one Measure with its place named; None when it is not drawn."""
    if not measure.is_whole:
        return None
    places = [(measure.place, measure.figure)]
    return strip(uid, measure.indicator, edition, measure.values, places, measure.city)


def development_chart(uid, development):
    """The place's line and Bergen's through the editions, or None with one number."""
    if not development.is_line:
        return None
    indicator, points = development.indicator, development.points
    breaks = {n for n, point in enumerate(points) if point.breaks}
    lines = [
        Line(
            development.place,
            [mark_of(development.place, p.figure, indicator) for p in points],
            breaks,
        )
    ]
    city = [mark_of(_("Bergen"), p.city, indicator) for p in points]
    if any(city) and development.place != "Bergen":
        lines.append(Line(_("Bergen"), city, breaks))
    practice = any(point.edition.is_practice for point in points)
    return LineChart(
        uid=uid,
        title=indicator.name,
        description=_("Utviklingen fra utgave til utgave. Tabellen har tallene."),
        steps=[point.edition.short for point in points],
        lines=lines,
        ends=sentences.ends(indicator),
        number=partial(number_text, decimals=0),
        mark=_("øvingstall") if practice else "",
    )


def slope(uid, indicator, before, after, rows):
    """A Slope of places between two editions; `rows` are (name, figure, figure)."""
    drawn = [
        (name, mark_of(name, first, indicator), mark_of(name, last, indicator))
        for name, first, last in rows
    ]
    drawn = [row for row in drawn if row[1] and row[2]]
    if not drawn:
        return None
    return Slope(
        uid=uid,
        title=f"{indicator.name}, {before.short}–{after.short}",
        description=_("Fra den ene utgaven til den andre. Tabellen har tallene."),
        steps=(before.short, after.short),
        rows=drawn,
        ends=sentences.ends(indicator),
        mark=practice_mark(after),
    )


def state_of(figure, compared):
    """The class of a place on a map: one of three, hidden or missing."""
    if figure is not None and figure.status == Status.HIDDEN:
        return "hidden"
    return compared or "missing"


def class_map(uid, indicator, edition, rows, city, address):
    """A ClassMap of the zones. `rows` are (zone, figure, Compared or None).

    `address` gives the address of a zone's page in this edition.
    """
    places = []
    for zone, figure, compared in rows:
        text = cell_text(figure, indicator.decimals)
        if figure is not None and figure.status == Status.PUBLISHED:
            said = with_unit(signed_text(figure, indicator.decimals), indicator.unit)
            said = f"{said}, {sentences.short_comparison(compared)}"
        elif figure is not None:
            said = str(figure.get_status_display())
        else:
            said = str(Status.MISSING.label)
        mark = zone.name_mark
        name = f"{zone.name} ({mark})" if mark else zone.name
        places.append(
            Place(
                name=zone.name,
                mark=mark,
                group=zone.district.name,
                url=address(zone),
                state=state_of(figure, compared),
                value=text,
                says=f"{name}: {said}",
                column=zone.tile_column,
                row=zone.tile_row,
                outline=zone.outline,
            )
        )
    states = {place.state for place in places}
    legend = [
        ("lower", _("Lavere enn i Bergen samlet")),
        ("similar", _("Omtrent som i Bergen samlet")),
        ("higher", _("Høyere enn i Bergen samlet (striper)")),
        ("hidden", _("Skjult av personvern (prikker)")),
        ("missing", _("Tallet mangler (stiplet kant)")),
    ]
    bergen = ""
    if city is not None:
        bergen = _("Bergen samlet: %(value)s.") % {
            "value": with_unit(signed_text(city, indicator.decimals), indicator.unit)
        }
    source = _("Kilde: %(edition)s, Bergen kommune. Hver sone er en like stor rute.")
    if edition.is_practice:
        source = _("%(edition)s: øvingstall, ikke ekte tall.")
    return ClassMap(
        uid=uid,
        title=f"{indicator.name}, {edition.short}",
        description=bergen or _("Hver sone med sitt tall."),
        places=places,
        legend=[(s, words) for s, words in legend if s in states or s in LEGEND],
        source=source % {"edition": edition.title},
        mark=practice_mark(edition),
    )


LEGEND = {"lower", "similar", "higher"}
