"""The waiting list of a round: who comes next when a pot gets money back."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from django.views.decorators.http import require_safe

from grants.casework.plans import average_of, round_of, with_marks
from grants.casework.views import staff_page
from grants.models import Application, Pot
from grants.waiting import waiting_cases
from omradesatsing.accounts import roles

# More than so many nobody reads; the best marks come first.
MOST = 200


@dataclass
class Waiting:
    """A case on the list. Kroner; the mean has two decimals."""

    case: Application
    average: Decimal | None
    is_level: bool = False

    @property
    def missing(self):
        return self.case.asked_for - self.case.given


@dataclass
class PotList:
    pot: Pot
    rows: list = field(default_factory=list)


@require_safe
def round_waiting(request, pk):
    """By pot, the best mean first; two with the same mean are told to be level."""
    round = round_of(request, pk)
    cases = (
        with_marks(waiting_cases(request.user))
        .filter(round=round)
        .with_current()
        .select_related("applicant", "area")
    )
    rows = [Waiting(case, average_of(case)) for case in cases]
    rows.sort(key=order)
    pots = [PotList(pot) for pot in round.pots.all()]
    by_pk = {each.pot.pk: each for each in pots}
    for row in rows[:MOST]:
        if row.case.pot_pk in by_pk:
            by_pk[row.case.pot_pk].rows.append(row)
    for each in pots:
        for one, next_one in pairwise(each.rows):
            if one.average is not None and one.average == next_one.average:
                one.is_level = next_one.is_level = True
    context = {
        "title": f"Venteliste: {round}",
        "round": round,
        "pots": [each for each in pots if each.rows],
        "is_cut": len(rows) > MOST,
        "may_propose": request.user.has_role(roles.CASEWORKER),
    }
    return staff_page(request, "admin/cases/round_waiting.html", context)


def order(row):
    return (row.average is None, -(row.average or 0), row.case.pk)
