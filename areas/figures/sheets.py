"""Reads a CSV or XLSX file into rows of text, with limits on what it may hold."""

import csv
import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

LARGEST_FILE = 10 * 1024 * 1024
# A workbook is packed: what it unpacks to is bounded too.
LARGEST_UNPACKED = 150 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 60_000, 500


class BadSheet(ValueError):
    """Why the file cannot be read, in words for whoever loads it."""


@dataclass
class Sheet:
    """A header and numbered rows; every cell is text."""

    name: str
    digest: str
    header: list
    rows: list


def read_sheet(name, content):
    """The Sheet in a file's bytes. Raises BadSheet.

    The first row that is not empty is the header. Row numbers are as a spreadsheet
    counts them.
    """
    if len(content) > LARGEST_FILE:
        raise BadSheet("Filen er større enn 10 MB.")
    if not content.strip():
        raise BadSheet("Filen er tom.")
    packed = content[:4] == b"PK\x03\x04"
    lines = _workbook(content) if packed else _csv(content)
    header, rows = None, []
    for number, cells in lines:
        if number > MOST_ROWS:
            raise BadSheet(f"Filen har mer enn {MOST_ROWS} rader.")
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise BadSheet(f"Filen har mer enn {MOST_COLUMNS} kolonner.")
        if header is None:
            header = cells
        else:
            rows.append((number, cells))
    if header is None or not rows:
        raise BadSheet("Filen har ingen rader under overskriftene.")
    return Sheet(name, hashlib.sha256(content).hexdigest(), header, rows)


def _csv(content):
    if b"\x00" in content:
        raise BadSheet("Filen er verken CSV eller XLSX.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What a Norwegian Excel saves as «CSV» without saying so.
        text = content.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    separator = max(";\t,", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        yield from (
            (reader.line_num, [cell.strip() for cell in cells]) for cells in reader
        )
    except csv.Error as error:
        raise BadSheet(f"Filen kan ikke leses som CSV ({error}).") from error


def _workbook(content):
    # Heavy to import, and only those who load files need it.
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(item.file_size for item in archive.infolist())
        if size > LARGEST_UNPACKED:
            raise BadSheet("Arbeidsboken er for stor når den pakkes ut.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        for number, cells in enumerate(rows, start=1):
            yield number, [_as_text(cell) for cell in cells]
    except BadSheet:
        raise
    except Exception as error:  # openpyxl raises whatever the file makes it meet
        raise BadSheet("Filen kan ikke leses som XLSX.") from error


def _as_text(cell):
    if cell is None:
        return ""
    if isinstance(cell, float):
        # 12.5 is stored as a binary fraction: as many digits as were meant.
        cell = Decimal(repr(round(cell, 6))).normalize()
        return f"{cell:f}"
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell).strip()
