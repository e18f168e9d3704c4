"""Organisation numbers, accounts, phones and post codes, as people type them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban
from stdnum.no import fodselsnummer, kontonr
from stdnum.no import orgnr as norwegian_orgnr

from grants import numbers

ORGNR = "310000019"
ACCOUNT = "12345678903"


def digits(length):
    return st.text("0123456789", min_size=length, max_size=length)


@st.composite
def birth_numbers(draw):
    born = draw(st.dates(date(1955, 1, 1), date(1999, 12, 31)))
    start = f"{born:%d%m%y}{draw(st.integers(0, 499)):03}"
    first = fodselsnummer.calc_check_digit1(start)
    if first == "10":
        first = "0"
    number = start + first
    return number + fodselsnummer.calc_check_digit2(number)[-1]


def refusal(read, text):
    with pytest.raises(ValidationError) as refused:
        read(text)
    return refused.value.code


@pytest.mark.parametrize(
    "text", [ORGNR, "310 000 019", " 310\u00a0000\u00a0019 ", "310.000.019"]
)
def test_an_organisation_number_is_read_as_people_write_it(text):
    assert numbers.orgnr(text) == ORGNR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "310000018",  # the last digit does not check the others
        "31000001",
        "3100000190",
        "110000003",  # checks, but no register hands out such numbers
        "000000000",
        "NO310000019MVA",
        "٣١٠٠٠٠٠١٩",
        "310000019\n310000019",
    ],
)
def test_what_is_no_organisation_number_is_refused(text):
    assert refusal(numbers.orgnr, text) == "invalid"


@given(digits(9))
def test_an_organisation_number_is_read_just_when_its_digits_check(text):
    real = text[0] in "2389" and norwegian_orgnr.is_valid(text)

    try:
        read = numbers.orgnr(text)
    except ValidationError:
        read = None

    assert read == (text if real else None)


@pytest.mark.parametrize(
    "text",
    [
        ACCOUNT,
        "1234 56 78903",
        "1234.56.78903",
        "1234-56-78903",
        "1234\u00a056\u00a078903",
        "NO" + iban.calc_check_digits(f"NO00{ACCOUNT}") + ACCOUNT,
    ],
)
def test_an_account_number_is_read_as_people_write_it(text):
    assert numbers.account_number(text) == ACCOUNT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345678904",
        "1234567890",
        "4090403",  # stdnum reads this as an account of the former Postgiro
        "00004090403",  # and this, of which it cuts the noughts
        "00000000000",
        "NO0012345678903",
        "١٢٣٤٥٦٧٨٩٠٣",
    ],
)
def test_what_is_no_account_number_is_refused(text):
    assert refusal(numbers.account_number, text) == "invalid"


def test_stdnum_itself_would_have_taken_an_account_of_seven_digits():
    # Why the wrapper is there; when this fails, part of it can go.
    assert kontonr.is_valid("4090403")
    assert kontonr.validate("00004090403") == "4090403"


@given(digits(11))
def test_what_is_read_as_an_account_is_eleven_digits_that_check(text):
    try:
        read = numbers.account_number(text)
    except ValidationError:
        return

    assert read == text
    assert kontonr.is_valid(text)
    assert not fodselsnummer.is_valid(text)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_words(text):
    for read in (numbers.orgnr, numbers.account_number):
        try:
            words = read(text)
        except ValidationError as refused:
            words = refused.messages[0]
        assert words.isdecimal() or words.endswith(".")


@given(birth_numbers())
def test_an_identity_number_is_refused_and_never_repeated(number):
    if not fodselsnummer.is_valid(number):
        return

    for read in (numbers.orgnr, numbers.account_number):
        with pytest.raises(ValidationError) as refused:
            read(f"{number[:6]} {number[6:]}")
        assert refused.value.code == "birth_number"
        assert number[6:] not in refused.value.messages[0]


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("01017012345", True),
        ("41017012345", True),  # a D number
        ("01817012345", True),  # the authorities' test data
        ("31047012345", False),  # no such day
        ("01137012345", False),
        ("0101701234", False),
        (ORGNR, False),
    ],
)
def test_what_may_be_an_identity_number_is_known_by_its_date(text, may_be):
    assert numbers.may_be_birth_number(text) == may_be


def test_an_account_that_looks_like_an_identity_number_may_be_given_as_iban():
    number = next(
        f"010170{serial:05}"
        for serial in range(100_000)
        if fodselsnummer.is_valid(f"010170{serial:05}")
    )
    as_iban = "NO" + iban.calc_check_digits(f"NO00{number}") + number

    assert refusal(numbers.account_number, number) == "birth_number"
    assert numbers.account_number(as_iban) == number


def test_a_phone_number_has_eight_digits_or_a_country():
    assert numbers.phone("55 56 55 56") == "+4755565556"
    assert numbers.phone("+47 412 34 567") == "+4741234567"
    assert refusal(numbers.phone, "1234567") == "invalid"


def test_a_post_code_has_four_digits_that_are_not_all_nought():
    assert numbers.postal_code("5003") == "5003"
    assert refusal(numbers.postal_code, "0000") == "invalid"
    assert refusal(numbers.postal_code, "500") == "invalid"
