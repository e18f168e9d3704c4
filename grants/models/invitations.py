"""Letting others in: as a member of an applicant, or as a helper in one case."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.models.applicants import Applicant


def invitation_key():
    return secrets.token_urlsafe(24)


class InvitationQuerySet(models.QuerySet):
    def open_at(self, now):
        return self.filter(answered_at=None, taken_back_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A letter to an e-mail address: come in as a member, a helper, the answerable.

    Gives nothing until the one who owns the address logs in and says yes.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", _("bli medlem")
        HELPER = "helper", _("hjelpe med en søknad")
        CONFIRM = "confirm", _("bekrefte en søknad som noen har hjulpet deg med")
        ANSWERABLE = "answerable", _("svare for pengene til en gruppe")

    LIVES = timedelta(days=14)

    key = models.CharField(
        max_length=40, unique=True, default=invitation_key, editable=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    applicant = models.ForeignKey(
        Applicant, on_delete=models.CASCADE, related_name="invitations"
    )
    application = models.ForeignKey(
        "grants.Application",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="invitations",
    )
    email = models.EmailField(_("e-postadresse"))
    as_contact = models.BooleanField(_("skal være kontaktperson"), default=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    accepted = models.BooleanField(null=True, editable=False)
    taken_back_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitasjon"
        verbose_name_plural = "invitasjoner"
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="invitation_open_once",
                fields=["kind", "applicant", "application", "email"],
                condition=Q(answered_at=None, taken_back_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="invitation_of_a_case_names_it",
                condition=~Q(kind__in=["helper", "confirm"])
                | Q(application__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.email}"


class HelperQuerySet(models.QuerySet):
    def active(self):
        return self.filter(ended_at=None)


class Helper(models.Model):
    """Someone who helps the applicant write one case; named in it for good.

    Whoever helped is conflicted in the case ever after (see `visible_to`).
    """

    class Role(models.TextChoices):
        NEIGHBOUR = "neighbour", _("nabo, venn eller familie")
        LIBRARY = "library", _("bibliotek eller innbyggertorg")
        COORDINATOR = "coordinator", _("områdekoordinator")
        OTHER = "other", _("annet")

    application = models.ForeignKey(
        "grants.Application", on_delete=models.CASCADE, related_name="helpers"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="helps_with"
    )
    role = models.CharField(_("hvem hjelper"), max_length=20, choices=Role)
    name = models.CharField(_("navn"), max_length=120)
    typed = models.BooleanField(
        default=False, help_text="Whether the helper writes for the applicant."
    )
    since = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = HelperQuerySet.as_manager()

    class Meta:
        verbose_name = "hjelper"
        verbose_name_plural = "hjelpere"
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(name="helper_once", fields=["application", "user"]),
        ]

    def __str__(self):
        return self.name
