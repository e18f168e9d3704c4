"""Editions, indicators and figures: what a report says of a place, as published."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from areas.dates import day_field, precision_field
from areas.fields import slug_field, slug_is_free
from areas.models.documents import Document
from areas.models.facts import Fact, PublishedQuerySet
from areas.models.places import District, Division, Zone
from areas.wording import no_labels

# Who may write in a published edition says its id here, for one transaction. The
# trigger on Figure reads it.
CORRECTING = "omradesatsing.correcting"


class EditionQuerySet(PublishedQuerySet):
    def newest_last(self):
        """By year; practice editions come after the real ones."""
        return self.order_by("is_practice", "year", "slug")


@pghistory.track()
class Edition(Fact):
    """One report with figures for the zones of one division, or figures for practice.

    A draft has no `published_at` and nobody but staff sees its figures. When it is
    published they change only by a correction, with a reason that everyone may read.
    """

    slug = slug_field(unique=True)
    title = models.CharField("tittel", max_length=160)
    year = models.PositiveSmallIntegerField(
        "år", null=True, blank=True, help_text="Tomt for øvingsutgaver."
    )
    division = models.ForeignKey(
        Division,
        verbose_name="soneinndeling",
        on_delete=models.PROTECT,
        related_name="editions",
    )
    report = models.ForeignKey(
        Document,
        verbose_name="rapport",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="editions",
    )
    is_practice = models.BooleanField(
        "øvingstall", default=False, help_text="Tallene er laget for å øve."
    )
    about = models.TextField("om utgaven", blank=True, validators=[no_labels])
    issued_on = day_field("lagt fram")
    issued_precision = precision_field("lagt fram")
    published_at = models.DateTimeField(
        "publisert", null=True, blank=True, editable=False
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = "utgave"
        verbose_name_plural = "utgaver"
        ordering = ["is_practice", "year", "slug"]
        constraints = [
            models.CheckConstraint(
                name="edition_practice_has_no_year",
                condition=Q(is_practice=True, year=None)
                | Q(is_practice=False, year__isnull=False),
                violation_error_message=(
                    "En utgave har et år. En øvingsutgave har ikke noe år."
                ),
            ),
            slug_is_free("edition_slug_not_reserved"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("areas:edition_detail", args=[self.slug])

    @property
    def short(self):
        """«2016», or «Øving A»: what the edition is called in tables and figures."""
        return str(self.year) if self.year else self.title


class Level(models.TextChoices):
    ZONE = "zone", _("sone")
    DISTRICT = "district", _("bydel")
    CITY = "city", _("Bergen")


@pghistory.track()
class Indicator(Fact):
    """What is counted. The name says by itself which way is more."""

    class Theme(models.TextChoices):
        PEOPLE = "people", _("Befolkning")
        LIVING = "living", _("Oppvekst og levekår")
        HOUSING = "housing", _("Bolig")
        SCHOOL = "school", _("Barnehage og skole")
        SURROUNDINGS = "surroundings", _("Nærmiljø")
        HABITS = "habits", _("Vaner og fritid")
        HEALTH = "health", _("Helse")
        OVERALL = "overall", _("Samlede mål")

    class Unit(models.TextChoices):
        PERCENT = "percent", _("prosent")
        PER_THOUSAND = "per_thousand", _("per 1000")
        KRONER = "kroner", _("kroner")
        YEARS = "years", _("år")
        PERSONS = "persons", _("personer")
        RATE = "rate", _("rate")
        CONCENTRATION = "concentration", _("µg per m³")
        LOANS = "loans", _("lån")
        RANK = "rank", _("plass")
        SCORE = "score", _("poeng")

    class Wanted(models.TextChoices):
        HIGH = "high", "høyt"
        LOW = "low", "lavt"
        NONE = "none", "ingen retning"

    slug = slug_field(unique=True)
    name = models.CharField(
        "navn",
        max_length=140,
        unique=True,
        validators=[no_labels],
        help_text="Si hva som telles, slik at navnet viser retningen.",
    )
    theme = models.CharField("tema", max_length=12, choices=Theme)
    unit = models.CharField("enhet", max_length=14, choices=Unit)
    decimals = models.PositiveSmallIntegerField("desimaler", default=0)
    denominator = models.CharField(
        "nevner", max_length=200, blank=True, help_text="Hvem eller hva det er av."
    )
    definition = models.TextField("definisjon", blank=True, validators=[no_labels])
    why = models.TextField("hvorfor det måles", blank=True, validators=[no_labels])
    caveats = models.TextField("forbehold", blank=True, validators=[no_labels])
    wanted = models.CharField(
        "ønsket retning",
        max_length=4,
        choices=Wanted,
        default=Wanted.NONE,
        help_text="Brukes bare i ord, aldri til farger.",
    )
    lowest_level = models.CharField(
        "laveste nivå", max_length=8, choices=Level, default=Level.ZONE
    )
    is_composite = models.BooleanField(
        "samlet mål eller plassering",
        default=False,
        help_text="Vises bare under utgaver og på «Om tallene».",
    )
    key_position = models.PositiveSmallIntegerField(
        "plass blant de seks",
        null=True,
        blank=True,
        unique=True,
        help_text="1–6: målene som står først på en sones side.",
    )
    replaces = models.ForeignKey(
        "self",
        verbose_name="avløser",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaced_by",
    )
    is_comparable = models.BooleanField(
        "kan sammenlignes med den det avløser", default=False
    )

    class Meta:
        verbose_name = "indikator"
        verbose_name_plural = "indikatorer"
        ordering = ["name"]
        constraints = [
            slug_is_free("indicator_slug_not_reserved"),
            models.CheckConstraint(
                name="indicator_few_decimals",
                condition=Q(decimals__lte=3),
                violation_error_message="Høyst tre desimaler.",
            ),
            models.CheckConstraint(
                name="indicator_key_is_one_of_six",
                condition=Q(key_position=None)
                | Q(key_position__range=(1, 6), is_composite=False),
                violation_error_message="De seks målene har plass 1–6.",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("areas:indicator_detail", args=[self.slug])

    def goes_down_to(self, level):
        """Whether it is published for places of this level."""
        order = [Level.CITY, Level.DISTRICT, Level.ZONE]
        return order.index(level) <= order.index(self.lowest_level)


def figure_number(label):
    return models.DecimalField(
        label, max_digits=14, decimal_places=3, null=True, blank=True
    )


class FigureQuerySet(models.QuerySet):
    def of_public(self, now):
        return self.filter(edition__published_at__lte=now)

    def on_places(self):
        """Without composite measures, ranks and words: what may stand by a place."""
        return self.exclude(indicator__is_composite=True).exclude(
            sign=Figure.Sign.WORDS
        )


class Figure(models.Model):
    """What an edition says of one indicator at one place: zone, district or city.

    `value` is in the indicator's unit. A bound stays a bound. A hidden figure holds
    nothing but that it is hidden and why: no value, interval or count exists here.
    """

    class Status(models.TextChoices):
        PUBLISHED = "published", _("publisert")
        MISSING = "missing", _("mangler")
        IMPOSSIBLE = "impossible", _("kan ikke finnes")
        HIDDEN = "hidden", _("skjult av personvern")

    class Sign(models.TextChoices):
        EXACT = "=", "="
        BELOW = "<", _("under")
        AT_MOST = "<=", _("høyst")
        ABOVE = ">", _("over")
        ABOUT = "~", _("omtrent")
        RANGE = "-", _("mellom")
        WORDS = "w", _("ord")

    class Reason(models.TextChoices):
        SMALL_COUNT = "small_count", _("få det gjelder")
        SMALL_REST = "small_rest", _("få det ikke gjelder")
        SMALL_BASE = "small_base", _("få personer i alt")
        SERIES = "series", _("for mange usikre år i rekken")
        NEIGHBOUR = "neighbour", _("kunne vært regnet ut fra et annet tall")
        COVERAGE = "coverage", _("for mange uten kjent adresse")
        START_YEAR = "start_year", _("før sonen fikk den grensen den har")
        MANUAL = "manual", _("skjult av den som ga ut tallene")

    edition = models.ForeignKey(
        Edition, verbose_name="utgave", on_delete=models.PROTECT, related_name="figures"
    )
    indicator = models.ForeignKey(
        Indicator,
        verbose_name="indikator",
        on_delete=models.PROTECT,
        related_name="figures",
    )
    zone = models.ForeignKey(
        Zone,
        verbose_name="sone",
        null=True,
        on_delete=models.PROTECT,
        related_name="figures",
    )
    district = models.ForeignKey(
        District,
        verbose_name="bydel",
        null=True,
        on_delete=models.PROTECT,
        related_name="figures",
        help_text="Uten sone og bydel gjelder tallet hele Bergen.",
    )
    status = models.CharField("status", max_length=10, choices=Status)
    hidden_reason = models.CharField(
        "hvorfor skjult", max_length=12, choices=Reason, blank=True
    )
    sign = models.CharField("tegn", max_length=2, choices=Sign, default=Sign.EXACT)
    value = figure_number("verdi")
    value_to = figure_number("til")
    low = figure_number("nedre grense")
    high = figure_number("øvre grense")
    base = models.PositiveIntegerField("antall i nevneren", null=True, blank=True)
    words = models.CharField(
        "med ord", max_length=160, blank=True, validators=[no_labels]
    )
    period = models.CharField("periode", max_length=20, blank=True)
    is_derived = models.BooleanField("utledet", default=False)
    source_url = models.URLField("kilde", max_length=500, blank=True)
    note = models.CharField("merknad", max_length=300, blank=True)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = "tall"
        verbose_name_plural = "tall"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "indicator", "zone", "district"],
                nulls_distinct=False,
                name="figure_once",
            ),
            models.CheckConstraint(
                name="figure_has_one_place",
                condition=Q(zone=None) | Q(district=None),
            ),
            models.CheckConstraint(
                name="figure_published_has_value",
                condition=(Q(status="published") & Q(value__isnull=False))
                | (Q(status="published", sign="w") & ~Q(words=""))
                | (~Q(status="published") & Q(value=None, value_to=None)),
            ),
            models.CheckConstraint(
                name="figure_hidden_is_total",
                condition=Q(status="published")
                | Q(low=None, high=None, base=None, words="", sign="="),
            ),
            models.CheckConstraint(
                name="figure_hidden_has_reason",
                condition=(Q(status="hidden") & ~Q(hidden_reason=""))
                | (~Q(status="hidden") & Q(hidden_reason="")),
            ),
            models.CheckConstraint(
                name="figure_interval_holds_value",
                condition=Q(low=None, high=None)
                | Q(low__isnull=False, high__isnull=False)
                & Q(low__lte=F("value"), high__gte=F("value")),
            ),
            models.CheckConstraint(
                name="figure_range_in_order",
                condition=(Q(sign="-") & Q(value_to__gt=F("value")))
                | (~Q(sign="-") & Q(value_to=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["zone", "edition"], name="figure_of_zone"),
            models.Index(fields=["indicator", "edition"], name="figure_of_indicator"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="figure_stays_as_published",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("edition_of_row", "bigint")],
                func="""
                    FOREACH edition_of_row IN ARRAY ARRAY[
                        CASE WHEN TG_OP <> 'INSERT' THEN OLD.edition_id END,
                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.edition_id END
                    ] LOOP
                        IF edition_of_row IS NOT NULL
                            AND current_setting('omradesatsing.correcting', true)
                                IS DISTINCT FROM edition_of_row::text
                            AND EXISTS (
                                SELECT 1 FROM areas_edition
                                WHERE id = edition_of_row AND published_at IS NOT NULL
                            )
                        THEN
                            RAISE EXCEPTION 'figures of a published edition stay';
                        END IF;
                    END LOOP;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return f"{self.indicator}, {self.edition}"

    @property
    def is_published(self):
        return self.status == self.Status.PUBLISHED

    @property
    def level(self):
        if self.zone_id:
            return Level.ZONE
        return Level.DISTRICT if self.district_id else Level.CITY


def let_correct(edition):
    """Open a published edition for writing, in this transaction only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [CORRECTING, str(edition.pk)])


class FileImport(models.Model):
    """One file that was read in: figures for an edition, or facts of a division."""

    class Kind(models.TextChoices):
        FIGURES = "figures", "tall"
        CORRECTION = "correction", "retting"
        ZONES = "zones", "soner og grunnkretser"
        BORDERS = "borders", "grenser"
        NAMES = "names", "stedsnavn"

    kind = models.CharField("slag", max_length=10, choices=Kind)
    edition = models.ForeignKey(
        Edition,
        verbose_name="utgave",
        null=True,
        on_delete=models.PROTECT,
        related_name="imports",
    )
    division = models.ForeignKey(
        Division,
        verbose_name="soneinndeling",
        null=True,
        on_delete=models.PROTECT,
        related_name="imports",
    )
    file_name = models.CharField("fil", max_length=200)
    digest = models.CharField("SHA-256", max_length=64)
    reason = models.CharField("hvorfor", max_length=500, blank=True)
    at = models.DateTimeField("når")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="hvem",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    new = models.PositiveIntegerField("nye", default=0)
    changed = models.PositiveIntegerField("endret", default=0)
    unchanged = models.PositiveIntegerField("uendret", default=0)
    undone_at = models.DateTimeField("angret", null=True)

    class Meta:
        verbose_name = "innlesing"
        verbose_name_plural = "innlesinger"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_has_one_target",
                condition=Q(edition__isnull=False, division=None)
                | Q(edition=None, division__isnull=False),
            ),
            models.CheckConstraint(
                name="import_correction_has_reason",
                condition=~Q(kind="correction") | ~Q(reason=""),
                violation_error_message="Si hvorfor tallene rettes.",
            ),
        ]

    def __str__(self):
        return f"{self.file_name} ({self.get_kind_display()})"


class FigureChange(models.Model):
    """What one import did to one figure: what stood there before, and after."""

    file_import = models.ForeignKey(
        FileImport, on_delete=models.PROTECT, related_name="changes"
    )
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    zone = models.ForeignKey(
        Zone, null=True, on_delete=models.PROTECT, related_name="+"
    )
    district = models.ForeignKey(
        District, null=True, on_delete=models.PROTECT, related_name="+"
    )
    before = models.JSONField(null=True, help_text="Null: the figure was new.")
    after = models.JSONField()

    class Meta:
        verbose_name = "endret tall"
        verbose_name_plural = "endrede tall"
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["indicator", "zone", "district"], name="figure_change_of"
            )
        ]

    def __str__(self):
        return f"{self.indicator}: {self.file_import}"


class Alias(models.Model):
    """A spelling met in a file, mapped once to the place or indicator it means."""

    text = models.CharField("slik det sto", max_length=200)
    division = models.ForeignKey(
        Division,
        verbose_name="soneinndeling",
        null=True,
        on_delete=models.PROTECT,
        related_name="aliases",
    )
    zone = models.ForeignKey(
        Zone, verbose_name="sone", null=True, on_delete=models.PROTECT, related_name="+"
    )
    district = models.ForeignKey(
        District,
        verbose_name="bydel",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    indicator = models.ForeignKey(
        Indicator,
        verbose_name="indikator",
        null=True,
        on_delete=models.PROTECT,
        related_name="aliases",
    )

    class Meta:
        verbose_name = "annen skrivemåte"
        verbose_name_plural = "andre skrivemåter"
        ordering = ["text"]
        constraints = [
            models.UniqueConstraint(
                fields=["text", "division"], nulls_distinct=False, name="alias_once"
            ),
            models.CheckConstraint(
                name="alias_means_one_thing",
                condition=Q(
                    zone__isnull=False,
                    district=None,
                    indicator=None,
                    division__isnull=False,
                )
                | Q(
                    zone=None,
                    district__isnull=False,
                    indicator=None,
                    division__isnull=False,
                )
                | Q(zone=None, district=None, indicator__isnull=False, division=None),
            ),
        ]

    def __str__(self):
        return self.text


class Population(Fact):
    """How many lived in a district on 1 January of a year."""

    district = models.ForeignKey(
        District,
        verbose_name="bydel",
        on_delete=models.PROTECT,
        related_name="populations",
    )
    year = models.PositiveSmallIntegerField("år")
    people = models.PositiveIntegerField("innbyggere")

    class Meta:
        verbose_name = "folketall"
        verbose_name_plural = "folketall"
        ordering = ["district", "year"]
        constraints = [
            models.UniqueConstraint(fields=["district", "year"], name="population_once")
        ]

    def __str__(self):
        return f"{self.district} {self.year}"


class PlaceName(models.Model):
    """A name or number that someone may type for a place, and the zone it lies in.

    Read from lists that administrators load. It helps people find the way; it never
    decides who may apply.
    """

    class Kind(models.TextChoices):
        PLACE = "place", _("sted")
        STREET = "street", _("gate")
        GRUNNKRETS = "grunnkrets", _("grunnkrets")
        POSTCODE = "postcode", _("postnummer")

    zone = models.ForeignKey(
        Zone, verbose_name="sone", on_delete=models.CASCADE, related_name="place_names"
    )
    kind = models.CharField("slag", max_length=10, choices=Kind)
    name = models.CharField("navn", max_length=120)
    plain = models.CharField(max_length=120, editable=False)
    is_sure = models.BooleanField("sikker", default=True)

    class Meta:
        verbose_name = "stedsnavn"
        verbose_name_plural = "stedsnavn"
        ordering = ["plain", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "kind", "name"], name="place_name_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["plain"],
                opclasses=["varchar_pattern_ops"],
                name="place_name_plain",
            )
        ]

    def __str__(self):
        return self.name
