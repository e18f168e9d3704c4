"""The documents of a case as a party may see them: as a list, and as one file.

The file is a ZIP that every phone and computer opens: one PDF with an index, all that
was written, and what is withheld by which law; beside it the letters and the files.
"""

import json
import zipfile
from html import unescape
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grants.answers import answers
from grants.letters.pdf import ISSUER, NOT_SHOWN, printable, typeset
from grants.models import (
    Attachment,
    Audience,
    InfoRequest,
    LegalBasis,
    Letter,
    Message,
    MessageFile,
    Version,
)
from omradesatsing.ui.templatetags.ui import date_no, datetime_no, money

IN_MEMORY = 10_000_000  # bytes; a larger file waits on disk


def shown_documents(case):
    """[(entry, address)] of what a party may see; an address is "" where none is."""
    records = case.records.for_party().select_related("document_type")
    return [
        (record, document_url(record, case)) for record in records.order_by("number")
    ]


def document_url(record, case):
    model = record.document_type and record.document_type.model_class()
    args = [case.year, case.number[5:]]
    if model is Version:
        number = case.versions.values_list("number", flat=True)
        return reverse(
            "grants:version_detail", args=[*args, number.get(pk=record.document_id)]
        )
    if model is Letter:
        return reverse("grants:letter_detail", args=[*args, record.document_id])
    if model is Message:
        return reverse("grants:message_list", args=args)
    return case.get_absolute_url() if model is InfoRequest else ""


def withheld(case):
    """[(what, legal basis)] of what the party is not shown. Never what it says."""
    rows = [
        (str(record.get_kind_display()), LegalBasis(record.legal_basis).label)
        for record in case.records.current().filter(audience=Audience.INTERNAL)
    ]
    prepared = [
        case.notes,
        case.assessments,
        case.advice,
        case.panel_advice,
        case.recommendations,
    ]
    if any(documents.exists() for documents in prepared):
        rows.append(
            (
                _("Kommunens egne notater, råd, vurderinger og innstilling"),
                LegalBasis.PARTY_INTERNAL.label,
            )
        )
    return rows


# --- one file -------------------------------------------------------------------------


def case_file(case, *, now):
    """A file object with everything that a party may see, as a ZIP."""
    target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller closes
    files, missing = files_of(case)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0-saken.pdf", case_pdf(case, files, missing, now=now))
        for name, file in files:
            with file.open() as source, archive.open(name, "w") as copy:
                for chunk in source.chunks():
                    copy.write(chunk)
    target.seek(0)
    return target


def files_of(case):
    """[(name in the ZIP, StoredFile)], and the names of those that are not there."""
    records = case.records.for_party()
    shown = {(row.document_type_id, row.document_id) for row in records}
    letters = [
        letter.pdf
        for letter in case.letters.exclude(pdf=None).select_related("pdf")
        if is_among(letter, shown)
    ]
    attached = Attachment.objects.filter(
        version__application=case, version__sent_at__isnull=False
    )
    sent = MessageFile.objects.filter(message__application=case)
    found = {
        file.pk: file
        for file in [
            *letters,
            *(row.file for row in attached.select_related("file")),
            *(
                row.file
                for row in sent.select_related("file", "message")
                if is_among(row.message, shown)
            ),
        ]
    }
    ready = [file for file in found.values() if not file.is_held]
    names = [f"{number}-{name_of(file)}" for number, file in enumerate(ready, 1)]
    missing = [file.name for file in found.values() if file.is_held]
    return list(zip(names, ready, strict=True)), missing


def name_of(file):
    """A file's name that no program unpacks anywhere else."""
    return file.name.replace("/", "_").replace("\\", "_")


def is_among(document, shown):
    return (ContentType.objects.get_for_model(document).pk, document.pk) in shown


def case_pdf(case, files, missing, *, now):
    """All that was written in the case, with an index, in the reader's language."""
    day = timezone.localdate(now)
    data = {
        "title": _("Dokumentene i saken"),
        "language": get_language(),
        "issuer": ISSUER,
        "sender": settings.PORTAL_NAME,
        "number": case.number,
        "day": [day.year, day.month, day.day],
        "date": date_no(day),
        "recipient": case.applicant.name,
        "sections": sections_of(case, files, missing),
        "labels": {"number": _("Sak"), "page": _("Side {page} av {pages}")},
        "replaced": "",
    }
    shown = printable(data)
    if shown != data:
        shown["replaced"] = _(
            "Tegn som ikke kan vises her, er byttet ut med %(sign)s. Hele teksten står "
            "på Min side."
        ) % {"sign": NOT_SHOWN}
    return typeset(json.dumps(shown))


def sections_of(case, files, missing):
    records = list(case.records.for_party().order_by("number"))
    documents = [record.document for record in records]
    sections = [
        {
            "heading": _("Innhold"),
            "facts": [
                [record.code, f"{record.title}, {date_no(record.dated_on)}"]
                for record in records
            ],
        },
        {
            "heading": _("Filer i denne mappen"),
            "paragraphs": [name for name, _file in files] or [_("Ingen filer.")],
        },
    ]
    if missing:
        sections.append(
            {
                "heading": _("Filer som ikke er med, fordi de ikke er sjekket"),
                "paragraphs": missing,
            }
        )
    rows = withheld(case)
    sections.append(
        {
            "heading": _("Dette får du ikke se"),
            "facts": [[what, str(basis)] for what, basis in rows],
            "paragraphs": [
                _("Her står hva som er holdt tilbake, og hvilken lov som sier det.")
            ],
        }
        if rows
        else {
            "heading": _("Dette får du ikke se"),
            "paragraphs": [_("Ingenting er holdt tilbake.")],
        }
    )
    for document in documents:
        sections += written_in(document)
    return sections


def written_in(document):
    """What a document says, as sections of the PDF; a letter's are its own."""
    if isinstance(document, Version):
        return version_sections(document)
    if isinstance(document, Letter):
        return [
            {
                "heading": _("Brev: %(title)s") % {"title": document.title},
                "paragraphs": [datetime_no(document.written_at)],
            },
            *document.parts,
        ]
    if isinstance(document, Message):
        who = _("Kommunen") if document.from_staff else str(document.sent_by)
        heading = _("Melding fra %(who)s") % {"who": who}
        return [text_section(heading, document.sent_at, document.text)]
    if isinstance(document, InfoRequest):
        return request_sections(document)
    return []


def request_sections(request):
    asked = text_section(_("Spørsmål fra kommunen"), request.asked_at, request.text)
    if not request.answer:
        return [asked]
    return [asked, text_section(_("Svaret"), request.answered_at, request.answer)]


def version_sections(version):
    sections = [
        {
            "heading": _("Søknaden, versjon %(number)s") % {"number": version.number},
            "paragraphs": [
                _("Sendt %(when)s.") % {"when": datetime_no(version.sent_at)}
            ],
        }
    ]
    for part in answers(version):
        facts = [
            [plain(fact["label"]), plain(fact["text"]) or _("Ikke besvart")]
            for fact in part["facts"]
        ]
        for table in (part["budget"] or {}).get("tables", []):
            facts += [[line.text, money(line.amount)] for line in table["lines"]]
            facts.append([str(table["heading"]), money(table["total"])])
        facts += [[_("Vedlegg"), row.file.name] for row in part["files"] or []]
        if facts:
            sections.append({"heading": str(part["label"]), "facts": facts})
    return sections


def text_section(heading, when, text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return {"heading": heading, "paragraphs": [datetime_no(when), *lines]}


def plain(value):
    """A value of a page as plain text: without the span that says its language."""
    if isinstance(value, SafeString):
        return unescape(strip_tags(value))
    return str(value or "")
