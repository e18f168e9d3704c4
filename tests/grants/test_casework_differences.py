"""Two versions of an application beside each other, as the caseworker reads them."""

import time
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from grants.casework.differences import compared
from grants.models import BudgetLine
from omradesatsing.accounts.actors import Actor
from tests.factories import create_caseworker, create_submitted, declare_impartial

pytestmark = pytest.mark.django_db


def resent(case, *, rows=(), **fields):
    """The case, sent again with other answers and other costs in its budget."""
    by, now = Actor(case.started_by), timezone.now()
    copy = case.amend(by=by, now=now)
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save()
    if rows:
        copy.budget_lines.filter(kind=BudgetLine.Kind.COST).delete()
        for text, amount in rows:
            copy.budget_lines.create(
                kind=BudgetLine.Kind.COST, text=text, amount=amount
            )
    case.resubmit(by=by, now=now, declared=True)
    return case


def opened(client, case, old=1, new=2):
    caseworker = create_caseworker()
    declare_impartial(case, caseworker)
    client.force_login(caseworker)
    args = [case.year, case.number[5:], old, new]
    return client.get(reverse("admin:case_differences", args=args))


def test_only_what_is_changed_is_shown_word_by_word(client):
    case = create_submitted(title="Sommerfest i parken")
    resent(case, title="Høstfest i parken")

    context = opened(client, case).context

    assert [(row.label, row.pieces) for row in context["changes"]] == [
        (
            "Navn på prosjektet",
            [("gone", "Sommerfest "), ("new", "Høstfest "), ("same", "i parken")],
        )
    ]
    assert context["budget"] == context["sums"] == []
    assert context["files"] == {"gone": [], "new": []}


def test_rows_of_the_budget_are_matched_by_kind_and_text(client):
    case = create_submitted()
    kept = case.current.budget_lines.get(kind=BudgetLine.Kind.COST)
    resent(case, rows=[("Telt", kept.amount - 100), ("Lyd", Decimal(100))])

    context = opened(client, case).context

    assert context["budget"] == [
        ("kostnad", "Telt", None, kept.amount - 100),
        ("kostnad", "Lyd", None, Decimal(100)),
        ("kostnad", kept.text, kept.amount, None),
    ]
    assert context["sums"] == []


def test_what_applicants_write_is_text_and_never_marks(client):
    case = create_submitted(title="Fest <b>nå</b>")
    resent(case, title="Fest <script>alert(1)</script>")

    page = opened(client, case).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;nå&lt;/b&gt;" in page


@pytest.mark.parametrize(("old", "new"), [(2, 1), (1, 1), (1, 3), (0, 1)])
def test_only_an_earlier_and_a_later_version_that_were_sent_are_there(client, old, new):
    case = create_submitted()
    resent(case, title="Høstfest")

    assert opened(client, case, old, new).status_code == 404


def test_the_case_page_leads_to_what_was_changed(client):
    case = resent(create_submitted(), title="Høstfest")
    response = opened(client, case)

    page = client.get(case.get_case_url()).content.decode()

    assert response.status_code == 200
    assert response.wsgi_request.path in page


def test_long_texts_that_have_nothing_in_common_are_compared_in_time():
    was = " ".join(f"ord{number}" for number in range(1_900))
    now = " ".join(f"annet{number}" for number in range(1_900))
    start = time.perf_counter()

    pieces = compared(was, now)

    assert [kind for kind, _text in pieces] == ["gone", "new"]
    assert time.perf_counter() - start < 1


def test_every_word_of_both_texts_is_in_the_pieces():
    was, now = "en to  tre\nfire fem", "en 2  tre\nfem seks"

    pieces = compared(was, now)

    assert "".join(text for kind, text in pieces if kind != "new") == was
    assert "".join(text for kind, text in pieces if kind != "gone") == now
