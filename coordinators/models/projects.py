import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.dates import day_field, precision_field, time_span
from areas.fields import norwegian_key, search_column, slug_field, slug_is_free
from areas.models import Area, District, Fact, Funder, Theme
from areas.models.facts import PublishedQuerySet
from omradesatsing.ui.templatetags.ui import partial_date


@pghistory.track(exclude=["name_key"])
class Partner(models.Model):
    """An organisation, school or business that takes part. Never a person."""

    name = models.CharField("navn", max_length=160, unique=True)
    name_key = norwegian_key("name")
    url = models.URLField("nettsted", max_length=500, blank=True)

    class Meta:
        verbose_name = "samarbeidspartner"
        verbose_name_plural = "samarbeidspartnere"
        ordering = ["name_key"]

    def __str__(self):
        return self.name


class ProjectQuerySet(PublishedQuerySet):
    def in_area(self, area):
        """Projects of an area; each counts once, also when it has several areas."""
        through = Project.areas.through.objects.filter(
            project=OuterRef("pk"), area=area
        )
        return self.filter(Exists(through))

    def in_any_area(self, areas):
        through = Project.areas.through.objects.filter(
            project=OuterRef("pk"), area__in=areas
        )
        return self.filter(Exists(through))

    def with_result(self):
        """Finished projects that can tell what became different."""
        return self.filter(status=Project.Status.COMPLETED).exclude(result="")

    def newest_first(self):
        """By end, else by how new the source is; without either last."""
        newest = models.functions.Coalesce("ends_on", "as_of")
        return self.order_by(newest.desc(nulls_last=True), "title_key", "pk")


@pghistory.track(exclude=["title_key", "search"])
class Project(Fact):
    """One measure, big or small: municipal, supported by a grant, or participation."""

    class Kind(models.TextChoices):
        MUNICIPAL = "municipal", gettext_lazy("kommunalt tiltak")
        GRANT = "grant", gettext_lazy("tiltak med tilskudd")
        PARTICIPATION = "participation", gettext_lazy("medvirkning")

    class Status(models.TextChoices):
        IDEA = "idea", gettext_lazy("idé")
        PLANNED = "planned", gettext_lazy("planlagt")
        ONGOING = "ongoing", gettext_lazy("pågår")
        COMPLETED = "completed", gettext_lazy("ferdig")
        STOPPED = "stopped", gettext_lazy("stanset")

    slug = slug_field(unique=True)
    title = models.CharField("tittel", max_length=200)
    title_key = norwegian_key("title")
    areas = models.ManyToManyField(
        Area, verbose_name="områder", blank=True, related_name="projects"
    )
    district = models.ForeignKey(
        District,
        verbose_name="bydel",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
        help_text="Bare når prosjektet gjelder en hel bydel.",
    )
    theme = models.ForeignKey(
        Theme,
        verbose_name="tema",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    kind = models.CharField("slag", max_length=13, choices=Kind)
    status = models.CharField(
        "status",
        max_length=9,
        choices=Status,
        blank=True,
        help_text="Tomt: vi vet bare at prosjektet fikk støtte.",
    )
    stopped_because = models.TextField("hvorfor stanset", blank=True)
    starts_on = day_field("start")
    starts_precision = precision_field("start")
    ends_on = day_field("slutt", help_text="For det som er planlagt: planlagt slutt.")
    ends_precision = precision_field("slutt")
    responsible = models.CharField("ansvarlig", max_length=160, blank=True)
    partners = models.ManyToManyField(
        Partner, verbose_name="samarbeidspartnere", blank=True, related_name="projects"
    )
    goal = models.TextField("mål", blank=True)
    result = models.TextField("hva ble annerledes", blank=True)
    place = models.CharField("sted", max_length=160, blank=True)
    published_at = models.DateTimeField(
        "publisert", null=True, blank=True, help_text="Tomt: et utkast."
    )
    search = search_column(title="A", result="B", responsible="C")

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "prosjekt"
        verbose_name_plural = "prosjekter"
        ordering = ["title_key", "pk"]
        constraints = [
            slug_is_free("project_slug_not_reserved"),
            models.CheckConstraint(
                name="project_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on"))
                | Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True),
                violation_error_message="Slutten kan ikke være før starten.",
            ),
            models.CheckConstraint(
                name="project_stopped_has_reason",
                condition=~Q(status="stopped") | ~Q(stopped_because=""),
                violation_error_message="Skriv hvorfor prosjektet er stanset.",
            ),
        ]
        indexes = [
            models.Index(fields=["title_key"], name="project_title_key"),
            GinIndex(fields=["search"], name="project_search"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("coordinators:project_detail", args=[self.slug])

    @property
    def is_open(self):
        """Not finished, as far as is known: an idea, planned, under way or stopped."""
        return self.status not in {"", self.Status.COMPLETED}

    @property
    def status_label(self):
        """One or two words for a tag; empty when the status is not known."""
        if not self.status:
            return _("fikk støtte") if self.kind == self.Kind.GRANT else ""
        return self.get_status_display()

    @property
    def status_tone(self):
        """The tag's tone in the design system; it never says good or bad."""
        tones = {self.Status.ONGOING: "info", self.Status.COMPLETED: "strong"}
        return tones.get(self.status, "neutral")

    def status_line(self, day):
        """What is known on the day of how far it has come, and how old that is."""
        ends = self.ends_on and partial_date(self.ends_on, self.ends_precision)
        if not self.status:
            return _("Om prosjektet er gjennomført, er ikke bekreftet.")
        if self.status == self.Status.COMPLETED:
            return _("Ferdig %(date)s") % {"date": ends} if ends else _("Ferdig")
        status = self.status_text(self.get_status_display())
        if self.status == self.Status.STOPPED or not ends:
            return status
        if self.ends_on < day:
            # The planned end has passed, and nobody has said that it is finished.
            text = _("%(status)s. Planlagt ferdig %(date)s, ikke bekreftet ferdig")
        else:
            text = _("%(status)s. Planlagt ferdig %(date)s")
        return text % {"status": status, "date": ends}

    @property
    def span(self):
        return time_span(
            self.starts_on, self.starts_precision, self.ends_on, self.ends_precision
        )


class ProjectFunding(Fact):
    """One funder's share of a project, in kroner; empty when the sum is not known."""

    project = models.ForeignKey(
        Project,
        verbose_name="prosjekt",
        on_delete=models.CASCADE,
        related_name="funding",
    )
    funder = models.ForeignKey(
        Funder,
        verbose_name="finansieringskilde",
        on_delete=models.PROTECT,
        related_name="project_funding",
    )
    amount = models.DecimalField(
        "beløp", max_digits=14, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = "finansiering"
        verbose_name_plural = "finansiering"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "funder"],
                name="project_funder_once",
                violation_error_message="Finansieringskilden er alt ført.",
            ),
            models.CheckConstraint(
                name="project_funding_positive",
                condition=Q(amount__gt=0) | Q(amount__isnull=True),
                violation_error_message="Beløpet må være over null.",
            ),
        ]

    def __str__(self):
        return f"{self.project}: {self.funder}"


@pghistory.track()
class ProjectExample(Fact):
    """A kind of project that the municipality names as one that can be supported."""

    slug = slug_field(unique=True)
    title = models.CharField("tittel", max_length=120)
    purpose = models.CharField("formål", max_length=300, blank=True)
    applicant_type = models.CharField("hvem som kan søke", max_length=120, blank=True)

    class Meta:
        verbose_name = "eksempel på tiltak"
        verbose_name_plural = "eksempler på tiltak"
        ordering = ["pk"]

    def __str__(self):
        return self.title
