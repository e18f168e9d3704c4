"""Reads the seed files cell by cell; a bad cell names its file, row and column."""

import csv
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from areas.dates import parse

check_url = URLValidator(schemes=["http", "https"])


class BadRow(Exception):
    """A row that cannot be loaded; nothing of the whole load is kept."""

    def __init__(self, row, column, problem):
        super().__init__(f"{row.file}, rad {row.number}, kolonne {column}: {problem}")


class Row:
    """One row of a file. `number` is the line as a spreadsheet counts it."""

    def __init__(self, file, number, cells):
        self.file, self.number, self.cells = file, number, cells
        # Model fields that have another name than their column.
        self.columns = {}

    def bad(self, column, problem):
        return BadRow(self, column, problem)

    def text(self, column, *, required=False):
        value = self.cells[column].strip()
        if required and not value:
            raise self.bad(column, "mangler.")
        return value

    def slug(self, column="slug"):
        return self.text(column, required=True)

    def words(self, column):
        """The values of a cell that holds several, split by semicolon."""
        return [word.strip() for word in self.cells[column].split(";") if word.strip()]

    def choice(self, column, choices, *, required=True):
        value = self.text(column, required=required)
        if value and value not in choices.values:
            allowed = ", ".join(choices.values)
            raise self.bad(column, f"«{value}» er ikke en av {allowed}.")
        return value

    def yes(self, column):
        value = self.text(column, required=True)
        if value not in {"yes", "no"}:
            raise self.bad(column, f"«{value}» er ikke yes eller no.")
        return value == "yes"

    def whole_number(self, column, *, required=False):
        value = self.text(column, required=required)
        if value and not value.isascii() or value and not value.isdigit():
            raise self.bad(column, f"«{value}» er ikke et helt tall.")
        return int(value) if value else None

    def kroner(self, column, *, required=False):
        value = self.text(column, required=required)
        try:
            amount = Decimal(value).quantize(Decimal("0.01")) if value else None
        except InvalidOperation:
            raise self.bad(column, f"«{value}» er ikke et beløp.") from None
        return amount

    def decimal(self, column):
        value = self.text(column)
        try:
            return Decimal(value).quantize(Decimal("0.001")) if value else None
        except InvalidOperation:
            raise self.bad(column, f"«{value}» er ikke et tall.") from None

    def url(self, column):
        value = self.text(column)
        self._check_url(column, value)
        return value

    def urls(self, column):
        values = self.words(column)
        for value in values:
            self._check_url(column, value)
        return "\n".join(values)

    def start(self, column):
        """The first day that the date can mean, and its precision."""
        first, _, precision = self._date(column)
        return first, precision

    def end(self, column):
        """The last day that the date can mean, and its precision."""
        _, last, precision = self._date(column)
        return last, precision

    def _date(self, column):
        value = self.text(column)
        if not value:
            return None, None, "day"
        try:
            return parse(value)
        except ValueError:
            problem = f"«{value}» er ikke ÅÅÅÅ, ÅÅÅÅ-MM eller ÅÅÅÅ-MM-DD."
            raise self.bad(column, problem) from None

    def _check_url(self, column, value):
        try:
            if value:
                check_url(value)
        except ValidationError:
            raise self.bad(column, f"«{value}» er ikke en nettadresse.") from None


def read(path, columns):
    """The rows of a file that must have just these columns, in any order."""
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.reader(lines, strict=True)
        header = Row(path.name, 1, {})
        rows = []
        try:
            names = next(reader, [])
            for name in set(columns) ^ set(names):
                problem = "mangler." if name in columns else "er ukjent."
                raise header.bad(name, problem)
            for number, cells in enumerate(reader, start=2):
                row = Row(path.name, number, dict(zip(names, cells, strict=False)))
                if len(cells) != len(names):
                    raise row.bad(names[-1], f"{len(cells)} celler, ikke {len(names)}.")
                rows.append(row)
        except (csv.Error, UnicodeDecodeError) as error:
            raise header.bad(columns[0], f"kan ikke leses ({error}).") from error
    return rows
