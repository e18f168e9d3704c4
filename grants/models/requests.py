"""What a caseworker asks an applicant for."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants.deadlines import is_working_day, next_working_day
from grants.models.steps import Step
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import date_no


class InfoRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at=None, closed_at=None)


class InfoRequest(models.Model):
    """Something the caseworker has asked the applicant for, with a deadline."""

    # Longer than that is no deadline but a forgotten case.
    LONGEST = timedelta(days=90)

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="info_requests"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    text = models.TextField(_("hva som mangler"), max_length=2000)
    due_on = models.DateField(_("frist"))
    steps = ArrayField(
        models.CharField(max_length=20, choices=Step),
        verbose_name=_("deler som kan endres"),
        default=list,
        blank=True,
    )
    unsent_answer = models.TextField(
        blank=True,
        editable=False,
        help_text="What the applicant has written and not sent. Staff never read it.",
    )
    answer = models.TextField(_("svar"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    closed_at = models.DateTimeField(
        null=True, editable=False, help_text="When we went on without an answer."
    )

    objects = InfoRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("spørsmål til søkeren")
        verbose_name_plural = _("spørsmål til søkeren")
        ordering = ["application", "asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="info_request_one_open",
                fields=["application"],
                condition=Q(answered_at=None, closed_at=None),
            ),
        ]

    def __str__(self):
        return self.text[:60]

    @classmethod
    def check_due(cls, day, *, today):
        """Refuse a deadline on which nobody can answer, or that is too far off."""
        if day <= today:
            raise Refused("Fristen må være en dag som kommer.")
        if day > today + cls.LONGEST:
            last = date_no(today + cls.LONGEST)
            raise Refused(f"Fristen kan ikke være senere enn {last}.")
        if not is_working_day(day):
            nearest = date_no(next_working_day(day))
            raise Refused(
                "Fristen må være en virkedag: ikke lørdag, søndag eller helligdag. "
                f"Den neste er {nearest}."
            )
