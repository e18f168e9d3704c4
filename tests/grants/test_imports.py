"""Awards of rounds whose form is elsewhere: read whole or not at all, shown to all."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from grants.models import ImportedAward
from tests.factories import create_area, create_round

pytestmark = pytest.mark.django_db

HEAD = "referanse;tildelt;mottaker;privatperson;prosjekt;omrade;belop"


@pytest.fixture
def round():
    return create_round(
        slug="annet-skjema",
        areas=[create_area(slug="olsvik", name="Olsvik")],
        external_url="https://skjema.example/",
    )


def load(tmp_path, *rows, head=HEAD, slug="annet-skjema", **options):
    file = tmp_path / "tildelinger.csv"
    file.write_text("\n".join([head, *rows]), encoding="utf-8-sig")
    said = StringIO()
    call_command("import_awards", file, round=slug, stdout=said, **options)
    return said.getvalue()


def test_rows_are_read_as_norwegians_write_them(tmp_path, round):
    said = load(tmp_path, "A-1;15.01.2027;Olsvik vel;nei;Ny benk;Olsvik;12 500,50")

    award = ImportedAward.objects.get()
    assert said == "1 nye, 0 skrevet på nytt. Lagret.\n"
    assert (award.recipient, award.project, award.amount) == (
        "Olsvik vel",
        "Ny benk",
        Decimal("12500.50"),
    )


def test_a_private_persons_name_is_not_stored(tmp_path, round):
    load(tmp_path, "A-1;15.01.2027;Kari Nordmann;ja;Ny benk;olsvik;500")

    assert ImportedAward.objects.get().recipient == ""


def test_the_same_file_again_makes_no_second_row(tmp_path, round):
    load(tmp_path, "A-1;15.01.2027;Olsvik vel;nei;Ny benk;olsvik;500")

    said = load(tmp_path, "A-1;15.01.2027;Olsvik vel;nei;Ny benk;olsvik;600")

    assert said == "0 nye, 1 skrevet på nytt. Lagret.\n"
    assert list(ImportedAward.objects.values_list("amount")) == [(Decimal(600),)]


def test_every_fault_is_told_and_nothing_is_kept(tmp_path, round):
    rows = [
        "A-1;15.01.2027;Olsvik vel;nei;Ny benk;olsvik;500",
        "A-1;32.01.2027;;kanskje;;Månen;-5",
    ]

    with pytest.raises(CommandError) as refused:
        load(tmp_path, *rows)

    told = str(refused.value).splitlines()
    assert [line.partition(": ")[0] for line in told[:-1]] == [
        "Rad 3, kolonne privatperson",
        "Rad 3, kolonne omrade",
        "Rad 3, kolonne belop",
        "Rad 3, kolonne tildelt",
        "Rad 3, kolonne mottaker",
        "Rad 3, kolonne prosjekt",
        "Rad 3, kolonne referanse",
    ]
    assert told[-1] == "Ingenting er lagret."
    assert not ImportedAward.objects.exists()


def test_a_dry_run_keeps_nothing(tmp_path, round):
    row = "A-1;15.01.2027;Olsvik vel;nei;Ny benk;olsvik;500"

    said = load(tmp_path, row, dry_run=True)

    assert said.endswith("Ingenting er lagret (--dry-run).\n")
    assert not ImportedAward.objects.exists()


@pytest.mark.parametrize(
    ("slug", "head", "message"),
    [
        ("finnes-ikke", HEAD, "Det finnes ingen utlysning"),
        ("annet-skjema", "referanse;tildelt", "Kolonnen «mottaker» mangler."),
        ("i-portalen", HEAD, "har søknadsskjemaet sitt i portalen"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, round, slug, head, message):
    create_round(slug="i-portalen")

    with pytest.raises(CommandError, match=message):
        load(tmp_path, slug=slug, head=head)


def test_they_stand_in_the_public_list_and_its_files(client, tmp_path, round):
    load(tmp_path, "A-1;15.01.2027;=Olsvik vel;nei;Ny benk;olsvik;500")

    page = client.get(reverse("grants:award_list")).content.decode()
    table = client.get(reverse("grants:award_csv")).content.decode()
    [row] = client.get(reverse("grants:award_json")).json()["awards"]
    elsewhere = client.get(reverse("grants:award_list"), {"omrade": "loddefjord"})

    assert "Ny benk" in page
    assert ";'=Olsvik vel;Ny benk;Olsvik;" in table
    assert (row["recipient"], row["project"], row["area"]) == (
        "=Olsvik vel",
        "Ny benk",
        "Olsvik",
    )
    assert "Ny benk" not in elsewhere.content.decode()
