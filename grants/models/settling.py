"""What the appeal body does with an appeal."""

from django.db import transaction
from django.utils import timezone

from grants.models.appeal_states import AppealState
from grants.models.decisions import Decision
from grants.models.pots import Pot
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry


class Settling:
    """The appeal body's verbs of `Appeal`."""

    def check_body(self, by, now):
        """Refuse all but the appeal body, and those of it with a hand in the case."""
        if not by.user.has_role(roles.APPEALS):
            raise Refused("Bare en klagebehandler kan gjøre dette.")
        self.application.check_no_hand(by, now)
        if (
            not type(self)
            .objects.at_body(by.user, timezone.localdate(now))
            .filter(pk=self.pk)
        ):
            raise Refused("Du har ikke tilgang til saken.")
        self.application._check_impartial(by)

    @transaction.atomic
    def propose_outcome(
        self, *, by, now, result, reasons, harm_interests="", decision=None
    ):
        """Prepare what the appeal body says; another of its members settles it.

        `decision` is what `Application.propose_change` takes, without its kind, and is
        given when the decision is changed.
        """
        self._hold()
        self.check_body(by, now)
        self._check_at_body()
        if not reasons.strip():
            raise Refused("Skriv begrunnelsen.")
        proposal = {
            "proposed": result,
            "proposed_reasons": reasons.strip(),
            "harm_interests": harm_interests.strip(),
            "proposed_by": by.user,
        }
        if self.proposed:
            if not type(self).objects.filter(pk=self.pk, **proposal).exists():
                raise Refused("Noen har alt foreslått et utfall. Last siden på nytt.")
            return
        if result == self.Result.CHANGED:
            if self.against_id:
                raise Refused("Klagen gjelder en avvisning. Send saken tilbake.")
            if self._is_harm(decision["outcome"], decision["amount"]):
                self._check_harm_allowed(harm_interests, now)
            self.application.propose_change(
                kind=Decision.Kind.APPEAL, by=by, now=now, **decision
            )
        type(self).objects.filter(pk=self.pk).update(proposed_at=now, **proposal)
        self.refresh_from_db()
        JournalEntry.record(
            "appeal_outcome_proposed",
            about=self.application,
            by=by,
            appeal=self.pk,
            result=result,
        )

    @transaction.atomic
    def return_outcome(self, *, by, now, reason):
        """Want the proposal written anew."""
        self._hold()
        self.check_body(by, now)
        self._check_at_body()
        if not self.proposed:
            return  # pressed twice
        if not reason.strip():
            raise Refused("Skriv hva som må ses på igjen.")
        standing = self.application.recommendations.standing()
        if (
            self.proposed == self.Result.CHANGED
            and standing.filter(kind=Decision.Kind.APPEAL).exists()
        ):
            self.application.reject_change(by=by, now=now, reason=reason)
        self._drop_proposal(by=by)

    def _drop_proposal(self, *, by):
        """Nothing is proposed any longer; the words stay until they are rewritten."""
        type(self).objects.filter(pk=self.pk).update(
            proposed="", proposed_by=None, proposed_at=None
        )
        self.refresh_from_db()
        JournalEntry.record(
            "appeal_outcome_returned", about=self.application, by=by, appeal=self.pk
        )

    @transaction.atomic
    def settle(self, *, by, now):
        """Say what the appeal body has come to. Binds; the pot follows.

        A changed decision that the pot cannot pay is refused with what is short: see
        `ask_for_money`.
        """
        self._hold_pot()
        self._hold()
        self.check_body(by, now)
        if self.state == AppealState.SETTLED:
            raise Refused("Klagen er alt avgjort.")
        if not self.proposed:
            raise Refused("Ingen har foreslått et utfall. Last siden på nytt.")
        if self.proposed_by.may_be(by.user):
            raise Refused("Du har foreslått utfallet og kan ikke avgjøre det selv.")
        self.application.check_leader_impartial(by, now)
        self._check_delegated(now, to_role=roles.APPEALS)
        proposal = None
        if self.proposed == self.Result.CHANGED:
            proposal = self._proposal(Decision.Kind.APPEAL)
            if self._is_harm(proposal.outcome, proposal.amount):
                self._check_harm_allowed(self.harm_interests, now)
        self._step("appeal_settled", by=by, settled_at=now, settled_by=by.user)
        if proposal:
            self._redecide(proposal, by=by, now=now)
            self.shortfalls.filter(met_at=None).update(met_at=now)
        elif self.proposed == self.Result.SENT_BACK and self.against:
            self.against._step("appeal_reopened", by=by)
        self._tell_outcome(by=by, now=now)

    def missing_money(self):
        """What the pot lacks for the decision that is proposed; in kroner."""
        proposal = self.application.recommendations.standing().last()
        if proposal is None or proposal.kind == Decision.Kind.FIRST:
            return 0
        case = self.application
        pot = Pot.objects.for_area(case.round_id, case.area_id).get()
        return max(proposal.amount - case.money_taken() - pot.balance, 0)

    @transaction.atomic
    def ask_for_money(self, *, by, now, asked_of):
        """Name what the pot lacks, and who is asked to find it.

        The appeal waits until money has come; the pot is never overdrawn.
        """
        self._hold_pot()
        self._hold()
        if self.state == AppealState.FORWARDED:
            self.check_body(by, now)
        else:
            self.application._check_role(by, roles.DECIDER)
            self.application._check_impartial(by)
        if not asked_of.strip():
            raise Refused("Skriv hvem som er bedt om pengene.")
        missing = self.missing_money()
        if not missing:
            raise Refused("Det er nok i rammen.")
        row, new = self.shortfalls.get_or_create(
            amount=missing,
            asked_of=asked_of.strip(),
            met_at=None,
            defaults={"asked_by": by.user, "asked_at": now},
        )
        if new:
            JournalEntry.record(
                "appeal_money_asked",
                about=self.application,
                by=by,
                appeal=self.pk,
                amount=missing,
            )
        return row
