"""Whom residents can talk to in an area."""

from django.db.models import Q

from coordinators.models import Assignment


def contacts_for(areas, *, day, now):
    """Area's key to its coordinators in force on the day, in one query.

    Areas of one effort share coordinators. An area without any has an empty list.
    """
    areas = list(areas)
    efforts = {area.effort_id for area in areas if area.effort_id}
    assignments = (
        Assignment.objects.public(now)
        .in_force(day)
        .filter(Q(area__in=areas) | Q(area__effort__in=efforts))
        .select_related("coordinator__user", "area")
        .order_by("is_deputy", "coordinator__user__name", "pk")
    )
    contacts = {area.pk: [] for area in areas}
    for assignment in assignments:
        for area in areas:
            same_effort = area.effort_id and area.effort_id == assignment.area.effort_id
            people = [known.coordinator_id for known in contacts[area.pk]]
            if (assignment.area_id == area.pk or same_effort) and (
                assignment.coordinator_id not in people
            ):
                contacts[area.pk].append(assignment)
    return contacts
