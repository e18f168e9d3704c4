"""Letters that someone must have on paper: what waits, and what was posted when."""

from collections import Counter

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.templatetags.ui import date_no


class PrintItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Letters of the cases that the user sees."""
        letters = self.model._meta.get_field("letter").related_model.objects
        return self.filter(letter__in=letters.visible_to(user).values("pk"))

    def waiting(self):
        """Not posted, the oldest first; one who opened the letter needs no paper."""
        opened = Q(notice__read_at__isnull=False)
        return self.filter(posted_on=None).exclude(opened).order_by("queued_at", "pk")

    def posted(self):
        return self.filter(posted_on__isnull=False).order_by("-posted_at", "-pk")

    def starting_time(self):
        """Those whose posting starts a time to appeal: not a copy that was asked for.

        Who asks for a copy has been told.
        """
        return self.exclude(cause=self.model.Cause.ASKED)


class PrintItem(models.Model):
    """One letter that one recipient must have on paper.

    Without a recipient it is for the applicant, who has no log-in to read it with.
    """

    class Cause(models.TextChoices):
        NO_EMAIL = "no_email", "kan ikke varsles på e-post"
        RESERVED = "reserved", "skal ha brev i posten"
        BOUNCED = "bounced", "varselet kom ikke fram"
        UNREAD = "unread", "ikke åpnet på 14 dager"
        ASKED = "asked", "har bedt om å få det på papir"
        AUTHORITY = "authority", "er fullmektig"

    letter = models.ForeignKey(
        "grants.Letter", on_delete=models.PROTECT, related_name="print_items"
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    representative = models.ForeignKey(
        "grants.Representative",
        null=True,
        on_delete=models.PROTECT,
        related_name="print_items",
    )
    notice = models.ForeignKey(
        "notices.Notice",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="What did not arrive, or was not opened.",
    )
    cause = models.CharField("grunn", max_length=10, choices=Cause)
    queued_at = models.DateTimeField("i kø fra")
    posted_on = models.DateField("lagt i posten", null=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    correction = models.TextField(
        "hvorfor rettet", blank=True, help_text="Of the last correction."
    )

    objects = PrintItemQuerySet.as_manager()

    class Meta:
        verbose_name = "utskrift"
        verbose_name_plural = "utskrifter"
        ordering = ["queued_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="print_item_once_for_each",
                fields=["letter", "recipient", "representative"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="print_item_posting_is_whole",
                condition=Q(posted_on=None, posted_at=None, posted_by=None)
                | Q(
                    posted_on__isnull=False,
                    posted_at__isnull=False,
                    posted_by__isnull=False,
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="print_item_is_never_deleted", operation=pgtrigger.Delete
            ),
            # A wrong day would start the time to appeal too early, or never.
            pgtrigger.Trigger(
                name="print_item_day_can_be",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__posted_on__isnull=False),
                func="""
                    IF NEW.posted_on > (NEW.posted_at AT TIME ZONE 'Europe/Oslo')::date
                       OR NEW.posted_on < (
                            SELECT (written_at AT TIME ZONE 'Europe/Oslo')::date
                            FROM grants_letter WHERE id = NEW.letter_id
                       ) THEN
                        RAISE EXCEPTION 'print_item_day_can_be: not before the letter'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.letter} til {self.addressee}"

    @property
    def addressee(self):
        """The name on the envelope."""
        applicant = self.letter.application.applicant
        return str(
            self.representative
            or self.recipient
            or applicant.answerable_name
            or applicant
        )

    @property
    def address(self):
        """Whose `address`, `postal_code` and `city` stand on the envelope."""
        return self.representative or self.letter.application.applicant

    @property
    def was_opened(self):
        return self.notice is not None and self.notice.read_at is not None

    # --- in the queue -----------------------------------------------------------------

    @classmethod
    def queue_at_once(cls, letter, *, told, now):
        """Queue a letter that no e-mail reaches, in the same transaction as its notice.

        `told` are the users who get a notice of it. An applicant who is to have letters
        by post, or for whom nobody has a log-in, gets it on paper as well; so does one
        with written authority to act for them.
        """
        reserved = letter.application.applicant.letters_by_post
        if reserved or not told:
            cause = cls.Cause.RESERVED if reserved and told else cls.Cause.NO_EMAIL
            cls._queue(letter, None, cause=cause, now=now)
        for row in letter.application.representatives.standing():
            cls._queue(
                letter, None, cause=cls.Cause.AUTHORITY, now=now, representative=row
            )
        for user in told:
            if not user.is_active:
                cls._queue(letter, user, cause=cls.Cause.NO_EMAIL, now=now)

    @classmethod
    @transaction.atomic
    def queue_for(cls, notice, letter, *, cause, now):
        """Queue a letter whose notice did not arrive or was not opened; once.

        One who opens it at the same time is waited for, and gets no paper.
        """
        unread = type(notice).objects.unread().select_for_update(no_key=True)
        if not unread.filter(pk=notice.pk).exists():
            return
        cls._queue(letter, notice.recipient, cause=cause, now=now, notice=notice)

    @classmethod
    @transaction.atomic
    def ask(cls, letter, *, by, now):
        """The applicant has asked for a letter on paper."""
        case = letter.application
        case._hold()
        case.check_may_write_for_us(by)
        if not cls._queue(letter, None, cause=cls.Cause.ASKED, now=now):
            raise Refused("Brevet er alt lagt i posten eller venter på det.")
        JournalEntry.record("paper_asked", about=case, by=by, letter=letter.pk)

    @classmethod
    def _queue(cls, letter, recipient, *, cause, now, notice=None, representative=None):
        _item, new = cls.objects.get_or_create(
            letter=letter,
            recipient=recipient,
            representative=representative,
            defaults={"cause": cause, "notice": notice, "queued_at": now},
        )
        return new

    # --- posted -----------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def mark_posted(cls, keys, *, by, on, now):
        """Note that these were posted that day: all of them, or none. Returns them.

        For one who was not reached otherwise the time to appeal begins that day.
        """
        items = cls._held(keys, by=by)
        if len(items) != len(set(keys)) or any(item.posted_on for item in items):
            raise Refused(
                "Noe av dette er alt lagt i posten, eller er ikke lenger i listen. "
                "Ingenting er merket. Se over listen og prøv igjen."
            )
        for item in items:
            item._note(on, by=by, now=now)
            JournalEntry.record(
                "letter_posted",
                about=item.letter.application,
                by=by,
                item=item.pk,
                letter=item.letter_id,
                on=on.isoformat(),
            )
        return items

    @transaction.atomic
    def correct_posted(self, *, by, on, reason, now):
        """Correct the day it was posted; without one it was not posted, and waits.

        The journal keeps what was noted before.
        """
        held = self._held([self.pk], by=by)
        if not held or held[0].posted_on is None:
            raise Refused("Brevet er ikke merket som lagt i posten.")
        if not reason.strip():
            raise Refused("Skriv hvorfor det rettes.")
        item = held[0]
        was, item.correction = item.posted_on, reason.strip()
        if on == was:
            raise Refused("Dette er datoen som alt står.")
        item._note(on, by=by, now=now)
        JournalEntry.record(
            "posting_corrected",
            about=item.letter.application,
            by=by,
            item=item.pk,
            letter=item.letter_id,
            was=was.isoformat(),
            on=on.isoformat() if on else "",
        )
        self.refresh_from_db()

    @classmethod
    def _held(cls, keys, *, by):
        """The items of cases that `by` sees, locked: first the applications."""
        if not by.user.has_role(roles.CASEWORKER):
            raise Refused("Bare en saksbehandler kan gjøre dette.")
        rows = cls.objects.filter(pk__in=keys)
        letters = cls._meta.get_field("letter").related_model.objects
        cases = letters.model._meta.get_field("application").related_model.objects
        of_these = letters.filter(print_items__in=rows).values("application")
        # A conflict that was declared meanwhile is waited for, and seen below.
        list(
            cases.filter(pk__in=of_these)
            .select_for_update(no_key=True, of=("self",))
            .order_by("pk")
        )
        return list(
            rows.visible_to(by.user)
            .select_for_update(no_key=True, of=("self",))
            .select_related(
                "letter__application", "recipient", "representative", "notice"
            )
            .order_by("pk")
        )

    def _note(self, on, *, by, now):
        if on is not None:
            written = timezone.localdate(self.letter.written_at)
            if on > timezone.localdate(now):
                raise Refused("Datoen kan ikke være etter i dag.")
            if on < written:
                raise Refused(
                    f"Brevet til {self.addressee} er skrevet {date_no(written)}. "
                    "Det kan ikke være lagt i posten før det."
                )
        self.posted_on = on
        self.posted_at, self.posted_by = (now, by.user) if on else (None, None)
        self.save(update_fields=["posted_on", "posted_at", "posted_by", "correction"])


def count_by_cause(items):
    """[(value, label, number)] of the causes that any of the items has."""
    number = Counter(items.order_by().values_list("cause", flat=True))
    return [
        (value, label, number[value])
        for value, label in PrintItem.Cause.choices
        if number[value]
    ]
