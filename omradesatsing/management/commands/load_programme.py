from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from omradesatsing.loading.keeper import CHANGED, NEW, UNCHANGED
from omradesatsing.loading.programme import load_programme
from omradesatsing.loading.sheets import BadRow


class Command(BaseCommand):
    help = "Laster fakta om områdesatsingen. Trygt å kjøre igjen."

    @transaction.atomic
    def handle(self, *args, **options):
        try:
            keeper = load_programme(timezone.now())
        except BadRow as error:
            raise CommandError(f"{error} Ingenting er lagret.") from error
        for model, counts in keeper.counts.items():
            numbers = ", ".join(f"{counts[what]} {what}" for what in SHOWN)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {numbers}")
        for line in keeper.left + keeper.missing():
            self.stdout.write(line)


SHOWN = [NEW, CHANGED, UNCHANGED]
