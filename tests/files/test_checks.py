"""Every file here is made by the test itself: nothing bad lies in the repository."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from hashlib import shake_256

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter
from pypdf.actions import JavaScript

from omradesatsing.files import checks
from omradesatsing.files.checks import checked_content, safe_name

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def upload(name, data):
    file = SimpleUploadedFile("x", data)
    # Django takes the path off a name; what it missed is the test's business.
    file._name = name
    return file


def pdf(*, password=None, script=None, attachment=None):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if script:
        writer.add_open_action(JavaScript(script))
    if attachment:
        writer.add_attachment("skjult.exe", attachment)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def picture(kind, *, size=(60, 40), mode="RGB", **options):
    output = io.BytesIO()
    Image.new(mode, size, "teal" if mode != "L" else 90).save(output, kind, **options)
    return output.getvalue()


def gps_jpeg():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010E] = "HEMMELIG-STED"
    exif.get_ifd(0x8825)[2] = (60.0, 23.0, 35.0)
    return picture("JPEG", exif=exif, comment=b"HEMMELIG-MERKNAD")


def huge_png(side=30_000):
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body))
            + kind
            + body
            + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(b"\0" * 1000)),
            chunk(b"IEND", b""),
        ]
    )


def package(parts, *, first=()):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target:
        for name, body in first:
            target.writestr(name, body, zipfile.ZIP_STORED)
        for name, body in parts.items():
            target.writestr(name, body)
    return output.getvalue()


def docx(kind="wordprocessingml.document.main+xml", **more):
    return package(
        {
            "[Content_Types].xml": f"<Types>application/vnd.ms.{kind}</Types>",
            "word/document.xml": "<w:document>Søknad</w:document>",
        }
        | {name.replace("__", "/"): body for name, body in more.items()}
    )


def xlsx(parts=None):
    return package(
        {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}
        | (parts or {})
    )


def odf(kind=ODT, parts=None):
    return package(
        {"content.xml": "<office/>", "META-INF/manifest.xml": "<manifest/>"}
        | (parts or {}),
        first=[("mimetype", kind)],
    )


def bomb():
    return docx(word__media1=b"\0" * 60_000_000)


def overlapping():
    """A package whose table of contents names the same bytes many times."""
    data = docx(word__media1=shake_256(b"noise").digest(20_000))
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack("<I", data[end + 16 : end + 20])[0]
    entry = data[data.rindex(b"PK\x01\x02") : end]
    copies = [
        entry.replace(b"word/media1", f"word/med{number:03}".encode())
        for number in range(50)
    ]
    table = data[start:end] + b"".join(copies)
    record = (b"PK\5\6", 0, 0, 53, 53, len(table), start, 0)
    return data[:start] + table + struct.pack("<4sHHHHIIH", *record)


def office_97(locked):
    mark = "EncryptedPackage".encode("utf-16-le") if locked else b""
    return bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + mark + b"\0" * 600


def linked_docx():
    output = io.BytesIO(docx())
    with zipfile.ZipFile(output, "a") as target:
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        target.writestr(link, "/etc/passwd")
    return output.getvalue()


def locked_zip():
    data = bytearray(docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
PROGRAM = b"MZ\x90\0" + b"\0" * 200 + b"This program cannot be run in DOS mode."

ACCEPTED = {
    "a PDF": ("Budsjett 2026.pdf", pdf, "application/pdf"),
    "a JPEG": ("foto.jpeg", lambda: picture("JPEG"), "image/jpeg"),
    "a grey JPEG": ("foto.jpg", lambda: picture("JPEG", mode="L"), "image/jpeg"),
    "a CMYK JPEG": ("foto.jpg", lambda: picture("JPEG", mode="CMYK"), "image/jpeg"),
    "a PNG": ("skisse.png", lambda: picture("PNG", mode="RGBA"), "image/png"),
    "a PNG palette": ("skisse.png", lambda: picture("PNG", mode="P"), "image/png"),
    "a WebP": ("skisse.webp", lambda: picture("WEBP"), "image/webp"),
    "a Word file": ("brev.docx", docx, DOCX),
    "an Excel file": ("tall.xlsx", xlsx, XLSX),
    "an OpenDocument text": ("brev.odt", odf, ODT),
    "an OpenDocument sheet": ("tall.ODS", lambda: odf(ODS), ODS),
}

REFUSED = {
    "renamed program": ("cv.pdf", lambda: PROGRAM, "type"),
    "program": ("cv.exe", lambda: PROGRAM, "type"),
    "script": ("start.pdf", lambda: b"#!/bin/sh\nrm -rf /\n", "type"),
    "text": ("brev.txt", lambda: b"Hei", "type"),
    "SVG": ("logo.svg", lambda: b"<svg onload='alert(1)'/>", "type"),
    "SVG named PNG": ("logo.png", lambda: b"<?xml version='1.0'?><svg/>", "type"),
    "HTML": ("side.html", lambda: b"<!doctype html><script>1</script>", "type"),
    "GIF": ("bilde.gif", lambda: picture("GIF"), "type"),
    "HEIC": ("IMG_1.HEIC", lambda: b"\0\0\0\x18ftypheic" + b"\0" * 90, "heic"),
    "empty": ("tom.pdf", lambda: b"", "empty"),
    "only zeros": ("tom.pdf", lambda: b"\0" * 5000, "empty"),
    "too large": ("stor.pdf", lambda: pdf() + b" " * checks.MAX_BYTES, "too_large"),
    "PDF named DOCX": ("brev.docx", pdf, "ending"),
    "PDF named program": ("faktura.pdf.exe", pdf, "ending"),
    "PNG named PDF": ("skisse.pdf", lambda: picture("PNG"), "ending"),
    "no ending": ("vedlegg", pdf, "ending"),
    "zip": ("alt.zip", lambda: package({"a.txt": "a"}), "archive"),
    "zip named DOCX": ("alt.docx", lambda: package({"a.txt": "a"}), "archive"),
    "jar": ("alt.docx", lambda: package({"META-INF/MANIFEST.MF": "x"}), "archive"),
    "presentation": (
        "vis.odp",
        lambda: odf("application/vnd.oasis.opendocument.presentation"),
        "archive",
    ),
    "empty zip": ("alt.docx", lambda: b"PK\5\6" + b"\0" * 18, "archive"),
    "gzip": ("alt.pdf", lambda: b"\x1f\x8b\x08" + b"\0" * 50, "archive"),
    "tar": ("alt.pdf", lambda: b"a" * 257 + b"ustar" + b"\0" * 250, "archive"),
    "rar": ("alt.rar", lambda: b"Rar!\x1a\x07\x00" + b"\0" * 50, "archive"),
    "docm": ("brev.docm", lambda: docx(word__vbaProject_bin=b"x"), "macro"),
    "docm named docx": (
        "brev.docx",
        lambda: docx(kind="word.document.macroEnabled.main+xml"),
        "macro",
    ),
    "vba in docx": ("brev.docx", lambda: docx(word__vbaProject=b"x"), "macro"),
    "old macro sheet": (
        "tall.xlsx",
        lambda: xlsx({"xl/macrosheets/sheet1.xml": "<x/>"}),
        "macro",
    ),
    "ODF Basic": (
        "brev.odt",
        lambda: odf(parts={"Basic/Standard/M.xml": "x"}),
        "macro",
    ),
    "ODF script": (
        "brev.odt",
        lambda: odf(parts={"Scripts/python/m.py": "x"}),
        "macro",
    ),
    "PDF script": ("skjema.pdf", lambda: pdf(script="app.alert(1)"), "macro"),
    "PDF with a file": ("skjema.pdf", lambda: pdf(attachment=PROGRAM), "macro"),
    "locked PDF": ("brev.pdf", lambda: pdf(password="hemmelig"), "encrypted"),  # noqa: S106
    "locked Office": ("brev.docx", lambda: office_97(locked=True), "encrypted"),
    "old Word": ("brev.doc", lambda: office_97(locked=False), "old_office"),
    "locked ODF": (
        "brev.odt",
        lambda: odf(parts={"META-INF/manifest.xml": "<m:encryption-data/>"}),
        "encrypted",
    ),
    "locked zip": ("brev.docx", locked_zip, "encrypted"),
    "zip bomb": ("brev.docx", bomb, "bomb"),
    "overlapping parts": ("brev.docx", overlapping, "bomb"),
    "too many parts": (
        "brev.docx",
        lambda: docx(**{f"word__{n}": b"" for n in range(checks.MAX_PARTS)}),
        "bomb",
    ),
    "huge PNG": ("kart.png", huge_png, "pixels"),
    "large PNG": ("kart.png", lambda: huge_png(side=5_001), "pixels"),
    "broken JPEG": ("foto.jpg", lambda: picture("JPEG")[:200], "damaged"),
    "broken PDF": ("brev.pdf", lambda: b"%PDF-1.7\nhei\n%%EOF\n", "damaged"),
    "cut PDF": ("brev.pdf", lambda: pdf()[:200], "damaged"),
    "PDF and zip": ("brev.pdf", lambda: pdf() + package({"a.class": "x"}), "damaged"),
    "PDF and page": (
        "brev.pdf",
        lambda: pdf().replace(b"\n", b"\n<script>alert(1)</script>\n", 1),
        "damaged",
    ),
    "PDF and noise": ("brev.pdf", lambda: pdf() + b"<p>" * 2000, "damaged"),
    "DOCX and tail": ("brev.docx", lambda: docx() + b"MZ" * 30, "archive"),
    "DOCX with a page first": (
        "brev.docx",
        lambda: package(
            {"[Content_Types].xml": "", "word/document.xml": ""},
            first=[("a", b"<html>")],
        ),
        "damaged",
    ),
    "DOCX with a PDF first": (
        "brev.docx",
        lambda: package(
            {"[Content_Types].xml": "", "word/document.xml": ""}, first=[("a", pdf())]
        ),
        "damaged",
    ),
    "path out": ("brev.docx", lambda: docx(**{"..__..__etc__passwd": "x"}), "damaged"),
    "absolute path": ("brev.docx", lambda: docx(**{"__etc__passwd": "x"}), "damaged"),
    "link": ("brev.docx", linked_docx, "damaged"),
    "external entity": (
        "brev.docx",
        lambda: docx(**{"word__footer.xml": ENTITY}),
        "damaged",
    ),
    "external entity in UTF-16": (
        "tall.xlsx",
        lambda: xlsx({"xl/styles.xml": ENTITY.encode("utf-16")}),
        "damaged",
    ),
    "false checksum": (
        "brev.odt",
        lambda: package({}, first=[("mimetype", ODT), ("content.xml", "<a/>")]).replace(
            b"<a/>", b"<b/>"
        ),
        "damaged",
    ),
}


@pytest.mark.parametrize(("name", "make", "kind"), ACCEPTED.values(), ids=ACCEPTED)
def test_each_type_is_taken_by_its_content(name, make, kind):
    content = checked_content(upload(name, make()))

    assert (content.type, content.name) == (kind, safe_name(name))
    assert len(content.data) > 50


@pytest.mark.parametrize(("name", "make", "code"), REFUSED.values(), ids=REFUSED)
def test_each_bad_file_is_refused_with_words_for_it(name, make, code):
    with pytest.raises(ValidationError) as refused:
        checked_content(upload(name, make()))

    assert refused.value.code == code
    assert safe_name(name) in refused.value.messages[0]


def test_office_files_are_kept_byte_for_byte():
    data = docx()

    assert checked_content(upload("brev.docx", data)).data == data


def test_a_photo_is_turned_upright_and_loses_place_camera_and_comment():
    sent = gps_jpeg()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)

    kept = checked_content(upload("ute.jpg", sent)).data

    image = Image.open(io.BytesIO(kept))
    assert (image.size, dict(image.getexif())) == ((40, 60), {})
    assert b"HEMMELIG" not in kept
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_no_image_keeps_its_metadata(kind):
    exif = Image.Exif()
    exif[0x010E] = "HEMMELIG-STED"
    sent = picture(kind, exif=exif, icc_profile=b"HEMMELIG-PROFIL" * 20)
    assert b"HEMMELIG-STED" in sent

    kept = checked_content(upload(f"a.{kind.lower()}", sent)).data

    assert b"HEMMELIG" not in kept


def test_what_hides_behind_an_image_is_left_out():
    sent = picture("PNG") + package({"a.class": "skjult"})

    kept = checked_content(upload("a.png", sent)).data

    assert not zipfile.is_zipfile(io.BytesIO(kept))


def test_a_see_through_png_stays_so():
    sent = io.BytesIO()
    Image.new("RGBA", (2, 2), (1, 2, 3, 0)).save(sent, "PNG")

    kept = checked_content(upload("a.png", sent.getvalue())).data

    assert Image.open(io.BytesIO(kept)).getpixel((0, 0)) == (1, 2, 3, 0)


def test_a_photo_with_another_images_ending_gets_its_own():
    content = checked_content(upload("IMG 7.jpg", picture("WEBP")))

    assert (content.name, content.type) == ("IMG 7.webp", "image/webp")


@pytest.mark.parametrize("make", [bomb, huge_png], ids=["zip bomb", "pixel bomb"])
def test_a_bomb_is_cheap_to_refuse(make):
    data = make()
    tracemalloc.start()

    with pytest.raises(ValidationError):
        checked_content(upload("a.docx" if data[:2] == b"PK" else "a.png", data))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Brukere\\Kari\\søknad.PDF", "søknad.pdf"),
        ("gpj.\u202efdp.exe", "gpj.fdp.exe"),
        ("a\r\nContent-Type: text-html.pdf", "a Content-Type_ text-html.pdf"),
        ("nul\0l\u200b.pdf", "null.pdf"),
        ('plan "A" <b>.pdf', "plan _A_ _b_.pdf"),
        ("  mange   mellomrom .pdf", "mange mellomrom.pdf"),
        ("...", "vedlegg"),
        ("", "vedlegg"),
        (".pdf", "pdf"),
        ("æ" * 300 + ".docx", "æ" * 115 + ".docx"),
        ("o\u0308l.pdf", "öl.pdf"),
    ],
)
def test_a_file_name_is_made_safe(given, kept):
    assert safe_name(given) == kept
