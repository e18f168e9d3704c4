"""When an application comes after the closing: by permission, or with a reason."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.models.applicants import Applicant
from grants.models.rounds import Round
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class LateExceptionQuerySet(models.QuerySet):
    def of_user(self, user, now):
        """Leave that counts now, for applicants whom the user acts for."""
        mine = Applicant.objects.acted_for_by(user)
        return self.filter(until__gt=now, applicant__in=mine)


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

    objects = LateExceptionQuerySet.as_manager()

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

    @classmethod
    @transaction.atomic
    def grant(cls, *, round, applicant, until, reason, by, now):
        """Let one applicant send until then, as if in time. Granted twice: once."""
        # What is being sent ends before this begins, and what comes after sees it.
        current = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
        if not by.user.has_role(roles.CASEWORKER):
            raise Refused("Bare en saksbehandler kan gi utsatt frist.")
        if applicant.has_member(by.user):
            raise Refused("Du kan ikke gi utsatt frist til en du selv søker for.")
        if not reason.strip():
            raise Refused("Skriv hvorfor søkeren får utsatt frist.")
        if current.closes_at is None or current.published_at is None:
            raise Refused("Utlysningen har ingen frist å utsette.")
        known = cls.objects.filter(round=current, applicant=applicant)
        same = known.filter(until=until, reason=reason.strip()).first()
        if same:
            return same
        if until <= now or until <= current.closes_for(applicant):
            raise Refused("Den nye fristen må være senere enn den søkeren har.")
        leave = cls.objects.create(
            round=current,
            applicant=applicant,
            until=until,
            reason=reason.strip(),
            granted_by=by.user,
            granted_at=now,
        )
        JournalEntry.record(
            "late_exception_granted",
            about=current,
            by=by,
            applicant=applicant.pk,
            until=until.isoformat(),
        )
        draft = current.applications.filter(applicant=applicant).drafts().first()
        Notice.write(
            "late_exception_granted",
            about=leave,
            to=applicant.members(),
            url=draft.get_absolute_url() if draft else leave.get_start_url(),
            context={"round": current, "until": until},
        )
        return leave

    def get_start_url(self):
        return reverse("grants:application_start", args=[self.round.slug])


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

    @property
    def awaits_ruling(self):
        return self.taken_in_at is None
