"""What the applicant and the caseworker write to each other in a case."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One message in a case, from either side. Sent is sent: never changed."""

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
        null=True, editable=False, help_text="When someone on the other side opened it."
    )

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
