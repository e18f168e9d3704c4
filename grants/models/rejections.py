"""A file that the scanner rejected after it was attached, and the one given instead."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.deadlines import working_days_after
from grants.models.applications import Application
from grants.models.contents import Attachment
from grants.models.messages import MessageFile
from grants.models.of_case import OfCaseQuerySet
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice

# How long the applicant has to give another file, also after the closing.
GRACE = 3  # working days


class RejectedFileQuerySet(OfCaseQuerySet):
    def of_case(self, application):
        """Those in what is sent of a case, with what was given instead."""
        sent = self.filter(application=application, due_on__isnull=False)
        return sent.select_related("application", "file", "replacement")

    def of_draft(self, application):
        """Those taken out of what is being written."""
        # One sent with a message has no part in it either.
        taken_out = self.filter(
            application=application, due_on=None, file__message_files=None
        )
        return taken_out.select_related("file").order_by("pk")

    def replaced(self):
        return self.filter(replacement__isnull=False)


class RejectedFile(models.Model):
    """A file of an application in which the scanner found something harmful.

    One that was sent stays in its version, which is frozen: the applicant may give
    another file until `due_on`, and that stands here beside it. From a draft it is
    taken out, and `due_on` is empty; as it is for a file of a message, of which a new
    one may be written at any time.
    """

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="rejected_files"
    )
    file = models.OneToOneField(
        StoredFile, on_delete=models.CASCADE, related_name="rejection"
    )
    found_at = models.DateTimeField()
    due_on = models.DateField(_("frist"), null=True)
    replacement = models.OneToOneField(
        StoredFile, null=True, on_delete=models.PROTECT, related_name="replaces"
    )
    replaced_at = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = RejectedFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("avvist fil")
        verbose_name_plural = _("avviste filer")
        ordering = ["application", "pk"]
        constraints = [
            models.CheckConstraint(
                name="rejected_file_replaced_by_someone",
                condition=Q(replacement=None, replaced_at=None, replaced_by=None)
                | Q(
                    replacement__isnull=False,
                    replaced_at__isnull=False,
                    replaced_by__isnull=False,
                ),
            ),
        ]

    def __str__(self):
        return self.file.name

    def is_open(self, now):
        """Whether another file may be given instead."""
        return (
            self.due_on is not None
            and self.replacement_id is None
            and timezone.localdate(now) <= self.due_on
        )

    @classmethod
    @transaction.atomic
    def reject(cls, file, *, now):
        """Take a rejected file out of what is being written, and tell who it concerns.

        Telling again of the same file does nothing.
        """
        application = application_of(file)
        if application is None:
            return
        # Parent before child: a sending is over, or sees the file gone.
        Application.objects.select_for_update(no_key=True).get(pk=application.pk)
        attachments = Attachment.objects.filter(file=file)
        unsent = attachments.filter(version__sent_at=None)
        is_sent = (
            attachments.filter(version__sent_at__isnull=False).exists()
            or cls.objects.filter(replacement=file).exists()
        )
        due_on = working_days_after(timezone.localdate(now), GRACE)
        rejected, new = cls.objects.get_or_create(
            file=file,
            defaults={
                "application": application,
                "found_at": now,
                "due_on": due_on if is_sent else None,
            },
        )
        unsent.delete()
        if not new:
            return
        # A file is of one message at most: each upload is a row of its own.
        in_message = MessageFile.objects.filter(file=file).select_related("message")
        if sent := in_message.first():
            sent.tell_of_rejection()
            return
        url = application.get_absolute_url()
        if is_sent and not application.is_draft:
            url = rejected.get_replace_url()
        Notice.write(
            "file_rejected",
            about=rejected,
            to=application.members(),
            url=url,
            context={"application": application},
        )

    def get_replace_url(self):
        application = self.application
        return reverse(
            "grants:rejected_file",
            args=[application.year, application.sequence, self.pk],
        )

    def replace(self, upload, *, by, now):
        """Give another file. What was sent stays as it was; this stands beside it.

        Call it outside a transaction, as `StoredFile.take` asks. Raises ValidationError
        for a bad file, Refused when it is too late or done already.
        """
        self._check_replacing(by, now)
        file = StoredFile.take(upload, by=by, about=self.application)
        try:
            with transaction.atomic():
                waiting = RejectedFile.objects.filter(pk=self.pk, replacement=None)
                if not waiting.update(
                    replacement=file, replaced_at=now, replaced_by=by.user
                ):
                    raise Refused(_("Filen er alt erstattet."))
                self.refresh_from_db()
                JournalEntry.record(
                    "file_replaced",
                    about=self.application,
                    by=by,
                    rejected=self.file_id,
                    file=file.pk,
                )
        except Refused:
            file.discard()
            raise

    def _check_replacing(self, by, now):
        if not self.application.has_member(by.user):
            raise Refused(_("Du kan ikke gjøre dette for denne søkeren."))
        if self.replacement_id is not None:
            raise Refused(_("Filen er alt erstattet."))
        if not self.is_open(now):
            raise Refused(_("Fristen for å erstatte filen er ute."))


def application_of(file):
    """The application that has a file in a version, a message or as another's
    replacement; or None."""
    return Application.objects.filter(
        Q(versions__attachments__file=file)
        | Q(messages__files__file=file)
        | Q(rejected_files__replacement=file)
    ).first()


def newly_rejected():
    """Files given to us that the scanner has rejected, and nobody is told of yet."""
    attached = Attachment.objects.values("file")
    given = RejectedFile.objects.replaced().values("replacement")
    infected = StoredFile.objects.filter(scan=StoredFile.Scan.INFECTED, rejection=None)
    sent = MessageFile.objects.values("file")
    return infected.filter(
        Q(pk__in=attached) | Q(pk__in=sent) | Q(pk__in=given)
    ).order_by("pk")
