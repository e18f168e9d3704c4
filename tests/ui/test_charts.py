"""Figures: where things stand, that they say all in words, and that colours hold."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from django.template import Context, Template

from omradesatsing.ui.charts import (
    DASHES,
    HIGHER,
    INK,
    LOWER,
    PAPER,
    SERIES,
    SIMILAR,
    DotStrip,
    Line,
    LineChart,
    Mark,
    Scale,
    Slope,
    Sparkline,
)
from omradesatsing.ui.maps import ClassMap, Place

SVG = "{http://www.w3.org/2000/svg}"


def draw(tag, chart):
    template = Template(f"{{% load charts %}}{{% {tag} chart %}}")
    html = template.render(Context({"chart": chart}))
    svg = re.search(r"<svg.*</svg>", html, re.DOTALL).group(0)
    return html, ET.fromstring(svg)  # noqa: S314 - our own


def strip(**fields):
    return DotStrip(
        **{
            "uid": "s",
            "title": "Folk som sykler",
            "description": "Hver prikk er en sone.",
            "values": [8.0, 12.5, 12.5, 30.0],
            "marks": [Mark("Anker", 12.5, "12,5 %", 9, 17)],
            "city": Mark("Bergen", 15, "15,0 %"),
            "ends": ("lavere andel", "høyere andel"),
            "number": str,
        }
        | fields
    )


def lines(**fields):
    marks = [
        Mark("Anker", v, str(v)) if v is not None else None for v in (12, 14, None, 9)
    ]
    return LineChart(
        **{
            "uid": "l",
            "title": "Folk som sykler",
            "description": "Utvikling.",
            "steps": ["2008", "2011", "2016", "2019"],
            "lines": [Line("Anker", marks, {3})],
            "ends": ("lavere andel", "høyere andel"),
            "number": str,
        }
        | fields
    )


def a_map(**fields):
    states = ["lower", "similar", "higher", "hidden", "missing"]
    places = [
        Place(f"Sted {n}", "", "Nord", f"/soner/{n}/", s, "12", f"Sted {n}: 12", n, 0)
        for n, s in enumerate(states)
    ]
    return ClassMap(
        **{
            "uid": "k",
            "title": "Folk som sykler",
            "description": "Bergen samlet: 12.",
            "places": places,
            "legend": [("lower", "Lavere"), ("hidden", "Skjult")],
        }
        | fields
    )


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([8, 30], [5, 10, 15, 20, 25, 30]),
        ([0.4, 0.9], [0.4, 0.5, 0.6, 0.7, 0.8, 0.9]),
        ([5, 5], [4, 4.5, 5, 5.5, 6]),
        ([305100, 439900], [300000, 350000, 400000, 450000]),
    ],
)
def test_an_axis_has_round_numbers(numbers, expected):
    assert Scale.around(numbers, 0, 100).ticks == expected


def test_everything_in_a_strip_stays_in_the_drawing():
    chart = strip()

    xs = [chart.scale.at(n) for n in [*chart.values, 9, 17, 15]]
    assert all(chart.margin <= x <= chart.width - chart.margin for x in xs)
    assert chart.dots.count("M") == 4


@pytest.mark.parametrize(
    ("tag", "chart"),
    [("dot_strip", strip()), ("line_chart", lines()), ("class_map", a_map())],
)
def test_each_drawing_says_title_description_and_has_its_own_ids(tag, chart):
    _html, svg = draw(tag, chart)

    named = [svg.find(f".//*[@id='{i}']") for i in svg.get("aria-labelledby").split()]
    assert [tag.text for tag in named] == [chart.title, chart.description]
    ids = [tag.get("id") for tag in svg.iter() if tag.get("id")]
    assert len(ids) == len(set(ids))
    assert all(i.startswith(f"{chart.uid}-") for i in ids)
    assert svg.get("role") in {"img", "group"}


@pytest.mark.parametrize(
    ("tag", "chart"), [("dot_strip", strip()), ("line_chart", lines())]
)
def test_each_scale_has_words_at_both_ends(tag, chart):
    html, _svg = draw(tag, chart)

    assert "lavere andel" in html
    assert "høyere andel" in html
    assert "12,5 %" in html or "9 Anker" in html


@pytest.mark.parametrize(
    ("tag", "chart"),
    [
        ("dot_strip", strip(mark="øvingstall")),
        ("line_chart", lines(mark="øvingstall")),
        (
            "slope",
            Slope(
                "p",
                "Folk",
                "Endring",
                ("2016", "2019"),
                [("Anker", Mark("Anker", 1, "1"), Mark("Anker", 2, "2"))],
                ("lavere", "høyere"),
                mark="øvingstall",
            ),
        ),
        ("poster", a_map(mark="øvingstall")),
    ],
)
def test_practice_figures_are_marked_in_the_drawing_itself(tag, chart):
    html, _svg = draw(tag, chart)

    assert "øvingstall" in html


def test_a_line_has_a_gap_where_it_breaks_and_where_nothing_is():
    path = lines().drawn[0]["path"]

    assert re.sub(r"[\d. ]", "", path) == "MLM"


def test_a_slope_has_at_most_ten_lines_and_ends_that_do_not_meet():
    rows = [(f"Sted {n}", Mark("", 5, "5"), Mark("", 6, "6")) for n in range(14)]
    chart = Slope("p", "t", "d", ("a", "b"), rows, ("l", "h"))

    heights = sorted(row["before_y"] for row in chart.drawn)
    assert len(heights) == 10
    assert all(b - a >= 17 for a, b in zip(heights, heights[1:], strict=False))


def test_a_sparkline_goes_from_the_first_to_the_last():
    assert Sparkline([1, 3, 2]).path.count("L") == 2
    empty = Template("{% load charts %}{% sparkline values %}")
    assert empty.render(Context({"values": [1]})).strip() == ""


def test_each_class_of_a_map_has_a_pattern_or_an_edge_besides_its_colour():
    html, svg = draw("class_map", a_map())

    links = svg.findall(f"{SVG}a")
    assert [a.get("aria-label") for a in links] == [f"Sted {n}: 12" for n in range(5)]
    fills = [[r.get("fill") for r in a.findall(f"{SVG}rect")] for a in links]
    assert fills == [
        [LOWER],
        [SIMILAR],
        [HIGHER, "url(#k-hatch)"],
        [PAPER, "url(#k-dots)"],
        [PAPER],
    ]
    assert links[4].find(f"{SVG}rect").get("stroke-dasharray")
    assert "Skjult" in html


def test_a_map_with_all_borders_is_drawn_with_them():
    outline = {"d": "M0 0l10 0 0 10z", "box": [0, 0, 10, 10]}
    chart = a_map()
    for place in chart.places:
        place.outline = outline

    _html, svg = draw("class_map", chart)

    assert len(svg.findall(f"{SVG}a/{SVG}path")) == 7
    assert svg.get("viewBox") == "0 0 10 10"


def test_a_poster_stands_alone():
    html, svg = draw("poster", a_map(source="Kilde: Øving"))

    texts = "".join(svg.itertext())
    assert "Folk som sykler" in texts
    assert "Kilde: Øving" in texts
    assert "Lavere" in texts
    assert "class=" not in re.sub(r'class="map__\w+( map__shape--\w+)?"', "", html)
    assert svg.findall(f".//{SVG}a") == []


# --- colours -------------------------------------------------------------------------


def channels(colour):
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def linear(colour):
    return [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in channels(colour)
    ]


def luminance(rgb):
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(one, other):
    low, high = sorted([luminance(linear(one)), luminance(linear(other))])
    return (high + 0.05) / (low + 0.05)


# Viénot, Brettel and Mollon 1999, and Machado 2009 for the third, at full strength.
SEEN = {
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(rgb):
    r, g, b = (min(max(c, 0), 1) for c in rgb)
    xyz = [
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    ]
    x, y, z = (c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116 for c in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one, other, kind):
    seen = [
        lab(
            [
                sum(f * c for f, c in zip(row, linear(colour), strict=True))
                for row in SEEN[kind]
            ]
        )
        for colour in (one, other)
    ]
    return sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5


def test_the_classes_stand_out_from_the_middle_and_carry_their_text():
    assert contrast(LOWER, SIMILAR) >= 4.5
    assert contrast(HIGHER, SIMILAR) >= 4.5
    assert contrast(PAPER, LOWER) >= 4.5
    assert contrast(PAPER, HIGHER) >= 4.5
    assert contrast(INK, SIMILAR) >= 4.5


@pytest.mark.parametrize("kind", SEEN)
def test_the_classes_are_told_apart_without_colour_vision(kind):
    pairs = combinations([LOWER, SIMILAR, HIGHER], 2)

    assert min(distance(one, other, kind) for one, other in pairs) >= 20


def test_each_series_stands_out_from_the_paper_and_has_its_own_dash():
    assert all(contrast(colour, PAPER) >= 3 for colour in SERIES)
    assert len(set(DASHES)) == len(DASHES) == len(SERIES)
