import pghistory
from django.db import models
from django.db.models import F, Q

from areas.dates import day_field, precision_field, time_span
from areas.fields import slug_field
from areas.models.facts import Fact
from areas.models.programme import Area


@pghistory.track()
class Body(Fact):
    """A political or administrative body and what it does in the programme."""

    slug = slug_field(unique=True)
    name = models.CharField("navn", max_length=120, unique=True)
    role = models.TextField("oppgave", blank=True)

    class Meta:
        verbose_name = "organ"
        verbose_name_plural = "organer"
        ordering = ["pk"]

    def __str__(self):
        return self.name


@pghistory.track()
class PoliticalCase(Fact):
    """A case that a political body has treated."""

    slug = slug_field(unique=True)
    case_number = models.CharField("saksnummer", max_length=20, blank=True)
    title = models.CharField("tittel", max_length=200)
    body = models.ForeignKey(
        Body, verbose_name="organ", on_delete=models.PROTECT, related_name="cases"
    )
    decided_on = day_field("behandlet")
    decided_precision = precision_field("behandlet")
    areas = models.ManyToManyField(
        Area,
        verbose_name="områder",
        blank=True,
        related_name="political_cases",
        help_text="Tomt: saken gjelder hele områdesatsingen.",
    )
    summary = models.TextField("sammendrag", blank=True)

    class Meta:
        verbose_name = "politisk sak"
        verbose_name_plural = "politiske saker"
        ordering = [F("decided_on").desc(nulls_last=True), "pk"]

    def __str__(self):
        return self.title


@pghistory.track()
class Department(Fact):
    """The byrådsavdeling that had the programme in a period."""

    name = models.CharField("navn", max_length=160, unique=True)
    starts_on = day_field("fra")
    starts_precision = precision_field("fra")
    ends_on = day_field("til og med")
    ends_precision = precision_field("til og med")
    is_approximate = models.BooleanField(
        "omtrentlig", default=False, help_text="Årene sier bare når navnet er sett."
    )

    class Meta:
        verbose_name = "byrådsavdeling"
        verbose_name_plural = "byrådsavdelinger"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="department_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on"))
                | Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True),
                violation_error_message="Slutten kan ikke være før starten.",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def span(self):
        return time_span(
            self.starts_on, self.starts_precision, self.ends_on, self.ends_precision
        )
