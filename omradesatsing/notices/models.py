from datetime import timedelta
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.template import Context
from django.template.loader import select_template
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry

# How long to wait before each new try: nearly two days in all.
RETRY_AFTER = [
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
]


class Delivery(models.TextChoices):
    """How far a notice's e-mail has come."""

    WAITING = "waiting", "Venter"
    RETRYING = "retrying", "Prøves igjen"
    SENT = "sent", "Sendt"
    FAILED = "failed", "Ikke levert"
    DIGEST = "digest", "Kommer i neste samle-e-post"
    READ = "read", "Lest i portalen før e-posten gikk"


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A person's own inbox, and nobody else's."""
        return self.filter(recipient=user)

    def unread(self):
        return self.filter(read_at=None)

    def delivered(self):
        """Those whose e-mail a mail server has taken."""
        return self.filter(sent_at__isnull=False)

    def in_delivery_state(self, state):
        unsent = self.filter(sent_at=None)
        untried = unsent.filter(attempts=0)
        return {
            Delivery.WAITING: untried.filter(in_digest=False),
            Delivery.RETRYING: unsent.filter(attempts__range=(1, len(RETRY_AFTER))),
            Delivery.SENT: self.delivered(),
            Delivery.FAILED: unsent.filter(attempts__gt=len(RETRY_AFTER)),
            Delivery.DIGEST: untried.filter(in_digest=True, read_at=None),
            Delivery.READ: untried.filter(in_digest=True, read_at__isnull=False),
        }[state]

    def for_digest(self):
        """Those that a digest has yet to tell of: not sent, not read, not given up."""
        return self.filter(
            in_digest=True,
            sent_at=None,
            read_at=None,
            attempts__lte=len(RETRY_AFTER),
        )

    def about(self, obj):
        return self.filter(
            about_type=ContentType.objects.get_for_model(obj), about_id=obj.pk
        )


class Notice(models.Model):
    """Something the portal tells one person: an inbox item, and an e-mail that says so.

    Written in the transaction of the act it tells of, with its text already rendered
    in the recipient's language; the worker delivers the e-mail.
    """

    kind = models.CharField("slag", max_length=60, editable=False)
    about_type = models.ForeignKey(
        ContentType, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    about_id = models.BigIntegerField(editable=False)
    about = GenericForeignKey("about_type", "about_id")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="mottaker",
        editable=False,
        on_delete=models.PROTECT,
        related_name="notices",
    )
    occasion = models.CharField(
        max_length=60,
        blank=True,
        editable=False,
        help_text="Tells apart two notices of one kind about one thing.",
    )
    language = models.CharField(max_length=2, editable=False)
    subject = models.CharField("emne", max_length=200, editable=False)
    text = models.TextField("tekst", editable=False)
    url = models.CharField("lenke", max_length=300, blank=True, editable=False)
    email_subject = models.CharField(max_length=200, editable=False)
    email_text = models.TextField(editable=False)
    message_id = models.CharField(max_length=200, unique=True, editable=False)
    created_at = models.DateTimeField("skrevet", default=timezone.now, editable=False)
    read_at = models.DateTimeField("lest", null=True, editable=False)
    in_digest = models.BooleanField(
        default=False,
        editable=False,
        help_text="Its e-mail is the recipient's next daily digest.",
    )
    # Delivery: sent_at is set when a mail server has said 250.
    attempts = models.PositiveSmallIntegerField("forsøk", default=0, editable=False)
    sent_at = models.DateTimeField("e-post sendt", null=True, editable=False)
    last_error = models.CharField(
        "siste feil", max_length=300, blank=True, editable=False
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "varsel"
        verbose_name_plural = "varsler"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notice_told_once",
                fields=["kind", "about_type", "about_id", "recipient", "occasion"],
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"]),
            models.Index(fields=["about_type", "about_id", "kind"]),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return self.url

    @classmethod
    @transaction.atomic
    def write(
        cls,
        kind,
        *,
        about,
        to,
        occasion="",
        url="",
        context=None,
        may_wait=False,
        now=None,
    ):
        """Tell each user in `to`, once, in the caller's transaction.

        `may_wait` says that nothing is lost if the e-mail comes with the day's digest,
        for those who have asked for one e-mail a day. A deadline may never wait.

        Texts come from `notices/<kind>.txt` (the inbox; its first line is the subject)
        and `notices/<kind>.email.txt` (the e-mail, likewise) or, where that is missing,
        `notices/email.txt`, which only says that something waits on Min side. An e-mail
        never carries a decision, an amount or a log-in link. Returns the rows made:
        telling the same again makes none.
        """
        made = []
        for user in {user.pk: user for user in to}.values():
            with translation.override(user.language):
                texts = texts_of(kind, about, user, url, context)
            in_digest = may_wait and user.one_digest
            notice, new = cls.objects.get_or_create(
                kind=kind,
                about_type=ContentType.objects.get_for_model(about),
                about_id=about.pk,
                recipient=user,
                occasion=occasion,
                defaults={
                    **texts,
                    "language": user.language,
                    "url": url,
                    "in_digest": in_digest,
                    "created_at": now or timezone.now(),
                    "message_id": make_msgid(
                        domain=urlsplit(settings.SITE_URL).hostname
                    ),
                },
            )
            if new:
                made.append(notice)
                if not in_digest:
                    notice.queue()
        return made

    def queue(self):
        # The job is a row too: it exists exactly when the notice does.
        # By name: the task knows this model.
        app.configure_task("notices.deliver").defer(notice_id=self.pk)

    @transaction.atomic
    def send_again(self, *, by):
        """Try an e-mail anew that was given up, when its address has been put right."""
        given_up = Notice.objects.in_delivery_state(Delivery.FAILED).filter(pk=self.pk)
        # Pressed twice, the second finds none.
        if not given_up.update(attempts=0, in_digest=False):
            raise Refused("E-posten er sendt, eller prøves alt igjen.")
        JournalEntry.record("notice_sent_again", about=self, by=by)
        self.queue()

    @property
    def delivery(self):
        if self.sent_at is not None:
            return Delivery.SENT
        if self.attempts == 0 and self.in_digest:
            return Delivery.READ if self.read_at else Delivery.DIGEST
        if self.attempts == 0:
            return Delivery.WAITING
        gave_up = self.attempts > len(RETRY_AFTER)
        return Delivery.FAILED if gave_up else Delivery.RETRYING

    def mark_read(self, *, now):
        """Note that the recipient has opened it; the first time stands."""
        Notice.objects.filter(pk=self.pk, read_at=None).update(read_at=now)

    def email(self):
        """The e-mail that says so; the same on every try."""
        return automatic_email(self, self.email_subject, self.email_text)

    def digest(self, notices):
        """One e-mail for several of a recipient's notices, of which this is the first.

        It names each by the subject that its own e-mail would have had.
        """
        facts = {
            "notices": notices,
            "site": urlsplit(settings.SITE_URL).netloc,
            "portal_name": settings.PORTAL_NAME,
        }
        with translation.override(self.recipient.language):
            subject, text = rendered(["notices/digest.email.txt"], facts)
        return automatic_email(self, subject, text)


def automatic_email(notice, subject, body):
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[notice.recipient.email],
        # One Message-ID for ever, so that a mailbox can drop a repeat.
        headers={"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated"},
    )


def texts_of(kind, about, recipient, url="", context=None):
    """A notice's four texts in the language that is active, by field name."""
    facts = {
        "about": about,
        "recipient": recipient,
        "url": url,
        "site": urlsplit(settings.SITE_URL).netloc,
        "portal_name": settings.PORTAL_NAME,
        **(context or {}),
    }
    subject, text = rendered([f"notices/{kind}.txt"], facts)
    email_subject, email_text = rendered(
        [f"notices/{kind}.email.txt", "notices/email.txt"], facts
    )
    return {
        "subject": subject,
        "text": text,
        "email_subject": email_subject,
        "email_text": email_text,
    }


def rendered(names, facts):
    """Subject (first line) and text of the first of these templates that exists."""
    template = select_template(names).template
    # Plain text: an ampersand stays an ampersand.
    text = template.render(Context(facts, autoescape=False)).strip()
    subject, _newline, rest = text.partition("\n")
    return subject.strip()[:200], rest.strip() + "\n"
