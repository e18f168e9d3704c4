"""By when a case is to be answered: the first of the dates the law and we have set.

Counted anew each time from what the case itself says, so that a changed rule, a new
holiday or a letter that went out is never forgotten in a stored date.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Least, TruncDate
from django.utils import timezone

from grants.deadlines import due_dates
from grants.models import InfoRequest, LegalTerm, Letter, State
from grants.models.states import WITH_STAFF

NEAR = timedelta(days=7)

# In the order that cases stand in, what came before this counts as come on that day:
# it is overdue by years. What the list shows is counted from the day itself.
WINDOW = timedelta(days=3 * 365)


@dataclass(frozen=True)
class Due:
    """A date, and what is to be done by then."""

    on: date
    what: str


class DayOf(Func):
    """The entry of `days`, which has one for each day from `first` on, for a date."""

    output_field = DateField(null=True)

    def __init__(self, day, *, first, days, **kwargs):
        super().__init__(day, **kwargs)
        self.first, self.days = first, days

    def as_sql(self, compiler, connection):
        day, params = compiler.compile(self.source_expressions[0])
        days = Value(self.days, output_field=ArrayField(DateField()))
        listed, dates = compiler.compile(days)
        sql = f"(({listed}::date[])[GREATEST(1, LEAST(%s, {day} - %s::date + 1))])"
        return sql, [*dates, len(self.days), *params, self.first]


def with_due_parts(cases):
    """Each with what its date is counted from; the round comes with it."""
    asked = InfoRequest.objects.open().filter(application=OuterRef("pk")).order_by()
    return cases.select_related("round").annotate(
        info_due=Case(
            When(state=State.NEEDS_INFO, then=Subquery(asked.values("due_on")[:1])),
            output_field=DateField(null=True),
        ),
        is_told=Exists(interim_replies()),
    )


def with_due_on(cases, today):
    """Each open case with `due_on`, to be filtered and sorted by; None for the rest."""
    first = today - WINDOW
    every = [first + timedelta(days=n) for n in range(WINDOW.days + 1)]
    due = due_dates(LegalTerm.Kind.INTERIM_REPLY, every)
    interim = DayOf(
        TruncDate("submitted_at"), first=first, days=[due.get(day) for day in every]
    )
    return cases.annotate(
        due_on=Case(
            When(
                state__in=WITH_STAFF,
                then=Least(
                    Case(
                        When(~Exists(interim_replies()), then=interim),
                        output_field=DateField(null=True),
                    ),
                    F("round__expected_answer_on"),
                    F("info_due"),
                ),
            ),
            output_field=DateField(null=True),
        )
    )


def interim_replies():
    return Letter.objects.filter(
        application=OuterRef("pk"), kind=Letter.Kind.INTERIM_REPLY
    )


def near(today):
    """What is due within a week and not too late yet."""
    return Q(due_on__gte=today, due_on__lte=today + NEAR)


def dues_of(cases):
    """{case's pk: its Due} for cases read with `with_due_parts`. One query."""
    received = {timezone.localdate(case.submitted_at) for case in cases}
    interim = due_dates(LegalTerm.Kind.INTERIM_REPLY, received)
    found = {}
    for case in cases:
        if not case.is_with_staff:
            continue
        dates = [
            (case.info_due, "søkerens svar"),
            (case.round.expected_answer_on, "svar til søkeren"),
        ]
        if not case.is_told:
            day = interim.get(timezone.localdate(case.submitted_at))
            dates.append((day, "foreløpig svar"))
        dates = [Due(day, what) for day, what in dates if day]
        if dates:
            found[case.pk] = min(dates, key=lambda due: due.on)
    return found
