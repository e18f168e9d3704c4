"""The planner's pages, as a caseworker and a decision maker use them."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from grants.models import Application, Decision, Plan, State
from grants.todo import tasks_for
from omradesatsing.accounts.actors import Actor
from tests.factories import (
    assess,
    create_caseworker,
    create_decider,
    create_in_review,
    create_round,
)
from tests.grants.test_plans import create_cases, create_plan, declare_each

pytestmark = pytest.mark.django_db


@pytest.fixture
def caseworker(client):
    user = create_caseworker(name="Kari Sak")
    client.force_login(user)
    return user


def text_of(response):
    return " ".join(response.content.decode().split())


def post(client, plan, cases, amounts, button="lagre", **more):
    plan.refresh_from_db()
    data = {"revision": plan.revision, "line": "Til de beste.", "knapp": button}
    for case, amount in zip(cases, amounts, strict=True):
        data[f"amount_{case.pk}"] = amount
        data[f"reason_{case.pk}"] = "Så mye er igjen."
    return client.post(
        reverse("admin:plan_detail", args=[plan.pk]), data | more, follow=True
    )


def test_a_plan_is_made_filled_in_saved_and_added_up(client, caseworker):
    cases = create_cases(caseworker, count=2, balance=30_000)
    made = client.post(
        reverse("admin:plan_list", args=[cases[0].round_id]), {"name": "Forsiktig"}
    )
    plan = Plan.objects.get()

    page = text_of(post(client, plan, cases, ["12 500,50", "20 000"]))

    assert made.url == reverse("admin:plan_detail", args=[plan.pk])
    assert "Planen er lagret." in page
    assert [row.amount for row in plan.rows.order_by("application_id")] == [
        Decimal("12500.50"),
        Decimal(20_000),
    ]
    assert "Mangler 2 500,50 kr" in page


def test_adding_up_saves_nothing_and_keeps_what_was_typed(client, caseworker):
    cases = create_cases(caseworker, count=1, balance=30_000)
    plan = create_plan(cases, [20_000], by=caseworker)

    page = text_of(post(client, plan, cases, ["5000"], button="regn"))

    assert "Tallene under er ikke lagret." in page
    assert "25 000 kr</dd>" in page
    assert plan.rows.get().amount == 20_000


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("-5", "Beløpet kan ikke være mindre enn 0."),
        ("1e9", "Skriv hele beløpet med vanlige tall"),
        ("20 001", "Beløpet kan være høyst 20 000 kr."),
    ],
)
def test_a_figure_that_cannot_be_read_is_said_so_and_kept(
    client, caseworker, amount, message
):
    cases = create_cases(caseworker, count=1, balance=30_000)
    plan = create_plan(cases, [20_000], by=caseworker)

    page = text_of(post(client, plan, cases, [amount]))

    assert message in page
    assert f'value="{amount}"' in page
    assert plan.rows.get().amount == 20_000


@pytest.mark.parametrize(
    ("button", "more", "amounts"),
    [
        ("beste", {}, [20_000, 10_000]),
        ("likt", {}, [15_000, 15_000]),
        ("grense", {"mark": "4,5"}, [20_000, 0]),
    ],
)
def test_a_helper_fills_in_a_proposal_and_saves_nothing(
    client, caseworker, button, more, amounts
):
    cases = create_cases(caseworker, count=2, balance=30_000)
    assess(cases[0], mark=5)
    plan = create_plan(cases, [1, 2], by=caseworker)

    response = post(client, plan, cases, ["1", "2"], button=button, **more)

    form = response.context["form"]
    shown = [form.cleaned_data[f"amount_{case.pk}"] for case in cases]
    assert shown == [Decimal(amount) for amount in amounts]
    assert [row.amount for row in plan.rows.order_by("application_id")] == [1, 2]


@pytest.mark.parametrize(("line", "amount"), [("3,67", 20_000), ("3,68", 0)])
def test_a_line_is_drawn_by_the_mean_on_the_page(client, caseworker, line, amount):
    round = create_round(balance=Decimal(30_000), criteria=("A", "B", "C"))
    case = create_in_review(round=round, caseworker=caseworker)
    marks = zip(round.criteria.all(), [4, 4, 3], strict=True)
    case.assess(
        {criterion: (mark, "Fordi.") for criterion, mark in marks},
        by=Actor(caseworker),
        now=timezone.now(),
    )
    plan = create_plan([case], [1], by=caseworker)

    response = post(client, plan, [case], ["1"], button="grense", mark=line)

    assert "3,67 av 5" in text_of(response)
    form = response.context["form"]
    assert form.cleaned_data[f"amount_{case.pk}"] == amount


def test_a_table_that_is_cut_does_not_call_the_rest_hidden(
    client, caseworker, monkeypatch
):
    monkeypatch.setattr("grants.casework.plans.MOST_CASES", 1)
    cases = create_cases(caseworker, count=3, balance=30_000)
    plan = create_plan(cases, [1, 2, 3], by=caseworker)

    page = text_of(client.get(reverse("admin:plan_detail", args=[plan.pk])))

    assert "Utlysningen har flere saker enn tabellen viser." in page
    assert "skjult for deg" not in page


def test_a_withdrawn_case_takes_nothing_from_the_pot(client, caseworker):
    cases = create_cases(caseworker, count=2, balance=30_000)
    assess(cases[0], mark=5)
    plan = create_plan(cases, [20_000, 10_000], by=caseworker)
    cases[0].withdraw(by=Actor(cases[0].started_by), now=timezone.now())

    response = post(client, plan, cases[1:], ["1"], button="beste")
    saved = post(client, plan, cases[1:], ["15 000"])

    [pot] = response.context["table"].pots
    assert (pot.proposed, pot.cases, pot.left) == (20_000, 1, 10_000)
    [row] = plan.rows.all()
    assert (row.application, row.amount) == (cases[1], 15_000)
    assert cases[0].number not in text_of(saved)


def test_a_line_without_a_mark_asks_for_one(client, caseworker):
    cases = create_cases(caseworker, count=1, balance=30_000)
    plan = create_plan(cases, [1], by=caseworker)

    page = text_of(post(client, plan, cases, ["1"], button="grense"))

    assert "Skriv hvor grensen skal gå" in page


def test_what_another_saved_meanwhile_is_told_and_ones_own_figures_stay(
    client, caseworker
):
    cases = create_cases(caseworker, count=1, balance=30_000)
    plan = create_plan(cases, [1], by=caseworker)
    other = create_caseworker(name="Siri Sak")
    plan.write(
        {cases[0]: (Decimal(7), "")},
        line="",
        by=Actor(other),
        now=timezone.now(),
        revision=2,
    )

    first = text_of(post(client, plan, cases, ["9000"], revision=2))
    meant = text_of(post(client, plan, cases, ["9000"]))

    assert "Siri Sak endret planen mens du skrev" in first
    assert 'value="9000"' in first
    assert "Planen er lagret." in meant
    assert plan.rows.get().amount == 9_000


def test_a_round_goes_from_plan_to_letters(client, caseworker):
    cases = create_cases(caseworker, count=2, balance=30_000)
    plan = create_plan(cases, [20_000, 10_000], by=caseworker)
    decider = create_decider()
    declare_each(cases, decider)

    prepared = text_of(
        client.post(
            reverse("admin:plan_prepare", args=[plan.pk]), {"revision": 2}, follow=True
        )
    )
    client.force_login(decider)
    decided = text_of(
        client.post(reverse("admin:plan_decide", args=[plan.pk]), follow=True)
    )
    waiting = [heading for heading, _tasks in tasks_for(decider, timezone.now())]
    listed = text_of(client.get(reverse("admin:plan_list", args=[plan.round_id])))
    announced = text_of(
        client.post(reverse("admin:round_announce", args=[plan.round_id]), follow=True)
    )

    assert "Planen er innstilt." in prepared
    assert "Sakene er avgjort." in decided
    assert "Vedtak som ikke er gjort kjent" in waiting
    assert "2 vedtak venter på å bli gjort kjent" in listed
    assert "2 vedtak er gjort kjent, og brevene er lagt ut." in announced
    assert Decision.objects.announced().count() == 2


def test_what_is_in_the_way_is_named_on_the_page(client, caseworker):
    cases = create_cases(caseworker, count=1, balance=10_000)
    plan = create_plan(cases, [20_000], by=caseworker)

    page = text_of(
        client.post(
            reverse("admin:plan_prepare", args=[plan.pk]), {"revision": 2}, follow=True
        )
    )

    assert "mangler 10 000 kr." in page
    assert Application.objects.get().state == State.IN_REVIEW


def test_figures_that_another_saved_are_not_prepared_unread(client, caseworker):
    cases = create_cases(caseworker, count=1, balance=30_000)
    plan = create_plan(cases, [20_000], by=caseworker)
    page = text_of(client.get(reverse("admin:plan_detail", args=[plan.pk])))
    plan.write(
        {cases[0]: (Decimal(5_000), "Mindre.")},
        line="",
        by=Actor(create_caseworker(name="Siri Sak")),
        now=timezone.now(),
        revision=2,
    )

    refused = text_of(
        client.post(
            reverse("admin:plan_prepare", args=[plan.pk]), {"revision": 2}, follow=True
        )
    )

    assert '<input type="hidden" name="revision" value="2"><button' in page
    assert "Siri Sak endret planen etter at du åpnet den." in refused
    assert Application.objects.get().state == State.IN_REVIEW
    assert not cases[0].recommendations.exists()


def test_two_plans_stand_side_by_side(client, caseworker):
    cases = create_cases(caseworker, count=2, balance=30_000)
    one = create_plan(cases, [20_000, 10_000], by=caseworker, name="A")
    two = create_plan(cases, [15_000, 15_000], by=caseworker, name="B")
    url = reverse("admin:plan_compare", args=[one.round_id])

    page = text_of(client.get(url, {"plan": [one.pk, two.pk]}))
    alone = client.get(url, {"plan": [one.pk, "x"]})

    assert page.count("30 000 kr til 2 av 2") == 2
    assert "15 000 kr" in page
    assert alone.url == reverse("admin:plan_list", args=[one.round_id])


def test_a_case_one_has_a_conflict_in_is_not_in_the_table(client, caseworker):
    cases = create_cases(caseworker, count=2, balance=30_000)
    plan = create_plan(cases, [1, 2], by=caseworker)
    other = create_caseworker()
    cases[1].declare(
        by=Actor(other), conflict=True, ground="family", now=timezone.now()
    )
    client.force_login(other)

    page = text_of(client.get(reverse("admin:plan_detail", args=[plan.pk])))

    assert (cases[0].number in page, cases[1].number in page) == (True, False)
    assert "1 sak i utlysningen er skjult for deg." in page


@pytest.mark.parametrize("count", [1, 6])
def test_the_table_takes_as_many_queries_whatever_its_length(
    client, caseworker, count, django_assert_num_queries
):
    cases = create_cases(caseworker, count=count, balance=30_000)
    create_in_review(round=cases[0].round, caseworker=caseworker)
    plan = create_plan(cases, [1] * count, by=caseworker)
    client.get(reverse("admin:plan_detail", args=[plan.pk]))

    with django_assert_num_queries(13):
        client.get(reverse("admin:plan_detail", args=[plan.pk]))


def test_reasons_are_kept_before_the_case_is_recommended(client, caseworker):
    case = create_in_review(caseworker=caseworker)
    url = reverse("admin:case_recommend", args=[case.year, case.number[5:]])

    response = client.post(
        url, {"kladd": "ja", "facts": "Festen er åpen.", "rules": "§ 1"}, follow=True
    )

    page = text_of(response)
    assert "Begrunnelsen er lagret. Saken er ikke innstilt." in page
    assert "Festen er åpen.</textarea>" in page
    case.refresh_from_db()
    assert (case.state, case.reasons_draft.rules) == (State.IN_REVIEW, "§ 1")
