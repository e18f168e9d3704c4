"""What a number says, in words: the rules, and nothing that is not in the number.

A place is never ranked and never judged. «Omtrent som i Bergen» is said when the
interval of the figure covers Bergen's value or, without an interval, when it is within
4 % of it. Composite measures and words are not compared.
"""

from decimal import Decimal
from enum import StrEnum

from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from areas.models import Figure, Indicator
from omradesatsing.ui.templatetags.ui import in_lang

Sign, Status, Unit = Figure.Sign, Figure.Status, Indicator.Unit

BAND = Decimal("0.04")
# Fewer than these, or an interval wider than this part of the value, is uncertain.
FEW = 300
WIDE = Decimal("0.5")
COMPARABLE = {Sign.EXACT, Sign.ABOUT}
NBSP = "\u00a0"
SHARES = {Unit.PERCENT, Unit.PER_THOUSAND}


class Compared(StrEnum):
    LOWER = "lower"
    SIMILAR = "similar"
    HIGHER = "higher"


class Rule(StrEnum):
    INTERVAL = "interval"
    BAND = "band"
    BOUND = "bound"


def compare(figure, city):
    """(Compared, Rule) of a figure and Bergen's, or (None, None) when it can't be told.

    Both are Figures of the same indicator and edition, or None.
    """
    if not _is_number(figure) or not _is_number(city) or city.sign not in COMPARABLE:
        return None, None
    theirs, mine = city.value, figure.value
    least, most = sorted((theirs * (1 - BAND), theirs * (1 + BAND)))
    if figure.sign in {Sign.BELOW, Sign.AT_MOST}:
        return (Compared.LOWER, Rule.BOUND) if mine < least else (None, None)
    if figure.sign == Sign.ABOVE:
        return (Compared.HIGHER, Rule.BOUND) if mine > most else (None, None)
    if figure.sign == Sign.RANGE:
        if figure.value_to < least:
            return Compared.LOWER, Rule.BOUND
        return (Compared.HIGHER, Rule.BOUND) if mine > most else (None, None)
    if figure.low is not None:
        if figure.low <= theirs <= figure.high:
            return Compared.SIMILAR, Rule.INTERVAL
        rule = Rule.INTERVAL
    else:
        if least <= mine <= most:
            return Compared.SIMILAR, Rule.BAND
        rule = Rule.BAND
    return (Compared.LOWER if mine < theirs else Compared.HIGHER), rule


def _is_number(figure):
    return (
        figure is not None
        and figure.status == Status.PUBLISHED
        and figure.sign != Sign.WORDS
    )


def is_uncertain(figure):
    """Whether so few are counted that the number may well be another."""
    if not _is_number(figure):
        return False
    if figure.base is not None and figure.base < FEW:
        return True
    if figure.low is None or not figure.value:
        return False
    return (figure.high - figure.low) / abs(figure.value) > WIDE


# --- numbers as text -----------------------------------------------------------------


def number_text(value, decimals):
    """«12,5», «305 100», in English «12.5» and «305,100»; None gives ""."""
    if value is None:
        return ""
    text = f"{abs(Decimal(value)):,.{decimals}f}"
    if get_language() != "en":
        text = text.replace(",", NBSP).replace(".", ",")
    return f"−{text}" if value < 0 else text


def signed_text(figure, decimals):
    """The value with its sign, «under 5» or «16–17»; the status when there is none."""
    if figure is None:
        return ""
    if figure.status != Status.PUBLISHED:
        return str(figure.get_status_display())
    if figure.sign == Sign.WORDS:
        return figure.words
    text = number_text(figure.value, decimals)
    if figure.sign == Sign.RANGE:
        return f"{text}–{number_text(figure.value_to, decimals)}"
    words = {
        Sign.BELOW: _("under %(number)s"),
        Sign.AT_MOST: _("høyst %(number)s"),
        Sign.ABOVE: _("over %(number)s"),
        Sign.ABOUT: _("omtrent %(number)s"),
    }
    pattern = words.get(figure.sign)
    return pattern % {"number": text} if pattern else text


def cell_text(figure, decimals):
    """As in a table: a number, or one of the signs of official tables."""
    signs = {Status.HIDDEN: ":", Status.MISSING: "..", Status.IMPOSSIBLE: "."}
    if figure is None:
        return ".."
    return signs.get(figure.status) or signed_text(figure, decimals)


def with_unit(text, unit):
    """«12,5 prosent», «126 per 1000», «8 µg per m³»; a rate stands alone."""
    if unit in {Unit.RATE, Unit.SCORE}:
        return text
    if unit == Unit.RANK:
        return _("plass %(number)s") % {"number": text}
    return f"{text}{NBSP}{Unit(unit).label}"


def amount(figure, indicator):
    """The value with its unit; words stand as the source has them."""
    if figure.sign == Sign.WORDS:
        return figure.words
    return with_unit(signed_text(figure, indicator.decimals), indicator.unit)


# --- sentences -----------------------------------------------------------------------


def value_sentence(figure, indicator, place, city=None):
    """What is counted, how much it is here, and how much it is in Bergen; safe HTML.

    A figure that is not there is said with its reason, never as a blank or nought. The
    name is written by staff and keeps its language.
    """
    words = {"name": in_lang(indicator.name), "place": place}
    if figure is None or figure.status == Status.MISSING:
        return format_html(_("{name}: tallet for {place} mangler."), **words)
    if figure.status == Status.IMPOSSIBLE:
        return format_html(_("{name}: tallet kan ikke finnes for {place}."), **words)
    if figure.status == Status.HIDDEN:
        words["reason"] = figure.get_hidden_reason_display()
        text = _("{name}: tallet for {place} vises ikke ({reason}).")
        return format_html(text, **words)
    words["value"] = amount(figure, indicator)
    if _is_number(city) and city is not figure:
        words["city"] = amount(city, indicator)
        text = _("{name}: {value} i {place}, {city} i Bergen.")
        return format_html(text, **words)
    return format_html(_("{name}: {value} i {place}."), **words)


def comparison_text(compared, indicator):
    """«høyere andel enn i Bergen» as a sentence; "" when it is not compared."""
    if compared is None:
        return ""
    share = indicator.unit in SHARES
    return {
        Compared.LOWER: _("Andelen er lavere enn i Bergen samlet.")
        if share
        else _("Tallet er lavere enn i Bergen samlet."),
        Compared.SIMILAR: _("Det er omtrent som i Bergen samlet."),
        Compared.HIGHER: _("Andelen er høyere enn i Bergen samlet.")
        if share
        else _("Tallet er høyere enn i Bergen samlet."),
    }[compared]


def short_comparison(compared):
    return {
        Compared.LOWER: _("lavere enn Bergen"),
        Compared.SIMILAR: _("omtrent som Bergen"),
        Compared.HIGHER: _("høyere enn Bergen"),
        None: _("ikke sammenlignet"),
    }[compared]


def uncertainty_sentence(figure, indicator):
    """«Tallet er usikkert, fordi få bor her. Trolig mellom 9 og 17 prosent.»"""
    if not _is_number(figure):
        return ""
    between = ""
    if figure.low is not None and figure.low != figure.high:
        between = _("Trolig mellom %(low)s og %(high)s.") % {
            "low": number_text(figure.low, indicator.decimals),
            "high": with_unit(
                number_text(figure.high, indicator.decimals), indicator.unit
            ),
        }
    if not is_uncertain(figure):
        return between
    few = _("Tallet er usikkert, fordi det gjelder få.")
    return f"{few} {between}".strip()


def known_sentence(known, total):
    return _("Kjent for %(known)s av %(total)s.") % {"known": known, "total": total}


def ends(indicator):
    """The words at both ends of every scale."""
    if indicator.unit in SHARES:
        return _("lavere andel"), _("høyere andel")
    return _("lavere tall"), _("høyere tall")


def change_sentence(before, after, indicator, first, last):
    """From one edition to another, or "" when both are not plain numbers.

    `first` and `last` are what the editions are called. A difference is only told as
    one when neither interval covers the other's value.
    """
    if not _both_plain(before, after):
        return ""
    words = {
        "first": first,
        "last": last,
        "before": number_text(before.value, indicator.decimals),
        "after": amount(after, indicator),
    }
    text = _("Fra %(first)s til %(last)s: fra %(before)s til %(after)s.") % words
    if before.value == after.value:
        return _("Uendret fra %(first)s til %(last)s: %(after)s.") % words
    if _within(before, after):
        return f"{text} " + _("Forskjellen er innenfor usikkerheten.")
    wanted = {Indicator.Wanted.HIGH: 1, Indicator.Wanted.LOW: -1}.get(indicator.wanted)
    if wanted and (after.value - before.value) * wanted > 0:
        return f"{text} " + _("Det er i ønsket retning.")
    return text


def _both_plain(*figures):
    return all(_is_number(f) and f.sign == Sign.EXACT for f in figures)


def _within(before, after):
    if before.low is None or after.low is None:
        return False
    return (
        before.low <= after.value <= before.high
        or after.low <= before.value <= after.high
    )
