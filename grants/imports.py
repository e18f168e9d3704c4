"""Awards from a spreadsheet into the public list: all of it, or none."""

import csv
import io

from django.core.exceptions import ValidationError
from django.db import transaction

from areas.models import Area
from grants.models import ImportedAward
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.fields import MoneyField, NorwegianDateField

COLUMNS = [
    "referanse",
    "tildelt",
    "mottaker",
    "privatperson",
    "prosjekt",
    "omrade",
    "belop",
]
MOST_ROWS = 5000


class BadFile(Exception):
    """The file cannot be imported; `faults` are lines with row and column."""

    def __init__(self, faults):
        super().__init__("\n".join(faults))
        self.faults = faults


@transaction.atomic
def import_awards(text, *, round, by, now):
    """Read a CSV with COLUMNS; a reference that is there already is written anew.

    Semicolon or comma between the cells. Returns (new, changed). Raises BadFile with
    every fault, and then nothing is kept.
    """
    if not round.external_url:
        raise BadFile(["Utlysningen har søknadsskjemaet sitt i portalen."])
    rows, faults = read_rows(text, round)
    if faults:
        raise BadFile(faults)
    new = 0
    for reference, values in rows.items():
        _award, made = ImportedAward.objects.update_or_create(
            round=round, reference=reference, defaults=values | {"imported_at": now}
        )
        new += made
    JournalEntry.record(
        "awards_imported", about=round, by=by, new=new, changed=len(rows) - new
    )
    return new, len(rows) - new


def read_rows(text, round):
    first = text.lstrip("\ufeff").partition("\n")[0]
    delimiter = ";" if ";" in first else ","
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter)
    lacking = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if lacking:
        return {}, [f"Rad 1: Kolonnen «{name}» mangler." for name in lacking]
    areas = {
        key: area
        for area in Area.objects.filter(pot_areas__round=round)
        for key in (area.slug, area.name.lower())
    }
    rows, faults = {}, []
    for number, cells in enumerate(reader, start=2):
        if number > MOST_ROWS + 1:
            faults.append(f"Filen har mer enn {MOST_ROWS} rader.")
            break
        values, found = read_row(cells, areas)
        faults += [f"Rad {number}, kolonne {name}: {what}" for name, what in found]
        reference = (cells["referanse"] or "").strip()
        if reference in rows:
            faults.append(f"Rad {number}, kolonne referanse: «{reference}» står før.")
        rows[reference] = values
    return rows, faults


def read_row(cells, areas):
    """The row's values by field name, and [(column, what is wrong)]."""
    faults = []

    def cell(name):
        return (cells[name] or "").strip()

    def read(name, field):
        try:
            value = field.clean(cell(name))
        except ValidationError as error:
            faults.append((name, error.messages[0]))
            return None
        if value is None:
            faults.append((name, "mangler."))
        return value

    def words(name, most):
        value = cell(name)
        if not value:
            faults.append((name, "mangler."))
        elif len(value) > most:
            faults.append((name, f"er lengre enn {most} tegn."))
        return value

    words("referanse", 60)
    private = cell("privatperson").lower()
    if private not in {"ja", "nei", ""}:
        faults.append(("privatperson", "skal være ja eller nei."))
    area = areas.get(cell("omrade").lower())
    if area is None:
        faults.append(("omrade", f"«{cell('omrade')}» er ikke et av områdene."))
    amount = read("belop", MoneyField(required=False))
    if amount is not None and amount <= 0:
        faults.append(("belop", "må være over null."))
    values = {
        "awarded_on": read("tildelt", NorwegianDateField(required=False)),
        # A private person's name is not even stored.
        "recipient": "" if private == "ja" else words("mottaker", 200),
        "project": words("prosjekt", 120),
        "area": area,
        "amount": amount,
    }
    return values, faults
