"""The public pages: what they say, what they hide, how many queries they take."""

import re
from datetime import UTC, date, datetime, timedelta

import html5lib
import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from areas.models import (
    Agreement,
    Appropriation,
    Effort,
    Funder,
    PoliticalCase,
    Zone,
)
from omradesatsing.loading.programme import load_programme
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_area,
    create_area_zone,
    create_body,
    create_coordinator,
    create_decided,
    create_district,
    create_document,
    create_event,
    create_phase,
    create_project,
    create_round,
    create_scheme,
    create_zone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def facts():
    """All the real facts."""
    load_programme(timezone.now() - timedelta(hours=1))


def text_of(response):
    """What a reader sees: the text of <main>, with single spaces."""
    assert response.status_code == 200
    document = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
    return " ".join("".join(document.find(".//main").itertext()).split())


def headings(response):
    document = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
    found = document.find(".//main").iter()
    return [
        " ".join("".join(tag.itertext()).split())
        for tag in found
        if tag.tag in {"h1", "h2"}
    ]


EVERY_PAGE = [
    "/",
    "/omrader/",
    "/omrader/loddefjord/",
    "/omrader/solheim-nord/",
    "/omrader/indre-laksevag/",
    "/soner/",
    "/soner/loddefjord/",
    "/soner/nordnes/",
    "/soner/damsgard/",
    "/prosjekter/",
    "/prosjekter/?omrade=olsvik&status=ongoing&page=1",
    "/prosjekter/lyshuset/",
    "/prosjekter/gratis-kjernetid-arstad/",
    "/koordinatorer/",
    "/dokumentasjon/",
    "/dokumentasjon/?ar=2021&slag=plan",
    "/dokumentasjon/det-muliges-kunst/",
    "/sok/",
    "/sok/?q=loddefjord",
    "/sok/?q=finnesikke",
    "/om/",
    "/personvern/",
    "/tilgjengelighet/",
    "/kontakt/",
]


@pytest.mark.parametrize("prefix", ["", "/nn", "/en"])
def test_every_page_is_valid_html_with_no_cookie_and_nothing_inline(
    facts, client, prefix
):
    for path in EVERY_PAGE:
        response = client.get(prefix + path)

        html = response.content.decode()
        document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
            html
        )
        assert (path, response.status_code) == (path, 200)
        assert dict(response.cookies) == {}
        assert "public" in response["Cache-Control"]
        assert re.findall(r"<[^>]+ (?:style|on\w+)=|<style|<script(?! src)", html) == []
        assert len(list(document.iter("h1"))) == 1
        for heading in document.iter("h2"):
            assert "".join(heading.itertext()).strip()
        assert document.find(".//title").text.strip()
        description = document.find(".//meta[@name='description']").get("content")
        assert description.strip()
        assert not re.search(r"\d|%|prosent", description)


def test_no_page_uses_words_that_rank_or_label_places(facts, client):
    words = r"\b(verst\w*|utsatt\w*|problemområde\w*|belastet|dårligst\w*|ghetto\w*)\b"

    found = {
        path: re.findall(words, text_of(client.get(path)), re.IGNORECASE)
        for path in EVERY_PAGE
    }

    assert found == dict.fromkeys(EVERY_PAGE, [])


def test_notes_for_editors_are_never_shown(facts, client):
    for path in EVERY_PAGE:
        text = text_of(client.get(path))

        assert "ikke funnet." not in text.replace("ikke funnet på nett.", "")
        assert "kontroller før" not in text
        assert "Vestkanten." not in text


def test_the_front_page_shows_things_in_the_order_of_a_phone(facts, client):
    olsvik = create_event(
        title="Julegrantenning", starts_at=timezone.now() + timedelta(days=3)
    )

    response = client.get("/")

    assert headings(response) == [
        "Hva skjer der du bor?",
        "Fem områder i fire satsinger",
        "Neste arrangement",
        "Dette er det blitt av",
    ]
    text = text_of(response)
    assert text.index("Hvor bor du?") < text.index("Fem områder i fire satsinger")
    assert olsvik.title in text


def test_the_front_page_has_one_current_thing_for_each_area(facts, client):
    document = html5lib.parse(
        client.get("/").content.decode(), namespaceHTMLElements=False
    )

    section = document.find(".//section[@aria-labelledby='omrader']")
    cards = [
        [" ".join("".join(link.itertext()).split()) for link in card.iter("a")]
        for card in section.iter("li")
    ]
    assert cards == [
        ["Loddefjord", "Nytt bygg for Fysak og Elvetun", "55 56 55 56"],
        [
            "Olsvik",
            "Nærmiljøanlegg og sykkelområde ved Olsvik skole og Olsvikbanen",
            "55 56 55 56",
        ],
        ["Slettebakken", "Slettebakken Frivilligsentral", "55 56 55 56"],
        ["Solheim nord", "Lyshuset – felles bibliotek på Ny-Krohnborg", "55 56 55 56"],
        ["Solheim sør", "Solheim sør kom med i satsingen", "55 56 55 56"],
    ]


def test_five_areas_are_active_and_two_are_kept(facts, client):
    response = client.get("/omrader/")

    assert [area.name for area, contacts in response.context["active"]] == [
        "Loddefjord",
        "Olsvik",
        "Slettebakken",
        "Solheim nord",
        "Solheim sør",
    ]
    assert [area.name for area in response.context["others"]] == [
        "Indre Laksevåg",
        "Ytre Arna",
    ]


def test_the_map_has_every_zone_and_says_what_is_known_of_names(facts, client):
    response = client.get("/soner/")

    html = response.content.decode()
    assert (
        "51 soner gjelder utgavene til og med 2019; den nyeste (2023) har 57. 15 navn"
        " er funnet i kilder, 11 er utledet, 25 er arbeidsnavn; grenser og plassering"
        " er ikke kommunens." in text_of(response)
    )
    assert html.count('<rect class="tile__shape"') == 51
    assert html.count('<tspan class="tile__mark"') == 36
    assert html.count('<span class="name-mark">arbeidsnavn</span>') == 25
    assert html.count('<span class="name-mark">utledet navn</span>') == 11
    assert html.count('class="tile tile--active"') == 5
    assert html.count('class="tile tile--ended"') == 3


def test_the_table_of_zones_goes_by_district_and_name(facts, client):
    response = client.get("/soner/")

    names = [
        (zone.district.name, zone.name) for zone, areas in response.context["zones"]
    ]
    assert names[:4] == [
        ("Arna", "Gullfjellet nord"),
        ("Arna", "Indre Arna"),
        ("Arna", "Ytre Arna"),
        ("Bergenhus", "Fjellsiden nord"),
    ]
    assert [district for district, name in names[-15:]] == ["Årstad"] * 7 + [
        "Åsane"
    ] * 8


@pytest.mark.parametrize(
    ("slug", "noindex", "mark"),
    [
        ("loddefjord", False, ""),
        ("damsgard", False, "utledet navn"),
        ("nordnes", True, "arbeidsnavn"),
    ],
)
def test_a_zone_shows_its_mark_and_working_names_are_not_indexed(
    facts, client, slug, noindex, mark
):
    html = client.get(f"/soner/{slug}/").content.decode()

    zone = Zone.objects.in_default_division().get(slug=slug)
    title = f"{zone.name} ({mark})" if mark else zone.name
    assert ('<meta name="robots" content="noindex">' in html) is noindex
    assert f"<title>{title} – Områdesatsing i Bergen</title>" in html


def test_an_area_without_coordinator_shows_office_and_shared_contact(facts, client):
    loddefjord = text_of(client.get("/omrader/loddefjord/"))
    slettebakken = text_of(client.get("/omrader/slettebakken/"))

    assert "Telefon 55 56 55 56" in loddefjord
    assert "Nærmiljøkontoret i Bergenshallen. Åpent: som regel" in slettebakken


def test_a_coordinator_is_shown_with_what_they_chose_to_show(client):
    area = create_area(slug="olsvik", name="Olsvik")
    coordinator = create_coordinator(name="Kari Prøve", areas=[area]).coordinator
    coordinator.phone, coordinator.email = "+4741234567", "omrade@example.org"
    coordinator.save()

    texts = [
        text_of(client.get(path)) for path in ("/omrader/olsvik/", "/koordinatorer/")
    ]

    for text in texts:
        assert "Kari Prøve Områdekoordinator" in text
        assert "Telefon 412 34 567 E-post omrade@example.org" in " ".join(text.split())
        assert coordinator.user.email not in text


def test_an_agreement_that_ends_soon_says_that_the_rest_is_not_known(
    facts, client, monkeypatch
):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))

    text = text_of(client.get("/omrader/loddefjord/"))

    assert (
        "Avtalen med staten gjelder til og med 2026. Hva som skjer etterpå, er ikke"
        " kjent her." in text
    )
    assert "ikke kjent her" not in text_of(client.get("/omrader/slettebakken/"))


def test_solheim_is_one_effort_in_two_areas(facts, client):
    text = text_of(client.get("/omrader/solheim-nord/"))

    assert (
        "Solheim nord og Solheim sør drives som én satsing, Solheim, med felles mål og"
        " felles koordinatorer." in text
    )


@pytest.mark.parametrize(
    "path",
    [
        "/omrader/kladd/",
        "/prosjekter/kladd/",
        "/dokumentasjon/kladd/",
        "/omrader/finnes-ikke/",
        "/soner/finnes-ikke/",
        "/indikatorer/finnes-ikke/",
        "/bydeler/finnes-ikke/",
    ],
)
def test_drafts_and_unknown_places_are_not_found(client, path):
    create_area(slug="kladd", published_at=None)
    create_project(slug="kladd", published_at=None)
    create_document(slug="kladd", published_at=None)

    assert client.get(path).status_code == 404


def test_drafts_are_in_no_list(client):
    area = create_area(name="Olsvik", slug="olsvik")
    draft = {"title": "Hemmelig", "slug": "hemmelig", "published_at": None}
    create_area(name="Hemmelig", slug="hemmelig", published_at=None)
    create_project(areas=[area], result="Fint", **draft)
    draft_result = {**draft, "slug": "hemmelig-ferdig", "status": "completed"}
    create_project(areas=[area], result="Fint", **draft_result)
    create_document(areas=[area], **draft)
    create_event(areas=[area], date=date(2030, 1, 1), **draft)

    paths = ["/", "/omrader/", "/omrader/olsvik/", "/prosjekter/", "/dokumentasjon/"]
    paths += ["/om/", "/kontakt/", "/koordinatorer/", "/sitemap.xml"]

    found = [path for path in paths if "emmelig" in client.get(path).content.decode()]
    assert found == []


@pytest.mark.parametrize(
    "page", ["0", "-1", "2", "1.0", "x", "", "001", "٣", "9999999999", "1e9"]
)
@pytest.mark.parametrize("path", ["/prosjekter/", "/dokumentasjon/"])
def test_odd_pages_do_not_exist(client, path, page):
    create_project()
    create_document()

    assert client.get(path, {"page": page}).status_code == 404
    assert client.get(path, {"page": "1"}).status_code == 200


def test_projects_are_filtered_by_get(facts, client):
    response = client.get(
        "/prosjekter/",
        {
            "omrade": "olsvik",
            "tema": "naermiljo",
            "status": "planned",
            "slag": "municipal",
        },
    )

    assert [project.slug for project in response.context["page"]] == [
        "naermiljoanlegg-olsvik-skole",
        "bronndalen-ballplass",
    ]


def test_a_day_shows_the_areas_of_that_time(facts, client):
    response = client.get("/omrader/?dato=2021-06-01")
    html = response.content.decode()
    past = html[html.index('id="na"') : html.index('id="andre"')]

    names = re.findall(r'card__title"><a href="[^"]*">([^<]+)<', past)
    assert names == [
        "Indre Laksevåg",
        "Loddefjord",
        "Olsvik",
        "Solheim nord",
        "Ytre Arna",
    ]
    assert "Her var det områdesatsing 1. juni 2021" in html
    assert "55 56 55 56" not in past  # who to talk to is a fact of today
    assert "Her er det områdesatsing nå" in client.get("/omrader/").content.decode()


@pytest.mark.parametrize("day", ["1.6.2021", "2021-06-01", "01.06.2021"])
def test_a_day_is_read_as_people_write_it(facts, client, day):
    assert "1. juni 2021" in text_of(client.get("/omrader/", {"dato": day}))


def test_what_is_no_day_is_told_and_today_is_shown(facts, client):
    text = text_of(client.get("/omrader/?dato=i+fjor"))

    assert "Her er det områdesatsing nå" in text
    assert "dato" in text.lower()


def test_before_anything_began_nothing_is_shown(facts, client):
    assert "Ingen områder den dagen." in text_of(
        client.get("/omrader/?dato=1999-01-01")
    )


def test_an_unknown_filter_value_is_said_and_not_guessed(facts, client):
    response = client.get("/prosjekter/", {"omrade": "atlantis"})

    assert response.status_code == 200
    assert list(response.context["filter"].form.errors) == ["omrade"]


def test_documents_are_filtered_by_kind_year_and_area(facts, client):
    response = client.get(
        "/dokumentasjon/",
        {"slag": "political_case", "ar": "2021", "omrade": "ytre-arna"},
    )

    assert [document.slug for document in response.context["page"]] == [
        "avslutning-2021",
        "bystyrevedtak-plan-2021",
    ]


def test_a_source_that_must_be_checked_is_not_linked(facts, client):
    html = client.get("/dokumentasjon/det-muliges-kunst/").content.decode()

    assert "pdfslide" not in html
    assert "Selve dokumentet er ikke funnet på nett." in html


def test_search_finds_across_kinds_and_helps_when_it_does_not(facts, client):
    found = client.get("/sok/", {"q": "loddefj"})
    nothing = client.get("/sok/", {"q": "<b>xyzzy"})

    assert [heading for heading, hits in found.context["groups"]] == [
        "Områder",
        "Soner",
        "Prosjekter",
        "Dokumenter",
    ]
    assert "<mark>Loddefjord</mark>" in found.content.decode()
    assert "Ingen treff på «&lt;b&gt;xyzzy»." in nothing.content.decode()
    assert "Skriv færre ord" in text_of(nothing)


def test_the_site_map_has_every_published_page_and_no_working_name(facts, client):
    xml = client.get("/sitemap.xml").content.decode()

    addresses = set(re.findall(r"<loc>https?://[^/]+([^<]+)</loc>", xml))
    bokmal = {a for a in addresses if not a.startswith(("/nn/", "/en/"))}
    assert len([a for a in bokmal if re.fullmatch(r"/soner/[^/]+/", a)]) == 26
    assert len([a for a in bokmal if re.fullmatch(r"/prosjekter/[^/]+/", a)]) == 42
    assert len([a for a in bokmal if re.fullmatch(r"/omrader/[^/]+/", a)]) == 7
    assert {"/", "/omrader/", "/soner/", "/nn/omrader/", "/en/omrader/"} <= addresses
    assert "/soner/nordnes/" not in addresses


def fill(number):
    """A city with `number` of everything, all of it connected."""
    district = create_district()
    effort = Effort.objects.create(slug="felles", name="Felles")
    tomorrow = timezone.now() + timedelta(days=1)
    first = create_area(slug="forste", district=district, effort=effort)
    body = create_body(slug="bystyret", name="Bystyret")
    funder = Funder.objects.create(slug="staten", name="Staten", kind="state")
    for n in range(number):
        area = create_area(district=district, effort=effort)
        ended = create_area(district=district, starts_on=None)
        create_phase(area=ended, starts_on=date(2012, 1, 1), ends_on=date(2022, 12, 31))
        zone = create_zone(slug="sonen" if n == 0 else None, district=district)
        for one in (first, area, ended):
            create_area_zone(area=one, zone=zone)
        both = [first, area]
        create_coordinator(areas=both)
        create_project(slug="tiltak" if n == 0 else None, areas=both, result="Fint")
        create_project(areas=both, status="completed", result="Benk i parken")
        create_project(district=district, title="Bydelens benk")
        create_document(slug="rapport" if n == 0 else None, areas=both, title="Benk")
        create_event(areas=both, starts_at=tomorrow)
        create_event(areas=both, date=date(2020, 1, 1))
        for slug, areas in ((f"sak-{n}", both), (f"fellessak-{n}", [])):
            case = PoliticalCase.objects.create(slug=slug, title="Sak", body=body)
            case.areas.set(areas)
        agreement = Agreement.objects.create(slug=f"avtale-{n}", title="Avtale")
        agreement.funders.set([funder])
        agreement.areas.set(both)
        appropriation = Appropriation.objects.create(
            year=2020, funder=funder, amount=1, kind="granted", purpose="Benker"
        )
        appropriation.areas.set(both)


@pytest.mark.parametrize("number", [1, 30])
def test_the_queries_of_a_page_do_not_grow(client, django_assert_num_queries, number):
    fill(number)
    queries = {
        "/": 5,
        "/omrader/": 2,
        "/omrader/forste/": 11,
        "/soner/": 3,
        "/soner/sonen/": 9,
        "/prosjekter/": 4,
        "/prosjekter/?omrade=forste&status=ongoing": 4,
        "/prosjekter/tiltak/": 4,
        "/koordinatorer/": 2,
        "/dokumentasjon/": 4,
        "/dokumentasjon/rapport/": 2,
        "/sok/?q=benk": 6,
        "/om/": 6,
        "/kontakt/": 2,
        "/personvern/": 0,
        "/tilgjengelighet/": 0,
        "/sitemap.xml": 8,
    }

    for path, count in queries.items():
        ContentType.objects.clear_cache()
        with django_assert_num_queries(count, info=path):
            assert client.get(path).status_code == 200


def test_an_open_round_is_shown_with_its_closing_time(client):
    olsvik = create_area(slug="olsvik")
    create_area(slug="loddefjord")
    create_round(
        title="Vårpenger",
        slug="var",
        areas=[olsvik],
        scheme=create_scheme(example=True),
        closes_at=datetime(2099, 3, 15, 23, tzinfo=UTC),
    )
    create_round(title="Kladd", published=False)
    create_round(title="Stengt", closes_at=timezone.now() - timedelta(days=1))
    create_round(
        title="Senere",
        opens_at=timezone.now() + timedelta(days=9),
        published=False,
        areas=[olsvik],
    )

    home = text_of(client.get("/"))
    area = text_of(client.get("/omrader/olsvik/"))
    other = text_of(client.get("/omrader/loddefjord/"))

    for text in (home, area):
        assert (
            "Søk om tilskudd Vårpenger Eksempel – ikke en utlysning fra Bergen kommune"
            " Penger til prosjekter der folk bor. Frist: 15. mars 2099 kl. 23.59"
            in text
        )
        assert "Kladd" not in text
        assert "Stengt" not in text
    assert "Søk om tilskudd" not in other


def test_an_award_is_on_the_page_of_its_place_once_it_is_told(client):
    olsvik = create_area(slug="olsvik")
    create_area_zone(area=olsvik, zone=create_zone(slug="olsvik"))
    create_decided(round=create_round(areas=[olsvik]), area=olsvik)
    paths = ["/omrader/olsvik/", "/soner/olsvik/"]

    before = [text_of(client.get(path)) for path in paths]
    Notice.objects.update(sent_at=timezone.now())
    after = [text_of(client.get(path)) for path in paths]

    assert ["Sommerfest" in text for text in before] == [False, False]
    assert ["Sommerfest" in text for text in after] == [True, True]


@pytest.mark.parametrize("path", ["/", "/omrader/her/"])
def test_what_is_open_is_judged_by_when_the_request_arrived(client, path):
    area = create_area(slug="her")
    now = timezone.now()
    create_round(title="Festpenger", areas=[area], closes_at=now - timedelta(minutes=1))
    arrived = (now - timedelta(minutes=2)).timestamp()

    in_time = client.get(path, headers={"X-Request-Start": f"t={arrived:.3f}"})
    too_late = client.get(path)

    assert "Festpenger" in text_of(in_time)
    assert "Festpenger" not in text_of(too_late)
