"""What people write in the fields, and what they are told when we cannot read it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from omradesatsing.ui.fields import (
    MoneyField,
    NorwegianDateField,
    PhoneField,
    PostalCodeField,
    amount_as_text,
)


def refusal(field, text):
    """The code of the one reason why `field` refuses `text`."""
    with pytest.raises(ValidationError) as refused:
        field.clean(text)
    return [error.code for error in refused.value.error_list]


# --- money ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1234.5", "1234.50"),
        ("1234,5", "1234.50"),
        ("1 234.50", "1234.50"),
        ("10 000", "10000.00"),
        ("10.000", "10000.00"),
        ("1.234.567", "1234567.00"),
        ("10000,-", "10000.00"),
        ("10 000,–", "10000.00"),
        ("10 000 kr", "10000.00"),
        ("10 000,- kr", "10000.00"),
        ("kr 10 000", "10000.00"),
        ("Kr. 500", "500.00"),
        ("500 kroner", "500.00"),
        ("  500  ", "500.00"),
        ("0", "0.00"),
        ("007", "7.00"),
    ],
)
def test_an_amount_is_read_as_norwegians_write_it(text, amount):
    read = MoneyField().clean(text)

    assert str(read) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1e9", "exponent"),
        ("1,5E-3", "exponent"),
        ("-5", "negative"),
        ("−5", "negative"),
        ("kr -5", "negative"),
        ("12,345", "decimals"),
        ("1234.567", "decimals"),
        ("1,234", "decimals"),
        ("NaN", "invalid"),
        ("Infinity", "invalid"),
        ("ti tusen", "invalid"),
        ("10 000 euro", "invalid"),
        ("1_000", "invalid"),
        ("١٢٣", "invalid"),
        ("½", "invalid"),
        ("0x10", "invalid"),
        (",50", "invalid"),
        ("kr", "invalid"),
        ("1.234.50", "groups"),
        ("1,234,567", "groups"),
        ("12 34", "groups"),
        ("1.234 567", "groups"),
        ("5,", "groups"),
        ("10000000000", "too_large"),
        ("9" * 5000, "too_large"),
        ("", "required"),
        ("   ", "required"),
        (None, "required"),
    ],
)
def test_an_amount_that_cannot_be_read_is_refused_with_its_reason(text, code):
    assert refusal(MoneyField(), text) == [code]


def test_an_amount_left_out_is_none_where_it_may_be():
    assert MoneyField(required=False).clean(" ") is None


def test_the_limits_of_an_amount_are_told_in_kroner():
    field = MoneyField(min_value=100, max_value=Decimal("50000"))

    with pytest.raises(ValidationError) as above:
        field.clean("50 000,01")
    with pytest.raises(ValidationError) as below:
        field.clean("99,99")

    assert above.value.messages == ["Beløpet kan være høyst 50\u00a0000 kr."]
    assert below.value.messages == ["Beløpet må være minst 100 kr."]
    assert field.clean("50 000") == Decimal("50000")
    assert field.clean("100") == Decimal("100")


@given(st.decimals(0, 9_999_999_999, places=2))
def test_an_amount_as_shown_is_read_back_as_the_same_amount(amount):
    shown = MoneyField().prepare_value(amount)

    assert MoneyField().clean(shown) == amount


@given(st.text(alphabet="0123456789 .,-eEkrNan+\u00a0", max_size=14))
def test_any_text_is_either_an_amount_with_two_decimals_or_refused(text):
    try:
        amount = MoneyField(required=False).clean(text)
    except ValidationError:
        return

    if amount is not None:
        assert amount.as_tuple().exponent == -2
        assert 0 <= amount < 10**10


def test_an_amount_is_shown_with_oere_only_when_it_has_any():
    shown = [amount_as_text(Decimal(text)) for text in ("12500", "12500.5", "0")]

    assert shown == ["12\u00a0500", "12\u00a0500,50", "0"]


def test_a_mistyped_amount_is_shown_as_it_was_typed():
    assert MoneyField().prepare_value("1e9") == "1e9"


def test_an_amount_written_in_another_way_has_not_changed():
    field = MoneyField()

    assert not field.has_changed(Decimal("10000.00"), "10 000,-")
    assert field.has_changed(Decimal("10000.00"), "10 001")
    assert field.has_changed(Decimal("10000.00"), "tull")


# --- dates ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "1.2.2026",
        "01.02.2026",
        "01.02.26",
        "1/2-2026",
        "1. 2. 2026",
        "1 2 2026",
        "2026-02-01",
        "1. februar 2026",
        "1 Februar 2026",
        "1.februar 2026",
        "1. feb. 2026",
        "1 february 2026",
    ],
)
def test_a_date_is_read_as_people_write_it(text):
    assert NorwegianDateField().clean(text) == date(2026, 2, 1)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_date_is_read_alike_in_every_language(language):
    with translation.override(language):
        assert NorwegianDateField().clean("3.4.2026") == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31.02.2026", "impossible"),
        ("1.13.2026", "impossible"),
        ("0.1.2026", "impossible"),
        ("1.2.0026", "year"),
        ("1.2.1626", "year"),
        ("i morgen", "invalid"),
        ("1. ju 2026", "invalid"),
        ("1. xyz 2026", "invalid"),
        ("2026", "invalid"),
        ("1.2.202", "invalid"),
        ("", "required"),
        ("  ", "required"),
    ],
)
def test_a_date_that_cannot_be_read_is_refused_with_its_reason(text, code):
    assert refusal(NorwegianDateField(), text) == [code]


def test_a_date_is_shown_with_two_digits_and_four():
    assert NorwegianDateField().prepare_value(date(2026, 2, 1)) == "01.02.2026"


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_as_shown_is_read_back_as_the_same_date(day):
    shown = NorwegianDateField().prepare_value(day)

    assert NorwegianDateField().clean(shown) == day


# --- phone and post code --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("55 56 55 56", "+4755565556"),
        ("+47 55 56 55 56", "+4755565556"),
        ("0047 55565556", "+4755565556"),
        ("412 34 567", "+4741234567"),
        ("+48 12 345 67 89", "+48123456789"),
    ],
)
def test_a_phone_number_is_stored_with_its_country(text, number):
    assert PhoneField().clean(text) == number


@pytest.mark.parametrize("text", ["123", "5556555", "555655567", "+47 123", "ring meg"])
def test_what_is_no_phone_number_is_refused(text):
    assert refusal(PhoneField(), text) == ["invalid"]


def test_a_phone_number_may_be_left_out():
    assert PhoneField(required=False).clean(" ") == ""


def test_a_norwegian_number_is_shown_in_pairs():
    assert PhoneField().prepare_value("+4755565556") == "55 56 55 56"


def test_a_post_code_has_four_digits():
    assert PostalCodeField().clean(" 5003 ") == "5003"
    assert refusal(PostalCodeField(), "503") == ["invalid"]
    assert refusal(PostalCodeField(), "٥٠٠٣") == ["invalid"]
