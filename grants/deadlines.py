"""Dates counted as the law counts them."""

from datetime import date, timedelta

import holidays
from django.utils import timezone

from grants.models.schemes import LegalTerm

REST_DAYS = holidays.country_holidays("NO")
SATURDAY = 5


def is_working_day(day):
    return day.weekday() < SATURDAY and day not in REST_DAYS


def next_working_day(day):
    """The day itself, or the first working day after it (domstolloven § 149)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def added(start, amount, unit):
    """`start` plus so many days, weeks or months; weeks end on the same weekday."""
    if unit == LegalTerm.Unit.DAYS:
        return start + timedelta(days=amount)
    if unit == LegalTerm.Unit.WEEKS:
        return start + timedelta(weeks=amount)
    months = start.year * 12 + start.month - 1 + amount
    year, month = divmod(months, 12)
    # The last day of a shorter month, when it has no such day.
    for day in range(start.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, start.day)


def due_date(kind, *, start):
    """The last day of a statutory period that begins with the instant `start`.

    The day of the event itself does not count; a last day that is no working day moves
    to the next one. The period is the LegalTerm in force on the day it begins. Raises
    LegalTerm.DoesNotExist when no rule is in force.
    """
    day = timezone.localdate(start)
    term = LegalTerm.objects.in_force(day).filter(kind=kind).latest("valid_from")
    return next_working_day(added(day, term.amount, term.unit))
