"""Made-up editions, so that every view of figures can be seen full in the demo.

The values are drawn at random, the same each time, and say nothing of any place. They
come in as a file would: through the import, with its checks.
"""

import random
from decimal import Decimal

from areas.figures.importing import carry_out, publish
from areas.figures.sheets import Sheet
from areas.models import District, Division, Edition, Indicator, Succession, Zone
from omradesatsing.accounts.actors import Actor

# Indicator: the middle of its values, and how far they are spread.
DRAWN = {
    "barn-i-lavinntektshusholdninger": (12, 4),
    "grunnskole-i-30-arene": (14, 4),
    "femaringer-uten-hull": (84, 6),
    "god-helse": (76, 5),
    "trives-i-nabolaget": (82, 5),
    "stoler-pa-folk": (70, 6),
    "trafikkstoy": (11, 4),
    "voksne-i-frivillighet": (38, 6),
}
ABOUT = (
    "Tallene er laget for å øve. De er trukket tilfeldig og sier ikke noe om stedet."
)
HEADER = ["sted", "indikator", "verdi", "nedre", "øvre", "antall", "årsak", "periode"]
SLUGS = ("oving-a", "oving-b", "oving-c")


def load_practice(now):
    """Make the practice editions that are not there; returns lines that say so."""
    if Indicator.objects.filter(slug__in=DRAWN).count() < len(DRAWN):
        return []
    told = []
    by = Actor.system()
    usual = Division.objects.get(is_default=True)
    made_up = practice_division(usual)
    for slug, division in zip(SLUGS, (usual, usual, made_up), strict=True):
        title = f"Øving {slug[-1].upper()}"
        edition, is_new = Edition.objects.get_or_create(
            slug=slug,
            defaults={
                "title": title,
                "division": division,
                "is_practice": True,
                "about": ABOUT,
            },
        )
        if not is_new:
            continue
        rows = drawn_rows(division, random.Random(slug))  # noqa: S311 - for practice
        carry_out(edition, sheet_of(f"{slug}.csv", rows), by=by, now=now)
        publish(edition, by=by, now=now)
        if slug == "oving-a":
            first = next(row for row in rows if row[2] not in {":", ".."})
            fixed = [*first[:2], first[2], "", "", *first[5:]]
            reason = "Grensene for usikkerhet var regnet feil (øvingstall)."
            carry_out(
                edition, sheet_of("retting.csv", [fixed]), by=by, now=now, reason=reason
            )
        told.append(f"Utgave: {title}")
    return told


def sheet_of(name, rows):
    return Sheet(name, "", HEADER, list(enumerate(rows, start=2)))


def practice_division(usual):
    """A made-up division: two zones in each district, that follow the usual ones."""
    division, is_new = Division.objects.get_or_create(
        slug="oving",
        defaults={
            "name": "Øvingsinndelingen",
            "zone_total": 2 * District.objects.count(),
            "is_practice": True,
        },
    )
    if not is_new:
        return division
    number = 0
    for district in District.objects.all():
        newer = []
        for _half in range(2):
            number += 1
            newer.append(
                Zone.objects.create(
                    division=division,
                    district=district,
                    slug=f"ovingssone-{number}",
                    name=f"Øvingssone {number}",
                    name_status=Zone.NameStatus.WORKING,
                    tile_column=(number - 1) % 4,
                    tile_row=(number - 1) // 4,
                )
            )
        older = usual.zones.filter(district=district).by_district()
        Succession.objects.bulk_create(
            Succession(older=zone, newer=newer[place % 2], is_whole=place % 3 != 0)
            for place, zone in enumerate(older)
        )
    return division


def drawn_rows(division, dice):
    """Rows of a long file for every zone, district and Bergen, in HEADER's order."""
    indicators = {i.slug: i for i in Indicator.objects.filter(slug__in=DRAWN)}
    zones = list(division.zones.select_related("district").by_district())
    of_district = {}
    for zone in zones:
        of_district.setdefault(zone.district, []).append(zone)
    rows = []
    for slug, (middle, spread) in DRAWN.items():
        indicator = indicators[slug]
        hidden = set()
        # Two in the same district: one alone could be worked out.
        for district in dice.sample(sorted(of_district, key=str), 1):
            if len(of_district[district]) > 1:
                hidden |= set(dice.sample(of_district[district], 2))
        missing = set(dice.sample(zones, 2 if len(zones) > 40 else 1)) - hidden
        people = 0
        for district, members in of_district.items():
            drawn = []
            for zone in members:
                base = dice.randint(150, 3200)
                value = min(max(dice.gauss(middle, spread), 1), 99)
                drawn.append((value, base))
                if zone in hidden:
                    row = [zone.name, slug, ":", "", "", "", "small_count"]
                elif zone in missing:
                    row = [zone.name, slug, "..", "", "", "", ""]
                else:
                    row = [zone.name, slug, *spelled(value, base, indicator), ""]
                rows.append([*row, "øving"])
            base = sum(n for _value, n in drawn)
            value = sum(v * n for v, n in drawn) / base
            name = f"bydel {district.name}"
            rows.append([name, slug, *spelled(value, base, indicator), "", "øving"])
            people += base
        value = Decimal(middle)
        rows.append(["Bergen", slug, *spelled(value, people, indicator), "", "øving"])
    return rows


def spelled(value, base, indicator):
    """Value, lower and upper limit (95 %, for a share of `base`) and base as text."""
    share = float(value) / 100
    half = 196 * (share * (1 - share) / base) ** 0.5
    ends = (float(value), max(float(value) - half, 0), min(float(value) + half, 100))
    # The limits hold the rounded value, whatever the rounding did.
    middle, low, high = (round(end, indicator.decimals) for end in ends)
    texts = (middle, min(low, middle), max(high, middle))
    return [*(f"{x:.{indicator.decimals}f}" for x in texts), str(base)]
