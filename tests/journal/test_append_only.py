import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.journal.models import JournalEntry

CHANGES = {
    "UPDATE": "UPDATE journal_journalentry SET verb = 'forged'",
    "DELETE": "DELETE FROM journal_journalentry",
    "TRUNCATE": "TRUNCATE journal_journalentry",
}


def an_entry(**facts):
    user = User.objects.create_user("kari@example.org")
    return JournalEntry.record("submit", about=user, by=Actor(user), **facts)


def execute(sql):
    # A savepoint, so that the test's own transaction outlives the refusal.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


@pytest.fixture
def entry(db):
    """An entry, under the guard as it is in production: TRUNCATE refused too."""
    entry = an_entry()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(
        "ALTER TABLE journal_journalentry ENABLE ALWAYS TRIGGER journal_no_truncate"
    )
    return entry


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_every_change(entry, change):
    with pytest.raises(ProgrammingError, match=f"append-only: {change} refused"):
        execute(CHANGES[change])

    assert list(JournalEntry.objects.values_list("pk", "verb")) == [
        (entry.pk, "submit")
    ]


@pytest.mark.parametrize("change", CHANGES)
def test_a_replicating_session_is_refused_too(entry, change):
    execute("SET LOCAL session_replication_role = replica")

    with pytest.raises(ProgrammingError, match=f"append-only: {change} refused"):
        execute(CHANGES[change])

    assert JournalEntry.objects.count() == 1


def test_the_models_own_methods_are_refused(entry):
    entry.verb = "forged"

    with pytest.raises(ProgrammingError), transaction.atomic():
        entry.save()
    with pytest.raises(ProgrammingError), transaction.atomic():
        entry.delete()
    with pytest.raises(ProgrammingError), transaction.atomic():
        JournalEntry.objects.update(verb="forged")

    entry.refresh_from_db()
    assert entry.verb == "submit"


@pytest.mark.skipif(not shutil.which("psql"), reason="psql is not installed")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["UPDATE", "DELETE"])
def test_psql_is_refused(change):
    entry = an_entry()
    database = connection.settings_dict
    command = ["psql", "-X", "-d", database["NAME"], "-c", CHANGES[change]]
    for option, key in (("-h", "HOST"), ("-p", "PORT"), ("-U", "USER")):
        if database[key]:
            command += [option, str(database[key])]

    done = subprocess.run(  # noqa: S603
        command,
        env=os.environ | {"PGPASSWORD": database["PASSWORD"]},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, f"append-only: {change} refused" in done.stderr) == (
        1,
        True,
    )
    assert JournalEntry.objects.get().verb == entry.verb


def test_disposal_takes_only_what_is_older_than_ten_years(entry):
    now = timezone.now()
    user = entry.actor
    old = JournalEntry.objects.create(
        verb="submit", about=user, actor=user, at=now - timedelta(days=11 * 366)
    )
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    gone = execute("SELECT journal_dispose(now() - interval '10 years 1 day')")

    assert gone == [(1,)]
    assert list(JournalEntry.objects.all()) == [entry]
    assert not JournalEntry.objects.filter(pk=old.pk).exists()
    with pytest.raises(ProgrammingError, match="append-only: DELETE refused"):
        execute(CHANGES["DELETE"])


def test_disposal_of_younger_entries_is_refused(entry):
    with pytest.raises(ProgrammingError, match="younger than ten years"):
        execute("SELECT journal_dispose(now() - interval '9 years')")

    assert JournalEntry.objects.count() == 1


def test_an_entry_says_what_by_whom_on_whose_behalf_and_when(db):
    user = User.objects.create_user("kari@example.org")
    other = User.objects.create_user("ola@example.org")
    before = datetime.now(UTC)

    entry = JournalEntry.record(
        "decide", about=other, by=Actor(user, other), amount=None, pot=3, code="nei"
    )

    entry.refresh_from_db()
    assert (entry.verb, entry.about, entry.actor, entry.on_behalf_of) == (
        "decide",
        other,
        user,
        other,
    )
    assert entry.facts == {"amount": None, "pot": 3, "code": "nei"}
    assert before <= entry.at <= datetime.now(UTC)
    assert list(JournalEntry.objects.about(other)) == [entry]
    assert list(JournalEntry.objects.about(user)) == []


def test_the_portals_own_jobs_have_no_user(db):
    user = User.objects.create_user("kari@example.org")

    entry = JournalEntry.record("remind", about=user, by=Actor.system())

    assert (entry.actor, entry.on_behalf_of) == (None, None)
