from datetime import timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import IntegrityError, models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager):
    """Finds and makes users by e-mail address, whatever its case."""

    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).strip().lower(), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def for_code(self, email):
        """The user who may log in with a code at this address, or None.

        An address that nobody has gets an account, empty until the code is used.
        """
        try:
            user, _made = self.get_or_create(
                email=email,
                defaults={
                    "password": make_password(None),
                    "language": (get_language() or "nb")[:2],
                },
            )
        except IntegrityError:  # not an address we can keep
            return None
        return user if user.is_active and not user.is_staff else None

    def with_password(self):
        """Those who log in with a password, or may choose one: employees."""
        return self.filter(is_active=True).filter(
            Q(is_staff=True) | ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        )

    def never_used(self, now):
        """Accounts of addresses that asked for a code and never used it.

        A day old, and nothing points at them: not a row of any table, nor the journal.
        """
        unused = self.filter(
            last_login=None,
            is_staff=False,
            date_joined__lt=now - timedelta(hours=24),
            password__startswith=UNUSABLE_PASSWORD_PREFIX,
        )
        for field in User._meta.get_fields(include_hidden=True):
            # A proxy is no table of its own: pghistory's view of all events.
            if not field.one_to_many or field.related_model._meta.proxy:
                continue
            rows = field.related_model._base_manager
            points_here = rows.filter(**{field.field.name: OuterRef("pk")})
            unused = unused.exclude(Exists(points_here))
        return unused

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can log in.

    Once used never deleted, only anonymised: the journal points here.
    """

    email = models.EmailField(
        _("e-postadresse"),
        unique=True,
        error_messages={"unique": _("Det finnes alt en bruker med denne adressen.")},
    )
    name = models.CharField(_("navn"), max_length=120, blank=True)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    language = models.CharField(
        _("språk"),
        max_length=2,
        choices=[("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")],
        default="nb",
    )
    one_digest = models.BooleanField(
        _("én e-post om dagen i stedet for én for hver melding"), default=False
    )
    is_active = models.BooleanField("kan logge inn", default=True)
    is_staff = models.BooleanField("ansatt", default=False)
    date_joined = models.DateTimeField("opprettet", default=timezone.now)
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = "bruker"
        verbose_name_plural = "brukere"
        ordering = ["email"]
        constraints = [
            # Together with the unique index: one address, one user, whatever the case.
            models.CheckConstraint(
                name="user_email_is_lower_case",
                condition=models.Q(email=Lower("email")),
            ),
        ]

    def __str__(self):
        return self.name or self.email

    def clean(self):
        super().clean()
        self.email = self.email.strip().lower()

    def get_full_name(self):
        return str(self)

    def anonymise(self, *, now):
        """Take away who this is; the row stays, for the journal points at it."""
        self.parked.all().delete()
        # allauth keeps the address in a row of its own.
        self.emailaddress_set.all().delete()
        self.email = f"slettet-{self.pk}@bruker.invalid"
        self.name = self.phone = ""
        self.set_unusable_password()
        self.is_active = False
        self.anonymised_at = now
        self.save()

    def has_role(self, role):
        """Whether the user is in the group of that name (see `omradesatsing.roles`)."""
        return self.is_active and role in self.role_names

    @property
    def role_names(self):
        # Asked many times on a staff page; read once per user object.
        if not hasattr(self, "_role_names"):
            self._role_names = frozenset(self.groups.values_list("name", flat=True))
        return self._role_names

    def may_be(self, other):
        """Whether two accounts may be one person: the same name, or the same mailbox.

        What comes after a plus in an address is the same mailbox.
        """
        if self.pk == other.pk:
            return True
        names = [user.name.casefold().split() for user in (self, other)]
        same_name = names[0] == names[1] != []
        return same_name or mailbox_of(self.email) == mailbox_of(other.email)

    def leader_on(self, day):
        """The user's nearest leader on a day, or None."""
        row = self.reports_to.in_force(day).select_related("leader").first()
        return row and row.leader


def mailbox_of(email):
    """The address without what comes after a plus."""
    local, _at, domain = email.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


class ReportsToQuerySet(models.QuerySet):
    def in_force(self, day):
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class ReportsTo(models.Model):
    """Who is somebody's nearest leader, from day to day: one at a time."""

    user = models.ForeignKey(
        User,
        verbose_name="medarbeider",
        on_delete=models.PROTECT,
        related_name="reports_to",
    )
    leader = models.ForeignKey(
        User,
        verbose_name="nærmeste leder",
        on_delete=models.PROTECT,
        related_name="leads",
    )
    valid_from = models.DateField("fra og med")
    valid_to = models.DateField("til og med", null=True, blank=True)

    objects = ReportsToQuerySet.as_manager()

    class Meta:
        verbose_name = "nærmeste leder"
        verbose_name_plural = "nærmeste leder"
        ordering = ["user", "valid_from"]
        constraints = [
            # The user's id becomes a range too, so that no extension is needed.
            ExclusionConstraint(
                name="reports_to_one_leader_a_day",
                expressions=[
                    (
                        Func(F("user"), F("user"), Value("[]"), function="int8range"),
                        "&&",
                    ),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="daterange",
                        ),
                        "&&",
                    ),
                ],
                violation_error_message="Medarbeideren har alt en leder i disse "
                "dagene. Skriv en siste dag for den først.",
            ),
            models.CheckConstraint(
                name="reports_to_someone_else",
                condition=~Q(user=F("leader")),
                violation_error_message="Ingen er sin egen leder.",
            ),
            models.CheckConstraint(
                name="reports_to_ends_after_it_starts",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="Siste dag kan ikke være før første dag.",
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.leader}"


class ParkedPostQuerySet(models.QuerySet):
    def fresh(self, now):
        return self.filter(parked_at__gt=now - ParkedPost.KEPT_FOR)

    def stale(self, now):
        return self.filter(parked_at__lte=now - ParkedPost.KEPT_FOR)

    def kept_for(self, user, path, now):
        """The newest fields that this user, and nobody else, lost at this address."""
        return self.fresh(now).filter(owner=user, path=path).order_by("-parked_at")


class ParkedPost(models.Model):
    """What someone typed in a form that was sent after the log-in had ended.

    Given back only to the person who opened the form; gone after a day.
    """

    KEPT_FOR = timedelta(hours=24)
    MAX_BYTES = 100_000
    MAX_KEPT = 50  # per person

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="parked")
    path = models.CharField(max_length=300)
    fields = models.JSONField(help_text="Field name to list of values, as posted.")
    parked_at = models.DateTimeField(default=timezone.now)

    objects = ParkedPostQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "path", "-parked_at"])]

    def __str__(self):
        return self.path
