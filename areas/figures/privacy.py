"""Which hidden figures follow from what is published, and so give themselves away.

A district is made of its zones, and the city of its districts. With the number of
people in each place looked up, every whole is a sum of its parts: a set of equations
with the hidden figures as unknowns. A figure follows when the equations have only one
answer for it. The rule holds for shares and means as for counts.

It is strict: a part that is missing or cannot exist is taken as known. A whole without
a figure is an unknown too, but nobody's secret.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Group:
    """A whole and its parts. Places are any hashable keys."""

    whole: object
    parts: frozenset

    @property
    def members(self):
        return self.parts | {self.whole}


CITY = ("city", None)


def groups_of(zones):
    """The groups of a division, from (zone's key, district's key) pairs."""
    of_district = {}
    for zone, district in zones:
        of_district.setdefault(district, set()).add(("zone", zone))
    groups = [
        Group(("district", district), frozenset(parts))
        for district, parts in of_district.items()
    ]
    districts = frozenset(("district", district) for district in of_district)
    return [*groups, Group(CITY, districts)]


def given_away(groups, statuses):
    """The hidden places that follow, each with a group to name it by.

    `statuses` says of each place of one indicator whether it is hidden (True) or not;
    a place that is not in it has no figure.
    """
    hidden = {place for place, is_hidden in statuses.items() if is_hidden}
    if not hidden:
        return {}
    told: list[Group] = []
    for group in groups:
        # Districts come before the city: one without a figure is known by its zones.
        if group.parts & (statuses.keys() | {below.whole for below in told}):
            told.append(group)
    unknown = hidden | {g.whole for g in told if g.whole not in statuses}
    equations = [_equation(group, unknown) for group in told]
    alone = {
        next(iter(row)) for row in _eliminated(equations) if len(row) == 1
    } & hidden
    return {place: _group_of(place, told, hidden) for place in sorted(alone, key=str)}


def _equation(group, unknown):
    """What is not known of «whole − parts = 0», as {place: factor}."""
    row = {part: Fraction(-1) for part in group.parts & unknown}
    if group.whole in unknown:
        row[group.whole] = Fraction(1)
    return row


def _eliminated(rows):
    """The equations reduced until each has an unknown that no other one has."""
    done = []
    for row in rows:
        for pivot, solved in done:
            row = _without(row, pivot, solved)
        if not row:
            continue
        pivot = min(row, key=str)
        row = {place: factor / row[pivot] for place, factor in row.items()}
        done = [(other, _without(solved, pivot, row)) for other, solved in done]
        done.append((pivot, row))
    return [row for _pivot, row in done]


def _without(row, pivot, solved):
    """The row less so much of the solved one that the pivot is gone."""
    factor = row.get(pivot)
    if not factor:
        return row
    places = row.keys() | solved.keys()
    rest = {p: row.get(p, 0) - factor * solved.get(p, 0) for p in places}
    return {place: left for place, left in rest.items() if left}


def _group_of(place, groups, hidden):
    """The group that best tells why: fewest hidden in it, then the smallest."""
    mine = [group for group in groups if place in group.members]
    return min(mine, key=lambda g: (len(g.members & hidden), len(g.members)))


def others_to_hide(group, statuses, *, place):
    """Places that, hidden as well, would keep `place` a secret: the ways out."""
    open_ones = (p for p in group.members - {place} if statuses.get(p) is False)
    return sorted(open_ones, key=str)
