"""Pages of zones, indicators and editions: what they say, hide and cost."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from areas.figures.files import csv_cell
from areas.figures.importing import carry_out, publish
from areas.figures.plans import plan_import
from areas.figures.sheets import read_sheet
from areas.models import Division, Edition, Figure, PlaceName, Zone
from areas.wording import labels_in
from omradesatsing.accounts.actors import Actor
from omradesatsing.loading.practice import load_practice
from omradesatsing.loading.programme import load_programme
from tests.factories import (
    create_area,
    create_area_zone,
    create_coordinator,
    create_district,
    create_division,
    create_edition,
    create_event,
    create_figure,
    create_indicator,
    create_project,
    create_round,
    create_zone,
)
from tests.pages.test_public_pages import text_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def practice():
    """The real facts and the practice editions."""
    load_programme(NOW)
    load_practice(NOW)


def rows_of(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


# --- the real facts ------------------------------------------------------------------


def test_a_zone_answers_in_this_order(practice, client):
    create_coordinator(
        areas=[
            Zone.objects.get(slug="loddefjord", division__is_default=True).areas.get()
        ]
    )
    text = text_of(client.get("/soner/loddefjord/"))

    order = [
        "er en levekårssone i Laksevåg",
        "Prosjekter",
        "Tall for sonen",
        "Barn i husholdninger med lav inntekt",
        "Hva som telles",
        "Endring siden forrige utgave",
        "Tall fra rapportene",
        "Ta del",
        "Om tallene",
    ]
    found = [text.index(words) for words in order]
    assert found == sorted(found)


def test_known_figures_stand_as_sentences_without_comparison(practice, client):
    text = text_of(client.get("/soner/loddefjord/?utgave=2016"))

    plain = text.replace("\u00a0", " ")
    assert (
        "Folk i 30-årene med grunnskole som høyeste utdanning: 25,4 prosent i "
        "Loddefjord. Kjent for 2 av 51."
    ) in plain
    assert "enn i Bergen samlet" not in text
    assert "over 25,0" in text  # a bound stays a bound


def test_an_indicator_with_few_figures_has_no_map_and_says_why(practice, client):
    response = client.get("/indikatorer/god-helse/?utgave=2023")
    text = text_of(response)

    assert "kjent for 3 av 57 soner" in text
    assert b"tile-map" not in response.content
    assert b"chart--strip" not in response.content
    assert client.get("/indikatorer/god-helse/kart.svg?utgave=2023").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/soner/loddefjord/?utgave=2016",
        "/soner/loddefjord.csv",
        "/soner/loddefjord.json",
        "/sammenlign/?soner=loddefjord,sandsli&utgave=2016",
        "/sammenlign.csv?soner=loddefjord,sandsli",
        "/soner/loddefjord/utvikling/",
        "/bydeler/laksevag/",
    ],
)
def test_a_combined_measure_stands_under_its_edition_only(practice, client, path):
    assert "Plassering i samlet mål" not in client.get(path).content.decode()
    assert "plass 51 av 51" in text_of(client.get("/utgaver/2016/"))
    assert client.get("/indikatorer/samlet-plassering/").status_code == 404


def test_measures_with_the_district_as_lowest_level_have_no_zone_rows(practice):
    levels = Figure.objects.filter(indicator__lowest_level="district")

    assert levels.filter(zone__isnull=False).count() == 0
    assert levels.filter(indicator__slug="barnevernstiltak-2008").count() == 1


def test_a_division_that_is_not_complete_says_so(practice, client):
    assert "kjenner 30" in text_of(client.get("/soneinndelinger/kommunens-57/"))
    assert "kjenner 30" in text_of(client.get("/soner/?inndeling=kommunens-57"))
    assert "ikke fullstendig" not in text_of(client.get("/soneinndelinger/oving/"))


def test_a_zone_has_a_page_in_each_division(practice, client):
    old = text_of(client.get("/soner/ytre-arna/?utgave=2019"))
    new = text_of(client.get("/soner/ytre-arna/?inndeling=kommunens-57"))

    assert "53 prosent i Ytre Arna" in old.replace("\u00a0", " ")
    assert "60 prosent i Ytre Arna" in new.replace("\u00a0", " ")
    assert "Kommunens 57 levekårssoner" in new
    assert client.get("/soner/ytre-arna/?inndeling=finnesikke").status_code == 404
    assert client.get("/soner/ytre-arna/?utgave=2023").status_code == 404


# --- practice figures are marked everywhere -------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/soner/loddefjord/",
        "/soner/loddefjord/utvikling/",
        "/indikatorer/god-helse/",
        "/indikatorer/god-helse/kart.svg",
        "/indikatorer/god-helse.json",
        "/sammenlign/?soner=loddefjord,olsvik",
        "/utgaver/",
        "/utgaver/oving-a/",
        "/bydeler/arna/",
        "/bergen/",
        "/data/",
    ],
)
def test_practice_figures_are_marked(practice, client, path):
    assert "øvingstall" in client.get(path).content.decode().lower()


def test_each_row_of_a_file_says_whether_it_is_for_practice(practice, client):
    files = ["/soner/loddefjord.csv", "/indikatorer/god-helse.csv", "/utgaver/2016.csv"]
    for path in [*files, "/utgaver/oving-b.csv", "/sammenlign.csv?soner=loddefjord"]:
        rows = rows_of(client.get(path))
        assert rows
        for row in rows:
            expected = "ja" if row["utgave"].startswith("oving") else "nei"
            assert row["øvingstall"] == expected, path


def test_without_practice_editions_the_newest_real_one_is_shown(client):
    load_programme(NOW)

    text = text_of(client.get("/soner/ytre-arna/"))

    assert "Øving" not in text
    assert "53" in text


def test_the_practice_editions_have_all_zones_hidden_and_missing_ones(practice):
    for slug, zones in (("oving-a", 51), ("oving-b", 51), ("oving-c", 16)):
        edition = Edition.objects.get(slug=slug)
        figures = Figure.objects.filter(edition=edition, zone__isnull=False)
        assert figures.count() == 8 * zones
        assert set(figures.values_list("status", flat=True)) == {
            "published",
            "hidden",
            "missing",
        }
    assert (
        Division.objects.get(slug="oving")
        .zones.filter(predecessors__isnull=False)
        .exists()
    )


# --- files ---------------------------------------------------------------------------


def test_a_file_has_bergens_row_statuses_and_a_telling_name(practice, client):
    response = client.get("/indikatorer/god-helse.csv?utgave=oving-b")
    rows = rows_of(response)

    name = "bergen-levekar_god-helse_oving-b.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert [row["nivå"] for row in rows].count("sone") == 51
    assert [row["sted"] for row in rows if row["nivå"] == "Bergen"] == ["Bergen"]
    hidden = [row for row in rows if row["status"] == "hidden"]
    assert len(hidden) == 2
    assert {
        row["verdi"] + row["nedre grense"] + row["antall i nevneren"] for row in hidden
    } == {""}
    assert {row["hvorfor skjult"] for row in hidden} == {"small_count"}


@pytest.mark.parametrize(
    ("path", "levels"),
    [
        ("/soner/loddefjord.csv", {"sone", "Bergen"}),
        ("/bydeler/arna.csv", {"bydel", "Bergen"}),
        ("/bergen.csv", {"Bergen"}),
    ],
)
def test_a_places_file_has_the_place_and_bergen_and_no_other(
    practice, client, path, levels
):
    rows = rows_of(client.get(path))

    assert {row["nivå"] for row in rows} == levels
    assert len({row["sted"] for row in rows}) == len(levels)


def test_choices_of_edition_keep_the_division_and_the_zones(practice, client):
    zone = client.get("/soner/ovingssone-1/?inndeling=oving").content.decode()
    compared = client.get(
        "/sammenlign/?soner=ovingssone-1,ovingssone-2&inndeling=oving"
    ).content.decode()

    assert "/sammenlign/?soner=ovingssone-1&amp;inndeling=oving" in zone
    assert "Øvingssone 2" in compared
    assert 'name="inndeling" value="oving"' in compared
    files = "/sammenlign.csv?soner=ovingssone-1,ovingssone-2&amp;utgave=oving-c"
    assert f"{files}&amp;inndeling=oving" in compared


def test_names_that_are_not_certain_are_marked_in_files(practice, client):
    rows = rows_of(client.get("/indikatorer/god-helse.csv?utgave=oving-b"))
    found = {row["sted-id"]: row["navnet er"] for row in rows if row["nivå"] == "sone"}

    assert (found["nordnes"], found["damsgard"], found["loddefjord"]) == (
        "working",
        "inferred",
        "attested",
    )
    assert (
        "arbeidsnavn" in client.get("/indikatorer/god-helse/kart.svg").content.decode()
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+47", "'+47"),
        ("-x", "'-x"),
        ("@a", "'@a"),
        (-3.5, "-3,5"),
        (True, "ja"),
        (None, ""),
        ("Anker", "Anker"),
    ],
)
def test_no_cell_of_a_file_is_a_formula(value, expected):
    assert csv_cell(value) == expected


def test_the_package_describes_each_column_of_the_file(practice, client):
    package = client.get("/utgaver/2016/datapackage.json").json()
    rows = rows_of(client.get("/utgaver/2016.csv"))

    fields = package["resources"][0]["schema"]["fields"]
    assert [field["name"] for field in fields] == list(rows[0])
    assert package["resources"][0]["path"] == "../2016.csv"


def test_json_has_the_same_rows_as_csv(practice, client):
    sheet = rows_of(client.get("/utgaver/oving-a.csv"))
    found = client.get("/utgaver/oving-a.json").json()["figures"]

    assert len(found) == len(sheet) == 8 * (51 + 8 + 1)
    assert [row["place_id"] for row in found] == [row["sted-id"] for row in sheet]


def test_an_edition_is_held_against_the_one_before_that_has_figures(practice, client):
    text = text_of(client.get("/utgaver/2016/"))

    assert "sammenlignet med utgaven 2011" in text  # of 2014 nothing is known
    assert "samme som i utgaven før" in text


def test_a_correction_stands_with_date_and_reason(practice, client):
    text = text_of(client.get("/utgaver/oving-a/"))
    changes = rows_of(client.get("/utgaver/oving-a/endringer.csv"))

    assert "Grensene for usikkerhet var regnet feil (øvingstall)." in text
    assert len(changes) == 1
    assert changes[0]["øvingstall"] == "ja"


# --- privacy -------------------------------------------------------------------------

SECRET = "73,7"
PUBLIC = [
    "/soner/{zone}/",
    "/soner/{zone}/utvikling/",
    "/soner/{zone}.csv",
    "/soner/{zone}.json",
    "/indikatorer/sykler/",
    "/indikatorer/sykler/?sorter=verdi",
    "/indikatorer/sykler/kart.svg",
    "/indikatorer/sykler.csv",
    "/indikatorer/sykler.json",
    "/sammenlign/?soner={zone}",
    "/sammenlign.csv?soner={zone}",
    "/sammenlign.json?soner={zone}",
    "/utgaver/hemmelig/",
    "/utgaver/hemmelig.csv",
    "/utgaver/hemmelig.json",
    "/utgaver/hemmelig/endringer.csv",
    "/bergen/",
    "/en/soner/{zone}/",
    "/sok/?q={zone}",
]


def test_a_figure_that_becomes_hidden_is_nowhere_to_be_found(client):
    """It was public until a correction hid it: not even the change log has it."""
    nord = create_district(slug="nord", name="Nord")
    zones = [
        create_zone(slug=f"sted-{n}", district=nord, tile_column=n, tile_row=0)
        for n in range(3)
    ]
    zones[0].division.zone_total = 3
    zones[0].division.save()
    create_indicator(slug="sykler", name="Folk som sykler", key_position=1)
    edition = create_edition(slug="hemmelig", published_at=None)
    by = Actor.system()

    def load(text, **options):
        sheet = read_sheet("a.csv", text.encode())
        carry_out(edition, sheet, by=by, now=NOW, **options)

    load(f"sted;sykler\nsted-0;{SECRET}\nsted-1;12\nsted-2;13\nBergen;40\n")
    publish(edition, by=by, now=NOW)
    assert SECRET in client.get("/soner/sted-0/").content.decode()
    load("sted;sykler\nsted-0;:\nsted-1;:\n", reason="Skulle vært skjult.")

    pages = {path: client.get(path.format(zone="sted-0")) for path in PUBLIC}

    for path, response in pages.items():
        body = response.content.decode()
        assert response.status_code in {200, 404}, path
        assert SECRET not in body, path
        assert SECRET.replace(",", ".") not in body, path
    assert "vises ikke" in text_of(pages["/utgaver/hemmelig/"])


NORTH, SOUTH = ["a1", "a2", "a3"], ["b1", "b2"]


@pytest.fixture
def secret_place(db):
    nord, sor = create_district(name="Nord"), create_district(name="Sør")
    for slug in NORTH:
        create_zone(slug=slug, name=slug.upper(), district=nord)
    for slug in SOUTH:
        create_zone(slug=slug, name=slug.upper(), district=sor)
    indicator = create_indicator(
        slug="folk", name="Folketall", unit="persons", decimals=0
    )
    return create_edition(slug="folk", published_at=None), indicator


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.lists(st.integers(1, 500), min_size=5, max_size=5),
    hidden=st.sets(st.sampled_from([*NORTH, *SOUTH, "bydel Nord", "bydel Sør"])),
)
def test_no_hidden_number_follows_from_what_an_edition_publishes(
    secret_place, counts, hidden
):
    """Whatever is hidden: the edition is refused, or two different truths fit it.

    The other truth moves people between hidden places and leaves all that is public
    as it was. It is looked for by trying, not by the rule.
    """
    edition, _indicator = secret_place
    of = dict(zip([*NORTH, *SOUTH], counts, strict=True))

    lines = ["sted;folk"]
    lines += [
        f"{place};{':' if place in hidden else n}" for place, n in totals(of).items()
    ]
    plan = plan_import(edition, read_sheet("a.csv", "\n".join(lines).encode()))

    followers = {place for place in hidden if not another_truth(of, hidden, place)}
    assert bool(plan.problems) is bool(followers)
    if not plan.problems:
        shown = [values["value"] for *_rest, values in plan.new]
        assert shown.count(None) == len(hidden)


def totals(of):
    north, south = (sum(of[slug] for slug in slugs) for slugs in (NORTH, SOUTH))
    return of | {"bydel Nord": north, "bydel Sør": south, "Bergen": north + south}


def another_truth(of, hidden, place):
    """Whether the place can have another number with all that is public the same."""
    before = totals(of)
    moves = [(None, None)]
    moves += [(one, other) for one in of for other in of if one != other]
    for one, other in moves:
        if one is None:
            continue
        after = totals(of | {one: of[one] + 1, other: of[other] - 1})
        changed = {name for name in before if before[name] != after[name]}
        if place in changed and changed <= hidden:
            return True
    return False


def test_two_hidden_districts_and_their_zones_may_stand(secret_place):
    edition, _indicator = secret_place
    text = (
        "sted;folk\na1;:\na2;2\na3;3\nb1;:\nb2;5\nbydel Nord;:\nbydel Sør;:\nBergen;20"
    )

    assert plan_import(edition, read_sheet("a.csv", text.encode())).problems == []


# --- finding -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("loddefjord", ["Loddefjord"]),
        ("LODDEFJORD", ["Loddefjord"]),
        ("solheim", ["Solheim nord", "Solheim sør"]),
        ("Prøveveien 12 b", ["Olsvik"]),
        ("5170", ["Loddefjord", "Olsvik"]),
        ("Prøvekretsen", ["Damsgård"]),
        ("Atlantis", []),
        ("a", []),
        ("", []),
    ],
)
def test_a_zone_is_found_by_what_people_type(client, typed, expected):
    load_programme(NOW)
    for slug, kind, name in (
        ("olsvik", "street", "Prøveveien"),
        ("olsvik", "postcode", "5170"),
        ("loddefjord", "postcode", "5170"),
        ("damsgard", "grunnkrets", "Prøvekretsen"),
    ):
        zone = Zone.objects.get(slug=slug, division__is_default=True)
        PlaceName.objects.create(
            zone=zone, kind=kind, name=name, plain=name.lower().replace("ø", "o")
        )

    response = client.get("/soner/finn/", {"q": typed})

    found = re.findall(
        r'item-list__title" href="[^"]*">([^<]+)<', response.content.decode()
    )
    assert found == expected


def test_several_that_fit_and_none_are_said_clearly(client):
    load_programme(NOW)

    assert "2 soner passer – velg den rette" in text_of(
        client.get("/soner/finn/?q=solheim")
    )
    nothing = text_of(client.get("/soner/finn/?q=atlantis"))
    assert "Vet ikke" in nothing
    assert "Alle soner, bydel for bydel" in nothing


def test_a_district_is_offered_and_an_uncertain_name_says_so(client):
    load_programme(NOW)

    arna = text_of(client.get("/soner/finn/?q=arna"))

    assert "Arna bydel" in arna
    assert "Usikker – spør koordinatoren." in arna  # Indre Arna is a working name
    assert "Hvem som kan søke om tilskudd, står i utlysningen." in arna


# --- words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/soner/loddefjord/",
        "/indikatorer/god-helse/",
        "/utgaver/2008/",
        "/utgaver/2023/",
        "/om-tallene/",
        "/sammenlign/?soner=loddefjord,sandsli",
        "/indikatorer/",
    ],
)
def test_no_page_has_a_label_on_a_place(practice, client, path):
    assert labels_in(text_of(client.get(path))) == []


def test_no_description_for_search_engines_has_a_number(practice, client):
    html = client.get("/soner/loddefjord/").content.decode()

    description = re.search(r'name="description" content="([^"]*)"', html).group(1)
    assert not re.search(r"\d", description)
    assert "og:image" not in html


def test_zones_stand_by_district_and_by_value_only_when_asked(practice, client):
    usual = client.get("/indikatorer/god-helse/").content.decode()
    asked = client.get("/indikatorer/god-helse/?sorter=verdi").content.decode()

    first = re.compile(r'scope="row"><a href="/soner/([\w-]+)/')
    districts = [
        Zone.objects.get(slug=s, division__is_default=True).district.name_key
        for s in first.findall(usual)
    ]
    assert districts == sorted(districts)
    assert first.findall(asked) != first.findall(usual)
    assert "sier ikke hvor det er best å bo" in asked
    assert "sier ikke hvor det er best å bo" not in usual
    assert client.get("/indikatorer/god-helse/?sorter=tull").status_code == 404


def test_at_most_four_zones_are_compared_in_the_order_chosen(practice, client):
    path = "/sammenlign/?soner=sandsli,olsvik,sentrum,damsgard,loddefjord,finnesikke"
    text = text_of(client.get(path))

    assert "Bare de 4 første er med." in text
    assert "Ukjent sone: finnesikke" in text
    head = text[text.index("Hva som telles") :]
    places = ["Sandsli", "Olsvik", "Sentrum", "Damsgård", "Bergen"]
    assert [head.index(p) for p in places] == sorted(head.index(p) for p in places)


def test_a_working_name_is_marked_wherever_it_stands(practice, client):
    for path in (
        "/indikatorer/god-helse/",
        "/soner/",
        "/sammenlign/?soner=nordnes",
        "/soneinndelinger/kommunens-51/",
        "/soner/finn/?q=nordnes",
    ):
        assert "arbeidsnavn" in text_of(client.get(path)), path


def test_a_place_text_is_signed_and_dated(client):
    create_zone(
        slug="anker",
        name="Anker",
        place_text="Her er det bakker.",
        place_text_by="beboere og koordinator",
        place_text_on="2026-03-01",
    )

    text = text_of(client.get("/soner/anker/"))

    assert "Her er det bakker." in text
    assert "Skrevet av beboere og koordinator, 1. mars 2026." in text


# --- what it costs -------------------------------------------------------------------


def fill(zones):
    """A division of so many zones, two full editions with 10 indicators."""
    division = create_division(zone_total=zones)
    districts = [create_district() for _ in range(8)]
    made = [
        create_zone(
            slug=f"sted-{n}",
            name=f"Sted {n}",
            district=districts[n % 8],
            tile_column=n % 20,
            tile_row=n // 20,
            division=division,
        )
        for n in range(zones)
    ]
    area = create_area(slug="omradet", district=districts[0])
    create_area_zone(area=area, zone=made[0])
    create_coordinator(areas=[area])
    create_project(areas=[area])
    create_event(areas=[area], starts_at="2099-01-01T12:00Z")
    create_round(areas=[area])
    indicators = [
        create_indicator(slug=f"maal-{n}", key_position=n + 1 if n < 6 else None)
        for n in range(10)
    ]
    for year in (2016, 2019):
        edition = create_edition(slug=str(year), year=year, division=division)
        create_figure(edition=edition, indicator=indicators[0], value=12)
        figures = [
            Figure(
                edition=edition,
                indicator=i,
                zone=z,
                status="published",
                value=10 + n % 7,
                low=8,
                high=20,
            )
            for i in indicators
            for n, z in enumerate(made)
        ]
        figures += [
            Figure(
                edition=edition, indicator=i, district=d, status="published", value=12
            )
            for i in indicators
            for d in districts
        ]
        figures += [
            Figure(edition=edition, indicator=i, status="published", value=12)
            for i in indicators[1:]
        ]
        Figure.objects.bulk_create(figures)


QUERIES = {
    "/soner/": 3,
    "/soner/sted-0/": 12,
    "/soner/sted-0/utvikling/": 5,
    "/soner/sted-0.csv": 2,
    "/soner/finn/?q=sted-1": 5,
    "/bydeler/bydel/": 9,
    "/bydeler/bydel.csv": 2,
    "/bergen/": 6,
    "/bergen.json": 1,
    "/data/": 2,
    "/indikatorer/": 2,
    "/indikatorer/maal-1/": 7,
    "/indikatorer/maal-1/kart.svg": 6,
    "/indikatorer/maal-1.csv": 2,
    "/sammenlign/?soner=sted-0,sted-1": 7,
    "/utgaver/": 2,
    "/utgaver/2019/": 7,
    "/utgaver/2019.csv": 2,
    "/soneinndelinger/prove/": 4,
    "/om-tallene/": 2,
}


@pytest.mark.parametrize("zones", [51, 400])
def test_a_page_takes_the_same_queries_for_51_and_400_zones(
    client, django_assert_num_queries, zones
):
    fill(zones)
    district = Zone.objects.get(slug="sted-0").district
    district.slug = "bydel"
    district.save()

    for path, count in QUERIES.items():
        ContentType.objects.clear_cache()
        with django_assert_num_queries(count, info=path):
            assert client.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "path",
    [
        "/soner/loddefjord/",
        "/soner/",
        "/indikatorer/god-helse/",
        "/bergen/",
        "/sammenlign/?soner=loddefjord,olsvik,sentrum,damsgard",
        "/soner/loddefjord/utvikling/",
        "/soneinndelinger/kommunens-51/",
    ],
)
def test_a_page_weighs_less_than_100_kb(practice, client, path):
    assert len(client.get(path).content) < 100_000


def test_the_standalone_map_is_whole_xml_with_title_source_and_edition(
    practice, client
):
    response = client.get("/indikatorer/god-helse/kart.svg?utgave=oving-b")

    assert response["Content-Type"].startswith("image/svg+xml")
    svg = ET.fromstring(response.content)  # noqa: S314 - our own
    text = " ".join(svg.itertext())
    assert "Voksne som sier at helsen er god eller svært god, Øving B" in text
    assert "Øving B: øvingstall, ikke ekte tall." in text


def test_a_division_without_tiles_and_borders_has_no_empty_map(client):
    zone = create_zone(slug="anker")
    zone.division.zone_total = 1
    zone.division.save()
    edition, indicator = create_edition(), create_indicator(slug="sykler")
    create_figure(edition=edition, indicator=indicator, zone=zone, value=33)

    page = client.get("/indikatorer/sykler/").content.decode()

    assert "chart--strip" in page
    assert "tile-map" not in page
    assert client.get("/indikatorer/sykler/kart.svg").status_code == 404


def test_drafts_are_nowhere(client):
    zone = create_zone(slug="anker", name="Anker")
    edition = create_edition(slug="kladd", published_at=None)
    indicator = create_indicator(slug="sykler", name="Folk som sykler")
    create_figure(edition=edition, indicator=indicator, zone=zone, value=33)

    assert client.get("/utgaver/kladd/").status_code == 404
    assert client.get("/utgaver/kladd.csv").status_code == 404
    for path in ("/soner/anker/", "/indikatorer/sykler/", "/soner/anker.csv", "/data/"):
        assert (
            "33" not in text_of(client.get(path)) if not path.endswith("csv") else True
        )
    assert rows_of(client.get("/soner/anker.csv")) == []


def test_real_facts_load_with_the_command_and_stay(client):
    call_command("load_programme", verbosity=0)
    published = Edition.objects.values_list("slug", "published_at")
    first = dict(published)

    call_command("load_programme", verbosity=0)

    assert dict(Edition.objects.values_list("slug", "published_at")) == first
    assert (
        json.dumps(sorted(first)) == '["2008", "2011", "2014", "2016", "2019", "2023"]'
    )
