from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.utils import timezone

from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import ParkedPost, ReportsTo, User
from omradesatsing.accounts.tasks import tidy_up
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry

pytestmark = pytest.mark.django_db


def a_user(name, *, hours=25, **fields):
    joined = timezone.now() - timedelta(hours=hours)
    return User.objects.create_user(f"{name}@example.org", date_joined=joined, **fields)


def names_left():
    return {user.email.partition("@")[0] for user in User.objects.all()}


def test_an_account_that_nobody_used_is_gone_after_a_day():
    a_user("ubrukt")
    a_user("ny", hours=23)
    a_user("brukt", last_login=timezone.now())
    a_user("ansatt", is_staff=True)
    a_user("med-passord", password="hest batteri stift")
    a_user("med-rolle").groups.add(Group.objects.get(name="Leser"))
    boss = a_user("leder")
    ReportsTo.objects.create(
        user=a_user("underordnet"), leader=boss, valid_from=timezone.localdate()
    )

    tidy_up(timestamp=0)

    assert names_left() == {
        "ny",
        "brukt",
        "ansatt",
        "med-passord",
        "med-rolle",
        "leder",
        "underordnet",
    }


def test_an_account_that_something_points_at_stays(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    StoredFile.keep(b"x", name="a", content_type="a", by=Actor(a_user("med-fil")))
    JournalEntry.record("add", about=a_user("omtalt"), by=Actor.system())
    JournalEntry.record("add", about=User.objects.first(), by=Actor(a_user("handlet")))
    ParkedPost.objects.create(owner=a_user("med-tekst"), path="/", fields={})

    tidy_up(timestamp=0)

    assert names_left() == {"med-fil", "omtalt", "handlet", "med-tekst"}


def test_parked_fields_and_old_sessions_go_after_their_time():
    now = timezone.now()
    owner = a_user("kari", last_login=now)
    for hours in (23, 25):
        ParkedPost.objects.create(
            owner=owner,
            path=f"/{hours}/",
            fields={},
            parked_at=now - timedelta(hours=hours),
        )
    for key, minutes in (("gammel", -1), ("ny", 5)):
        Session.objects.create(
            session_key=key, expire_date=now + timedelta(minutes=minutes)
        )

    tidy_up(timestamp=0)

    assert list(ParkedPost.objects.values_list("path", flat=True)) == ["/23/"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["ny"]
