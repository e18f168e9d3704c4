"""Many plausible cases, fast, for measuring: straight into the tables.

Past the verbs, but not past the database: every constraint and trigger holds but the
lock on marks (a case begins where it ends), so that the numbers have no gaps and each
pot's ledger adds up. Nothing in it is real.
"""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle, islice

import pgtrigger
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from areas.models import Area, Body
from grants.models import (
    Applicant,
    ApplicantKind,
    Application,
    Assessment,
    Award,
    BudgetLine,
    Criterion,
    Decision,
    DecisionLine,
    Declaration,
    Delegation,
    InfoRequest,
    Letter,
    Mark,
    Membership,
    NumberSeries,
    Outcome,
    Pot,
    PotArea,
    PotRow,
    Recommendation,
    Round,
    Scheme,
    State,
    Version,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.journal.models import JournalEntry

# Rows of one transaction: the pots' rows are updated once for each award.
BATCH = 1_000
A_ROUND = 2_500  # cases
BETWEEN = timedelta(days=20)  # the closing of one round and of the next
OPEN_FOR = timedelta(days=120)  # after which every case of a round is decided

WHAT = [
    "Sommerfest",
    "Julemarked",
    "Sykkelverksted",
    "Kjøkkenhage",
    "Leksehjelp",
    "Filmkveld",
    "Turgruppe",
    "Loppemarked",
    "Dansekurs",
    "Fotballskole",
    "Syverksted",
    "Språkkafé",
    "Musikkverksted",
    "Ryddedag",
]
WHERE = ["i parken", "på torget", "ved skolen", "i grendahuset", "for alle", "for unge"]
WHO = ["Naboene", "Velforeningen", "Ungdomsrådet", "Turlaget", "Koret", "Idrettslaget"]
MANY = [Outcome.GRANTED, Outcome.PARTLY, Outcome.REFUSED]
REASONS = {
    "facts": "Prosjektet er åpent for alle.",
    "rules": "Utlysningen støtter møteplasser.",
    "considerations": "Prosjektet treffer formålet.",
}
# How the cases of a round that is not through stand.
STANDS = [
    *[State.SUBMITTED] * 3,
    *[State.IN_REVIEW] * 4,
    State.NEEDS_INFO,
    *[State.RECOMMENDED] * 2,
    *[State.DECIDED] * 9,
    State.WITHDRAWN,
]


def load_bulk(number, *, now):
    """Add so many sent cases, each with what led to its state. Yields what was made."""
    chance = random.Random(number)  # noqa: S311 - the same cases each time
    areas = list(Area.objects.order_by("pk"))
    staff = make_staff()
    applicants = make_applicants(max(1, number // 3))
    yield f"{len(applicants)} søkere"
    rounds = make_rounds(-(-number // A_ROUND), areas, now)
    yield f"{len(rounds)} utlysninger med rammer"
    whose = cycle(applicants)
    wanted = (rounds[n % len(rounds)] for n in range(number))
    while places := list(islice(wanted, BATCH)):
        with transaction.atomic():
            Batch(chance, areas, staff, now).make(places, whose)
    yield f"{number} saker"


def make_staff():
    """The caseworkers and the deciders, made when they are not there."""
    staff = {}
    for role, many in ((roles.CASEWORKER, 12), (roles.DECIDER, 3)):
        group = Group.objects.get(name=role)
        emails = [f"{role.lower()}{n}@bulk.example" for n in range(1, many + 1)]
        for n, email in enumerate(emails, start=1):
            user, new = User.objects.get_or_create(
                email=email, defaults={"name": f"{role} {n}", "is_staff": True}
            )
            if new:
                user.groups.add(group)
        staff[role] = list(User.objects.filter(email__in=emails).order_by("pk"))
    return staff


def make_applicants(number):
    """[(applicant, the one who acts for them)]."""
    first = User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    nobodys = make_password(None)
    users = User.objects.bulk_create(
        [
            User(
                email=f"soker{first + n}@bulk.example",
                name=f"Søker {first + n} (eksempel)",
                password=nobodys,
            )
            for n in range(1, number + 1)
        ],
        batch_size=BATCH,
    )
    applicants = Applicant.objects.bulk_create(
        [
            Applicant(
                kind=ApplicantKind.GROUP,
                name=f"{WHO[n % len(WHO)]} {n} (eksempel)",
                answerable_name="Kari Eksempel",
            )
            for n in range(1, number + 1)
        ],
        batch_size=BATCH,
    )
    pairs = list(zip(applicants, users, strict=True))
    Membership.objects.bulk_create(
        [
            Membership(applicant=applicant, user=user, is_contact=True)
            for applicant, user in pairs
        ],
        batch_size=BATCH,
    )
    return pairs


def make_rounds(number, areas, now):
    """Closed rounds, the newest first: each with a pot and criteria for every area."""
    body, _new = Body.objects.get_or_create(
        slug="byradet", defaults={"name": "Byrådet"}
    )
    scheme, _new = Scheme.objects.get_or_create(
        slug="bulk",
        defaults={
            "name": "Målt ordning",
            "purpose": "Lokale prosjekter.",
            "goals": "Flere møteplasser.",
            "appeal_body": body,
            "example": True,
        },
    )
    if not scheme.delegations.exists():
        Delegation.objects.create(
            scheme=scheme,
            from_body=body,
            to_role=roles.DECIDER,
            to_title="programleder",
            ceiling=Decimal(1_000_000),
            reference="eksempel",
            valid_from=date(2020, 1, 1),
        )
    made = []
    for n in range(number):
        closes_at = now - timedelta(days=15) - n * BETWEEN
        round = Round.objects.create(
            scheme=scheme,
            title=f"Målt utlysning {n + 1}",
            slug=f"malt-{now:%Y%m%d%H%M%S}-{n + 1}",
            summary="Penger til prosjekter der folk bor.",
            opens_at=closes_at - timedelta(days=40),
            closes_at=closes_at,
            purpose="Gode møteplasser.",
            who_may_apply="Lag, grupper og privatpersoner.",
            process="Saksbehandler vurderer, programleder avgjør.",
            applicant_kinds=list(ApplicantKind.values),
            report_rule="Fortell hva dere gjorde.",
            expected_answer_on=timezone.localdate(closes_at + timedelta(days=60)),
            contact_name="Områdesatsingen",
            contact_email="post@bulk.example",
        )
        criteria = [
            Criterion.objects.create(
                round=round, position=position, name=name, guidance="Vi ser på dette."
            )
            for position, name in enumerate(["Nytte", "Åpent for mange"], start=1)
        ]
        pots = {}
        for area in areas:
            pot = Pot.objects.create(round=round, name=area.name)
            PotArea.objects.create(pot=pot, area=area)
            # There before the first award, so that nothing counts as come back.
            pot.rows.create(
                kind=PotRow.Kind.ALLOCATED,
                amount=Decimal(90_000_000),
                at=round.opens_at,
            )
            pots[area.pk] = pot
        round.published_at = round.opens_at
        round.save(update_fields=["published_at"])
        made.append((round, criteria, pots))
    return made


class Batch:
    """Some cases with all that hangs on them, written table by table."""

    def __init__(self, chance, areas, staff, now):
        self.chance, self.areas, self.staff, self.now = chance, areas, staff, now
        self.delegations = {}

    def make(self, places, whose):
        self.cases, self.facts = [], []
        for place in places:
            self.draw(place, next(whose))
        self.number()
        Application.objects.bulk_create(self.cases)
        self.write_versions()
        self.write_judging()
        self.write_decisions()
        self.write_journal()

    def draw(self, place, pair):
        """One case and what is to be known of it."""
        round, criteria, pots = place
        applicant, user = pair
        through = round.closes_at < self.now - OPEN_FOR
        state = State.DECIDED if through else self.chance.choice(STANDS)
        sent_at = round.closes_at - timedelta(minutes=self.chance.randrange(50_000))
        worked = state != State.SUBMITTED or self.chance.random() < 0.3
        self.cases.append(
            Application(
                round=round,
                area=self.chance.choice(self.areas),
                applicant=applicant,
                started_by=user,
                state=state,
                submitted_at=sent_at,
                started_at=sent_at,
                withdrawn_at=sent_at if state == State.WITHDRAWN else None,
                caseworker=self.chance.choice(self.staff[roles.CASEWORKER])
                if worked and state != State.WITHDRAWN
                else None,
            )
        )
        self.facts.append(
            {
                "criteria": criteria,
                "pots": pots,
                "amount": Decimal(self.chance.randrange(5, 200) * 1_000),
                "outcome": self.chance.choice(MANY),
                "decider": self.chance.choice(self.staff[roles.DECIDER]),
            }
        )

    def number(self):
        """The next numbers of each year, as `submit` gives them: none left out."""
        for year in sorted({case.submitted_at.year for case in self.cases}):
            series, _new = NumberSeries.objects.select_for_update().get_or_create(
                year=year
            )
            for case in self.cases:
                if case.submitted_at.year == year:
                    series.last += 1
                    case.year, case.sequence = year, series.last
            series.save()

    def having(self, *states):
        pairs = zip(self.cases, self.facts, strict=True)
        return [(case, facts) for case, facts in pairs if case.state in states]

    def write_versions(self):
        versions = []
        for case, facts in zip(self.cases, self.facts, strict=True):
            what, where = self.chance.choice(WHAT), self.chance.choice(WHERE)
            facts["version"] = Version(
                application=case,
                number=1,
                contact_name="Kari Eksempel",
                contact_email=f"kontakt{case.applicant_id}@bulk.example",
                title=f"{what} {where} {case.sequence}",
                summary="En samling for alle i gata.",
                description="Vi pynter, griller og leker.",
                need="Få kjenner naboen sin.",
                participants="Alle som bor her.",
                place="Parken",
                permission=Version.Permission.HAVE,
                starts_on=timezone.localdate(case.submitted_at) + timedelta(days=90),
                ends_on=timezone.localdate(case.submitted_at) + timedelta(days=91),
                amount=facts["amount"],
                economic_activity=Version.EconomicActivity.NO,
                edited_by=case.started_by,
                created_at=case.submitted_at,
            )
            versions.append(facts["version"])
        Version.objects.bulk_create(versions)
        BudgetLine.objects.bulk_create(
            BudgetLine(version=version, kind="cost", text=text, amount=amount)
            for version in versions
            for text, amount in (
                ("Mat og pynt", version.amount - 2_000),
                ("Leie", Decimal(2_000)),
            )
        )
        # Sent last: nothing is added to a version that is.
        case = Application.objects.filter(pk=OuterRef("application"))
        Version.objects.filter(pk__in=[version.pk for version in versions]).update(
            sent_at=Subquery(case.values("submitted_at")),
            sent_by=Subquery(case.values("started_by")),
        )

    def write_judging(self):
        InfoRequest.objects.bulk_create(
            InfoRequest(
                application=case,
                asked_by=case.caseworker,
                asked_at=self.now,
                text="Legg ved et budsjett.",
                due_on=timezone.localdate(self.now + timedelta(days=10)),
            )
            for case, _facts in self.having(State.NEEDS_INFO)
        )
        judged = self.having(State.IN_REVIEW, State.RECOMMENDED, State.DECIDED)
        Declaration.objects.bulk_create(
            Declaration(
                application=case,
                user=case.caseworker,
                conflict=False,
                declared_at=case.submitted_at + timedelta(days=1),
            )
            for case, _facts in judged
        )
        for case, facts in judged:
            facts["assessment"] = Assessment(
                application=case,
                version=facts["version"],
                assessor=case.caseworker,
                completed_at=case.submitted_at + timedelta(days=10),
            )
        # The cases stand where they end, and marks are locked there.
        with pgtrigger.ignore(
            "grants.Assessment:assessment_is_locked", "grants.Mark:mark_is_locked"
        ):
            Assessment.objects.bulk_create(
                facts["assessment"] for _case, facts in judged
            )
            Mark.objects.bulk_create(
                Mark(
                    assessment=facts["assessment"],
                    criterion=criterion,
                    mark=self.chance.randint(1, 5),
                    text="Fordi det er åpent for alle.",
                )
                for _case, facts in judged
                for criterion in facts["criteria"]
            )
        prepared = self.having(State.RECOMMENDED, State.DECIDED)
        for case, facts in prepared:
            asked = facts["amount"]
            facts["given"] = {
                Outcome.GRANTED: asked,
                Outcome.PARTLY: asked - 1_000,
                Outcome.REFUSED: Decimal(0),
            }[facts["outcome"]]
            facts["recommendation"] = Recommendation(
                application=case,
                assessment=facts["assessment"],
                outcome=facts["outcome"],
                amount=facts["given"],
                recommended_by=case.caseworker,
                recommended_at=case.submitted_at + timedelta(days=11),
                settled_at=decided_at(case) if case.state == State.DECIDED else None,
                **REASONS,
            )
        Recommendation.objects.bulk_create(
            facts["recommendation"] for _case, facts in prepared
        )

    def write_decisions(self):
        decided = self.having(State.DECIDED)
        Declaration.objects.bulk_create(
            Declaration(
                application=case,
                user=facts["decider"],
                conflict=False,
                declared_at=decided_at(case),
            )
            for case, facts in decided
        )
        for case, facts in decided:
            facts["decision"] = Decision(
                application=case,
                outcome=facts["outcome"],
                amount=facts["given"],
                asked_amount=facts["amount"],
                recommendation=facts["recommendation"],
                delegation=self.delegation(case.round),
                prepared_by=case.caseworker,
                decided_by=facts["decider"],
                decided_at=decided_at(case),
                announced_at=decided_at(case),
                **REASONS,
            )
        Decision.objects.bulk_create(facts["decision"] for _case, facts in decided)
        DecisionLine.objects.bulk_create(
            DecisionLine(
                decision=facts["decision"], criterion=criterion, mark=4, text="Åpent."
            )
            for _case, facts in decided
            for criterion in facts["criteria"]
        )
        Letter.objects.bulk_create(
            Letter(
                application=case,
                decision=facts["decision"],
                language="nb",
                title=f"Svar på søknad {case.number}",
                parts=[],
                written_at=decided_at(case),
            )
            for case, facts in decided
        )
        paid = [(case, facts) for case, facts in decided if facts["given"]]
        Award.objects.bulk_create(
            Award(
                application=case,
                decision=facts["decision"],
                amount=facts["given"],
                offered_at=decided_at(case),
            )
            for case, facts in paid
        )
        # In the pots' order, as whoever spends from several of them locks them.
        paid.sort(key=lambda pair: pair[1]["pots"][pair[0].area_id].pk)
        PotRow.objects.bulk_create(
            PotRow(
                pot=facts["pots"][case.area_id],
                kind=PotRow.Kind.AWARDED,
                amount=-facts["given"],
                decision=facts["decision"],
                by=facts["decider"],
                at=decided_at(case),
            )
            for case, facts in paid
        )

    def delegation(self, round):
        if round.scheme_id not in self.delegations:
            self.delegations[round.scheme_id] = round.scheme.delegations.first()
        return self.delegations[round.scheme_id]

    def write_journal(self):
        entries = [
            JournalEntry(
                verb="submit", about=case, actor=case.started_by, at=case.submitted_at
            )
            for case in self.cases
        ]
        entries += [
            JournalEntry(
                verb="decide",
                about=case,
                actor=facts["decider"],
                at=decided_at(case),
                facts={"outcome": facts["outcome"], "amount": str(facts["given"])},
            )
            for case, facts in self.having(State.DECIDED)
        ]
        JournalEntry.objects.bulk_create(entries)


def decided_at(case):
    """Some weeks after the closing, in the morning."""
    day = timezone.localdate(case.submitted_at) + timedelta(days=40)
    return min(
        timezone.make_aware(datetime.combine(day, time(9))),
        max(case.submitted_at, timezone.now()),
    )
