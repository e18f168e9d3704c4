"""Awards of rounds whose form is elsewhere, for the public list."""

from django.db import models
from django.db.models import Q

from grants.models.rounds import Round


class ImportedAward(models.Model):
    """One award given through another form than the portal's. Kroner."""

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="imported_awards"
    )
    reference = models.CharField(
        "referanse", max_length=60, help_text="The other system's own number."
    )
    awarded_on = models.DateField("tildelt")
    recipient = models.CharField(
        "mottaker", max_length=200, blank=True, help_text="Empty: a private person."
    )
    project = models.CharField("prosjekt", max_length=120)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField("beløp", max_digits=12, decimal_places=2)
    imported_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = "tildeling fra et annet skjema"
        verbose_name_plural = "tildelinger fra andre skjema"
        ordering = ["-awarded_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="imported_award_once", fields=["round", "reference"]
            ),
            models.CheckConstraint(
                name="imported_award_is_positive", condition=Q(amount__gt=0)
            ),
        ]

    def __str__(self):
        return self.project
