import pghistory
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.dates import day_field, precision_field
from areas.fields import slug_field, slug_is_free
from areas.models import Area, Fact
from areas.models.facts import PublishedQuerySet
from omradesatsing.ui.templatetags.ui import partial_date


class EventQuerySet(PublishedQuerySet):
    def in_area(self, area):
        through = Event.areas.through.objects.filter(event=OuterRef("pk"), area=area)
        return self.filter(Exists(through))

    def with_day(self):
        """Adds `day`: the local date of the start, or the first day it can mean."""
        local = TruncDate("starts_at", tzinfo=timezone.get_default_timezone())
        return self.annotate(day=Coalesce(local, "date"))

    def by_day(self):
        """The latest first; those without a date last. After `with_day()`."""
        return self.order_by(models.F("day").desc(nulls_last=True), "title", "pk")

    def coming(self, now):
        """From today on, the nearest first."""
        day = timezone.localdate(now)
        return self.with_day().filter(day__gte=day).order_by("day", "starts_at", "pk")

    def held(self, now):
        """Before today, the latest first; those without a date last."""
        day = timezone.localdate(now)
        past = self.with_day().filter(Q(day__lt=day) | Q(day__isnull=True))
        return past.by_day()


@pghistory.track()
class Event(Fact):
    """Something to come to or that was held: a meeting, a survey, an opening."""

    class Kind(models.TextChoices):
        FOLKEMOTE = "folkemote", _("folkemøte")
        SURVEY = "survey", _("innbyggerundersøkelse")
        WORKSHOP = "workshop", _("verksted")
        BARNETRAKK = "barnetrakk", _("barnetråkk")
        OPENING = "opening", _("åpning")
        OFFICE = "office", _("kontor")
        OTHER = "other", _("annet")

    class Qualifier(models.TextChoices):
        EXACT = "=", _("nøyaktig")
        ABOUT = "about", _("omtrent")
        OVER = "over", _("over")

    slug = slug_field(unique=True)
    title = models.CharField("tittel", max_length=200)
    kind = models.CharField("slag", max_length=10, choices=Kind)
    starts_at = models.DateTimeField("begynner", null=True, blank=True)
    ends_at = models.DateTimeField("slutter", null=True, blank=True)
    date = day_field("dato", help_text="Når klokkeslettet ikke er kjent.")
    date_precision = precision_field("dato")
    areas = models.ManyToManyField(
        Area, verbose_name="områder", blank=True, related_name="events"
    )
    place = models.CharField("sted", max_length=160, blank=True)
    accessibility = models.TextField(
        "tilgjengelighet",
        blank=True,
        help_text="Trinnfritt, teleslynge, tolk, toalett, hvordan en kommer dit.",
    )
    programme = models.TextField("program", blank=True)
    attendance = models.PositiveIntegerField("antall frammøtte", null=True, blank=True)
    attendance_qualifier = models.CharField(
        "antallet er", max_length=5, choices=Qualifier, blank=True
    )
    summary_url = models.URLField("oppsummering", max_length=500, blank=True)
    published_at = models.DateTimeField(
        "publisert", null=True, blank=True, help_text="Tomt: et utkast."
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "arrangement"
        verbose_name_plural = "arrangementer"
        ordering = ["-starts_at", "-date", "pk"]
        constraints = [
            slug_is_free("event_slug_not_reserved"),
            models.CheckConstraint(
                name="event_one_kind_of_time",
                condition=Q(starts_at__isnull=True) | Q(date__isnull=True),
                violation_error_message="Fyll ut enten klokkeslett eller dato.",
            ),
            models.CheckConstraint(
                name="event_ends_after_start",
                condition=Q(ends_at__isnull=True)
                | Q(ends_at__gt=models.F("starts_at")),
                violation_error_message="Slutten må være etter starten.",
            ),
        ]

    def __str__(self):
        return self.title

    def is_coming(self, day):
        """From the day on. After `with_day()`."""
        return self.day is not None and self.day >= day

    @property
    def date_text(self):
        """«28. oktober 2020», «januar 2018»; empty when no date is known."""
        if self.starts_at:
            return partial_date(timezone.localdate(self.starts_at), "day")
        return partial_date(self.date, self.date_precision)

    @property
    def attendance_text(self):
        """«over 120 deltok»; empty when nobody counted."""
        words = {
            self.Qualifier.ABOUT: _("omtrent %(number)s deltok"),
            self.Qualifier.OVER: _("over %(number)s deltok"),
        }
        if self.attendance is None:
            return ""
        text = words.get(self.attendance_qualifier, _("%(number)s deltok"))
        return text % {"number": self.attendance}
