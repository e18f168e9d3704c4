"""Figures as files: CSV and JSON, and the whole edition as a Data Package.

A hidden figure is a row with its status and reason and no value. Text that a sheet
could take for a formula gets an apostrophe in front.
"""

import csv
import io
import json

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from areas.models import Figure

# Column in words, the key in JSON, its type and what it holds.
COLUMNS = [
    ("utgave", "edition", "string", "Utgavens id."),
    ("øvingstall", "practice", "boolean", "Laget for å øve, ikke ekte tall."),
    ("indikator", "indicator", "string", "Hva som telles."),
    ("indikator-id", "indicator_id", "string", "Fast id for indikatoren."),
    ("enhet", "unit", "string", "Enheten til verdien."),
    ("nivå", "level", "string", "sone, bydel eller Bergen."),
    ("sted", "place", "string", "Navnet på stedet."),
    ("sted-id", "place_id", "string", "Fast id for stedet i inndelingen."),
    ("navnet er", "name_status", "string", "Hvor sikkert navnet på sonen er."),
    ("bydel", "district", "string", "Bydelen sonen ligger i."),
    ("soneinndeling", "division", "string", "Id for soneinndelingen."),
    ("tegn", "sign", "string", "Om verdien er nøyaktig, en grense eller et spenn."),
    ("verdi", "value", "number", "Verdien. Tom når den ikke er publisert."),
    ("til", "value_to", "number", "Slutten på et spenn."),
    ("nedre grense", "low", "number", "Usikkerhet, 95 prosent."),
    ("øvre grense", "high", "number", "Usikkerhet, 95 prosent."),
    ("antall i nevneren", "base", "integer", "Hvor mange det er av."),
    ("status", "status", "string", "published, missing, impossible eller hidden."),
    ("hvorfor skjult", "hidden_reason", "string", "Kode for årsaken."),
    ("periode", "period", "string", "Tiden tallet gjelder."),
    ("utledet", "derived", "boolean", "Om noe er sluttet av flere kilder."),
    ("kilde", "source", "string", "Hvor tallet er lest."),
]
SIGNS = {
    Figure.Sign.EXACT: "nøyaktig",
    Figure.Sign.BELOW: "under",
    Figure.Sign.AT_MOST: "høyst",
    Figure.Sign.ABOVE: "over",
    Figure.Sign.ABOUT: "omtrent",
    Figure.Sign.RANGE: "fra-til",
    Figure.Sign.WORDS: "ord",
}
LICENCE = "Kildene sier ikke hvilken lisens tallene har."


def file_rows(figures):
    """A dict for each Figure, keys as in COLUMNS; related rows must be fetched."""
    return [_row(figure) for figure in figures]


def _row(figure):
    zone, district = figure.zone, figure.district
    place, place_id, level = "Bergen", "bergen", "Bergen"
    if zone:
        place, place_id, level = zone.name, zone.slug, "sone"
        district = zone.district
    elif district:
        place, place_id, level = district.name, district.slug, "bydel"
    edition, indicator = figure.edition, figure.indicator
    places = indicator.decimals
    return {
        "edition": edition.slug,
        "practice": edition.is_practice,
        "indicator": indicator.name,
        "indicator_id": indicator.slug,
        "unit": str(indicator.get_unit_display()),
        "level": level,
        "place": place,
        "place_id": place_id,
        "name_status": zone.name_status if zone else "",
        "district": district.name if district else "",
        "division": edition.division.slug,
        "sign": SIGNS[figure.sign] if figure.is_published else "",
        "value": _number(figure.value, places),
        "value_to": _number(figure.value_to, places),
        "low": _number(figure.low, places),
        "high": _number(figure.high, places),
        "base": figure.base,
        "status": figure.status,
        "hidden_reason": figure.hidden_reason,
        "period": figure.period,
        "derived": figure.is_derived,
        "source": figure.source_url or indicator.public_source,
    }


def _number(value, decimals):
    if value is None:
        return None
    rounded = round(value, decimals)
    # A value that was published with more digits keeps them.
    exact = rounded if rounded == value else value.normalize()
    return float(exact) if exact % 1 else int(exact)


def csv_text(rows):
    """The rows as a sheet opens them in Norway: BOM, semicolon, decimal comma."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([name for name, _key, _type, _about in COLUMNS])
    for row in rows:
        writer.writerow([csv_cell(row[key]) for _name, key, _type, _about in COLUMNS])
    return "\ufeff" + stream.getvalue()


def csv_cell(value):
    """A cell; text that begins like a formula is marked as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    runs = value.lstrip()[:1] in tuple("=+-@|%") or value[:1] in tuple("\t\r\n")
    return f"'{value}" if runs else value


def csv_response(rows, name):
    response = HttpResponse(csv_text(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def json_response(rows, name, **about):
    """`{"about": …, "figures": [...]}` with English keys that stay as they are."""
    practice = any(row["practice"] for row in rows)
    if practice:
        about["practice"] = _("Øvingstall: laget for å øve, ikke ekte tall.")
    response = JsonResponse(
        {"about": about | {"licence": LICENCE}, "figures": rows},
        json_dumps_params={"ensure_ascii": False},
    )
    response["Content-Disposition"] = f'inline; filename="{name}.json"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


def file_name(*parts):
    """A name that tells what is in the file: `bergen-levekar_god-helse_2016`."""
    return "_".join(["bergen-levekar", *parts])


def data_package(edition, address):
    """The Frictionless description of an edition's CSV, its columns and its source."""
    fields = [
        {
            "name": name,
            "type": kind,
            "description": about,
            **({"decimalChar": ","} if kind == "number" else {}),
            **(
                {"trueValues": ["ja"], "falseValues": ["nei"]}
                if kind == "boolean"
                else {}
            ),
        }
        for name, _key, kind, about in COLUMNS
    ]
    return {
        "profile": "tabular-data-package",
        "name": f"bergen-levekar-{edition.slug}",
        "title": edition.title + (" (øvingstall)" if edition.is_practice else ""),
        "description": edition.about,
        "sources": [{"title": edition.title, "path": edition.public_source}]
        if edition.public_source
        else [],
        "resources": [
            {
                "name": file_name(edition.slug).replace("_", "-"),
                "path": address,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ";", "lineTerminator": "\r\n"},
                "schema": {
                    "fields": fields,
                    "missingValues": [""],
                    "primaryKey": ["utgave", "indikator-id", "nivå", "sted-id"],
                },
            }
        ],
    }


def package_response(edition, address):
    text = json.dumps(data_package(edition, address), ensure_ascii=False, indent=2)
    return HttpResponse(text, content_type="application/json; charset=utf-8")
