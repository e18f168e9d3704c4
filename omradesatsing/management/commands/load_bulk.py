from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from areas.models import Area
from omradesatsing.loading.bulk import load_bulk

MOST = 200_000


class Command(BaseCommand):
    help = "Lager mange oppdiktede saker, til å måle med. Bare i demoen."

    def add_arguments(self, parser):
        parser.add_argument("--applications", type=int, default=1_000)

    def handle(self, *args, applications, **options):
        if not settings.DEMO:
            raise CommandError("Oppdiktede saker lages bare når DEMO=1.")
        if not 1 <= applications <= MOST:
            raise CommandError(f"Fra 1 til {MOST} saker.")
        if not Area.objects.exists():
            raise CommandError("Kjør load_programme først: sakene trenger områder.")
        for line in load_bulk(applications, now=timezone.now()):
            self.stdout.write(line)
