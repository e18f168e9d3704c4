"""Amounts and texts as people and machines write them, all the way through."""

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from omradesatsing.accounts.actors import Actor
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_caseworker,
    create_decided,
    create_draft,
    declare_impartial,
)
from tests.grants.test_questions import opened, url

pytestmark = pytest.mark.django_db

NASTY = (
    "<script>alert(1)</script> & \"sitat\" 'apostrof' "
    "\u202eovttrekrev\u202c שלום 👩‍👩‍👧 ČčĐđŊŋŠšŦŧŽž Áá æøå \u2028 {{ 7|add:1 }} %s"
)


@pytest.fixture
def draft(client):
    draft = create_draft()
    client.force_login(draft.started_by)
    return draft


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("1 234,50", Decimal("1234.50"), "1\u00a0234,50\u00a0kr"),
        ("1.234,50", Decimal("1234.50"), "1\u00a0234,50\u00a0kr"),
        ("1234.5", Decimal("1234.50"), "1\u00a0234,50\u00a0kr"),
        ("10000,-", Decimal("10000.00"), "10\u00a0000\u00a0kr"),
        ("kr 10 000", Decimal("10000.00"), "10\u00a0000\u00a0kr"),
    ],
)
def test_scenario_17_an_amount_is_stored_in_ore_and_shown_back(
    client, draft, typed, stored, shown
):
    _form, fields = opened(client, draft, "okonomi")

    client.post(
        url(draft, "okonomi"), fields | {"amount": typed, "cost_0_amount": typed}
    )

    review = client.get(reverse("grants:draft_review", args=[draft.key]))
    version = draft.working_copy()
    assert (version.amount, version.budget_lines.get().amount) == (stored, stored)
    assert shown in review.content.decode()
    assert version.missing() == []


@pytest.mark.parametrize("typed", ["-5", "1e9", "０１２", "9" * 16, "1,234,5", "NaN"])
def test_scenario_17_what_is_no_amount_is_refused_and_the_old_one_stays(
    client, draft, typed
):
    _form, fields = opened(client, draft, "okonomi")

    response = client.post(url(draft, "okonomi"), fields | {"amount": typed})

    assert list(response.context["form"].errors) == ["amount"]
    assert response.context["form"]["amount"].value() == typed
    assert draft.working_copy().amount == Decimal(20_000)


def test_scenario_17_an_empty_amount_is_a_hole_that_the_review_names(client, draft):
    _form, fields = opened(client, draft, "okonomi")

    client.post(url(draft, "okonomi"), fields | {"amount": ""})

    assert draft.working_copy().missing() == [
        ("okonomi", "amount", "Skriv hvor mye dere søker om.")
    ]


def test_scenario_17_a_budget_that_does_not_add_up_is_kept_and_not_sent(client, draft):
    _form, fields = opened(client, draft, "okonomi")

    client.post(url(draft, "okonomi"), fields | {"cost_0_amount": "25 000"})

    review = client.get(reverse("grants:draft_review", args=[draft.key]))
    assert draft.working_copy().budget_lines.get().amount == Decimal(25_000)
    assert [item["text"] for item in review.context["missing"]] == [
        "Budsjettet går ikke opp: kostnadene er 25\u00a0000 kr, og pengene som kommer "
        "inn med tilskuddet, er 20\u00a0000 kr."
    ]


def test_scenario_18_text_stays_text_on_every_page(client, draft):
    _form, fields = opened(client, draft, "behov")
    client.post(url(draft, "behov"), fields | {"need": NASTY})
    stored = draft.working_copy().need
    review = client.get(reverse("grants:draft_review", args=[draft.key]))
    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)
    sent = client.get(reverse("grants:version_detail", args=[draft.year, 1, 1]))
    caseworker = create_caseworker()
    declare_impartial(draft, caseworker)
    client.force_login(caseworker)
    case = client.get(draft.get_case_url())

    assert stored == NASTY
    for page in (review, sent, case):
        text = page.content.decode()
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "ČčĐđŊŋŠšŦŧŽž" in text
        assert "{{ 7|add:1 }} %s" in text


def test_scenario_18_null_bytes_are_left_out_and_the_rest_is_kept(client, draft):
    _form, fields = opened(client, draft, "behov")

    response = client.post(url(draft, "behov"), fields | {"need": "Før\x00etter"})

    assert response.status_code == 302
    assert draft.working_copy().need == "Føretter"


def test_scenario_18_a_long_paste_is_given_back_whole_and_stores_nothing(client, draft):
    _form, fields = opened(client, draft, "behov")
    pasted = "Å" * 500_000

    response = client.post(url(draft, "behov"), fields | {"need": pasted})

    assert list(response.context["form"].errors) == ["need"]
    assert pasted in response.content.decode()
    assert draft.working_copy().need == "Få kjenner naboen sin."


def test_scenario_18_ten_megabytes_are_refused_before_they_are_read(client, draft):
    _form, fields = opened(client, draft, "behov")

    response = client.post(url(draft, "behov"), fields | {"need": "x" * 10_000_000})

    assert response.status_code in {400, 413}
    assert draft.working_copy().need == "Få kjenner naboen sin."


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_scenario_18_a_formula_is_harmless_in_the_exported_table(client, title):
    application = create_decided(title=title)
    told = Notice.objects.about(application.decisions.get())
    told.update(sent_at=timezone.now())

    response = client.get(reverse("grants:award_csv"))

    [_headings, row] = csv.reader(
        io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"
    )
    assert row[2] == f"'{title}"


def test_scenario_18_a_nasty_text_comes_through_into_the_letter(client):
    application = create_decided(title="<b>&{}ŊŋÁ👩")
    client.force_login(application.started_by)
    letter = application.decision.letter

    page = client.get(
        reverse(
            "grants:letter_detail",
            args=[application.year, application.sequence, letter.pk],
        )
    )

    assert "&lt;b&gt;&amp;{}ŊŋÁ👩" in page.content.decode()
    assert "<b>&" not in page.content.decode()
