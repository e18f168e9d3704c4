"""«Tall og soner» in the admin: look, read in, undo, publish, and who may."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from areas.models import Alias, Edition, Figure, Indicator, Zone
from omradesatsing.accounts.roles import ADMINISTRATOR, EDITOR
from tests.factories import (
    create_caseworker,
    create_district,
    create_division,
    create_edition,
    create_indicator,
    create_user,
    create_zone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    nord = create_district(slug="nord", name="Nord")
    create_zone(slug="anker", name="Anker", district=nord)
    create_zone(slug="bakke", name="Bakke", district=nord)
    create_indicator(slug="sykler", name="Folk som sykler", key_position=1)
    return create_edition(slug="2016", published_at=None)


@pytest.fixture
def admin(client):
    client.force_login(create_user(role=ADMINISTRATOR))
    return client


def upload(client, address, text, name="tall.csv", **data):
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, content)
    return client.post(address, {"file": file} | data, follow=True)


def at(edition, name="figures_edition", *args):
    return reverse(f"admin:{name}", args=[edition.pk, *args])


def last_address(response):
    return response.redirect_chain[-1][0]


def test_a_file_is_looked_at_then_read_in_then_published(admin, edition):
    looked = upload(admin, at(edition), "sone;sykler\nAnker;12,5\nBakke;13\n")
    page = looked.content.decode()

    assert "<strong>2</strong> nye" in page
    assert not Figure.objects.exists()
    done = admin.post(last_address(looked), follow=True)
    assert "Lest inn: 2 nye og 0 endrede tall." in done.content.decode()
    admin.post(at(edition, "figures_publish"))
    edition.refresh_from_db()
    assert edition.published_at
    assert b"12,5" in admin.get("/indikatorer/sykler/").content


def test_each_problem_is_shown_with_row_and_column_and_nothing_is_kept(admin, edition):
    looked = upload(admin, at(edition), "sone;sykler\nUkjentby;12\nBakke;tolv\n")
    page = looked.content.decode()

    assert "«Ukjentby» er ikke et sted i Prøveinndelingen." in page
    assert "«tolv» er ikke et tall." in page
    assert "Les inn" not in page
    again = admin.post(last_address(looked))
    assert "Ukjentby" in again.content.decode()
    assert not Figure.objects.exists()


def test_an_unknown_spelling_is_mapped_from_the_preview(admin, edition):
    looked = upload(admin, at(edition), "sone;Sykler dere?\nAnkr;12\n")
    address = last_address(looked)
    zone = Zone.objects.get(slug="anker")

    admin.post(address + "navn/", {"text": "Ankr", "meaning": f"zone-{zone.pk}"})
    assert "«Ankr» er" not in admin.get(address).content.decode()
    indicator = Indicator.objects.get()
    admin.post(
        address + "navn/",
        {"text": "Sykler dere?", "meaning": f"indicator-{indicator.pk}"},
    )
    admin.post(address)

    assert Figure.objects.get().zone == zone
    assert set(Alias.objects.values_list("text", flat=True)) == {"ankr", "sykler dere?"}


def test_the_last_file_is_undone_by_a_button(admin, edition):
    looked = upload(admin, at(edition), "sone;sykler\nAnker;12\n")
    admin.post(last_address(looked))
    assert "Angre «tall.csv»" in admin.get(at(edition)).content.decode()

    admin.post(at(edition, "figures_undo", edition.imports.get().pk))

    assert not Figure.objects.exists()
    assert "Angret" in admin.get(at(edition)).content.decode()


def test_a_published_edition_is_corrected_with_a_reason_only(admin, edition):
    looked = upload(admin, at(edition), "sone;sykler\nAnker;12\n")
    admin.post(last_address(looked))
    admin.post(at(edition, "figures_publish"))
    looked = upload(admin, at(edition), "sone;sykler\nAnker;13\n")

    refused = admin.post(last_address(looked), {"reason": " "})
    assert "som sier hvorfor" in refused.content.decode()
    admin.post(last_address(looked), {"reason": "Skrivefeil i rapporten."})

    assert Figure.objects.get().value == 13
    assert "Skrivefeil i rapporten." in admin.get("/utgaver/2016/").content.decode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "tom"),
        (b"PK\x03\x04tull", "Filen kan ikke leses som XLSX."),
        (b"\x00\x01", "verken CSV eller XLSX"),
    ],
)
def test_what_is_no_sheet_is_told_at_the_field(admin, edition, content, message):
    response = upload(admin, at(edition), content)

    assert response.redirect_chain == []
    assert message in response.content.decode()


def test_the_template_is_a_file_that_can_be_read_in(admin, edition):
    text = admin.get(at(edition, "figures_template", "csv")).content.decode("utf-8-sig")

    assert text.splitlines() == [
        "sone;sykler",
        "Anker;",
        "Bakke;",
        "bydel Nord;",
        "Bergen;",
    ]
    filled = text.replace("Anker;", "Anker;12").replace("Bakke;", "Bakke;13")
    looked = upload(admin, at(edition), filled)
    assert "<strong>2</strong> nye" in looked.content.decode()
    assert admin.get(at(edition, "figures_template", "lang.csv")).status_code == 200
    assert admin.get(at(edition, "figures_template", "tull")).status_code == 404


def test_what_one_uploaded_is_not_there_for_another(admin, edition, client):
    address = last_address(upload(admin, at(edition), "sone;sykler\nAnker;12\n"))

    client.force_login(create_user(role=ADMINISTRATOR))

    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    assert not Figure.objects.exists()


@pytest.mark.parametrize("role", [EDITOR, None])
def test_only_an_administrator_loads(client, edition, role):
    client.force_login(create_user(role=role) if role else create_caseworker())

    for name in ("figures_edition", "figures_publish"):
        asked = client.post(at(edition, name))
        assert asked.status_code == 403
    assert client.get(reverse("admin:figures_home")).status_code == 403
    assert not Edition.objects.get().published_at


def test_zones_borders_and_names_are_read_in_by_hand(admin):
    create_district(slug="nord", name="Nord")
    division = create_division(slug="ny", is_default=False, zone_total=2)
    address = reverse("admin:figures_division", args=[division.pk])
    sheet = (
        "lks_kode,lks_navn_fhi,bydel,grunnkrets_nr,grunnkrets\n"
        "4601010105,Ny sone A,Nord,46011001,Krets én\n"
        "4601010105,Ny sone A,Nord,46011002,Krets to\n"
        "4601010111,Ny sone B,Nord,46011201,Krets tre\n"
    )
    border = (
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties":'
        b' {"navn": "Ny sone A"}, "geometry": {"type": "Polygon", "coordinates":'
        b" [[[5.3, 60.4], [5.31, 60.4], [5.31, 60.41], [5.3, 60.4]]]}}]}"
    )

    for kind, text, name in (
        ("zones", sheet, "soner.csv"),
        ("borders", border, "grenser.geojson"),
        ("names", "sone;navn;slag\nNy sone B;Storgaten;gate\n", "navn.csv"),
    ):
        looked = upload(admin, address, text, name, kind=kind)
        assert "<strong>0</strong> feil" in looked.content.decode(), kind
        admin.post(last_address(looked))

    first, second = division.zones.order_by("slug")
    assert (first.slug, first.grunnkretser) == ("ny-sone-a", ["46011001", "46011002"])
    assert first.outline["d"].startswith("M")
    assert first.name_status == "working"
    assert list(second.place_names.order_by("name").values_list("name", flat=True)) == [
        "Krets tre",
        "Storgaten",
    ]


def test_a_border_file_that_is_none_is_told_at_the_field(admin):
    division = create_division(slug="ny", is_default=False, zone_total=2)
    address = reverse("admin:figures_division", args=[division.pk])

    response = upload(admin, address, "hei", "a.geojson", kind="borders")

    assert "Filen er ikke JSON." in response.content.decode()
