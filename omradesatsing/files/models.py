import hashlib
import uuid
from functools import partial

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from omradesatsing.files.checks import checked_content


class StoredFile(models.Model):
    """An upload that passed the checks, or a document that the portal made.

    Has no address and no permission of its own: the owner's view fetches the owner in
    scope and returns `response()`. Its name on disk is random and says nothing.
    """

    class Scan(models.TextChoices):
        WAITING = "waiting", _("sjekkes")
        CLEAN = "clean", _("trygg")
        INFECTED = "infected", _("avvist")
        NOT_SCANNED = "not_scanned", _("ikke sjekket for virus")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    about_type = models.ForeignKey(
        ContentType, null=True, editable=False, on_delete=models.PROTECT
    )
    about_id = models.BigIntegerField(null=True, editable=False)
    about = GenericForeignKey("about_type", "about_id")
    name = models.CharField("filnavn", max_length=200)
    content_type = models.CharField("type", max_length=100, editable=False)
    size = models.PositiveIntegerField("størrelse", editable=False, help_text="Bytes.")
    sha256 = models.CharField(max_length=64, editable=False)
    path = models.CharField(max_length=200, unique=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    scan = models.CharField(
        "viruskontroll",
        max_length=12,
        choices=Scan,
        default=Scan.NOT_SCANNED,
        editable=False,
    )
    scanned_at = models.DateTimeField(null=True, editable=False)
    threat = models.CharField(
        max_length=200, blank=True, editable=False, help_text="What the scanner found."
    )
    stored_at = models.DateTimeField("lagret", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "fil"
        verbose_name_plural = "filer"
        indexes = [models.Index(fields=["about_type", "about_id"])]

    def __str__(self):
        return self.name

    @classmethod
    def take(cls, upload, *, by, about=None):
        """Check an upload by its content and store it.

        `upload` is Django's UploadedFile. Raises ValidationError with a Norwegian
        message when it is refused. Call it outside a transaction: it writes to disk
        first, then the row.
        """
        content = checked_content(upload)
        return cls.keep(
            content.data,
            name=content.name,
            content_type=content.type,
            by=by,
            about=about,
        )

    @classmethod
    def keep(cls, data, *, name, content_type, by, about=None):
        """Store bytes that the portal itself vouches for, such as a letter."""
        key = uuid.uuid4()
        path = default_storage.save(f"{key.hex[:2]}/{key.hex}", ContentFile(data))
        try:
            return cls.objects.create(
                key=key,
                about=about,
                name=name,
                content_type=content_type,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                path=path,
                uploaded_by=by.user,
            )
        except BaseException:
            # Better no row and no file than a file that nobody knows of.
            default_storage.delete(path)
            raise

    def discard(self):
        """Remove a file that nothing points at: the row, then what is on disk.

        The disk waits for the caller's transaction: what is rolled back keeps its file.
        """
        self.delete()
        transaction.on_commit(partial(default_storage.delete, self.path))

    def open(self):
        return default_storage.open(self.path, "rb")

    def response(self):
        """The file as a download that no browser can run in our name."""
        response = FileResponse(
            self.open(),
            as_attachment=True,
            filename=self.name,
            content_type=self.content_type,
        )
        response["X-Content-Type-Options"] = "nosniff"
        # django-csp leaves a policy that is there already.
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Cache-Control"] = "private, no-store"
        return response
