"""One with written authority to act for the party (forvaltningsloven § 12)."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants.models.records import PublicRecord
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class RepresentativeQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(ended_at=None)


class Representative(models.Model):
    """Who gets the letters of a case by post, with the authority that says so.

    The party is told beside them, and reads all of it on Min side as before. Has no
    log-in as such: one who is to write in the portal becomes a member.
    """

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="representatives"
    )
    name = models.CharField(_("navn"), max_length=120)
    address = models.CharField(_("adresse"), max_length=200)
    postal_code = models.CharField(_("postnummer"), max_length=4)
    city = models.CharField(_("poststed"), max_length=80)
    authority = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    why_ended = models.CharField("hvorfor", max_length=200, blank=True)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = "fullmektig"
        verbose_name_plural = "fullmektiger"
        ordering = ["application", "entered_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="representative_one_at_a_time",
                fields=["application"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="representative_end_is_whole",
                condition=Q(ended_at=None, ended_by=None, why_ended="")
                | (
                    Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(why_ended="")
                ),
            ),
        ]

    def __str__(self):
        return f"{self.name}, fullmektig"

    @classmethod
    @transaction.atomic
    def enter(cls, case, *, by, now, name, address, postal_code, city, authority):
        """Enter one for the case; `authority` is the StoredFile of what was signed."""
        case = case._hold()
        case.check_may_write_for_us(by)
        if cls.objects.standing().filter(application=case).exists():
            raise Refused("Saken har alt en fullmektig. Avslutt fullmakten først.")
        row = cls.objects.create(
            application=case,
            name=name.strip(),
            address=address.strip(),
            postal_code=postal_code,
            city=city.strip(),
            authority=authority,
            entered_at=now,
            entered_by=by.user,
        )
        JournalEntry.record("representative_entered", about=case, by=by, row=row.pk)
        PublicRecord.register(
            "other",
            about=case,
            direction="in",
            document=row,
            title=f"Fullmakt til {row.name}",
            by=by,
            now=now,
        )
        row._tell("representative_entered")
        return row

    @transaction.atomic
    def end(self, *, by, now, reason):
        """The authority is taken back, or laid down. Said again, it does nothing."""
        case = self.application._hold()
        if not case.has_member(by.user):
            case.check_may_write_for_us(by)
        if not reason.strip():
            raise Refused("Skriv hvorfor fullmakten er slutt.")
        rows = Representative.objects.standing().filter(pk=self.pk)
        taken = rows.update(ended_at=now, ended_by=by.user, why_ended=reason.strip())
        self.refresh_from_db()
        if taken:
            JournalEntry.record("representative_ended", about=case, by=by, row=self.pk)
            self._tell("representative_ended")

    def _tell(self, kind):
        case = self.application
        Notice.write(kind, about=self, to=case.members(), url=case.get_absolute_url())
