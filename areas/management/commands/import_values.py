from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from areas.figures.importing import carry_out, publish
from areas.figures.plans import plan_import
from areas.figures.sheets import BadSheet, read_sheet
from areas.models import Edition
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused


class Command(BaseCommand):
    help = (
        "Leser tall fra CSV eller XLSX inn i en utgave. Hver feil sies med rad og "
        "kolonne. Alt eller ingenting."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--edition", required=True, help="Utgavens adresse.")
        parser.add_argument("--reason", default="", help="For en publisert utgave.")
        parser.add_argument("--dry-run", action="store_true", help="Bare kontroller.")
        parser.add_argument("--publish", action="store_true", help="Publiser etterpå.")

    def handle(self, *, file, edition, reason, dry_run, **options):
        try:
            found = Edition.objects.select_related("division").get(slug=edition)
            sheet = read_sheet(file.name, file.read_bytes())
        except Edition.DoesNotExist:
            raise CommandError(f"Det finnes ingen utgave «{edition}».") from None
        except OSError as error:
            raise CommandError(f"Filen kan ikke leses: {error}") from error
        except BadSheet as error:
            raise CommandError(str(error)) from error
        plan = plan_import(found, sheet)
        if plan.problems:
            lines = "\n".join(str(problem) for problem in plan.problems)
            raise CommandError(f"{lines}\nIngenting er lagret.")
        self.stdout.write(
            f"{len(plan.new)} nye, {len(plan.changed)} endret, "
            f"{plan.unchanged} uendret."
        )
        if dry_run:
            self.stdout.write("Ingenting er lagret (--dry-run).")
            return
        by, now = Actor.system(), timezone.now()
        try:
            if plan.is_possible:
                carry_out(found, sheet, by=by, now=now, reason=reason)
            if options["publish"]:
                publish(found, by=by, now=now)
        except Refused as error:
            raise CommandError(f"{error} Ingenting er lagret.") from error
        self.stdout.write("Lagret.")
