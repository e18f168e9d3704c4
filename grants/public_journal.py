"""The public journal: what everyone may know of an entry, and nothing else."""

import re
from datetime import timedelta
from xml.etree import ElementTree

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.models import ApplicantKind, LegalBasis

# A file of more than so many entries is asked for in shorter periods.
MOST = 5000
# offentlegforskrifta § 6: after a year nobody is found by name.
FOUND_BY_NAME = timedelta(days=365)
CODE = re.compile(r"(\d{4})/(\d{1,6})(?:-(\d{1,5}))?")
NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# The columns of the CSV, in order. Keys are the elements of the XML, and stay.
COLUMNS = [
    ("journalpost", _("Nummer")),
    ("journaldato", _("Registrert")),
    ("dokumentetsDato", _("Dokumentets dato")),
    ("mottattEllerSendtDato", _("Mottatt eller sendt")),
    ("retning", _("Inn, ut eller internt")),
    ("tittel", _("Tittel")),
    ("korrespondansepart", _("Avsender eller mottaker")),
    ("omrade", _("Område")),
    ("tilgang", _("Tilgang")),
    ("hjemmel", _("Hjemmel")),
    ("eksempel", _("Eksempel")),
]


def listed(records):
    """Public entries, the newest first, with all that a row shows. One query."""
    return records.select_related(
        "application__area", "application__round__scheme"
    ).order_by("-registered_at", "-pk")


def published(record):
    """What everyone may know of an entry, by key. Built up, never cut down."""
    case = record.application
    hidden = case.special_categories
    basis = LegalBasis.PERSONAL if hidden else record.legal_basis
    return {
        "journalpost": record.code,
        "journaldato": timezone.localdate(record.registered_at),
        "dokumentetsDato": record.dated_on,
        "mottattEllerSendtDato": record.exchanged_on,
        "retning": str(record.get_direction_display()),
        "tittel": str(record.get_kind_display()) if hidden else record.public_title,
        "korrespondansepart": str(_("Skjermet") if hidden else party(record)),
        "omrade": case.area.name,
        "tilgang": str(_("unntatt") if basis else _("offentlig")),
        "hjemmel": str(LegalBasis(basis).label) if basis else "",
        "eksempel": case.round.scheme.example,
    }


def party(record):
    """The name that may be shown: never a private person's."""
    if record.party_kind == ApplicantKind.PERSON:
        return _("Privatperson")
    return record.public_party


def found(records, text, *, now):
    """Entries whose number, title or party has the text.

    What is shielded is not searched. A registered organisation is always found by its
    name, others for a year only.
    """
    code = CODE.fullmatch(text.strip())
    if code:
        year, sequence, number = code.groups()
        records = records.filter(
            application__year=int(year), application__sequence=int(sequence)
        )
        return records.filter(number=int(number)) if number else records
    named = Q(party_kind=ApplicantKind.ORGANISATION) | Q(
        registered_at__gt=now - FOUND_BY_NAME
    )
    for word in text.split():
        title = Q(public_title__icontains=word)
        records = records.filter(title | (named & Q(public_party__icontains=word)))
    return records.filter(application__special_categories=False)


def as_xml(entries):
    """The entries as XML, for archives and other programs."""
    root = ElementTree.Element("journal", {"arkivskaper": "Bergen kommune"})
    for entry in entries:
        row = ElementTree.SubElement(root, "registrering")
        for key, _heading in COLUMNS:
            ElementTree.SubElement(row, key).text = xml_text(entry[key])
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def xml_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value.isoformat() if hasattr(value, "isoformat") else str(value or "")
    return NOT_IN_XML.sub("", text)
