from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from areas.figures.sheets import BadSheet, read_sheet
from areas.models import Division
from areas.zone_import import carry_out_zones, plan_zones
from omradesatsing.accounts.actors import Actor


class Command(BaseCommand):
    help = (
        "Leser soner, og grunnkretsene i dem, fra CSV eller XLSX inn i en inndeling. "
        "Hver feil sies med rad og kolonne. Alt eller ingenting."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--division", required=True, help="Inndelingens adresse.")
        parser.add_argument("--dry-run", action="store_true", help="Bare kontroller.")

    def handle(self, *, file, division, dry_run, **options):
        try:
            found = Division.objects.get(slug=division)
            sheet = read_sheet(file.name, file.read_bytes())
        except Division.DoesNotExist:
            raise CommandError(f"Det finnes ingen inndeling «{division}».") from None
        except OSError as error:
            raise CommandError(f"Filen kan ikke leses: {error}") from error
        except BadSheet as error:
            raise CommandError(str(error)) from error
        plan = plan_zones(found, sheet)
        if plan.problems:
            lines = "\n".join(str(problem) for problem in plan.problems)
            raise CommandError(f"{lines}\nIngenting er lagret.")
        self.stdout.write(
            f"{len(plan.new)} nye, {len(plan.changed)} endret, "
            f"{plan.unchanged} uendret."
        )
        if dry_run:
            self.stdout.write("Ingenting er lagret (--dry-run).")
        elif plan.is_possible:
            carry_out_zones(found, sheet, by=Actor.system(), now=timezone.now())
            self.stdout.write("Lagret.")
