from datetime import UTC, datetime

import pytest

from areas.search import (
    Hit,
    pieces,
    read_query,
    search_areas,
    search_documents,
    search_zones,
)
from coordinators.search import search_projects
from tests.factories import (
    create_area,
    create_district,
    create_document,
    create_project,
    create_zone,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "  ", "&|!", "«»", "\x00"])
def test_a_question_without_words_is_no_question(text):
    assert read_query(text) is None


def test_a_headline_is_split_at_its_marks_and_ends_with_dots_when_cut():
    assert pieces("En \ue000møteplass\ue001 i parken") == [
        ("En ", False),
        ("møteplass", True),
        (" i parken …", False),
    ]
    assert pieces("Klubben er åpen. ") == [("Klubben er åpen.", False)]
    assert pieces(" ") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["lodd", "Loddefjord", "LODDEFJORD zoo", "loddefjord'"]
)
def test_a_zone_is_found_by_its_name_or_its_beginning(text):
    district = create_district(name="Laksevåg")
    create_zone(
        name="Loddefjord", slug="loddefjord", district=district, name_status="working"
    )
    create_zone(name="Olsvik", slug="olsvik", district=district)

    hits = search_zones(text)

    found = [Hit("Loddefjord", "/soner/loddefjord/", "arbeidsnavn", "Laksevåg")]
    assert hits == ([] if "zoo" in text else found)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["_", "a:b", "!x", "(", "æ" * 300, "x " * 500, "lo:*"])
def test_no_question_breaks_the_search(text):
    create_zone(name="Loddefjord")

    query = read_query(text)

    assert query is None or isinstance(search_zones(text), list)


@pytest.mark.django_db
def test_words_are_found_in_their_other_forms():
    create_project(slug="hage", title="Parsellhager", result="Nye møteplasser ute.")

    hits = search_projects("møteplassene", NOW)

    assert [(hit.url, hit.text) for hit in hits] == [
        (
            "/prosjekter/hage/",
            [("Nye ", False), ("møteplasser", True), (" ute.", False)],
        )
    ]


@pytest.mark.django_db
def test_tags_in_a_text_come_to_nothing():
    create_document(title="Farlig", summary="<b>fare</b> & en rapport < 2 sider")

    hits = search_documents("rapport", NOW)

    assert hits[0].text == [
        ("fare  & en ", False),
        ("rapport", True),
        (" < 2 sider …", False),
    ]


@pytest.mark.django_db
def test_drafts_are_not_found():
    create_area(name="Hemmelig", published_at=None)
    create_project(title="Hemmelig", published_at=None)
    create_document(title="Hemmelig", published_at=None)

    hits = [search("hemmelig", NOW) for search in SEARCHES]

    assert hits == [[], [], []]


SEARCHES = [search_areas, search_projects, search_documents]
