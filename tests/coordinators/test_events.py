from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError

from coordinators.models import Event
from tests.factories import create_event

pytestmark = pytest.mark.django_db


def test_an_event_is_coming_until_its_day_is_over_in_norway():
    create_event(slug="i-gar", starts_at=datetime(2026, 11, 22, 17, tzinfo=UTC))
    # 23.30 on the 22nd in UTC is 00.30 on the 23rd in Norway.
    create_event(slug="natt", starts_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    create_event(slug="i-morgen", date=date(2026, 11, 24))
    create_event(slug="ukjent")

    now = datetime(2026, 11, 23, 20, tzinfo=UTC)

    assert [e.slug for e in Event.objects.coming(now)] == ["natt", "i-morgen"]
    assert [e.slug for e in Event.objects.held(now)] == ["i-gar", "ukjent"]


def test_an_event_has_a_time_or_a_date_not_both():
    with pytest.raises(IntegrityError, match="event_one_kind_of_time"):
        create_event(starts_at=datetime(2026, 1, 1, tzinfo=UTC), date=date(2026, 1, 1))


def test_an_event_ends_after_it_starts():
    start = datetime(2026, 1, 1, 18, tzinfo=UTC)

    with pytest.raises(IntegrityError, match="event_ends_after_start"):
        create_event(starts_at=start, ends_at=start)


@pytest.mark.parametrize(
    ("attendance", "qualifier", "text"),
    [
        (120, "over", "over 120 deltok"),
        (60, "about", "omtrent 60 deltok"),
        (17, "=", "17 deltok"),
        (None, "", ""),
    ],
)
def test_attendance_is_as_exact_as_the_source(attendance, qualifier, text):
    event = Event(attendance=attendance, attendance_qualifier=qualifier)

    assert event.attendance_text == text
