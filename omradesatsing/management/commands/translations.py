"""The catalogues in `locale/`: what they must hold, written, compiled and checked.

The bokmål text is the msgid, so nynorsk and English have every text of ours. Bokmål and
nynorsk also get what Django and the packages say to people but do not translate.
"""

import os
import re
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

SOURCES = ["areas", "coordinators", "grants", "omradesatsing", "templates"]
# Where packages speak to anybody, and where to employees, whose pages are in bokmål.
FOR_ALL = [
    "allauth/account/adapter.py",
    "allauth/account/forms.py",
    "allauth/core",
    "django/contrib/auth/password_validation.py",
    "django/core/validators.py",
    "django/db/models",
    "django/forms",
    "django_filters/fields.py",
]
FOR_STAFF = [
    "django/contrib/admin/options.py",
    "django/contrib/admin/templates/admin",
    "django/contrib/admin/templatetags",
    "django/contrib/auth",
    "django/contrib/postgres",
    "django_filters/conf.py",
    "django_filters/filters.py",
    "django_filters/utils.py",
    "pghistory",
]
PACKAGES = {"nb": FOR_ALL + FOR_STAFF, "nn": FOR_ALL, "en": []}
LIBRARIES = ["django", "allauth"]

KEYWORDS = DEFAULT_KEYWORDS | {
    "_now": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "pgettext_lazy": ((1, "c"), 2),
}
HEADER = """\
# {name}: written by «manage.py translations extract», translated by hand.
# The words we have settled on are in docs/glossary-languages.md.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
# %(name)s, %s, {name} and HTML tags mean the same in every language.
FIXED = re.compile(r"%\(\w+\)[a-z]|%[sd%]|\{[^{}\s]*\}|</?[a-z][^>]*>")


class Command(BaseCommand):
    help = "Skriver, bygger eller kontrollerer oversettelsene i locale/."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("verb", choices=["extract", "compile", "check"])

    def handle(self, *, verb, verbosity, **options):
        if verb == "check":
            found = faults()
            for fault in found:
                self.stderr.write(fault)
            if found:
                raise CommandError(f"{len(found)} feil i oversettelsene.")
            return
        for path in write_catalogues() if verb == "extract" else build_catalogues():
            if verbosity:
                self.stdout.write(f"Skrev {shown(path)}")


# --- what a catalogue must hold -------------------------------------------------------


@cache
def our_messages():
    """(file, msgid or (singular, plural), context) for each text of ours."""
    return list(messages_under(settings.BASE_DIR, SOURCES))


@cache
def package_messages():
    return list(messages_under(site_packages(), FOR_ALL + FOR_STAFF))


@cache
def package_catalogue(language):
    """What the packages themselves translate: (msgid, context) to text."""
    texts = {}
    for library in LIBRARIES:
        folder = site_packages() / library
        for po in sorted(folder.glob(f"**/locale/{language}/LC_MESSAGES/django.po")):
            for message in read_po(po.open("rb")):
                if message.string and not message.fuzzy:
                    texts[key(message.id, message.context)] = message.string
    return texts


def wanted(language):
    """An empty catalogue with all that this language's must hold, in a fixed order."""
    catalogue = Catalog(language)
    theirs = package_catalogue(language)
    for name, message, context in our_messages():
        # In bokmål our text stands, unless a package has other plans for the word.
        if language != "nb" or theirs.get(key(message, context), message) != message:
            catalogue.add(message, locations=[(name, None)], context=context)
    places = tuple(PACKAGES[language])
    for name, message, context in package_messages():
        known = forms(theirs.get(key(message, context), ()))
        # Django's bokmål has one form of a text that its templates ask for in two.
        if name.startswith(places) and len(known) < len(forms(message)):
            catalogue.add(message, locations=[(name, None)], context=context)
    return catalogue


def messages_under(root, places):
    for place in sorted(places):
        found = [root / place, *sorted((root / place).rglob("*"))]
        for path in found:
            name = path.relative_to(root).as_posix()
            if path.suffix == ".py" and "/tests/" not in name:
                source = path.read_text()
            elif path.suffix in {".html", ".txt"} and "templates/" in name:
                # What is left of a template is only tokens; in brackets they need no
                # indentation to be read as Python.
                source = f"(\n{templatize(path.read_text(), origin=name)}\n)"
            else:
                continue
            yield from messages_in(name, source)


def messages_in(name, source):
    found = extract(
        "python",
        BytesIO(source.encode()),
        KEYWORDS,
        options={"encoding": "utf-8"},
    )
    for _line, message, _comments, context in found:
        if message and all(message):
            yield name, message, context


def key(message, context):
    return (forms(message)[0], context)


def forms(text):
    """Of a text with a plural both forms, else the only one."""
    return [text] if isinstance(text, str) else list(text)


def site_packages():
    return Path(find_spec("django").origin).parent.parent


# --- writing and building -------------------------------------------------------------


def catalogue_path(language, suffix=".po"):
    folder = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES"
    return folder / f"django{suffix}"


def read_catalogue(language):
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def as_written(language):
    """The catalogue's file as `extract` writes it: no dates, no line numbers."""
    catalogue = read_catalogue(language)
    catalogue.update(wanted(language))
    text = BytesIO()
    write_po(
        text,
        catalogue,
        width=88,
        omit_header=True,
        include_lineno=False,
        ignore_obsolete=True,
    )
    name = dict(settings.LANGUAGES)[language]
    header = HEADER.format(name=name, language=language)
    return header + text.getvalue().decode().rstrip("\n") + "\n"


def write_catalogues():
    for language in PACKAGES:
        path = catalogue_path(language)
        text = as_written(language)
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            yield path


def build_catalogues():
    """Django reads .mo files. Those that are older than their source are built anew.

    Also `djangojs.po`, by hand: what Django left in English in the admin's scripts.
    """
    for source in sorted(settings.LOCALE_PATHS[0].glob("*/LC_MESSAGES/*.po")):
        built = source.with_suffix(".mo")
        if built.exists() and built.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        for message in list(catalogue):
            # babel would write two empty plural forms as a translation.
            if message.id and not all(forms(message.string)):
                catalogue.delete(message.id, message.context)
        half = built.with_suffix(f".{os.getpid()}")
        with half.open("wb") as file:
            write_mo(file, catalogue)
        # In one step: another process may be reading it.
        half.replace(built)
        yield built


# --- checking -------------------------------------------------------------------------


def faults():
    """A line for each thing that is wrong, with file and msgid."""
    return [fault for language in PACKAGES for fault in faults_in(language)]


def faults_in(language):
    path = catalogue_path(language)
    if not path.exists():
        return [f"{shown(path)}: filen mangler. Kjør «manage.py translations extract»."]
    catalogue, template = read_catalogue(language), wanted(language)
    found = []
    for message in template:
        if message.id:
            ours = catalogue.get(message.id, message.context)
            found += [(message.id, what) for what in wrong_with(message, ours)]
    for message in catalogue:
        if message.id and not template.get(message.id, message.context):
            found.append((message.id, "er ikke i bruk"))
    found += [(message.id, "er ikke i bruk") for message in catalogue.obsolete.values()]
    if not found and path.read_text() != as_written(language):
        return [
            f"{shown(path)}: er ikke slik «manage.py translations extract» skriver."
        ]
    return [f"{shown(path)}: «{forms(about)[0]}» {what}" for about, what in found]


def wrong_with(message, ours):
    if ours is None:
        return ["mangler"]
    originals, texts = forms(message.id), forms(ours.string)
    if len(texts) != len(originals) or not all(texts):
        return ["mangler oversettelse"]
    if ours.fuzzy:
        return ["er merket fuzzy"]
    pairs = zip(originals, texts, strict=True)
    return [
        f"har andre plassholdere eller koder i «{text}»"
        for original, text in pairs
        if sorted(FIXED.findall(original)) != sorted(FIXED.findall(text))
    ]


def shown(path):
    return path.relative_to(settings.LOCALE_PATHS[0].parent)
