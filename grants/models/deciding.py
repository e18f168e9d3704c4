"""What decision makers do with a case: the decision, and a new one in its place."""

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.functional import cached_property

from grants.models.awards import Award
from grants.models.decisions import Decision, Outcome
from grants.models.pots import Pot, PotRow
from grants.models.schemes import Delegation
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.templatetags.ui import money


class Deciding:
    """The decision makers' verbs of `Application`.

    A decision takes its money from the pot when it is made, and binds when it is made
    known. Until then the applicant reads «til vedtak».
    """

    @cached_property
    def decision(self):
        """The decision that counts now: the last one made known, or None."""
        return self.decisions.announced().last()

    @property
    def made(self):
        """The last decision made, known or not; or None."""
        return self.decisions.order_by("version").last()

    @transaction.atomic
    def decide(
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
        hold=False,
    ):
        """Make the decision (vedtak), take the money from the pot, and tell everyone.

        `hold` keeps it from being made known yet. Two decision makers, or two cases
        that want the last of a pot, queue at the pot's lock; the second sees what the
        first left.
        """
        # Parent before child: pots, then the application.
        pot = Pot.objects.for_area(self.round_id, self.area_id).locked().get()
        self._hold()
        if self.made is not None:
            raise Refused(f"Søknaden er alt avgjort. {self.made.in_short()}")
        recommendation = self.recommendations.standing().last()
        delegation = self.check_decider(amount, recommendation, by=by, now=now)
        self.check_confirmed(outcome)
        self.check_ruled(outcome)
        self.check_assessed(outcome)
        self.check_state_aid(amount, now=now)
        asked = self.versions.sent().last().amount
        check_outcome(outcome, amount, asked=asked)
        check_reasons(outcome, facts, rules, considerations, why_amount=why_amount)
        self._step("decide", by=by, outcome=outcome, amount=amount)
        decision = Decision.make(
            self,
            recommendation=recommendation,
            delegation=delegation,
            outcome=outcome,
            amount=amount,
            facts=facts,
            rules=rules,
            considerations=considerations,
            conditions=conditions,
            why_amount=why_amount,
            reasons_in_english=reasons_in_english,
            body_decision=self.body_decision_for(outcome, amount),
            by=by,
            now=now,
        )
        self._charge(pot, decision, by=by, now=now)
        self._made_known(decision, hold=hold, by=by, now=now)
        return decision

    @transaction.atomic
    def propose_change(
        self,
        *,
        kind,
        what_changed,
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
        """Prepare a new decision in a decided case; binds nothing until it is made.

        `kind` is a Decision.Kind but the first; `what_changed` is for the letter.
        """
        self._hold()
        role = preparer_role(kind)
        self._check_role(by, role)
        self._check_impartial(by)
        if kind == Decision.Kind.APPEAL:
            self.check_no_hand(by, now)
        last = self.made
        if last is None:
            raise Refused("Saken er ikke avgjort ennå.")
        if not what_changed.strip():
            raise Refused("Skriv hva som er endret, og hvorfor.")
        check_outcome(outcome, amount, asked=self.versions.sent().last().amount)
        check_reasons(outcome, facts, rules, considerations, why_amount=why_amount)
        prepared = {
            "kind": kind,
            "what_changed": what_changed.strip(),
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
        standing = self.recommendations.standing()
        if standing.exists():
            if not standing.filter(**prepared).exists():
                raise Refused("Noen har alt foreslått et nytt vedtak i saken.")
            return standing.get()
        proposal = self.recommendations.create(
            assessment=last.recommendation and last.recommendation.assessment,
            recommended_at=now,
            **prepared,
        )
        JournalEntry.record(
            "change_proposed", about=self, by=by, kind=kind, amount=amount
        )
        return proposal

    @transaction.atomic
    def reject_change(self, *, by, now, reason):
        """Let the decision stand as it is."""
        self._hold()
        proposal = self._proposal()
        self._check_role(by, decider_role(proposal.kind))
        self._check_impartial(by)
        if not reason.strip():
            raise Refused("Skriv hva som må ses på igjen.")
        proposal.send_back(by=by, now=now, reason=reason)
        JournalEntry.record("change_rejected", about=self, by=by, kind=proposal.kind)

    @transaction.atomic
    def redecide(
        self,
        *,
        by,
        now,
        outcome,
        amount,
        facts,
        rules,
        considerations,
        what_changed,
        conditions="",
        why_amount="",
        reasons_in_english="",
        hold=False,
    ):
        """Make the proposed decision in place of the last one; the pot follows.

        Of more money the pot gives the difference, and is never overdrawn: the refusal
        names what is short. Of less it gets the rest back.
        """
        pot = Pot.objects.for_area(self.round_id, self.area_id).locked().get()
        self._hold()
        proposal = self._proposal()
        delegation = self.check_decider(amount, proposal, by=by, now=now)
        self.check_state_aid(amount, now=now)
        check_outcome(outcome, amount, asked=self.versions.sent().last().amount)
        check_reasons(outcome, facts, rules, considerations, why_amount=why_amount)
        if not what_changed.strip():
            raise Refused("Skriv hva som er endret, og hvorfor.")
        decision = Decision.make(
            self,
            recommendation=proposal,
            delegation=delegation,
            outcome=outcome,
            amount=amount,
            facts=facts,
            rules=rules,
            considerations=considerations,
            conditions=conditions,
            what_changed=what_changed,
            why_amount=why_amount,
            reasons_in_english=reasons_in_english,
            body_decision=self.body_decision_for(outcome, amount),
            by=by,
            now=now,
        )
        JournalEntry.record(
            "redecide",
            about=self,
            by=by,
            kind=decision.kind,
            outcome=outcome,
            amount=amount,
        )
        self._charge(pot, decision, by=by, now=now)
        self._made_known(decision, hold=hold, by=by, now=now)
        return decision

    def check_decider(self, amount, recommendation, *, by, now):
        """The delegation that lets this user decide; refuses when there is none."""
        if recommendation is None:
            raise Refused("Saken er ikke innstilt. Last siden på nytt.")
        role = decider_role(recommendation.kind)
        self._check_role(by, role)
        self._check_impartial(by)
        if recommendation.kind == Decision.Kind.APPEAL:
            self.check_no_hand(by, now)
        # Also a recommendation that was sent back: its author judged the case; and
        # what was drafted, which the next who writes takes over.
        drafted = JournalEntry.objects.about(self).filter(verb="reasons_drafted")
        prepared = User.objects.filter(
            Q(pk=self.caseworker_id)
            | Q(pk__in=self.recommendations.values("recommended_by"))
            | Q(pk__in=self.assessments.values("assessor"))
            | Q(pk__in=self.advice.values("given_by"))
            | Q(pk__in=drafted.values("actor"))
        )
        if any(by.user.may_be(person) for person in prepared):
            raise Refused("Du har forberedt saken og kan ikke avgjøre den selv.")
        self.check_leader_impartial(by, now)
        entry = self.body_decisions.waiting().select_related("entered_by").first()
        if entry and by.user.may_be(entry.entered_by):
            raise Refused("Du førte inn vedtaket. En annen må bekrefte det.")
        delegation = (
            Delegation.objects.in_force(timezone.localdate(now))
            .filter(
                Q(to_user=None) | Q(to_user=by.user),
                scheme_id=self.round.scheme_id,
                to_role=role,
                to_body=entry and entry.body_id,
            )
            .order_by("-ceiling", "pk")
            .first()
        )
        if delegation is None:
            raise Refused("Du har ikke fått myndighet til å avgjøre under ordningen.")
        if amount > delegation.ceiling:
            raise Refused("Beløpet er over grensen i delegeringen.")
        return delegation

    @transaction.atomic
    def enter_body_decision(
        self, *, body, meeting_on, case_number, outcome, amount, by, now, stood_down=""
    ):
        """Enter what a body decided; it counts when another person has confirmed it.

        `case_number` is the body's own, as «123/26»; `stood_down` says who left the
        meeting and why.
        """
        self._hold()
        recommendation = self.recommendations.standing().last()
        if recommendation is None:
            raise Refused("Saken er ikke innstilt. Last siden på nytt.")
        roles_for = {
            preparer_role(recommendation.kind),
            decider_role(recommendation.kind),
        }
        if not by.user.role_names & roles_for:
            raise Refused("Du har ikke en rolle som fører inn vedtak i organer.")
        self.check_open_to_staff(by)
        if recommendation.kind == Decision.Kind.APPEAL:
            self.check_no_hand(by, now)
        if not case_number.strip():
            raise Refused("Skriv saksnummeret fra protokollen.")
        if meeting_on > timezone.localdate(now):
            raise Refused("Møtet har ikke vært ennå.")
        check_outcome(outcome, amount, asked=self.versions.sent().last().amount)
        held = Delegation.objects.in_force(meeting_on).filter(
            scheme_id=self.round.scheme_id,
            to_role=decider_role(recommendation.kind),
            to_body=body,
        )
        if not held.exists():
            raise Refused(f"{body} hadde ikke myndighet under ordningen den dagen.")
        entered = {
            "body": body,
            "meeting_on": meeting_on,
            "case_number": case_number.strip(),
            "stood_down": stood_down.strip(),
            "outcome": outcome,
            "amount": amount,
        }
        waiting = self.body_decisions.waiting().first()
        if waiting is not None:
            if self.body_decisions.waiting().filter(**entered).exists():
                return waiting
            raise Refused(
                f"{waiting.entered_by} har alt ført inn et vedtak i saken. Ta det ut "
                "først hvis det er feil."
            )
        entry = self.body_decisions.create(
            **entered, entered_by=by.user, entered_at=now
        )
        JournalEntry.record(
            "body_decision_entered", about=self, by=by, outcome=outcome, amount=amount
        )
        return entry

    @transaction.atomic
    def drop_body_decision(self, *, by, now):
        """Take out what was entered wrongly, before it is confirmed."""
        self._hold()
        if not by.user.role_names & {roles.CASEWORKER, roles.DECIDER, roles.APPEALS}:
            raise Refused("Du har ikke en rolle som fører inn vedtak i organer.")
        self.check_open_to_staff(by)
        if self.body_decisions.waiting().update(dropped_at=now):
            JournalEntry.record("body_decision_dropped", about=self, by=by)

    def body_decision_for(self, outcome, amount):
        """The body's decision that this confirms, or None; refuses one that differs."""
        entry = self.body_decisions.waiting().select_related("body").first()
        if entry and (entry.outcome, entry.amount) != (outcome, amount):
            raise Refused(
                f"{entry.body} har vedtatt noe annet: {entry.get_outcome_display()}, "
                f"{money(entry.amount)}."
            )
        return entry

    def check_leader_impartial(self, by, now):
        """Refuse one right below a leader with a conflict (forvaltningsloven § 6)."""
        leader = by.user.leader_on(timezone.localdate(now))
        case = type(self).objects.filter(pk=self.pk)
        if leader and not case.without_conflicts_of(leader).exists():
            raise Refused("Lederen din er inhabil i saken. Da kan ikke du avgjøre den.")

    def check_no_hand(self, by, now):
        """Refuse one who had a hand in the case before the appeal body got it."""
        cases = type(self).objects.filter(pk=self.pk)
        if not cases.for_appeal_body(by.user, timezone.localdate(now)).exists():
            raise Refused(
                "Du eller lederen din har hatt med saken å gjøre, eller klagen er ikke "
                "sendt til klageinstansen. Da kan ikke du behandle klagen."
            )

    def money_taken(self):
        """What the case has taken from its pot so far, by the ledger; in kroner."""
        rows = PotRow.objects.filter(decision__application=self)
        return -(rows.aggregate(sum=Sum("amount"))["sum"] or 0)

    # --- how it is done ---------------------------------------------------------------

    def _proposal(self):
        proposal = self.recommendations.standing().last()
        if proposal is None or proposal.kind == Decision.Kind.FIRST:
            raise Refused("Ingen har foreslått et nytt vedtak. Last siden på nytt.")
        return proposal

    def _charge(self, pot, decision, *, by, now):
        """Move the pot and the award to what the decision says. `pot` is locked."""
        if Award.stays_declined(decision):
            more = 0
        else:
            more = decision.amount - self.money_taken()
        if more > pot.balance:
            short = money(more - pot.balance)
            raise Refused(f"Det er ikke nok igjen i rammen. Det mangler {short}.")
        if more:
            PotRow.objects.create(
                pot=pot,
                kind=PotRow.Kind.AWARDED if more > 0 else PotRow.Kind.WITHDRAWN,
                amount=-more,
                decision=decision,
                by=by.user,
                at=now,
            )
        Award.follow(decision, now=now)

    def _made_known(self, decision, *, hold, by, now):
        if not hold:
            decision.announce(by=by, now=now)
        self.__dict__.pop("decision", None)


def decider_role(kind):
    """Who makes a decision of this kind."""
    return roles.APPEALS if kind == Decision.Kind.APPEAL else roles.DECIDER


def preparer_role(kind):
    """Who prepares a decision of this kind."""
    return roles.APPEALS if kind == Decision.Kind.APPEAL else roles.CASEWORKER


def check_outcome(outcome, amount, *, asked):
    """Refuse an amount that does not fit the outcome."""
    if outcome == Outcome.GRANTED and amount != asked:
        raise Refused(
            "Skal hele beløpet innvilges, tømmer du beløpsfeltet. Ellers velger du "
            "«delvis innvilget»."
        )
    if outcome == Outcome.PARTLY and not 0 < amount < asked:
        raise Refused("Delvis innvilget er mer enn null og mindre enn det er søkt om.")
    if outcome in (Outcome.REFUSED, Outcome.DISMISSED) and amount != 0:
        raise Refused("Avslag og avvisning har ikke noe beløp.")


def check_reasons(outcome, *reasons, why_amount):
    """Refuse what the law wants reasons for and has none; twin of reasons_are_given.

    Of a part of what was asked for, also why it became that part.
    """
    if outcome != Outcome.GRANTED and not all(text.strip() for text in reasons):
        raise Refused("Skriv fakta, regler og vurdering.")
    if outcome == Outcome.PARTLY and not why_amount.strip():
        raise Refused("Skriv hvorfor beløpet ble slik.")
