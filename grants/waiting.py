"""Who could get more if a pot gets money back, and where it has come back."""

from django.db.models import Exists, F, OuterRef, Q, Subquery

from grants.models import Application, Decision, Pot, PotRow, Recommendation


def waiting_cases(user):
    """The cases one may see that got nothing or a part, annotated with what and when.

    `pot_pk` is the pot of their area; `is_proposed` says that more is proposed already.
    """
    short = Decision.objects.short_of_money().filter(application=OuterRef("pk"))
    pot = Pot.objects.for_area(OuterRef("round"), OuterRef("area"))
    proposed = Recommendation.objects.standing().filter(application=OuterRef("pk"))
    return (
        Application.objects.visible_to(user)
        .filter(Exists(short))
        .annotate(
            given=Subquery(short.values("amount")[:1]),
            asked_for=Subquery(short.values("asked_amount")[:1]),
            made_at=Subquery(short.values("decided_at")[:1]),
            pot_pk=Subquery(pot.values("pk")[:1]),
            is_proposed=Exists(proposed),
        )
    )


def money_came_back(cases, today):
    """Of `waiting_cases`, those whose pot has got money since they were decided.

    A pot of an earlier year is closed: what comes back to it is not given again. One
    query to find the pots; without any, no case is read.
    """
    awarded = PotRow.objects.filter(
        pot=OuterRef("pot"), kind=PotRow.Kind.AWARDED, at__lt=OuterRef("at")
    )
    # What was put in before the first award came back from nobody.
    later = PotRow.objects.filter(
        ~Q(kind=PotRow.Kind.ALLOCATED) | Exists(awarded),
        Q(pot__year=None) | Q(pot__year__gte=today.year),
        amount__gt=0,
        pot__balance__gt=0,
    )
    pots = dict(later.values_list("pot", "pot__round"))
    if not pots:
        return cases.none()
    since = PotRow.objects.filter(
        pot=OuterRef("pot_pk"), amount__gt=0, at__gt=OuterRef("made_at")
    )
    return cases.filter(
        Exists(since),
        round__in=set(pots.values()),
        pot_pk__in=pots,
        is_proposed=False,
        given__lt=F("asked_for"),
    )
