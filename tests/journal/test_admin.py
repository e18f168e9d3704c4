import pytest
from django.urls import reverse
from django.utils import timezone

from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from omradesatsing.roles import sync_roles
from tests.factories import create_draft, create_submitted, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    sync_roles()
    user = create_user(role=roles.ADMINISTRATOR)
    client.force_login(user)
    return user


def listed(client, name):
    page = client.get(reverse(f"admin:{name}_changelist"))
    return set(page.context["cl"].result_list)


def test_drafts_and_ones_own_conflicts_are_not_in_the_journal_to_look_up(
    client, administrator
):
    draft, open_case, hidden = create_draft(), create_submitted(), create_submitted()
    hidden.declare(
        by=Actor(administrator), conflict=True, ground="family", now=timezone.now()
    )

    entries = listed(client, "journal_journalentry")
    notices = listed(client, "notices_notice")

    about = JournalEntry.objects.about
    assert set(about(open_case)) <= entries
    assert entries.isdisjoint(about(draft))
    assert entries.isdisjoint(about(hidden))
    assert notices == set(Notice.objects.about(open_case))
