"""Which areas a user works for. The only source of a coordinator's scope."""

from django.db.models import Q

from areas.models import Area
from coordinators.models.people import Assignment


def areas_of(user, day):
    """Areas from the user's assignments in force on the day.

    Areas of one effort are run as one: an assignment to either covers both.
    """
    assigned = Assignment.objects.in_force(day).filter(coordinator__user=user)
    return Area.objects.filter(
        Q(pk__in=assigned.values("area"))
        | Q(effort__in=assigned.values("area__effort"))
    )
