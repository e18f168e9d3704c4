"""Random legal and illegal steps by random people on one round, in any order.

Whatever they try: the ledger balances, no pot goes below zero, no case has two
decisions that stand, no step is without a journal entry, and what someone has a
conflict in is not there for them. A verb says no by `Refused` and by nothing else.
"""

import os
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from grants.deadlines import next_working_day
from grants.models import (
    Advice,
    Appeal,
    AppealQuestion,
    AppealShortfall,
    AppealState,
    Application,
    Assessment,
    AssessorSeat,
    Award,
    BodyDecision,
    Decision,
    Declaration,
    InfoRequest,
    Outcome,
    Plan,
    Pot,
    PotArea,
    PotRow,
    ReasonsDraft,
    ReasonsRequest,
    Recommendation,
    State,
)
from grants.models.awards import STANDING
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    create_appeal_member,
    create_area,
    create_body,
    create_caseworker,
    create_coordinator,
    create_decider,
    create_delegation,
    create_round,
    create_submitted,
    create_user,
)

LONG_RUN = os.environ.get("FUZZ") == "1"
profile = settings(
    max_examples=150 if LONG_RUN else 20,
    stateful_step_count=60,
    derandomize=not LONG_RUN,
    # Making a failure shorter takes minutes; the long run does.
    phases=list(Phase) if LONG_RUN else [Phase.generate],
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
pytestmark = pytest.mark.django_db

ASKED = 20_000
TWO_FROM = ASKED + 1
# What each case asks for; two of them are assessed by two.
ASKED_IN = [TWO_FROM, TWO_FROM, ASKED, ASKED]
WATCHED = [
    Appeal,
    AppealQuestion,
    AppealShortfall,
    Application,
    Assessment,
    AssessorSeat,
    Award,
    BodyDecision,
    Decision,
    Declaration,
    InfoRequest,
    Plan,
    PotRow,
    ReasonsDraft,
    ReasonsRequest,
    Recommendation,
]
AMOUNTS = st.sampled_from([0, 1, 5_000, 12_500, ASKED, ASKED + 1])
TEXTS = st.sampled_from(["", "Fordi.", "Fordi."])
DAYS = timedelta(days=14)
# Two caseworkers, two decision makers, a coordinator, a reader, the first applicant,
# and three of the appeal body, the last of whom also makes decisions.
people = st.integers(0, 9)
# Mostly those whose work it is; else few steps lead anywhere.
WORKER = st.one_of(st.sampled_from([0, 1]), people)
DECIDER = st.one_of(st.sampled_from([2, 3, 9]), people)
BODY = st.one_of(st.sampled_from([7, 8]), people)
RESULTS = [*Appeal.Result, Appeal.Result.CHANGED]
cases = st.integers(0, 3)
# Two are decided from the start.
decided = st.one_of(st.sampled_from([2, 3]), cases)


class Casework(RuleBasedStateMachine):
    """One round with a small pot, four cases, and everyone who may touch them."""

    @initialize()
    def begin(self):
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = timezone.now()
        self.known, self.unchecked = None, True
        area = create_area()
        self.round = create_round(
            areas=[area],
            balance=Decimal(45_000),
            two_assessors_from=Decimal(TWO_FROM),
            published=False,
        )
        self.pot = self.round.pots.get()
        self.other_pot = self.round.pots.create(name="En annen ramme")
        PotArea.objects.create(pot=self.other_pot, area=create_area())
        self.round.published_at = self.round.opens_at
        self.round.save(update_fields=["published_at"])
        scheme = self.round.scheme
        self.body = create_body(slug="utvalget", name="Utvalget")
        create_delegation(scheme=scheme, to_body=self.body, to_title="utvalget")
        create_delegation(scheme=scheme, to_role=roles.APPEALS, to_title="nemnda")
        self.cases = [
            create_submitted(round=self.round, area=area, amount=Decimal(amount)).pk
            for amount in ASKED_IN
        ]
        self.people = [
            create_caseworker(),
            create_caseworker(),
            create_decider(),
            create_decider(),
            create_coordinator(areas=[area]),
            create_user(role="Leser"),
            Application.objects.get(pk=self.cases[0]).started_by,
            create_appeal_member(),
            create_appeal_member(),
            create_appeal_member(),
        ]
        self.people[9].groups.add(*self.people[2].groups.all())
        for who in [0, 1, 2, 3, 4, 9]:
            self.declare_everywhere(who)
        # So that there is something to appeal against, and to say yes or no to.
        self.bring_to_decided(2, 2, 0, hold=False)
        self.bring_to_decided(3, 9, 12_500, hold=False)

    def teardown(self):
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def attempt(self, verb, **options):
        """Call a verb; what it changed is in the journal. A refusal is rolled back."""
        entries = JournalEntry.objects.count()
        self.now += timedelta(minutes=1)
        try:
            with transaction.atomic():
                verb(now=self.now, **options)
        except Refused:
            return
        found = self.snapshot()
        if found != self.known:
            assert JournalEntry.objects.count() > entries
            self.known, self.unchecked = found, True

    @staticmethod
    def snapshot():
        return [list(model.objects.order_by("pk").values()) for model in WATCHED]

    def case(self, number):
        return Application.objects.get(pk=self.cases[number])

    def by(self, number):
        return Actor(type(self.people[number]).objects.get(pk=self.people[number].pk))

    # --- steps ------------------------------------------------------------------------

    @rule(case=cases, who=people, conflict=st.sampled_from([False] * 9 + [True]))
    def declare(self, case, who, conflict):
        by = self.by(who)
        if by.user.is_staff:
            ground = "family" if conflict else ""
            declare = self.case(case).declare
            self.attempt(declare, by=by, conflict=conflict, ground=ground)

    @rule(who=st.sampled_from([0, 1, 2, 3, 4, 7, 8, 9]))
    def declare_everywhere(self, who):
        """So that most get somewhere."""
        for number in range(len(self.cases)):
            self.declare(number, who, conflict=False)

    @rule(case=cases, who=people)
    def take(self, case, who):
        self.attempt(timeless(self.case(case).take), by=self.by(who))

    @rule(case=cases, who=WORKER, to=people)
    def hand_over(self, case, who, to):
        to = self.by(to).user
        self.attempt(timeless(self.case(case).hand_over), to=to, by=self.by(who))

    @rule(case=cases, who=WORKER)
    def ask(self, case, who):
        due = next_working_day(timezone.localdate(self.now) + timedelta(days=14))
        self.attempt(
            self.case(case).request_info,
            by=self.by(who),
            text="Hvem eier plassen?",
            due_on=due,
            steps=[],
        )

    @rule(case=cases, who=people, text=TEXTS)
    def answer(self, case, who, text):
        own = self.case(case)
        self.attempt(own.answer_request, by=Actor(own.started_by), answer=text)

    @rule(case=cases, who=WORKER)
    def go_on(self, case, who):
        self.attempt(self.case(case).cancel_request, by=self.by(who))

    @rule(
        case=cases, who=WORKER, mark=st.integers(1, 5), text=TEXTS, done=st.booleans()
    )
    def assess(self, case, who, mark, text, done):
        marks = {each: (mark, text) for each in self.round.criteria.all()}
        verb = timed(self.case(case).assess, marks)
        self.attempt(verb, by=self.by(who), done=done)

    @rule(case=cases, who=WORKER, to=people)
    def name_assessor(self, case, who, to):
        verb = timed(self.case(case).name_assessor, self.by(to).user)
        self.attempt(verb, by=self.by(who))

    @rule(case=cases, who=st.sampled_from([0, 1, 2]), whom=people, text=TEXTS)
    def free_assessor(self, case, who, whom, text):
        verb = timed(self.case(case).free_assessor, self.by(whom).user)
        self.attempt(verb, by=self.by(who), reason=text)

    @rule(case=cases, who=people, whose=st.sampled_from([0, 1]), text=TEXTS)
    def reopen_assessment(self, case, who, whose, text):
        verb = timed(self.case(case).reopen_assessment, self.by(whose).user)
        self.attempt(verb, by=self.by(who), reason=text)

    @rule(case=cases, who=people, text=TEXTS)
    def advise(self, case, who, text):
        stance = Advice.Stance.SUPPORT
        self.attempt(self.case(case).advise, by=self.by(who), stance=stance, text=text)

    @rule(case=cases, who=WORKER, text=TEXTS)
    def draft_reasons(self, case, who, text):
        self.attempt(self.case(case).write_reasons, by=self.by(who), **reasons(text))

    @rule(
        case=cases,
        who=WORKER,
        outcome=st.sampled_from(Outcome),
        amount=AMOUNTS,
        text=TEXTS,
    )
    def recommend(self, case, who, outcome, amount, text):
        self.attempt(
            self.case(case).recommend,
            by=self.by(who),
            outcome=outcome,
            amount=Decimal(amount),
            **judged(text),
        )

    @rule(case=cases, who=st.sampled_from([0, 1]), amount=AMOUNTS)
    def bring_to_recommended(self, case, who, amount):
        """The usual road, so that pots are drawn on often enough."""
        self.take(case, who)
        if ASKED_IN[case] >= TWO_FROM:
            for assessor in (0, 1):
                self.name_assessor(case, who, assessor)
                self.assess(case, assessor, 4, "Fordi.", done=True)
        else:
            self.assess(case, who, 4, "Fordi.", done=True)
        self.recommend(case, who, fitting(amount, case), amount, "Fordi.")

    @rule(case=st.sampled_from([0, 1]), who=st.sampled_from([0, 1]))
    def recommend_by_one_of_two(self, case, who):
        """Often the two have not both finished when it is tried."""
        self.take(case, who)
        for assessor in (0, 1):
            self.name_assessor(case, who, assessor)
        self.assess(case, who, 4, "Fordi.", done=True)
        self.recommend(case, who, Outcome.GRANTED, ASKED_IN[case], "Fordi.")

    @rule(case=cases, who=st.sampled_from([2, 3]), amount=AMOUNTS, hold=st.booleans())
    def bring_to_decided(self, case, who, amount, hold):
        self.bring_to_recommended(case, 0, amount)
        self.decide(case, who, fitting(amount, case), amount, "Fordi.", hold)

    @rule(case=cases, who=DECIDER, text=TEXTS)
    def send_back(self, case, who, text):
        self.attempt(self.case(case).send_back, by=self.by(who), reason=text)

    @rule(
        case=cases,
        who=st.sampled_from([0, 2, 2, 3, 4]),
        outcome=st.sampled_from(Outcome),
        amount=AMOUNTS,
        text=TEXTS,
        hold=st.booleans(),
    )
    def decide(self, case, who, outcome, amount, text, hold):
        self.attempt(
            self.case(case).decide,
            by=self.by(who),
            outcome=outcome,
            amount=Decimal(amount),
            hold=hold,
            **judged(text),
        )

    @rule(
        case=decided,
        who=WORKER,
        kind=st.sampled_from([Decision.Kind.CORRECTION, Decision.Kind.REVERSAL]),
        amount=AMOUNTS,
        text=TEXTS,
    )
    def propose_change(self, case, who, kind, amount, text):
        self.attempt(
            self.case(case).propose_change,
            by=self.by(who),
            kind=kind,
            what_changed=text,
            outcome=fitting(amount, case),
            amount=Decimal(amount),
            **judged("Fordi."),
        )

    @rule(
        case=decided,
        who=st.sampled_from([0, 2, 3, 3]),
        amount=AMOUNTS,
        hold=st.booleans(),
    )
    def change(self, case, who, amount, hold):
        self.propose_change(case, 0, Decision.Kind.REVERSAL, amount, "Fordi.")
        self.attempt(
            self.case(case).redecide,
            by=self.by(who),
            what_changed="Fordi.",
            outcome=fitting(amount, case),
            amount=Decimal(amount),
            hold=hold,
            **judged("Fordi."),
        )

    @rule(case=cases, who=DECIDER, text=TEXTS)
    def turn_down(self, case, who, text):
        self.attempt(self.case(case).reject_change, by=self.by(who), reason=text)

    @rule(case=cases, which=st.sampled_from([0, -1]))
    def announce(self, case, which):
        decisions = list(self.case(case).decisions.order_by("version"))
        if decisions:
            self.attempt(decisions[which].announce, by=self.by(2))

    @rule(who=DECIDER)
    def announce_all(self, who):
        self.attempt(timed(Decision.announce_all, self.round), by=self.by(who))

    @rule(case=cases)
    def withdraw(self, case):
        own = self.case(case)
        if case == 1:  # one is enough: a withdrawn case has nothing more to tell
            self.attempt(own.withdraw, by=Actor(own.started_by))

    @rule(amount=st.sampled_from([0, 7_000]))
    def allocate(self, amount):
        self.attempt(timeless(self.pot.allocate), amount=Decimal(amount), by=self.by(0))

    @rule(amount=AMOUNTS, back=st.booleans(), text=TEXTS)
    def move_money(self, amount, back, text):
        pots = [self.pot, self.other_pot]
        giver, taker = reversed(pots) if back else pots
        self.attempt(
            timeless(partial(giver.move, Decimal(amount), taker)),
            by=self.by(0),
            reason=text,
        )

    # --- what the recipient says, and what a body has decided -------------------------

    def award_of(self, case):
        return Award.objects.filter(application=self.cases[case]).first()

    @rule(case=decided, who=WORKER, yes=st.booleans(), note=TEXTS)
    def answer_offer(self, case, who, yes, note):
        """By anyone, and by the one it is offered to."""
        award = self.award_of(case)
        if award:
            verb = award.accept if yes else award.decline
            self.attempt(verb, by=self.by(who), note=note)

    @rule(case=decided, yes=st.booleans())
    def answer_own_offer(self, case, yes):
        award = self.award_of(case)
        if award:
            verb = award.accept if yes else award.decline
            self.attempt(verb, by=Actor(self.case(case).started_by))

    @rule(case=decided, who=WORKER, days=st.integers(-3, 60))
    def give_more_time(self, case, who, days):
        award = self.award_of(case)
        if award:
            until = timezone.localdate(self.now) + timedelta(days=days)
            verb = timed(award.give_more_time, until)
            self.attempt(verb, by=self.by(who))

    @rule(case=decided, who=WORKER)
    def ask_for_reasons(self, case, who):
        decision = self.case(case).decision
        for by, note in [(self.by(who), "Ringte."), (self.starter(case), "")]:
            ask = timed(ReasonsRequest.ask, decision)
            self.attempt(ask, by=by, note=note)

    @rule(case=decided, who=WORKER, text=TEXTS)
    def give_reasons(self, case, who, text):
        asked = ReasonsRequest.objects.filter(
            decision__application=self.cases[case], letter=None
        ).first()
        if asked:
            self.attempt(asked.answer, by=self.by(who), **reasons(text))

    @rule(
        case=st.sampled_from([0, 1]),
        who=st.sampled_from([0, 2, 2, 4]),
        then=DECIDER,
        entered=AMOUNTS,
        made=AMOUNTS,
    )
    def enter_of_body(self, case, who, then, entered, made):
        """What a body is said to have decided, and what another makes of it."""
        self.bring_to_recommended(case, 0, 5_000)
        self.attempt(
            self.case(case).enter_body_decision,
            by=self.by(who),
            body=self.body,
            meeting_on=timezone.localdate(self.now),
            case_number="12/26",
            outcome=fitting(entered, case),
            amount=Decimal(entered),
        )
        self.decide(case, then, fitting(made, case), made, "Fordi.", hold=False)

    @rule(case=cases, who=st.sampled_from([2, 3, 9]))
    def confirm_of_body(self, case, who):
        entry = self.case(case).body_decisions.waiting().first()
        if entry:
            self.decide(case, who, entry.outcome, entry.amount, "Fordi.", hold=False)

    @rule(case=cases, who=people)
    def drop_of_body(self, case, who):
        self.attempt(self.case(case).drop_body_decision, by=self.by(who))

    # --- appeals ----------------------------------------------------------------------

    def starter(self, case):
        return Actor(self.case(case).started_by)

    def appeal_of(self, case):
        """The last one of a case; if there is none, one that its applicant lodges."""
        appeals = Appeal.objects.of_case(self.cases[case]).order_by("-pk")
        decision = self.case(case).decision
        if decision and not appeals:
            self.attempt(
                timed(Appeal.lodge, decision),
                by=self.starter(case),
                wanted="Alt.",
                key=f"{self.now:%m%d%H%M%S}",
            )
        return appeals.first()

    @rule(case=decided, who=people, text=TEXTS, again=st.booleans())
    def lodge(self, case, who, text, again):
        """By anyone, and by the one who sent the case; once more over a dismissal."""
        decision = self.case(case).decisions.order_by("version").last()
        if decision is None:
            return
        last = self.appeal_of(case)
        against = last if again and last and last.decision == decision else None
        for by in (self.by(who), self.starter(case)):
            self.attempt(
                timed(Appeal.lodge, decision),
                by=by,
                wanted=text,
                key=f"{self.now:%m%d%H%M%S}-{by.user.pk}",
                against=against,
            )

    @rule(case=decided, who=WORKER, party=st.booleans(), days=st.integers(-40, 1))
    def register_appeal(self, case, who, party, days):
        decision = self.case(case).decision
        if decision:
            self.attempt(
                timed(Appeal.register, decision),
                by=self.by(who),
                channel=Appeal.Channel.LETTER,
                sent_on=timezone.localdate(self.now) + timedelta(days=days),
                by_party=party,
                wanted="Alt.",
                key=f"{self.now:%m%d%H%M%S}",
                name="Per Nabo",
            )

    @rule(
        case=decided,
        who=WORKER,
        verb=st.sampled_from(
            ["uphold", "forward", "dismiss", "change", "ask", "go_on"]
        ),
        text=TEXTS,
    )
    def review_appeal(self, case, who, verb, text):
        appeal = self.appeal_of(case)
        if appeal is None:
            return
        options = {
            "uphold": {"statement": text},
            "dismiss": {"reasons": text},
            "ask": {"text": text, "due_on": timezone.localdate(self.now + DAYS)},
        }
        self.attempt(getattr(appeal, verb), by=self.by(who), **options.get(verb, {}))

    @rule(
        case=decided, who=WORKER, text=TEXTS, verb=st.sampled_from(["answer", "late"])
    )
    def say_of_appeal(self, case, who, text, verb):
        appeal = self.appeal_of(case)
        if appeal and verb == "answer":
            self.attempt(appeal.answer, by=self.starter(case), text=text)
        elif appeal:
            self.attempt(appeal.take_in_late, by=self.by(who), reason=text)

    @rule(case=decided, who=WORKER, own=st.sampled_from([False, False, False, True]))
    def withdraw_appeal(self, case, who, own):
        appeal = self.appeal_of(case)
        if appeal and own:
            self.attempt(appeal.withdraw, by=self.starter(case))
        elif appeal:
            self.attempt(appeal.note_withdrawn, by=self.by(who))

    @rule(
        case=decided,
        who=st.sampled_from([0, 1]),
        amount=AMOUNTS,
        then=st.sampled_from([2, 3, 9, None]),
    )
    def reverse_after_appeal(self, case, who, amount, then):
        appeal = self.appeal_of(case)
        if appeal is None:
            return
        self.attempt(
            appeal.propose_reversal,
            by=self.by(who),
            what_changed="Fordi.",
            outcome=fitting(amount, case),
            amount=Decimal(amount),
            **judged("Fordi."),
        )
        if then is not None:
            self.attempt(appeal.change, by=self.by(then))

    @rule(case=decided, who=st.sampled_from([0, 0, 1]), text=TEXTS)
    def send_on(self, case, who, text):
        """The usual road to the appeal body."""
        self.bring_to_decided(case, 2, 0, hold=False)
        appeal = self.appeal_of(case)
        if appeal:
            self.attempt(appeal.uphold, by=self.by(who), statement=text)
            self.attempt(appeal.forward, by=self.by(who))

    @rule(
        case=decided,
        who=BODY,
        result=st.sampled_from(RESULTS),
        amount=AMOUNTS,
        text=TEXTS,
        harm=TEXTS,
    )
    def propose_outcome(self, case, who, result, amount, text, harm):
        appeal = self.appeal_of(case)
        if appeal is None:
            return
        decision = None
        if result == Appeal.Result.CHANGED:
            decision = {
                "what_changed": "Fordi.",
                "outcome": fitting(amount, case),
                "amount": Decimal(amount),
                **judged("Fordi."),
            }
        self.attempt(
            appeal.propose_outcome,
            by=self.by(who),
            result=result,
            reasons=text,
            harm_interests=harm,
            decision=decision,
        )

    @rule(case=decided, who=BODY, verb=st.sampled_from(["settle", "settle", "return"]))
    def settle(self, case, who, verb):
        appeal = self.appeal_of(case)
        if appeal and verb == "settle":
            self.attempt(appeal.settle, by=self.by(who))
        elif appeal:
            self.attempt(appeal.return_outcome, by=self.by(who), reason="Se på det.")

    @rule(
        case=st.sampled_from([3, 3, 2, 0]),
        amount=AMOUNTS,
        who=st.sampled_from([7, 7, 9]),
        then=st.sampled_from([8, 8, 7, 9]),
        harm=st.sampled_from(["", "Hensyn."]),
    )
    def bring_to_settled(self, case, amount, who, then, harm):
        self.send_on(case, 0, "Fordi.")
        for number in (who, then):
            self.declare(case, number, conflict=False)
        self.propose_outcome(case, who, Appeal.Result.CHANGED, amount, "Fordi.", harm)
        self.settle(case, then, "settle")

    @rule(
        case=decided,
        who=st.sampled_from([0, 1, 5, 7]),
        granted=st.booleans(),
        text=TEXTS,
    )
    def rule_delay(self, case, who, granted, text):
        appeal = self.appeal_of(case)
        if appeal:
            self.attempt(
                appeal.rule_delay, by=self.by(who), granted=granted, reasons=text
            )

    @rule(case=decided, who=DECIDER, text=TEXTS)
    def ask_for_money(self, case, who, text):
        appeal = self.appeal_of(case)
        if appeal:
            self.attempt(appeal.ask_for_money, by=self.by(who), asked_of=text)

    # --- several at once --------------------------------------------------------------

    @rule(who=st.sampled_from([0, 0, 1, 1, 2, 4]), amount=AMOUNTS)
    def plan(self, who, amount):
        """A plan for what is open, prepared and decided; all or none."""
        by = self.by(who)
        number = self.round.plans.count()
        self.attempt(timed(Plan.make, self.round), name=f"Plan {number}", by=by)
        plan = self.round.plans.filter(name=f"Plan {number}").first()
        if plan is None:
            return
        open_now = Application.objects.filter(
            round=self.round, state__in=[State.IN_REVIEW, State.RECOMMENDED]
        )
        figures = {
            case: (Decimal(amount), "Fordi.") for case in open_now.visible_to(by.user)
        }
        self.attempt(plan.write, figures=figures, line="", revision=1, by=by)
        self.attempt(plan.prepare, by=by)
        plan.refresh_from_db()
        self.attempt(plan.decide_all, by=self.by(2))

    # --- what always holds ------------------------------------------------------------

    @invariant()
    def it_holds_together(self):
        """Looked at after each step that changed something."""
        if not self.unchecked:
            return
        self.unchecked = False
        self.the_ledger_balances()
        self.one_decision_stands_and_its_money_is_taken()
        self.nobody_decides_what_they_prepared()
        self.a_body_is_followed_by_two()
        self.what_an_appeal_changes_is_settled_by_others_and_never_quietly_worse()
        self.two_have_assessed_what_is_recommended_from_the_sum()
        self.marks_are_not_seen_before_both_have_finished()
        self.a_conflict_hides_the_case()

    def the_ledger_balances(self):
        for pot in Pot.objects.all():
            assert pot.balance == (pot.rows.aggregate(sum=Sum("amount"))["sum"] or 0)
            assert pot.balance >= 0

    def one_decision_stands_and_its_money_is_taken(self):
        for case in Application.objects.all():
            decisions = list(case.decisions.order_by("version"))
            versions = [decision.version for decision in decisions]
            assert versions == list(range(1, len(decisions) + 1))
            assert (case.state == State.DECIDED) == bool(decisions)
            award = Award.objects.filter(application=case).first()
            if award and award.state == Award.State.DECLINED:
                assert case.money_taken() == 0
                assert award.amount == decisions[-1].amount
                continue
            taken = decisions[-1].amount if decisions else 0
            assert case.money_taken() == taken
            given = award.amount if award and award.state in STANDING else 0
            assert given == taken

    def nobody_decides_what_they_prepared(self):
        for decision in Decision.objects.all():
            assert decision.decided_by_id != decision.prepared_by_id
            marked = decision.application.assessments.values_list("assessor", flat=True)
            assert decision.decided_by_id not in marked

    def a_body_is_followed_by_two(self):
        for decision in Decision.objects.exclude(body_decision=None):
            entry = decision.body_decision
            assert (
                entry.entered_by_id != decision.decided_by_id == entry.confirmed_by_id
            )
            said = (entry.outcome, entry.amount)
            assert said == (decision.outcome, decision.amount)

    def what_an_appeal_changes_is_settled_by_others_and_never_quietly_worse(self):
        """Nobody settles what they had a hand in; worse only with stated grounds."""
        for decision in Decision.objects.filter(version__gt=1):
            before = decision.application.decisions.get(version=decision.version - 1)
            own = Appeal.objects.of_case(decision.application).filter(
                decision__version__lt=decision.version
            )
            if decision.kind == Decision.Kind.APPEAL:
                hands = {before.prepared_by_id, before.decided_by_id}
                # A decision by the appeal body may itself come before.
                if before.kind != Decision.Kind.APPEAL:
                    assert not {decision.prepared_by_id, decision.decided_by_id} & hands
                settled = own.filter(
                    state=AppealState.SETTLED, settled_at=decision.decided_at
                )
                assert decision.amount >= before.amount or all(
                    appeal.harm_interests for appeal in settled if appeal.by_party
                )
            changed = own.filter(
                state=AppealState.CHANGED, reviewed_at=decision.decided_at
            )
            assert not changed or decision.amount >= before.amount

    def two_have_assessed_what_is_recommended_from_the_sum(self):
        standing = Recommendation.objects.standing().filter(kind=Decision.Kind.FIRST)
        for row in standing.exclude(outcome=Outcome.DISMISSED):
            finished = row.application.assessments.filter(
                retracted_at=None, completed_at__isnull=False
            )
            assessors = set(finished.values_list("assessor", flat=True))
            asked = row.application.versions.sent().last().amount
            assert len(assessors) >= (2 if asked >= TWO_FROM else 1)

    def marks_are_not_seen_before_both_have_finished(self):
        for pk in self.cases[:2]:
            case = Application.objects.get(pk=pk)
            finished = case.assessments.filter(
                retracted_at=None, completed_at__isnull=False
            )
            if finished.count() > 1:
                continue
            for person in self.people[:5]:
                shown = {row.assessor_id for row in case.marks_shown_to(person)}
                assert shown <= {person.pk}

    def a_conflict_hides_the_case(self):
        for declared in Declaration.objects.filter(conflict=True):
            user, day = declared.user, timezone.localdate(self.now)
            seen = Application.objects.visible_to(user)
            assert not seen.filter(pk=declared.application_id).exists()
            appeals = Appeal.objects.of_case(declared.application_id)
            assert not appeals.visible_to(user)
            assert not appeals.at_body(user, day)

    @rule()
    def a_conflict_closes_the_page(self):
        for declared in Declaration.objects.filter(conflict=True)[:2]:
            browser = Client()
            browser.force_login(declared.user)
            page = browser.get(declared.application.get_case_url())
            assert page.status_code in {403, 404}
            assert declared.application.versions.last().description not in (
                page.content.decode()
            )
            for address in self.lists():
                page = browser.get(address)
                assert page.status_code in {200, 403}, address
                assert declared.application.number not in page.content.decode(), address
            page = browser.post("/admin/saker/fil/", {"slag": "csv"})
            shown = b"".join(page) if page.streaming else page.content
            assert declared.application.number not in shown.decode()

    def lists(self):
        """Where a case would stand among others."""
        yield from ["/admin/", "/admin/saker/"]
        yield from ["/admin/klager/", "/admin/kontroll/", "/admin/utskrifter/"]
        yield f"/admin/utlysninger/{self.round.pk}/venteliste/"
        yield f"/admin/utlysninger/{self.round.pk}/gjor-kjent/"
        for plan in self.round.plans.all()[:1]:
            yield f"/admin/planer/{plan.pk}/"


def reasons(text):
    return dict.fromkeys(["facts", "rules", "considerations"], text)


def judged(text):
    return {**reasons(text), "why_amount": text}


def fitting(amount, case):
    """The outcome that an amount means; what is too much is left to the verb."""
    if not amount:
        return Outcome.REFUSED
    return Outcome.GRANTED if amount == ASKED_IN[case] else Outcome.PARTLY


def timeless(verb):
    """A verb that does not ask when."""
    return lambda now, **options: verb(**options)


def timed(verb, first):
    return lambda now, **options: verb(first, now=now, **options)


def test_whatever_anyone_tries_the_round_holds_together():
    run_state_machine_as_test(Casework, settings=profile)
