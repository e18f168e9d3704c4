"""A round played through by made-up people before it opens, and then undone.

Everything goes through the verbs of real life, inside one transaction that is always
rolled back: rows, jobs and notices are gone when it ends, and nothing is written to
disk. What the verbs refuse is shown, not raised. The case numbers are made up, so that
nobody who applies meanwhile waits for one.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from time import monotonic
from uuid import uuid4

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from stdnum.no import orgnr

from areas.models import Theme
from grants.deadlines import next_working_day
from grants.letters import decision_letter
from grants.models import (
    Applicant,
    ApplicantKind,
    Application,
    Delegation,
    Finding,
    Letter,
    LetterText,
    NumberSeries,
    Organisation,
    Outcome,
    PotRow,
    Question,
    Round,
    StateAidNote,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.notices.models import Notice

MARK = "(øving)"
# What is asked for where the round sets no highest sum, in kroner.
USUAL = Decimal(20_000)
LEAST = Decimal(1_000)

# Those who set a round up, and those who will treat its cases.
REHEARSES = {roles.ADMINISTRATOR, roles.CASEWORKER}

REASONS = {
    Outcome.GRANTED: "Prosjektet er åpent for alle og treffer formålet godt.",
    Outcome.PARTLY: "Vi støtter prosjektet, men ikke alt i budsjettet.",
    Outcome.REFUSED: "Prosjektet er bare for noen få.",
    Outcome.DISMISSED: "Søknaden oppfyller ikke vilkårene for å bli vurdert.",
}
ANSWERS = {
    Question.Kind.YES_NO: "yes",
    Question.Kind.NUMBER: "10",
    Question.Kind.MONEY: "1000.00",
    Question.Kind.DATE: "2030-06-01",
}


@dataclass(frozen=True)
class Part:
    """What becomes of one made-up application."""

    what: str
    outcome: str
    late: bool = False
    asked_for_more: bool = False


PARTS = [
    Part("Får alt den søker om", Outcome.GRANTED),
    Part("Får en del", Outcome.PARTLY),
    Part("Får nei", Outcome.REFUSED),
    Part("Blir avvist uten å bli vurdert", Outcome.DISMISSED),
    Part("Mangler noe, svarer og får alt", Outcome.GRANTED, asked_for_more=True),
    Part("Kommer etter fristen og blir avvist", Outcome.DISMISSED, late=True),
]


@dataclass
class Step:
    """One thing that was tried; `refusal` is why it could not be done."""

    what: str
    refusal: str = ""


@dataclass
class Played:
    """One application, as far as it came. `letters` is the same in each language."""

    part: Part
    applicant: str = ""
    area: str = ""
    amount: Decimal = Decimal(0)
    number: str = ""
    steps: list = field(default_factory=list)
    letters: list = field(default_factory=list)
    notices: list = field(default_factory=list)


@dataclass
class Account:
    """A pot before and after, in kroner, with what moved it."""

    name: str
    before: Decimal
    rows: list
    after: Decimal


@dataclass
class Result:
    """Everything that was seen before it was undone."""

    steps: list = field(default_factory=list)
    cases: list = field(default_factory=list)
    pots: list = field(default_factory=list)
    seconds: float = 0.0

    @property
    def refused(self):
        """Every step that could not be done."""
        steps = [*self.steps, *(step for case in self.cases for step in case.steps)]
        return [step for step in steps if step.refusal]


def may_rehearse(round, now):
    """Whether the round is not open yet, by its publishing or its date."""
    return round.published_at is None or now < round.opens_at


def rehearse(round, *, by, now):
    """Play the round to its letters and its ledger; a Result. Nothing is left behind.

    Refused once it is open: the real applicants' money would wait for it.
    """
    if not may_rehearse(round, now):
        raise Refused("Utlysningen er åpnet. Da kan dere ikke øve på den lenger.")
    started = monotonic()
    with transaction.atomic(), NumberSeries.made_up():
        try:
            result = Play(Round.objects.get(pk=round.pk), by=by, now=now).result()
        finally:
            transaction.set_rollback(True)
    result.seconds = monotonic() - started
    return result


class Play:
    """The cast and the clock of one rehearsal. Lives in its transaction only."""

    def __init__(self, round, *, by, now):
        self.round, self.by, self.now = round, by, now
        opens, closes = round.opens_at, round.closes_at
        wait = timedelta(hours=1)
        self.sent_at = opens + (min(wait, (closes - opens) / 2) if closes else wait)
        self.late_at = closes and closes + timedelta(hours=1)
        self.read_at = (closes or opens) + timedelta(days=7)
        self.judged_at = self.read_at + timedelta(days=2)
        self.decided_at = max(self.answer_at(), self.read_at + timedelta(days=3))
        self.caseworker = self.staff(roles.CASEWORKER)
        self.second = self.staff(roles.CASEWORKER)
        self.decider = self.staff(roles.DECIDER)

    def answer_at(self):
        """Noon on the day that applicants have been promised an answer."""
        day = self.round.expected_answer_on
        if day is None:
            return self.read_at + timedelta(days=14)
        return timezone.make_aware(datetime.combine(day, time(12)))

    def result(self):
        result = Result()
        pots = list(self.round.pots.prefetch_related("areas"))
        before = {pot.pk: (pot.balance, list(pot.rows.all())) for pot in pots}
        result.steps = self.set_up()
        if not any(step.refusal for step in result.steps):
            parts = [part for part in PARTS if not part.late or self.late_at]
            result.cases = [
                self.play(part, place, pots) for place, part in enumerate(parts)
            ]
        for pot in pots:
            balance, rows = before[pot.pk]
            moved = PotRow.objects.filter(pot=pot).exclude(pk__in=[r.pk for r in rows])
            lines = [
                (row.decision.application.number, row.get_kind_display(), row.amount)
                for row in moved.select_related("decision__application").order_by("pk")
            ]
            pot.refresh_from_db()
            result.pots.append(Account(pot.name, balance, lines, pot.balance))
        return result

    # --- before anyone applies --------------------------------------------------------

    def set_up(self):
        """Publish it, and give the made-up decision maker what a real one has."""
        steps = []
        if self.round.published_at is None:
            opens = min(self.now, self.round.opens_at)
            tried(
                steps,
                "Utlysningen ble publisert",
                lambda: self.round.publish(by=self.by, now=opens),
            )
        day = timezone.localdate(self.decided_at)
        authority = self.round.scheme.delegations.in_force(day).filter(
            to_role=roles.DECIDER
        )
        if not authority.filter(to_user=None).exists():
            named = authority.order_by("-ceiling", "pk").first()
            if named:
                self.stand_in(named)
                steps.append(
                    Step(
                        "Den oppdiktede beslutteren fikk samme myndighet som den som "
                        "har den i dag"
                    )
                )
        return steps

    def stand_in(self, delegation):
        Delegation.objects.create(
            scheme=delegation.scheme,
            from_body=delegation.from_body,
            to_role=delegation.to_role,
            to_user=self.decider.user,
            to_title=delegation.to_title,
            ceiling=delegation.ceiling,
            reference=delegation.reference,
            valid_from=delegation.valid_from,
            valid_to=delegation.valid_to,
        )

    def staff(self, role):
        user = made_up(role, is_staff=True)
        user.groups.add(Group.objects.get_or_create(name=role)[0])
        return Actor(user)

    # --- one application --------------------------------------------------------------

    def play(self, part, place, pots):
        """One made-up applicant, from the first word to the letter."""
        pot = pots[place % len(pots)]
        area = pot.areas.all()[place // len(pots) % len(pot.areas.all())]
        kinds = self.round.applicant_kinds
        applicant, by = self.applicant(kinds[place % len(kinds)], place + 1)
        played = Played(part=part, applicant=str(applicant), area=str(area))
        played.amount = self.asked_for(pot, len(PARTS))
        self.apply(played, applicant, area, by)
        self.keep_notices(played, by.user)
        return played

    def apply(self, played, applicant, area, by):
        part, steps = played.part, played.steps
        case = tried(
            steps,
            "Søkeren begynte på en søknad",
            lambda: Application.start(
                round=self.round,
                area=area,
                applicant=applicant,
                by=by,
                now=self.sent_at,
                title=f"{part.what} {MARK}",
            ),
        )
        if case is None:
            return
        self.fill(case.working_copy(), played.amount, by)
        if part.late:
            send = ("Søknaden ble sendt etter fristen", self.send_late)
        else:
            send = ("Søknaden ble sendt", self.send)
        if not went_well(steps, send[0], lambda: send[1](case, by)):
            return
        played.number = case.number
        self.treat(case, played, by)

    def send(self, case, by):
        case.submit(by=by, now=self.sent_at, declared=True)

    def send_late(self, case, by):
        case.submit_late(
            by=by, now=self.late_at, declared=True, reason=f"Vi glemte det {MARK}."
        )

    def treat(self, case, played, applicant):
        """What the staff do with it; stops at the first thing that cannot be done."""
        part, worker = played.part, self.caseworker
        script = [
            ("Saksbehandleren tok saken", lambda: self.take(case)),
            ("Saksbehandleren sjekket søknaden", lambda: self.screen(case)),
        ]
        if part.asked_for_more:
            script += [
                ("Saksbehandleren ba om mer", lambda: self.ask(case)),
                ("Søkeren svarte", lambda: self.answer(case, applicant)),
            ]
        if part.outcome != Outcome.DISMISSED:
            marks = {
                criterion: (4, f"Fordi det passer {MARK}.")
                for criterion in self.round.criteria.all()
            }
            script.append(
                (
                    "Saksbehandleren vurderte kriteriene",
                    lambda: case.assess(marks, by=worker, now=self.judged_at),
                )
            )
            two_from = self.round.two_assessors_from
            if two_from is not None and played.amount >= two_from:
                script.insert(-1, ("To ble pekt ut", lambda: self.name_two(case)))
                script.append(
                    (
                        "En til vurderte kriteriene",
                        lambda: case.assess(marks, by=self.second, now=self.judged_at),
                    )
                )
            if case.applicant.kind == ApplicantKind.ORGANISATION:
                script.append(
                    ("Saksbehandleren vurderte statsstøtte", lambda: self.note(case))
                )
        decision = self.decision(part, played.amount)
        script += [
            (
                "Saksbehandleren innstilte",
                lambda: case.recommend(by=worker, now=self.judged_at, **decision),
            ),
            ("Beslutteren avgjorde", lambda: self.decide(case, decision)),
            ("Brevene ble skrevet", lambda: self.keep_letters(case, played)),
        ]
        for what, verb in script:
            if not went_well(played.steps, what, verb):
                return

    def take(self, case):
        case.declare(by=self.caseworker, conflict=False, now=self.read_at)
        case.take(by=self.caseworker)

    def name_two(self, case):
        case.declare(by=self.second, conflict=False, now=self.read_at)
        for actor in (self.caseworker, self.second):
            case.name_assessor(actor.user, by=self.caseworker, now=self.read_at)

    def screen(self, case):
        """The checklist, and state aid, without which no organisation gets money."""
        found = {item: (Finding.Result.OK, "") for item in self.round.checklist.all()}
        case.check_form(found, by=self.caseworker, now=self.read_at)
        case.note_state_aid(
            by=self.caseworker,
            now=self.read_at,
            activity=StateAidNote.Activity.NO,
            reason=f"Ingenting selges {MARK}.",
        )

    def ask(self, case):
        day = timezone.localdate(self.read_at) + timedelta(days=14)
        case.request_info(
            by=self.caseworker,
            now=self.read_at,
            text=f"Hvem eier stedet? {MARK}",
            due_on=next_working_day(day),
            steps=[],
        )

    def note(self, case):
        case.note_state_aid(
            by=self.caseworker,
            now=self.judged_at,
            activity="no",
            reason=f"Laget selger ingenting {MARK}.",
        )

    def answer(self, case, by):
        case.answer_request(
            by=by, now=self.read_at + timedelta(days=1), answer=f"Kommunen {MARK}."
        )

    def decide(self, case, decision):
        case.declare(by=self.decider, conflict=False, now=self.decided_at)
        case.decide(by=self.decider, now=self.decided_at, **decision)

    def decision(self, part, asked):
        """What is recommended and decided, as the verbs take it."""
        part_of = {Outcome.GRANTED: asked, Outcome.PARTLY: (asked / 2).quantize(1)}
        why = f"Halvparten er nok til en prøve {MARK}."
        return {
            "outcome": part.outcome,
            "why_amount": why if part.outcome == Outcome.PARTLY else "",
            "amount": part_of.get(part.outcome, Decimal(0)),
            "facts": f"Søkeren er oppdiktet {MARK}.",
            "rules": self.round.scheme.legal_basis or f"Utlysningen {MARK}.",
            "considerations": f"{REASONS[part.outcome]} {MARK}",
        }

    def keep_letters(self, case, played):
        """The letter in each language: the texts must be there in all of them."""
        decision = case.decision
        for language, name in LetterText.LANGUAGES:
            title, parts = decision_letter(
                decision, language=language, now=self.decided_at
            )
            letter = Letter(language=language, title=title, parts=parts)
            played.letters.append((name, letter))

    def keep_notices(self, played, user):
        played.notices = list(Notice.objects.filter(recipient=user).order_by("pk"))

    # --- the cast ---------------------------------------------------------------------

    def applicant(self, kind, number):
        """A made-up applicant of a kind, and the one who acts for it."""
        user = made_up(f"Søker {number}")
        name = {
            ApplicantKind.ORGANISATION: f"Lag nummer {number} {MARK}",
            ApplicantKind.GROUP: f"Gruppe nummer {number} {MARK}",
        }.get(kind, str(user))
        applicant = Applicant.register(
            kind=kind,
            name=name,
            orgnr=free_orgnr() if kind == ApplicantKind.ORGANISATION else "",
            answerable_name=str(user) if kind == ApplicantKind.GROUP else "",
            is_answerable=kind == ApplicantKind.GROUP,
            by=Actor(user),
        )
        return applicant, Actor(user)

    def asked_for(self, pot, cases):
        """A sum that the round takes, and that leaves something for the others."""
        share = (pot.balance / (cases + 1)).quantize(Decimal(1), ROUND_DOWN)
        share -= share % 100
        most = min(self.round.max_amount or USUAL, max(share, LEAST))
        return max(most, self.round.min_amount or Decimal(0))

    def fill(self, version, amount, by):
        """Everything the form asks for, its own questions and files too."""
        person = str(by.user)
        version.amount = amount
        version.contact_name, version.contact_email = person, by.user.email
        version.summary = f"En åpen dag for alle {MARK}."
        version.theme = Theme.objects.first()
        version.description = f"Vi pynter, lager mat og leker {MARK}."
        version.need = f"Få kjenner naboen sin {MARK}."
        version.participants = f"Alle som bor her {MARK}."
        version.place = f"Parken {MARK}"
        version.permission = version.Permission.HAVE
        version.starts_on = timezone.localdate(self.decided_at) + timedelta(days=30)
        version.ends_on = version.starts_on + timedelta(days=30)
        version.economic_activity = version.EconomicActivity.NO
        version.save()
        share = self.round.own_share_percent
        own = (amount * share / (100 - share)).quantize(Decimal(1), ROUND_UP)
        version.budget_lines.create(
            kind="cost", text=f"Mat og pynt {MARK}", amount=amount + own
        )
        if own:
            version.budget_lines.create(
                kind="own_work", text=f"Dugnad {MARK}", amount=own
            )
        for question in self.round.questions.exclude(kind=Question.Kind.FILE):
            version.answers.create(question=question, value=answer_to(question))
        for slot in version.file_slots():
            which = "question" if isinstance(slot, Question) else "required"
            version.attachments.create(file=unwritten_file(by), **{which: slot})


def tried(steps, what, verb):
    """What the verb gives, noted as a step; None when it was refused."""
    try:
        with transaction.atomic():
            done = verb()
    except Refused as refusal:
        steps.append(Step(what, refusal=str(refusal)))
        return None
    steps.append(Step(what))
    return done


def went_well(steps, what, verb):
    tried(steps, what, verb)
    return not steps[-1].refusal


def made_up(name, **fields):
    """Someone who is not, with an address that no mail can reach."""
    return User.objects.create(
        email=f"oving-{uuid4().hex}@oving.invalid", name=f"{name} {MARK}", **fields
    )


def free_orgnr():
    """A number that no register hands out (it begins with 3) and nobody has here."""
    taken = set(Organisation.objects.values_list("orgnr", flat=True))
    for number in range(399_999_999, 300_000_000, -1):
        if str(number) not in taken and orgnr.is_valid(str(number)):
            return str(number)
    raise Refused("Det er ingen ledige numre å øve med.")


def answer_to(question):
    """Something the question takes."""
    if question.kind == Question.Kind.CHOICE:
        return question.choices[0]
    return ANSWERS.get(question.kind, "Øving")


def unwritten_file(by):
    """A file's row without a file: what is on disk is not rolled back."""
    return StoredFile.objects.create(
        name="oving.png",
        content_type="image/png",
        size=0,
        path=f"oving/{uuid4().hex}",
        uploaded_by=by.user,
    )
