"""The public list of awards, its filters and its files."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from grants.models import ApplicantKind, ImportedAward
from grants.views.awards import cell
from omradesatsing.accounts.actors import Actor
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_applicant,
    create_area,
    create_caseworker,
    create_decided,
    create_decider,
    create_round,
    create_scheme,
    create_user,
)

pytestmark = pytest.mark.django_db

LIST = "/tilskudd/tildelinger/"


def create_award(*, told=True, area=None, scheme=None, balance=1_000_000, **fields):
    area = area or create_area()
    round = create_round(
        areas=[area], scheme=scheme or create_scheme(), balance=Decimal(balance)
    )
    application = create_decided(round=round, area=area, **fields)
    if told:
        deliver(application)
    return application.award


def deliver(application):
    notices = Notice.objects.about(application.decisions.get())
    notices.update(sent_at=timezone.now())


def shown(response):
    return [award.project for award in response.context["page"]]


def test_an_award_is_listed_when_its_letter_has_been_notified(client):
    create_award(title="Fortalt")
    create_award(title="Ikke fortalt", told=False)

    response = client.get(LIST)

    assert shown(response) == ["Fortalt"]
    assert response.context["sums"]["total"] == Decimal(20_000)


def test_a_private_persons_name_is_nowhere(client):
    user = create_user()
    person = create_applicant(
        user=user, kind=ApplicantKind.PERSON, name="Hemmelig Navnesen"
    )
    create_award(user=user, applicant=person)

    for address in [LIST, "/tilskudd/tildelinger.csv", "/tilskudd/tildelinger.json"]:
        text = client.get(address).content.decode()
        assert "Hemmelig" not in text
        assert "Privatperson" in text


def test_the_filters_keep_area_year_and_scheme(client):
    olsvik = create_area(slug="olsvik", name="Olsvik")
    scheme = create_scheme(slug="unge", name="For unge")
    year = timezone.localtime().year
    create_award(title="Begge", area=olsvik, scheme=scheme)
    create_award(title="Bare Olsvik", area=olsvik)
    create_award(title="Bare unge", scheme=scheme)

    assert shown(client.get(LIST, {"omrade": "olsvik"})) == ["Bare Olsvik", "Begge"]
    assert shown(client.get(LIST, {"ordning": "unge"})) == ["Bare unge", "Begge"]
    assert shown(client.get(LIST, {"omrade": "olsvik", "ordning": "unge"})) == ["Begge"]
    assert len(shown(client.get(LIST, {"ar": str(year)}))) == 3
    wrong = client.get(LIST, {"ar": "1999"})
    assert list(wrong.context["filter"].form.errors) == ["ar"]


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_five_queries(client, count, django_assert_num_queries):
    staff = {"caseworker": create_caseworker(), "decider": create_decider()}
    round = create_round(balance=Decimal(1_000_000))
    for _number in range(count):
        deliver(create_decided(round=round, **staff))
    ContentType.objects.clear_cache()

    with django_assert_num_queries(5):
        response = client.get(LIST)

    assert response.context["sums"]["count"] == count


def test_the_json_has_these_keys_and_no_other(client):
    area = create_area(name="Olsvik")
    award = create_award(area=area, title="Hagen", scheme=create_scheme(example=True))

    data = client.get("/tilskudd/tildelinger.json").json()

    assert data == {
        "awards": [
            {
                "awarded_on": timezone.localdate(award.offered_at).isoformat(),
                "recipient": "Naboene",
                "project": "Hagen",
                "area": "Olsvik",
                "scheme": "Nærmiljøtilskudd",
                "round": award.application.round.title,
                "amount": 20000.0,
                "changed_on": None,
                "example": True,
            }
        ]
    }


def test_the_csv_has_words_as_headings_and_runs_no_formula(client):
    award = create_award(title='=HYPERLINK("http://x.example")')

    response = client.get("/tilskudd/tildelinger.csv")

    [headings, row] = csv.reader(
        io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"
    )
    assert headings == [
        "Tildelt",
        "Mottaker",
        "Prosjekt",
        "Område",
        "Ordning",
        "Utlysning",
        "Beløp i kroner",
        "Endret",
        "Eksempel",
    ]
    assert row == [
        timezone.localdate(award.offered_at).isoformat(),
        "Naboene",
        '\'=HYPERLINK("http://x.example")',
        award.application.area.name,
        "Nærmiljøtilskudd",
        award.application.round.title,
        "20000,00",
        "",
        "nei",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\tx", "|x"])
def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(text):
    assert cell(text) == f"'{text}"


def test_the_files_follow_the_filters_of_the_list(client):
    olsvik = create_area(slug="olsvik")
    create_award(title="I Olsvik", area=olsvik)
    create_award(title="Et annet sted")

    page = client.get(LIST, {"omrade": "olsvik"}).content.decode()
    data = client.get("/tilskudd/tildelinger.json", {"omrade": "olsvik"}).json()

    assert 'href="/tilskudd/tildelinger.csv?omrade=olsvik"' in page
    assert [award["project"] for award in data["awards"]] == ["I Olsvik"]


def test_a_declined_award_is_taken_off_the_list(client):
    award = create_award(title="Takket nei")
    recipient = award.application.started_by
    award.decline(by=Actor(recipient), now=timezone.now())

    assert shown(client.get(LIST)) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"omrade": "manen"},
        {"omrade": "\0"},
        {"ar": "i fjor"},
        {"ar": "9" * 30},
        {"ar": "1999"},
        {"ordning": "x"},
    ],
)
def test_what_is_unknown_is_said_and_finds_nothing(client, asked):
    create_award(title="Hage")
    [(name, typed)] = asked.items()
    said = f"Vi fant ikke noe for «{typed}». Velg fra listen."

    page = client.get(LIST, asked)
    files = [client.get(f"{LIST[:-1]}.{kind}", asked) for kind in ("csv", "json")]

    assert page.context["filter"].form.errors == {name: [said]}
    assert "Vi fant ikke noe for" in page.content.decode()
    assert shown(page) == []
    assert [(each.status_code, each.content.decode()) for each in files] == [
        (404, said),
        (404, said),
    ]


def test_an_area_with_only_imported_awards_can_be_chosen(client):
    create_award(title="Hage")
    area = create_area(slug="lia", name="Lia")
    round = create_round(areas=[area], external_url="https://skjema.example/sok")
    ImportedAward.objects.create(
        round=round,
        reference="7",
        awarded_on=date(2025, 3, 1),
        recipient="Velforeningen",
        project="Benker",
        area=area,
        amount=500,
        imported_at=timezone.now(),
    )

    page = client.get(LIST, {"omrade": "lia", "ar": "2025"})

    assert page.context["filter"].form.errors == {}
    assert shown(page) == []
    assert [award.project for award in page.context["imported"]] == ["Benker"]
