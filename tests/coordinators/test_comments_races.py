"""Two answer at once; seen to fail with the row's lock taken out: two answers."""

import pytest

from areas.models import AreaZone
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from tests.coordinators.test_comments import NOW, send
from tests.factories import create_area, create_coordinator, create_zone
from tests.grants.test_races import second_waits_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_answer_at_once_one_is_refused():
    zone, area = create_zone(), create_area()
    AreaZone.objects.create(area=area, zone=zone)
    by = Actor(create_coordinator(areas=[area]))
    comment = send(zone)

    later = second_waits_for(
        lambda: comment.answer(reply="En.", summary="", by=by, now=NOW),
        lambda: comment.answer(reply="To.", summary="", by=by, now=NOW),
    )

    assert isinstance(later.exception(), Refused)
    comment.refresh_from_db()
    assert comment.reply == "En."
    assert JournalEntry.objects.filter(verb="comment_answered").count() == 1
