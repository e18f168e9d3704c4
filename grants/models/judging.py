"""What the staff does with an application: from first look to prepared decision."""

from django.db import transaction
from django.utils import timezone

from grants.models.assessments import ReasonsDraft
from grants.models.deciding import check_outcome, check_reasons
from grants.models.decisions import Outcome
from grants.models.lateness import LateEntry
from grants.models.records import PublicRecord
from grants.models.requests import InfoRequest
from grants.models.states import BEFORE_RECOMMENDED, WITH_STAFF, State
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice

# What is written of the reasons, as the verbs and the forms name it.
REASONS = (
    "facts",
    "rules",
    "considerations",
    "conditions",
    "why_amount",
    "reasons_in_english",
)


class Judging:
    """The staff's verbs of `Application`."""

    @transaction.atomic
    def take(self, *, by):
        """Become the caseworker of a case that waits."""
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        others = locked.caseworker_id not in (None, by.user.pk)
        if locked.state == State.SUBMITTED and others:
            raise Refused(f"Saken er gitt til {locked.caseworker}.")
        if self._step("take", by=by, caseworker=by.user):
            return
        if self.caseworker_id != by.user.pk:
            raise Refused(f"Saken er alt tatt av {self.caseworker}.")

    @transaction.atomic
    def take_in(self, *, by, now, reason):
        """Let an application that came late be judged with the others; told why.

        The other way out is a decision that dismisses it. The first ruling counts.
        """
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if self.late is None:
            raise Refused("Søknaden kom i tide.")
        if not reason.strip():
            raise Refused("Skriv hvorfor søknaden tas inn.")
        if locked.state not in BEFORE_RECOMMENDED:
            raise Refused("Saken er innstilt, avgjort eller trukket.")
        ruling = {"taken_in_by": by.user, "ruling": reason.strip()}
        entry = LateEntry.objects.filter(application=self)
        if not entry.filter(taken_in_at=None).update(taken_in_at=now, **ruling):
            if not entry.filter(**ruling).exists():
                raise Refused("Søknaden er alt tatt inn, med en annen begrunnelse.")
            return
        self.late.refresh_from_db()
        JournalEntry.record("late_taken_in", about=self, by=by)
        Notice.write(
            "late_taken_in",
            about=self,
            to=self.members(),
            url=self.get_absolute_url(),
            context={"late": self.late},
        )

    def check_ruled(self, outcome):
        """Refuse to judge what came late and is not taken in; it may be dismissed."""
        entry = LateEntry.objects.filter(application=self, taken_in_at=None)
        if outcome != Outcome.DISMISSED and entry.exists():
            raise Refused(
                "Søknaden kom etter fristen. Ta den inn, eller innstill på avvisning."
            )

    @transaction.atomic
    def hand_over(self, to, *, by):
        """Give the case to a caseworker, begun on or not. Given twice: once.

        A new one stays new until the one who got it takes it.
        """
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        if not to.has_role(roles.CASEWORKER):
            raise Refused("Bare en saksbehandler kan få saken.")
        if locked.caseworker_id == to.pk:
            return
        taken = (
            type(self)
            .objects.visible_to(to)
            .filter(pk=self.pk, state__in=BEFORE_RECOMMENDED)
            .update(caseworker=to)
        )
        if not taken:
            raise Refused("Saken kan ikke gis til denne saksbehandleren nå.")
        self.refresh_from_db()
        JournalEntry.record("case_handed_over", about=self, by=by, to=to.pk)

    @transaction.atomic
    def request_info(self, *, by, now, text, due_on, steps):
        """Ask the applicant for something: what, by when, and which parts reopen."""
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if not text.strip():
            raise Refused("Skriv hva som mangler, og hvordan søkeren kan rette det.")
        if locked.state == State.IN_REVIEW and not locked.is_amendable(now):
            # What was changed and not sent in time is not to come in with the answer.
            self._drop_unsent()
        InfoRequest.check_due(due_on, today=timezone.localdate(now))
        if not self._step("request_info", by=by):
            asked = self.info_requests.open().get()
            if (asked.asked_by_id, asked.text) != (by.user.pk, text.strip()):
                raise Refused("Søkeren er alt bedt om noe annet. Last siden på nytt.")
            return
        request = self.info_requests.create(
            asked_by=by.user,
            asked_at=now,
            text=text.strip(),
            due_on=due_on,
            steps=list(steps),
        )
        PublicRecord.register(
            "request", about=self, document=request, direction="out", by=by, now=now
        )
        Notice.write(
            "info_requested",
            about=self,
            to=self.members(),
            occasion=f"request-{request.pk}",
            url=self.get_absolute_url(),
            context={"request": request},
        )

    @transaction.atomic
    def cancel_request(self, *, by, now):
        """Go on without an answer: the deadline passed, or it is not needed.

        What the applicant has written and not sent stays theirs to read.
        """
        self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if self._step("cancel_request", by=by):
            self._close_request(now)

    @transaction.atomic
    def advise(self, *, by, now, stance, text):
        """The coordinator's advice. May be given anew; the last one counts."""
        locked = self._hold()
        self._check_role(by, roles.COORDINATOR)
        self._check_impartial(by)
        if locked.state not in WITH_STAFF:
            raise Refused("Saken er avgjort eller trukket.")
        if not text.strip():
            raise Refused("Skriv rådet med egne ord.")
        last = self.advice.filter(given_by=by.user).last()
        if last and (last.stance, last.text) == (stance, text.strip()):
            return last  # pressed twice
        advice = self.advice.create(
            given_by=by.user, given_at=now, stance=stance, text=text.strip()
        )
        JournalEntry.record("advice_given", about=self, by=by, stance=stance)
        return advice

    @transaction.atomic
    def recommend(
        self,
        *,
        by,
        now,
        outcome,
        amount,
        facts,
        rules,
        considerations,
        conditions="",
        why_amount="",
        reasons_in_english="",
    ):
        """Prepare the decision (innstilling). Binds nothing until it is decided.

        `why_amount` says why a part was granted, or, in a refusal for lack of money,
        where the line went. `reasons_in_english` translates the reasons; the Norwegian
        ones count.
        """
        self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        self.check_confirmed(outcome)
        self.check_ruled(outcome)
        self.check_assessed(outcome)
        assessment = self.leading_assessment(by)
        self.check_ready_to_recommend(amount, now=now)
        asked = self.versions.sent().last().amount
        check_outcome(outcome, amount, asked=asked)
        check_reasons(outcome, facts, rules, considerations, why_amount=why_amount)
        prepared = {
            "outcome": outcome,
            "amount": amount,
            "facts": facts.strip(),
            "rules": rules.strip(),
            "considerations": considerations.strip(),
            "conditions": conditions.strip(),
            "why_amount": why_amount.strip(),
            "reasons_in_english": reasons_in_english.strip(),
            "recommended_by": by.user,
        }
        if self._step("recommend", by=by, amount=amount, outcome=outcome):
            self.recommendations.create(
                assessment=assessment, recommended_at=now, **prepared
            )
        elif not self.recommendations.standing().filter(**prepared).exists():
            raise Refused("Saken er alt innstilt på en annen måte. Last siden på nytt.")

    @transaction.atomic
    def write_reasons(
        self,
        *,
        by,
        now,
        facts="",
        rules="",
        considerations="",
        conditions="",
        why_amount="",
        reasons_in_english="",
    ):
        """Keep what is written of the reasons so far; nobody outside sees it."""
        locked = self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        if locked.state not in BEFORE_RECOMMENDED:
            raise Refused("Saken er innstilt, avgjort eller trukket.")
        ReasonsDraft.objects.update_or_create(
            application=self,
            defaults={
                "facts": facts.strip(),
                "rules": rules.strip(),
                "considerations": considerations.strip(),
                "conditions": conditions.strip(),
                "why_amount": why_amount.strip(),
                "reasons_in_english": reasons_in_english.strip(),
                "written_by": by.user,
                "written_at": now,
            },
        )
        self._state.fields_cache.pop("reasons_draft", None)
        JournalEntry.record("reasons_drafted", about=self, by=by)

    def prepared_reasons(self):
        """What is written of the reasons, as `recommend` takes them."""
        draft = getattr(self, "reasons_draft", None)
        if draft is None:
            rules = self.round.scheme.legal_basis
            return dict.fromkeys(REASONS, "") | {"rules": rules}
        return {name: getattr(draft, name) for name in REASONS}

    @transaction.atomic
    def send_back(self, *, by, now, reason):
        """The decision maker wants the case looked at again."""
        self._hold()
        self._check_role(by, roles.DECIDER)
        self._check_impartial(by)
        if not reason.strip():
            raise Refused("Skriv hva som må ses på igjen.")
        self._send_back(by=by, now=now, reason=reason.strip())

    def _send_back(self, *, by, now, reason):
        if self._step("send_back", by=by):
            self.recommendations.standing().get().send_back(
                by=by, now=now, reason=reason
            )
