"""What an upload must be before it is kept: judged by its content, never by its word.

Cheap questions come first: nothing is unpacked or decoded before its declared size is
known to be bearable. Nothing here parses XML: what Office files say of themselves is
read as text, and a part that declares entities is refused.
"""

import io
import stat
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps
from pypdf import PdfReader, apply_configuration
from pypdf.generic import DictionaryObject

MAX_BYTES = 10 * 1024 * 1024
MAX_NAME = 120
MAX_PIXELS = 25_000_000
# An Office file is a zip. Ordinary ones unpack to 5–30 times their size.
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 100
MAX_PARTS = 5_000
# The table that says where a PDF's objects lie: a few hundred kB at the most.
MAX_PDF_STREAM = 20 * 1024 * 1024
# A long report has some thousands; each costs every reader of it time and memory.
MAX_PDF_OBJECTS = 50_000

# Media type: the name endings that fit it; the first one is ours.
ENDINGS = {
    "application/pdf": [".pdf"],
    "image/jpeg": [".jpg", ".jpeg", ".jpe", ".jfif"],
    "image/png": [".png"],
    "image/webp": [".webp"],
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": [
        ".docx"
    ],
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": [".xlsx"],
    "application/vnd.oasis.opendocument.text": [".odt"],
    "application/vnd.oasis.opendocument.spreadsheet": [".ods"],
}
# For a file field's `accept`, so that the chooser shows what we take.
ACCEPT = ",".join(ending for endings in ENDINGS.values() for ending in endings)

# What each image type is called by the library that reads it.
IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}

# The part that says what an Office file is, and the type that follows.
OFFICE_MAIN = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument"
    ".wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument"
    ".spreadsheetml.sheet",
}
ARCHIVES = (b"PK", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEIC = (b"heic", b"heix", b"heif", b"hevc", b"mif1", b"msf1", b"avif")
MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<iframe")


@dataclass(frozen=True)
class CheckedContent:
    """An upload as it is kept: bytes, media type, and a safe name."""

    data: bytes
    type: str
    name: str


def checked_content(upload):
    """The upload's content once checked; raises ValidationError when refused.

    `upload` is Django's UploadedFile. Images come back re-encoded, without metadata.
    """
    name = safe_name(upload.name)
    if upload.size > MAX_BYTES:
        raise refusal("too_large", name)
    upload.seek(0)
    data = upload.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise refusal("too_large", name)
    if not data.strip(b"\0 \r\n\t"):
        raise refusal("empty", name)
    found = sniffed(data, name)
    stem, ending = split_name(name)
    fits = ending in ENDINGS[found]
    if found in IMAGES:
        # Telephones often give a photo another image's ending: we put that right.
        if not fits and any(ending in ENDINGS[image] for image in IMAGES):
            name, fits = stem + ENDINGS[found][0], True
        data = clean_image(data, found, name) if fits else data
    if not fits:
        raise refusal("ending", name, right=ENDINGS[found][0])
    return CheckedContent(data, found, name)


def safe_name(name):
    """A file name without path, invisible marks or characters that systems choke on."""
    name = unicodedata.normalize("NFC", name or "").replace("\\", "/").split("/")[-1]
    # Categories C and Zl/Zp: control and format characters, text direction among them.
    name = "".join(
        " " if character.isspace() else character
        for character in name
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    name = "".join("_" if character in '<>:"|?*' else character for character in name)
    stem, ending = split_name(" ".join(name.split()).strip(". "))
    stem = stem[: MAX_NAME - len(ending)].rstrip(". ") or "vedlegg"
    return stem + ending


def split_name(name):
    """The name's stem and its ending in lower case."""
    ending = PurePosixPath(name).suffix
    if not 2 <= len(ending) <= 10:
        return name, ""
    return name.removesuffix(ending), ending.lower()


# --- What it is ---------------------------------------------------------------------


def sniffed(data, name):
    """The media type by content; refuses what is not taken, and what is two things."""
    if data.startswith(b"%PDF-"):
        check_pdf(data, name)
        return "application/pdf"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"PK\x03\x04"):
        return office_type(data, name)
    if data.startswith(COMPOUND):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise refusal("encrypted" if locked else "old_office", name)
    if data[4:8] == b"ftyp" and data[8:12] in HEIC:
        raise refusal("heic", name)
    if data.startswith(ARCHIVES) or data[257:262] == b"ustar":
        raise refusal("archive", name)
    raise refusal("type", name)


def check_pdf(data, name):
    # Readers look for the header in the first and the end in the last 1024 bytes; what
    # is also a zip, or carries a web page, is made to be taken for something else.
    if zipfile.is_zipfile(io.BytesIO(data)) or has_markup(data[:1024]):
        raise refusal("damaged", name)
    if b"%%EOF" not in data[-1024:]:
        raise refusal("damaged", name)
    # Cheaper than reading where they lie; those that lie packed are counted there.
    if data.count(b" obj") > MAX_PDF_OBJECTS:
        raise refusal("bomb", name)
    try:
        with apply_configuration(zlib_maximum_output_length=MAX_PDF_STREAM):
            fault = fault_in_pdf(PdfReader(io.BytesIO(data)))
    except Exception as error:  # pypdf raises all sorts at a broken file
        raise refusal("damaged", name) from error
    if fault:
        raise refusal(fault, name)


def fault_in_pdf(reader):
    """The code of what is wrong with a PDF, or None. Reads no page."""
    if reader.is_encrypted:
        return "encrypted"
    if len(reader.xref_objStm) > MAX_PDF_OBJECTS:
        return "bomb"
    root = reader.trailer["/Root"].get_object()
    if not root["/Pages"].get_object().get("/Count"):
        return "damaged"
    return "macro" if has_active_content(root) else None


def has_active_content(root):
    """Whether a PDF runs something when it is opened, or carries other files."""
    names = root.get("/Names", DictionaryObject()).get_object()
    if "/JavaScript" in names or "/EmbeddedFiles" in names or "/AA" in root:
        return True
    action = root.get("/OpenAction")
    action = action and action.get_object()
    return isinstance(action, DictionaryObject) and action.get("/S") in {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
    }


def has_markup(data):
    return any(tag in data.lower() for tag in MARKUP)


# --- Office files: zips with a known inside -----------------------------------------


def office_type(data, name):
    """The media type of a DOCX, XLSX, ODT or ODS; any other zip is an archive."""
    # The end record is the file's last 22 bytes, so nothing hangs behind it.
    if data[-22:-18] != b"PK\x05\x06":
        raise refusal("archive" if b"PK\x05\x06" in data else "damaged", name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            check_parts(package, len(data), name)
            parts = {part.filename for part in package.infolist()}
            found = declared_type(package, parts)
            if found is None:
                raise refusal("archive", name)
            # Only now is every part unpacked, and its checksum tested.
            for part in package.infolist():
                check_part(package, part, name)
            if is_locked(package, parts):
                raise refusal("encrypted", name)
            if has_macros(package, parts):
                raise refusal("macro", name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError) as error:
        raise refusal("damaged", name) from error
    except (EOFError, OSError, RuntimeError, UnicodeError, ValueError) as error:
        raise refusal("damaged", name) from error
    # A web page or a PDF stored in the first part makes one file two.
    if has_markup(data[:64]) or b"%PDF-" in data[:1024]:
        raise refusal("damaged", name)
    return found


def check_parts(package, size, name):
    """Judge a zip by its table of contents, before anything is unpacked."""
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if (
        len(parts) > MAX_PARTS
        or unpacked > MAX_UNPACKED
        or unpacked > MAX_RATIO * max(size, 100_000)
        # Parts that overlap: the same bytes unpacked many times.
        or packed > size
    ):
        raise refusal("bomb", name)
    if any(part.flag_bits & 0x1 for part in parts):
        raise refusal("encrypted", name)
    names = [part.filename for part in parts]
    if len(set(names)) < len(names) or any(is_odd_part(part) for part in parts):
        raise refusal("damaged", name)


def is_odd_part(part):
    """A path out of the package, or a link."""
    path = PurePosixPath(part.filename)
    return (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in part.filename
        or stat.S_ISLNK(part.external_attr >> 16)
    )


def check_part(package, part, name):
    """Unpack one part bit by bit; refuse XML that declares a document type."""
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".rdf", ".vml"))
    end = b""
    with package.open(part) as stream:
        while chunk := stream.read(65_536):
            # Without the zeros, so that UTF-16 hides nothing.
            text = end + chunk.replace(b"\0", b"") if is_xml else b""
            if b"<!doctype" in text.lower() or b"<!entity" in text.lower():
                raise refusal("damaged", name)
            end = text[-16:]


def declared_type(package, parts):
    if "mimetype" in parts:
        said = read_start(package, "mimetype").decode("ascii", "replace").strip()
        return said if said in ENDINGS and "content.xml" in parts else None
    if "[Content_Types].xml" not in parts:
        return None
    return next((kind for main, kind in OFFICE_MAIN.items() if main in parts), None)


def is_locked(package, parts):
    manifest = "META-INF/manifest.xml"
    return "encrypted-package" in parts or (
        manifest in parts and b"encryption-data" in read_start(package, manifest)
    )


def has_macros(package, parts):
    folders = ("basic/", "scripts/", "xl/macrosheets/", "word/activex/", "xl/activex/")
    if any(
        part.lower().startswith(folders) or "vbaproject" in part.lower()
        for part in parts
        if not part.endswith("/")
    ):
        return True
    types = "[Content_Types].xml"
    return types in parts and b"macroenabled" in read_start(package, types).lower()


def read_start(package, part):
    with package.open(part) as stream:
        return stream.read(1_000_000)


# --- Images: painted anew -----------------------------------------------------------


def clean_image(data, found, name):
    """The same picture, turned upright, without place, camera or hidden content."""
    kind = IMAGES[found]
    try:
        # Opening reads the header only: the size is known before anything is decoded.
        image = Image.open(io.BytesIO(data), formats=[kind])
        if image.width * image.height > MAX_PIXELS:
            raise refusal("pixels", name)
        image = ImageOps.exif_transpose(image)
        see_through = "A" in image.getbands() or "transparency" in image.info
        if kind == "JPEG" or not see_through:
            image = image if image.mode == "L" else image.convert("RGB")
        else:
            image = image.convert("RGBA")
        image.info = {}
        output = io.BytesIO()
        options = {} if kind == "PNG" else {"quality": 88}
        image.save(output, kind, **options)
    except ValidationError:
        raise
    except Image.DecompressionBombError as error:
        raise refusal("pixels", name) from error
    except Exception as error:  # Pillow raises all sorts at a broken image
        raise refusal("damaged", name) from error
    return output.getvalue()


# --- What we say --------------------------------------------------------------------

REFUSALS = {
    "too_large": _(
        "Filen «%(name)s» er større enn 10 MB. Gjør den mindre, eller del den i flere"
        " filer."
    ),
    "empty": _("Filen «%(name)s» er tom. Velg en fil med innhold."),
    "type": _(
        "Filen «%(name)s» er ikke av et slag vi tar imot. Last opp PDF, JPEG, PNG,"
        " WebP, Word (.docx), Excel (.xlsx) eller OpenDocument (.odt, .ods)."
    ),
    "ending": _(
        "Filen «%(name)s» har en endelse som ikke passer til innholdet. Gi filen"
        " endelsen «%(right)s», og last den opp igjen."
    ),
    "encrypted": _(
        "Filen «%(name)s» er låst eller beskyttet med passord. Fjern låsen, eller skriv"
        " ut filen til en ny PDF, og last den opp igjen."
    ),
    "macro": _(
        "Filen «%(name)s» inneholder makroer, skript eller andre filer. Lagre den uten"
        " disse, eller skriv den ut til en ny PDF, og last den opp igjen."
    ),
    "archive": _(
        "Filen «%(name)s» er en pakket mappe. Pakk den ut, og last opp filene hver for"
        " seg."
    ),
    "bomb": _(
        "Filen «%(name)s» er for stor eller innviklet når den åpnes. Lagre den på nytt"
        " som PDF, eller del den i flere filer."
    ),
    "pixels": _(
        "Bildet «%(name)s» har for mange punkter. Gjør det mindre, for eksempel"
        " 4000 × 3000 punkter, og last det opp igjen."
    ),
    "heic": _(
        "Bildet «%(name)s» har formatet HEIC eller AVIF, som vi ikke tar imot. Lagre"
        " det som JPEG, og last det opp igjen."
    ),
    "old_office": _(
        "Filen «%(name)s» har et gammelt format. Lagre den som .docx, .xlsx eller PDF,"
        " og last den opp igjen."
    ),
    "infected": _(
        "Filen «%(name)s» er avvist, fordi viruskontrollen fant noe skadelig i den. Den"
        " er ikke lagret. Rens maskinen din, og last opp en annen utgave."
    ),
    "damaged": _(
        "Filen «%(name)s» er skadet, eller den er ikke det den gir seg ut for. Lagre"
        " den på nytt, for eksempel som PDF, og last den opp igjen."
    ),
}


def refusal(code, name, **facts):
    """A ValidationError that says what is wrong and what to do."""
    return ValidationError(REFUSALS[code], code=code, params={"name": name, **facts})
