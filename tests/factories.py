"""Objects for tests: keyword-only, with boring defaults. A test states what it asserts.

Numbers are synthetic; nobody in here is a real person or organisation.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pgtrigger
from django.contrib.auth.models import Group
from django.utils import timezone

from areas.models import (
    Area,
    AreaPhase,
    AreaZone,
    Body,
    District,
    Division,
    Document,
    Edition,
    Figure,
    Indicator,
    Zone,
)
from areas.models.figures import let_correct
from coordinators.models import Assignment, Coordinator, Event, Project
from grants.models import (
    Appeal,
    Applicant,
    ApplicantKind,
    Application,
    AppointedRuler,
    Criterion,
    Delegation,
    EligibilityAnswer,
    EligibilityQuestion,
    Invitation,
    LateException,
    LegalTerm,
    LetterText,
    Membership,
    Outcome,
    Pot,
    PotArea,
    Question,
    RequiredAttachment,
    Round,
    RoundInquiry,
    Scheme,
    Tie,
    Version,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import ReportsTo, User

numbers = count(1)
PASSWORD = "en-lang-setning-til-test"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def create_user(*, email=None, name="", role=None, password=PASSWORD, **fields):
    user = User.objects.create_user(
        email or f"bruker{next(numbers)}@example.test",
        password,
        name=name,
        is_staff=fields.pop("is_staff", role is not None),
        **fields,
    )
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def create_caseworker(**fields):
    return create_user(role=roles.CASEWORKER, **fields)


def create_decider(**fields):
    return create_user(role=roles.DECIDER, **fields)


def create_reports_to(*, user, leader, valid_from=date(2020, 1, 1), valid_to=None):
    return ReportsTo.objects.create(
        user=user, leader=leader, valid_from=valid_from, valid_to=valid_to
    )


def create_coordinator(*, areas=(), starts_on=date(2020, 1, 1), ends_on=None, **fields):
    """A user with the coordinator's role and an assignment in each area."""
    user = create_user(role=roles.COORDINATOR, **fields)
    coordinator = Coordinator.objects.create(user=user, published_at=LONG_AGO)
    for area in areas:
        Assignment.objects.create(
            coordinator=coordinator, area=area, starts_on=starts_on, ends_on=ends_on
        )
    return user


def create_district(*, slug=None, name=None):
    number = next(numbers)
    return District.objects.create(
        slug=slug or f"bydel-{number}",
        name=name or f"Bydel {number}",
        ssb_code=f"{number:06d}",
    )


def create_division(*, slug="prove", is_default=True, **fields):
    return Division.objects.get_or_create(
        slug=slug,
        defaults={
            "name": "Prøveinndelingen",
            "zone_total": 51,
            "first_edition": 2008,
            "is_default": is_default,
            **fields,
        },
    )[0]


def create_zone(*, slug=None, name=None, district=None, division=None, **fields):
    number = next(numbers)
    return Zone.objects.create(
        slug=slug or f"sone-{number}",
        name=name or f"Sone {number}",
        name_status=fields.pop("name_status", Zone.NameStatus.ATTESTED),
        district=district or create_district(),
        division=division or create_division(),
        **fields,
    )


def create_area(
    *, slug=None, name=None, district=None, starts_on=date(2019, 1, 1), **fields
):
    """A published area that is active from `starts_on`."""
    number = next(numbers)
    area = Area.objects.create(
        slug=slug or f"omrade-{number}",
        name=name or f"Område {number}",
        district=district or create_district(),
        summary=fields.pop("summary", "Et område."),
        published_at=fields.pop("published_at", LONG_AGO),
        **fields,
    )
    if starts_on:
        AreaPhase.objects.create(
            area=area, status=AreaPhase.Status.ACTIVE, starts_on=starts_on
        )
    return area


def create_phase(*, area, status="active", starts_on=date(2019, 1, 1), **fields):
    return AreaPhase.objects.create(
        area=area, status=status, starts_on=starts_on, **fields
    )


def create_area_zone(*, area, zone, **fields):
    return AreaZone.objects.create(area=area, zone=zone, **fields)


def create_document(*, slug=None, title="En rapport", kind="report", **fields):
    areas = fields.pop("areas", [])
    fields = {"published_at": LONG_AGO} | fields
    document = Document.objects.create(
        slug=slug or f"dokument-{next(numbers)}", title=title, kind=kind, **fields
    )
    document.areas.set(areas)
    return document


def create_edition(*, slug=None, division=None, published_at=LONG_AGO, **fields):
    number = next(numbers)
    fields = {"year": None if fields.get("is_practice") else 2016} | fields
    return Edition.objects.create(
        slug=slug or f"utgave-{number}",
        title=fields.pop("title", f"Utgave {number}"),
        division=division or create_division(),
        published_at=published_at,
        **fields,
    )


def create_indicator(*, slug=None, name=None, **fields):
    number = next(numbers)
    fields = {"theme": "living", "unit": "percent", "decimals": 1} | fields
    return Indicator.objects.create(
        slug=slug or f"maal-{number}",
        name=name or f"Folk som sykler {number}",
        **fields,
    )


def create_figure(*, edition, indicator, zone=None, district=None, **fields):
    """A published figure of a zone, a district or, with neither, the city."""
    fields = {"status": "published"} | fields
    let_correct(edition)
    return Figure.objects.create(
        edition=edition, indicator=indicator, zone=zone, district=district, **fields
    )


def create_project(*, slug=None, title="Et prosjekt", kind="municipal", **fields):
    areas = fields.pop("areas", [])
    fields = {"status": "ongoing", "published_at": LONG_AGO} | fields
    project = Project.objects.create(
        slug=slug or f"prosjekt-{next(numbers)}", title=title, kind=kind, **fields
    )
    project.areas.set(areas)
    return project


def create_event(*, slug=None, title="Folkemøte", kind="folkemote", **fields):
    areas = fields.pop("areas", [])
    fields = {"published_at": LONG_AGO} | fields
    event = Event.objects.create(
        slug=slug or f"arrangement-{next(numbers)}", title=title, kind=kind, **fields
    )
    event.areas.set(areas)
    return event


def create_body(*, slug="klagenemnda", name="Klagenemnda"):
    return Body.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def create_scheme(*, slug=None, **fields):
    return Scheme.objects.create(
        **{
            "name": "Nærmiljøtilskudd",
            "slug": slug or f"ordning-{next(numbers)}",
            "purpose": "Lokale prosjekter.",
            "goals": "Flere møteplasser.",
            "appeal_body": create_body(),
            "retention_class": "Bevares",
            **fields,
        }
    )


def create_delegation(*, scheme, ceiling=Decimal(1_000_000), **fields):
    return Delegation.objects.create(
        **{
            "scheme": scheme,
            "from_body": create_body(slug="byradet", name="Byrådet"),
            "to_role": roles.DECIDER,
            "to_title": "programleder",
            "ceiling": ceiling,
            "reference": "sak 1/2020",
            "valid_from": date(2020, 1, 1),
            **fields,
        }
    )


def create_legal_terms():
    """The rules a decision needs, for tests that empty every table."""
    if not LegalTerm.objects.exists():
        LegalTerm.objects.create(
            kind=LegalTerm.Kind.APPEAL,
            amount=3,
            unit=LegalTerm.Unit.WEEKS,
            source="forvaltningsloven § 29",
            valid_from=date(1970, 1, 1),
        )
        LegalTerm.objects.create(
            kind=LegalTerm.Kind.INTERIM_REPLY,
            amount=1,
            unit=LegalTerm.Unit.MONTHS,
            source="forvaltningsloven § 11 a",
            valid_from=date(1970, 1, 1),
        )
    if not LetterText.objects.exists():
        for kind in LetterText.Kind:
            for language, _name in LetterText.LANGUAGES:
                LetterText.objects.create(
                    kind=kind,
                    language=language,
                    heading=str(kind.label).capitalize(),
                    text="Klag til {appeal_body} innen {due_date}.",
                    source="forvaltningsloven",
                    valid_from=date(1970, 1, 1),
                )


def create_round(
    *,
    scheme=None,
    areas=None,
    balance=Decimal(100_000),
    published=True,
    criteria=("Nytte for nærmiljøet", "Åpent for alle"),
    slug=None,
    **fields,
):
    """A round that is open now, with one pot for its areas, a delegation and criteria.

    `balance` is what is in the pot. The pot is `round.pots.get()`.
    """
    create_legal_terms()
    number = next(numbers)
    scheme = scheme or create_scheme()
    if not scheme.delegations.exists():
        create_delegation(scheme=scheme)
    now = timezone.now()
    round = Round.objects.create(
        **{
            "scheme": scheme,
            "title": f"Utlysning {number}",
            "slug": slug or f"utlysning-{number}",
            "summary": "Penger til prosjekter der folk bor.",
            "opens_at": now - timedelta(days=10),
            "closes_at": now + timedelta(days=20),
            "purpose": "Gode møteplasser.",
            "who_may_apply": "Lag, grupper og privatpersoner.",
            "process": "Saksbehandler vurderer, programleder avgjør.",
            "applicant_kinds": list(ApplicantKind.values),
            "report_rule": "Fortell hva dere gjorde, og hva pengene gikk til.",
            "expected_answer_on": timezone.localdate(now) + timedelta(days=60),
            "contact_name": "Områdesatsingen",
            "contact_email": "post@example.test",
            **fields,
        }
    )
    for position, name in enumerate(criteria, start=1):
        Criterion.objects.create(
            round=round, position=position, name=name, guidance="Vi ser etter dette."
        )
    question = EligibilityQuestion.objects.create(
        round=round, text="Hvor skal det skje?"
    )
    EligibilityAnswer.objects.create(question=question, text="Her", verdict="yes")
    pot = Pot.objects.create(round=round, name="Rammen")
    for area in areas or [create_area()]:
        PotArea.objects.create(pot=pot, area=area)
    if balance:
        pot.rows.create(kind="allocated", amount=balance)
    if published:
        round.published_at = round.opens_at
        round.save(update_fields=["published_at"])
    return round


def create_applicant(*, user, kind=ApplicantKind.GROUP, name="Naboene", **fields):
    if kind == ApplicantKind.GROUP:
        fields.setdefault("answerable_name", "Kari Eksempel")
    return Applicant.register(kind=kind, name=name, by=Actor(user), **fields)


def fill(version, *, amount=Decimal(20_000), title="Sommerfest"):
    """Everything a version needs before it can be sent."""
    Version.objects.filter(pk=version.pk).update(
        contact_name="Kari Eksempel",
        contact_email="kari@example.test",
        title=title,
        summary="En fest for alle i gata.",
        description="Vi pynter, griller og leker.",
        need="Få kjenner naboen sin.",
        participants="Alle som bor her.",
        place="Parken",
        permission=Version.Permission.HAVE,
        starts_on=date(2027, 6, 1),
        ends_on=date(2027, 6, 2),
        amount=amount,
        economic_activity=Version.EconomicActivity.NO,
    )
    version.budget_lines.all().delete()
    version.budget_lines.create(kind="cost", text="Mat og pynt", amount=amount)
    version.refresh_from_db()
    return version


def create_draft(
    *,
    user=None,
    round=None,
    area=None,
    applicant=None,
    filled=True,
    amount=Decimal(20_000),
    title="Sommerfest",
    now=None,
):
    user = user or create_user()
    round = round or create_round()
    application = Application.start(
        round=round,
        area=area or round.pots.first().areas.first(),
        applicant=applicant or create_applicant(user=user),
        by=Actor(user),
        now=now or timezone.now(),
        title=title,
    )
    if filled:
        fill(application.working_copy(), amount=amount, title=title)
    return application


def create_submitted(**fields):
    application = create_draft(**fields)
    application.submit(
        by=Actor(application.started_by), now=timezone.now(), declared=True
    )
    return application


def place_in_time(application, sent_at):
    """As if it had been sent then: otherwise that is never changed."""
    rows = Application.objects.filter(pk=application.pk)
    with pgtrigger.ignore("grants.Application:application_is_as_sent"):
        rows.update(submitted_at=sent_at)


def declare_conflict(application, user, *, ground="family"):
    return application.declare(
        by=Actor(user), conflict=True, ground=ground, now=timezone.now()
    )


def rule(application, user, *, by, conflict, reason="Hun sitter i styret."):
    return application.rule(
        user, conflict=conflict, reason=reason, by=Actor(by), now=timezone.now()
    )


def create_appointed(*, user=None, valid_from=date(2020, 1, 1), valid_to=None):
    """One whom the administrator has appointed to rule where no leader can."""
    return AppointedRuler.objects.create(
        user=user or create_user(is_staff=True),
        reference="sak 2/2020",
        valid_from=valid_from,
        valid_to=valid_to,
    )


def create_tie(*, user, kind="board", **fields):
    return Tie.objects.create(user=user, kind=kind, **fields)


def declare_impartial(application, *users):
    for user in users:
        application.declare(by=Actor(user), conflict=False, now=timezone.now())


def create_in_review(*, caseworker=None, **fields):
    application = create_submitted(**fields)
    caseworker = caseworker or create_caseworker()
    declare_impartial(application, caseworker)
    application.take(by=Actor(caseworker))
    return application


def assess(application, *, mark=4):
    return application.assess(
        {criterion: (mark, "Fordi.") for criterion in application.round.criteria.all()},
        by=Actor(application.caseworker),
        now=timezone.now(),
    )


def name_assessors(application, *users):
    """Named by the caseworker, and impartial."""
    for user in users:
        by = application.caseworker or create_caseworker()
        declare_impartial(application, by)
        application.name_assessor(user, by=Actor(by), now=timezone.now())
        declare_impartial(application, user)


def finish(application, user, *, mark=4, text="Fordi.", comment="", done=True):
    """The user's marks, the same for each criterion."""
    criteria = application.round.criteria.all()
    return application.assess(
        {criterion: (mark, text) for criterion in criteria},
        by=Actor(user),
        now=timezone.now(),
        comment=comment,
        done=done,
    )


REASONS = {
    "facts": "Festen er åpen for alle.",
    "rules": "Utlysningen støtter møteplasser.",
    "considerations": "Prosjektet treffer formålet godt.",
}
WHY = "Resten er utgifter som ordningen ikke dekker."


def reasons_for(outcome):
    """What the verbs want of reasons: of a part also why it became that part."""
    return REASONS | ({"why_amount": WHY} if outcome == Outcome.PARTLY else {})


def create_recommended(*, outcome=Outcome.GRANTED, recommended=None, **fields):
    application = create_in_review(**fields)
    assess(application)
    if application.applicant.organisation_id:
        application.note_state_aid(
            by=Actor(application.caseworker),
            now=timezone.now(),
            activity="no",
            reason="De selger ingenting.",
        )
    asked = application.versions.sent().last().amount
    application.recommend(
        by=Actor(application.caseworker),
        now=timezone.now(),
        outcome=outcome,
        amount=asked if recommended is None else recommended,
        **reasons_for(outcome),
    )
    return application


def create_decided(
    *, outcome=Outcome.GRANTED, amount_granted=None, decider=None, **fields
):
    application = create_recommended(
        outcome=outcome, recommended=amount_granted, **fields
    )
    decider = decider or create_decider()
    declare_impartial(application, decider)
    asked = application.versions.sent().last().amount
    application.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=outcome,
        amount=asked if amount_granted is None else amount_granted,
        **reasons_for(outcome),
    )
    return application


def propose(application, *, kind="correction", by=None, **facts):
    """A new decision, proposed by the caseworker; nothing granted unless said."""
    return application.propose_change(
        **{
            "kind": kind,
            "what_changed": "Beløpet var feil.",
            "outcome": Outcome.REFUSED,
            "amount": Decimal(0),
            **reasons_for(facts.get("outcome")),
            **facts,
        },
        by=Actor(by or application.caseworker),
        now=timezone.now(),
    )


def redecide(application, decider, **options):
    """Make the decision that is proposed."""
    proposal = application.recommendations.standing().get()
    return application.redecide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=proposal.outcome,
        amount=proposal.amount,
        what_changed=proposal.what_changed,
        **reasons_for(proposal.outcome),
        **options,
    )


def create_member(*, applicant, user=None, confirmed=True, is_contact=False):
    """Someone who acts for the applicant; unconfirmed sees only their own."""
    now = timezone.now()
    return Membership.objects.create(
        applicant=applicant,
        user=user or create_user(),
        is_contact=is_contact,
        confirmed_at=now if confirmed else None,
        proof=Membership.Proof.MEMBER if confirmed else "",
    )


def create_invitation(*, applicant, email, by, kind="member", application=None):
    return Invitation.send(
        kind,
        applicant=applicant,
        email=email,
        application=application,
        by=Actor(by),
        now=timezone.now(),
    )


def create_helped(*, helper=None, email="", round=None, kind=None, name="Olga Olsen"):
    """A filled draft that a helper writes for someone who has not confirmed it."""
    helper = helper or create_user(name="Hjelper Hansen")
    round = round or create_round()
    kind = kind or ApplicantKind.PERSON
    group = {"answerable_name": name} if kind == ApplicantKind.GROUP else {}
    applicant = Applicant.register_for_other(
        kind=kind, name=name, email=email, by=Actor(helper), **group
    )
    application = Application.start(
        round=round,
        area=round.pots.first().areas.first(),
        applicant=applicant,
        by=Actor(helper),
        now=timezone.now(),
        title="Sommerfest",
        helping={"name": "Hjelper Hansen", "role": "library"},
    )
    fill(application.working_copy())
    return application


def create_closed_round(*, closes_at=None, **fields):
    """A round that closed a second ago, or closes then, after thirty days."""
    closes_at = closes_at or timezone.now() - timedelta(seconds=1)
    opens_at = closes_at - timedelta(days=30)
    return create_round(opens_at=opens_at, closes_at=closes_at, **fields)


def create_draft_of(round, **fields):
    """A full draft, begun a day before its round closes."""
    return create_draft(round=round, now=round.closes_at - timedelta(days=1), **fields)


def create_leave(*, hours=48):
    """Leave for the applicant of a full draft, in a round that has just closed."""
    draft = create_draft_of(create_closed_round())
    return LateException.grant(
        round=draft.round,
        applicant=draft.applicant,
        until=draft.round.closes_at + timedelta(hours=hours),
        reason="Innlagt på sykehus.",
        by=Actor(create_caseworker()),
        now=draft.round.closes_at,
    )


def create_late(**fields):
    """A case that was sent after the closing, and is not taken in."""
    draft = create_draft(**fields)
    draft.submit_late(
        by=Actor(draft.started_by),
        now=draft.round.closes_at + timedelta(hours=1),
        declared=True,
        reason="Nettet var borte.",
    )
    return draft


def create_question(*, round, kind="text", text=None, **fields):
    """A question of a round that is still being set up."""
    number = next(numbers)
    return Question.objects.create(
        **{
            "round": round,
            "position": number,
            "kind": kind,
            "text": text or f"Spørsmål {number}?",
            "why": "Vi må vite det.",
            "choices": ["Rødt", "Blått"] if kind == "choice" else [],
            **fields,
        }
    )


def create_required_attachment(*, round, label="Tegning", from_amount=50_000, **fields):
    return RequiredAttachment.objects.create(
        round=round,
        label=label,
        why="Vi må se hva som skal bygges.",
        from_amount=Decimal(from_amount),
        **fields,
    )


def publish(round):
    """Open for all, as set up."""
    round.published_at = round.opens_at
    round.save(update_fields=["published_at"])
    return round


def create_inquiry(*, round, user=None, text="Kan vi søke om gjerde?"):
    return RoundInquiry.ask(
        round=round, text=text, by=Actor(user or create_user()), now=timezone.now()
    )


def create_appeal_member(**fields):
    return create_user(role=roles.APPEALS, **fields)


def lodge(case, *, by=None, now=None, wanted="Vi vil ha hele beløpet.", **fields):
    """An appeal on Min side, by the one who sent the case."""
    appeal, _new = Appeal.lodge(
        case.decision,
        by=Actor(by or case.started_by),
        now=now or timezone.now(),
        wanted=wanted,
        key=fields.pop("key", f"nokkel-{next(numbers)}"),
        **fields,
    )
    return appeal


def create_appeal(*, outcome=Outcome.REFUSED, amount_granted=Decimal(0), **fields):
    """A case that was refused, and the appeal against it."""
    return lodge(
        create_decided(outcome=outcome, amount_granted=amount_granted, **fields)
    )


def create_forwarded(**fields):
    """An appeal that the appeal body has, with a delegation for those who settle it."""
    appeal = create_appeal(**fields)
    caseworker = Actor(appeal.application.caseworker)
    scheme = appeal.application.round.scheme
    create_delegation(scheme=scheme, to_role=roles.APPEALS, to_title="nemnda")
    appeal.uphold(by=caseworker, now=timezone.now(), statement="Vedtaket bør stå.")
    appeal.forward(by=caseworker, now=timezone.now())
    return appeal
