"""What people ask about a round, and who wants to hear of it."""

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.models.rounds import Round
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class RoundInquiryQuerySet(models.QuerySet):
    def public(self, now):
        return self.filter(published_at__lte=now)

    def open(self):
        """Neither answered nor sent on."""
        return self.filter(answered_at=None, forwarded_at=None)


class RoundInquiry(models.Model):
    """Something asked about a round. The answer is shown to all, the asker to nobody.

    A question that belongs elsewhere is forwarded, and the asker is told.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="inquiries")
    text = models.TextField(_("spørsmål"), max_length=1000)
    interpreter_language = models.CharField(
        _("jeg trenger tolk i"), max_length=60, blank=True
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    public_text = models.TextField(
        "spørsmålet slik det vises",
        max_length=1000,
        blank=True,
        help_text="Uten navn og annet som sier hvem som spør.",
    )
    answer = models.TextField("svar", max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    forwarded_to = models.CharField("sendt videre til", max_length=200, blank=True)
    forwarded_at = models.DateTimeField(null=True, editable=False)

    objects = RoundInquiryQuerySet.as_manager()

    class Meta:
        verbose_name = "spørsmål om utlysningen"
        verbose_name_plural = "spørsmål om utlysninger"
        ordering = ["round", "asked_at", "pk"]

    def __str__(self):
        return self.text[:60]

    def get_absolute_url(self):
        return f"{self.round.get_absolute_url()}#sporsmal"

    def get_staff_url(self):
        return reverse("admin:inquiry_detail", args=[self.pk])

    # A question too many is a mistake or worse; the phone is open to all.
    MOST_OPEN = 5

    @classmethod
    @transaction.atomic
    def ask(cls, *, round, text, by, now, interpreter_language=""):
        """Ask; the same words twice from one person are one question."""
        # Queue here, so that two clicks find each other's question.
        User.objects.select_for_update(no_key=True).get(pk=by.user.pk)
        own = cls.objects.open().filter(round=round, asked_by=by.user)
        same = own.filter(text=text.strip()).first()
        if same:
            return same
        if own.count() >= cls.MOST_OPEN:
            raise Refused(
                _("Du har flere spørsmål som ikke er besvart. Vent, eller ring oss.")
            )
        inquiry = cls.objects.create(
            round=round,
            text=text.strip(),
            interpreter_language=interpreter_language.strip(),
            asked_by=by.user,
            asked_at=now,
        )
        JournalEntry.record("inquiry_asked", about=inquiry, by=by)
        return inquiry

    @transaction.atomic
    def reply(self, *, by, now, answer, public_text):
        """Answer the one who asked, and show the answer to all unless it is for one.

        Without `public_text` only the asker sees it.
        """
        if not answer.strip():
            raise Refused("Skriv et svar.")
        taken = (
            RoundInquiry.objects.open()
            .filter(pk=self.pk)
            .update(
                answer=answer.strip(),
                public_text=public_text.strip(),
                answered_by=by.user,
                answered_at=now,
                published_at=now if public_text.strip() else None,
            )
        )
        self._taken(taken)
        JournalEntry.record("inquiry_answered", about=self, by=by)
        self._tell("inquiry_answered")

    @transaction.atomic
    def forward(self, *, by, now, to):
        """Send it on to where it belongs, and tell the asker where that is."""
        if not to.strip():
            raise Refused("Skriv hvem spørsmålet er sendt videre til.")
        taken = (
            RoundInquiry.objects.open()
            .filter(pk=self.pk)
            .update(forwarded_to=to.strip(), forwarded_at=now, answered_by=by.user)
        )
        self._taken(taken)
        JournalEntry.record("inquiry_forwarded", about=self, by=by)
        self._tell("inquiry_forwarded")

    def _taken(self, taken):
        self.refresh_from_db()
        if not taken:
            raise Refused("Spørsmålet er alt besvart eller sendt videre.")

    def _tell(self, kind):
        if self.asked_by_id:
            Notice.write(
                kind,
                about=self,
                to=[self.asked_by],
                url=self.get_absolute_url(),
                may_wait=True,
            )


class RoundFollower(models.Model):
    """That a user wants to be told when a round opens, changes or is about to close."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="followers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followed"
    )
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="round_followed_once", fields=["round", "user"]
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.round}"

    @classmethod
    @transaction.atomic
    def follow(cls, round, *, by, now):
        """Be told of the round from now on. Pressed twice: once."""
        _row, new = cls.objects.get_or_create(
            round=round, user=by.user, defaults={"since": now}
        )
        if new:
            JournalEntry.record("round_followed", about=round, by=by)

    @classmethod
    @transaction.atomic
    def unfollow(cls, round, *, by):
        """Be told no more."""
        count, _rows = cls.objects.filter(round=round, user=by.user).delete()
        if count:
            JournalEntry.record("round_unfollowed", about=round, by=by)
