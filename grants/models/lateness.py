"""When an application comes after the closing: by permission, or with a reason."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.models.applicants import Applicant
from grants.models.rounds import Round


class LateException(models.Model):
    """Leave for one applicant to send until a given time; the round stays closed."""

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="late_exceptions"
    )
    applicant = models.ForeignKey(
        Applicant, on_delete=models.PROTECT, related_name="late_exceptions"
    )
    until = models.DateTimeField("til", help_text="The first second that is too late.")
    reason = models.TextField("begrunnelse", max_length=1000)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "utsatt frist for én søker"
        verbose_name_plural = "utsatte frister for én søker"
        ordering = ["round", "-granted_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="late_exception_says_why", condition=~Q(reason="")
            ),
        ]

    def __str__(self):
        return f"{self.applicant} · {self.round}"


class LateEntry(models.Model):
    """That an application was sent after the closing without leave, and the ruling.

    It is with the staff like any other, but is not judged until it is taken in; the
    other way out is a decision that dismisses it, which can be appealed.
    """

    application = models.OneToOneField(
        "grants.Application", on_delete=models.PROTECT, related_name="late_entry"
    )
    reason = models.TextField(_("hvorfor sender dere etter fristen?"), max_length=1000)
    closed_at = models.DateTimeField(
        editable=False, help_text="The closing that it came after."
    )
    taken_in_at = models.DateTimeField(null=True, editable=False)
    taken_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ruling = models.TextField("begrunnelse", max_length=1000, blank=True)

    class Meta:
        verbose_name = "sendt etter fristen"
        verbose_name_plural = "sendt etter fristen"
        constraints = [
            models.CheckConstraint(name="late_entry_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="late_entry_ruling_is_whole",
                condition=Q(taken_in_at=None, taken_in_by=None, ruling="")
                | (
                    Q(taken_in_at__isnull=False, taken_in_by__isnull=False)
                    & ~Q(ruling="")
                ),
            ),
        ]

    def __str__(self):
        return self.reason[:60]
