"""Zones, borders and names from files: what is taken and what is refused."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from areas.figures.sheets import read_sheet
from areas.models import PlaceName, Zone
from areas.zone_import import (
    carry_out_borders,
    carry_out_zones,
    outline_of,
    plan_borders,
    plan_names,
    plan_zones,
    read_borders,
)
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from tests.factories import create_district, create_division, create_zone

NOW = timezone.now()
SQUARE = [[[5.3, 60.4], [5.4, 60.4], [5.4, 60.5], [5.3, 60.5], [5.3, 60.4]]]


@pytest.fixture
def division(db):
    create_district(slug="nord", name="Nord")
    create_district(slug="sor", name="Sør")
    return create_division(zone_total=3)


def sheet(text):
    return read_sheet("soner.csv", text.encode())


def said(division, text):
    return [str(problem) for problem in plan_zones(division, sheet(text)).problems]


def borders(*features, **more):
    rows = [
        {"type": "Feature", "properties": {"navn": name}, "geometry": geometry}
        for name, geometry in features
    ]
    found = {"type": "FeatureCollection", "features": rows} | more
    return read_borders("a.geojson", json.dumps(found).encode())


def polygon(rings=SQUARE):
    return {"type": "Polygon", "coordinates": rings}


def test_a_list_makes_zones_and_changes_what_changed(division):
    first = "sone;bydel;kolonne;rad;navnet er\nAnker;Nord;1;2;attested\nBakke;Nord;;;\n"
    done = carry_out_zones(division, sheet(first), by=Actor.system(), now=NOW)
    assert (done.new, done.changed) == (2, 0)

    plan = plan_zones(division, sheet("sone;bydel\nAnker;Nord\nBakke;Sør\nDal;Sør\n"))

    assert (len(plan.new), len(plan.changed), plan.unchanged) == (1, 1, 1)
    anker = Zone.objects.get(slug="anker")
    assert (anker.tile_column, anker.tile_row, anker.name_status) == (1, 2, "attested")
    assert JournalEntry.objects.about(division).get().verb == "zones_imported"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sone;bydel\nAnker;Vest", "Rad 2, kolonne «bydel»: «Vest» er ikke en bydel."),
        ("sone;bydel\n;Nord", "Rad 2, kolonne «sone»: Navnet mangler."),
        ("sone\nAnker", "Rad 1, kolonne «bydel»: Kolonnen mangler."),
        ("sone;bydel;humør\nAnker;Nord;god", "Rad 1, kolonne «humør»: Ukjent kolonne."),
        (
            "sone;bydel;grunnkretsnummer\nAnker;Nord;12",
            "Rad 2, kolonne «grunnkretsnummer»: «12» er ikke et grunnkretsnummer "
            "(åtte sifre).",
        ),
        (
            "sone;bydel;grunnkretsnummer\nAnker;Nord;46011001\nBakke;Nord;46011001",
            "Rad 3, kolonne «grunnkretsnummer»: Grunnkretsen 46011001 står også i "
            "rad 2.",
        ),
        (
            "sone;bydel;grunnkretsnummer\nAnker;Nord;46011001\nAnker;Sør;46011002",
            "Rad 3, kolonne «bydel»: Anker står i Nord i rad 2.",
        ),
        (
            "sone;bydel;kolonne;rad\nAnker;Nord;1;1\nBakke;Nord;1;1",
            "Rad 3, kolonne «kolonne»: Ruten 1, 1 er opptatt av en annen sone.",
        ),
        (
            "sone;bydel\nA;Nord\nB;Nord\nC;Nord\nD;Nord",
            "Inndelingen skal ha 3 soner; med filen får den 4.",
        ),
    ],
)
def test_what_is_wrong_is_told_with_row_and_column(division, text, expected):
    assert said(division, text)[0] == expected


def test_nothing_is_kept_of_a_list_with_a_problem(division):
    with pytest.raises(Refused, match="Vest"):
        carry_out_zones(
            division,
            sheet("sone;bydel\nAnker;Nord\nB;Vest"),
            by=Actor.system(),
            now=NOW,
        )

    assert not Zone.objects.exists()


def test_the_command_reads_a_list(division, tmp_path, capsys):
    file = tmp_path / "soner.csv"
    file.write_text("sone;bydel\nAnker;Nord\n", encoding="utf-8")

    call_command("import_zones", file, "--division", division.slug, "--dry-run")
    assert not Zone.objects.exists()
    call_command("import_zones", file, "--division", division.slug)
    assert Zone.objects.get().slug == "anker"
    file.write_text("sone;bydel\nAnker;Vest\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Rad 2"):
        call_command("import_zones", file, "--division", division.slug)


# --- borders -------------------------------------------------------------------------


def test_a_border_becomes_a_drawing_with_north_up(division):
    zone = create_zone(name="Anker", slug="anker", division=division)

    carry_out_borders(
        division, borders(("Anker", polygon())), by=Actor.system(), now=NOW
    )

    zone.refresh_from_db()
    assert zone.geometry == polygon()
    left, top, right, bottom = zone.outline["box"]
    assert left < right
    assert top < bottom
    x, y = zone.outline["d"][1:].split("l")[0].split()
    assert (int(x), int(y)) == (left, bottom)  # the first point is in the south-west


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (None, "mangler"),
        ({"type": "Point", "coordinates": [5.3, 60.4]}, "Polygon"),
        (polygon([[[5.3, 60.4], [5.4, 60.4], [5.3, 60.4]]]), "lukket"),
        (polygon([[[5.3, 60.4], [5.4, 60.4], [5.4, 60.5], [5.3, 60.5]]]), "lukket"),
        (polygon([[[60.4, 5.3], [60.4, 5.4], [60.5, 5.4], [60.4, 5.3]]]), "lengdegrad"),
        (polygon([[["a", 2], [1, 2], [1, 2], ["a", 2]]]), "lengdegrad"),
        (polygon([]), "tom"),
    ],
)
def test_what_is_no_border_is_refused(geometry, message):
    with pytest.raises(ValueError, match=message):
        outline_of(geometry)


def test_a_border_of_no_zone_and_a_second_one_are_told(division):
    create_zone(name="Anker", slug="anker", division=division)

    plan = plan_borders(
        division,
        borders(("Ukjent", polygon()), ("Anker", polygon()), ("anker", polygon())),
    )

    assert [problem.row for problem in plan.problems] == [1, 3]


def test_another_coordinate_system_is_refused():
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}

    with pytest.raises(Refused, match="4326"):
        borders(("Anker", polygon()), crs=crs)


@pytest.mark.parametrize("content", [b"hei", b"[]", b'{"type": "Feature"}', b"\xff"])
def test_what_is_no_geojson_is_refused(content):
    with pytest.raises(Refused):
        read_borders("a.geojson", content)


# --- names ---------------------------------------------------------------------------


def test_names_are_added_once_and_bad_ones_are_told(division):
    zone = create_zone(name="Anker", slug="anker", division=division)
    PlaceName.objects.create(zone=zone, kind="street", name="Gaten", plain="gaten")
    text = (
        "sone;navn;slag;sikker\nAnker;Gaten;gate;ja\nAnker;5170;postnummer;nei\n"
        "Ukjent;Veien;gate;\nAnker;51;postnummer;\nAnker;Noe;planet;\n"
    )

    plan = plan_names(division, sheet(text))

    assert plan.unchanged == 1
    assert [(n.name, n.is_sure) for n in plan.new][:1] == [("5170", False)]
    assert [problem.row for problem in plan.problems] == [4, 5, 6]
