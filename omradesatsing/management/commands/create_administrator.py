import sys
from getpass import getpass

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.accounts.roles import ADMINISTRATOR
from omradesatsing.journal.models import JournalEntry


class Command(BaseCommand):
    help = (
        "Makes the first administrator: an employee who may do everything and let"
        " others in. Someone who has an account already is made one."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="Read the password from standard input instead of asking.",
        )

    def handle(self, *, email, password_stdin, **options):
        email = email.strip().lower()
        user = User.objects.filter(email=email).first() or User(email=email)
        if password_stdin:
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = getpass("Passord: ")
            if getpass("Passord en gang til: ") != password:
                raise CommandError("Passordene er ikke like.")
        try:
            validate_email(email)
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        make_administrator(user, password)
        self.stdout.write(f"{email} er administrator og logger inn med passord.")


@transaction.atomic
def make_administrator(user, password):
    user.is_active = user.is_staff = user.is_superuser = True
    user.set_password(password)
    user.save()
    user.groups.add(Group.objects.get(name=ADMINISTRATOR))
    JournalEntry.record("create_administrator", about=user, by=Actor.system())
