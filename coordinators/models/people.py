import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from areas.dates import day_field
from areas.models import Area
from areas.models.facts import PublishedQuerySet
from areas.models.programme import ends_after_start, in_force, no_overlap


@pghistory.track()
class Coordinator(models.Model):
    """A user's public face: what residents see of who works in an area."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="bruker",
        on_delete=models.PROTECT,
        related_name="coordinator",
    )
    title = models.CharField("tittel", max_length=80, default="Områdekoordinator")
    phone = models.CharField("telefon for innbyggere", max_length=20, blank=True)
    email = models.EmailField("e-post for innbyggere", blank=True)
    presentation = models.TextField("presentasjon", blank=True)
    published_at = models.DateTimeField(
        "publisert", null=True, blank=True, help_text="Tomt: et utkast."
    )

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = "koordinator"
        verbose_name_plural = "koordinatorer"
        ordering = ["user__name", "pk"]

    def __str__(self):
        return str(self.user)


class AssignmentQuerySet(models.QuerySet):
    def in_force(self, day):
        return self.filter(in_force(day))

    def public(self, now):
        """Assignments of coordinators that residents may see."""
        return self.filter(coordinator__published_at__lte=now)


@pghistory.track()
class Assignment(models.Model):
    """A coordinator has an area from one day to another. All scope comes from here."""

    coordinator = models.ForeignKey(
        Coordinator,
        verbose_name="koordinator",
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    area = models.ForeignKey(
        Area,
        verbose_name="område",
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    starts_on = models.DateField("fra")
    ends_on = day_field("til og med")
    is_deputy = models.BooleanField("vikar", default=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "oppdrag"
        verbose_name_plural = "oppdrag"
        ordering = ["area__name_key", "is_deputy", "starts_on", "pk"]
        constraints = [
            no_overlap(
                "assignment_no_overlap",
                ["coordinator", "area"],
                "Koordinatoren har alt området i tidsrommet.",
            ),
            ends_after_start("assignment_ends_after_start"),
        ]

    def __str__(self):
        return f"{self.coordinator}: {self.area}"


def responsible_for(area_pk):
    """A condition on assignments: for the area, or for one run as one with it."""
    return Q(area=area_pk) | Q(area__effort__areas=area_pk)
