"""What numbers say in words: the rules, in three languages, and without labels."""

from decimal import Decimal

import pytest
from django.utils import translation

from areas.figures.sentences import (
    amount,
    change_sentence,
    compare,
    comparison_text,
    is_uncertain,
    number_text,
    signed_text,
    uncertainty_sentence,
    value_sentence,
)
from areas.models import Figure, Indicator
from areas.wording import labels_in, no_labels

BIKES = Indicator(name="Folk som sykler", unit="percent", decimals=1, wanted="high")
INCOME = Indicator(name="Medianinntekt", unit="kroner", decimals=0)


def figure(value=None, **fields):
    numbers = {
        name: None if fields.get(name) is None else Decimal(str(fields.pop(name)))
        for name in ("low", "high", "value_to")
    }
    value = None if value is None else Decimal(str(value))
    return Figure(**{"status": "published", "value": value} | numbers | fields)


@pytest.mark.parametrize(
    ("mine", "expected"),
    [
        (figure(9.5), ("lower", "band")),
        (figure(9.6), ("similar", "band")),
        (figure(10.4), ("similar", "band")),
        (figure(10.5), ("higher", "band")),
        (figure(14, low=9, high=19), ("similar", "interval")),
        (figure(14, low=10, high=18), ("similar", "interval")),
        (figure(14, low=11, high=17), ("higher", "interval")),
        (figure(7, low=5, high=9), ("lower", "interval")),
        (figure(5, sign="<"), ("lower", "bound")),
        (figure(5, sign="<="), ("lower", "bound")),
        (figure(12, sign="<"), (None, None)),
        (figure(25, sign=">"), ("higher", "bound")),
        (figure(8, sign=">"), (None, None)),
        (figure(16, value_to=17, sign="-"), ("higher", "bound")),
        (figure(9, value_to=12, sign="-"), (None, None)),
        (figure(words="høyest", sign="w"), (None, None)),
        (figure(status="hidden", hidden_reason="manual"), (None, None)),
        (None, (None, None)),
    ],
)
def test_a_figure_is_compared_with_bergen_by_the_rule(mine, expected):
    assert compare(mine, figure(10)) == expected


@pytest.mark.parametrize("city", [None, figure(10, sign=">"), figure(status="missing")])
def test_nothing_is_compared_with_what_bergen_does_not_have(city):
    assert compare(figure(12), city) == (None, None)


def test_nought_in_bergen_is_no_trap():
    assert compare(figure(0), figure(0)) == ("similar", "band")
    assert compare(figure(1), figure(0)) == ("higher", "band")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "nb",
            "Medianinntekt: 305\u00a0100\u00a0kroner i Anker, "
            "400\u00a0000\u00a0kroner i Bergen.",
        ),
        ("nn", "305\u00a0100\u00a0kroner i Anker, 400\u00a0000\u00a0kroner i Bergen."),
        ("en", "305,100\u00a0kroner in Anker, 400,000\u00a0kroner in Bergen."),
    ],
)
def test_a_sentence_has_both_values_in_each_language(language, expected):
    with translation.override(language):
        text = value_sentence(figure(305100), INCOME, "Anker", figure(400000))

    assert text.endswith(expected)
    assert "Medianinntekt" in text


@pytest.mark.parametrize(
    ("mine", "expected"),
    [
        (None, "Folk som sykler: tallet for Anker mangler."),
        (
            figure(status="impossible"),
            "Folk som sykler: tallet kan ikke finnes for Anker.",
        ),
        (
            figure(status="hidden", hidden_reason="small_count"),
            "Folk som sykler: tallet for Anker vises ikke (få det gjelder).",
        ),
        (figure(5, sign="<"), "Folk som sykler: under 5,0\u00a0prosent i Anker."),
        (
            figure(16, value_to=17, sign="-"),
            "Folk som sykler: 16,0–17,0\u00a0prosent i Anker.",
        ),
    ],
)
def test_what_is_not_a_plain_number_is_said_as_it_is(mine, expected):
    assert value_sentence(mine, BIKES, "Anker") == expected


def test_words_of_a_source_get_no_unit():
    assert amount(figure(words="en av fem", sign="w"), BIKES) == "en av fem"
    assert amount(figure(5), BIKES) == "5,0\u00a0prosent"


def test_numbers_are_written_in_the_readers_way():
    assert number_text(Decimal("-1234.5"), 1) == "−1\u00a0234,5"
    assert signed_text(figure(25, sign=">"), 0) == "over 25"
    with translation.override("en"):
        assert number_text(Decimal("1234.5"), 1) == "1,234.5"


@pytest.mark.parametrize(
    ("mine", "expected"),
    [
        (figure(12, base=299), True),
        (figure(12, base=300), False),
        (figure(12, low=9, high=15.1), True),
        (figure(12, low=9, high=15), False),
        (figure(12), False),
        (figure(status="hidden", hidden_reason="manual"), False),
    ],
)
def test_small_numbers_are_uncertain(mine, expected):
    assert is_uncertain(mine) is expected


def test_uncertainty_is_told_with_its_limits():
    text = uncertainty_sentence(figure(12, low=9, high=17, base=100), BIKES)

    assert text == (
        "Tallet er usikkert, fordi det gjelder få. "
        "Trolig mellom 9,0 og 17,0\u00a0prosent."
    )


def test_a_change_within_the_uncertainty_is_told_as_that():
    before, after = figure(12, low=9, high=15), figure(14, low=11, high=17)

    text = change_sentence(before, after, BIKES, "2016", "2019")

    assert text == (
        "Fra 2016 til 2019: fra 12,0 til 14,0\u00a0prosent. "
        "Forskjellen er innenfor usikkerheten."
    )


def test_a_change_the_wanted_way_is_told_in_words_only():
    up = change_sentence(figure(12), figure(14), BIKES, "2016", "2019")
    down = change_sentence(figure(14), figure(12), BIKES, "2016", "2019")
    same = change_sentence(figure(14), figure(14), BIKES, "2016", "2019")

    assert up.endswith("Det er i ønsket retning.")
    assert "ønsket" not in down
    assert same == "Uendret fra 2016 til 2019: 14,0\u00a0prosent."
    assert change_sentence(figure(14, sign=">"), figure(12), BIKES, "a", "b") == ""


def test_no_sentence_has_a_label_on_a_place():
    texts = [
        comparison_text(compared, indicator)
        for compared in ("lower", "similar", "higher")
        for indicator in (BIKES, INCOME)
    ]

    assert [labels_in(text) for text in texts] == [[]] * 6


@pytest.mark.parametrize(
    "text",
    [
        "Et utsatt område",
        "Bergens verste strøk",
        "De fattige bor her",
        "En belastet sone",
        "Sonen er på bunnen",
    ],
)
def test_labels_are_refused_in_texts_about_places(text):
    with pytest.raises(Exception, match="Ikke skriv"):
        no_labels(text)


@pytest.mark.parametrize("text", ["Utsikt mot fjorden", "Best på taperiet", "Bunnpris"])
def test_words_that_only_look_alike_are_no_labels(text):
    assert labels_in(text) == []
