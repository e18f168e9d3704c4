"""Numbers that Norwegians type: organisation, account, phone, post code.

python-stdnum knows the check digits. What it lets through and we do not: an account
of seven digits (and one with noughts in front, which it cuts off), an organisation
number that no register hands out, and a national identity number where another is
asked for: every such number is a valid account number too, as both end with the same
check digit. Each function gives the bare digits, or raises ValidationError with words
for the one who typed it; the number itself is never in the words.
"""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import iban
from stdnum.exceptions import ValidationError as NumberError
from stdnum.no import fodselsnummer, kontonr
from stdnum.no import orgnr as norwegian_orgnr

from omradesatsing.ui.fields import PhoneField, PostalCodeField

# Real numbers begin with 8 or 9, those of the authorities' test data with 2 or 3.
FIRST_DIGITS = "2389"
IBAN = re.compile(r"NO[0-9]{13}", re.IGNORECASE)


def compact(text):
    """Without what people put between the digits: spaces, points and dashes."""
    kept = (
        mark
        for mark in str(text)
        if mark != "." and unicodedata.category(mark) not in {"Zs", "Cc", "Cf", "Pd"}
    )
    return "".join(kept)


def orgnr(text):
    """An organisation number: nine digits whose last one checks the others."""
    number = compact(text)
    if may_be_birth_number(number):
        raise _birth_number()
    try:
        if not re.fullmatch(rf"[{FIRST_DIGITS}][0-9]{{8}}", number):
            raise NumberError
        norwegian_orgnr.validate(number)
    except NumberError:
        raise ValidationError(
            _(
                "Organisasjonsnummeret stemmer ikke. Det har ni siffer, og det siste "
                "kontrollerer de andre. Se etter en skrivefeil."
            ),
            code="invalid",
        ) from None
    return number


def valid_orgnr(value):
    """The same as a validator, for a field that holds the bare digits."""
    orgnr(value)


def account_number(text):
    """A bank account: eleven digits, also when written as a Norwegian IBAN.

    One account in some hundreds looks like an identity number; written as IBAN, which
    has two check digits more, there is no doubt.
    """
    number = compact(text)
    if as_iban := IBAN.fullmatch(number):
        number = number[4:]
    elif is_birth_number(number):
        raise ValidationError(
            _(
                "Dette kan være et fødselsnummer, og det tar vi ikke imot her. Er det "
                "et kontonummer, kan du skrive det som IBAN: NO, to siffer og så "
                "kontonummeret. Du finner det i nettbanken."
            ),
            code="birth_number",
        )
    try:
        # Accounts of the former Postgiro, 0000, are long since closed.
        if not re.fullmatch(r"(?!0000)[0-9]{11}", number):
            raise NumberError
        kontonr.validate(number)
        if as_iban:
            iban.validate(as_iban[0].upper(), check_country=False)
    except NumberError:
        raise ValidationError(
            _(
                "Kontonummeret stemmer ikke. Det har elleve siffer, for eksempel "
                "1234 56 78903. Se etter en skrivefeil."
            ),
            code="invalid",
        ) from None
    return number


def phone(text):
    """A phone number with its country code: `+4755565556`."""
    return PhoneField(required=False).clean(text)


def postal_code(text):
    """A Norwegian post code: four digits, not all of them nought."""
    return PostalCodeField(required=False).clean(text)


def is_birth_number(text):
    """Whether it is a national identity number, check digits and all."""
    return fodselsnummer.is_valid(compact(text))


def may_be_birth_number(text):
    """Whether it may be meant as one: eleven digits, the first six of them a date."""
    number = compact(text)
    if not re.fullmatch(r"[0-9]{11}", number):
        return False
    # D numbers have 40 more in the day; others have 40, 65 or 80 more in the month.
    day, month = int(number[:2]) % 40, int(number[2:4])
    months = {month - more for more in (0, 40, 65, 80)} & set(range(1, 13))
    return any(_is_date(day, month) for month in months)


def _is_date(day, month):
    try:
        return bool(date(2000, month, day))  # a leap year, as we ask about no year
    except ValueError:
        return False


def _birth_number():
    return ValidationError(
        _(
            "Dette ligner et fødselsnummer. Det skal du ikke skrive her, og vi tar "
            "ikke vare på det. Et organisasjonsnummer har ni siffer."
        ),
        code="birth_number",
    )
