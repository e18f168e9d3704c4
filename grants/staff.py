"""Who is there to treat cases, and what those who have left still have."""

from django.db.models import Exists, OuterRef, Q

from grants.models import Application
from grants.models.states import WITH_STAFF
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User


def caseworkers():
    """Those whom a case can be given to."""
    return holders(roles.CASEWORKER)


def holders(role):
    """The active staff with a role."""
    return User.objects.filter(is_active=True, is_staff=True, groups__name=role)


def open_cases(user):
    """What is not decided and is with this user. Scope is the caller's."""
    return Application.objects.filter(caseworker=user, state__in=WITH_STAFF)


def leavers():
    """Those who have open cases and cannot treat them: gone, or without the role."""
    theirs = Application.objects.filter(caseworker=OuterRef("pk"), state__in=WITH_STAFF)
    here = caseworkers().values("pk")
    return User.objects.filter(Exists(theirs)).exclude(pk__in=here).order_by("pk")


def lacks_people(round, day):
    """Who is missing to treat a round's cases on a day, in words; empty when nobody."""
    missing = []
    if not caseworkers().exists():
        missing.append("Ingen har rollen saksbehandler.")
    elif round.two_assessors_from is not None and caseworkers().count() < 2:
        missing.append("To skal vurdere, og bare én har rollen saksbehandler.")
    authority = round.scheme.delegations.in_force(day).filter(to_role=roles.DECIDER)
    named = Q(pk__in=authority.exclude(to_user=None).values("to_user"))
    if authority.filter(to_user=None).exists():
        named = Q()
    if not authority.exists() or not holders(roles.DECIDER).filter(named).exists():
        missing.append("Ingen beslutter har myndighet til å avgjøre søknadene.")
    return missing
