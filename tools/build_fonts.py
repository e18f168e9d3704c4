"""Cut Inter to what the portal needs: one web font, two fonts for PDF letters.

Not part of set-up: the results are committed. To make them again:

    python3 -m venv /tmp/fonts && /tmp/fonts/bin/pip install fonttools brotli
    npm pack inter-ui@4.1.1 && tar xf inter-ui-4.1.1.tgz
    /tmp/fonts/bin/python tools/build_fonts.py package/variable/InterVariable.woff2
"""

import sys
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

PROJECT = Path(__file__).resolve().parent.parent
ASCII = "".join(map(chr, range(0x20, 0x7F)))
SIGNS = "\u00a0\u00ad\u202f§°·«»–—…’‘“”•½×−→←€"
# Norwegian with its accents, Northern Sámi, and the neighbours' letters.
LETTERS = "ÆØÅæøåÄÖÜäöüÉéÈèÊêÓóÒòÔôÁáÀàÂâÇçČčĐđŊŋŠšŽžñ"
# A letter to a person spells the name right: all of Latin-1 and Latin Extended-A.
NAMES = "".join(map(chr, [*range(0xA1, 0x180), *range(0x218, 0x21C)]))
FEATURES = ["kern", "ccmp", "locl", "mark", "tnum"]


def cut(source, target, *, characters, weight, flavor=None):
    """Write `source` cut to `characters` and `weight` (a number or a range)."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(
        layout_features=FEATURES, hinting=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14]
    )
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    font.flavor = None
    # The subsetter reads some tables lazily: the instancer wants a font on disk.
    with tempfile.NamedTemporaryFile(suffix=".ttf") as whole:
        font.save(whole.name)
        font = TTFont(whole.name, recalcTimestamp=False)
        font = instantiateVariableFont(font, {"wght": weight, "opsz": 14})
        if flavor is None:
            name_style(font, "Bold" if weight == 700 else "Regular")
        font.flavor = flavor
        font.save(target)
    print(f"{target.relative_to(PROJECT)}: {target.stat().st_size} bytes")


def name_style(font, style):
    """One family «Inter», styles Regular and Bold, as a typesetter looks it up."""
    names = {1: "Inter", 2: style, 4: f"Inter {style}", 6: f"Inter-{style}"}
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = 700 if style == "Bold" else 400
    font["OS/2"].fsSelection = 0b100000 if style == "Bold" else 0b1000000
    font["head"].macStyle = 1 if style == "Bold" else 0


def main(source):
    web, pdf = PROJECT / "static/fonts", PROJECT / "grants/letters/fonts"
    text = ASCII + SIGNS + LETTERS
    cut(source, web / "inter.woff2", characters=text, weight=(400, 700), flavor="woff2")
    for style, weight in [("Regular", 400), ("Bold", 700)]:
        target = pdf / f"Inter-{style}.ttf"
        cut(source, target, characters=text + NAMES, weight=weight)


if __name__ == "__main__":
    main(sys.argv[1])
