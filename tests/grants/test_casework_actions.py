"""What staff do on the case page: the verb is called, and a refusal keeps the text."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from grants.deadlines import next_working_day
from grants.models import Award, Decision, Outcome, State
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from omradesatsing.ui.templatetags.ui import date_no
from tests.factories import (
    PASSWORD,
    REASONS,
    WHY,
    assess,
    create_area,
    create_caseworker,
    create_coordinator,
    create_decider,
    create_delegation,
    create_in_review,
    create_recommended,
    create_reports_to,
    create_round,
    create_scheme,
    create_submitted,
    declare_impartial,
)

pytestmark = pytest.mark.django_db


def fresh(case):
    return type(case).objects.get(pk=case.pk)


@pytest.fixture
def worker(client):
    user = create_caseworker(name="Sara Saksbehandler")
    client.force_login(user)
    return user


def messages_in(response):
    return [str(message) for message in response.context["messages"]]


def errors_in(response):
    return response.context["bound"].non_field_errors()


def test_a_case_is_taken_by_a_button(client, worker):
    case = create_submitted()
    declare_impartial(case, worker)

    response = client.post(case.get_case_url() + "ta/", follow=True)

    assert messages_in(response) == ["Saken er din."]
    assert (fresh(case).state, fresh(case).caseworker) == (State.IN_REVIEW, worker)


def test_a_case_taken_by_another_is_told_and_left(client, worker):
    case = create_submitted()
    other = create_caseworker(name="Simen")
    declare_impartial(case, worker, other)
    case.take(by=Actor(other))

    response = client.post(case.get_case_url() + "ta/", follow=True)

    assert messages_in(response) == ["Saken er alt tatt av Simen."]
    assert fresh(case).caseworker == other


def test_opening_the_address_of_a_button_changes_nothing(client, worker):
    case = create_submitted()
    declare_impartial(case, worker)

    response = client.get(case.get_case_url() + "ta/")

    assert response["Location"] == case.get_case_url()
    assert fresh(case).state == State.SUBMITTED


def test_a_case_is_handed_over_to_one_without_a_conflict(client, worker):
    case = create_in_review(caseworker=worker)
    other, conflicted = create_caseworker(name="Simen"), create_caseworker()
    case.declare(
        by=Actor(conflicted), conflict=True, ground="party", now=timezone.now()
    )
    url = case.get_case_url()
    form = client.get(url).context["actions"]["hand_over"].form

    refused = client.post(url + "gi-videre/", {"to": conflicted.pk})
    done = client.post(url + "gi-videre/", {"to": other.pk}, follow=True)

    assert list(form.fields["to"].queryset) == [other]
    assert list(refused.context["bound"].errors) == ["to"]
    assert messages_in(done) == ["Simen har fått saken."]
    assert fresh(case).caseworker == other


def written(day):
    return f"{day.day}.{day.month}.{day.year}"


def ask(client, case, **changed):
    data = {
        "text": "Send kart over stedet.",
        "due_on": written(next_working_day(timezone.localdate() + timedelta(days=10))),
        "steps": ["prosjekt", "vedlegg"],
    }
    return client.post(case.get_case_url() + "be-om-mer/", data | changed, follow=True)


def test_the_applicant_is_asked_for_more(client, worker):
    case = create_in_review(caseworker=worker)

    ask(client, case)

    wanted = case.info_requests.get()
    assert (fresh(case).state, wanted.text, wanted.steps) == (
        State.NEEDS_INFO,
        "Send kart over stedet.",
        ["prosjekt", "vedlegg"],
    )
    assert Notice.objects.filter(kind="info_requested").count() == 1


def test_a_refused_question_stands_with_its_text(client, worker):
    case = create_in_review(caseworker=worker)

    response = ask(client, case, due_on="1.1.2020")

    action = response.context["actions"]["request_info"]
    assert action.form.errors == {"due_on": ["Fristen må være en dag som kommer."]}
    assert action.is_open
    assert "Send kart over stedet.</textarea>" in response.content.decode()
    assert fresh(case).state == State.IN_REVIEW


def saturday():
    today = timezone.localdate()
    return today + timedelta(days=(5 - today.weekday()) % 7 or 7)


@pytest.mark.parametrize(
    ("due_on", "message"),
    [
        (timezone.localdate, "Fristen må være en dag som kommer."),
        (
            saturday,
            "Fristen må være en virkedag: ikke lørdag, søndag eller helligdag. "
            "Den neste er {next}.",
        ),
        (
            lambda: timezone.localdate() + timedelta(days=91),
            "Fristen kan ikke være senere enn {last}.",
        ),
    ],
)
def test_an_answer_is_due_on_a_working_day_within_three_months(
    client, worker, due_on, message
):
    case = create_in_review(caseworker=worker)
    words = {
        "next": date_no(next_working_day(saturday())),
        "last": date_no(timezone.localdate() + timedelta(days=90)),
    }
    facts = {"text": "Send kart.", "steps": [], "due_on": due_on()}

    response = ask(client, case, due_on=written(due_on()))
    with pytest.raises(Refused, match=re.escape(message.format(**words))):
        case.request_info(by=Actor(worker), now=timezone.now(), **facts)

    form = response.context["bound"]
    assert form.errors == {"due_on": [message.format(**words)]}
    assert fresh(case).state == State.IN_REVIEW


def test_a_question_typed_while_the_case_changed_is_not_lost(client, worker):
    case = create_in_review(caseworker=worker)
    case.withdraw(by=Actor(case.started_by), now=timezone.now())

    response = ask(client, case)

    assert errors_in(response) == ["Søknaden er endret. Last siden på nytt."]
    page = response.content.decode()
    assert "Send kart over stedet.</textarea>" in page
    assert "Søknaden er trukket" in page


def test_what_was_typed_when_the_log_in_ended_comes_back(client, worker):
    case = create_in_review(caseworker=worker)
    page = client.get(case.get_case_url()).content.decode()
    owner = page.split('name="_owner" value="')[1].split('"')[0]
    client.logout()

    gone = ask(client, case, _owner=owner)
    client.login(email=worker.email, password=PASSWORD)
    response = client.get(case.get_case_url() + "be-om-mer/")

    assert gone.redirect_chain[0][0].startswith("/logg-inn/passord/")
    assert response.context["bound"].data["text"] == "Send kart over stedet."
    assert response.context["actions"]["request_info"].is_open
    ask(client, case)
    assert client.get(case.get_case_url() + "be-om-mer/").context["bound"] is None


def warned(case, *flags):
    type(case).objects.filter(pk=case.pk).update(advice_flags=list(flags))
    return fresh(case)


@pytest.mark.parametrize("create", [create_caseworker, create_coordinator])
def test_a_warning_is_put_away_once_and_it_says_by_whom(client, create):
    area = create_area()
    round = create_round(areas=[area])
    case = warned(create_submitted(round=round), "Ikke i området", "Drift")
    user = create(
        name="Mona", **({} if create is create_caseworker else {"areas": [area]})
    )
    declare_impartial(case, user)
    client.force_login(user)

    for _twice in range(2):
        client.post(case.get_case_url() + "varsler/1/")
    beyond = client.post(case.get_case_url() + "varsler/2/", follow=True)

    entry = JournalEntry.objects.about(case).get(verb="flag_dismissed")
    assert (entry.actor, entry.facts) == (user, {"flag": 1})
    assert messages_in(beyond)[-1:] == ["Søknaden har ikke dette varselet."]
    assert [flag["dismissed"] for flag in beyond.context["flags"]] == [None, entry]
    assert "Lagt bort av Mona" in beyond.content.decode()
    assert beyond.content.decode().count("Legg bort<") == 1


def test_a_decider_does_not_put_warnings_away(client):
    case = warned(create_submitted(), "Drift")
    decider = create_decider()
    declare_impartial(case, decider)
    client.force_login(decider)

    response = client.post(case.get_case_url() + "varsler/0/", follow=True)

    assert messages_in(response) == [
        "Bare en med rollen saksbehandler kan gjøre dette."
    ]
    assert [flag["dismissed"] for flag in response.context["flags"]] == [None]
    assert "Legg bort<" not in response.content.decode()


def test_one_can_go_on_without_an_answer(client, worker):
    case = create_in_review(caseworker=worker)
    ask(client, case)

    client.post(case.get_case_url() + "uten-svar/")

    assert fresh(case).state == State.IN_REVIEW
    assert fresh(case).open_request is None


def marks(case, **changed):
    data = {"comment": "Et godt prosjekt."}
    for criterion in case.round.criteria.all():
        data[f"mark_{criterion.pk}"] = "4"
        data[f"text_{criterion.pk}"] = f"Treffer {criterion.name.lower()}."
    return data | changed


def test_every_criterion_is_marked_at_once(client, worker):
    case = create_in_review(caseworker=worker)

    client.post(case.get_case_url() + "vurdering/", marks(case))

    given = case.assessments.counting().get()
    assert given.comment == "Et godt prosjekt."
    assert [
        (mark.criterion.name, mark.mark, mark.text) for mark in given.marks.all()
    ] == [
        ("Nytte for nærmiljøet", 4, "Treffer nytte for nærmiljøet."),
        ("Åpent for alle", 4, "Treffer åpent for alle."),
    ]


def test_a_criterion_without_a_mark_stops_and_keeps_the_rest(client, worker):
    case = create_in_review(caseworker=worker)
    first = case.round.criteria.first()

    response = client.post(
        case.get_case_url() + "vurdering/", marks(case, **{f"mark_{first.pk}": ""})
    )

    assert list(response.context["bound"].errors) == [f"mark_{first.pk}"]
    assert "Treffer åpent for alle.</textarea>" in response.content.decode()
    assert case.assessments.count() == 0


def test_an_earlier_assessment_is_filled_in_and_replaced(client, worker):
    case = create_in_review(caseworker=worker)
    assess(case, mark=2)
    url = case.get_case_url()
    first = case.round.criteria.first()
    form = client.get(url).context["actions"]["assess"].form

    client.post(url + "vurdering/", marks(case))

    assert form.initial[f"mark_{first.pk}"] == 2
    assert case.assessments.count() == 2
    assert {m.mark for m in case.assessments.counting().get().marks.all()} == {4}


def recommend(client, case, **changed):
    data = {"outcome": "partly", "amount": "12 000", "conditions": "", **REASONS}
    data["why_amount"] = "Teltet er dekket."
    return client.post(case.get_case_url() + "innstilling/", data | changed)


@pytest.mark.parametrize(
    ("outcome", "typed", "amount"),
    [
        ("partly", "12.000,50", Decimal("12000.50")),
        ("granted", "", Decimal(20_000)),
        ("granted", "20 000 kr", Decimal(20_000)),
        ("refused", "", Decimal(0)),
        ("dismissed", "0", Decimal(0)),
    ],
)
def test_the_outcome_says_how_much_where_it_can(client, worker, outcome, typed, amount):
    case = create_in_review(caseworker=worker)
    assess(case)

    recommend(client, case, outcome=outcome, amount=typed)

    made = case.recommendations.get()
    assert (fresh(case).state, made.outcome, made.amount) == (
        State.RECOMMENDED,
        outcome,
        amount,
    )


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"amount": ""}, {"amount": ["Skriv hvor mye som innvilges."]}),
        (
            {"outcome": "refused", "amount": "", "rules": " "},
            {"rules": ["Skriv hvilke regler som gjelder."]},
        ),
        (
            {"amount": "20 000"},
            {
                "__all__": [
                    "Delvis innvilget er mer enn null og mindre enn det er søkt om."
                ]
            },
        ),
        (
            {"outcome": "refused"},
            {"__all__": ["Avslag og avvisning har ikke noe beløp."]},
        ),
    ],
)
def test_a_recommendation_that_does_not_hold_is_refused_with_its_text(
    client, worker, changed, errors
):
    case = create_in_review(caseworker=worker)
    assess(case)

    response = recommend(client, case, **changed)

    assert response.context["bound"].errors == errors
    assert f"{REASONS['considerations']}</textarea>" in response.content.decode()
    assert fresh(case).state == State.IN_REVIEW


def test_a_malformed_amount_is_told_at_the_field(client, worker):
    case = create_in_review(caseworker=worker)
    assess(case)

    response = recommend(client, case, amount="1e9")

    assert response.context["bound"].errors == {
        "amount": ["Skriv hele beløpet med vanlige tall, for eksempel 10 000."]
    }
    assert 'value="1e9"' in response.content.decode()


def test_a_coordinator_advises_on_a_case_in_the_area(client):
    area = create_area()
    case = create_in_review(round=create_round(areas=[area]))
    coordinator = create_coordinator(areas=[area])
    declare_impartial(case, coordinator)
    client.force_login(coordinator)
    url = case.get_case_url()

    client.post(url + "rad/", {"stance": "support", "text": "Trengs her."})
    refused = recommend(client, case)

    given = case.advice.get()
    assert (given.given_by, given.stance, given.text) == (
        coordinator,
        "support",
        "Trengs her.",
    )
    assert set(client.get(url).context["actions"]) == {"advise", "note"}
    assert refused.status_code == 403
    assert not case.recommendations.exists()


# --- the decision ---------------------------------------------------------------------


@pytest.fixture
def decider(client):
    user = create_decider(name="Berit Beslutter")
    client.force_login(user)
    return user


def ready(decider, **fields):
    case = create_recommended(**fields)
    declare_impartial(case, decider)
    return case


def decide(client, case, step, **changed):
    data = {"outcome": "granted", "amount": "", "conditions": "", **REASONS}
    url = case.get_case_url() + "vedtak/"
    return client.post(url, data | changed | {"step": step})


def test_the_decision_starts_from_the_recommendation(client, decider):
    case = ready(decider, outcome=Outcome.PARTLY, recommended=Decimal(15_000))

    response = client.get(case.get_case_url() + "vedtak/")

    form, page = response.context["form"], response.content.decode()
    assert form.initial == {
        "outcome": "partly",
        "amount": Decimal(15_000),
        "conditions": "",
        "why_amount": WHY,
        "reasons_in_english": "",
        **REASONS,
    }
    assert [
        text
        for text in ["15\u00a0000", "100\u00a0000\u00a0kr", "85\u00a0000", "sak 1/2020"]
        if text not in page
    ] == []


def test_the_letter_is_seen_before_anything_is_decided(client, decider):
    case = ready(decider)

    response = decide(client, case, "se", considerations="Et varmt ja.")

    page = response.content.decode()
    assert "Vi har sagt ja til søknaden" in page
    assert "<p>Et varmt ja.</p>" in page
    assert 'value="Et varmt ja."' in page
    assert "80\u00a0000\u00a0kr er igjen der" in page
    assert (
        fresh(case).state,
        Decision.objects.count(),
        Notice.objects.filter(kind="decision_made").count(),
    ) == (State.RECOMMENDED, 0, 0)
    assert case.round.pots.get().balance == Decimal(100_000)


def test_one_can_go_back_from_the_letter_and_change(client, decider):
    case = ready(decider)

    response = decide(client, case, "endre", considerations="Nesten ferdig.")

    assert "Nesten ferdig.</textarea>" in response.content.decode()
    assert response.context["form"].errors == {}
    assert fresh(case).state == State.RECOMMENDED


def test_the_decision_is_made_by_the_second_press(client, decider):
    case = ready(decider)

    response = decide(client, case, "avgjor")

    made = fresh(case).decision
    assert response["Location"] == case.get_case_url()
    assert (made.outcome, made.amount, made.decided_by) == (
        "granted",
        Decimal(20_000),
        decider,
    )
    assert case.round.pots.get().balance == Decimal(80_000)
    assert Award.objects.get().amount == Decimal(20_000)


def test_pressing_twice_decides_once_and_says_the_same(client, decider):
    case = ready(decider)

    first = decide(client, case, "avgjor")
    second = decide(client, case, "avgjor")

    assert (first.status_code, second.status_code) == (302, 302)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("step", ["se", "avgjor"])
def test_a_pot_with_too_little_refuses_and_keeps_the_text(client, decider, step):
    case = ready(decider, round=create_round(balance=Decimal(10_000)))

    response = decide(client, case, step, considerations="Vi vil gjerne.")

    assert response.context["form"].non_field_errors() == [
        "Det er ikke nok igjen i rammen. Det mangler 10\u00a0000\u00a0kr."
    ]
    assert "Vi vil gjerne.</textarea>" in response.content.decode()
    assert fresh(case).state == State.RECOMMENDED


def test_an_amount_above_the_delegation_is_refused_before_the_letter(client, decider):
    scheme = create_scheme()
    create_delegation(scheme=scheme, ceiling=Decimal(15_000))
    case = ready(decider, round=create_round(scheme=scheme))

    response = decide(client, case, "se")

    assert response.context["form"].non_field_errors() == [
        "Beløpet er over grensen i delegeringen."
    ]


def test_who_prepared_the_case_cannot_decide_it(client):
    both = create_caseworker()
    both.groups.add(Group.objects.get_or_create(name=roles.DECIDER)[0])
    case = create_recommended(caseworker=both)
    client.force_login(both)

    page = client.get(case.get_case_url())
    refused = decide(client, case, "avgjor")

    why = "Du har forberedt saken og kan ikke avgjøre den selv."
    assert page.context["step"].text == f"Du kan ikke avgjøre saken: {why}"
    assert refused.context["form"].non_field_errors() == [why]
    assert Decision.objects.count() == 0


def test_who_has_a_leader_with_a_conflict_cannot_decide(client):
    leader = create_decider()
    decider = create_decider()
    create_reports_to(user=decider, leader=leader)
    case = ready(decider)
    case.declare(by=Actor(leader), conflict=True, ground="party", now=timezone.now())
    client.force_login(decider)

    response = decide(client, case, "avgjor")

    assert response.context["form"].non_field_errors() == [
        "Lederen din er inhabil i saken. Da kan ikke du avgjøre den."
    ]


def test_a_case_is_sent_back_and_its_text_starts_the_next_recommendation(
    client, decider
):
    worker = create_caseworker()
    case = ready(decider, caseworker=worker)

    client.post(case.get_case_url() + "tilbake/", {"reason": "Se på budsjettet."})
    client.force_login(worker)
    response = client.get(case.get_case_url())

    assert fresh(case).state == State.IN_REVIEW
    assert response.context["step"].text == (
        "Sendt tilbake av Berit Beslutter: Se på budsjettet."
    )
    form = response.context["actions"]["recommend"].form
    assert form.initial["considerations"] == REASONS["considerations"]


def test_the_page_of_a_decision_needs_a_recommendation(client, decider):
    case = create_submitted()
    declare_impartial(case, decider)

    response = client.get(case.get_case_url() + "vedtak/")

    assert response.context["step"].heading == "Venter på en saksbehandler"
    assert response.templates[0].name == "admin/cases/case_detail.html"


def test_posts_need_the_token_of_our_own_page():
    case = create_submitted()
    worker = create_caseworker()
    declare_impartial(case, worker)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(worker)

    response = strict.post(case.get_case_url() + "ta/")

    assert response.status_code == 403
    assert fresh(case).state == State.SUBMITTED
