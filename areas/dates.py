"""Dates that are only as exact as their source: a day, a month or a year.

Stored as a date and a precision. A start is kept as the first day it can mean, an end
as the last, so that SQL can compare: «2012» is from 1 January to 31 December.
"""

import calendar
from datetime import date

from django.db import models
from django.utils.translation import gettext as _

from omradesatsing.ui.templatetags.ui import partial_date


class Precision(models.TextChoices):
    YEAR = "year", "år"
    MONTH = "month", "måned"
    DAY = "day", "dag"


def parse(text):
    """Read `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: first day, last day and precision.

    Raises ValueError for anything else.
    """
    precision = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}.get(
        len(text)
    )
    if precision is None:
        raise ValueError(text)
    first = date.fromisoformat((text + "-01-01")[:10])
    return first, latest(first, precision), precision


def earliest(day, precision):
    """The first day that the date can mean."""
    if precision == Precision.YEAR:
        return day.replace(month=1, day=1)
    if precision == Precision.MONTH:
        return day.replace(day=1)
    return day


def latest(day, precision):
    """The last day that the date can mean."""
    if precision == Precision.YEAR:
        return day.replace(month=12, day=31)
    if precision == Precision.MONTH:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


def day_field(label, **options):
    return models.DateField(label, null=True, blank=True, **options)


def precision_field(label):
    return models.CharField(
        f"{label}, hvor nøyaktig",
        max_length=5,
        choices=Precision,
        default=Precision.DAY,
    )


def time_span(starts_on, starts_precision, ends_on, ends_precision):
    """«2012–2022», «fra 2019», «til desember 2021»; empty when nothing is known.

    The end is written no more exactly than the start: «2012–2022».
    """
    if starts_on and starts_precision == Precision.YEAR:
        ends_precision = Precision.YEAR
    start = starts_on and partial_date(starts_on, starts_precision)
    end = ends_on and partial_date(ends_on, ends_precision)
    if start and end:
        return start if start == end else f"{start}–{end}"
    if start:
        return _("fra %(start)s") % {"start": start}
    return _("til %(end)s") % {"end": end} if end else ""
