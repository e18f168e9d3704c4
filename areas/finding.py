"""Finds the zone of a place that someone types, from lists that are held here.

Zones, areas, districts, and the names and numbers that administrators have read in.
Nothing is asked of others and nothing is kept. The answer helps people find the way; it
never decides who may apply.
"""

import re
from dataclasses import dataclass, field

from django.db.models import Q

from areas.figures.plans import plain
from areas.models import AreaZone, District, PlaceName, Zone

MOST = 20
HOUSE_NUMBER = re.compile(r"\s+\d{1,4}\s?[a-z]?$")


@dataclass
class Match:
    """One zone that fits, why it does, and whether that is sure."""

    zone: Zone
    why: str
    kind: str
    is_sure: bool


@dataclass
class Answer:
    """What was found. `districts` fit where no zone is named."""

    text: str
    matches: list = field(default_factory=list)
    districts: list = field(default_factory=list)
    too_many: bool = False


def find_places(text, *, division, day, now):
    """The Answer for what somebody typed. Four queries."""
    wanted = HOUSE_NUMBER.sub("", plain(text)[:80])
    answer = Answer(text)
    if len(wanted) < 2 or division is None:
        return answer
    zones = list(division.zones.select_related("district").by_district())
    answer.matches = [
        Match(zone, zone.name, "zone", not zone.name_mark)
        for zone in zones
        if _fits(wanted, plain(zone.name))
    ]
    of = {zone.pk: zone for zone in zones}
    rows = AreaZone.objects.filter(zone__in=of, area__published_at__lte=now)
    for row in rows.select_related("area").order_by("area__name_key", "zone__name_key"):
        if _fits(wanted, plain(row.area.name)) and row.covers(day):
            sure = not row.is_derived
            _add(answer, Match(of[row.zone_id], row.area.name, "area", sure))
    named = PlaceName.objects.filter(zone__in=of).filter(
        Q(plain=wanted) | Q(plain__startswith=wanted)
    )
    for name in named.order_by("plain", "zone__name_key", "pk")[: MOST + 1]:
        zone = of[name.zone_id]
        sure = name.is_sure and not zone.is_working_name
        _add(answer, Match(zone, name.name, name.kind, sure))
    answer.too_many = len(answer.matches) > MOST
    answer.matches = answer.matches[:MOST]
    answer.districts = [
        district
        for district in District.objects.all()
        if _fits(wanted, plain(district.name))
    ]
    return answer


def _fits(wanted, name):
    """Whether the name is what was typed, or some of its words begin with it."""
    return name == wanted or re.search(rf"(^|\s){re.escape(wanted)}", name) is not None


def _add(answer, match):
    if match.zone.pk not in {other.zone.pk for other in answer.matches}:
        answer.matches.append(match)
