"""Reading figures from files: what is taken, what is refused, what can be undone."""

import io
import time
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from openpyxl import Workbook

from areas.figures.importing import add_alias, carry_out, publish, undo
from areas.figures.numbers import BadNumber, read_cell
from areas.figures.plans import plan_import
from areas.figures.sheets import BadSheet, read_sheet
from areas.models import Figure, FigureChange, FileImport
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    create_district,
    create_edition,
    create_figure,
    create_indicator,
    create_user,
    create_zone,
)

NOW = timezone.now()


@pytest.fixture
def place(db):
    """Two districts with two zones each, an edition and two indicators."""

    class Made:
        north = create_district(slug="nord", name="Nord")
        south = create_district(slug="sor", name="Sør")
        anker = create_zone(slug="anker", name="Anker", district=north)
        bakke = create_zone(slug="bakke", name="Bakke", district=north)
        dal = create_zone(slug="dal", name="Dal", district=south)
        elv = create_zone(slug="elv", name="Elv", district=south)
        edition = create_edition(slug="2016", published_at=None)
        bikes = create_indicator(slug="sykler", name="Folk som sykler")
        income = create_indicator(
            slug="inntekt", name="Medianinntekt", unit="kroner", decimals=0
        )
        by = Actor(create_user())

    return Made


def csv_sheet(text, name="tall.csv"):
    return read_sheet(name, text.encode())


def load(place, text, **options):
    return carry_out(place.edition, csv_sheet(text), by=place.by, now=NOW, **options)


def said(place, text):
    return [str(p) for p in plan_import(place.edition, csv_sheet(text)).problems]


# --- cells ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12,5", ("published", "=", Decimal("12.5"), None)),
        ("12.5 %", ("published", "=", Decimal("12.5"), None)),
        ("<5", ("published", "<", Decimal(5), None)),
        ("≤ 5", ("published", "<=", Decimal(5), None)),
        ("> 25", ("published", ">", Decimal(25), None)),
        ("ca. 10", ("published", "~", Decimal(10), None)),
        ("16–17", ("published", "-", Decimal(16), Decimal(17))),
        ("-", ("published", "=", Decimal(0), None)),
        (":", ("hidden", "=", None, None)),
        ("..", ("missing", "=", None, None)),
        (".", ("impossible", "=", None, None)),
        ("", ("missing", "=", None, None)),
    ],
)
def test_a_cell_is_read_as_it_was_printed(text, expected):
    cell = read_cell(text, "percent")

    assert (cell.status, cell.sign, cell.value, cell.value_to) == expected


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("101", "percent"),
        ("-3", "percent"),
        ("tolv", "percent"),
        ("1e3", "kroner"),
        ("NaN", "percent"),
        ("12,3456", "percent"),
        ("12 %", "kroner"),
        ("3,5", "persons"),
        ("17–16", "percent"),
        ("1 23", "kroner"),
    ],
)
def test_what_is_no_number_of_the_unit_is_refused(text, unit):
    with pytest.raises(BadNumber):
        read_cell(text, unit)


def test_thousands_may_have_spaces():
    assert read_cell("305\u00a0100", "kroner").value == 305100


# --- files ---------------------------------------------------------------------------


def test_a_norwegian_csv_and_a_workbook_are_read_alike():
    book = Workbook()
    book.active.append(["sted", "indikator", "verdi"])
    book.active.append(["Årstad", "Folk", 12.3])
    stream = io.BytesIO()
    book.save(stream)
    text = "sted;indikator;verdi\r\nÅrstad;Folk;12.3\r\n"

    sheets = [
        read_sheet("a.csv", text.encode("cp1252")),
        read_sheet("a.csv", text.encode("utf-8-sig")),
        read_sheet("a.xlsx", stream.getvalue()),
    ]

    assert [(s.header, s.rows) for s in sheets] == [
        (["sted", "indikator", "verdi"], [(2, ["Årstad", "Folk", "12.3"])])
    ] * 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"sted;verdi\n",
        b"PK\x03\x04rubbish",
        b"\x00\x01\x02",
        b"x" * 11_000_000,
    ],
)
def test_what_is_no_sheet_is_refused(content):
    with pytest.raises(BadSheet):
        read_sheet("a.csv", content)


# --- the plan ------------------------------------------------------------------------


def test_a_long_file_says_everything_a_figure_has(place):
    done = load(
        place,
        "sted;indikator;verdi;nedre;øvre;antall;årsak;periode;kilde\n"
        "Anker;Folk som sykler;12,5;10;15;400;;2015;https://kilde.example/a\n"
        "Bakke;sykler;:;;;;small_count;2015;\n"
        "Dal;sykler;..;;;;;;\n"
        "Elv;sykler;:;;;;Få personer i alt;;\n"
        "Bergen;sykler;>14;;;;;;\n",
    )

    kept = Figure.objects.order_by("pk").values_list(
        "zone__slug",
        "status",
        "hidden_reason",
        "sign",
        "value",
        "low",
        "high",
        "base",
        "period",
        "source_url",
    )
    assert list(kept) == [
        (
            "anker",
            "published",
            "",
            "=",
            Decimal("12.5"),
            10,
            15,
            400,
            "2015",
            "https://kilde.example/a",
        ),
        ("bakke", "hidden", "small_count", "=", None, None, None, None, "2015", ""),
        ("dal", "missing", "", "=", None, None, None, None, "", ""),
        ("elv", "hidden", "small_base", "=", None, None, None, None, "", ""),
        (None, "published", "", ">", 14, None, None, None, "", ""),
    ]
    assert (done.new, done.changed, done.unchanged) == (5, 0, 0)
    assert JournalEntry.objects.about(place.edition).last().facts == {
        "file_import": done.pk,
        "new": 5,
        "changed": 0,
        "unchanged": 0,
    }


def test_a_wide_file_has_zones_down_and_indicators_across(place):
    load(place, "Sone;Folk som sykler;Medianinntekt\nAnker;12;305 100\nBakke;;..\n")

    kept = Figure.objects.order_by("pk")
    assert [(f.zone.slug, f.indicator.slug, f.status) for f in kept] == [
        ("anker", "sykler", "published"),
        ("anker", "inntekt", "published"),
        ("bakke", "inntekt", "missing"),
    ]


def test_the_preview_says_what_is_new_changed_and_unchanged(place):
    load(place, "sted;sykler\nAnker;12\nBakke;13\n")

    plan = plan_import(
        place.edition, csv_sheet("sted;sykler\nAnker;12,0\nBakke;14\nDal;9")
    )

    assert (len(plan.new), len(plan.changed), plan.unchanged) == (1, 1, 1)
    assert Figure.objects.count() == 2  # looking writes nothing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "sted;indikator;verdi\nUkjentby;sykler;12",
            "Rad 2, kolonne «sted»: «Ukjentby» er ikke et sted i Prøveinndelingen.",
        ),
        (
            "sted;indikator;verdi\nAnker;humør;12",
            "Rad 2, kolonne «indikator»: «humør» er ikke en indikator.",
        ),
        (
            "sted;indikator;verdi\nAnker;sykler;112",
            "Rad 2, kolonne «verdi»: 112 er utenfor det prosent kan være (0 til 100).",
        ),
        (
            "sted;indikator;verdi\nAnker;sykler;12\nanker;Folk som sykler;12",
            "Rad 3, kolonne «verdi»: Anker og «Folk som sykler» står også i rad 2.",
        ),
        (
            "sted;indikator;verdi;nedre\nAnker;sykler;12;10",
            "Rad 2, kolonne «nedre»: Gi både nedre og øvre grense, eller ingen.",
        ),
        (
            "sted;indikator;verdi;antall\nAnker;sykler;:;4",
            "Rad 2, kolonne «verdi»: Det som er skjult eller mangler, kan ikke ha "
            "grenser eller antall.",
        ),
        (
            "sted;indikator;verdi;antall\nAnker;sykler;12;99999999999",
            "Rad 2, kolonne «antall»: «99999999999» er ikke et antall.",
        ),
        (
            "sted;indikator;verdi;årsak\nAnker;sykler;:;vet ikke",
            "Rad 2, kolonne «årsak»: «vet ikke» er ikke en årsak. Skriv en av "
            "small_count, small_rest, small_base, series, neighbour, coverage, "
            "start_year, manual.",
        ),
        (
            "sted;indikator;verdi;humør\nAnker;sykler;12;godt",
            "Rad 1, kolonne «humør»: Ukjent kolonne.",
        ),
        (
            "sted;humør\nAnker;12",
            "Rad 1, kolonne «humør»: Ukjent indikator.",
        ),
    ],
)
def test_each_problem_has_row_column_and_why(place, text, expected):
    assert said(place, text)[0] == expected


def test_an_indicator_with_the_district_as_lowest_level_takes_no_zones(place):
    create_indicator(slug="saker", name="Saker", lowest_level="district")

    problems = said(place, "sted;saker\nAnker;4\nbydel Nord;5")

    assert problems == ["Rad 2, kolonne «saker»: «Saker» vises ikke lavere enn bydel."]


def test_one_hidden_figure_alone_is_refused_with_the_group_and_the_ways_out(place):
    problems = said(
        place, "sted;sykler\nAnker;:\nBakke;10\nDal;11\nElv;12\nbydel Nord;13"
    )

    assert problems == [
        "Folk som sykler: Det skjulte tallet for Anker kan regnes ut fra resten av "
        "gruppen «bydel Nord og delene den består av». Skjul også ett av disse: "
        "bydel Nord, Bakke. Eller la tallet for bydel Nord mangle («..»)."
    ]


def test_nothing_is_kept_of_a_file_with_a_problem(place):
    with pytest.raises(Refused, match="Ukjentby"):
        load(place, "sted;sykler\nAnker;12\nUkjentby;3\n")

    assert not Figure.objects.exists()
    assert not FileImport.objects.exists()


def test_a_file_that_changes_nothing_is_said_so(place):
    load(place, "sted;sykler\nAnker;12\n")

    with pytest.raises(Refused, match="endrer ingenting"):
        load(place, "sted;sykler\nAnker;12,0\n")


def test_a_spelling_is_mapped_once(place):
    plan = plan_import(place.edition, csv_sheet("sted;sykler\nAnkr;12\n"))
    assert plan.unknown_places == ["Ankr"]

    add_alias(place.edition, "Ankr", by=place.by, place=("zone", place.anker.pk))
    load(place, "sted;sykler\nANKR;12\n")

    assert Figure.objects.get().zone == place.anker


# --- published editions --------------------------------------------------------------


def test_a_published_edition_takes_corrections_with_a_reason_only(place):
    load(place, "sted;sykler\nAnker;12\n")
    publish(place.edition, by=place.by, now=NOW)

    with pytest.raises(Refused, match="publisert"):
        load(place, "sted;sykler\nAnker;13\n")
    done = load(place, "sted;sykler\nAnker;13\n", reason="Skrivefeil i rapporten.")

    assert done.kind == "correction"
    change = FigureChange.objects.get(file_import=done)
    assert (change.before["value"], change.after["value"]) == ("12", "13")


def test_an_edition_without_figures_is_not_published(place):
    with pytest.raises(Refused, match="ingen tall"):
        publish(place.edition, by=place.by, now=NOW)


def test_publishing_twice_is_told_once(place):
    load(place, "sted;sykler\nAnker;12\n")

    publish(place.edition, by=place.by, now=NOW)
    publish(place.edition, by=place.by, now=NOW)

    assert JournalEntry.objects.filter(verb="edition_published").count() == 1


def test_the_check_is_made_again_when_publishing(place):
    load(place, "sted;sykler\nAnker;:\nBakke;:\nDal;1\nElv;2\nbydel Nord;13\n")
    place.bakke.district = place.south
    place.bakke.save()

    with pytest.raises(Refused, match="Anker"):
        publish(place.edition, by=place.by, now=NOW)


@pytest.mark.parametrize("act", ["add", "change", "delete"])
def test_the_database_keeps_a_published_edition_as_it_is(place, act):
    load(place, "sted;sykler\nAnker;12\n")
    publish(place.edition, by=place.by, now=NOW)
    connection.cursor().execute(
        "SELECT set_config('omradesatsing.correcting', '', true)"
    )

    acts = {
        "add": lambda: create_missing(place),
        "change": lambda: Figure.objects.update(value=99),
        "delete": lambda: Figure.objects.all().delete(),
    }

    with pytest.raises(ProgrammingError, match="stay"), transaction.atomic():
        acts[act]()


def create_missing(place):
    return Figure.objects.create(
        edition=place.edition,
        indicator=place.income,
        zone=place.dal,
        status="missing",
    )


# --- undo ----------------------------------------------------------------------------


def test_the_last_import_is_undone_to_what_stood_there(place):
    load(place, "sted;sykler\nAnker;12,5\nBakke;13\n")
    second = load(
        place,
        "sted;indikator;verdi;nedre;øvre\nAnker;sykler;14;13;15\nDal;sykler;9;;\n",
    )

    undo(second, by=place.by, now=NOW)

    kept = Figure.objects.order_by("pk").values_list("zone__slug", "value", "low")
    assert list(kept) == [("anker", Decimal("12.5"), None), ("bakke", 13, None)]


def test_only_the_last_import_can_be_undone(place):
    first = load(place, "sted;sykler\nAnker;12\n")
    second = load(place, "sted;sykler\nAnker;14\n")

    with pytest.raises(Refused, match="siste"):
        undo(first, by=place.by, now=NOW)
    undo(second, by=place.by, now=NOW)
    undo(first, by=place.by, now=NOW)

    assert not Figure.objects.exists()


def test_a_published_edition_is_not_undone(place):
    first = load(place, "sted;sykler\nAnker;12\n")
    publish(place.edition, by=place.by, now=NOW)

    with pytest.raises(Refused, match="publisert"):
        undo(first, by=place.by, now=NOW)


# --- constraints ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("figure_published_has_value", {"status": "published", "value": None}),
        ("figure_published_has_value", {"status": "missing", "value": 4}),
        (
            "figure_hidden_is_total",
            {"status": "hidden", "hidden_reason": "manual", "base": 4},
        ),
        ("figure_hidden_has_reason", {"status": "hidden"}),
        ("figure_interval_holds_value", {"value": 4, "low": 5, "high": 6}),
        ("figure_interval_holds_value", {"value": 4, "low": 3}),
        ("figure_range_in_order", {"value": 4, "value_to": 3, "sign": "-"}),
        ("figure_range_in_order", {"value": 4, "value_to": 5}),
    ],
)
def test_the_database_holds_what_a_figure_is(place, name, fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        create_figure(
            edition=place.edition, indicator=place.bikes, zone=place.anker, **fields
        )


def test_a_figure_has_one_place_once(place):
    create_figure(edition=place.edition, indicator=place.bikes, value=4)

    with pytest.raises(IntegrityError, match="figure_once"), transaction.atomic():
        create_figure(edition=place.edition, indicator=place.bikes, value=5)
    with pytest.raises(IntegrityError, match="one_place"), transaction.atomic():
        create_figure(
            edition=place.edition,
            indicator=place.bikes,
            value=5,
            zone=place.anker,
            district=place.north,
        )


# --- the command ---------------------------------------------------------------------


def test_the_command_reads_a_file_and_tells_every_error(place, tmp_path, capsys):
    good, bad = tmp_path / "god.csv", tmp_path / "feil.csv"
    good.write_text("sted;sykler\nAnker;12\n", encoding="utf-8")
    bad.write_text("sted;sykler\nUkjentby;12\nAnker;tolv\n", encoding="utf-8")

    call_command("import_values", good, "--edition", "2016", "--dry-run")
    assert "1 nye" in capsys.readouterr().out
    assert not Figure.objects.exists()
    with pytest.raises(CommandError) as told:
        call_command("import_values", bad, "--edition", "2016")
    assert "Rad 2" in str(told.value)
    assert "Rad 3" in str(told.value)
    call_command("import_values", good, "--edition", "2016", "--publish")

    place.edition.refresh_from_db()
    assert place.edition.published_at
    assert Figure.objects.count() == 1


# --- how long it takes ---------------------------------------------------------------


def test_a_whole_edition_is_read_in_time(place):
    """51 zones × 50 indicators × 6 editions: each edition is a file of 2,550 cells."""
    zones = [
        create_zone(name=f"Stort sted {n}", district=place.north) for n in range(51)
    ]
    indicators = [create_indicator() for _ in range(50)]
    header = ";".join(["sone", *(i.slug for i in indicators)])
    lines = [f"{z.slug};" + ";".join(["12,5"] * 50) for z in zones]
    sheet = csv_sheet("\n".join([header, *lines]))
    editions = [create_edition(year=2000 + n, published_at=None) for n in range(6)]
    began = time.monotonic()

    for edition in editions:
        carry_out(edition, sheet, by=place.by, now=NOW)

    taken = time.monotonic() - began
    print(f"15,300 figures in {taken:.1f} s")
    assert Figure.objects.count() == 15_300
    assert taken < 10
