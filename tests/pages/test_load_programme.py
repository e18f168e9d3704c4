import csv
import re
import shutil
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from areas.models import Area, AreaPhase, AreaZone, Document, Zone
from coordinators.models import Event, Partner, Project, ProjectFunding
from omradesatsing.loading import programme
from omradesatsing.loading.sheets import BadRow
from omradesatsing.models import LoadedRow
from tests.factories import create_area

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def folders(tmp_path):
    """Copies of the seed files, to be changed by a test."""
    areas, coordinators = tmp_path / "areas", tmp_path / "coordinators"
    shutil.copytree(programme.AREAS, areas)
    shutil.copytree(programme.COORDINATORS, coordinators)
    return {"areas": areas, "coordinators": coordinators}


def load(folders):
    return programme.load_programme(NOW, **folders)


def change(path, row_slug, /, **cells):
    """Write other values into the row of a file that begins with the slug."""
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        if row["slug"] == row_slug:
            row.update(cells)
    with path.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def run():
    out = StringIO()
    call_command("load_programme", stdout=out)
    return out.getvalue().splitlines()


def test_the_first_run_loads_everything_and_says_so():
    lines = run()

    assert lines == [
        "bydeler: 8 nye, 0 endret, 0 uendret",
        "temaer: 5 nye, 0 endret, 0 uendret",
        "felles satsinger: 1 nye, 0 endret, 0 uendret",
        "soneinndelinger: 2 nye, 0 endret, 0 uendret",
        "levekårssoner: 81 nye, 0 endret, 0 uendret",
        "avløsninger: 28 nye, 0 endret, 0 uendret",
        "folketall: 48 nye, 0 endret, 0 uendret",
        "områder: 7 nye, 0 endret, 0 uendret",
        "faser: 9 nye, 0 endret, 0 uendret",
        "soner i område: 8 nye, 0 endret, 0 uendret",
        "finansieringskilder: 11 nye, 0 endret, 0 uendret",
        "avtaler: 1 nye, 0 endret, 0 uendret",
        "bevilgninger: 9 nye, 0 endret, 0 uendret",
        "organer: 12 nye, 0 endret, 0 uendret",
        "politiske saker: 9 nye, 0 endret, 0 uendret",
        "byrådsavdelinger: 5 nye, 0 endret, 0 uendret",
        "dokumenter: 22 nye, 0 endret, 0 uendret",
        "lenker: 16 nye, 0 endret, 0 uendret",
        "indikatorer: 51 nye, 0 endret, 0 uendret",
        "utgaver: 6 nye, 0 endret, 0 uendret",
        "tall: 81 nye, 0 endret, 0 uendret",
        "samarbeidspartnere: 28 nye, 0 endret, 0 uendret",
        "prosjekter: 42 nye, 0 endret, 0 uendret",
        "finansiering: 3 nye, 0 endret, 0 uendret",
        "arrangementer: 18 nye, 0 endret, 0 uendret",
        "eksempler på tiltak: 8 nye, 0 endret, 0 uendret",
    ]


def test_a_second_run_changes_nothing():
    run()
    loaded = list(LoadedRow.objects.order_by("pk").values_list("pk", "loaded_at"))

    lines = run()

    assert len(lines) == 26
    assert all(
        re.fullmatch(r".+: 0 nye, 0 endret, \d+ uendret", line) for line in lines
    )
    assert (
        list(LoadedRow.objects.order_by("pk").values_list("pk", "loaded_at")) == loaded
    )
    assert Partner.objects.filter(name="Bymiljøetaten").count() == 1


def test_five_areas_are_active_and_two_are_ended(folders):
    load(folders)

    active = Area.objects.active_on(date(2026, 11, 23)).values_list("slug", flat=True)
    ended = AreaPhase.objects.filter(status="ended").values_list(
        "area__slug", "starts_on", "ends_on"
    )

    assert sorted(active) == [
        "loddefjord",
        "olsvik",
        "slettebakken",
        "solheim-nord",
        "solheim-sor",
    ]
    assert sorted(ended) == [
        ("indre-laksevag", date(2023, 1, 1), None),
        ("ytre-arna", date(2023, 1, 1), None),
    ]


def test_a_year_starts_on_1_january_and_ends_on_31_december(folders):
    load(folders)

    phase = AreaPhase.objects.get(area__slug="solheim-nord")
    project = Project.objects.get(slug="parseller-lys-turskilt")

    assert (phase.starts_on, phase.starts_precision) == (date(2012, 1, 1), "year")
    assert (project.starts_on, project.ends_on) == (
        date(2012, 1, 1),
        date(2022, 12, 31),
    )
    assert (project.starts_precision, project.ends_precision) == ("year", "year")


def test_what_the_note_calls_inferred_or_unchecked_is_marked(folders):
    load(folders)

    loddefjord = Area.objects.get(slug="loddefjord")
    zones = AreaZone.objects.filter(area__slug="indre-laksevag")

    assert (loddefjord.office, loddefjord.public_office) == ("Vestkanten", "")
    assert [zone.is_derived for zone in zones] == [True, True]
    assert Area.objects.get(slug="ytre-arna").derived == ["themes"]
    assert Document.objects.get(slug="det-muliges-kunst").public_source == ""
    assert Event.objects.get(slug="verksteder-indre-laksevag").published_at is None


def test_an_inferred_note_without_a_mark_stops_the_load(folders):
    change(folders["areas"] / "areas.csv", "olsvik", note="Temaene er utledet.")

    with pytest.raises(BadRow) as error:
        load(folders)

    assert str(error.value) == (
        "areas.csv, rad 6, kolonne note: sier at noe er utledet; si hvilket felt i"
        " marks.csv."
    )


def test_a_status_is_as_old_as_its_source(folders):
    load(folders)

    school = Project.objects.get(slug="slettebakken-skole")
    library = Project.objects.get(slug="loddefjord-bibliotek")

    assert school.status_line(NOW.date()) == "Status i mai 2023: planlagt"
    assert library.status_line(NOW.date()) == "Status: pågår (kilden har ingen dato)"


def test_a_changed_file_changes_only_what_it_changed(folders):
    load(folders)
    change(folders["coordinators"] / "projects.csv", "gnisten", status="ongoing")
    change(folders["coordinators"] / "projects.csv", "olsvik-gatefest", area_slugs="")

    keeper = load(folders)

    assert keeper.left == []
    assert keeper.counts[Project] == {"endret": 2, "uendret": 40}
    assert Project.objects.get(slug="gnisten").status == "ongoing"
    assert Project.objects.get(slug="olsvik-gatefest").areas.count() == 0


def test_what_was_edited_by_hand_stays_and_is_listed(folders):
    load(folders)
    Project.objects.filter(slug="gnisten").update(status="stopped", stopped_because="x")
    change(
        folders["coordinators"] / "projects.csv",
        "gnisten",
        status="ongoing",
        result="Ny",
    )

    keeper = load(folders)

    gnisten = Project.objects.get(slug="gnisten")
    assert keeper.left == ["coordinators.project gnisten: status endret for hånd"]
    assert (gnisten.status, gnisten.result) == ("stopped", "Ny")
    assert load(folders).left == keeper.left


def test_a_partner_that_was_renamed_by_hand_stays_so(folders):
    load(folders)
    renamed = Partner.objects.get(name="Bymiljøetaten")
    projects = set(renamed.projects.all())
    Partner.objects.filter(pk=renamed.pk).update(name="Bymiljøetaten i Bergen")
    before = set(Partner.objects.values_list("name", flat=True))

    load(folders)

    assert set(Partner.objects.values_list("name", flat=True)) == before
    assert projects
    assert set(renamed.projects.all()) == projects


def test_a_row_deleted_by_hand_is_not_made_again(folders):
    load(folders)
    Event.objects.get(slug="folkemote-olsvik-2023").delete()

    keeper = load(folders)

    assert keeper.left == [
        "coordinators.event folkemote-olsvik-2023: slettet for hånd, lages ikke igjen"
    ]
    assert not Event.objects.filter(slug="folkemote-olsvik-2023").exists()


def test_a_row_made_by_hand_is_left_alone(folders):
    area = create_area(slug="loddefjord", name="Vårt Loddefjord", starts_on=None)

    keeper = load(folders)

    assert keeper.left == ["areas.area loddefjord: laget for hånd, er ikke rørt"]
    area.refresh_from_db()
    assert area.name == "Vårt Loddefjord"


def test_a_row_that_leaves_the_file_stays_and_is_listed(folders):
    load(folders)
    path = folders["areas"] / "links.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")

    keeper = load(folders)

    assert keeper.missing() == [
        "areas.link regjeringen-om-omradesatsing: står ikke lenger i filene, er ikke"
        " rørt"
    ]


@pytest.mark.parametrize(
    ("folder", "file", "slug", "cells", "message"),
    [
        (
            "coordinators",
            "projects.csv",
            "gnisten",
            {"end": "2022-13"},
            "projects.csv, rad 29, kolonne end: «2022-13» er ikke ÅÅÅÅ, ÅÅÅÅ-MM eller"
            " ÅÅÅÅ-MM-DD.",
        ),
        (
            "coordinators",
            "projects.csv",
            "gnisten",
            {"area_slugs": "gnist"},
            "projects.csv, rad 29, kolonne area_slugs: «gnist» finnes ikke.",
        ),
        (
            "coordinators",
            "projects.csv",
            "lyshuset",
            {"funding_nok": "1e9x"},
            "projects.csv, rad 36, kolonne funding_nok: «1e9x» er ikke et beløp.",
        ),
        (
            "coordinators",
            "events.csv",
            "egget-apning-2021",
            {"kind": "fest"},
            "events.csv, rad 9, kolonne kind: «fest» er ikke en av folkemote, survey,"
            " workshop, barnetrakk, opening, office, other.",
        ),
        (
            "areas",
            "links.csv",
            "kortfilmer",
            {"url": "javascript:alert(1)"},
            "links.csv, rad 4, kolonne url: «javascript:alert(1)» er ikke en"
            " nettadresse.",
        ),
        (
            "areas",
            "zones_51.csv",
            "olsvik",
            {"slug": "finn"},
            "zones_51.csv, rad 31, kolonne slug: Portalen bruker adressenavnet selv."
            " Velg et annet.",
        ),
        (
            "areas",
            "documents.csv",
            "avslutning-2021",
            {"slug": "sluttrapport-ytre-arna"},
            "documents.csv, rad 14, kolonne slug: «sluttrapport-ytre-arna» står to"
            " ganger.",
        ),
    ],
)
def test_a_bad_cell_names_file_row_and_column(
    folders, folder, file, slug, cells, message
):
    change(folders[folder] / file, slug, **cells)

    with pytest.raises(BadRow) as error:
        load(folders)

    assert str(error.value) == message


def test_a_missing_column_is_named(folders):
    path = folders["areas"] / "themes.csv"
    path.write_text(path.read_text().replace("slug,name,", "slug,navn,", 1))

    with pytest.raises(BadRow) as error:
        load(folders)

    assert str(error.value) in {
        "themes.csv, rad 1, kolonne name: mangler.",
        "themes.csv, rad 1, kolonne navn: er ukjent.",
    }


def test_a_bad_row_leaves_nothing_behind(folders, monkeypatch):
    change(folders["coordinators"] / "events.csv", "egget-apning-2021", date="snart")
    monkeypatch.setattr(
        programme.load_programme, "__kwdefaults__", folders, raising=True
    )

    with pytest.raises(CommandError, match=r"events.csv, rad 9, kolonne date.* lagret"):
        run()

    assert (Zone.objects.count(), Project.objects.count()) == (0, 0)
    assert LoadedRow.objects.count() == 0


def test_the_seven_real_grants_are_projects_once(folders):
    load(folders)

    grants = Project.objects.filter(kind="grant")

    assert grants.count() == 7
    assert [project.status for project in grants] == [""] * 7
    assert ProjectFunding.objects.count() == 3
