from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from grants.imports import COLUMNS, BadFile, import_awards
from grants.models import Round
from omradesatsing.accounts.actors import Actor


class Command(BaseCommand):
    help = (
        "Henter tildelinger til en utlysning som har skjemaet sitt et annet sted, fra "
        f"en CSV-fil med kolonnene {', '.join(COLUMNS)}. Alt eller ingenting."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--round", required=True, help="Utlysningens adresse.")
        parser.add_argument("--dry-run", action="store_true", help="Bare kontroller.")

    def handle(self, *, file, round, dry_run, **options):
        try:
            found = Round.objects.get(slug=round)
            text = file.read_text(encoding="utf-8-sig")
        except Round.DoesNotExist:
            raise CommandError(f"Det finnes ingen utlysning «{round}».") from None
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Filen kan ikke leses: {error}") from error
        try:
            with transaction.atomic():
                new, changed = import_awards(
                    text, round=found, by=Actor.system(), now=timezone.now()
                )
                transaction.set_rollback(dry_run)
        except BadFile as error:
            raise CommandError(f"{error}\nIngenting er lagret.") from error
        kept = "Ingenting er lagret (--dry-run)." if dry_run else "Lagret."
        self.stdout.write(f"{new} nye, {changed} skrevet på nytt. {kept}")
