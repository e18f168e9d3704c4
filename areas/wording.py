"""Words that this app uses: its acts in the journal, and labels that no place gets."""

import re

from django.core.exceptions import ValidationError

from omradesatsing.journal.wording import tell

tell(
    {
        "alias_added": "En skrivemåte ble lagt til",
        "borders_imported": "Grenser ble lest inn",
        "edition_published": "Utgaven ble publisert",
        "figures_imported": (
            "Tall ble lest inn: {new} nye, {changed} endret, {unchanged} uendret"
        ),
        "figures_undone": "Den siste innlesingen ble angret",
        "place_names_imported": "Stedsnavn ble lest inn",
        "zones_imported": "Soner og grunnkretser ble lest inn",
    }
)

# Labels on places and on those who live there. What to write instead is in the
# administrators' guide.
LABELS = re.compile(
    r"\b("
    r"verste?|dårligste?|taper(e|ne)?|problemområde\w*|belast(et|ede)|utsatte?|"
    r"ghetto\w*|fattige|trygdede|ufaglærte|svake grupper|vanskeligstilte|"
    r"poengsum\w*|levekårsrangering\w*|problemsone\w*|(på|i) bunnen"
    r")\b",
    re.IGNORECASE,
)


def labels_in(text):
    """The labels in a text, in the order they stand."""
    return [found.group(0) for found in LABELS.finditer(text)]


def no_labels(text):
    """A validator: texts about places have no labels on places or people."""
    found = labels_in(text)
    if found:
        raise ValidationError(
            "Ikke skriv «%(label)s» om et sted eller dem som bor der. Skriv hva som "
            "telles, eller hva dere gjør sammen.",
            params={"label": found[0]},
        )
