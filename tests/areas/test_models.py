from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from areas.models import Area, AreaPhase, Document, Zone
from areas.models.programme import efforts_sentence
from tests.factories import (
    create_area,
    create_area_zone,
    create_district,
    create_division,
    create_document,
    create_phase,
    create_zone,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "active"),
    [
        (date(2018, 12, 31), []),
        (date(2019, 1, 1), ["olsvik"]),
        (date(2022, 12, 31), ["olsvik"]),
        (date(2023, 1, 1), []),
    ],
)
def test_an_area_is_active_from_its_first_day_to_its_last(day, active):
    area = create_area(slug="olsvik", starts_on=None)
    create_phase(area=area, starts_on=date(2019, 1, 1), ends_on=date(2022, 12, 31))
    create_phase(area=area, status="ended", starts_on=date(2023, 1, 1))

    found = Area.objects.active_on(day).values_list("slug", flat=True)

    assert list(found) == active


@pytest.mark.parametrize(
    ("status", "active"),
    [
        ("planned", False),
        ("preproject", False),
        ("active", True),
        ("closing", True),
        ("ended", False),
    ],
)
def test_only_what_is_carried_out_is_active(status, active):
    area = create_area(starts_on=None)
    create_phase(area=area, status=status, starts_on=date(2020, 1, 1))

    assert Area.objects.active_on(date(2026, 1, 1)).exists() is active
    assert Area.objects.with_status(date(2026, 1, 1)).get().status == status


def test_two_phases_of_an_area_cannot_cover_the_same_day():
    area = create_area(starts_on=date(2019, 1, 1))
    second = AreaPhase(area=area, status="closing", starts_on=date(2025, 1, 1))

    with pytest.raises(ValidationError) as error:
        second.full_clean()
    with pytest.raises(IntegrityError, match="area_phase_no_overlap"):
        second.save()

    assert error.value.messages == ["Området har alt en fase i tidsrommet."]


def test_phases_of_two_areas_may_cover_the_same_day():
    create_area(starts_on=date(2019, 1, 1))
    create_area(starts_on=date(2019, 1, 1))

    assert AreaPhase.objects.count() == 2


def test_a_phase_cannot_end_before_it_starts():
    area = create_area(starts_on=None)

    with pytest.raises(IntegrityError, match="area_phase_ends_after_start"):
        create_phase(area=area, starts_on=date(2020, 1, 2), ends_on=date(2020, 1, 1))


@pytest.mark.parametrize("slug", ["finn", "tildelinger", "sok"])
def test_words_of_the_addresses_are_no_names_of_places(slug):
    zone = Zone(
        slug=slug,
        name="Finn",
        name_status="working",
        district=create_district(),
        division=create_division(),
    )

    with pytest.raises(ValidationError) as error:
        zone.full_clean()
    with pytest.raises(IntegrityError, match="zone_slug_not_reserved"):
        zone.save()

    assert error.value.messages == [
        "Portalen bruker adressenavnet selv. Velg et annet."
    ]


def test_a_zone_slug_is_used_once_in_each_division():
    create_zone(slug="loddefjord")
    other = create_division(slug="ny", is_default=False)

    create_zone(slug="loddefjord", division=other)

    with pytest.raises(IntegrityError, match="zone_slug_once_per_division"):
        create_zone(slug="loddefjord", division=other)


def test_only_one_division_is_the_default():
    create_division(slug="gammel")

    with pytest.raises(IntegrityError, match="division_one_default"):
        create_division(slug="ny")


def test_a_film_is_published_only_with_captions_transcript_and_description():
    film = create_document(kind="film", published_at=None)
    film.published_at = NOW

    with pytest.raises(ValidationError) as error:
        film.full_clean(exclude=["publisher"])
    film.captions_url = "https://example.org/tekst.vtt"
    film.transcript = "Vi bygger en benk."
    film.audio_description = "Trengs ikke: alt som skjer, blir sagt."
    film.full_clean()

    assert error.value.messages == [
        "En film må ha teksting, utskrift og synstolking (eller grunnen til at den ikke"
        " trengs) før den publiseres."
    ]


def test_names_are_sorted_in_norwegian_order():
    names = ["Ås", "Aasen", "Ærfugl", "Zoo", "Øygarden", "Bønes", "Alvøy", "Ågotnes"]
    for name in names:
        create_zone(name=name)

    found = Zone.objects.order_by("name_key", "name").values_list("name", flat=True)

    assert list(found) == [
        "Alvøy",
        "Bønes",
        "Zoo",
        "Ærfugl",
        "Øygarden",
        "Ågotnes",
        "Ås",
        "Aasen",
    ]


def test_drafts_and_what_comes_later_are_not_public():
    create_document(slug="ute", published_at=NOW)
    create_document(slug="kladd", published_at=None)
    create_document(slug="senere", published_at=datetime(2027, 1, 1, tzinfo=UTC))

    found = Document.objects.public(NOW).values_list("slug", flat=True)

    assert list(found) == ["ute"]


@pytest.mark.parametrize(
    ("status", "mark", "text"),
    [
        ("attested", "", "Olsvik"),
        ("inferred", "utledet navn", "Olsvik (utledet navn)"),
        ("working", "arbeidsnavn", "Olsvik (arbeidsnavn)"),
    ],
)
def test_a_zone_says_how_sure_its_name_is(status, mark, text):
    zone = create_zone(name="Olsvik", name_status=status)

    assert (zone.name_mark, str(zone)) == (mark, text)


def test_the_span_of_an_area_comes_from_its_phases():
    ended = create_area(slug="endt", starts_on=None)
    create_phase(
        area=ended,
        starts_on=date(2012, 1, 1),
        starts_precision="year",
        ends_on=date(2022, 12, 31),
    )
    create_phase(area=ended, status="ended", starts_on=date(2023, 1, 1))
    running = create_area(slug="i-gang", starts_on=None)
    create_phase(area=running, starts_on=date(2023, 1, 1))
    create_area(slug="uten", starts_on=None)

    spans = {area.slug: area.span for area in Area.objects.with_span()}

    assert spans == {"endt": "2012–2022", "i-gang": "fra 1. januar 2023", "uten": ""}


def test_an_office_that_must_be_checked_is_not_shown():
    checked = create_area(office="Bergenshallen", office_hours="Tirsdag")
    unchecked = create_area(
        office="Vestkanten", office_hours="Onsdag", unchecked=["office"]
    )

    shown = [
        (area.public_office, area.public_office_hours) for area in (checked, unchecked)
    ]

    assert shown == [("Bergenshallen", "Tirsdag"), ("", "")]


def test_a_publisher_or_source_that_must_be_checked_is_not_shown():
    facts = {"publisher": "Bladet", "source_url": "https://www.example.org/a"}
    checked = Document(**facts)
    unchecked = Document(**facts, unchecked=["publisher", "source_url"])

    shown = [
        (document.public_publisher, document.public_source, document.source_name)
        for document in (checked, unchecked)
    ]

    assert shown == [
        ("Bladet", "https://www.example.org/a", "example.org"),
        ("", "", ""),
    ]


def test_a_zone_was_in_an_area_on_the_days_of_its_row():
    row = create_area_zone(
        area=create_area(),
        zone=create_zone(),
        starts_on=date(2012, 1, 1),
        ends_on=date(2022, 12, 31),
    )

    days = [date(2011, 12, 31), date(2012, 1, 1), date(2022, 12, 31), date(2023, 1, 1)]

    assert [row.covers(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("efforts", "sentence"),
    [
        ([None, None, None, 1, 1], "Fem områder i fire satsinger"),
        ([None, None], "To områder med områdesatsing"),
        ([1, 1], "To områder i én satsing"),
        ([None], "Ett område med områdesatsing"),
        ([None] * 13 + [1, 1], "15 områder i 14 satsinger"),
    ],
)
def test_areas_that_share_an_effort_are_counted_as_one_effort(efforts, sentence):
    areas = [
        Area(pk=pk, effort_id=effort) for pk, effort in enumerate(efforts, start=1)
    ]

    assert efforts_sentence(areas) == sentence
