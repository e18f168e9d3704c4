"""What the appeal body gets: one PDF with an index, and all that the case holds."""

import io
import json

from django.conf import settings
from django.utils import timezone
from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from grants.case_file import text_section, version_sections
from grants.letters.pdf import ISSUER, NOT_SHOWN, letter_pdf, printable, typeset
from grants.models import Attachment, MessageFile
from omradesatsing.files.checks import IMAGES
from omradesatsing.ui.templatetags.ui import date_no, datetime_no

PDF = "application/pdf"
# A page of A4 in points, and what is left of it inside the margins.
PAGE, MARGIN = (595, 842), 42


def appeal_bundle(appeal):
    """The bundle as bytes: index and texts first, then letters and files as pages.

    A file that is neither a PDF nor an image, or cannot be read as one, is named in the
    index and lies beside the bundle in the case.
    """
    parts = [(str(letter), letter_pdf(letter)) for letter in letters_of(appeal)]
    beside = []
    for file in files_of(appeal):
        pages = pages_of(file)
        if pages is None:
            beside.append(file.name)
        else:
            parts.append((file.name, pages))
    front = typeset(json.dumps(printable(front_data(appeal, parts, beside))))
    writer = PdfWriter()
    writer.append(io.BytesIO(front), outline_item="Innhold, klage og uttalelse")
    for title, data in parts:
        writer.append(io.BytesIO(data), outline_item=title, import_outline=False)
    writer.add_metadata({"/Title": f"Klagesak {appeal.application.number}"})
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def letters_of(appeal):
    """What was sent to the parties before the appeal went on, the oldest first."""
    letters = appeal.application.letters.filter(written_at__lte=appeal.forwarded_at)
    return letters.select_related("application__applicant").order_by("written_at", "pk")


def files_of(appeal):
    """The files of the appeal, of the last version sent, and of the messages."""
    case = appeal.application
    rows = [
        *appeal.files.select_related("file"),
        *Attachment.objects.filter(version=case.versions.sent().last()).select_related(
            "file"
        ),
        *MessageFile.objects.filter(message__application=case).select_related("file"),
    ]
    return [row.file for row in rows]


def pages_of(file):
    """A file as PDF bytes, or None when it cannot be made into pages."""
    if file.is_held:
        return None
    with file.open() as stream:
        data = stream.read()
    if file.content_type == PDF:
        try:
            return data if len(PdfReader(io.BytesIO(data)).pages) else None
        except PyPdfError:
            return None
    return image_page(data) if file.content_type in IMAGES else None


def image_page(data):
    """An image on a page of its own."""
    with Image.open(io.BytesIO(data)) as image:
        shown = ImageOps.exif_transpose(image).convert("RGB")
    shown.thumbnail([3 * (side - 2 * MARGIN) for side in PAGE])
    page = Image.new("RGB", [3 * side for side in PAGE], "white")
    page.paste(shown, (3 * MARGIN, 3 * MARGIN))
    target = io.BytesIO()
    page.save(target, PDF.partition("/")[2].upper(), resolution=216)
    return target.getvalue()


def front_data(appeal, parts, beside):
    """Index, appeal, statement, application and messages, as `typeset` takes them."""
    case, day = appeal.application, timezone.localdate(appeal.forwarded_at)
    version = case.versions.sent().last()
    texts = [*written(appeal), *version_sections(version), *messages_of(case)]
    index = [section["heading"] for section in texts]
    index += [title for title, _data in parts]
    index += [f"{name} (ligger ved siden av, ikke i denne filen)" for name in beside]
    first = {
        "heading": "Innhold",
        "facts": [[str(number), title] for number, title in enumerate(index, start=1)],
        "paragraphs": [
            f"Tegn som ikke kan vises her, er byttet ut med {NOT_SHOWN}.",
        ],
    }
    if case.round.scheme.example:
        first["mark"] = "Eksempel – ikke en sak i Bergen kommune"
    return {
        "title": "Klagesak",
        "language": "nb",
        "issuer": ISSUER,
        "sender": settings.PORTAL_NAME,
        "number": case.number,
        "day": [day.year, day.month, day.day],
        "date": date_no(day),
        "recipient": case.round.scheme.appeal_body.name,
        "sections": [first, *texts],
        "labels": {"number": "Sak", "page": "Side {page} av {pages}"},
        "replaced": "",
    }


def written(appeal):
    """The appeal as it was lodged, and what the one who decided says of it."""
    facts = [
        ["Fra", appeal.appellant],
        ["Mottatt", datetime_no(appeal.received_at)],
        ["Regnes som sendt", date_no(appeal.sent_on)],
    ]
    if appeal.due_on:
        facts.append(["Klagefrist", date_no(appeal.due_on)])
    if appeal.taken_in_at:
        facts.append(["Tatt inn etter fristen fordi", appeal.ruling])
    if appeal.interest:
        facts.append(["Hvordan saken gjelder klageren", appeal.interest])
    if appeal.wants_delay:
        facts.append(["Utsatt iverksetting", "Klageren ber om det."])
    return [
        {
            "heading": "Klagen",
            "facts": facts,
            "paragraphs": lines(appeal.wanted) + lines(appeal.reasons),
        },
        *(
            {
                "heading": "Spørsmål om klagen, og svar",
                "paragraphs": lines(row.text) + lines(row.answer or "Ikke besvart."),
            }
            for row in appeal.questions.all()
        ),
        {
            "heading": "Uttalelse fra dem som fattet vedtaket",
            "facts": [["Skrevet av", str(appeal.reviewed_by)]],
            "paragraphs": lines(appeal.statement),
        },
    ]


def messages_of(case):
    return [
        text_section(
            f"Melding fra {'kommunen' if row.from_staff else row.sent_by}",
            row.sent_at,
            row.text,
        )
        for row in case.messages.select_related("sent_by")
    ]


def lines(text):
    return [part.strip() for part in text.splitlines() if part.strip()]
