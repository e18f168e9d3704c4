"""Reads what a cell of a report says: a number, a bound, a range, or a sign.

The signs are those of official Norwegian tables: «:» may not be shown, «..» is missing,
«.» cannot exist, «-» is nought.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from areas.models import Figure, Indicator

Sign, Status, Unit = Figure.Sign, Figure.Status, Indicator.Unit

SIGNS = {
    ":": Status.HIDDEN,
    "..": Status.MISSING,
    "": Status.MISSING,
    ".": Status.IMPOSSIBLE,
}
BOUNDS = [
    ("<=", Sign.AT_MOST),
    ("≤", Sign.AT_MOST),
    ("<", Sign.BELOW),
    (">", Sign.ABOVE),
    ("≈", Sign.ABOUT),
    ("~", Sign.ABOUT),
    ("ca.", Sign.ABOUT),
    ("ca ", Sign.ABOUT),
]
# Digits in groups of three or none, then at most three decimals.
NUMBER = re.compile(r"[-−]?(\d{1,3}([ \u00a0\u202f]\d{3})+|\d{1,11})([.,]\d{1,3})?")
RANGE = re.compile(r"(.*\d)\s*[-–—]\s*(\d.*)")
# What a number of each unit can be: lowest and highest.
LIMITS = {
    Unit.PERCENT: (0, 100),
    Unit.PER_THOUSAND: (0, 1000),
    Unit.KRONER: (0, 100_000_000),
    Unit.YEARS: (0, 120),
    Unit.PERSONS: (0, 2_000_000),
    Unit.RATE: (0, 1_000_000),
    Unit.CONCENTRATION: (0, 10_000),
    Unit.LOANS: (0, 100_000_000),
    Unit.RANK: (1, 500),
    Unit.SCORE: (-1000, 1000),
}


class BadNumber(ValueError):
    """What is wrong with a cell, in words for whoever loads the file."""


@dataclass(frozen=True)
class Cell:
    """What one cell says. `value` and `value_to` are None unless it is published."""

    status: str
    sign: str = Sign.EXACT
    value: Decimal | None = None
    value_to: Decimal | None = None


def read_number(text):
    """«12,5», «1 234.5» or «−3» as Decimal. Raises BadNumber for anything else."""
    text = text.strip()
    if not NUMBER.fullmatch(text):
        raise BadNumber(f"«{text}» er ikke et tall.")
    plain = re.sub(r"[ \u00a0\u202f]", "", text).replace("−", "-").replace(",", ".")
    return Decimal(plain)


def read_cell(text, unit):
    """A cell of a figure with this unit. Raises BadNumber, also outside the unit."""
    text = str(text).strip()
    if text in SIGNS:
        return Cell(SIGNS[text])
    if text in {"-", "–"}:
        text = "0"
    if text.endswith("%"):
        if unit != Unit.PERCENT:
            raise BadNumber(f"«{text}» er i prosent; indikatoren er ikke det.")
        text = text[:-1].strip()
    sign = Sign.EXACT
    for mark, meaning in BOUNDS:
        if text.startswith(mark):
            sign, text = meaning, text.removeprefix(mark)
            break
    span = RANGE.fullmatch(text) if sign == Sign.EXACT else None
    if span and not NUMBER.fullmatch(text.strip()):
        first, last = (check(read_number(part), unit) for part in span.groups())
        if last <= first:
            raise BadNumber(f"«{text}»: det siste tallet må være høyest.")
        return Cell(Status.PUBLISHED, Sign.RANGE, first, last)
    return Cell(Status.PUBLISHED, sign, check(read_number(text), unit))


def check(number, unit):
    """The number, when it is one that the unit can have. Raises BadNumber."""
    lowest, highest = LIMITS[unit]
    if not lowest <= number <= highest:
        name = Unit(unit).label
        raise BadNumber(
            f"{number} er utenfor det {name} kan være ({lowest} til {highest})."
        )
    if unit in {Unit.RANK, Unit.PERSONS} and number != number.to_integral_value():
        raise BadNumber(f"{number} må være et helt tall.")
    return number
