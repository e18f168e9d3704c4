import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from areas.fields import norwegian_key, search_column, slug_field, slug_is_free
from areas.models.facts import Fact
from areas.wording import no_labels


@pghistory.track(exclude=["name_key"])
class District(Fact):
    """One of the city's eight bydeler."""

    slug = slug_field(unique=True)
    name = models.CharField("navn", max_length=80, unique=True)
    name_key = norwegian_key("name")
    ssb_code = models.CharField("SSBs kode", max_length=6, unique=True)

    class Meta:
        verbose_name = "bydel"
        verbose_name_plural = "bydeler"
        ordering = ["name_key"]

    def __str__(self):
        return self.name


@pghistory.track()
class Division(Fact):
    """A dated cut of the city into levekårssoner. Several exist; never mix them."""

    slug = slug_field(unique=True)
    name = models.CharField("navn", max_length=120)
    zone_total = models.PositiveSmallIntegerField(
        "antall soner", help_text="Så mange soner inndelingen har, kjente og ukjente."
    )
    first_edition = models.PositiveSmallIntegerField(
        "første utgave",
        null=True,
        blank=True,
        help_text="Året. Tomt for en inndeling til øving.",
    )
    last_edition = models.PositiveSmallIntegerField(
        "siste utgave", null=True, blank=True, help_text="Tomt: den nyeste."
    )
    is_default = models.BooleanField("vises når ingen er valgt", default=False)
    is_practice = models.BooleanField(
        "til øving", default=False, help_text="Inndelingen er laget for å øve."
    )

    class Meta:
        verbose_name = "soneinndeling"
        verbose_name_plural = "soneinndelinger"
        ordering = ["is_practice", "first_edition", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="division_one_default",
                violation_error_message="En annen inndeling er alt standard.",
            ),
            models.CheckConstraint(
                name="division_editions_in_order",
                condition=Q(last_edition__gte=F("first_edition"))
                | Q(last_edition__isnull=True),
                violation_error_message="Siste utgave kan ikke være før den første.",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("areas:division_detail", args=[self.slug])


class ZoneQuerySet(models.QuerySet):
    def in_default_division(self):
        return self.filter(division__is_default=True)

    def by_district(self):
        """The default order of places: district, then name, never a value."""
        return self.order_by("district__name_key", "name_key")


@pghistory.track(exclude=["name_key", "search"])
class Zone(Fact):
    """A levekårssone in one division. Its name says for itself how sure it is."""

    class NameStatus(models.TextChoices):
        ATTESTED = "attested", _("navn funnet i kilde")
        INFERRED = "inferred", _("utledet navn")
        WORKING = "working", _("arbeidsnavn")

    division = models.ForeignKey(
        Division,
        verbose_name="soneinndeling",
        on_delete=models.PROTECT,
        related_name="zones",
    )
    district = models.ForeignKey(
        District, verbose_name="bydel", on_delete=models.PROTECT, related_name="zones"
    )
    slug = slug_field()
    name = models.CharField("navn", max_length=80)
    name_key = norwegian_key("name")
    name_status = models.CharField("navnet er", max_length=8, choices=NameStatus)
    tile_column = models.PositiveSmallIntegerField(
        "kolonne i rutekartet", null=True, blank=True
    )
    tile_row = models.PositiveSmallIntegerField(
        "rad i rutekartet", null=True, blank=True
    )
    geometry = models.JSONField(
        "grense", null=True, blank=True, help_text="GeoJSON, EPSG:4326."
    )
    outline = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="The border as an SVG path and its box, made when it is read in.",
    )
    grunnkretser = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    place_text = models.TextField(
        "om stedet",
        blank=True,
        validators=[no_labels],
        help_text="Skriv sammen med noen som bor der. Om stedet, ikke om tallene.",
    )
    place_text_by = models.CharField(
        "skrevet av", max_length=120, blank=True, help_text="En rolle, ikke et navn."
    )
    place_text_on = models.DateField("skrevet", null=True, blank=True)
    suggested_ssb_codes = models.CharField(
        "forslag til SSB-sone",
        max_length=60,
        blank=True,
        help_text="Et forslag, ikke en bekreftet sammenheng.",
    )
    search = search_column(name="A")

    objects = ZoneQuerySet.as_manager()

    class Meta:
        verbose_name = "levekårssone"
        verbose_name_plural = "levekårssoner"
        ordering = ["district__name_key", "name_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "slug"],
                name="zone_slug_once_per_division",
                violation_error_message="Inndelingen har alt en slik sone.",
            ),
            models.UniqueConstraint(
                fields=["division", "tile_column", "tile_row"],
                name="zone_one_per_tile",
                violation_error_message="En annen sone står i ruten.",
            ),
            models.CheckConstraint(
                name="zone_text_is_signed",
                condition=Q(place_text="")
                | (~Q(place_text_by="") & Q(place_text_on__isnull=False)),
                violation_error_message="Si hvem som skrev teksten, og når.",
            ),
            slug_is_free("zone_slug_not_reserved"),
        ]
        indexes = [
            models.Index(fields=["name_key"], name="zone_name_key"),
            GinIndex(fields=["search"], name="zone_search"),
        ]

    def __str__(self):
        return f"{self.name} ({self.name_mark})" if self.name_mark else self.name

    def get_absolute_url(self):
        return reverse("pages:zone_detail", args=[self.slug])

    @property
    def name_mark(self):
        """«arbeidsnavn» or «utledet navn», empty for a name that a source has."""
        if self.name_status == self.NameStatus.ATTESTED:
            return ""
        return self.get_name_status_display()

    @property
    def is_working_name(self):
        return self.name_status == self.NameStatus.WORKING


class Succession(Fact):
    """A zone of a newer division replaces one of an older, wholly or partly."""

    older = models.ForeignKey(
        Zone, verbose_name="sone", on_delete=models.PROTECT, related_name="successors"
    )
    newer = models.ForeignKey(
        Zone,
        verbose_name="erstattet av",
        on_delete=models.PROTECT,
        related_name="predecessors",
    )
    is_whole = models.BooleanField("hele sonen", default=True)

    class Meta:
        verbose_name = "avløsning"
        verbose_name_plural = "avløsninger"
        constraints = [
            models.UniqueConstraint(
                fields=["older", "newer"],
                name="succession_once",
                violation_error_message="Avløsningen er alt ført.",
            ),
            models.CheckConstraint(
                name="succession_between_two_zones",
                condition=~Q(older=F("newer")),
                violation_error_message="En sone kan ikke avløse seg selv.",
            ),
        ]

    def __str__(self):
        return f"{self.older} → {self.newer}"
