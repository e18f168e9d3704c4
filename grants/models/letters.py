import pgtrigger
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from grants.letters import decision_letter
from grants.models.of_case import OfCaseQuerySet
from grants.models.printing import PrintItem
from grants.models.records import PublicRecord
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class Letter(models.Model):
    """A letter to the applicant, in parts, as it was sent. The PDF is made by a job.

    `parts` is what a module of `grants.letters` built: everything the letter says, so
    that page and PDF say the same for ever.
    """

    class Kind(models.TextChoices):
        DECISION = "decision", _("vedtak")
        INTERIM_REPLY = "interim_reply", _("foreløpig svar")
        HEARING = "hearing", _("opplysninger du kan uttale deg om")
        REASONS = "reasons", _("begrunnelse")
        APPEAL_RECEIVED = "appeal_received", _("klagen er mottatt")
        APPEAL_FORWARDED = "appeal_forwarded", _("klagen er sendt videre")
        APPEAL_OUTCOME = "appeal_outcome", _("svar på klagen")
        TRANSLATION = "translation", _("oversettelse av vedtaket")

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="letters"
    )
    decision = models.OneToOneField(
        "grants.Decision", null=True, on_delete=models.PROTECT, related_name="letter"
    )
    translates = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="translation",
        help_text="The Norwegian letter that this one only translates.",
    )
    kind = models.CharField(
        _("slag"), max_length=20, choices=Kind, default=Kind.DECISION
    )
    language = models.CharField(max_length=2)
    title = models.CharField(_("tittel"), max_length=200)
    parts = models.JSONField()
    written_at = models.DateTimeField()
    pdf = models.ForeignKey(
        "files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("brev")
        verbose_name_plural = _("brev")
        ordering = ["application", "written_at", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="letter_is_immutable",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' AND OLD.pdf_id IS NULL
                       AND (to_jsonb(NEW) - 'pdf_id') = (to_jsonb(OLD) - 'pdf_id') THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'letter_is_immutable: write a new letter'
                        USING ERRCODE = 'restrict_violation';
                """,
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        """The applicant's page of it."""
        case = self.application
        return reverse(
            "grants:letter_detail", args=[case.year, case.number[5:], self.pk]
        )

    @classmethod
    def write(cls, decision, *, now):
        """The letter of a decision, in the Norwegian that the applicant reads."""
        language = norwegian_of(decision.application)
        title, parts = decision_letter(decision, language=language, now=now)
        return cls._keep(
            application=decision.application,
            decision=decision,
            language=language,
            title=title,
            parts=parts,
            written_at=now,
        )

    def translate(self, *, now):
        """The same in the language of one who does not read Norwegian, or None.

        The Norwegian letter is the decision; this one says that it is a translation.
        """
        language = language_of(self.application)
        if language == self.language:
            return None
        title, parts = decision_letter(
            self.decision, language=language, now=now, is_translation=True
        )
        return self.add_translation(
            language=language, title=title, parts=parts, now=now
        )

    def add_translation(self, *, language, title, parts, now):
        return type(self)._keep(
            application=self.application,
            translates=self,
            kind=self.Kind.TRANSLATION,
            language=language,
            title=title,
            parts=parts,
            written_at=now,
        )

    @classmethod
    @transaction.atomic
    def send(cls, application, *, kind, title, parts, language, by, now):
        """Any other letter of a case, and a notice or paper to each of the parties.

        `kind` is a Letter.Kind; title and parts are in `language`.
        """
        letter = cls._keep(
            application=application,
            kind=kind,
            language=language,
            title=title,
            parts=parts,
            written_at=now,
        )
        JournalEntry.record("letter_sent", about=application, by=by, kind=kind)
        PublicRecord.register_letter(letter, by=by, now=now)
        told = application.members()
        Notice.write(
            "letter_sent",
            about=letter,
            to=told,
            url=letter.get_absolute_url(),
            context={"application": application, "letter": letter},
        )
        PrintItem.queue_at_once(letter, told=told, now=now)
        return letter

    @classmethod
    def _keep(cls, **fields):
        letter = cls.objects.create(**fields)
        # By name: the task knows this model, so this module does not import it.
        app.configure_task("grants.make_letter_pdf").defer(letter_id=letter.pk)
        return letter


def norwegian_of(application):
    """The form of Norwegian that a decision to the applicant is written in."""
    language = language_of(application)
    return language if language in ("nb", "nn") else "nb"


def language_of(application):
    """The language that the one who last sent the application reads."""
    return application.versions.sent().last().sent_by.language
