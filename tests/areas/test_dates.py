from datetime import date

import pytest

from areas.dates import earliest, latest, parse, time_span


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2012", date(2012, 1, 1), date(2012, 12, 31), "year"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2019-10-28", date(2019, 10, 28), date(2019, 10, 28), "day"),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_written(text, first, last, precision):
    assert parse(text) == (first, last, precision)


@pytest.mark.parametrize(
    "text", ["", "19", "2012-1", "2012-13", "2012-02-30", "20120101", "i fjor"]
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        parse(text)


def test_a_start_counts_from_the_first_day_and_an_end_to_the_last():
    day = date(2023, 4, 20)

    assert [earliest(day, p) for p in ("year", "month", "day")] == [
        date(2023, 1, 1),
        date(2023, 4, 1),
        day,
    ]
    assert [latest(day, p) for p in ("year", "month", "day")] == [
        date(2023, 12, 31),
        date(2023, 4, 30),
        day,
    ]


@pytest.mark.parametrize(
    ("span", "text"),
    [
        ((date(2012, 1, 1), "year", date(2022, 12, 31), "day"), "2012–2022"),
        ((date(2014, 1, 1), "year", date(2014, 12, 31), "year"), "2014"),
        ((date(2019, 1, 1), "year", None, "day"), "fra 2019"),
        ((None, "day", date(2021, 12, 31), "month"), "til desember 2021"),
        ((None, "day", None, "day"), ""),
    ],
)
def test_a_span_is_written_no_more_exactly_than_its_start(span, text):
    assert time_span(*span) == text
