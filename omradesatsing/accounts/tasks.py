"""What the worker tidies up after people who came and went."""

from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from omradesatsing.accounts.models import ParkedPost, User
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


@app.periodic(cron="11 * * * *")
@app.task(name="accounts.tidy_up", queueing_lock="tidy_up")
def tidy_up(timestamp):
    now = timezone.now()
    ParkedPost.objects.stale(now).delete()
    remove_never_used(now)
    SessionStore.clear_expired()


@transaction.atomic
def remove_never_used(now):
    """Delete accounts that a request for a code made, and nobody ever used."""
    kind = ContentType.objects.get_for_model(User)
    unused = User.objects.never_used(now)
    for model in (JournalEntry, Notice):
        spoken_of = model.objects.filter(about_type=kind).values("about_id")
        unused = unused.exclude(pk__in=spoken_of)
    # Locked: whoever is just now using a code is waited for, and then no longer unused.
    for user in unused.select_for_update(skip_locked=True):
        user.delete()
