"""The queue as a file for a spreadsheet: the columns of the screen, row by row."""

import csv
import tempfile
from decimal import Decimal
from itertools import islice

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from grants.casework import wording
from grants.casework.due import dues_of

# Bounded: more than so many rows nobody reads, and each takes time from the others.
MOST = 20_000
CHUNK = 500

COLUMNS = [
    "Nummer",
    "Prosjekt",
    "Søker",
    "Område",
    "Utlysning",
    "Status",
    "Saksbehandler",
    "Søkt beløp",
    "Sendt",
    "Frist",
    "Fristen gjelder",
]
WIDTHS = [12, 40, 30, 20, 30, 18, 25, 14, 12, 12, 18]


def rows(cases):
    """Each case as the values of its columns; read a bounded number at a time."""
    cases = cases.iterator(chunk_size=CHUNK)
    while chunk := list(islice(cases, CHUNK)):
        dues = dues_of(chunk)
        for case in chunk:
            due = dues.get(case.pk)
            yield [
                case.number,
                case.title,
                str(case.applicant),
                str(case.area),
                str(case.round),
                wording.STATES[case.state][0],
                str(case.caseworker or "ingen"),
                case.asked,
                timezone.localdate(case.submitted_at),
                due.on if due else None,
                due.what if due else None,
            ]


def as_csv(cases):
    """Semicolons, decimal comma and a byte order mark: what Norwegian Excel reads."""
    lines = csv.writer(Line(), delimiter=";")

    def written():
        yield "\ufeff" + lines.writerow(COLUMNS)
        for row in rows(cases):
            yield lines.writerow([cell(value) for value in row])

    response = StreamingHttpResponse(written(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="saker.csv"'
    return response


class Line:
    """Gives back what is written, for one line at a time."""

    def write(self, text):
        return text


def cell(value):
    """A value as a cell's text; what a spreadsheet would run is made harmless."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if not isinstance(value, str):
        return f"{value:%d.%m.%Y}"
    runs = value.lstrip()[:1] in tuple("=+-@|%") or value[:1] in tuple("\t\r\n")
    return f"'{value}" if runs else value


def as_xlsx(cases):
    """Text as text, sums as numbers, dates as dates; a row at a time to a file."""
    # Closed by the response, when it is sent.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    options = {"constant_memory": True, "strings_to_formulas": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("Saker")
        bold = book.add_format({"bold": True})
        as_date = book.add_format({"num_format": "dd.mm.yyyy"})
        as_money = book.add_format({"num_format": "#,##0.00"})
        for column, (heading, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows(cases), start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif isinstance(value, Decimal):
                    sheet.write_number(number, column, value, as_money)
                elif value is not None:
                    sheet.write_datetime(number, column, value, as_date)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="saker.xlsx")
