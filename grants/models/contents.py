"""What hangs on a version and is frozen with it: budget lines and attachments."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from omradesatsing.files.models import StoredFile

# What a version holds may be written while it is not sent, and never after.
PARENT_FROZEN = """
    IF EXISTS (
        SELECT 1 FROM grants_version
        WHERE id IN (NEW.version_id, OLD.version_id) AND sent_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'version_is_frozen: the version is sent'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


class BudgetLine(models.Model):
    """One row of a version's budget, in kroner."""

    class Kind(models.TextChoices):
        COST = "cost", _("kostnad")
        INCOME = "income", _("andre penger inn")
        OWN_WORK = "own_work", _("egen innsats (dugnad)")

    version = models.ForeignKey(
        "grants.Version", on_delete=models.PROTECT, related_name="budget_lines"
    )
    kind = models.CharField(_("slag"), max_length=10, choices=Kind)
    text = models.CharField(_("hva"), max_length=120)
    amount = models.DecimalField(_("beløp"), max_digits=12, decimal_places=2)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("budsjettlinje")
        verbose_name_plural = _("budsjettlinjer")
        ordering = ["version", "kind", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="budget_line_amount_is_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("Beløpet må være over null."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="budget_line_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=PARENT_FROZEN,
            ),
        ]

    def __str__(self):
        return self.text


class Attachment(models.Model):
    """A file that belongs to a version of an application."""

    MOST = 10  # a case

    version = models.ForeignKey(
        "grants.Version", on_delete=models.PROTECT, related_name="attachments"
    )
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, related_name="attachments"
    )
    label = models.CharField(_("hva filen viser"), max_length=120, blank=True)
    question = models.ForeignKey(
        "grants.Question",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="attachments",
    )
    required = models.ForeignKey(
        "grants.RequiredAttachment",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="attachments",
    )

    class Meta:
        verbose_name = _("vedlegg")
        verbose_name_plural = _("vedlegg")
        ordering = ["version", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="attachment_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=PARENT_FROZEN,
            ),
        ]

    def __str__(self):
        return self.label or self.file.name

    def file_in_force(self):
        """The file; when it was rejected the one given instead, or None."""
        file = self.file
        while file is not None and file.scan == StoredFile.Scan.INFECTED:
            rejection = getattr(file, "rejection", None)
            file = rejection and rejection.replacement
        return file
