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


def test_what_was_done_is_told_in_words_and_can_be_chosen_by_them(
    client, administrator
):
    case = create_submitted()
    address = reverse("admin:journal_journalentry_changelist")

    page = client.get(address, {"verb": "version_sent"})
    entry = JournalEntry.objects.about(case).get(verb="version_sent")
    one = client.get(reverse("admin:journal_journalentry_change", args=[entry.pk]))

    listed = page.context["cl"]
    choices = [each["display"] for each in listed.filter_specs[0].choices(listed)]
    assert list(listed.result_list) == [entry]
    assert "Versjon 1 ble sendt" in page.content.decode()
    assert "Versjon 1 ble sendt" in one.content.decode()
    assert {"Søknaden ble sendt", "Versjon ble sendt"} <= set(choices)
