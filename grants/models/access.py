"""Who asks to see documents, what they are answered, and the redacted copies."""

import secrets

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from grants.deadlines import working_days_after
from grants.models.applications import Application
from grants.models.records import LegalBasis, PublicRecord
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice

# Who answers requests for access.
ANSWERS = {roles.CASEWORKER, roles.ADMINISTRATOR}


def may_answer(user):
    """Whether the user handles requests for access at all."""
    return user.is_active and (user.is_superuser or bool(user.role_names & ANSWERS))


def access_key():
    return secrets.token_urlsafe(24)


class RedactedCopy(models.Model):
    """A copy of a document with parts blacked out. What it was made from is untouched.

    What is blacked out, and by which law, stands in its redactions.
    """

    record = models.ForeignKey(
        PublicRecord, on_delete=models.PROTECT, related_name="redacted_copies"
    )
    original = models.ForeignKey(
        StoredFile,
        null=True,
        on_delete=models.PROTECT,
        related_name="redacted_copies",
        help_text="None when the document is a text in the portal, not a file.",
    )
    file = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, related_name="redacted_copy"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "sladdet kopi"
        verbose_name_plural = "sladdede kopier"
        ordering = ["record", "made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="redacted_copy_is_not_its_original",
                condition=Q(original=None) | ~Q(original=F("file")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="redacted_copy_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self):
        return self.file.name

    @classmethod
    @transaction.atomic
    def make(cls, record, *, file, redactions, by, now, original=None):
        """Keep a redacted copy beside the document that it is of.

        `file` is a StoredFile of its own; `redactions` are (where, LegalBasis),
        at least one: a copy without any is no redaction.
        """
        case = record.application
        case._hold()
        case.check_open_to_staff(by)
        if not may_answer(by.user):
            raise Refused("Bare en saksbehandler kan legge inn en sladdet kopi.")
        if original is not None and original.sha256 == file.sha256:
            raise Refused("Filen er lik originalen. Last opp kopien som er sladdet.")
        redactions = [(where.strip(), basis) for where, basis in redactions]
        if not redactions or not all(where and basis for where, basis in redactions):
            raise Refused("Skriv hva som er sladdet, og velg hjemmel for hver del.")
        copy = cls.objects.create(
            record=record, original=original, file=file, made_by=by.user, made_at=now
        )
        for where, basis in redactions:
            copy.redactions.create(where=where, legal_basis=basis)
        JournalEntry.record("redacted_copy_made", about=case, by=by, copy=copy.pk)
        return copy


class Redaction(models.Model):
    """One thing that is blacked out in a copy, and by which law."""

    copy = models.ForeignKey(
        RedactedCopy, on_delete=models.PROTECT, related_name="redactions"
    )
    where = models.CharField("hva og hvor", max_length=200)
    legal_basis = models.CharField("hjemmel", max_length=20, choices=LegalBasis)

    class Meta:
        verbose_name = "sladding"
        verbose_name_plural = "sladdinger"
        ordering = ["copy", "pk"]
        triggers = [
            pgtrigger.Protect(
                name="redaction_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self):
        return self.where


class AccessRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at=None)

    def visible_to(self, user):
        """What a member of staff may see: never one that concerns a hidden case."""
        if not (user.is_staff and may_answer(user)):
            return self.none()
        hidden = Application.objects.exclude(
            pk__in=Application.objects.visible_to(user).values("pk")
        )
        return self.exclude(
            pk__in=self.model.objects.filter(records__application__in=hidden).values(
                "pk"
            )
        ).exclude(party_case__in=hidden)


class AccessRequest(models.Model):
    """Someone asks to see documents (innsynskrav): anyone, or a party in their case."""

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("innsyn gitt")
        PARTLY = "partly", _("innsyn i en del")
        REFUSED = "refused", _("innsyn avslått")

    # offentleglova § 29: without undue delay. After so many working days we warn.
    WARN_AFTER = 3
    # A person needs longer to read and fill in the form; who is faster is only marked.
    FASTEST = 3

    key = models.CharField(max_length=40, unique=True, default=access_key)
    records = models.ManyToManyField(
        PublicRecord, related_name="access_requests", blank=True
    )
    wanted = models.TextField(_("hva vil du se?"), max_length=2000, blank=True)
    name = models.CharField(_("navn"), max_length=120, blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    language = models.CharField(max_length=2, default="nb")
    party_case = models.ForeignKey(
        Application,
        null=True,
        on_delete=models.PROTECT,
        related_name="party_requests",
        help_text="The case, when one who is a party in it asks.",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    received_at = models.DateTimeField("mottatt")
    is_odd = models.BooleanField(
        default=False, help_text="Filled in as a machine does. Treated like any other."
    )
    outcome = models.CharField("svar", max_length=10, choices=Outcome, blank=True)
    legal_basis = models.CharField(
        "hjemmel", max_length=20, choices=LegalBasis, blank=True
    )
    reply = models.TextField("svaret", max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "innsynskrav"
        verbose_name_plural = "innsynskrav"
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="access_request_answer_is_whole",
                condition=Q(outcome="", answered_at=None, answered_by=None)
                | (
                    ~Q(outcome="")
                    & Q(answered_at__isnull=False, answered_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="access_request_closed_by_law",
                condition=Q(outcome__in=["", "granted"], legal_basis="")
                | (Q(outcome__in=["partly", "refused"]) & ~Q(legal_basis="")),
            ),
            models.CheckConstraint(
                name="access_request_party_has_user",
                condition=Q(party_case=None, asked_by=None)
                | Q(party_case__isnull=False, asked_by__isnull=False),
            ),
        ]

    def __str__(self):
        return self.wanted[:60] or ", ".join(record.code for record in self.entries)

    def get_absolute_url(self):
        """The asker's own page: who has the link, reads the answer."""
        return reverse("grants:access_detail", args=[self.key])

    def get_staff_url(self):
        return reverse("admin:access_request", args=[self.pk])

    @cached_property
    def entries(self):
        """The entries asked for, as they now stand."""
        found = []
        for record in self.records.select_related("application"):
            current = record.application.records.filter(number=record.number)
            found.append(current.select_related("application").latest("version"))
        return found

    @property
    def is_late(self):
        """Whether it has waited longer than it should."""
        return self.answered_at is None and timezone.localdate() > self.warn_on

    @property
    def warn_on(self):
        """The last working day to answer on before we warn."""
        return working_days_after(timezone.localdate(self.received_at), self.WARN_AFTER)

    @classmethod
    @transaction.atomic
    def ask(
        cls,
        *,
        records,
        wanted,
        now,
        by,
        name="",
        email="",
        language="nb",
        party_case=None,
        is_odd=False,
    ):
        """Ask to see documents. Nobody has to say who they are, or why.

        `records` are PublicRecords; `party_case` is the case when a party in it asks.
        """
        if not records and not wanted.strip():
            raise Refused(_now("Skriv hva du vil se."))
        if party_case is not None and not party_case.has_member(by.user):
            raise Refused(_now("Du er ikke part i saken."))
        request = cls.objects.create(
            wanted=wanted.strip(),
            name=name.strip(),
            email=email.strip(),
            language=language,
            party_case=party_case,
            asked_by=by.user if party_case else None,
            received_at=now,
            is_odd=is_odd,
        )
        request.records.set(records)
        JournalEntry.record("access_asked", about=request, by=by)
        return request

    def cases(self):
        """The cases that it concerns, as far as is known."""
        return Application.objects.filter(
            Q(pk=self.party_case_id) | Q(pk__in=self.records.values("application"))
        )

    @transaction.atomic
    def answer(self, *, by, now, outcome, reply="", legal_basis="", files=()):
        """Give, give in part, or refuse access; the asker is told. Once only.

        `files` are StoredFiles out of `files_to_give`. Less than everything needs the
        exact provision (offentleglova § 31).
        """
        held = AccessRequest.objects.select_for_update(no_key=True).get(pk=self.pk)
        if not may_answer(by.user):
            raise Refused("Bare en saksbehandler kan svare på innsynskrav.")
        for case in self.cases():
            case.check_open_to_staff(by)
        if held.answered_at is not None:
            raise Refused("Innsynskravet er alt besvart. Last siden på nytt.")
        if (outcome == self.Outcome.GRANTED) != (not legal_basis):
            raise Refused(
                "Velg hjemmel når noe ikke gis ut, og ingen hjemmel når alt gis ut."
            )
        if outcome != self.Outcome.REFUSED and not files and not reply.strip():
            raise Refused("Velg filer, eller skriv svaret.")
        if outcome == self.Outcome.REFUSED and files:
            raise Refused("Et avslag gir ikke ut filer.")
        allowed = {file.pk for file in self.files_to_give()}
        if any(file.pk not in allowed for file in files):
            raise Refused("En av filene kan ikke gis ut i dette svaret.")
        AccessRequest.objects.filter(pk=self.pk).update(
            outcome=outcome,
            reply=reply.strip(),
            legal_basis=legal_basis,
            answered_at=now,
            answered_by=by.user,
        )
        self.refresh_from_db()
        for file in files:
            self.files.create(file=file)
        JournalEntry.record("access_answered", about=self, by=by, outcome=outcome)
        self._tell()

    def files_to_give(self):
        """What may be given out: redacted copies, and letters that are open to them.

        A party also gets what only parties may read.
        """
        found = []
        records = self.entries
        if self.party_case_id:
            records = list(
                self.party_case.records.for_party().select_related("application")
            )
        for record in records:
            pdf = getattr(record.document, "pdf", None)
            if pdf and (self.party_case_id or not record.is_exempt):
                found.append(pdf)
            copies = RedactedCopy.objects.filter(
                record__application=record.application_id, record__number=record.number
            )
            found += [copy.file for copy in copies.select_related("file")]
        return found

    def _tell(self):
        url = self.get_absolute_url()
        if self.asked_by_id:
            Notice.write(
                "access_answered",
                about=self,
                to=[self.asked_by],
                url=url,
                context={"number": self.party_case.number},
            )
        elif self.email:
            with translation.override(self.language):
                subject = _now("Svar på innsynskravet ditt")
                body = _now(
                    "Vi har svart på innsynskravet ditt. Les svaret her:\n\n"
                    "%(link)s\n\n"
                    "Lenken er bare din. Den som har den, kan lese svaret."
                ) % {"link": f"{settings.SITE_URL}{url}"}
            # By name: the platform's task. A row of this transaction, as a notice is.
            app.configure_task("notices.send_plain_email").defer(
                to=self.email, subject=subject, body=body
            )


class AccessFile(models.Model):
    """A file that was given out with an answer."""

    request = models.ForeignKey(
        AccessRequest, on_delete=models.PROTECT, related_name="files"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["request", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="access_file_given_once", fields=["request", "file"]
            ),
        ]

    def __str__(self):
        return self.file.name
