import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from areas.dates import day_field, precision_field, time_span
from areas.fields import slug_field
from areas.models.facts import Fact
from areas.models.places import District
from areas.models.programme import Area


@pghistory.track()
class Funder(Fact):
    """A source of money for the programme."""

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("kommune")
        STATE = "state", _("stat")
        FOUNDATION = "foundation", _("stiftelse")
        OTHER = "other", _("annet")

    slug = slug_field(unique=True)
    name = models.CharField("navn", max_length=120, unique=True)
    kind = models.CharField("slag", max_length=12, choices=Kind)

    class Meta:
        verbose_name = "finansieringskilde"
        verbose_name_plural = "finansieringskilder"
        ordering = ["name"]

    def __str__(self):
        return self.name


@pghistory.track()
class Agreement(Fact):
    """An agreement with the state about one or more areas."""

    slug = slug_field(unique=True)
    title = models.CharField("tittel", max_length=200)
    funders = models.ManyToManyField(
        Funder, verbose_name="parter", related_name="agreements"
    )
    areas = models.ManyToManyField(
        Area, verbose_name="områder", related_name="agreements"
    )
    signed_on = day_field("undertegnet")
    signed_precision = precision_field("undertegnet")
    starts_on = day_field("gjelder fra")
    starts_precision = precision_field("gjelder fra")
    ends_on = day_field("gjelder til og med")
    ends_precision = precision_field("gjelder til og med")
    description = models.TextField("beskrivelse", blank=True)

    class Meta:
        verbose_name = "avtale"
        verbose_name_plural = "avtaler"
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on"))
                | Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True),
                violation_error_message="Slutten kan ikke være før starten.",
            )
        ]

    def __str__(self):
        return self.title

    def ends_within(self, time, day):
        """It is in force on the day and ends before the time has passed."""
        return self.ends_on is not None and day <= self.ends_on < day + time

    @property
    def span(self):
        return time_span(
            self.starts_on, self.starts_precision, self.ends_on, self.ends_precision
        )


class Appropriation(Fact):
    """A sum in kroner for one year or period; `proposed` is not money received."""

    class Kind(models.TextChoices):
        GRANTED = "granted", _("bevilget")
        PROPOSED = "proposed", _("foreslått")

    class Qualifier(models.TextChoices):
        EXACT = "=", _("nøyaktig")
        UP_TO = "up_to", _("opptil")

    year = models.PositiveSmallIntegerField("år")
    year_to = models.PositiveSmallIntegerField("til og med år", null=True, blank=True)
    funder = models.ForeignKey(
        Funder,
        verbose_name="finansieringskilde",
        on_delete=models.PROTECT,
        related_name="appropriations",
    )
    areas = models.ManyToManyField(
        Area, verbose_name="områder", blank=True, related_name="appropriations"
    )
    district = models.ForeignKey(
        District,
        verbose_name="bydel",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appropriations",
    )
    amount = models.DecimalField("beløp", max_digits=14, decimal_places=2)
    qualifier = models.CharField(
        "beløpet er", max_length=5, choices=Qualifier, default=Qualifier.EXACT
    )
    kind = models.CharField("slag", max_length=8, choices=Kind)
    purpose = models.CharField("formål", max_length=300)

    class Meta:
        verbose_name = "bevilgning"
        verbose_name_plural = "bevilgninger"
        ordering = ["-year", "pk"]
        constraints = [
            models.CheckConstraint(
                name="appropriation_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message="Beløpet må være over null.",
            ),
            models.CheckConstraint(
                name="appropriation_years_in_order",
                condition=Q(year_to__gte=F("year")) | Q(year_to__isnull=True),
                violation_error_message="Siste år kan ikke være før det første.",
            ),
        ]

    def __str__(self):
        return f"{self.funder} {self.years}"

    @property
    def years(self):
        return f"{self.year}–{self.year_to}" if self.year_to else str(self.year)

    @property
    def is_proposed(self):
        return self.kind == self.Kind.PROPOSED

    @property
    def is_upper_bound(self):
        return self.qualifier == self.Qualifier.UP_TO
