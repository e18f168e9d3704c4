"""Nynorsk and English: complete catalogues, and whole pages in each language."""

import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.utils import timezone, translation
from django.utils.translation.trans_real import DjangoTranslation

from areas.models import Area
from omradesatsing.loading.programme import load_programme
from omradesatsing.management.commands import translations
from omradesatsing.ui.templatetags.ui import (
    date_no,
    datetime_no,
    deadline,
    money,
    partial_date,
)
from tests.factories import create_decided, create_round

# --- the catalogues -------------------------------------------------------------------


def test_every_text_is_translated_to_nynorsk_and_english():
    assert translations.faults() == []


@pytest.fixture
def copy(settings, tmp_path):
    """A copy of the catalogues to spoil; gives the text of the nynorsk one."""
    folder = tmp_path / "locale"
    shutil.copytree(settings.LOCALE_PATHS[0], folder)
    settings.LOCALE_PATHS = [folder]
    return folder / "nn" / "LC_MESSAGES" / "django.po"


SAVE = 'msgid "Min side"\nmsgstr "Mi side"\n'


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        ("", "«Min side» mangler"),
        ('msgid "Min side"\nmsgstr ""\n', "«Min side» mangler oversettelse"),
        (f"#, fuzzy\n{SAVE}", "«Min side» er merket fuzzy"),
        (
            'msgid "Min side"\nmsgstr "Mi %(side)s"\n',
            "«Min side» har andre plassholdere eller koder i «Mi %(side)s»",
        ),
        (
            'msgid "Min side"\nmsgstr "Mi <b>side</b>"\n',
            "«Min side» har andre plassholdere eller koder i «Mi <b>side</b>»",
        ),
        (
            f'{SAVE}\nmsgid "Gammel tekst"\nmsgstr "Gammal tekst"\n',
            "«Gammel tekst» er ikke i bruk",
        ),
        (
            f'{SAVE}\n#~ msgid "Gammel tekst"\n#~ msgstr "Gammal tekst"\n',
            "«Gammel tekst» er ikke i bruk",
        ),
        (f"{SAVE}\n\n", "er ikke slik «manage.py translations extract» skriver."),
    ],
)
def test_a_spoilt_catalogue_is_refused_by_file_and_text(copy, capsys, spoilt, fault):
    text = copy.read_text()
    assert SAVE in text
    copy.write_text(text.replace(SAVE, spoilt))

    with pytest.raises(CommandError):
        call_command("translations", "check")

    lines = capsys.readouterr().err.splitlines()
    name = "locale/nn/LC_MESSAGES/django.po"
    assert lines == [f"{name}: {fault}"]


def test_extracting_keeps_what_is_translated_and_drops_what_is_unused(copy):
    text = copy.read_text()
    unused = 'msgid "Gammel tekst"\nmsgstr "Gammal tekst"\n'
    copy.write_text(text.replace(SAVE, f"{SAVE}\n{unused}"))

    call_command("translations", "extract", verbosity=0)

    assert copy.read_text() == text


def test_a_plural_is_checked_form_by_form(copy):
    text = copy.read_text()
    right = 'msgstr[1] "%(count)s tildelingar"'
    assert right in text
    copy.write_text(text.replace(right, 'msgstr[1] "mange tildelingar"'))

    assert translations.faults() == [
        "locale/nn/LC_MESSAGES/django.po: «%(count)s tildeling» har andre"
        " plassholdere eller koder i «mange tildelingar»"
    ]


def test_only_a_catalogue_newer_than_its_built_file_is_built(copy):
    first = list(translations.build_catalogues())
    again = list(translations.build_catalogues())

    assert again == []
    built = copy.with_suffix(".mo")
    built.unlink()
    assert list(translations.build_catalogues()) == [built]
    assert set(first) <= {
        *(translations.catalogue_path(code, ".mo") for code in ["nb", "nn", "en"]),
        translations.catalogue_path("nb").with_name("djangojs.mo"),
    }


@pytest.mark.parametrize("count", [1, 2])
def test_a_text_that_django_has_in_one_form_is_ours_in_both(count):
    asked = ("Please correct the error below.", "Please correct the errors below.")

    with translation.override("nb"):
        told = translation.ngettext(*asked, count)

    assert told == ["", "Rett opp feilen under.", "Rett opp feilene under."][count]


def test_the_admins_scripts_speak_norwegian():
    domain, english = "djangojs", Path(admin.__file__).parent / "locale/en"
    with (english / "LC_MESSAGES/djangojs.po").open("rb") as file:
        asked = [message for message in read_po(file) if message.id]
    norwegian = DjangoTranslation("nb", domain, localedirs=[english.parent])

    known = norwegian._catalog
    missing = [
        message.id
        for message in asked
        for text in [translations.forms(message.id)[0]]
        for key in [f"{message.context}\x04{text}" if message.context else text]
        if known.get(key, known.get((key, 0))) is None
    ]

    assert missing == []


def test_texts_are_found_in_code_and_templates(tmp_path):
    code = tmp_path / "app" / "models.py"
    template = tmp_path / "app" / "templates" / "app" / "page.html"
    template.parent.mkdir(parents=True)
    code.write_text(
        '_("En")\n_now("To")\n_("Tre " "ord")\n_(variable)\nnot_ours("Nei")\n'
        'ngettext("%(n)s fil", "%(n)s filer", n)\npgettext("verb", "Søk")\n'
    )
    template.write_text(
        '  <p>{% translate "Fire" %} _("Nei")</p>\n'
        " {% blocktranslate trimmed count n=n %}\n  {{ n }} sak\n"
        "{% plural %}\n  {{ n }} saker\n {% endblocktranslate %}\n"
        '{% translate "Søk" context "substantiv" as label %}{{ _("Fem") }}\n'
    )

    found = list(translations.messages_under(tmp_path, ["app"]))

    page = "app/templates/app/page.html"
    assert found == [
        ("app/models.py", "En", None),
        ("app/models.py", "To", None),
        ("app/models.py", "Tre ord", None),
        ("app/models.py", ("%(n)s fil", "%(n)s filer"), None),
        ("app/models.py", "Søk", "verb"),
        (page, "Fire", None),
        (page, ("%(n)s sak", "%(n)s saker"), None),
        (page, "Søk", "substantiv"),
        (page, "Fem", None),
    ]


# --- the pages ------------------------------------------------------------------------

PAGES = [
    "/",
    "/omrader/",
    "/omrader/loddefjord/",
    "/omrader/indre-laksevag/",
    "/soner/",
    "/soner/loddefjord/",
    "/soner/nordnes/",
    "/soner/ytre-arna/?inndeling=kommunens-57",
    "/soner/loddefjord/?utgave=2016",
    "/soner/loddefjord/utvikling/",
    "/soner/finn/?q=arna",
    "/soner/finn/?q=xyzxyz",
    "/bydeler/arna/",
    "/bergen/",
    "/indikatorer/",
    "/indikatorer/god-helse/",
    "/indikatorer/god-helse/?utgave=2023",
    "/indikatorer/forventet-levealder/",
    "/sammenlign/",
    "/sammenlign/?soner=loddefjord,olsvik,sentrum,damsgard",
    "/utgaver/",
    "/utgaver/2016/",
    "/soneinndelinger/kommunens-57/",
    "/om-tallene/",
    "/data/",
    "/prosjekter/",
    "/prosjekter/lyshuset/",
    "/koordinatorer/",
    "/dokumentasjon/",
    "/dokumentasjon/det-muliges-kunst/",
    "/tilskudd/",
    "/tilskudd/grontmidler/",
    "/tilskudd/grontmidler/skjema/",
    "/tilskudd/grontmidler/kan-vi-soke/",
    "/tilskudd/tildelinger/",
    "/sok/?q=lyshuset",
    "/sok/?q=finnesikke",
    "/om/",
    "/personvern/",
    "/tilgjengelighet/",
    "/kontakt/",
]
# For whoever is about to write, not for search engines.
FORMS = ["/tilskudd/grontmidler/sok/", "/logg-inn/", "/logg-inn/passord/"]
MENUS = {
    "nb": ["Områder", "Soner", "Prosjekter", "Tilskudd", "Dokumentasjon", "Om"],
    "nn": ["Område", "Soner", "Prosjekt", "Tilskot", "Dokumentasjon", "Om"],
    "en": ["Areas", "Zones", "Projects", "Grants", "Documents", "About"],
}


@pytest.fixture
def portal(db):
    """The real facts, an open round, and a grant that was given."""
    load_programme(timezone.now() - timedelta(hours=1))
    area = Area.objects.get(slug="loddefjord")
    round = create_round(slug="grontmidler", title="Grøntmidler", areas=[area])
    create_decided(round=round, area=area)


# Also words of the database: a document's title, a theme, a question of the round.
IN_DATABASE = {
    "Hva er områdesatsing?",
    "Hvor skal det skje?",
    "Nærmiljø",
    "medvirkning",
}


def address(code, path):
    return path if code == "nb" else f"/{code}{path}"


@pytest.mark.parametrize("code", ["nb", "nn", "en"])
def test_each_public_page_says_its_language_and_links_the_others(client, portal, code):
    seen = {path: frame(page(client, code, path)) for path in PAGES + FORMS}

    site, bare = settings.SITE_URL, {path: path.partition("?")[0] for path in PAGES}
    assert seen == {
        path: {
            "lang": code,
            "menu": MENUS[code],
            "canonical": [site + address(code, bare[path])],
            "alternates": {other: site + address(other, bare[path]) for other in MENUS},
        }
        for path in PAGES
    } | {
        path: {"lang": code, "menu": MENUS[code], "canonical": [], "alternates": {}}
        for path in FORMS
    }


@pytest.mark.parametrize("code", ["nn", "en"])
def test_nothing_of_ours_is_left_in_bokmaal_on_a_public_page(client, portal, code):
    left = {
        path: left_in_bokmaal(page(client, code, path), code) for path in PAGES + FORMS
    }

    assert {path: texts for path, texts in left.items() if texts} == {}


def page(client, code, path):
    response = client.get(address(code, path))
    assert response.status_code == 200
    return html5lib.parse(response.content.decode(), namespaceHTMLElements=False)


def frame(document):
    links = [(link.get("rel"), link) for link in document.iter("link")]
    menu = document.find(".//nav[@class='menu__main']")
    return {
        "lang": document.get("lang"),
        "menu": ["".join(item.itertext()).strip() for item in menu.iter("a")],
        "canonical": [link.get("href") for rel, link in links if rel == "canonical"],
        "alternates": {
            link.get("hreflang"): link.get("href")
            for rel, link in links
            if rel == "alternate"
        },
    }


def left_in_bokmaal(document, code):
    """Texts of ours that stand as they were written, though they have a translation."""
    catalogue = translations.read_catalogue(code)
    source = {
        form
        for message in catalogue
        for form, text in zip(
            translations.forms(message.id),
            translations.forms(message.string),
            strict=True,
        )
        if form and form != text and "%" not in form
    }
    for element in document.iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
            element.text = ""
        # What says itself that it is in bokmål is the words of staff or of a file.
        if element.get("lang") == "nb":
            for inner in list(element):
                element.remove(inner)
            element.text = ""
    words = ElementTree.tostring(document, encoding="unicode", method="text")
    texts = {" ".join(text.split()) for text in document.itertext()}
    attributes = ("alt", "title", "aria-label", "placeholder", "content", "value")
    texts |= {
        element.get(name)
        for element in document.iter()
        for name in attributes
        if element.get(name)
    }
    long = {text for text in source if len(text) > 20 and text in words}
    return sorted((source & texts | long) - IN_DATABASE)


# --- how dates and amounts are written ------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "nb",
            [
                "3. oktober 2026",
                "3. oktober 2026 kl. 14.05",
                "31. desember 2026 kl. 23.59",
                "mai 2018",
                "12 345 kr",
                "1 234,50 kr",
            ],
        ),
        (
            "nn",
            [
                "3. oktober 2026",
                "3. oktober 2026 kl. 14.05",
                "31. desember 2026 kl. 23.59",
                "mai 2018",
                "12 345 kr",
                "1 234,50 kr",
            ],
        ),
        (
            "en",
            [
                "3 October 2026",
                "3 October 2026 at 14:05",
                "31 December 2026 at 23:59",
                "May 2018",
                "12 345 kr",
                "1 234,50 kr",
            ],
        ),
    ],
)
def test_dates_and_amounts_are_written_as_the_language_writes_them(code, expected):
    instant = datetime(2026, 10, 3, 12, 5, tzinfo=UTC)
    midnight = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)

    with translation.override(code):
        seen = [
            date_no(instant),
            datetime_no(instant),
            deadline(midnight),
            partial_date(date(2018, 5, 1), "month"),
            money(12345),
            money(Decimal("1234.50")),
        ]

    assert [text.replace("\u00a0", " ") for text in seen] == expected
