"""What the registers said of an organisation when it applied."""

from django.db import models

from grants.models.organisations import STAFF_WORDS, Standing
from omradesatsing.ui.templatetags.ui import date_no

# What is kept, as staff read it.
KEPT = {
    "name": "Navn",
    "standing": "Status",
    "form": "Organisasjonsform",
    "address": "Adresse",
    "postal_code": "Postnummer",
    "city": "Poststed",
    "in_voluntary_register": "Frivillighetsregisteret",
    "deleted_on": "Slettet",
}


class RegisterFacts(models.Model):
    """A copy of an Organisation's facts, made when the case was sent; never changed.

    `checked_at` is when the registers had said it; empty when nobody had asked them.
    """

    application = models.OneToOneField(
        "grants.Application", on_delete=models.PROTECT, related_name="register_facts"
    )
    name = models.CharField("navn", max_length=200)
    standing = models.CharField(max_length=20, choices=Standing)
    form = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=4, blank=True)
    city = models.CharField(max_length=80, blank=True)
    in_voluntary_register = models.BooleanField(null=True)
    deleted_on = models.DateField(null=True)
    checked_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = "registerfakta ved søknaden"
        verbose_name_plural = "registerfakta ved søknaden"

    def __str__(self):
        return self.name

    @classmethod
    def keep(cls, application, *, now):
        """Keep what is known of the case's organisation, if it has one; in a verb."""
        organisation = application.applicant.organisation
        if organisation is None:
            return
        facts = {name: getattr(organisation, name) for name in KEPT}
        cls.objects.create(
            application=application,
            checked_at=organisation.checked_at,
            kept_at=now,
            **facts,
        )

    def changes(self, organisation):
        """[(what, then, now)] of what the registers say otherwise today."""
        return [
            (label, in_words(name, then), in_words(name, now))
            for name, label in KEPT.items()
            if (then := getattr(self, name)) != (now := getattr(organisation, name))
        ]


def in_words(name, value):
    if name == "standing":
        return STAFF_WORDS[value]
    if name == "in_voluntary_register":
        return {True: "registrert", False: "ikke registrert", None: "ikke kjent"}[value]
    if name == "deleted_on":
        return date_no(value) if value else "nei"
    return value or "ikke kjent"
