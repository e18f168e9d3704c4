"""The public record (journal) of a case: what came in and went out, numbered."""

import re

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from grants.models.applicants import ApplicantKind
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry

# Eleven digits or more, however they are spaced: a birth number, an account.
LONG_NUMBER = re.compile(r"\d(?:[\W_]{0,2}\d){10,}")
SHIELD = "***"


def shielded(text):
    """The text without anything that looks like a birth or an account number."""
    return LONG_NUMBER.sub(SHIELD, text)


class Audience(models.TextChoices):
    """Who may read a document."""

    PUBLIC = "public", _("alle")
    PARTY = "party", _("de som er part i saken")
    INTERNAL = "internal", _("bare kommunen")


class LegalBasis(models.TextChoices):
    """The provision that lets a document, or a part of one, be withheld."""

    PERSONAL = (
        "personal",
        _("offentleglova § 13, jf. forvaltningsloven § 13 nr. 1 (personlige forhold)"),
    )
    BUSINESS = (
        "business",
        _("offentleglova § 13, jf. forvaltningsloven § 13 nr. 2 (drift og forretning)"),
    )
    INTERNAL = "internal", _("offentleglova § 14 (dokument laget for egen bruk)")
    OUTSIDE = "outside", _("offentleglova § 15 (råd hentet inn utenfra)")
    NEGOTIATION = "negotiation", _("offentleglova § 23 (kommunens forhandlinger)")
    CONTROL = "control", _("offentleglova § 24 (kontroll og lovbrudd)")
    BIRTH_NUMBER = "birth_number", _("offentleglova § 26 (fødselsnummer)")
    PARTY_INTERNAL = (
        "party_internal",
        _("forvaltningsloven § 18 a (laget for kommunens egen forberedelse)"),
    )
    PARTY_OUTSIDE = (
        "party_outside",
        _("forvaltningsloven § 18 b (råd hentet inn utenfra)"),
    )
    PARTY_OTHERS = (
        "party_others",
        _("forvaltningsloven § 19 (opplysninger om andre)"),
    )


class PublicRecordQuerySet(models.QuerySet):
    def current(self):
        """Each entry as it now stands, corrections included."""
        newer = PublicRecord.objects.filter(
            application=OuterRef("application"),
            number=OuterRef("number"),
            version__gt=OuterRef("version"),
        )
        return self.filter(~Exists(newer))

    def public(self, now):
        """The public journal: entries, never documents."""
        return self.current().filter(registered_at__lte=now)

    def visible_to(self, user):
        """What a member of staff may see: entries of cases in scope."""
        cases = self.model.application.field.related_model.objects.visible_to(user)
        return self.filter(application__in=cases)

    def for_party(self):
        """What the one whose case it is may read."""
        return self.current().exclude(audience=Audience.INTERNAL)

    def numbered(self, year, sequence, number):
        return self.current().filter(
            application__year=year, application__sequence=sequence, number=number
        )


class PublicRecord(models.Model):
    """One document that came in, went out or was made in a case (journalpost).

    Only ever added to. A correction is a new row with the same number and the next
    version; what it replaces stays.
    """

    class Kind(models.TextChoices):
        APPLICATION = "application", _("Søknad om tilskudd")
        AMENDED = "amended", _("Endret søknad om tilskudd")
        LATE = "late", _("Begrunnelse for søknad etter fristen")
        REQUEST = "request", _("Spørsmål til søkeren")
        ANSWER = "answer", _("Svar fra søkeren")
        MESSAGE_IN = "message_in", _("Melding til saksbehandleren")
        MESSAGE_OUT = "message_out", _("Melding til søkeren")
        WITHDRAWAL = "withdrawal", _("Søknaden er trukket")
        DECISION = "decision", _("Vedtak om tilskudd")
        AWARD_ACCEPTED = "award_accepted", _("Søkeren tar imot tilskuddet")
        AWARD_DECLINED = "award_declined", _("Søkeren takker nei til tilskuddet")
        INTERIM_REPLY = "interim_reply", _("Foreløpig svar")
        HEARING = "hearing", _("Opplysninger til uttalelse")
        REASONS_ASKED = "reasons_asked", _("Krav om begrunnelse")
        REASONS = "reasons", _("Begrunnelse for vedtak")
        APPEAL = "appeal", _("Klage på vedtak")
        APPEAL_RECEIVED = "appeal_received", _("Klagen er mottatt")
        APPEAL_FORWARDED = "appeal_forwarded", _("Klagen er sendt videre")
        APPEAL_OUTCOME = "appeal_outcome", _("Avgjørelse av klage")
        OTHER = "other", _("Dokument i saken")

    class Direction(models.TextChoices):
        IN = "in", _("inn")
        OUT = "out", _("ut")
        INTERNAL = "internal", _("internt")

    # What «rett opplysning» may change.
    CORRECTABLE = [
        "title",
        "public_title",
        "party",
        "party_kind",
        "public_party",
        "dated_on",
        "audience",
        "legal_basis",
    ]

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="records"
    )
    number = models.PositiveIntegerField("nummer i saken")
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField("slag", max_length=20, choices=Kind)
    direction = models.CharField("retning", max_length=10, choices=Direction)
    title = models.CharField("tittel", max_length=300)
    public_title = models.CharField(
        "tittel som alle ser",
        max_length=300,
        help_text="Uten navn på privatpersoner, numre og annet som er taushetsbelagt.",
    )
    party = models.CharField("avsender eller mottaker", max_length=200)
    party_kind = models.CharField(
        "hva slags avsender eller mottaker", max_length=20, choices=ApplicantKind
    )
    public_party = models.CharField(
        "avsender eller mottaker som alle ser",
        max_length=200,
        blank=True,
        help_text="Tomt for privatpersoner: De vises som «Privatperson».",
    )
    dated_on = models.DateField("dokumentets dato")
    # When it was received or sent; not for what was made for the case only.
    exchanged_on = models.DateField("mottatt eller sendt", null=True)
    registered_at = models.DateTimeField("registrert")
    audience = models.CharField(
        "hvem kan lese dokumentet", max_length=10, choices=Audience
    )
    legal_basis = models.CharField(
        "hjemmel for å skjerme", max_length=20, choices=LegalBasis, blank=True
    )
    document_type = models.ForeignKey(
        ContentType, null=True, on_delete=models.PROTECT, related_name="+"
    )
    document_id = models.BigIntegerField(null=True)
    document = GenericForeignKey("document_type", "document_id")
    # Who wrote this row; of a correction also why.
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()
    reason = models.CharField("hvorfor det rettes", max_length=500, blank=True)

    objects = PublicRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "journalpost"
        verbose_name_plural = "journalposter"
        ordering = ["application", "number", "version"]
        constraints = [
            models.UniqueConstraint(
                name="public_record_one_of_each_number",
                fields=["application", "number", "version"],
            ),
            models.CheckConstraint(
                name="public_record_closed_by_law",
                condition=Q(audience=Audience.PUBLIC, legal_basis="")
                | (~Q(audience=Audience.PUBLIC) & ~Q(legal_basis="")),
                violation_error_message="Velg hjemmel når dokumentet ikke er for alle.",
            ),
            models.CheckConstraint(
                name="public_record_names_no_person",
                condition=~Q(party_kind=ApplicantKind.PERSON) | Q(public_party=""),
                violation_error_message="En privatperson nevnes ikke ved navn.",
            ),
            models.CheckConstraint(
                name="public_record_correction_says_why",
                condition=Q(version=1) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="public_record_exchanged_fits_direction",
                condition=Q(direction="internal", exchanged_on=None)
                | (~Q(direction="internal") & Q(exchanged_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["-registered_at", "-id"]),
            models.Index(fields=["document_type", "document_id"]),
        ]
        triggers = [
            pgtrigger.Protect(
                name="public_record_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def code(self):
        """`2026/000123-4`: the case, and the number within it."""
        case = self.application
        return f"{case.year}/{case.sequence:06d}-{self.number}"

    @property
    def is_exempt(self):
        return self.audience != Audience.PUBLIC

    @classmethod
    @transaction.atomic
    def register(
        cls,
        kind,
        *,
        about,
        direction,
        by,
        now,
        document=None,
        title="",
        party=None,
        party_kind=ApplicantKind.PERSON,
        on=None,
        exchanged_on=None,
        audience=Audience.PUBLIC,
        legal_basis="",
    ):
        """Enter a document of the application `about`; in its verb's transaction.

        `party` is an Applicant, or a name with its `party_kind` (a private person if
        nothing else is said); None is the applicant of the case. `on` is the date of
        the document, and `exchanged_on` the day it came or went; both are today if not
        given. The public title is made of the kind and the
        round: nothing that an applicant typed is in it.
        """
        # Two documents at once queue here, so that no number is skipped or shared.
        case = type(about).objects.select_for_update(no_key=True, of=("self",))
        case.get(pk=about.pk)
        kind = cls.Kind(kind)
        with translation.override("nb"):  # the journal is in one language
            what = str(kind.label)
        name, party_kind, public_party = party_facts(
            about.applicant if party is None else party, party_kind
        )
        last = cls.objects.filter(application=about).aggregate(last=Max("number"))
        today = timezone.localdate(now)
        return cls.objects.create(
            application=about,
            number=(last["last"] or 0) + 1,
            kind=kind,
            direction=direction,
            title=(title or f"{what}: {about.versions.sent().last()}")[:300],
            public_title=shielded(f"{what}: {about.round.title}")[:300],
            party=name[:200],
            party_kind=party_kind,
            public_party=public_party[:200],
            dated_on=on or today,
            exchanged_on=None
            if direction == cls.Direction.INTERNAL
            else exchanged_on or today,
            registered_at=now,
            audience=audience,
            legal_basis=legal_basis,
            document=document,
            written_by=by.user,
            written_at=now,
        )

    @classmethod
    def register_letter(cls, letter, *, by, now):
        """Enter a letter that goes out; what is not a kind of ours is `other`."""
        kind = letter.kind if letter.kind in cls.Kind.values else cls.Kind.OTHER
        return cls.register(
            kind,
            about=letter.application,
            document=letter,
            direction=cls.Direction.OUT,
            title=letter.title,
            by=by,
            now=now,
        )

    @transaction.atomic
    def correct(self, *, by, now, reason, **changes):
        """Rett opplysning: a new version of the entry. What it said before is kept.

        `changes` are of the fields in CORRECTABLE; what is not given stays.
        """
        held = self.application._hold()
        self.application.check_open_to_staff(by)
        if not by.user.role_names & CORRECTS:
            raise Refused("Bare en saksbehandler kan rette i journalen.")
        if not reason.strip():
            raise Refused("Skriv hvorfor det rettes.")
        last = held.records.filter(number=self.number).latest("version")
        if all(getattr(last, field) == value for field, value in changes.items()):
            return last  # pressed twice
        if last.version != self.version:
            raise Refused("Noen har rettet oppføringen. Last siden på nytt.")
        facts = {field: getattr(last, field) for field in self.CORRECTABLE} | changes
        facts["public_title"] = shielded(facts["public_title"])
        facts["public_party"] = shielded(facts["public_party"])
        if facts["party_kind"] == ApplicantKind.PERSON:
            facts["public_party"] = ""
        if (facts["audience"] == Audience.PUBLIC) != (not facts["legal_basis"]):
            raise Refused("Velg hjemmel når dokumentet ikke er for alle, og bare da.")
        row = PublicRecord.objects.create(
            application=self.application,
            number=last.number,
            version=last.version + 1,
            kind=last.kind,
            direction=last.direction,
            exchanged_on=last.exchanged_on,
            registered_at=last.registered_at,
            document_type=last.document_type,
            document_id=last.document_id,
            written_by=by.user,
            written_at=now,
            reason=reason.strip(),
            **facts,
        )
        JournalEntry.record(
            "record_corrected", about=self.application, by=by, record=row.pk
        )
        return row

    def history(self):
        """Every version of the entry, the first one first."""
        return PublicRecord.objects.filter(
            application=self.application_id, number=self.number
        ).select_related("written_by")


CORRECTS = {roles.CASEWORKER, roles.ADMINISTRATOR}


def party_facts(party, kind):
    """The name, what kind of party it is, and the name that everyone may see."""
    if isinstance(party, str):
        public = "" if kind == ApplicantKind.PERSON else shielded(party)
        return party, kind, public
    if party.kind == ApplicantKind.PERSON:
        return party.name, party.kind, ""
    return party.name, party.kind, shielded(party.name)


class InternalNote(models.Model):
    """What a member of staff notes in a case for colleagues. Never sent or shown out.

    The note is internal (forvaltningsloven § 18 a), but the facts in it are not.
    """

    MOST = 4000

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="notes"
    )
    text = models.TextField("notat", max_length=MOST)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = "internt notat"
        verbose_name_plural = "interne notater"
        ordering = ["application", "written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="internal_note_says_something", condition=~Q(text="")
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="internal_note_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self):
        return self.text[:60]

    @classmethod
    @transaction.atomic
    def write(cls, application, *, text, by, now):
        """Note something in a case. The same text pressed twice is one note."""
        application._hold()
        application.check_open_to_staff(by)
        if not by.user.role_names & NOTES:
            raise Refused("Bare de som behandler saken, skriver notater i den.")
        if not text.strip():
            raise Refused("Skriv et notat.")
        last = application.notes.last()
        if last and (last.written_by_id, last.text) == (by.user.pk, text.strip()):
            return last
        note = cls.objects.create(
            application=application,
            text=text.strip(),
            written_by=by.user,
            written_at=now,
        )
        JournalEntry.record("note_written", about=application, by=by, note=note.pk)
        return note


NOTES = {roles.CASEWORKER, roles.DECIDER, roles.COORDINATOR, roles.APPEALS}
