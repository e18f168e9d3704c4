"""What waits for a member of staff in grants: the part of «Mine oppgaver» it owns."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from grants.deadlines import due_date
from grants.models import (
    AccessRequest,
    Advice,
    Appeal,
    AppealShortfall,
    AppealState,
    Application,
    Assessment,
    AssessorSeat,
    Award,
    BodyDecision,
    Decision,
    DecisionFlag,
    Declaration,
    Delegation,
    HeldFact,
    InfoRequest,
    LegalTerm,
    Message,
    PrintItem,
    ReasonsRequest,
    Recommendation,
    Round,
    RoundInquiry,
    State,
)
from grants.models.states import BEFORE_RECOMMENDED, WITH_STAFF
from grants.rounds import not_closed
from grants.rulings import declarations_to_rule, flags_for_ruler, unruled
from grants.staff import lacks_people, leavers, open_cases
from grants.waiting import money_came_back, waiting_cases
from omradesatsing.accounts import roles
from omradesatsing.ui.templatetags.ui import date_no, money

# Who opens the cases of a round, and says first whether they are impartial.
DECLARE = {roles.CASEWORKER, roles.DECIDER, roles.COORDINATOR}
# Who gives on the cases of one who has left.
MOVE = {roles.CASEWORKER, roles.ADMINISTRATOR}
# Who answers what people ask about rounds.
ANSWER = {roles.CASEWORKER, roles.COORDINATOR, roles.ADMINISTRATOR}

# From so many on, a round's cases are declared in together: fewer, one by one.
AT_ONCE = 3

# A group is a place to start, not the whole queue: the rest is one link away.
MOST = 20


@dataclass(frozen=True)
class Task:
    """One thing to do, where it is done, and by when."""

    label: str
    url: str
    due: date | None = None
    note: str = ""


def tasks_for(user, now):
    """[(heading, [Task])] for everything that waits for the user; no empty groups."""
    today = timezone.localdate(now)
    cases = (
        Application.objects.visible_to(user)
        .with_current()
        .select_related("applicant", "area")
        .order_by("submitted_at", "pk")
    )
    groups = ruler_tasks(user, today)
    if user.has_role(roles.DECIDER):
        groups += decider_tasks(user, cases, today)
    if user.has_role(roles.CASEWORKER):
        groups += caseworker_tasks(user, cases, today)
        groups.append(("Brev som må på papir", paper_tasks(user)))
        groups.append(("Penger å gi til dem som venter", money_back(user, today)))
    if user.has_role(roles.COORDINATOR):
        groups += coordinator_tasks(user, cases)
    groups.append(("Innsynskrav", access_tasks(user)))
    if user.role_names & DECLARE:
        groups.append(("Si om du er habil", rounds_to_declare_in(user, cases)))
    if user.role_names & MOVE:
        groups.append(("Saker etter noen som har sluttet", leaver_tasks(user)))
    groups += appeal_tasks(user, today)
    if user.role_names & ANSWER:
        groups.append(("Spørsmål om utlysninger", inquiry_tasks()))
    if user.has_role(roles.ADMINISTRATOR):
        groups.append(("Utlysninger som ikke er publisert", unpublished_rounds()))
        groups.append(("Utlysninger som mangler folk", rounds_without_people(now)))
        groups.append(("Pek ut noen som avgjør habilitet", without_ruler(today)))
    return [(heading, tasks) for heading, tasks in groups if tasks]


def access_tasks(user):
    """Who has asked to see documents and is not answered, the oldest first."""
    rows = AccessRequest.objects.visible_to(user).open()[:MOST]
    return [
        Task(
            label=str(asked),
            url=asked.get_staff_url(),
            due=asked.warn_on,
            note=f"Mottatt {date_no(asked.received_at)}.",
        )
        for asked in rows
    ]


def paper_tasks(user):
    """How many letters wait to be posted, and since when."""
    waiting = PrintItem.objects.visible_to(user).waiting()
    number = waiting.count()
    if not number:
        return []
    return [
        Task(
            label=f"{number} brev venter på å bli lagt i posten",
            url=reverse("admin:print_queue"),
            note=f"Det eldste har ventet siden {date_no(waiting[0].queued_at)}.",
        )
    ]


def money_back(user, today):
    """The rounds whose pots have got money that somebody waits for."""
    rounds = (
        money_came_back(waiting_cases(user), today)
        .order_by()
        .values("round", "round__title")
        .annotate(number=Count("pk"))
        .order_by("round__title", "round")
    )
    return [
        Task(
            label=row["round__title"],
            url=reverse("admin:round_waiting", args=[row["round"]]),
            note=f"{row['number']} {'sak' if row['number'] == 1 else 'saker'} venter.",
        )
        for row in rounds[:MOST]
    ]


def ruler_tasks(user, today):
    """What waits for one who rules on others' impartiality."""
    waiting = [
        Task(
            label=f"{row.user}, sak {row.application.number}",
            url=row.get_ruling_url(),
            note=f"Meldte seg inhabil {date_no(row.declared_at)}.",
        )
        for row in declarations_to_rule(user, today)
    ]
    flagged = [
        Task(
            label=f"Sak {flag.application.number}",
            url=reverse(
                "admin:case_rule",
                args=[
                    flag.application.year,
                    flag.application.number[5:],
                    flag.user_id,
                ],
            ),
            note=f"{flag.user} {flag.get_part_display()} og er inhabil.",
        )
        for flag in flags_for_ruler(user, today)
    ]
    return [
        ("Habilitet å avgjøre", waiting),
        ("Vedtak som må ses på igjen, etter en habilitet du avgjør", flagged),
    ]


def leaver_tasks(user):
    """Those who cannot treat cases any longer, and still have some that are open."""
    seen = Application.objects.visible_to(user)
    tasks = []
    for person in leavers()[:MOST]:
        count = seen.filter(pk__in=open_cases(person).values("pk")).count()
        if count:
            tasks.append(
                Task(
                    label=f"{person}: {count} åpne {'sak' if count == 1 else 'saker'}",
                    url=reverse("admin:leaver_cases", args=[person.pk]),
                    note="Gi dem til noen andre.",
                )
            )
    return tasks


def without_ruler(today):
    """Conflicts that no leader and nobody appointed can rule on."""
    rows = Declaration.objects.to_rule_on().select_related("user", "application")
    people = unruled(rows.order_by("declared_at", "pk"), today)
    return [
        Task(
            label=str(person),
            url=reverse("admin:grants_appointedruler_add"),
            note="Har meldt seg inhabil, og har ingen leder som kan avgjøre det.",
        )
        for person in people[:MOST]
    ]


def rounds_without_people(now):
    """Rounds that are open or will open, and that nobody can treat or decide."""
    rounds = not_closed(Round.objects.exclude(published_at=None), now)
    tasks = []
    for round in rounds.select_related("scheme").order_by("opens_at", "pk")[:MOST]:
        day = timezone.localdate(max(round.opens_at, now))
        if missing := lacks_people(round, day):
            tasks.append(
                Task(
                    label=round.title,
                    url=reverse("admin:grants_round_change", args=[round.pk]),
                    note=" ".join(missing),
                )
            )
    return tasks


def rounds_to_declare_in(user, cases):
    """Rounds with cases that the user is to treat and has not declared in."""
    declared = Declaration.objects.filter(
        application=OuterRef("pk"), user=user, conflict=False
    )
    waiting = (
        cases.filter(~Exists(declared), state__in=WITH_STAFF)
        .order_by("round__opens_at", "round")
        .values_list("round", "round__title")
        .annotate(count=Count("pk"))
        .filter(count__gte=AT_ONCE)
    )
    return [
        Task(
            label=title,
            url=reverse("admin:round_impartiality", args=[pk]),
            note=f"{count} saker uten svar fra deg.",
        )
        for pk, title, count in waiting[:MOST]
    ]


def inquiry_tasks():
    """What people have asked about rounds and nobody has answered, the oldest first."""
    rows = RoundInquiry.objects.open().select_related("round")[:MOST]
    return [
        Task(
            label=str(inquiry),
            url=inquiry.get_staff_url(),
            note=f"{inquiry.round}. Spurt {date_no(inquiry.asked_at)}."
            + (" Trenger tolk." if inquiry.interpreter_language else ""),
        )
        for inquiry in rows
    ]


def caseworker_tasks(user, cases, today):
    mine = cases.filter(caseworker=user)
    requests = InfoRequest.objects.filter(application=OuterRef("pk"))
    answered = requests.filter(answered_at__isnull=False).order_by("-answered_at")
    seats = AssessorSeat.objects.standing()
    given = Assessment.objects.counting().filter(application=OuterRef("pk"))
    # In a case with two assessors the caseworker need not be one of them.
    own = Q(assessor=user) | Q(
        application__asked_amount__gte=F("application__round__two_assessors_from")
    )
    given = given.filter(own).order_by("-completed_at")
    sent_back = Recommendation.objects.filter(
        application=OuterRef("pk"), sent_back_at__isnull=False
    ).order_by("-sent_back_at")
    in_review = mine.filter(state=State.IN_REVIEW).annotate(
        answered_at=Subquery(answered.values("answered_at")[:1]),
        assessed_at=Subquery(given.values("completed_at")[:1]),
        sent_back_at=Subquery(sent_back.values("sent_back_at")[:1]),
        is_assessed=Exists(
            Application.objects.fully_assessed().filter(pk=OuterRef("pk"))
        ),
        is_shared=Q(asked_amount__gte=F("round__two_assessors_from")),
        lacks_people=~Exists(seats.filter(application=OuterRef("pk"))[1:2]),
    )
    news, to_assess, to_recommend, to_name = [], [], [], []
    for case in in_review[: MOST * 3]:
        if answer_is_new(case):
            news.append(task(case, f"Svarte {date_no(case.answered_at)}"))
        elif case.is_shared and not case.is_assessed:
            if case.lacks_people:
                to_name.append(task(case, "Skal vurderes av to"))
        elif case.assessed_at is None and not case.is_shared:
            to_assess.append(task(case, f"Sendt {date_no(case.submitted_at)}"))
        elif case.sent_back_at and case.sent_back_at > case.assessed_at:
            to_recommend.append(task(case, "Sendt tilbake fra beslutter"))
        elif case.is_assessed:
            to_recommend.append(task(case, f"Vurdert {date_no(case.assessed_at)}"))
    unread = Message.objects.unread_by_staff().filter(application=OuterRef("pk"))
    written = mine.filter(Exists(unread)).annotate(
        written_at=Subquery(unread.order_by("sent_at").values("sent_at")[:1])
    )
    messages = [
        task(case, f"Skrev {date_no(case.written_at)}") for case in written[:MOST]
    ]
    late = mine.filter(state=State.NEEDS_INFO).annotate(
        due_on=Subquery(requests.open().values("due_on")[:1])
    )
    return [
        ("Svar fra søkere", news),
        ("Meldinger fra søkere", messages),
        ("Innstill", to_recommend),
        ("Pek ut hvem som vurderer", to_name),
        ("Vurder kriteriene", to_assess + named_tasks(user, cases)),
        (
            "Fristen for å svare er ute",
            [
                task(case, f"Fristen var {date_no(case.due_on)}")
                for case in late.filter(due_on__lt=today)[:MOST]
            ],
        ),
        ("Fristen for å uttale seg er ute", commented_tasks(mine, today)),
        ("Begrunnelser det er bedt om", reasons_tasks(mine)),
        ("Har ikke svart på tilsagnet", unanswered_tasks(mine, today)),
        ("Saker som ingen har", queue(cases.untaken(), "apen", "ingen")),
    ]


def commented_tasks(mine, today):
    """Cases that waited for the applicant to comment on a fact, and wait no longer."""
    facts = HeldFact.objects.to_comment_on().filter(application=OuterRef("pk"))
    over = mine.filter(
        Exists(facts.filter(due_on__lt=today)),
        ~Exists(facts.filter(due_on__gte=today)),
        state=State.IN_REVIEW,
    ).annotate(due_on=Subquery(facts.order_by("-due_on").values("due_on")[:1]))
    return [task(case, f"Fristen var {date_no(case.due_on)}") for case in over[:MOST]]


def named_tasks(user, cases):
    """Cases that the user is named to assess and has not finished."""
    waiting = AssessorSeat.objects.waiting().filter(
        application=OuterRef("pk"), user=user
    )
    named = cases.filter(Exists(waiting), state__in=BEFORE_RECOMMENDED).annotate(
        named_at=Subquery(waiting.values("named_at")[:1])
    )
    return [task(case, f"Pekt ut {date_no(case.named_at)}") for case in named[:MOST]]


def reasons_tasks(cases):
    """Decisions whose reasons a party has asked for."""
    asked = ReasonsRequest.objects.open().filter(decision__application__in=cases)
    asked = asked.select_related("decision__application")
    requests = {row.decision.application_id: row for row in asked[:MOST]}
    return [
        replace(
            task(case, f"Bedt om {date_no(requests[case.pk].asked_at)}"),
            due=requests[case.pk].aim,
        )
        for case in cases.filter(pk__in=requests)
    ]


def unanswered_tasks(cases, today):
    """Cases where the time to say yes or no to the money has run out."""
    late = Award.objects.unanswered().filter(answer_by__lt=today)
    waiting = cases.filter(award__in=late).annotate(answer_by=F("award__answer_by"))
    return [
        task(case, f"Fristen var {date_no(case.answer_by)}") for case in waiting[:MOST]
    ]


def answer_is_new(case):
    """The applicant has answered after the caseworker last assessed the case."""
    return case.answered_at is not None and (
        case.assessed_at is None or case.assessed_at < case.answered_at
    )


def appeal_tasks(user, today):
    """Appeals that wait for the first look, for the appeal body, or for money."""
    groups = []
    if user.role_names & {roles.CASEWORKER, roles.DECIDER}:
        below = Appeal.objects.visible_to(user).below().select_related(*OF_APPEAL)
        groups.append(("Klager", [below_task(row) for row in below[:MOST]]))
    if user.has_role(roles.CASEWORKER):
        unplaced = Appeal.objects.unplaced().open()
        url = reverse("admin:unplaced_appeals")
        tasks = [Task(label=row.case_given, url=url) for row in unplaced[:MOST]]
        groups.append(("Klager uten sak", tasks))
    if user.has_role(roles.APPEALS):
        sent = Appeal.objects.at_body(user, today).filter(state=AppealState.FORWARDED)
        groups.append(
            (
                "Klager til klageinstansen",
                [
                    body_task(row, user)
                    for row in sent.select_related(*OF_APPEAL)[:MOST]
                ],
            )
        )
    if user.has_role(roles.ADMINISTRATOR):
        groups.append(("Penger det er bedt om etter klage", shortfall_tasks(user)))
    return groups


OF_APPEAL = ["decision__application__applicant", "decision__application__round"]


def below_task(appeal):
    """The appellant is owed an answer within a month, or word of when it comes."""
    case = appeal.application
    words = "Sendes videre" if appeal.state == AppealState.UPHELD else "Se på vedtaket"
    if appeal.awaits_ruling:
        words = "Kom etter fristen"
    return Task(
        label=f"{case.number} {appeal.appellant}",
        url=reverse("admin:case_appeal", args=[case.year, case.number[5:], appeal.pk]),
        due=due_date(LegalTerm.Kind.INTERIM_REPLY, start=appeal.received_at),
        note=f"{words}. Mottatt {date_no(appeal.received_at)}.",
    )


def body_task(appeal, user):
    own = appeal.proposed and appeal.proposed_by_id == user.pk
    words = "Venter på en annen" if own else "Avgjør" if appeal.proposed else "Foreslå"
    return Task(
        label=f"{appeal.application.number} {appeal.application.applicant}",
        url=appeal.get_body_url(),
        note=f"{words}. Sendt hit {date_no(appeal.forwarded_at)}.",
    )


def shortfall_tasks(user):
    """What a pot lacks to follow an appeal, until the money has come."""
    cases = Application.objects.visible_to(user).values("pk")
    rows = AppealShortfall.objects.filter(
        met_at=None, appeal__decision__application__in=cases
    ).select_related("appeal__decision__application__round")
    return [
        Task(
            label=f"{money(row.amount)} fra {row.asked_of}",
            url=row.appeal.application.get_case_url(),
            note=f"{row.appeal.application.round}. Bedt om {date_no(row.asked_at)}.",
        )
        for row in rows[:MOST]
    ]


def coordinator_tasks(user, cases):
    advised = Advice.objects.filter(application=OuterRef("pk"), given_by=user)
    waiting = cases.filter(~Exists(advised), state__in=WITH_STAFF)
    return [("Søknader fra ditt område uten råd fra deg", queue(waiting, "apen"))]


def decider_tasks(user, cases, today):
    recommendations = Recommendation.objects.filter(application=OuterRef("pk"))
    standing = recommendations.standing()
    authority = Delegation.objects.in_force(today).filter(
        Q(to_user=None) | Q(to_user=user),
        scheme=OuterRef("round__scheme"),
        to_role=roles.DECIDER,
        to_body=None,
        ceiling__gte=OuterRef("recommended"),
    )
    entered = BodyDecision.objects.waiting().filter(application=OuterRef("pk"))
    waiting = (
        cases.filter(state=State.RECOMMENDED)
        .exclude(caseworker=user)
        .annotate(recommended=Subquery(standing.values("amount")[:1]))
        .filter(
            Exists(authority) | Exists(entered.exclude(entered_by=user)),
            ~Exists(entered.filter(entered_by=user)),
            ~Exists(recommendations.filter(recommended_by=user)),
            ~Exists(
                Assessment.objects.filter(application=OuterRef("pk"), assessor=user)
            ),
            ~Exists(Advice.objects.filter(application=OuterRef("pk"), given_by=user)),
        )
    )
    flags = DecisionFlag.objects.open().filter(decision__application=OuterRef("pk"))
    flagged = cases.filter(Exists(flags.exclude(user=user)))
    again = [task(case, "En som tok del, er inhabil") for case in flagged[:MOST]]
    return [
        ("Vedtak som må ses på igjen", again),
        ("Saker du kan avgjøre", queue(waiting, State.RECOMMENDED)),
        ("Vedtak som ikke er gjort kjent", held_decisions(cases)),
    ]


def held_decisions(cases):
    """The rounds with decisions that wait to be made known, and how many."""
    held = Decision.objects.held().filter(application__in=cases.values("pk"))
    rounds = (
        held.order_by()
        .values("application__round", "application__round__title")
        .annotate(number=Count("pk"))
        .order_by("application__round__title", "application__round")
    )
    return [
        Task(
            label=row["application__round__title"],
            url=reverse("admin:plan_list", args=[row["application__round"]]),
            note=f"{row['number']} vedtak.",
        )
        for row in rounds[:MOST]
    ]


def queue(cases, status, caseworker=""):
    """The first of many, and a link to the list, filtered so, when there are more."""
    found = list(cases[: MOST + 1])
    tasks = [task(case, f"Sendt {date_no(case.submitted_at)}") for case in found[:MOST]]
    if len(found) > MOST:
        chosen = {"status": status, "saksbehandler": caseworker}
        query = urlencode({name: value for name, value in chosen.items() if value})
        address = f"{reverse('admin:case_list')}?{query}"
        tasks.append(Task(label="Se alle i sakslisten", url=address))
    return tasks


def task(case, note):
    return Task(
        label=f"{case.number} {case.title} – {case.applicant}",
        url=case.get_case_url(),
        note=f"{case.area}. {note}.",
    )


def unpublished_rounds():
    rounds = Round.objects.filter(published_at=None).select_related("scheme")
    tasks = []
    for round in rounds.order_by("opens_at", "pk")[:MOST]:
        missing = round.missing()
        tasks.append(
            Task(
                label=round.title,
                url=reverse("admin:grants_round_change", args=[round.pk]),
                due=timezone.localdate(round.opens_at),
                note=" ".join(missing) or "Klar til å publiseres.",
            )
        )
    return tasks
