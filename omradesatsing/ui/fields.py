"""Form fields that read what Norwegians write: amounts, dates, phone, post code.

Each refuses what it cannot read with a reason and an example, and shows back what it
read in the same form as the rest of the portal.
"""

import re
from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from omradesatsing.ui.templatetags.ui import BOKMAL

NBSP = "\u00a0"
SPACES = re.compile(r"\s+")

# An amount as people write it: digits, perhaps in groups of three, perhaps øre.
BY_SPACE = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
BY_POINT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
WITH_EXPONENT = re.compile(r"[0-9.,]*[0-9]e[+-]?[0-9]+", re.IGNORECASE)
CURRENCY = re.compile(
    r"^(?:kr\.?|nok) ?| ?(?:,[-–])? ?(?:kr\.?|kroner|nok)?$", re.IGNORECASE
)

# Bokmål, nynorsk and English, as one may well write in any of them.
MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "januar january",
            "februar february",
            "mars march",
            "april",
            "mai may",
            "juni june",
            "juli july",
            "august",
            "september",
            "oktober october",
            "november",
            "desember december",
        ],
        start=1,
    )
    for name in names.split()
}
NUMERIC_DATE = re.compile(r"([0-9]{1,2})[./ -]([0-9]{1,2})[./ -]([0-9]{4}|[0-9]{2})")
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
WORDED_DATE = re.compile(r"([0-9]{1,2})\.? ?([a-z]+)\.? ?([0-9]{4})", re.IGNORECASE)


class BokmalSelect(forms.Select):
    """A list of what staff have named, in their language; the empty choice is ours."""

    def create_option(self, name, value, label, *args, **kwargs):
        option = super().create_option(name, value, label, *args, **kwargs)
        if value and get_language() != BOKMAL:
            option["attrs"]["lang"] = BOKMAL
        return option


class MoneyField(forms.Field):
    """Kroner with at most two decimals, as `Decimal`; never negative.

    Reads `1 234,50`, `1.234,50`, `1234.5`, `10 000`, `10.000`, `10000,-` and
    `10 000 kr`. A point before exactly three digits groups thousands: «1.234» is one
    thousand two hundred and thirty-four kroner. `min_value` and `max_value` are kroner.
    """

    suffix = "kr"
    decimal_places = 2
    default_error_messages = {
        "invalid": _("Skriv beløpet med tall, for eksempel 12 500 eller 12 500,50."),
        "negative": _("Beløpet kan ikke være mindre enn 0. Skriv det uten minustegn."),
        "exponent": _("Skriv hele beløpet med vanlige tall, for eksempel 10 000."),
        "decimals": _(
            "Beløpet har for mange sifre etter kommaet. Skriv høyst to, "
            "for eksempel 12 500,50."
        ),
        "groups": _(
            "Beløpet kan leses på flere måter. Skriv mellomrom mellom tusener og komma "
            "før øre, for eksempel 12 500,50."
        ),
        "too_large": _("Beløpet er for stort. Sjekk at du ikke har skrevet for mye."),
        "max_value": _("Beløpet kan være høyst %(limit)s kr."),
        "min_value": _("Beløpet må være minst %(limit)s kr."),
    }

    def __init__(self, *, min_value=None, max_value=None, max_digits=12, **kwargs):
        kwargs.pop("decimal_places", None)  # a model's DecimalField sends it along
        attrs = {"inputmode": "decimal", "autocomplete": "off", "size": 14}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)
        self.min_value, self.max_value = min_value, max_value
        self.ceiling = 10 ** (max_digits - self.decimal_places)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal | int):
            return Decimal(value)
        text = SPACES.sub(" ", str(value).replace("−", "-")).strip()
        return self._read(CURRENCY.sub("", text).strip()) if text else None

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        if value >= self.ceiling:
            raise self._refusal("too_large")
        if self.max_value is not None and value > self.max_value:
            raise self._refusal("max_value", self.max_value)
        if self.min_value is not None and value < self.min_value:
            raise self._refusal("min_value", self.min_value)

    def prepare_value(self, value):
        """An amount written as we write it; what was typed stays as it was typed."""
        if isinstance(value, int | float | Decimal):
            return amount_as_text(Decimal(str(value)))
        return value

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True

    def _read(self, text):
        if text.startswith("-"):
            raise self._refusal("negative")
        if WITH_EXPONENT.fullmatch(text):
            raise self._refusal("exponent")
        if BY_SPACE.fullmatch(text):
            text = text.replace(" ", "")
        elif BY_POINT.fullmatch(text):
            text = text.replace(".", "")
        elif not PLAIN.fullmatch(text):
            digits_only = re.fullmatch(r"[0-9][0-9., ]*", text)
            raise self._refusal("groups" if digits_only else "invalid")
        whole, _point, fraction = text.replace(",", ".").partition(".")
        if len(fraction) > self.decimal_places:
            raise self._refusal("decimals")
        # Leading noughts say nothing; a row of a thousand digits is not worth reading.
        if len(whole.lstrip("0")) > len(str(self.ceiling)):
            raise self._refusal("too_large")
        return Decimal(f"{whole}.{fraction:0<2}")

    def _refusal(self, code, limit=None):
        params = {"limit": amount_as_text(limit)} if limit is not None else None
        return ValidationError(self.error_messages[code], code=code, params=params)


class WordLimit(BaseValidator):
    """Refuses a text of more than `limit_value` words."""

    code = "max_words"
    message = ngettext_lazy(
        "Teksten kan ha høyst %(limit_value)d ord. Den har %(show_value)d.",
        "Teksten kan ha høyst %(limit_value)d ord. Den har %(show_value)d.",
        "limit_value",
    )

    def compare(self, words, limit):
        return words > limit

    def clean(self, text):
        return len(text.split())


def amount_as_text(amount):
    """«12 500» or «12 500,50», as shown in a field: no-break spaces, no «kr»."""
    text = f"{Decimal(amount):,.2f}".replace(",", NBSP).replace(".", ",")
    return text.removesuffix(",00")


class NorwegianDateField(forms.DateField):
    """A date in a text field; the browser's own picker speaks the browser's language.

    Reads `1.2.2026`, `01.02.26`, `1. februar 2026` and `2026-02-01`. Two-digit years
    are in this century.
    """

    default_error_messages = {
        "invalid": _("Skriv datoen som dag, måned og år, for eksempel 31.12.2026."),
        "impossible": _("Datoen finnes ikke. Sjekk dag og måned."),
        "year": _("Skriv året med fire sifre, for eksempel 31.12.2026."),
    }

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "off", "size": 14})
        )
        super().__init__(**kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return super().to_python(value)
        text = SPACES.sub(" ", str(value)).strip()
        if not text:
            return None
        year, month, day = self._parts(re.sub(r" ?([./-]) ?", r"\1", text))
        if not 1900 <= year <= 2100:
            raise ValidationError(self.error_messages["year"], code="year")
        try:
            return date(year, month, day)
        except ValueError:
            raise ValidationError(
                self.error_messages["impossible"], code="impossible"
            ) from None

    def prepare_value(self, value):
        if isinstance(value, date):
            return f"{value.day:02}.{value.month:02}.{value.year}"
        return value

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True

    def _parts(self, text):
        if found := ISO_DATE.fullmatch(text):
            return tuple(int(part) for part in found.groups())
        if found := NUMERIC_DATE.fullmatch(text):
            day, month, year = found.groups()
            return int(year if len(year) == 4 else f"20{year}"), int(month), int(day)
        found = WORDED_DATE.fullmatch(text)
        month = _month(found[2]) if found else None
        if month is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(found[3]), month, int(found[1])


def _month(word):
    """The month's number from its name or the first three letters or more of it."""
    word = word.lower()
    found = {
        number
        for name, number in MONTHS.items()
        if name == word or (len(word) >= 3 and name.startswith(word))
    }
    return found.pop() if len(found) == 1 else None


class PhoneField(forms.CharField):
    """A phone number as `+4755565556`; other countries with their own prefix."""

    default_error_messages = {
        "invalid": _(
            "Skriv telefonnummeret med åtte sifre, for eksempel 55 56 55 56. Er det "
            "utenlandsk, begynner du med + og landkoden."
        )
    }

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "widget",
            forms.TelInput(attrs={"autocomplete": "tel", "size": 18}),
        )
        super().__init__(**kwargs)

    def to_python(self, value):
        text = re.sub(r"[\s().\-/]", "", super().to_python(value))
        if text in self.empty_values:
            return self.empty_value
        number = re.sub(r"^00", "+", text)
        if re.fullmatch(r"[2-9]\d{7}", number):
            return f"+47{number}"
        if re.fullmatch(r"\+47[2-9]\d{7}|\+(?!47|0)\d{6,15}", number):
            return number
        raise ValidationError(self.error_messages["invalid"], code="invalid")

    def prepare_value(self, value):
        if isinstance(value, str) and re.fullmatch(r"\+47\d{8}", value):
            digits = value.removeprefix("+47")
            return " ".join(digits[start : start + 2] for start in range(0, 8, 2))
        return value


class PostalCodeField(forms.CharField):
    """A Norwegian post code: four digits."""

    default_error_messages = {
        "invalid": _("Postnummeret har fire sifre, for eksempel 5003.")
    }

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "postal-code", "size": 6}
            ),
        )
        super().__init__(**kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        if text and not re.fullmatch(r"(?!0000)[0-9]{4}", text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return text
