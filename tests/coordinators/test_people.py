from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from areas.models import Effort
from coordinators.contacts import contacts_for
from coordinators.models import Assignment
from coordinators.scope import areas_of
from tests.factories import create_area, create_coordinator, create_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "in_scope"),
    [
        (date(2026, 11, 23), None, True),
        (date(2026, 11, 24), None, False),
        (date(2020, 1, 1), date(2026, 11, 23), True),
        (date(2020, 1, 1), date(2026, 11, 22), False),
    ],
)
def test_scope_comes_from_assignments_in_force_on_the_day(starts_on, ends_on, in_scope):
    area = create_area()
    create_area()
    user = create_coordinator(areas=[area], starts_on=starts_on, ends_on=ends_on)

    assert list(areas_of(user, TODAY)) == ([area] if in_scope else [])


def test_an_assignment_to_one_area_of_an_effort_covers_the_whole_effort():
    solheim = Effort.objects.create(slug="solheim", name="Solheim")
    north = create_area(name="Nord", effort=solheim)
    south = create_area(name="Sør", effort=solheim)
    create_area(name="Olsvik")
    user = create_coordinator(areas=[south])

    assert list(areas_of(user, TODAY).by_name()) == [north, south]


def test_who_is_no_coordinator_has_no_area():
    create_coordinator(areas=[create_area()])

    assert list(areas_of(create_user(), TODAY)) == []


def test_the_same_assignment_cannot_be_given_twice_at_once():
    area = create_area()
    user = create_coordinator(areas=[area])
    second = Assignment(
        coordinator=user.coordinator, area=area, starts_on=date(2024, 1, 1)
    )

    with pytest.raises(ValidationError) as error:
        second.full_clean()
    with pytest.raises(IntegrityError, match="assignment_no_overlap"):
        second.save()

    assert error.value.messages == ["Koordinatoren har alt området i tidsrommet."]


def test_contacts_are_shared_in_an_effort_and_named_once():
    solheim = Effort.objects.create(slug="solheim", name="Solheim")
    north, south = create_area(effort=solheim), create_area(effort=solheim)
    olsvik, empty = create_area(), create_area()
    both = create_coordinator(name="Berit Begge", areas=[north, south]).coordinator
    other = create_coordinator(name="Ola Olsvik", areas=[olsvik]).coordinator
    draft = create_coordinator(name="Kladd", areas=[olsvik]).coordinator
    draft.published_at = None
    draft.save()
    create_coordinator(areas=[olsvik], ends_on=date(2021, 1, 1))

    contacts = contacts_for([north, south, olsvik, empty], day=TODAY, now=NOW)

    people = {
        pk: [assignment.coordinator for assignment in assignments]
        for pk, assignments in contacts.items()
    }
    assert people == {
        north.pk: [both],
        south.pk: [both],
        olsvik.pk: [other],
        empty.pk: [],
    }


def test_contacts_take_one_query(django_assert_num_queries):
    areas = [create_area() for _ in range(5)]
    for area in areas:
        create_coordinator(areas=[area])

    with django_assert_num_queries(1):
        contacts_for(areas, day=TODAY, now=NOW)
