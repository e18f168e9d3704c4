"""The one style sheet: up to date with its sources, light, and with enough contrast."""

import re

import brotli
import pytest
from django.conf import settings

from tools import build_css

CSS = settings.BASE_DIR / "static/css/portal.css"


def colour(name):
    """A colour of our theme, as three numbers between 0 and 1."""
    value = re.search(rf"--ds-color-{name}:#([0-9a-f]{{6}})", CSS.read_text("utf-8"))[1]
    return [int(value[start : start + 2], 16) / 255 for start in (0, 2, 4)]


def luminance(parts):
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_style_sheet_is_what_its_sources_give():
    assert CSS.read_text("utf-8") == build_css.build()


def test_the_style_sheet_and_the_font_are_light():
    font = settings.BASE_DIR / "static/fonts/inter.woff2"

    assert len(brotli.compress(CSS.read_bytes())) < 20_000
    assert font.stat().st_size < 21_000


def test_the_style_sheet_asks_no_one_else_for_anything():
    addresses = re.findall(r"url\([\"']?([^\"')]{1,20})", CSS.read_text("utf-8"))

    assert {a for a in addresses if not a.startswith("data:image/svg")} == {
        "../fonts/inter.woff2"
    }


@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("neutral-text-default", "neutral-background-default"),
        ("neutral-text-subtle", "neutral-background-default"),
        ("neutral-text-subtle", "fjord-surface-tinted"),
        ("neutral-text-subtle", "neutral-background-tinted"),
        ("fjord-base-default", "fjord-surface-tinted"),
        ("fjord-text-default", "fjord-surface-active"),
        ("ochre-text-default", "ochre-surface-tinted"),
        ("neutral-background-default", "fjord-base-default"),
        ("neutral-background-default", "fjord-text-default"),
        ("danger-text-subtle", "neutral-background-default"),
        ("danger-text-subtle", "danger-surface-tinted"),
    ],
)
def test_text_stands_out_from_its_background(text, background):
    assert contrast(colour(text), colour(background)) >= 4.5


@pytest.mark.parametrize(
    ("edge", "background"),
    [
        ("neutral-border-default", "neutral-background-default"),
        ("neutral-border-default", "fjord-background-tinted"),
        ("fjord-base-default", "fjord-surface-active"),
        ("ochre-base-default", "neutral-background-default"),
        ("danger-border-default", "neutral-background-default"),
        ("focus-outer", "neutral-background-default"),
    ],
)
def test_edges_and_marks_stand_out_from_their_background(edge, background):
    assert contrast(colour(edge), colour(background)) >= 3
