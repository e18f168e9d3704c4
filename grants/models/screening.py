"""What is looked into before a case is judged: its form, what others say, state aid."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _now

from grants.letters.hearing import hearing_letter
from grants.letters.interim import interim_letter
from grants.models.applicants import ApplicantKind
from grants.models.letters import Letter, language_of
from grants.models.of_case import OfCaseQuerySet
from grants.models.records import PublicRecord
from grants.models.requests import InfoRequest
from grants.models.rounds import PARTS_FROZEN
from grants.models.schemes import InForceQuerySet
from grants.models.states import BEFORE_RECOMMENDED, WITH_STAFF, State
from grants.models.steps import Step
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.templatetags.ui import date_no


@pghistory.track()
class ChecklistItem(models.Model):
    """One formal thing that is looked at in every application of a round."""

    round = models.ForeignKey(
        "grants.Round", on_delete=models.CASCADE, related_name="checklist"
    )
    position = models.PositiveSmallIntegerField("rekkefølge", default=1)
    text = models.CharField("hva som sjekkes", max_length=200)
    help = models.CharField(
        "slik kan søkeren rette det",
        max_length=300,
        blank=True,
        help_text="Fylles inn når du ber søkeren om mer.",
    )
    reference = models.CharField(
        "kilde",
        max_length=120,
        blank=True,
        help_text="Punktet i utlysningen eller loven.",
    )
    step = models.CharField(
        "del av søknaden",
        max_length=20,
        choices=Step,
        blank=True,
        help_text="Delen som søkeren får endre når punktet har en feil.",
    )

    class Meta:
        verbose_name = "punkt i sjekklisten"
        verbose_name_plural = "sjekkliste"
        ordering = ["round", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="checklist_item_named_once",
                fields=["round", "text"],
                violation_error_message="Utlysningen har alt et slikt punkt.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="checklist_item_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=PARTS_FROZEN,
            ),
        ]

    def __str__(self):
        return self.text


@pghistory.track()
class Finding(models.Model):
    """What was found for one item of the checklist in one case; the last counts."""

    class Result(models.TextChoices):
        OK = "ok", "I orden"
        FAULT = "fault", "Mangler"
        NOT_RELEVANT = "not_relevant", "Gjelder ikke"

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="findings"
    )
    item = models.ForeignKey(
        ChecklistItem, on_delete=models.PROTECT, related_name="findings"
    )
    result = models.CharField("resultat", max_length=20, choices=Result)
    note = models.CharField("hva som mangler", max_length=300, blank=True)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    found_at = models.DateTimeField()

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = "funn"
        verbose_name_plural = "funn"
        ordering = ["application", "item__position", "item"]
        constraints = [
            models.UniqueConstraint(
                name="finding_once_per_item", fields=["application", "item"]
            ),
        ]

    def __str__(self):
        return f"{self.item}: {self.get_result_display()}"

    @property
    def is_fault(self):
        return self.result == self.Result.FAULT

    def in_request(self):
        """The fault, as a line of what the applicant is asked for."""
        parts = [self.note or self.item.text, self.item.help]
        return " ".join(part for part in parts if part)


class HeldFactQuerySet(OfCaseQuerySet):
    def standing(self):
        """Those that may be used against the applicant."""
        return self.filter(dropped_at=None)

    def to_comment_on(self):
        """Those that the applicant has been sent and not commented on."""
        return self.standing().filter(letter__isnull=False, commented_at=None)


class HeldFact(models.Model):
    """Something from a register or from others that may be used against the applicant.

    The applicant is sent it and may comment before the case is recommended
    (forvaltningsloven § 17).
    """

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="held_facts"
    )
    source = models.CharField("kilde", max_length=200)
    seen_on = models.DateField("sett dato")
    text = models.TextField("opplysning", max_length=2000)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    held_at = models.DateTimeField()
    letter = models.ForeignKey(
        Letter, null=True, on_delete=models.PROTECT, related_name="held_facts"
    )
    due_on = models.DateField("frist for å uttale seg", null=True)
    comment = models.TextField("uttalelse", max_length=2000, blank=True)
    commented_at = models.DateTimeField(null=True)
    commented_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    dropped_at = models.DateTimeField(
        null=True, help_text="When we said that it will not be used."
    )
    dropped_reason = models.CharField(max_length=300, blank=True)

    objects = HeldFactQuerySet.as_manager()

    class Meta:
        verbose_name = "opplysning fra andre"
        verbose_name_plural = "opplysninger fra andre"
        ordering = ["application", "held_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="held_fact_is_sent_with_a_deadline",
                condition=Q(letter=None, due_on=None)
                | Q(letter__isnull=False, due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="held_fact_is_commented_on_when_sent",
                condition=Q(commented_at=None, comment="")
                | (
                    Q(commented_at__isnull=False, letter__isnull=False) & ~Q(comment="")
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="held_fact_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="held_fact_is_as_seen",
                operation=pgtrigger.UpdateOf("source", "seen_on", "text"),
            ),
        ]

    def __str__(self):
        return f"{self.source}: {self.text[:60]}"

    def awaits_comment(self, today):
        """Whether the applicant may still be about to comment."""
        return self.commented_at is None and self.due_on >= today


@pghistory.track()
class AidCeiling(models.Model):
    """The most bagatellmessig støtte that one undertaking may get in three years."""

    amount = models.DecimalField("euro", max_digits=12, decimal_places=2)
    source = models.CharField("kilde", max_length=200, help_text="Forordning og punkt.")
    valid_from = models.DateField("gjelder fra", unique=True)
    valid_to = models.DateField("gjelder til og med", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "grense for bagatellmessig støtte"
        verbose_name_plural = "grenser for bagatellmessig støtte"
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="aid_ceiling_is_positive", condition=Q(amount__gt=0)
            ),
            models.CheckConstraint(
                name="aid_ceiling_ends_after_it_starts",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="Siste dag kan ikke være før første dag.",
            ),
        ]

    def __str__(self):
        return f"{self.amount} euro"


@pghistory.track()
class StateAidNote(models.Model):
    """Whether a grant would be state aid, and the applicant's aid in three years.

    Amounts in kroner; `rate` is kroner for one euro on `rate_on`.
    """

    class Activity(models.TextChoices):
        YES = "yes", "Ja"
        PARTLY = "partly", "Delvis"
        NO = "no", "Nei"

    application = models.OneToOneField(
        "grants.Application", on_delete=models.PROTECT, related_name="state_aid"
    )
    activity = models.CharField("økonomisk aktivitet", max_length=10, choices=Activity)
    reason = models.TextField("hvorfor", max_length=1000)
    declared = models.DecimalField(
        "oppgitt av søkeren", max_digits=12, decimal_places=2, default=0
    )
    own_awards = models.DecimalField(
        "tilskudd fra oss", max_digits=12, decimal_places=2, default=0
    )
    others = models.DecimalField(
        "annen støtte vi kjenner", max_digits=12, decimal_places=2, default=0
    )
    rate = models.DecimalField(
        "kroner for en euro", max_digits=8, decimal_places=4, null=True
    )
    rate_on = models.DateField("kursdato", null=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = "vurdering av statsstøtte"
        verbose_name_plural = "vurderinger av statsstøtte"
        constraints = [
            models.CheckConstraint(
                name="state_aid_note_says_why", condition=~Q(reason="")
            ),
            models.CheckConstraint(
                name="state_aid_note_has_a_rate",
                condition=Q(activity="no") | Q(rate__gt=0, rate_on__isnull=False),
            ),
        ]

    def __str__(self):
        return self.get_activity_display()

    @property
    def is_aid(self):
        return self.activity != self.Activity.NO

    @property
    def kroner(self):
        return self.declared + self.own_awards + self.others

    def euro(self, more=0):
        """The three years' sum in euro, with `more` kroner on top."""
        return (self.kroner + more) / self.rate


class Screening:
    """The verbs of `Application` that come before it is judged."""

    @transaction.atomic
    def check_form(self, findings, *, by, now):
        """Note what was found. `findings` is {item: (result, note)}, any of the items.

        What is the same as before is left alone.
        """
        self._hold_to_screen(by)
        if not set(findings) <= set(self.round.checklist.all()):
            raise Refused("Sjekklisten er endret. Last siden på nytt.")
        before = {row.item_id: row for row in self.findings.all()}
        for item, (result, note) in findings.items():
            last = before.get(item.pk)
            if last and (last.result, last.note) == (result, note.strip()):
                continue
            if result == Finding.Result.FAULT and not (note.strip() or item.help):
                raise Refused(f"Skriv hva som mangler: {item}")
            self.findings.update_or_create(
                item=item,
                defaults={
                    "result": result,
                    "note": note.strip(),
                    "found_by": by.user,
                    "found_at": now,
                },
            )
            JournalEntry.record(
                "form_checked", about=self, by=by, item=item.pk, result=result
            )

    @transaction.atomic
    def reply_for_now(self, *, by, now, expected_on=None, reason=""):
        """Tell the applicant, once, that the answer takes time and when it comes.

        Demanded when the statutory period runs out first (LegalTerm.INTERIM_REPLY).
        Returns the letter, or the one that was sent before: two at once send one.
        """
        locked = self._hold()
        if by.user is not None:
            self._check_role(by, roles.CASEWORKER)
            self._check_impartial(by)
        sent = self.letters.filter(kind=Letter.Kind.INTERIM_REPLY).last()
        if sent is not None:
            return sent
        if locked.state not in WITH_STAFF:
            raise Refused("Saken er ferdig, så søkeren venter ikke på svar.")
        if expected_on and expected_on <= timezone.localdate(now):
            raise Refused("Velg en dag fram i tid.")
        language = language_of(self)
        title, parts = interim_letter(
            self, expected_on=expected_on, reason=reason, language=language
        )
        return Letter.send(
            self,
            kind=Letter.Kind.INTERIM_REPLY,
            title=title,
            parts=parts,
            language=language,
            by=by,
            now=now,
        )

    @transaction.atomic
    def hold_fact(self, *, by, now, source, seen_on, text):
        """Note a fact from a register or from others that may count against them."""
        self._hold_to_screen(by)
        if not source.strip() or not text.strip():
            raise Refused("Skriv hva opplysningen er, og hvor den kommer fra.")
        if seen_on > timezone.localdate(now):
            raise Refused("Datoen kan ikke være fram i tid.")
        fact, made = self.held_facts.standing().get_or_create(
            source=source.strip(),
            seen_on=seen_on,
            text=text.strip(),
            defaults={"application": self, "held_by": by.user, "held_at": now},
        )
        if made:
            JournalEntry.record("fact_held", about=self, by=by, fact=fact.pk)
        return fact

    @transaction.atomic
    def send_facts(self, *, by, now, due_on):
        """Send the applicant, in one letter, the facts that they have not been sent."""
        self._hold_to_screen(by)
        facts = list(self.held_facts.standing().filter(letter=None))
        if not facts:
            raise Refused("Det er ingen nye opplysninger å sende.")
        InfoRequest.check_due(due_on, today=timezone.localdate(now))
        language = language_of(self)
        title, parts = hearing_letter(self, facts, due_on=due_on, language=language)
        letter = Letter.send(
            self,
            kind=Letter.Kind.HEARING,
            title=title,
            parts=parts,
            language=language,
            by=by,
            now=now,
        )
        self.held_facts.filter(pk__in=[fact.pk for fact in facts]).update(
            letter=letter, due_on=due_on
        )
        return letter

    @transaction.atomic
    def comment_on_fact(self, fact, *, by, now, text):
        """The applicant's word on a fact. Also after the deadline, if there is time."""
        locked = self._hold()
        self._check_member(by)
        held = self.held_facts.standing().exclude(letter=None).get(pk=fact.pk)
        if not text.strip():
            raise Refused(_now("Skriv hva du mener om opplysningen."))
        if held.commented_at:
            if held.comment == text.strip():
                return  # pressed twice
            raise Refused(_now("Du har alt uttalt deg om denne opplysningen."))
        if locked.state not in BEFORE_RECOMMENDED:
            raise Refused(_now("Saken er ferdig vurdert. Skriv en melding i stedet."))
        held.comment, held.commented_at = text.strip(), now
        held.commented_by = by.user
        held.save(update_fields=["comment", "commented_at", "commented_by"])
        JournalEntry.record("fact_commented", about=self, by=by, fact=held.pk)
        PublicRecord.register(
            "answer", about=self, document=held, direction="in", by=by, now=now
        )

    @transaction.atomic
    def drop_fact(self, fact, *, by, now, reason):
        """Say that a fact is not used after all. What was written stays."""
        self._hold_to_screen(by)
        if not reason.strip():
            raise Refused("Skriv hvorfor opplysningen ikke brukes.")
        dropped = self.held_facts.standing().filter(pk=fact.pk)
        if dropped.update(dropped_at=now, dropped_reason=reason.strip()):
            JournalEntry.record("fact_dropped", about=self, by=by, fact=fact.pk)

    @transaction.atomic
    def note_state_aid(
        self,
        *,
        by,
        now,
        activity,
        reason,
        declared=0,
        own_awards=0,
        others=0,
        rate=None,
        rate_on=None,
    ):
        """Record whether a grant would be state aid. Noted anew, the last counts.

        Also in a decided case: an appeal may end in money.
        """
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if locked.state in (State.DRAFT, State.WITHDRAWN):
            raise Refused("Søknaden er trukket.")
        if not reason.strip():
            raise Refused("Skriv hvorfor det er, eller ikke er, økonomisk aktivitet.")
        if activity != StateAidNote.Activity.NO and not (rate and rate_on):
            raise Refused("Skriv eurokursen og datoen den gjelder for.")
        note, _made = StateAidNote.objects.update_or_create(
            application=self,
            defaults={
                "activity": activity,
                "reason": reason.strip(),
                "declared": declared or 0,
                "own_awards": own_awards or 0,
                "others": others or 0,
                "rate": rate,
                "rate_on": rate_on,
                "checked_by": by.user,
                "checked_at": now,
            },
        )
        self._state.fields_cache.pop("state_aid", None)
        JournalEntry.record("state_aid_noted", about=self, by=by, activity=activity)
        return note

    # --- what the verbs that judge ask ------------------------------------------------

    def check_ready_to_recommend(self, amount, *, now):
        """Refuse what may not be recommended yet; the case is held."""
        today = timezone.localdate(now)
        facts = list(self.held_facts.standing())
        if any(fact.letter_id is None for fact in facts):
            raise Refused(
                "Saken har opplysninger fra andre som søkeren ikke har fått se. Send "
                "dem til søkeren, eller legg dem bort."
            )
        waiting = [fact.due_on for fact in facts if fact.awaits_comment(today)]
        if waiting:
            raise Refused(
                "Søkeren kan uttale seg om opplysninger fra andre til og med "
                f"{date_no(max(waiting))}. Vent på svaret, eller til fristen er ute."
            )
        self.check_state_aid(amount, now=now)

    def check_state_aid(self, amount, *, now):
        """Refuse money to an organisation before state aid is looked into, or too much.

        `amount` is kroner.
        """
        if not amount or self.applicant.kind != ApplicantKind.ORGANISATION:
            return
        note = StateAidNote.objects.filter(application=self).first()
        if note is None:
            raise Refused("Vurder statsstøtte før organisasjonen får tilskudd.")
        if not note.is_aid:
            return
        day = timezone.localdate(now)
        ceiling = AidCeiling.objects.in_force(day).order_by("valid_from").last()
        if ceiling is None:
            raise Refused("Grensen for bagatellmessig støtte mangler.")
        if note.euro(amount) > ceiling.amount:
            raise Refused(
                "Med dette tilskuddet får organisasjonen mer enn "
                f"{ceiling.amount:.0f} euro i bagatellmessig støtte på tre år."
            )

    def _hold_to_screen(self, by):
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if locked.state not in BEFORE_RECOMMENDED:
            raise Refused("Saken er innstilt, avgjort eller trukket.")
