"""Hints that a case overlaps another: the same measure, or money twice for it.

What was sent is held up against what others have sent. Two neighbours may well plan
two summer parties: the caseworker judges, and nothing here hides or stops a case.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchQuery
from django.db.models import OuterRef, Q, Subquery

from grants.hints import name_of_organisation, words
from grants.models import Application, BudgetLine, State, Version
from grants.models.awards import STANDING
from omradesatsing.ui.templatetags.ui import money

# Older than this is another year's measure.
BACK = timedelta(days=2 * 365)
MOST = 10  # shown
READ = 200  # held up against the case, the newest first
SHORTEST = 4  # letters: «og», «for» and «til» tell nothing
STEM = 5  # letters that «gatefest» and «gatefesten» share, and more
# What a budget calls money from us.
OUR_MONEY = ("bergen kommune", "områdesatsing", "områdesatsingen")


@dataclass(frozen=True)
class Overlap:
    """Another case, and in words what is alike or what may be paid twice."""

    case: Application
    reasons: tuple


def same_measure(case, user):
    """[Overlap] with cases of other applicants that `user` may see; one query."""
    version, applicant = case.current, case.applicant
    last = Version.objects.sent().filter(application=OuterRef("pk")).order_by("-number")
    contacts = Version.objects.sent().filter(
        contact_email=version.contact_email, sent_at__gte=case.submitted_at - BACK
    )
    alike = Q(pk__in=contacts.values("application")) if version.contact_email else Q()
    if applicant.account_number:
        alike |= Q(applicant__account_number=applicant.account_number)
    if title := telling(version.title):
        alike |= Q(
            search=reduce(
                or_, (SearchQuery(word, config="norwegian") for word in title)
            ),
            area=case.area_id,
        )
    if not alike:
        return []
    others = (
        Application.objects.visible_to(user)
        .filter(alike, submitted_at__gte=case.submitted_at - BACK)
        .exclude(applicant=case.applicant_id)
        .exclude(state=State.WITHDRAWN)
        .with_current()
        .annotate(
            place=Subquery(last.values("place")[:1]),
            contact_email=Subquery(last.values("contact_email")[:1]),
        )
        .select_related("applicant", "award", "round")
        .order_by("-submitted_at", "-pk")[:READ]
    )
    found = [Overlap(other, tuple(what_is_alike(case, other))) for other in others]
    return [overlap for overlap in found if overlap.reasons][:MOST]


def what_is_alike(case, other):
    version, account = case.current, case.applicant.account_number
    if version.contact_email and version.contact_email == other.contact_email:
        yield "Samme e-post til kontaktpersonen."
    if account and account == other.applicant.account_number:
        yield "Samme kontonummer."
    if alike(version.title, other.title):
        yield "Navnet på prosjektet ligner."
    elif shared(version.title, other.title) and alike(version.place, other.place):
        yield "Samme sted, og ord i navnet er like."


def paid_twice(budget, others):
    """[Overlap]: income in the budget that may be money from us already.

    `others` are cases of the same applicant, or about the same measure.
    """
    found = []
    for line in budget:
        if line.kind != BudgetLine.Kind.INCOME:
            continue
        what = f"Inntekten «{line.text}», {money(line.amount)}"
        fitting = [
            Overlap(other, (f"{what}: {why}",))
            for other in others
            if (why := why_the_same_money(line, other))
        ]
        if not fitting and is_ours(line.text):
            fitting = [
                Overlap(None, (f"{what}, kan være penger fra kommunen. Spør hvilke.",))
            ]
        found += fitting
    return found


def why_the_same_money(line, other):
    """Why an income may be what another case has got or asked for; or nothing."""
    award = getattr(other, "award", None)
    given = award.amount if award and award.state in STANDING else None
    if given is not None and (given == line.amount or names_round(line, other)):
        return f"i denne saken er det gitt {money(given)}."
    open_yet = other.state not in (State.DECIDED, State.WITHDRAWN)
    if open_yet and (other.asked == line.amount or names_round(line, other)):
        return (
            f"i denne saken er det søkt om {money(other.asked)}. Den er ikke avgjort."
        )
    return ""


def names_round(line, other):
    return alike(line.text, other.round.title)


def is_ours(text):
    return any(f" {name} " in f" {words(text)} " for name in OUR_MONEY)


# --- what is alike --------------------------------------------------------------------


def telling(text):
    """The words of a text that tell it from another, once each, in its order."""
    found = name_of_organisation(text or "").split()
    return list(dict.fromkeys(word for word in found if len(word) >= SHORTEST))


def shared(one, other):
    """How many telling words two texts share; endings may differ."""
    rest = telling(other)
    return sum(any(same_word(word, each) for each in rest) for word in telling(one))


def alike(one, other):
    """Whether half of the shorter one's words, and two where it has two, are shared."""
    fewest = min(len(telling(one)), len(telling(other)))
    return fewest > 0 and shared(one, other) >= max(fewest / 2, min(fewest, 2))


def same_word(one, other):
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= STEM and long.startswith(short))
