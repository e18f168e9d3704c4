"""The public pages of rounds: the list, a round, its questions, «Kan vi søke?»."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grants.forms.attachments import TAKEN
from grants.models import EligibilityAnswer
from grants.rounds import current_rounds
from grants.search import search_rounds
from tests.factories import create_area, create_round, create_scheme

pytestmark = pytest.mark.django_db

LIST = "/tilskudd/"


def titles(response, name):
    return [round.title for round in response.context[name]]


def test_the_list_tells_open_coming_and_closed_apart(client):
    now = timezone.now()
    area = create_area(name="Olsvik")
    day = timedelta(days=1)
    for title, opens, closes in [
        ("Åpen", now - day, now + day),
        ("Løpende", now - 3 * day, None),
        ("Kommer", now + day, now + 2 * day),
        ("Stengt", now - 2 * day, now - day),
    ]:
        round = create_round(
            title=title,
            opens_at=opens,
            closes_at=closes,
            areas=[area],
            published=False,
        )
        round.published_at = now
        round.save(update_fields=["published_at"])
    create_round(title="Ikke publisert", published=False, areas=[area])

    response = client.get(LIST)

    assert titles(response, "open_rounds") == ["Åpen", "Løpende"]
    assert titles(response, "coming_rounds") == ["Kommer"]
    assert titles(response, "closed") == ["Stengt"]
    assert "Ikke publisert" not in response.content.decode()


def test_the_list_keeps_only_the_chosen_area(client):
    olsvik, loddefjord = create_area(slug="olsvik"), create_area(slug="loddefjord")
    create_round(title="I Olsvik", areas=[olsvik])
    create_round(title="I Loddefjord", areas=[loddefjord])

    response = client.get(LIST, {"omrade": "olsvik"})

    assert titles(response, "open_rounds") == ["I Olsvik"]


@pytest.mark.parametrize("typed", ["manen", "\0", "x" * 3000, "[]", "olsvik/"])
def test_an_unknown_area_is_said_and_not_ignored(client, typed):
    create_round(title="I Olsvik", areas=[create_area(slug="olsvik")])

    response = client.get(LIST, {"omrade": typed})

    assert response.context["filter"].form.errors == {
        "omrade": [f"Vi fant ikke noe for «{typed}». Velg fra listen."]
    }
    assert "Vi fant ikke noe for" in response.content.decode()
    assert titles(response, "open_rounds") == []


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_five_queries(client, count, django_assert_num_queries):
    ContentType.objects.clear_cache()
    for _number in range(count):
        create_round()
    closed = timezone.now() - timedelta(days=2)
    for _number in range(count):
        create_round(opens_at=closed - timedelta(days=9), closes_at=closed)

    with django_assert_num_queries(5):
        client.get(LIST)


def test_the_pages_are_the_same_for_everyone_and_may_be_kept(client):
    round = create_round()

    for name in ["round_detail", "round_form", "eligibility"]:
        response = client.get(reverse(f"grants:{name}", args=[round.slug]))

        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert response.cookies == {}


def test_a_round_that_is_not_published_has_no_page(client):
    round = create_round(published=False)

    for name in ["round_detail", "round_form", "eligibility", "application_start"]:
        url = reverse(f"grants:{name}", args=[round.slug])

        assert client.get(url).status_code == 404


def test_a_round_shows_the_last_minute_and_its_money(client):
    area = create_area(name="Olsvik")
    round = create_round(
        areas=[area],
        balance=Decimal("120000.50"),
        closes_at=datetime(2199, 1, 15, 23, tzinfo=UTC),
    )

    text = client.get(round.get_absolute_url()).content.decode()

    assert "15. januar 2199 kl. 23.59" in text
    assert "120\u00a0000,50\u00a0kr" in text
    assert "Eksempel – ikke en utlysning" not in text


def test_an_example_says_so_on_every_page_of_the_round(client):
    round = create_round(scheme=create_scheme(example=True))
    mark = "Eksempel – ikke en utlysning fra Bergen kommune"

    assert mark in client.get(LIST).content.decode()
    for name in ["round_detail", "round_form", "eligibility", "application_start"]:
        url = reverse(f"grants:{name}", args=[round.slug])
        assert mark in client.get(url).content.decode()


def test_the_round_page_takes_five_queries_with_five_areas(
    client, django_assert_num_queries
):
    round = create_round(areas=[create_area() for _number in range(5)])

    with django_assert_num_queries(5):
        client.get(round.get_absolute_url())


def test_every_question_can_be_read_before_logging_in(client):
    round = create_round()

    text = client.get(reverse("grants:round_form", args=[round.slug])).content.decode()

    for label in [
        "Kontaktperson",
        "Hva vil dere gjøre?",
        "Trenger dere lov fra den som eier stedet?",
        "Hvor mye søker dere om?",
        "Høyst 2500 tegn",
        str(TAKEN),
    ]:
        assert label in text


# --- «Kan vi søke?» -------------------------------------------------------------------


def create_questions(round_slug="proven"):
    round = create_round(slug=round_slug, published=False)
    question = round.eligibility_questions.get()
    maybe = EligibilityAnswer.objects.create(
        question=question, text="Litt utenfor", verdict="maybe", reason="Spør oss."
    )
    no = EligibilityAnswer.objects.create(
        question=question, text="I Oslo", verdict="no", reason="Bare i Bergen."
    )
    round.published_at = round.opens_at
    round.save(update_fields=["published_at"])
    return round, question, question.answers.get(verdict="yes"), maybe, no


@pytest.mark.parametrize(
    ("verdict", "heading"),
    [
        ("yes", "Ja, dette ser ut til å passe"),
        ("maybe", "Kanskje – snakk gjerne med oss først"),
        ("no", "Trolig ikke"),
    ],
)
def test_the_advice_follows_the_worst_answer_and_never_blocks(client, verdict, heading):
    round, question, *answers = create_questions()
    chosen = next(answer for answer in answers if answer.verdict == verdict)

    response = client.get(
        reverse("grants:eligibility", args=[round.slug]),
        {f"q{question.pk}": chosen.pk},
    )

    text = response.content.decode()
    start = reverse("grants:application_start", args=[round.slug])
    flags = "" if verdict == "yes" else f"?svar={chosen.pk}"
    assert heading in text
    assert f'href="{start}{flags}"' in text


@pytest.mark.parametrize("other", ["vis", "q0"])
def test_an_unanswered_question_is_asked_for_at_the_field(client, other):
    round, question, *_answers = create_questions()

    response = client.get(
        reverse("grants:eligibility", args=[round.slug]), {other: "1"}
    )

    assert response.context["form"].errors == {
        f"q{question.pk}": ["Velg et svar på «Hvor skal det skje?»"]
    }


# --- what other pages ask for ---------------------------------------------------------


def test_current_rounds_are_those_of_the_area_in_the_order_they_close():
    now = timezone.now()
    here, there = create_area(), create_area()
    late = create_round(areas=[here], closes_at=now + timedelta(days=9))
    soon = create_round(areas=[here], closes_at=now + timedelta(days=2))
    rolling = create_round(areas=[here], closes_at=None)
    create_round(areas=[there])
    create_round(
        areas=[here],
        opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=1),
    )

    assert current_rounds(now, area=here) == [soon, late, rolling]


def test_a_round_is_found_by_an_inflected_word():
    round = create_round(title="Penger til møteplasser")
    create_round(title="Kulturskolen", purpose="Musikk.", summary="Spill.")

    hits = search_rounds("møteplassene", timezone.now())

    assert [(hit.title, hit.url, hit.meta) for hit in hits] == [
        ("Penger til møteplasser", round.get_absolute_url(), "åpen for søknader")
    ]


def test_no_page_sets_a_cookie_for_a_reader():
    create_round()
    reader = Client()

    for path in [LIST, "/tilskudd/tildelinger/"]:
        reader.get(path)

    assert dict(reader.cookies) == {}
