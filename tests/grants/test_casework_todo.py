"""«Mine oppgaver»: what waits for whom."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from grants import todo
from grants.deadlines import next_working_day
from grants.models import Delegation
from grants.todo import tasks_for
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from tests.factories import (
    assess,
    create_area,
    create_caseworker,
    create_coordinator,
    create_decided,
    create_decider,
    create_delegation,
    create_draft,
    create_in_review,
    create_recommended,
    create_round,
    create_scheme,
    create_submitted,
    create_user,
    declare_impartial,
)

pytestmark = pytest.mark.django_db


def waiting(user, now=None):
    """{heading: [label without number]} of what waits."""
    groups = tasks_for(user, now or timezone.now())
    return {
        heading: [task.label.split(" ", 1)[-1] for task in tasks]
        for heading, tasks in groups
    }


def ask(case, *, days=7):
    case.request_info(
        by=Actor(case.caseworker),
        now=timezone.now(),
        text="Send kart.",
        due_on=next_working_day(timezone.localdate() + timedelta(days=days)),
        steps=[],
    )


def answer(case):
    case.answer_request(
        by=Actor(case.started_by), now=timezone.now(), answer="Her er det."
    )


def test_a_caseworker_sees_new_cases_and_the_next_step_of_their_own():
    worker, round = create_caseworker(), create_round()
    mine = {"round": round, "caseworker": worker}
    create_draft(round=round, title="Kladd")
    create_submitted(round=round, title="Ny")
    create_in_review(round=round, title="En annens")
    create_in_review(title="Uvurdert", **mine)
    assess(create_in_review(title="Vurdert", **mine))
    answered = create_in_review(title="Besvart", **mine)
    ask(answered)
    answer(answered)
    ask(create_in_review(title="Venter", **mine))
    create_recommended(title="Innstilt", **mine)
    create_decided(title="Ferdig", **mine)

    found = waiting(worker)

    assert found == {
        "Svar fra søkere": ["Besvart – Naboene"],
        "Innstill": ["Vurdert – Naboene"],
        "Vurder kriteriene": ["Uvurdert – Naboene"],
        "Saker som ingen har": ["Ny – Naboene"],
    }


def test_a_case_whose_caseworker_has_a_conflict_waits_for_another(client):
    worker, round = create_caseworker(), create_round()
    first, asked = (
        create_in_review(round=round, title="Vurderes"),
        create_in_review(round=round, title="Venter"),
    )
    ask(asked)
    recommended = create_recommended(round=round, title="Innstilt")
    for case in (first, asked, recommended):
        case.declare(
            by=Actor(case.caseworker),
            conflict=True,
            ground="family",
            now=timezone.now(),
        )
    declare_impartial(first, worker)
    client.force_login(worker)

    found = waiting(worker)
    step = client.get(first.get_case_url()).context["step"]
    client.post(first.get_case_url() + "gi-videre/", {"to": worker.pk})

    first.refresh_from_db()
    assert found == {
        "Saker som ingen har": [
            "Vurderes – Naboene",
            "Venter – Naboene",
            "Innstilt – Naboene",
        ]
    }
    assert (step.heading, step.opens) == ("Ingen har saken", "hand_over")
    assert first.caseworker == worker


def test_a_request_past_its_date_waits_for_the_caseworker():
    worker = create_caseworker()
    ask(create_in_review(caseworker=worker, title="Sommerfest"), days=7)

    on_the_day = waiting(worker, timezone.now() + timedelta(days=7))
    after = waiting(worker, timezone.now() + timedelta(days=8))

    assert on_the_day == {}
    assert after == {"Fristen for å svare er ute": ["Sommerfest – Naboene"]}


def test_a_coordinator_sees_cases_from_the_area_without_own_advice():
    mine, other = create_area(), create_area()
    round = create_round(areas=[mine, other])
    coordinator = create_coordinator(areas=[mine])
    create_submitted(round=round, area=mine, title="Uten råd")
    create_submitted(round=round, area=other, title="Annet sted")
    create_decided(round=round, area=mine, title="Avgjort")
    advised = create_submitted(round=round, area=mine, title="Med råd")
    declare_impartial(advised, coordinator)
    advised.advise(
        by=Actor(coordinator), now=timezone.now(), stance="support", text="Bra."
    )

    assert waiting(coordinator) == {
        "Søknader fra ditt område uten råd fra deg": ["Uten råd – Naboene"]
    }


def test_a_decision_maker_sees_what_they_may_decide():
    decider = create_decider()
    scheme = create_scheme()
    create_delegation(scheme=scheme, ceiling=Decimal(20_000))
    round = create_round(scheme=scheme)
    create_recommended(round=round, title="Innenfor", amount=Decimal(20_000))
    create_recommended(round=round, title="Over", amount=Decimal(20_001))
    create_in_review(round=round, title="Ikke innstilt")
    conflicted = create_recommended(round=round, title="Inhabil")
    conflicted.declare(
        by=Actor(decider), conflict=True, ground="party", now=timezone.now()
    )

    before = waiting(decider)
    Delegation.objects.update(to_user=create_decider())

    assert before["Saker du kan avgjøre"] == ["Innenfor – Naboene"]
    assert list(waiting(decider)) == ["Si om du er habil"]


def test_an_administrator_sees_rounds_that_cannot_be_published_and_why():
    create_round(published=True)
    create_round(published=False, title="Våren")
    bare = create_round(published=False, contact_email="", balance=None)

    tasks = dict(tasks_for(create_user(role=roles.ADMINISTRATOR), timezone.now()))

    assert [
        (task.label, task.note) for task in tasks["Utlysninger som ikke er publisert"]
    ] == [
        ("Våren", "Klar til å publiseres."),
        (bare.title, "Ingen ramme har fått penger. Kontakt mangler."),
    ]


def test_a_long_queue_ends_in_a_link_to_the_list(monkeypatch):
    monkeypatch.setattr(todo, "MOST", 1)
    round = create_round()
    create_submitted(round=round, title="Først")
    create_submitted(round=round, title="Sist")

    ((_heading, tasks),) = tasks_for(create_caseworker(), timezone.now())

    assert [task.label.split(" ", 1)[1] for task in tasks[:1]] == ["Først – Naboene"]
    assert [(task.label, task.url) for task in tasks[1:]] == [
        ("Se alle i sakslisten", "/admin/saker/?status=apen&saksbehandler=ingen")
    ]


@pytest.mark.parametrize("role", [roles.EDITOR, roles.READER, roles.FINANCE])
def test_nothing_of_grants_waits_for_others(role):
    create_submitted()
    create_recommended()

    assert tasks_for(create_user(role=role), timezone.now()) == []


def test_a_fact_whose_time_to_comment_is_over_waits_for_the_caseworker():
    case, today = create_in_review(), timezone.localdate()
    assess(case)
    by = {"by": Actor(case.caseworker), "now": timezone.now()}
    fact = case.hold_fact(
        **by, source="Foretaksregisteret", text="Oppløst.", seen_on=today
    )
    due = next_working_day(today + timedelta(days=10))
    case.send_facts(**by, due_on=due)
    heading = "Fristen for å uttale seg er ute"

    over = timezone.now() + timedelta(days=20)
    before, after = [
        heading in waiting(case.caseworker, at) for at in (timezone.now(), over)
    ]
    case.comment_on_fact(
        fact, by=Actor(case.started_by), now=timezone.now(), text="Det er feil."
    )

    assert (before, after) == (False, True)
    assert heading not in waiting(case.caseworker, over)
