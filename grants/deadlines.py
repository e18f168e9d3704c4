"""Dates counted as the law counts them (domstolloven §§ 148 and 149)."""

from calendar import monthrange
from datetime import date, timedelta

import holidays
from django.utils import timezone

from grants.models.schemes import LegalTerm
from omradesatsing.accounts.refusals import Refused

# The public holidays, with 1 and 17 May, which the law counts as such. Christmas Eve,
# New Year's Eve and Easter Eve are ordinary days.
REST_DAYS = holidays.country_holidays("NO")
SATURDAY = 5


def is_working_day(day):
    """Not a Saturday, a Sunday or a public holiday."""
    return day.weekday() < SATURDAY and day not in REST_DAYS


def next_working_day(day):
    """The day itself, or the first working day after it (§ 149)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def working_days_after(day, count):
    """The working day that is so many working days after `day`."""
    while count:
        day = next_working_day(day + timedelta(days=1))
        count -= 1
    return day


def added(start, amount, unit):
    """`start` plus so many days, weeks or months (§ 148).

    Weeks end on the weekday they began, months on the same date, or on the last day of
    a month that has no such date.
    """
    if unit == LegalTerm.Unit.DAYS:
        return start + timedelta(days=amount)
    if unit == LegalTerm.Unit.WEEKS:
        return start + timedelta(weeks=amount)
    year, month = divmod(start.year * 12 + start.month - 1 + amount, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def due_date(kind, *, start):
    """The last day of a statutory period that begins with the instant `start`.

    The day of the event itself, in Norway, does not count; a last day that is no
    working day moves to the next one. The period is the LegalTerm in force on the day
    it begins. Raises Refused when no rule is.
    """
    day = timezone.localdate(start)
    term = LegalTerm.objects.in_force(day).filter(kind=kind).order_by("valid_from")
    term = term.last()
    if term is None:
        raise Refused(
            f"Lovfristen «{LegalTerm.Kind(kind).label}» mangler. Be administrator "
            "legge den inn."
        )
    return next_working_day(added(day, term.amount, term.unit))


def due_dates(kind, days):
    """The last day of the period, {day it begins: last day}, of many days by one query.

    A day on which no rule was in force is left out.
    """
    terms = list(LegalTerm.objects.filter(kind=kind).order_by("-valid_from"))
    found = {}
    for day in days:
        for term in terms:
            if term.valid_from <= day and (not term.valid_to or day <= term.valid_to):
                found[day] = next_working_day(added(day, term.amount, term.unit))
                break
    return found
