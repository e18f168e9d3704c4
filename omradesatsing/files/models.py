import hashlib
import uuid
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.files import scanner
from omradesatsing.files.checks import checked_content, refusal
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class StoredFileQuerySet(models.QuerySet):
    def unchecked(self):
        """Those that wait for the scanner: uploads, never what the portal made."""
        return self.filter(
            Q(scan=StoredFile.Scan.WAITING)
            | Q(scan=StoredFile.Scan.NOT_SCANNED, uploaded_by__isnull=False)
        )


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

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fil"
        verbose_name_plural = "filer"
        indexes = [models.Index(fields=["about_type", "about_id"])]

    def __str__(self):
        return self.name

    @property
    def shown_scan(self):
        """What the scanner has said, as a person is told: the state may be older."""
        if self.is_held and self.scan == self.Scan.NOT_SCANNED:
            return self.Scan.WAITING
        return self.Scan(self.scan)

    @property
    def is_held(self):
        """Whether nobody may have its content: it waits for the scanner, or is bad."""
        if self.scan == self.Scan.NOT_SCANNED:
            # What nobody uploaded is ours. Uploads wait as soon as there is a scanner.
            return scanner.is_configured() and self.uploaded_by_id is not None
        return self.scan != self.Scan.CLEAN

    @classmethod
    def take(cls, upload, *, by, about=None):
        """Check an upload by its content, store it and have it scanned.

        `upload` is Django's UploadedFile. Raises ValidationError with a Norwegian
        message when it is refused. Call it outside a transaction: it writes to disk
        first, then the row, and then asks the scanner. When the scanner does not answer
        at once the file is stored and held, and a job asks again.
        """
        content = checked_content(upload)
        waits = scanner.is_configured()
        file = cls.keep(
            content.data,
            name=content.name,
            content_type=content.type,
            by=by,
            about=about,
            scan=cls.Scan.WAITING if waits else cls.Scan.NOT_SCANNED,
        )
        if waits:
            with suppress(scanner.ScannerDown):
                file.scan_with(timeout=scanner.AT_ONCE)
        if file.scan == cls.Scan.INFECTED:
            raise refusal("infected", file.name)
        return file

    @classmethod
    def keep(cls, data, *, name, content_type, by, about=None, scan=Scan.NOT_SCANNED):
        """Store bytes that the portal itself vouches for, such as a letter."""
        key = uuid.uuid4()
        path = default_storage.save(f"{key.hex[:2]}/{key.hex}", ContentFile(data))
        try:
            with transaction.atomic():
                file = cls.objects.create(
                    key=key,
                    about=about,
                    name=name,
                    content_type=content_type,
                    size=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                    path=path,
                    uploaded_by=by.user,
                    scan=scan,
                )
                if scan == cls.Scan.WAITING:
                    # By name: the task knows this model. A moment later, so that the
                    # one who uploads has most often had the answer already.
                    app.configure_task("files.scan", schedule_in={"seconds": 5}).defer(
                        file_id=file.pk
                    )
                return file
        except BaseException:
            # Better no row and no file than a file that nobody knows of.
            default_storage.delete(path)
            raise

    def scan_with(self, *, timeout):
        """Have the scanner say what it is. Call it outside a transaction.

        What is harmful is removed from disk at once: its row stays, with its SHA-256
        and what was found. Raises ScannerDown, and then the staff are told once.
        """
        try:
            with self.open() as stream:
                threat = scanner.find_threat(stream, timeout=timeout)
        except FileNotFoundError:
            return  # discarded meanwhile
        except scanner.ScannerDown:
            ScannerOutage.begin()
            raise
        with transaction.atomic():
            # Of two answers at once the first stands.
            unchecked = StoredFile.objects.unchecked().filter(pk=self.pk)
            taken = unchecked.update(
                scan=self.Scan.INFECTED if threat else self.Scan.CLEAN,
                threat=threat[:200],
                scanned_at=timezone.now(),
            )
            if taken and threat:
                JournalEntry.record("file_rejected", about=self, by=Actor.system())
                transaction.on_commit(partial(default_storage.delete, self.path))
        if taken:
            self.refresh_from_db(fields=["scan", "threat", "scanned_at"])

    def discard(self):
        """Remove a file that nothing points at: the row, then what is on disk.

        The disk waits for the caller's transaction: what is rolled back keeps its file.
        """
        self.delete()
        transaction.on_commit(partial(default_storage.delete, self.path))

    def open(self):
        return default_storage.open(self.path, "rb")

    def response(self):
        """The file as a download that no browser can run in our name.

        Raises PermissionDenied while it is held, whoever asks.
        """
        if self.is_held:
            raise PermissionDenied(_("Filen er ikke sjekket for virus ennå."))
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


class ScannerOutage(models.Model):
    """A time when the scanner did not answer, until all that waited was checked."""

    began_at = models.DateTimeField("begynte", default=timezone.now)
    ended_at = models.DateTimeField("slutt", null=True)

    class Meta:
        verbose_name = "brudd i viruskontrollen"
        verbose_name_plural = "brudd i viruskontrollen"
        constraints = [
            models.UniqueConstraint(
                name="scanner_outage_one_at_a_time",
                fields=["ended_at"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self):
        return f"{timezone.localtime(self.began_at):%d.%m.%Y %H.%M}"

    @classmethod
    @transaction.atomic
    def begin(cls):
        """Tell the staff that files are held, once for each outage."""
        outage, new = cls.objects.get_or_create(ended_at=None)
        if new:
            Notice.write("scanner_down", about=outage, to=watchers())

    @classmethod
    @transaction.atomic
    def end_when_all_are_checked(cls):
        """Tell the staff when no file waits any more."""
        outage = cls.objects.filter(ended_at=None).first()
        if outage is None or StoredFile.objects.unchecked().exists():
            return
        now = timezone.now()
        if cls.objects.filter(pk=outage.pk, ended_at=None).update(ended_at=now):
            Notice.write("scanner_up", about=outage, to=watchers())


def watchers():
    """The staff who are told when the scanner is down."""
    watching = [roles.ADMINISTRATOR, roles.CASEWORKER]
    return User.objects.filter(is_active=True, groups__name__in=watching).order_by("pk")
