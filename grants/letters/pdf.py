"""A letter as tagged PDF: PDF/UA-1 and PDF/A-2a in one file."""

import json
from functools import lru_cache
from pathlib import Path

import typst
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from omradesatsing.ui.templatetags.ui import date_no

HERE = Path(__file__).parent
FONTS = {"font_paths": [str(HERE / "fonts")], "ignore_system_fonts": True}
# One sign, set as the letter sets its text.
PROBE = b"""#set document(title: "-")
#set text(font: ("Inter", "DejaVu Sans Mono"), lang: "nb")
#sys.inputs.text"""
NOT_SHOWN = "\N{WHITE SQUARE}"
ISSUER = "Bergen kommune"


def letter_pdf(letter):
    """The letter's PDF as bytes: the same for the same letter, whenever it is made.

    What people wrote goes in as data, never as markup. A sign that no font has, such as
    an emoji, becomes a square, and the letter says so.
    """
    data = letter_data(letter)
    shown = printable(data)
    if shown != data:
        with translation.override(letter.language):
            shown["replaced"] = _(
                "Tegn som ikke kan vises her, er byttet ut med %(sign)s. Hele teksten "
                "står på Min side."
            ) % {"sign": NOT_SHOWN}
    return typeset(json.dumps(shown))


def typeset(data):
    """The PDF of what `letter_data` gives, as JSON."""
    return typst.compile(
        str(HERE / "letter.typ"),
        root=str(HERE),
        sys_inputs={"data": data},
        pdf_standards=["a-2a", "ua-1"],
        **FONTS,
    )


def letter_data(letter):
    day = timezone.localdate(letter.written_at)
    with translation.override(letter.language):
        return {
            "title": letter.title,
            "language": letter.language,
            "issuer": ISSUER,
            "sender": settings.PORTAL_NAME,
            "number": letter.application.number,
            "day": [day.year, day.month, day.day],
            "date": date_no(day),
            "recipient": letter.application.applicant.name,
            "sections": letter.parts,
            "labels": {
                "number": _("Sak"),
                "page": _("Side {page} av {pages}"),
            },
            "replaced": "",
        }


def printable(value):
    """The same data with every sign that cannot be set replaced by a square."""
    if isinstance(value, dict):
        return {key: printable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [printable(part) for part in value]
    if isinstance(value, str):
        return "".join(sign if has_glyph(sign) else NOT_SHOWN for sign in value)
    return value


@lru_cache(maxsize=10_000)
def has_glyph(sign):
    """Whether the letter's fonts can show a sign; the typesetter itself is asked."""
    if " " <= sign <= "~":
        return True
    try:
        typst.compile(
            PROBE, sys_inputs={"text": sign}, pdf_standards=["a-2a", "ua-1"], **FONTS
        )
    except typst.TypstError:
        return False
    return True
