"""Puts public figures together for pages: by place, by indicator, by edition.

Only published editions are read. Each function says how many queries it makes.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q
from django.http import Http404

from areas.figures import sentences
from areas.models import Edition, Figure, Indicator, Level

# Without values for so many of the places, nothing is drawn and nothing compared.
FULL = Decimal("0.9")


def chosen_division(request, divisions):
    """The division of `?inndeling=`, or the one that administrators have chosen."""
    slug = request.GET.get("inndeling")
    if slug:
        found = next((d for d in divisions if d.slug == slug), None)
        if found is None:
            raise Http404
        return found
    return next((d for d in divisions if d.is_default), None)


def public_editions(now):
    """Published editions, practice ones last. One query."""
    return list(
        Edition.objects.public(now).select_related("division", "report").newest_last()
    )


def coverage(editions):
    """How many zones have a plain number: {(edition, indicator): count}. One query."""
    rows = (
        Figure.objects.filter(
            edition__in=[edition.pk for edition in editions],
            zone__isnull=False,
            status=Figure.Status.PUBLISHED,
            sign=Figure.Sign.EXACT,
        )
        .order_by()
        .values_list("edition_id", "indicator_id")
        .annotate(known=Count("pk"))
    )
    return {(edition, indicator): known for edition, indicator, known in rows}


def is_full(known, total):
    return total > 0 and known >= FULL * total


@dataclass
class Shelf:
    """The editions to choose from, the chosen one, and how full each is."""

    editions: list
    chosen: Edition | None
    known: dict

    @property
    def total(self):
        return self.chosen.division.zone_total if self.chosen else 0

    def has_all(self, indicator):
        """Whether the chosen edition has the indicator for nine tenths of the zones."""
        return is_full(self.known_of(indicator), self.total)

    def known_of(self, indicator):
        return self.known.get((self.chosen.pk, indicator.pk), 0) if self.chosen else 0


def shelf(request, editions):
    """The Shelf of some editions; `?utgave=` chooses. One query.

    Unchosen, it is the newest of those that have some indicator for all their zones;
    when there is none, the newest. Raises Http404 for an edition that is not there.
    """
    known = coverage(editions)
    slug = request.GET.get("utgave")
    if slug:
        chosen = next((e for e in editions if e.slug == slug), None)
        if chosen is None:
            raise Http404
        return Shelf(editions, chosen, known)
    full = {
        edition
        for (edition, _indicator), count in known.items()
        for e in editions
        if e.pk == edition and is_full(count, e.division.zone_total)
    }
    chosen = next((e for e in reversed(editions) if e.pk in full), None)
    return Shelf(editions, chosen or (editions[-1] if editions else None), known)


@dataclass
class Measure:
    """One indicator at one place in one edition, with Bergen's, and what may be said.

    `is_whole` says whether nearly all places have a number: else nothing is compared.
    """

    indicator: Indicator
    figure: Figure | None
    city: Figure | None
    place: str
    is_whole: bool
    known: int = 0
    total: int = 0
    district: Figure | None = None
    values: list = field(default_factory=list)

    def __post_init__(self):
        found = (None, None)
        if self.is_whole:
            found = sentences.compare(self.figure, self.city)
        self.compared, self.rule = found

    @property
    def sentence(self):
        return sentences.value_sentence(
            self.figure, self.indicator, self.place, self.city
        )

    @property
    def comparison(self):
        return sentences.comparison_text(self.compared, self.indicator)

    @property
    def short(self):
        return sentences.short_comparison(self.compared)

    @property
    def uncertainty(self):
        return sentences.uncertainty_sentence(self.figure, self.indicator)

    @property
    def known_text(self):
        if self.is_whole or not self.total:
            return ""
        return sentences.known_sentence(self.known, self.total)

    @property
    def cell(self):
        return sentences.cell_text(self.figure, self.indicator.decimals)

    @property
    def city_cell(self):
        return sentences.cell_text(self.city, self.indicator.decimals)

    @property
    def district_cell(self):
        return sentences.cell_text(self.district, self.indicator.decimals)

    @property
    def interval(self):
        if self.figure is None or self.figure.low is None:
            return ""
        low, high = (
            sentences.number_text(end, self.indicator.decimals)
            for end in (self.figure.low, self.figure.high)
        )
        return f"{low}–{high}"

    @property
    def ends(self):
        return sentences.ends(self.indicator)


@dataclass
class Profile:
    """All that the public editions say of one place. `of[edition][indicator]`."""

    place: str
    of: dict
    city: dict
    district: dict
    indicators: dict


def profile(place, *, editions, zone=None, district=None):
    """The Profile of a zone, a district or, with neither, Bergen. One query.

    Composite measures and words are left out: they stand under their edition only.
    """
    mine = Q(zone=zone, district=district)
    wanted = mine | Q(zone=None, district=None)
    if zone is not None:
        wanted |= Q(zone=None, district=zone.district_id)
    rows = (
        Figure.objects.filter(wanted, edition__in=[e.pk for e in editions])
        .on_places()
        .select_related("indicator")
        .order_by("indicator__theme", "indicator__name", "pk")
    )
    found = Profile(place, defaultdict(dict), defaultdict(dict), defaultdict(dict), {})
    zone_pk = zone and zone.pk
    district_pk = district and district.pk
    for figure in rows:
        found.indicators[figure.indicator_id] = figure.indicator
        if (figure.zone_id, figure.district_id) == (zone_pk, district_pk):
            found.of[figure.edition_id][figure.indicator_id] = figure
        if figure.zone_id is None and figure.district_id is None:
            found.city[figure.edition_id][figure.indicator_id] = figure
        elif figure.district_id:
            found.district[figure.edition_id][figure.indicator_id] = figure
    return found


def measures(found, books, *, level):
    """The Measures of a place in the chosen edition, by theme and name.

    For a zone an indicator that is not published so far down is left out.
    """
    edition = books.chosen
    if edition is None:
        return []
    mine = found.of[edition.pk]
    city = found.city[edition.pk]
    district = found.district[edition.pk]
    wanted = [
        indicator
        for pk, indicator in found.indicators.items()
        if pk in mine and indicator.goes_down_to(level)
    ]
    themes = list(Indicator.Theme.values)
    wanted.sort(key=lambda i: (themes.index(i.theme), i.name))
    return [
        Measure(
            indicator,
            mine.get(indicator.pk),
            city.get(indicator.pk),
            found.place,
            books.has_all(indicator),
            books.known_of(indicator),
            # How many zones are known is no matter of a district's or Bergen's.
            books.total if level == Level.ZONE else 0,
            district.get(indicator.pk),
        )
        for indicator in wanted
    ]


def by_theme(rows):
    """[(theme in words, its measures)], in the order of the themes."""
    groups = defaultdict(list)
    for row in rows:
        groups[row.indicator.theme].append(row)
    return [(Indicator.Theme(t).label, groups[t]) for t in Indicator.Theme if groups[t]]


def add_values(rows, edition):
    """Give each measure the plain numbers of all zones, for its strip. One query."""
    wanted = {row.indicator.pk: row for row in rows if row.is_whole}
    numbers = (
        Figure.objects.filter(
            edition=edition,
            indicator__in=wanted,
            zone__isnull=False,
            status=Figure.Status.PUBLISHED,
            sign=Figure.Sign.EXACT,
        )
        .order_by("indicator_id", "value")
        .values_list("indicator_id", "value")
    )
    for indicator, value in numbers:
        wanted[indicator].values.append(float(value))


def key_measures(rows):
    """The six that stand first, in their order; those that are not there left out."""
    chosen = [row for row in rows if row.indicator.key_position]
    return sorted(chosen, key=lambda row: row.indicator.key_position)


# --- through the editions ------------------------------------------------------------


@dataclass
class Point:
    """One edition on a line of development. `breaks` says why the line stops before."""

    edition: Edition
    figure: Figure | None
    city: Figure | None
    breaks: str = ""


@dataclass
class Development:
    """One indicator at one place through the editions of one division."""

    indicator: Indicator
    points: list
    place: str

    @property
    def rows(self):
        """(edition, value here, Bergen's value, why the line stops before it)."""
        decimals = self.indicator.decimals
        return [
            (
                point.edition,
                sentences.cell_text(point.figure, decimals),
                sentences.cell_text(point.city, decimals),
                point.breaks,
            )
            for point in self.points
        ]

    @property
    def change(self):
        """The last change between two editions that may be compared."""
        for before, after in reversed(
            list(zip(self.points, self.points[1:], strict=False))
        ):
            if after.breaks:
                return ""
            text = sentences.change_sentence(
                before.figure,
                after.figure,
                self.indicator,
                before.edition.short,
                after.edition.short,
            )
            if text:
                return text
        return ""

    @property
    def values(self):
        """The numbers for a small line, or nothing where it would break."""
        if any(point.breaks for point in self.points) or not self.is_line:
            return []
        return [
            float(p.figure.value)
            for p in self.points
            if p.figure.value is not None and p.figure.sign in sentences.COMPARABLE
        ]

    @property
    def is_line(self):
        """Whether there are two numbers to draw a line between."""
        plain = [
            p
            for p in self.points
            if p.figure is not None
            and p.figure.status == Figure.Status.PUBLISHED
            and p.figure.sign in sentences.COMPARABLE
        ]
        return len(plain) > 1


def developments(found, editions, *, level, break_words):
    """A Development for each indicator with figures of the place, by theme and name.

    Each version of an indicator has its own line; real and practice editions are
    never on the same.
    `break_words(before, after)` tells why a line stops between two editions, or "".
    """
    themes = list(Indicator.Theme.values)
    wanted = [
        i
        for i in found.indicators.values()
        if i.goes_down_to(level) and any(i.pk in found.of[e.pk] for e in editions)
    ]
    wanted.sort(key=lambda i: (themes.index(i.theme), i.name))
    lines = []
    for indicator in wanted:
        for practice in (False, True):
            points, last = [], None
            for edition in editions:
                figure = found.of[edition.pk].get(indicator.pk)
                if figure is None or edition.is_practice != practice:
                    continue
                breaks = break_words(last, edition) if last else ""
                city = found.city[edition.pk].get(indicator.pk)
                points.append(Point(edition, figure, city, breaks))
                last = edition
            if points:
                lines.append(Development(indicator, points, found.place))
    return lines
