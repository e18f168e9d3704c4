"""Let rounds close later for everyone, as when the portal was down near the closing.

    manage.py extend_round <slug>… --until "2027-01-16 12:00" --reason "…"
    manage.py extend_round <slug>… --down-from "…" --down-to "…" --reason "…"

Times without an offset are Norwegian. Running it again changes nothing. Those who have
begun, and those who follow the round, are told by a job.
"""

from datetime import datetime

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from grants.models import Round
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import deadline


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("slugs", nargs="+", metavar="slug")
        parser.add_argument("--until", type=instant, help="Det første som er for sent.")
        parser.add_argument("--down-from", type=instant)
        parser.add_argument("--down-to", type=instant)
        parser.add_argument("--reason", required=True)

    @transaction.atomic
    def handle(self, *, slugs, until, down_from, down_to, reason, **options):
        outage = down_from is not None and down_to is not None
        if outage == (until is not None) or (down_from is None) != (down_to is None):
            raise CommandError("Gi enten --until, eller både --down-from og --down-to.")
        rounds = list(Round.objects.filter(slug__in=slugs).order_by("pk"))
        unknown = set(slugs) - {round.slug for round in rounds}
        if unknown:
            raise CommandError(f"Ukjent utlysning: {', '.join(sorted(unknown))}")
        by = Actor.system()
        for round in rounds:
            try:
                if outage:
                    round.make_up_for_downtime(
                        down_from, down_to, by=by, now=timezone.now(), reason=reason
                    )
                else:
                    round.extend(until, by=by, reason=reason)
            except Refused as refused:
                # All or none: those before it are rolled back.
                raise CommandError(f"{round.slug}: {refused}") from refused
            self.stdout.write(f"{round.slug}: {deadline(round.closes_at)}")


def instant(text):
    """An instant, from ISO 8601; a time that Norway's clocks show twice is refused."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None:
        return found
    early, late = (timezone.make_aware(found.replace(fold=fold)) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        raise ValueError("Klokken er stilt da. Skriv tiden med +01:00 eller +02:00.")
    return early
