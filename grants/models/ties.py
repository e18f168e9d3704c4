"""What may tie staff to those who apply: their own word, and the register's boards."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from grants import numbers
from grants.models.applications import Application
from grants.models.organisations import Organisation
from grants.models.states import WITH_STAFF
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry


class TieQuerySet(models.QuerySet):
    def in_force(self, day):
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_to=None) | Q(valid_to__gte=day),
        )

    def own(self, user):
        """The person's. Whoever rules on them reads only what `hints` finds in them."""
        return self.filter(user=user)


class Tie(models.Model):
    """A standing tie (binding) that a member of staff has told of.

    Only for hints: it hides nothing. Gone when the person leaves the staff, by a
    trigger on the table of users (see the migration).
    """

    class Kind(models.TextChoices):
        BOARD = "board", "verv"
        EMPLOYMENT = "employment", "jobb eller oppdrag"
        OWNERSHIP = "ownership", "eierskap"
        FAMILY = "family", "familie eller nær slekt"
        STREET = "street", "der jeg bor"
        OTHER = "other", "noe annet"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="ties"
    )
    kind = models.CharField("slag", max_length=10, choices=Kind)
    organisation_name = models.CharField("organisasjon", max_length=200, blank=True)
    orgnr = models.CharField(
        "organisasjonsnummer",
        max_length=9,
        blank=True,
        validators=[numbers.valid_orgnr],
    )
    person_name = models.CharField("person", max_length=120, blank=True)
    street = models.CharField("gate eller vei", max_length=120, blank=True)
    note = models.CharField("mer om bindingen", max_length=300, blank=True)
    valid_from = models.DateField("fra og med", null=True, blank=True)
    valid_to = models.DateField("til og med", null=True, blank=True)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TieQuerySet.as_manager()

    class Meta:
        verbose_name = "binding"
        verbose_name_plural = "bindinger"
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                name="tie_is_to_something",
                condition=~Q(organisation_name="", orgnr="", person_name="", street=""),
                violation_error_message="Skriv en organisasjon, en person eller en "
                "gate.",
            ),
            models.CheckConstraint(
                name="tie_ends_after_it_starts",
                condition=Q(valid_from=None)
                | Q(valid_to=None)
                | Q(valid_to__gte=F("valid_from")),
                violation_error_message="Siste dag kan ikke være før første dag.",
            ),
        ]

    def __str__(self):
        to = self.organisation_name or self.person_name or self.street or self.orgnr
        return f"{self.get_kind_display()}: {to}"

    @transaction.atomic
    def keep(self, *, by):
        """Store what the person tells of themself."""
        if self.user_id != by.user.pk or not (by.user.is_active and by.user.is_staff):
            raise Refused("Bare du selv kan skrive bindingene dine.")
        self.save()
        # Neither what it is nor to whom: the journal is kept when ties are not.
        JournalEntry.record("ties_changed", about=by.user, by=by)

    @transaction.atomic
    def remove(self, *, by):
        if not Tie.objects.own(by.user).filter(pk=self.pk).delete()[0]:
            return
        JournalEntry.record("ties_changed", about=by.user, by=by)


class BoardMemberQuerySet(models.QuerySet):
    def stale(self):
        """Those of organisations without a case that is treated now."""
        return self.filter(~Exists(being_treated(OuterRef("organisation"))))


class BoardMember(models.Model):
    """One with a role in an organisation, as the register last said.

    Kept while a case of the organisation is treated, to hint at impartiality.
    """

    AGE = timedelta(days=30)

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="board"
    )
    title = models.CharField("rolle", max_length=80)
    name = models.CharField("navn", max_length=200)

    objects = BoardMemberQuerySet.as_manager()

    class Meta:
        verbose_name = "rolle i Enhetsregisteret"
        verbose_name_plural = "roller i Enhetsregisteret"
        ordering = ["organisation", "pk"]

    def __str__(self):
        return f"{self.name} ({self.title.lower()})"

    @classmethod
    @transaction.atomic
    def replace(cls, organisation, roles, *, now):
        """Store who has a role by the register: `roles` as `registers.roles` gives."""
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        cls.objects.filter(organisation=organisation).delete()
        cls.objects.bulk_create(
            cls(organisation=organisation, title=role.title[:80], name=role.name[:200])
            for role in roles
            if role.name
        )
        Organisation.objects.filter(pk=organisation.pk).update(board_read_at=now)

    @staticmethod
    def to_read(now):
        """Organisations with a case at hand whose board is unread, or read long ago."""
        old = Q(board_read_at=None) | Q(board_read_at__lt=now - BoardMember.AGE)
        treated = Exists(being_treated(OuterRef("pk")))
        return Organisation.objects.filter(old, treated).order_by("board_read_at", "pk")


def being_treated(organisation):
    """The cases with us of an organisation (its key, or a reference to it)."""
    return Application.objects.filter(
        applicant__organisation=organisation, state__in=WITH_STAFF
    )
