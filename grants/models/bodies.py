from django.conf import settings
from django.db import models
from django.db.models import F, Q

from grants.models.decisions import Outcome
from grants.models.of_case import OfCaseQuerySet
from omradesatsing.ui.templatetags.ui import date_no


class BodyDecisionQuerySet(OfCaseQuerySet):
    def waiting(self):
        """Entered, and neither confirmed nor taken out again."""
        return self.filter(confirmed_at=None, dropped_at=None)


class BodyDecision(models.Model):
    """What a body (byråd, utvalg, panel) decided in a case, as its minutes say.

    One person enters it and another confirms it by making the decision.
    """

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="body_decisions"
    )
    body = models.ForeignKey(
        "areas.Body",
        verbose_name="organ",
        on_delete=models.PROTECT,
        related_name="body_decisions",
    )
    meeting_on = models.DateField("møtedato")
    case_number = models.CharField("saksnummer", max_length=30)
    stood_down = models.TextField(
        "hvem som gikk fra",
        max_length=1000,
        blank=True,
        help_text="Inhabile medlemmer, med hjemmel, slik protokollen sier det.",
    )
    outcome = models.CharField("vedtak", max_length=10, choices=Outcome)
    amount = models.DecimalField("beløp", max_digits=12, decimal_places=2, default=0)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)
    dropped_at = models.DateTimeField(
        null=True, editable=False, help_text="When it was found to be entered wrongly."
    )

    objects = BodyDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "vedtak i et organ"
        verbose_name_plural = "vedtak i organer"
        ordering = ["application", "entered_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="body_decision_one_waits",
                fields=["application"],
                condition=Q(confirmed_at=None, dropped_at=None),
            ),
            models.CheckConstraint(
                name="body_decision_has_two_people",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")),
            ),
            models.CheckConstraint(
                name="body_decision_confirmed_by_someone",
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.body}, møte {date_no(self.meeting_on)}, sak {self.case_number}"

    def confirm(self, *, by, now):
        """Part of the verbs that make the decision, and hold the case."""
        self.confirmed_by, self.confirmed_at = by.user, now
        self.save(update_fields=["confirmed_by", "confirmed_at"])
