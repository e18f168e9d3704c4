"""What the applicant and the caseworker write to each other in a case."""

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models.records import PublicRecord
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class MessageQuerySet(models.QuerySet):
    def unread_by_staff(self):
        return self.filter(from_staff=False, read_at=None)


class Message(models.Model):
    """One message in a case, from either side. Sent is sent: never changed."""

    MOST_FILES = 5

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="messages"
    )
    from_staff = models.BooleanField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(_("melding"), max_length=4000)
    sent_at = models.DateTimeField()
    # Random, from the form that wrote it: the same form sent twice is one message.
    key = models.CharField(max_length=30, unique=True, editable=False)
    read_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When someone on the other side opened it.",
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("melding")
        verbose_name_plural = _("meldinger")
        ordering = ["application", "sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="message_says_something", condition=~Q(text="")
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="message_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="message_is_as_sent",
                operation=pgtrigger.UpdateOf(
                    "application_id",
                    "from_staff",
                    "sent_by_id",
                    "text",
                    "sent_at",
                    "key",
                ),
            ),
        ]

    def __str__(self):
        return self.text[:60]

    @classmethod
    @transaction.atomic
    def send(cls, application, *, text, files, by, now, key, from_staff):
        """Send a message with its files; the same form sent twice is one message.

        For the municipality only a caseworker writes. `files` are StoredFiles of the
        sender. Returns the message, and whether it is new.
        """
        # Held first: a conflict or a withdrawal of rights meanwhile is waited for.
        if application._hold().is_draft:
            raise Refused(_("Søknaden er ikke sendt ennå."))
        if from_staff:
            application.check_may_write_for_us(by)
        elif not application.has_member(by.user):
            raise Refused(_("Du kan ikke skrive i denne saken."))
        if not text.strip():
            raise Refused(_("Skriv en melding."))
        message, new = cls.objects.get_or_create(
            key=key,
            defaults={
                "application": application,
                "from_staff": from_staff,
                "sent_by": by.user,
                "text": text.strip(),
                "sent_at": now,
            },
        )
        if not new:
            return message, False
        MessageFile.objects.bulk_create(
            MessageFile(message=message, file=file) for file in files
        )
        PublicRecord.register(
            "message_out" if from_staff else "message_in",
            about=application,
            document=message,
            direction="out" if from_staff else "in",
            by=by,
            now=now,
        )
        # To answer is to have read.
        cls._note_read(application, by_staff=from_staff, now=now)
        JournalEntry.record(
            "message_sent", about=application, by=by, message=message.pk
        )
        if from_staff:
            Notice.write(
                "message_received",
                about=application,
                to=application.members(),
                occasion=f"message-{message.pk}",
                url=reverse(
                    "grants:message_list",
                    args=[application.year, application.sequence],
                ),
            )
        return message, True

    @classmethod
    @transaction.atomic
    def mark_read(cls, application, *, by, now):
        """Note that the municipality has read what the applicant sent.

        It takes the case off the list of what waits for an answer, so only one who
        could have answered may say it. The first time stands.
        """
        application._hold()
        application.check_may_write_for_us(by)
        if cls._note_read(application, by_staff=True, now=now):
            JournalEntry.record("messages_read", about=application, by=by)

    @classmethod
    def _note_read(cls, application, *, by_staff, now):
        unread = cls.objects.filter(
            application=application, from_staff=not by_staff, read_at=None
        )
        return unread.update(read_at=now)


class MessageFile(models.Model):
    """A file sent with a message."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, related_name="message_files"
    )

    class Meta:
        ordering = ["message", "pk"]

    def __str__(self):
        return self.file.name

    def tell_of_rejection(self):
        """Tell the sender, and the other side, that the scanner rejected the file."""
        application, sender = self.message.application, self.message.sent_by
        own = reverse(
            "grants:message_list", args=[application.year, application.sequence]
        )
        staff = reverse(
            "admin:case_messages", args=[application.year, application.number[5:]]
        )
        if self.message.from_staff:
            told = [([sender], staff), (application.members(), own)]
        else:
            caseworker = application.caseworker
            told = [([sender], own), ([caseworker] if caseworker else [], staff)]
        for people, url in told:
            Notice.write(
                "message_file_rejected",
                about=application,
                to=people,
                occasion=f"file-{self.file_id}",
                url=url,
                context={"file": self.file},
            )
