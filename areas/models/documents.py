import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.fields import search_column, slug_field, slug_is_free
from areas.models.facts import Fact, PublishedQuerySet
from areas.models.places import Division
from areas.models.programme import Area


@pghistory.track(exclude=["search"])
class Document(Fact):
    """A report, plan, case, article or film about the programme."""

    class Kind(models.TextChoices):
        REPORT = "report", gettext_lazy("rapport")
        PLAN = "plan", gettext_lazy("plan")
        EVALUATION = "evaluation", gettext_lazy("evaluering")
        SURVEY = "survey", gettext_lazy("undersøkelse")
        AGREEMENT = "agreement", gettext_lazy("avtale")
        POLITICAL_CASE = "political_case", gettext_lazy("politisk sak")
        ARTICLE = "article", gettext_lazy("artikkel")
        FILM = "film", gettext_lazy("film")

    slug = slug_field(unique=True)
    title = models.CharField("tittel", max_length=200)
    kind = models.CharField("slag", max_length=14, choices=Kind)
    year = models.PositiveSmallIntegerField("år", null=True, blank=True)
    areas = models.ManyToManyField(
        Area,
        verbose_name="områder",
        blank=True,
        related_name="documents",
        help_text="Tomt: gjelder hele områdesatsingen.",
    )
    division = models.ForeignKey(
        Division,
        verbose_name="rapport om soneinndelingen",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reports",
    )
    publisher = models.CharField("utgiver", max_length=160, blank=True)
    url = models.URLField("adresse", max_length=500, blank=True)
    summary = models.TextField("sammendrag", blank=True)
    captions_url = models.URLField("teksting", max_length=500, blank=True)
    transcript = models.TextField("utskrift av film", blank=True)
    audio_description = models.TextField(
        "synstolking",
        blank=True,
        help_text="Hvor den finnes, eller hvorfor filmen ikke trenger den.",
    )
    published_at = models.DateTimeField(
        "publisert", null=True, blank=True, help_text="Tomt: et utkast."
    )
    search = search_column(title="A", summary="B", publisher="C")

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = "dokument"
        verbose_name_plural = "dokumenter"
        ordering = [F("year").desc(nulls_last=True), "title", "pk"]
        constraints = [
            slug_is_free("document_slug_not_reserved"),
            models.CheckConstraint(
                name="document_film_is_accessible",
                condition=~Q(kind="film")
                | Q(published_at__isnull=True)
                | ~Q(captions_url="") & ~Q(transcript="") & ~Q(audio_description=""),
                violation_error_message="En film må ha teksting, utskrift og"
                " synstolking (eller grunnen til at den ikke trengs) før den"
                " publiseres.",
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="document_search")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("areas:document_detail", args=[self.slug])

    @property
    def kind_and_year(self):
        """«Rapport, 2016»; the kind alone when the year is not known."""
        kind = str(self.get_kind_display()).capitalize()
        if "kind" in self.derived:
            kind = _("%(kind)s (utledet)") % {"kind": kind}
        return f"{kind}, {self.year}" if self.year else kind

    @property
    def public_publisher(self):
        return "" if "publisher" in self.unchecked else self.publisher


@pghistory.track()
class Link(Fact):
    """A useful page outside the portal."""

    slug = slug_field(unique=True)
    title = models.CharField("tittel", max_length=200)
    url = models.URLField("adresse", max_length=500)
    description = models.TextField("beskrivelse", blank=True)

    class Meta:
        verbose_name = "lenke"
        verbose_name_plural = "lenker"
        ordering = ["pk"]

    def __str__(self):
        return self.title
