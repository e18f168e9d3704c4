"""Reasons that a party asks for after the decision (forvaltningsloven § 24)."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _now

from grants.deadlines import next_working_day
from grants.letters.given_later import reasons_letter
from grants.models.appeal_time import appeal_due
from grants.models.decisions import Decision
from grants.models.letters import Letter, language_of, norwegian_of
from grants.models.of_case import OfCaseQuerySet
from grants.models.records import PublicRecord
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.templatetags.ui import date_no

# The law says as soon as it can be done. This is what we aim at.
ANSWERED_WITHIN = timedelta(days=7)


class ReasonsRequestQuerySet(OfCaseQuerySet):
    def visible_to(self, user):
        cases = Decision.objects.visible_to(user)
        return self.filter(decision__in=cases)

    def open(self):
        """Not answered, about a decision that still stands."""
        newer = Decision.objects.announced().filter(
            application=OuterRef("decision__application"),
            version__gt=OuterRef("decision__version"),
        )
        return self.filter(~Exists(newer), letter=None)


class ReasonsRequest(models.Model):
    """That the party wants the reasons for a decision that was sent without them.

    While it is open, the time to appeal stands still; it begins anew when the reasons
    have been told (§ 29 fourth paragraph).
    """

    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, related_name="reasons_request"
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(
        blank=True, help_text="How it came, when staff entered it for the party."
    )
    facts = models.TextField(blank=True)
    rules = models.TextField(blank=True)
    considerations = models.TextField(blank=True)
    reasons_in_english = models.TextField(blank=True)
    letter = models.OneToOneField(
        Letter, null=True, on_delete=models.PROTECT, related_name="reasons_request"
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ReasonsRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "krav om begrunnelse"
        verbose_name_plural = "krav om begrunnelse"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="reasons_request_is_answered_in_full",
                condition=Q(letter=None, answered_by=None)
                | (
                    Q(letter__isnull=False, answered_by__isnull=False)
                    & ~Q(facts="")
                    & ~Q(rules="")
                    & ~Q(considerations="")
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="reasons_request_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="reasons_request_is_answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__letter__isnull=False),
            ),
        ]

    def __str__(self):
        return str(self.decision)

    @property
    def aim(self):
        """The day we mean to have answered by."""
        return next_working_day(timezone.localdate(self.asked_at) + ANSWERED_WITHIN)

    @classmethod
    @transaction.atomic
    def ask(cls, decision, *, by, now, note=""):
        """Ask for the reasons, before the time to appeal is out. Again: the same one.

        `by` is one of the parties; or a caseworker who enters what came another way,
        and says how and when in `note`.
        """
        if decision is None:
            raise Refused(_now("Saken er ikke avgjort ennå."))
        case = decision.application._hold()
        if not case.has_member(by.user):
            case.check_may_write_for_us(by)
            if not note.strip():
                raise Refused("Skriv hvordan og når kravet kom.")
        if case.decision != decision:
            raise Refused(_now("Vedtaket er endret. Last siden på nytt."))
        if decision.gives_reasons:
            raise Refused(_now("Begrunnelsen står i brevet om vedtaket."))
        found = cls.objects.filter(decision=decision).first()
        if found:
            return found
        due = appeal_due(decision, by.user)
        if due is not None and timezone.localdate(now) > due:
            raise Refused(
                _now(
                    "Fristen for å be om begrunnelse var %(day)s. Skriv en melding i "
                    "saken, så svarer vi så godt vi kan."
                )
                % {"day": date_no(due)}
            )
        asked = cls.objects.create(
            decision=decision, asked_at=now, asked_by=by.user, note=note.strip()
        )
        JournalEntry.record("reasons_asked", about=case, by=by, decision=decision.pk)
        PublicRecord.register(
            "reasons_asked",
            about=case,
            document=asked,
            direction=PublicRecord.Direction.IN,
            by=by,
            now=now,
        )
        return asked

    @transaction.atomic
    def answer(self, *, by, now, facts, rules, considerations, reasons_in_english=""):
        """Send the reasons in a letter; the time to appeal begins anew."""
        case = self.decision.application._hold()
        case._check_role(by, roles.CASEWORKER)
        case._check_impartial(by)
        self.refresh_from_db()
        if self.letter_id:
            raise Refused("Begrunnelsen er alt sendt. Last siden på nytt.")
        if case.made != self.decision:
            raise Refused("Et nyere vedtak har kommet i stedet for dette.")
        if not (facts.strip() and rules.strip() and considerations.strip()):
            raise Refused("Skriv fakta, regler og vurdering.")
        self.facts, self.rules = facts.strip(), rules.strip()
        self.considerations = considerations.strip()
        self.reasons_in_english = reasons_in_english.strip()
        self.answered_by = by.user
        self.letter = self._send(case, by=by, now=now)
        self.save()
        JournalEntry.record(
            "reasons_given", about=case, by=by, decision=self.decision_id
        )
        return self.letter

    def _send(self, case, *, by, now):
        """The Norwegian letter, which counts; and a translation if that is read."""
        language, norwegian = language_of(case), norwegian_of(case)
        title, parts = reasons_letter(self, language=norwegian, now=now)
        letter = Letter.send(
            case,
            kind=Letter.Kind.REASONS,
            title=title,
            parts=parts,
            language=norwegian,
            by=by,
            now=now,
        )
        if language != norwegian:
            title, parts = reasons_letter(
                self, language=language, now=now, is_translation=True
            )
            translation = letter.add_translation(
                language=language, title=title, parts=parts, now=now
            )
            PublicRecord.register_letter(translation, by=by, now=now)
        return letter
