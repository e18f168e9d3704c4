"""What is overdue or missing in the cases: what a leader must be able to see and show.

Kommuneloven § 25-1 asks for control of one's own work. Each group is a query over the
cases in the reader's scope, so a conflict hides a case here as everywhere.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from grants.interim import without_interim_reply
from grants.models import (
    Advice,
    Application,
    Assessment,
    Decision,
    Declaration,
    InfoRequest,
    Letter,
    Recommendation,
)
from grants.models.states import WITH_STAFF, State
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import ReportsTo
from omradesatsing.notices.models import Delivery, Notice

READS = {roles.CASEWORKER, roles.DECIDER, roles.ADMINISTRATOR}
# Shown of each group; the file has them all.
MOST = 20
HELD_TOO_LONG = timedelta(days=14)
UNREAD_TOO_LONG = timedelta(days=14)


@dataclass(frozen=True)
class Group:
    """Cases with one thing wrong; each has `since`, an instant or a date, or None."""

    key: str
    heading: str
    rule: str
    since_label: str
    cases: object
    # Shown as proof where there should be none.
    query: str = ""


def may_control(user, day):
    """Caseworkers, decision makers, administrators, and whoever leads somebody."""
    return (
        user.is_superuser
        or bool(user.role_names & READS)
        or ReportsTo.objects.in_force(day).filter(leader=user).exists()
    )


def groups_for(user, now):
    """Every group, empty ones too: nothing to find is an answer."""
    today = timezone.localdate(now)
    cases = (
        Application.objects.visible_to(user)
        .with_current()
        .select_related("area", "caseworker")
    )
    return [
        Group(
            "forelopig-svar",
            "Foreløpig svar er ikke sendt i tide",
            "Søkeren skal ha svar eller et foreløpig svar innen lovens frist "
            "(forvaltningsloven § 11 a).",
            "Sendt",
            without_interim_reply(cases, last_day=today - timedelta(days=1)),
        ),
        Group(
            "lovet-svar",
            "Svaret er senere enn vi har lovet",
            "Utlysningen sier når svaret ventes, og saken er ikke avgjort.",
            "Lovet",
            cases.filter(
                state__in=WITH_STAFF, round__expected_answer_on__lt=today
            ).annotate(since=F("round__expected_answer_on")),
        ),
        Group(
            "habilitet",
            "Noen behandlet saken før de vurderte habiliteten sin",
            "Alle som vurderer, gir råd, innstiller eller avgjør, sier først om de er "
            "habile.",
            "Sendt",
            without_declaration(cases).annotate(since=F("submitted_at")),
        ),
        Group(
            "fire-oyne",
            "Vedtak uten to par øyne",
            "Den som avgjør, har ikke forberedt, vurdert eller gitt råd i saken. Her "
            "skal det aldri stå noe: portalen lar seg ikke bruke slik.",
            "Avgjort",
            cases.filter(Exists(of_case(alone()))).annotate(
                since=first_of(alone(), "decided_at")
            ),
            query=str(alone().order_by().values("pk").query),
        ),
        Group(
            "ubesvart",
            "Søkeren har ikke svart innen fristen",
            "Vi har bedt om mer, og fristen er ute. Gå videre uten svar, eller spør "
            "på nytt.",
            "Fristen var",
            cases.filter(
                Exists(of_case(late_requests(today))), state=State.NEEDS_INFO
            ).annotate(since=first_of(late_requests(today), "due_on")),
        ),
        Group(
            "holdt-tilbake",
            "Vedtak som ikke er gjort kjent på 14 dager",
            "Vedtaket er fattet, men søkeren vet det ikke.",
            "Avgjort",
            cases.filter(Exists(of_case(held_long(now)))).annotate(
                since=first_of(held_long(now), "decided_at")
            ),
        ),
        Group(
            "ikke-levert",
            "Varselet om brevet kom ikke fram",
            "E-posten er gitt opp. Klagefristen har kanskje ikke begynt. Ring, eller "
            "send brevet på papir.",
            "Skrevet",
            told_by(
                cases, of_letters(Notice.objects.in_delivery_state(Delivery.FAILED))
            ),
        ),
        Group(
            "ulest",
            "Brevet er ikke åpnet på 14 dager",
            "Søkeren er varslet og minnet på det. Send brevet på papir.",
            "Skrevet",
            told_by(
                cases,
                of_letters(
                    Notice.objects.unread().filter(
                        created_at__lte=now - UNREAD_TOO_LONG
                    )
                ),
            ),
        ),
    ]


# --- what is wrong --------------------------------------------------------------------


def without_declaration(cases):
    """Somebody assessed, advised, prepared or decided without a word on themself."""
    undeclared = Q()
    for model, who, when in [
        (Assessment, "assessor", "completed_at"),
        (Advice, "given_by", "given_at"),
        (Recommendation, "recommended_by", "recommended_at"),
        (Decision, "decided_by", "decided_at"),
    ]:
        declared = Declaration.objects.filter(
            application=OuterRef("application"),
            user=OuterRef(who),
            conflict=False,
            declared_at__lte=OuterRef(when),
        )
        # What is begun and not finished has no date, and counts for nothing yet.
        done = model.objects.filter(~Exists(declared), **{f"{when}__isnull": False})
        undeclared |= Q(Exists(of_case(done)))
    return cases.filter(undeclared)


def alone():
    """Decisions by someone who had a hand in the case before."""
    case = {"application": OuterRef("application")}
    hands = [
        Recommendation.objects.filter(recommended_by=OuterRef("decided_by"), **case),
        Assessment.objects.filter(assessor=OuterRef("decided_by"), **case),
        Advice.objects.filter(given_by=OuterRef("decided_by"), **case),
    ]
    had_a_hand = Q(prepared_by=F("decided_by"))
    for rows in hands:
        had_a_hand |= Q(Exists(rows))
    return Decision.objects.filter(had_a_hand)


def late_requests(today):
    return InfoRequest.objects.open().filter(due_on__lt=today)


def held_long(now):
    return Decision.objects.held().filter(decided_at__lt=now - HELD_TOO_LONG)


def of_letters(notices):
    """Notices of a decision's letter, or of any other letter."""
    return notices.filter(
        Q(kind="decision_made", about_type__model="decision")
        | Q(kind="letter_sent", about_type__model="letter"),
        about_type__app_label="grants",
    )


# --- how ------------------------------------------------------------------------------


def of_case(rows):
    return rows.filter(application=OuterRef("pk"))


def first_of(rows, name):
    """The earliest of a case's rows, by that field."""
    found = of_case(rows).order_by(name, "pk")
    return Subquery(found.values(name)[:1])


def told_by(cases, notices):
    """Cases with a letter that the notices tell of; `since` is when it was written."""
    decisions = notices.filter(about_type__model="decision").values("about_id")
    letters = notices.filter(about_type__model="letter").values("about_id")
    told = Letter.objects.filter(Q(decision__in=decisions) | Q(pk__in=letters))
    return cases.filter(Exists(of_case(told))).annotate(
        since=first_of(told, "written_at")
    )
