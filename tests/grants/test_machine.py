"""Random legal and illegal steps by random people on one round, in any order.

Whatever they try: the ledger balances, no pot goes below zero, no case has two
decisions that stand, no step is without a journal entry, and what someone has a
conflict in is not there for them. A verb says no by `Refused` and by nothing else.
"""

import os
from datetime import timedelta
from decimal import Decimal

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
    Application,
    Assessment,
    AssessorSeat,
    Award,
    Decision,
    Declaration,
    InfoRequest,
    Outcome,
    Plan,
    Pot,
    PotRow,
    ReasonsDraft,
    Recommendation,
    State,
)
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    create_area,
    create_caseworker,
    create_coordinator,
    create_decider,
    create_round,
    create_submitted,
    create_user,
)

LONG_RUN = os.environ.get("FUZZ") == "1"
profile = settings(
    max_examples=150 if LONG_RUN else 8,
    stateful_step_count=60 if LONG_RUN else 40,
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
    Application,
    Assessment,
    AssessorSeat,
    Award,
    Decision,
    Declaration,
    InfoRequest,
    Plan,
    PotRow,
    ReasonsDraft,
    Recommendation,
]
AMOUNTS = st.sampled_from([0, 1, 5_000, 12_500, ASKED, ASKED + 1])
TEXTS = st.sampled_from(["", "Fordi."])
people = st.integers(0, 6)
cases = st.integers(0, 3)


class Casework(RuleBasedStateMachine):
    """One round with a small pot, four cases, and everyone who may touch them."""

    @initialize()
    def begin(self):
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = timezone.now()
        area = create_area()
        self.round = create_round(
            areas=[area], balance=Decimal(45_000), two_assessors_from=Decimal(TWO_FROM)
        )
        self.cases = [
            create_submitted(round=self.round, amount=Decimal(amount)).pk
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
        ]
        for who in range(5):
            self.declare_everywhere(who)

    def teardown(self):
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def attempt(self, verb, **options):
        """Call a verb; what it changed is in the journal, what it refused is not."""
        before, entries = self.snapshot(), JournalEntry.objects.count()
        self.now += timedelta(minutes=1)
        try:
            with transaction.atomic():
                verb(now=self.now, **options)
        except Refused as error:
            refusal = error
        else:
            refusal = None
        changed = self.snapshot() != before
        assert not (changed and refusal)
        assert not changed or JournalEntry.objects.count() > entries

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

    @rule(who=st.integers(0, 4))
    def declare_everywhere(self, who):
        """So that most get somewhere."""
        for number in range(len(self.cases)):
            self.declare(number, who, conflict=False)

    @rule(case=cases, who=people)
    def take(self, case, who):
        self.attempt(timeless(self.case(case).take), by=self.by(who))

    @rule(case=cases, who=people, to=people)
    def hand_over(self, case, who, to):
        to = self.by(to).user
        self.attempt(timeless(self.case(case).hand_over), to=to, by=self.by(who))

    @rule(case=cases, who=people)
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

    @rule(case=cases, who=people)
    def go_on(self, case, who):
        self.attempt(self.case(case).cancel_request, by=self.by(who))

    @rule(
        case=cases, who=people, mark=st.integers(1, 5), text=TEXTS, done=st.booleans()
    )
    def assess(self, case, who, mark, text, done):
        marks = {each: (mark, text) for each in self.round.criteria.all()}
        verb = timed(self.case(case).assess, marks)
        self.attempt(verb, by=self.by(who), done=done)

    @rule(case=cases, who=people, to=people)
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

    @rule(case=cases, who=people, text=TEXTS)
    def draft_reasons(self, case, who, text):
        self.attempt(self.case(case).write_reasons, by=self.by(who), **reasons(text))

    @rule(
        case=cases,
        who=people,
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
            **reasons(text),
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

    @rule(case=cases, who=people, text=TEXTS)
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
            **reasons(text),
        )

    @rule(
        case=cases,
        who=people,
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
            **reasons("Fordi."),
        )

    @rule(
        case=cases,
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
            **reasons("Fordi."),
        )

    @rule(case=cases, who=people, text=TEXTS)
    def turn_down(self, case, who, text):
        self.attempt(self.case(case).reject_change, by=self.by(who), reason=text)

    @rule(case=cases, which=st.sampled_from([0, -1]))
    def announce(self, case, which):
        decisions = list(self.case(case).decisions.order_by("version"))
        if decisions:
            self.attempt(decisions[which].announce, by=self.by(2))

    @rule(who=people)
    def announce_all(self, who):
        self.attempt(timed(Decision.announce_all, self.round), by=self.by(who))

    @rule(case=cases)
    def withdraw(self, case):
        own = self.case(case)
        if case == 3:  # one is enough: a withdrawn case has nothing more to tell
            self.attempt(own.withdraw, by=Actor(own.started_by))

    @rule(amount=st.sampled_from([0, 7_000]))
    def allocate(self, amount):
        pot = self.round.pots.get()
        self.attempt(timeless(pot.allocate), amount=Decimal(amount), by=self.by(0))

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
    def the_ledger_balances(self):
        for pot in Pot.objects.all():
            assert pot.balance == pot.rows.aggregate(sum=Sum("amount"))["sum"] >= 0

    @invariant()
    def one_decision_stands_and_its_money_is_taken(self):
        for case in Application.objects.all():
            decisions = list(case.decisions.order_by("version"))
            versions = [decision.version for decision in decisions]
            assert versions == list(range(1, len(decisions) + 1))
            assert (case.state == State.DECIDED) == bool(decisions)
            taken = decisions[-1].amount if decisions else 0
            assert case.money_taken() == taken
            award = Award.objects.filter(application=case).first()
            given = award.amount if award and award.state != Award.State.LAPSED else 0
            assert given == taken

    @invariant()
    def nobody_decides_what_they_prepared(self):
        for decision in Decision.objects.all():
            assert decision.decided_by_id != decision.prepared_by_id
            marked = decision.application.assessments.values_list("assessor", flat=True)
            assert decision.decided_by_id not in marked

    @invariant()
    def two_have_assessed_what_is_recommended_from_the_sum(self):
        standing = Recommendation.objects.standing().filter(kind=Decision.Kind.FIRST)
        for row in standing.exclude(outcome=Outcome.DISMISSED):
            finished = row.application.assessments.filter(
                retracted_at=None, completed_at__isnull=False
            )
            assessors = set(finished.values_list("assessor", flat=True))
            asked = row.application.versions.sent().last().amount
            assert len(assessors) >= (2 if asked >= TWO_FROM else 1)

    @invariant()
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

    @invariant()
    def a_conflict_hides_the_case(self):
        for declared in Declaration.objects.filter(conflict=True):
            seen = Application.objects.visible_to(declared.user)
            assert not seen.filter(pk=declared.application_id).exists()

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


def reasons(text):
    return dict.fromkeys(["facts", "rules", "considerations"], text)


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
