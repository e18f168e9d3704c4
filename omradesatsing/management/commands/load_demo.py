from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from omradesatsing.loading.demo import load_demo


class Command(BaseCommand):
    help = "Lager oppdiktede personer, utlysninger og saker. Bare i demoen."

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError("Demodata lastes bare når DEMO=1.")
        for line in load_demo(timezone.now()):
            self.stdout.write(line)
