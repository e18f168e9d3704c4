from datetime import timedelta

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.dates import day_field, precision_field, time_span
from areas.fields import norwegian_key, search_column, slug_field, slug_is_free
from areas.models.facts import Fact, PublishedQuerySet
from areas.models.places import District, Zone
from areas.wording import no_labels


def no_overlap(name, owners, message):
    """A constraint: rows of the same owners never cover the same day.

    An owner's id becomes a range too, so that no extension is needed.
    """
    same = [
        (Func(F(owner), F(owner), Value("[]"), function="int8range"), "&&")
        for owner in owners
    ]
    days = Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange")
    return ExclusionConstraint(
        name=name,
        expressions=[*same, (days, "&&")],
        violation_error_message=message,
    )


def ends_after_start(name):
    return models.CheckConstraint(
        name=name,
        condition=Q(ends_on__gte=F("starts_on")) | Q(ends_on__isnull=True),
        violation_error_message="Slutten kan ikke være før starten.",
    )


def in_force(day):
    """Rows with `starts_on` and `ends_on` that cover the day; an open end is open."""
    return (Q(starts_on__lte=day) | Q(starts_on__isnull=True)) & (
        Q(ends_on__gte=day) | Q(ends_on__isnull=True)
    )


@pghistory.track()
class Theme(Fact):
    """What a measure is about."""

    slug = slug_field(unique=True)
    name = models.CharField("navn", max_length=80, unique=True)
    description = models.TextField("beskrivelse", blank=True)

    class Meta:
        verbose_name = "tema"
        verbose_name_plural = "temaer"
        ordering = ["pk"]

    def __str__(self):
        return self.name


@pghistory.track()
class Effort(Fact):
    """Areas that are run as one: one set of goals, coordinators and pot."""

    slug = slug_field(unique=True)
    name = models.CharField("navn", max_length=80, unique=True)
    starts_on = day_field("fra")
    starts_precision = precision_field("fra")

    class Meta:
        verbose_name = "felles satsing"
        verbose_name_plural = "felles satsinger"
        ordering = ["name"]

    def __str__(self):
        return self.name


class AreaQuerySet(PublishedQuerySet):
    def active_on(self, day):
        """Areas with a phase that is carried out on the day."""
        phases = AreaPhase.objects.filter(
            in_force(day), area=OuterRef("pk"), status__in=AreaPhase.CARRIED_OUT
        )
        return self.filter(Exists(phases))

    def with_span(self):
        """Adds when the effort began and ended, each with its precision."""
        phases = AreaPhase.objects.filter(
            area=OuterRef("pk"), status__in=AreaPhase.CARRIED_OUT
        )
        first = phases.order_by("starts_on")
        last = phases.order_by(F("ends_on").desc(nulls_first=True))
        return self.annotate(
            began_on=Subquery(first.values("starts_on")[:1]),
            began_precision=Subquery(first.values("starts_precision")[:1]),
            ended_on=Subquery(last.values("ends_on")[:1]),
            ended_precision=Subquery(last.values("ends_precision")[:1]),
        )

    def with_status(self, day):
        """Adds `status`: the phase in force on the day, or None."""
        phase = AreaPhase.objects.filter(in_force(day), area=OuterRef("pk"))
        return self.annotate(status=Subquery(phase.values("status")[:1]))

    def by_name(self):
        return self.order_by("name_key", "pk")


@pghistory.track(exclude=["name_key", "search"])
class Area(Fact):
    """A part of town with områdesatsing, now, soon or earlier."""

    slug = slug_field(unique=True)
    name = models.CharField("navn", max_length=80, unique=True)
    name_key = norwegian_key("name")
    district = models.ForeignKey(
        District, verbose_name="bydel", on_delete=models.PROTECT, related_name="areas"
    )
    effort = models.ForeignKey(
        Effort,
        verbose_name="felles satsing",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="areas",
    )
    zones = models.ManyToManyField(
        Zone, verbose_name="soner", through="AreaZone", related_name="areas"
    )
    themes = models.ManyToManyField(
        Theme, verbose_name="temaer", blank=True, related_name="areas"
    )
    summary = models.TextField("om området", validators=[no_labels])
    goals = models.TextField("mål", blank=True, validators=[no_labels])
    afterwards = models.TextField(
        "etter satsingen",
        blank=True,
        help_text="For avsluttede områder: hva som står igjen, hvem en spør.",
    )
    office = models.CharField("nærmiljøkontor", max_length=200, blank=True)
    office_hours = models.CharField("åpningstid", max_length=200, blank=True)
    confirmed_on = day_field(
        "bekreftet", help_text="Dagen kommunen sist gikk god for opplysningene."
    )
    published_at = models.DateTimeField(
        "publisert", null=True, blank=True, help_text="Tomt: et utkast."
    )
    search = search_column(name="A", summary="B", goals="C")

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = "område"
        verbose_name_plural = "områder"
        ordering = ["name_key", "pk"]
        constraints = [slug_is_free("area_slug_not_reserved")]
        indexes = [GinIndex(fields=["search"], name="area_search")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("pages:area_detail", args=[self.slug])

    @property
    def public_office(self):
        """The local office, unless somebody must check it first."""
        return "" if "office" in self.unchecked else self.office

    @property
    def public_office_hours(self):
        return self.office_hours if self.public_office else ""

    @property
    def span(self):
        """«2012–2022» or «fra 2019», from `with_span()`."""
        return time_span(
            self.began_on, self.began_precision, self.ended_on, self.ended_precision
        )


class AreaPhase(Fact):
    """What stage an area is at from one date to another. The only place it is told."""

    class Status(models.TextChoices):
        PLANNED = "planned", gettext_lazy("planlagt")
        PREPROJECT = "preproject", gettext_lazy("forprosjekt")
        ACTIVE = "active", gettext_lazy("pågår")
        CLOSING = "closing", gettext_lazy("under avslutning")
        ENDED = "ended", gettext_lazy("avsluttet")

    CARRIED_OUT = [Status.ACTIVE, Status.CLOSING]

    area = models.ForeignKey(
        Area, verbose_name="område", on_delete=models.CASCADE, related_name="phases"
    )
    status = models.CharField("status", max_length=10, choices=Status)
    starts_on = models.DateField("fra")
    starts_precision = precision_field("fra")
    ends_on = day_field("til og med")
    ends_precision = precision_field("til og med")

    class Meta:
        verbose_name = "fase"
        verbose_name_plural = "faser"
        ordering = ["area", "starts_on"]
        constraints = [
            no_overlap(
                "area_phase_no_overlap",
                ["area"],
                "Området har alt en fase i tidsrommet.",
            ),
            ends_after_start("area_phase_ends_after_start"),
        ]

    def __str__(self):
        return f"{self.area}: {self.get_status_display()}"


class AreaZone(Fact):
    """A zone is part of an area from one date to another, told in one division."""

    area = models.ForeignKey(
        Area, verbose_name="område", on_delete=models.CASCADE, related_name="area_zones"
    )
    zone = models.ForeignKey(
        Zone, verbose_name="sone", on_delete=models.PROTECT, related_name="area_zones"
    )
    starts_on = day_field("fra")
    starts_precision = precision_field("fra")
    ends_on = day_field("til og med")
    ends_precision = precision_field("til og med")

    class Meta:
        verbose_name = "sone i område"
        verbose_name_plural = "soner i område"
        ordering = ["area", "zone"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "zone", "starts_on"],
                nulls_distinct=False,
                name="area_zone_once",
                violation_error_message="Sonen er alt med fra den datoen.",
            ),
            ends_after_start("area_zone_ends_after_start"),
        ]

    def __str__(self):
        return f"{self.area}: {self.zone}"

    @property
    def is_derived(self):
        return "zone" in self.derived

    def covers(self, day):
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )

    @property
    def span(self):
        return time_span(
            self.starts_on, self.starts_precision, self.ends_on, self.ends_precision
        )


# How long before the end of an agreement the pages say that what follows is not known.
NOTICE_BEFORE_END = timedelta(days=180)

_NUMBERS = gettext_lazy("null ett to tre fire fem seks sju åtte ni ti elleve tolv")


def count_in_words(number):
    """«fem» for 5; figures above twelve."""
    words = str(_NUMBERS).split()
    return words[number] if number < len(words) else str(number)


def efforts_sentence(areas):
    """«Fem områder i fire satsinger»: areas that share an effort are one effort."""
    areas = list(areas)
    efforts = {area.effort_id or f"area {area.pk}" for area in areas}
    if len(areas) == len(efforts):
        if len(areas) == 1:
            return _("Ett område med områdesatsing")
        words = {"areas": count_in_words(len(areas)).capitalize()}
        return _("%(areas)s områder med områdesatsing") % words
    if len(efforts) == 1:
        words = {"areas": count_in_words(len(areas)).capitalize()}
        return _("%(areas)s områder i én satsing") % words
    return _("%(areas)s områder i %(efforts)s satsinger") % {
        "areas": count_in_words(len(areas)).capitalize(),
        "efforts": count_in_words(len(efforts)),
    }
