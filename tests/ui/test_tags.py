"""How amounts, dates and numbers are written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from omradesatsing.ui.templatetags import ui


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("12345"), "12\u00a0345\u00a0kr"),
        (Decimal("12345.50"), "12\u00a0345,50\u00a0kr"),
        (Decimal("1000000.00"), "1\u00a0000\u00a0000\u00a0kr"),
        (Decimal("-500"), "−500\u00a0kr"),
        (0, "0\u00a0kr"),
        (None, ""),
    ],
)
def test_money_has_thousands_and_shows_oere_only_when_there_are_any(amount, text):
    assert ui.money(amount) == text


def test_a_date_is_written_in_full_in_each_language():
    written = {}
    for language in ("nb", "nn", "en"):
        with translation.override(language):
            written[language] = ui.date_no(date(2026, 12, 31))

    assert written == {
        "nb": "31. desember 2026",
        "nn": "31. desember 2026",
        "en": "31 December 2026",
    }


def test_an_instant_is_written_in_norwegian_time():
    summer = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)

    assert ui.datetime_no(summer) == "1. juli 2026 kl. 00.30"
    assert ui.date_no(summer) == "1. juli 2026"


def test_a_deadline_at_midnight_is_the_last_minute_of_the_day_before():
    closes_at = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)

    assert ui.deadline(closes_at) == "31. desember 2026 kl. 23.59"


@pytest.mark.parametrize(
    ("precision", "text"),
    [("year", "2019"), ("month", "oktober 2019"), ("day", "28. oktober 2019")],
)
def test_a_date_is_written_no_more_precisely_than_it_is_known(precision, text):
    assert ui.partial_date(date(2019, 10, 28), precision) == text


def test_numbers_are_grouped_as_they_are_read_aloud():
    assert ui.orgnr("974760673") == "974\u00a0760\u00a0673"
    assert ui.orgnr("97476067X") == "97476067X"
    assert ui.phone("+4755565556") == "55\u00a056\u00a055\u00a056"
    assert ui.phone("41234567") == "412\u00a034\u00a0567"
    assert ui.phone("+48123456789") == "+48123456789"
    assert ui.phone(None) == ""


def test_nothing_is_written_for_what_is_not_known():
    blank = [ui.date_no(None), ui.datetime_no(None), ui.deadline(None)]

    assert blank + [ui.partial_date(None, "year"), ui.orgnr("")] == [""] * 5


def test_a_status_is_a_word_in_a_frame_and_its_word_is_escaped():
    template = Template("{% load ui %}{% status_tag label 'info' %}")

    written = template.render(Context({"label": "<Pågår>"}))

    assert written.strip() == '<span class="tag" data-tone="info">&lt;Pågår&gt;</span>'


def test_a_time_for_machines_has_no_fraction_of_a_second():
    instant = datetime(2026, 7, 1, 10, 0, 5, 123456, tzinfo=UTC)

    assert ui.machine_time(instant) == "2026-07-01T12:00:05+02:00"
    assert ui.machine_time(date(2026, 7, 1)) == "2026-07-01"
    assert ui.machine_time(None) == ""


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("nb", ["", "", ' lang="nn"', "Å & ä", "Å & ä"]),
        (
            "en",
            [
                ' lang="nb"',
                ' lang=""',
                ' lang="nn"',
                '<span lang="nb">Å &amp; ä</span>',
                '<span lang="">Å &amp; ä</span>',
            ],
        ),
        (
            "nn",
            [
                ' lang="nb"',
                ' lang=""',
                "",
                '<span lang="nb">Å &amp; ä</span>',
                '<span lang="">Å &amp; ä</span>',
            ],
        ),
    ],
)
def test_a_text_says_its_language_where_the_page_has_another(page, marked):
    with translation.override(page):
        texts = [ui.lang(), ui.lang(""), ui.lang("nn")]
        texts += [ui.in_lang("Å & ä"), ui.in_lang("Å & ä", "")]

    assert texts == marked


def test_only_a_description_that_says_something_is_written():
    tag = "{% load ui %}{% meta_description %}{{ text }}{% endmeta_description %}"
    written = [
        Template(tag).render(Context({"text": text})) for text in ("", " ", '"Hei"')
    ]

    assert written == ["", "", '<meta name="description" content="&quot;Hei&quot;">']
