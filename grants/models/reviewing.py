"""The first look at an appeal, by the one who decided."""

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from grants.letters import appeals as letters
from grants.models.appeal_states import BELOW, OPEN, AppealState
from grants.models.decisions import Decision
from grants.models.letters import Letter
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class Reviewing:
    """The staff's verbs of `Appeal` until it is sent on."""

    @transaction.atomic
    def take_in_late(self, *, by, now, reason):
        """Let an appeal that came late be judged, for a special reason (§ 31).

        The other way out is to dismiss it. The decision stands meanwhile.
        """
        self._hold()
        self._check_reviewer(by)
        if not self.is_late:
            raise Refused("Klagen kom i tide.")
        if self.sent_on > self.latest_taken_in:
            raise Refused(
                "Det er mer enn ett år siden vedtaket. Da kan klagen bare avvises."
            )
        if not reason.strip():
            raise Refused("Skriv hvorfor klagen tas inn.")
        ruling = {"taken_in_by": by.user, "ruling": reason.strip()}
        rows = type(self).objects.filter(pk=self.pk)
        if not rows.filter(taken_in_at=None, state__in=BELOW).update(
            taken_in_at=now, **ruling
        ):
            if not rows.filter(**ruling).exists():
                raise Refused("Noen har alt bestemt dette. Last siden på nytt.")
            return
        self.refresh_from_db()
        JournalEntry.record(
            "appeal_taken_in", about=self.application, by=by, appeal=self.pk
        )

    @transaction.atomic
    def ask(self, *, by, now, text, due_on):
        """Ask the appellant to make it clear, with a short time to answer (§ 32)."""
        self._hold()
        self._check_reviewer(by)
        if not text.strip():
            raise Refused("Skriv hva klageren må svare på.")
        if due_on <= timezone.localdate(now):
            raise Refused("Fristen må være etter i dag.")
        if not self._step("appeal_asked", by=by):
            if self.open_question.text != text.strip():
                raise Refused("Klageren er alt spurt om noe annet. Last siden på nytt.")
            return
        question = self.questions.create(
            text=text.strip(), due_on=due_on, asked_by=by.user, asked_at=now
        )
        if self.by_party:
            Notice.write(
                "appeal_question",
                about=self,
                to=self.application.members(),
                occasion=f"question-{question.pk}",
                url=self.get_absolute_url(),
                context={"application": self.application, "question": question},
            )

    @transaction.atomic
    def go_on(self, *, by, now, answer=""):
        """Go on without an answer, or with one that came outside the portal."""
        self._hold()
        self._check_reviewer(by)
        if self._step("appeal_went_on", by=by):
            answered = {"answer": answer.strip(), "answered_at": now}
            self.questions.filter(answered_at=None, closed_at=None).update(
                **(answered if answer.strip() else {"closed_at": now})
            )

    @transaction.atomic
    def rule_delay(self, *, by, now, granted, reasons):
        """Say whether the decision is carried out in the meantime (§ 42)."""
        self._hold()
        if self.state == AppealState.FORWARDED:
            self.check_body(by, now)
        else:
            self._check_reviewer(by)
        if not self.is_open:
            raise Refused("Klagen er avgjort eller trukket.")
        if not reasons.strip():
            raise Refused("Skriv hvorfor.")
        ruled = {"delay_granted": granted, "delay_reasons": reasons.strip()}
        rows = type(self).objects.filter(pk=self.pk, state__in=OPEN).exclude(**ruled)
        if rows.update(delay_ruled_at=now, delay_ruled_by=by.user, **ruled):
            JournalEntry.record(
                "appeal_delay_ruled",
                about=self.application,
                by=by,
                appeal=self.pk,
                granted=int(granted),
            )
            self.refresh_from_db()
            if self.by_party:
                Notice.write(
                    "appeal_delay_ruled",
                    about=self,
                    to=self.application.members(),
                    occasion=f"{now:%Y%m%d%H%M%S}",
                    url=self.get_absolute_url(),
                    context={"application": self.application, "appeal": self},
                )
        self.refresh_from_db()

    @transaction.atomic
    def propose_reversal(self, *, by, now, **decision):
        """Prepare a new decision in the appellant's favour; a decision maker makes it.

        `decision` is what `Application.propose_change` takes, without its kind.
        """
        self._hold()
        self._check_reviewer(by)
        self._check_ready()
        if self.state != AppealState.RECEIVED:
            raise Refused("Klagen er endret. Last siden på nytt.")
        self._check_no_harm(decision["outcome"], decision["amount"])
        return self.application.propose_change(
            kind=Decision.Kind.REVERSAL, by=by, now=now, **decision
        )

    @transaction.atomic
    def change(self, *, by, now):
        """Make the decision that is proposed in the appellant's favour."""
        self._hold_pot()
        self._hold()
        self._check_ready()
        proposal = self._proposal(Decision.Kind.REVERSAL)
        self._check_no_harm(proposal.outcome, proposal.amount)
        taken = self._step(
            "appeal_changed",
            by=by,
            reviewed_at=now,
            reviewed_by=by.user,
            statement=proposal.what_changed,
        )
        if taken:
            self._redecide(proposal, by=by, now=now)
            self._tell_outcome(by=by, now=now)

    @transaction.atomic
    def reject_reversal(self, *, by, now, reason):
        """Let the decision be as it is: the proposal goes back to the caseworker."""
        self._proposal(Decision.Kind.REVERSAL)
        self.application.reject_change(by=by, now=now, reason=reason)

    @transaction.atomic
    def dismiss(self, *, by, now, reasons):
        """Dismiss the appeal: a decision of its own, which can be appealed."""
        application = self.application
        self._hold()
        application._check_role(by, roles.DECIDER)
        application._check_impartial(by)
        application.check_leader_impartial(by, now)
        self._check_delegated(now)
        if not reasons.strip():
            raise Refused("Skriv hvorfor klagen avvises.")
        if self._step(
            "appeal_dismissed",
            by=by,
            reviewed_at=now,
            reviewed_by=by.user,
            statement=reasons.strip(),
        ):
            self._tell_outcome(by=by, now=now)
        elif self.statement != reasons.strip():
            raise Refused("Klagen er alt avvist med en annen begrunnelse.")

    @transaction.atomic
    def uphold(self, *, by, now, statement):
        """Let the decision stand, with a statement to the appeal body."""
        self._hold()
        self._check_reviewer(by)
        self._check_ready()
        if self.application.recommendations.standing().exists():
            raise Refused("Noen har foreslått et nytt vedtak i saken.")
        if not statement.strip():
            raise Refused("Skriv hvorfor vedtaket bør stå, og hva klagen sier.")
        if (
            not self._step(
                "appeal_upheld",
                by=by,
                reviewed_at=now,
                reviewed_by=by.user,
                statement=statement.strip(),
            )
            and self.statement != statement.strip()
        ):
            raise Refused("Noen har alt skrevet uttalelsen. Last siden på nytt.")

    @transaction.atomic
    def forward(self, *, by, now):
        """Send it to the appeal body, and the statement to the parties (§ 33)."""
        self._hold()
        self._check_reviewer(by)
        if self._step(
            "appeal_forwarded", by=by, forwarded_at=now, forwarded_by=by.user
        ):
            self._write(Letter.Kind.APPEAL_FORWARDED, letters.forwarded, by=by, now=now)
            # By name: the task knows this model. A row too: it goes with the rest.
            app.configure_task("grants.make_appeal_bundle").defer(appeal_id=self.pk)
