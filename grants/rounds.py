"""Rounds as pages show them: open, coming or closed, with their pots and areas."""

from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import capfirst

from areas.models import Area
from coordinators.contacts import contacts_for
from grants.models import ApplicantKind, PotArea, PotRow, Round


def current_rounds(now, *, area=None):
    """The rounds that are open, and those announced to open, each with `stage`.

    Open ones come first, the one that closes soonest on top; those without a deadline
    after them. `area` keeps the rounds that give money there. One query.
    """
    rounds = not_closed(Round.objects.public(now), now).select_related("scheme")
    if area is not None:
        rounds = rounds.filter(in_area(area_id=area.pk))
    found = sorted(rounds, key=lambda round: closing_order(round, now))
    for round in found:
        round.stage = stage(round, now)
    return found


def not_closed(rounds, now):
    return rounds.filter(Q(closes_at=None) | Q(closes_at__gt=now))


def closing_order(round, now):
    if not round.is_open(now):
        return (2, round.opens_at.timestamp(), round.pk)
    if round.rolling:
        return (1, round.opens_at.timestamp(), round.pk)
    return (0, round.closes_at.timestamp(), round.pk)


def in_area(**area):
    """A condition: the round has a pot for the area, given as `area__slug=` or such."""
    return Exists(PotArea.objects.filter(round=OuterRef("pk"), **area))


def stage(round, now):
    """Where a public round stands: `open`, `coming` or `closed`."""
    if round.is_open(now):
        return "open"
    return "coming" if round.opens_at > now else "closed"


def kinds_of(round):
    """Who may stand as applicant, in words, in the order we always list them."""
    kinds = [kind for kind in ApplicantKind if kind in round.applicant_kinds]
    return [capfirst(str(kind.label)) for kind in kinds]


def with_pots(rounds, now):
    """Give each round `stage`, `shown_pots`, `shown_areas` and `put_in`, by one query.

    A shown pot has `put_in` (kroner allocated), `balance` (left) and `shown_areas`.
    """
    rounds = list(rounds)
    put_in = (
        PotRow.objects.filter(
            pot=OuterRef("pot"), kind__in=[PotRow.Kind.ALLOCATED, PotRow.Kind.MOVED]
        )
        .order_by()
        .values("pot")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    rows = (
        PotArea.objects.filter(round__in=rounds)
        .select_related("pot", "area")
        .annotate(put_in=Coalesce(put_in, 0, output_field=PotRow.amount.field))
        .order_by("area__name_key", "pk")
    )
    by_round = {}
    for row in rows:
        pots = by_round.setdefault(row.round_id, {})
        pot = pots.setdefault(row.pot_id, row.pot)
        pot.put_in = row.put_in
        pot.shown_areas = [*getattr(pot, "shown_areas", []), row.area]
    for round in rounds:
        round.stage = stage(round, now)
        round.shown_pots = list(by_round.get(round.pk, {}).values())
        round.put_in = sum(pot.put_in for pot in round.shown_pots)
        round.shown_areas = [
            area for pot in round.shown_pots for area in pot.shown_areas
        ]
    return rounds


def coordinators_of(round, now):
    """[(area, its contacts)] of the areas that a round gives money to. Two queries."""
    areas = list(Area.objects.filter(pot_areas__round=round).order_by("name_key"))
    contacts = contacts_for(areas, day=timezone.localdate(now), now=now)
    return [(area, contacts[area.pk]) for area in areas]
