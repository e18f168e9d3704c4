"""Impartiality: declared, hinted at, ruled on, and what follows of a conflict."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError
from django.urls import get_resolver, reverse
from django.utils import timezone

from grants import register_stand_in as stand_in
from grants.casework.urls import CASE, casework_urls
from grants.hints import hints_in, same_person
from grants.inbox import inbox_of
from grants.models import (
    Application,
    Award,
    BoardMember,
    DecisionFlag,
    Organisation,
    Ruling,
    State,
    Tie,
)
from grants.staff import lacks_people
from grants.tasks import read_boards
from grants.todo import tasks_for
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    assess,
    create_applicant,
    create_appointed,
    create_body,
    create_caseworker,
    create_coordinator,
    create_decided,
    create_decider,
    create_delegation,
    create_in_review,
    create_recommended,
    create_reports_to,
    create_round,
    create_submitted,
    create_tie,
    create_user,
    declare_conflict,
    declare_impartial,
    propose,
    redecide,
    rule,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
ORGNR = "310000019"


def create_leader_of(*users, **fields):
    leader = create_user(is_staff=True, **fields)
    for user in users:
        create_reports_to(user=user, leader=leader)
    return leader


def fresh(case):
    return Application.objects.get(pk=case.pk)


def sees(user, case):
    return Application.objects.visible_to(user).filter(pk=case.pk).exists()


def verbs(case):
    return list(JournalEntry.objects.about(case).values_list("verb", flat=True))


def headings(user):
    return {
        heading: [task.label for task in tasks]
        for heading, tasks in tasks_for(user, timezone.now())
    }


# --- a conflict hides the case everywhere ---------------------------------------------


def staff_addresses(case):
    """Every address of the staff that takes a case, with some number for the rest."""
    routes = [str(pattern.pattern) for pattern in casework_urls(lambda view: view)]
    start = f"/admin/saker/{case.year}/{case.number[5:]}/"
    return [
        start
        + route.removeprefix(CASE).replace("<int:number>", "1").replace("<int:pk>", "1")
        for route in routes
        if route.startswith(CASE)
    ]


def test_no_other_address_of_the_staff_takes_a_case():
    found = [
        str(inner.pattern)
        for pattern in get_resolver().url_patterns
        if str(pattern.pattern) == "admin/"
        for inner in pattern.url_patterns
        if "seq>" in str(inner.pattern)
    ]

    assert [route for route in found if not route.startswith(CASE)] == []
    assert len(found) >= 25


@pytest.mark.parametrize("method", ["get", "post"])
def test_scenario_30_a_conflict_answers_404_at_every_address(client, method):
    case = create_decided(user=create_user())
    superuser = create_user(is_staff=True, is_superuser=True)
    for role in roles.CASEWORKER, roles.DECIDER, roles.APPEALS, roles.ADMINISTRATOR:
        superuser.groups.add(Group.objects.get(name=role))
    client.force_login(superuser)
    declare_impartial(case, superuser)
    before = client.get(case.get_case_url()).status_code
    declare_conflict(case, superuser)

    found = {
        url: getattr(client, method)(url).status_code for url in staff_addresses(case)
    }

    assert before == 200
    # Pages that are only pressed do not say more than that.
    assert {
        url: status for url, status in found.items() if status not in (404, 405)
    } == {}
    assert method == "get" or 404 in found.values()


def test_scenario_30_a_conflict_hides_the_case_in_lists_search_and_look_up(client):
    superuser = create_user(is_staff=True, is_superuser=True, role=roles.CASEWORKER)
    user = create_user()
    applicant = create_applicant(
        user=user, kind="organisation", name="Skjult lag", orgnr=ORGNR
    )
    case = create_decided(user=user, applicant=applicant, title="Skjult prosjekt")
    create_submitted(round=case.round, title="Synlig prosjekt")
    client.force_login(superuser)
    declare_conflict(case, superuser)
    award = Award.objects.get(application=case)
    organisation = Organisation.objects.get(orgnr=ORGNR)

    listed = [
        "/admin/saker/",
        f"/admin/saker/?q={case.number}",
        "/admin/saker/?q=Skjult",
        "/admin/",
        "/admin/grants/award/",
        "/admin/grants/applicant/",
        "/admin/grants/organisation/",
        "/admin/journal/journalentry/",
        f"/admin/journal/journalentry/?about_id={case.pk}",
        f"/admin/utlysninger/{case.round_id}/habilitet/",
        f"/admin/saker/fra/{superuser.pk}/",
    ]
    pages = {url: client.get(url).content.decode() for url in listed}
    rows = [
        reverse("admin:grants_award_change", args=[award.pk]),
        reverse("admin:grants_applicant_change", args=[applicant.pk]),
        reverse("admin:grants_organisation_change", args=[organisation.pk]),
        reverse(
            "admin:journal_journalentry_change",
            args=[JournalEntry.objects.about(case).first().pk],
        ),
    ]
    opened = {url: client.get(url)["Location"] for url in rows}

    answer = client.post("/admin/saker/fil/", {"slag": "csv"})
    sheet = b"".join(answer) if answer.streaming else answer.content
    pages["/admin/saker/fil/"] = sheet.decode()
    told = ["Skjult prosjekt", "Skjult lag", case.number]
    found = {
        url: [word for word in told if word in page and f"q={word}" not in url]
        for url, page in pages.items()
    }
    assert found == {url: [] for url in pages}
    assert "Synlig prosjekt" in pages["/admin/saker/"]
    assert "Synlig prosjekt" in pages["/admin/saker/fil/"]
    assert set(opened.values()) == {"/admin/"}


def test_scenario_30_notices_of_a_case_go_when_there_is_a_conflict(client):
    worker = create_caseworker()
    case = create_in_review(caseworker=worker)
    Notice.write("case_disowned", about=case, to=[worker], url=case.get_case_url())
    client.force_login(worker)
    before = [notice.about for notice in inbox_of(worker)]

    declare_conflict(case, worker)

    notice = Notice.objects.get(kind="case_disowned")
    page = client.get(reverse("pages:notice_detail", args=[notice.pk]))
    assert before == [case]
    assert list(inbox_of(worker)) == []
    assert page.status_code == 404


def test_who_applies_keeps_what_they_were_told():
    applicant = create_caseworker()
    case = create_submitted(user=applicant)

    told = [notice.kind for notice in inbox_of(applicant)]

    assert sees(applicant, case) is False
    assert told == ["application_submitted"]


@pytest.mark.parametrize(
    "act",
    [
        lambda case, by: case.take(by=by),
        lambda case, by: case.assess({}, by=by, now=timezone.now()),
        lambda case, by: case.advise(
            by=by, now=timezone.now(), stance="support", text="Ja."
        ),
        lambda case, by: case.cancel_request(by=by, now=timezone.now()),
        lambda case, by: case.send_back(by=by, now=timezone.now(), reason="Nei."),
    ],
)
def test_scenario_30_one_with_a_conflict_takes_no_part(act):
    user = create_user(role=roles.CASEWORKER)
    for role in roles.DECIDER, roles.COORDINATOR:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    case = create_submitted()
    declare_impartial(case, user)
    declare_conflict(case, user)

    with pytest.raises(Refused, match="Du har ikke tilgang til saken"):
        act(fresh(case), Actor(user))


# --- declared late --------------------------------------------------------------------


def test_scenario_30_declared_after_assessing_takes_the_score_out():
    case = create_in_review()
    worker = case.caseworker
    assess(case)

    declare_conflict(case, worker)

    assert case.assessments.counting().count() == 0
    assert case.assessments.count() == 1
    assert fresh(case).caseworker is None


def test_scenario_30_declared_after_recommending_sends_it_back():
    case = create_recommended()
    worker = case.caseworker

    declare_conflict(case, worker)

    assert fresh(case).state == State.IN_REVIEW
    assert case.recommendations.get().sent_back_reason == (
        "Den som innstilte, er inhabil."
    )
    assert verbs(case)[-2:] == ["conflict_declared", "send_back"]


@pytest.mark.parametrize(
    ("who", "part"),
    [
        (lambda case: case.made.decided_by, "decided"),
        (lambda case: case.made.prepared_by, "prepared"),
        (lambda case: case.advice.get().given_by, "advised"),
        (lambda case: case.made.decided_by.leader_on(timezone.localdate()), "led"),
    ],
)
def test_scenario_30_declared_after_the_decision_flags_it(who, part):
    decider = create_decider()
    create_leader_of(decider)
    case = create_recommended()
    coordinator = create_coordinator(areas=[case.area])
    declare_impartial(case, coordinator, decider)
    case.advise(by=Actor(coordinator), now=timezone.now(), stance="support", text="Ja.")
    decide(case, decider)
    user = who(case)

    declare_conflict(case, user)

    flag = DecisionFlag.objects.get()
    assert (flag.decision, flag.user, flag.part) == (case.made, user, part)
    assert verbs(case)[-2:] == ["conflict_declared", "decision_flagged"]
    assert fresh(case).state == State.DECIDED


def decide(case, decider):
    recommendation = case.recommendations.standing().get()
    return case.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome=recommendation.outcome,
        amount=recommendation.amount,
        **REASONS,
    )


def test_advice_of_one_with_a_conflict_is_shown_not_to_count(client):
    case = create_in_review()
    coordinator = create_coordinator(areas=[case.area])
    declare_impartial(case, coordinator)
    case.advise(by=Actor(coordinator), now=timezone.now(), stance="support", text="Ja.")
    client.force_login(case.caseworker)
    told = "inhabil, teller ikke"
    before = told in client.get(case.get_case_url()).content.decode()

    declare_conflict(case, coordinator)

    assert before is False
    assert told in client.get(case.get_case_url()).content.decode()


def test_a_correction_is_flagged_for_who_made_the_decision_that_it_corrects():
    case, other = create_decided(), create_decider()
    first = case.made.decided_by
    declare_impartial(case, other)
    propose(case, outcome="granted", amount=case.made.amount)
    redecide(case, other)

    declare_conflict(case, first)

    flag = DecisionFlag.objects.get()
    assert (flag.decision.version, flag.user, flag.part) == (2, first, "decided")


def test_what_one_with_a_conflict_entered_of_a_body_is_taken_out():
    case, body = create_recommended(), create_body()
    scheme, worker = case.round.scheme, case.caseworker
    create_delegation(scheme=scheme, to_body=body)
    case.enter_body_decision(
        body=body,
        meeting_on=timezone.localdate(),
        case_number="12/26",
        outcome="granted",
        amount=Decimal(20_000),
        by=Actor(worker),
        now=timezone.now(),
    )

    declare_conflict(case, worker)

    assert list(case.body_decisions.waiting()) == []
    assert "body_decision_dropped" in verbs(case)


def test_one_who_drafted_the_reasons_does_not_decide():
    case = create_in_review()
    drafter = create_caseworker()
    drafter.groups.add(Group.objects.get_or_create(name=roles.DECIDER)[0])
    declare_impartial(case, drafter)
    assess(case)
    now = timezone.now()
    case.write_reasons(by=Actor(drafter), now=now, **REASONS)
    case.recommend(
        by=Actor(case.caseworker),
        now=now,
        outcome="granted",
        amount=Decimal(20_000),
        **REASONS,
    )

    with pytest.raises(Refused, match="Du har forberedt saken"):
        decide(case, drafter)


def test_one_who_took_no_part_flags_nothing():
    case = create_decided()

    declare_conflict(case, create_caseworker())

    assert DecisionFlag.objects.count() == 0


def test_a_new_decision_that_one_with_a_conflict_proposed_is_dropped():
    case = create_decided()
    worker = case.caseworker
    propose(case)

    declare_conflict(case, worker)

    assert list(case.recommendations.standing()) == []
    assert fresh(case).state == State.DECIDED
    assert "change_rejected" in verbs(case)


def test_a_flag_waits_until_somebody_settles_it_with_a_reason(client):
    case = create_decided()
    worker, other = case.caseworker, create_decider()
    leader = create_leader_of(worker)
    declare_impartial(case, other)
    declare_conflict(case, worker)
    flag = DecisionFlag.objects.get()
    url = case.get_case_url() + f"nytt-blikk/{flag.pk}/"
    waiting = [headings(other), headings(leader)]
    client.force_login(other)
    shown = client.get(case.get_case_url()).content.decode()

    client.post(url, {"reason": ""})
    unsettled = DecisionFlag.objects.open().count()
    client.post(url, {"reason": "Vurderingen er gjort på nytt, og vedtaket står."})

    title = f"{case.number} Sommerfest – Naboene"
    assert waiting[0]["Vedtak som må ses på igjen"] == [title]
    assert waiting[1] == {
        "Habilitet å avgjøre": [f"{worker}, sak {case.number}"],
        "Vedtak som må ses på igjen, etter en habilitet du avgjør": [
            f"Sak {case.number}"
        ],
    }
    assert "Vedtaket må ses på igjen" in shown
    flag.refresh_from_db()
    assert unsettled == 1
    assert (flag.settled_by, flag.settlement) == (
        other,
        "Vurderingen er gjort på nytt, og vedtaket står.",
    )
    assert "Vedtak som må ses på igjen" not in headings(other)
    assert verbs(case)[-1] == "flag_settled"


def test_the_one_with_the_conflict_does_not_settle_the_flag(client):
    case = create_decided()
    decider = case.made.decided_by
    declare_conflict(case, decider)
    flag = DecisionFlag.objects.get()
    client.force_login(decider)

    answer = client.post(
        case.get_case_url() + f"nytt-blikk/{flag.pk}/", {"reason": "x"}
    )

    assert answer.status_code == 404
    with pytest.raises(Refused, match="Du avgjør ikke habiliteten"):
        flag.settle(by=Actor(decider), now=timezone.now(), reason="Greit.")


def test_who_rules_settles_the_flag_without_opening_the_case(client):
    case = create_decided()
    leader = create_leader_of(case.made.decided_by)
    declare_conflict(case, case.made.decided_by)
    flag = DecisionFlag.objects.get()
    client.force_login(leader)

    answer = client.post(
        case.get_case_url() + f"nytt-blikk/{flag.pk}/", {"reason": "Vedtaket står."}
    )

    flag.refresh_from_db()
    assert answer["Location"] == "/admin/habilitet/"
    assert flag.settled_by == leader
    assert client.get(case.get_case_url()).status_code == 404


# --- ruled on -------------------------------------------------------------------------


def test_the_leader_gets_a_task_and_lifts_the_conflict(client):
    worker = create_caseworker(name="Sara Sak")
    leader = create_leader_of(worker, name="Lene Leder")
    case = create_in_review(caseworker=worker)
    client.force_login(worker)
    told = client.post(
        case.get_case_url() + "habilitet/",
        {"answer": "inhabil", "ground": "other"},
        follow=True,
    ).content.decode()
    hidden = sees(worker, case)
    client.force_login(leader)
    waiting = headings(leader)

    page = client.get(case.get_case_url() + f"habilitet/{worker.pk}/")
    client.post(
        case.get_case_url() + f"habilitet/{worker.pk}/",
        {"conflict": "nei", "reason": "De er bare naboer."},
    )

    assert "Lene Leder avgjør om det blir stående." in told
    assert (hidden, sees(worker, case)) == (False, True)
    assert waiting == {"Habilitet å avgjøre": [f"Sara Sak, sak {case.number}"]}
    assert "Du avgjør som nærmeste leder." in page.content.decode()
    assert "Vi pynter, griller og leker." not in page.content.decode()
    ruling = Ruling.objects.get()
    assert (ruling.ruled_by, ruling.role, ruling.conflict) == (leader, "leader", False)
    assert verbs(case)[-2:] == ["conflict_declared", "conflict_lifted"]
    assert headings(leader) == {}
    assert [notice.kind for notice in inbox_of(worker)] == ["impartiality_ruled"]
    assert [notice.kind for notice in inbox_of(leader)] == ["impartiality_to_rule"]


def test_upheld_the_case_stays_hidden():
    worker = create_caseworker()
    leader = create_leader_of(worker)
    case = create_in_review(caseworker=worker)
    declare_conflict(case, worker)

    rule(case, worker, by=leader, conflict=True)

    assert sees(worker, case) is False
    assert verbs(case)[-1] == "conflict_upheld"
    assert headings(leader) == {}


def test_a_leader_rules_without_being_asked(client):
    worker = create_caseworker()
    leader = create_leader_of(worker)
    case = create_in_review(caseworker=worker)
    assess(case)
    client.force_login(leader)

    found = client.post(
        "/admin/habilitet/", {"person": worker.pk, "number": case.number}
    )
    client.post(
        found["Location"], {"conflict": "ja", "reason": "Søsteren leder laget."}
    )

    assert found["Location"] == case.get_case_url() + f"habilitet/{worker.pk}/"
    assert sees(worker, case) is False
    assert case.assessments.counting().count() == 0
    assert verbs(case)[-1] == "conflict_ruled"
    assert fresh(case).caseworker is None


def test_what_was_lifted_may_be_declared_again():
    worker = create_caseworker()
    leader = create_leader_of(worker)
    case = create_in_review(caseworker=worker)
    declare_conflict(case, worker, ground="other")
    rule(case, worker, by=leader, conflict=False)
    between = sees(worker, case)

    declare_conflict(case, worker, ground="family")

    assert (between, sees(worker, case)) == (True, False)
    assert headings(leader) == {"Habilitet å avgjøre": [f"{worker}, sak {case.number}"]}


def test_the_last_ruling_counts():
    worker = create_caseworker()
    leader = create_leader_of(worker)
    case = create_submitted()

    seen = []
    for conflict in (True, False, True):
        rule(case, worker, by=leader, conflict=conflict, reason=f"Fordi: {conflict}")
        seen.append(sees(worker, case))

    assert seen == [False, True, False]


def test_the_same_ruling_twice_is_one():
    worker = create_caseworker()
    leader = create_leader_of(worker)
    case = create_submitted()

    first = rule(case, worker, by=leader, conflict=True)
    second = rule(case, worker, by=leader, conflict=True)

    assert first == second
    assert verbs(case).count("conflict_ruled") == 1


@pytest.mark.parametrize("conflict", [True, False])
def test_nobody_else_rules(conflict):
    worker = create_caseworker()
    create_leader_of(worker)
    case = create_submitted()
    declare_conflict(case, worker)
    others = [worker, create_caseworker(), create_user(role=roles.ADMINISTRATOR)]

    for other in others:
        with pytest.raises(Refused, match="Du avgjør ikke habiliteten"):
            rule(case, worker, by=other, conflict=conflict)

    assert Ruling.objects.count() == 0


def test_a_ruling_gives_a_reason():
    worker = create_caseworker()
    leader = create_leader_of(worker)
    case = create_submitted()

    with pytest.raises(Refused, match="Skriv hvorfor"):
        rule(case, worker, by=leader, conflict=True, reason=" ")


def test_what_is_no_conflict_cannot_be_lifted():
    worker = create_caseworker()
    leader = create_leader_of(worker)
    case = create_submitted()

    with pytest.raises(Refused, match="er ikke inhabil i saken"):
        rule(case, worker, by=leader, conflict=False)


def test_acting_for_the_applicant_is_never_ruled_away():
    worker = create_caseworker()
    leader = create_leader_of(worker)
    case = create_submitted(user=worker)

    with pytest.raises(Refused, match="Da er det alltid inhabilitet"):
        rule(case, worker, by=leader, conflict=False)


def test_the_leader_above_rules_when_the_leader_has_a_conflict_too():
    worker = create_caseworker()
    leader = create_leader_of(worker)
    top = create_leader_of(leader)
    case = create_submitted()
    declare_conflict(case, leader)
    declare_conflict(case, worker)

    found = [
        [(ruler.user, ruler.role) for ruler in case.rulers_of(user, day=TODAY)]
        for user in (worker, leader)
    ]

    assert found == [[(top, "above")], [(top, "leader")]]
    assert headings(leader) == {}
    assert headings(top)["Habilitet å avgjøre"] == [
        f"{leader}, sak {case.number}",
        f"{worker}, sak {case.number}",
    ]


def test_without_a_leader_those_appointed_rule_and_else_the_administrator_is_told():
    worker = create_caseworker()
    administrator = create_user(role=roles.ADMINISTRATOR)
    case = create_submitted()
    declare_conflict(case, worker)
    nobody = headings(administrator)

    appointed = create_appointed().user
    create_appointed(valid_to=date(2020, 2, 1))

    assert nobody["Pek ut noen som avgjør habilitet"] == [str(worker)]
    assert "Pek ut noen som avgjør habilitet" not in headings(administrator)
    today = timezone.localdate()
    assert [
        (ruler.user, ruler.role) for ruler in case.rulers_of(worker, day=today)
    ] == [(appointed, "appointed")]
    assert list(headings(appointed)) == ["Habilitet å avgjøre"]


def test_two_who_lead_each_other_rule_on_neither():
    one, other = create_caseworker(), create_caseworker()
    create_reports_to(user=one, leader=other)
    create_reports_to(user=other, leader=one)
    case = create_submitted()
    declare_conflict(case, one)
    declare_conflict(case, other)

    assert case.rulers_of(one, day=TODAY) == []


def test_rulings_are_never_changed():
    worker = create_caseworker()
    ruling = rule(
        create_submitted(), worker, by=create_leader_of(worker), conflict=True
    )

    with pytest.raises(DatabaseError, match="Cannot update"):
        Ruling.objects.filter(pk=ruling.pk).update(conflict=False)


# --- those below ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_day", "refused"), [(None, True), (timezone.localdate(), True)]
)
def test_scenario_30_those_below_one_with_a_conflict_prepare_and_do_not_decide(
    last_day, refused
):
    case = create_recommended()
    decider = create_decider()
    leader = create_user(role=roles.CASEWORKER)
    create_reports_to(user=decider, leader=leader, valid_to=last_day)
    create_reports_to(user=case.caseworker, leader=leader)
    declare_impartial(case, decider)
    declare_conflict(case, leader)

    assess_again = case.recommendations.standing().count()
    with pytest.raises(Refused, match="Lederen din er inhabil i saken"):
        decide(case, decider)

    assert (assess_again, case.decisions.count()) == (1, 0)


def test_who_led_somebody_yesterday_does_not_hinder_them_today():
    case = create_recommended()
    decider, leader = create_decider(), create_caseworker()
    yesterday = timezone.localdate() - timedelta(days=1)
    create_reports_to(user=decider, leader=leader, valid_to=yesterday)
    declare_impartial(case, decider)
    declare_conflict(case, leader)

    decide(case, decider)

    assert case.decisions.count() == 1


# --- ties and hints -------------------------------------------------------------------


def hints(user, case):
    return [hint.text for hint in hints_in(case, user, TODAY)]


def test_ties_are_written_by_the_person_alone_and_never_in_the_journal(client):
    worker = create_caseworker()
    client.force_login(worker)

    client.post(
        "/admin/bindinger/",
        {
            "kind": "board",
            "organisation_name": "Eksempel velforening",
            "orgnr": "310 000 019",
            "note": "kasserer",
        },
    )

    tie = Tie.objects.get()
    assert (tie.user, tie.orgnr, tie.organisation_name) == (
        worker,
        ORGNR,
        "Eksempel velforening",
    )
    entries = JournalEntry.objects.filter(verb="ties_changed")
    assert [(entry.about, entry.facts) for entry in entries] == [(worker, {})]
    client.force_login(create_user(is_staff=True, is_superuser=True))
    others = client.get("/admin/bindinger/").content.decode()
    assert "Eksempel velforening" not in others
    answers = [
        client.get(f"/admin/bindinger/{tie.pk}/").status_code,
        client.post(f"/admin/bindinger/{tie.pk}/slett/").status_code,
    ]
    assert answers == [404, 404]
    assert Tie.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        (
            {"kind": "family"},
            "__all__",
            "Skriv en organisasjon, en person eller en gate.",
        ),
        (
            {"kind": "board", "orgnr": "123"},
            "orgnr",
            "Organisasjonsnummeret stemmer ikke. Det har ni siffer, og det siste "
            "kontrollerer de andre. Se etter en skrivefeil.",
        ),
        (
            {"kind": "family", "person_name": "01019012345"},
            "__all__",
            "Ikke skriv fødselsnummer her.",
        ),
    ],
)
def test_a_tie_that_says_nothing_or_too_much_is_refused(client, fields, field, message):
    client.force_login(create_caseworker())

    page = client.post("/admin/bindinger/", fields)

    assert page.context["form"].errors[field] == [message]
    assert Tie.objects.count() == 0


def test_a_tie_is_changed_and_removed(client):
    worker = create_caseworker()
    tie = create_tie(user=worker, street="Eksempelveien")
    client.force_login(worker)

    client.post(f"/admin/bindinger/{tie.pk}/", {"kind": "street", "street": "Enveien"})
    changed = Tie.objects.get().street
    client.post(f"/admin/bindinger/{tie.pk}/slett/")

    assert (changed, Tie.objects.count()) == ("Enveien", 0)


@pytest.mark.parametrize("change", ["is_active", "is_staff"])
def test_ties_are_gone_when_the_person_leaves(change):
    leaver, stays = create_caseworker(), create_caseworker()
    for user in (leaver, stays):
        create_tie(user=user, person_name="Kari Eksempel")

    User.objects.filter(pk=leaver.pk).update(**{change: False})

    assert [tie.user for tie in Tie.objects.all()] == [stays]


def test_hints_name_what_is_alike_and_hide_nothing():
    worker = create_caseworker(name="Stine Maria Eksempel")
    user = create_user()
    applicant = create_applicant(
        user=user, kind="organisation", name="Eksempel Vel", orgnr=ORGNR
    )
    applicant.address = "Eksempelveien 12 B"
    applicant.save()
    case = create_submitted(user=user, applicant=applicant)
    BoardMember.objects.create(
        organisation=applicant.organisation,
        title="Styrets leder",
        name="Stine Eksempel",
    )
    create_tie(user=worker, organisation_name="Noe helt annet", orgnr=ORGNR)
    create_tie(user=worker, organisation_name="Eksempel vel SA")
    create_tie(user=worker, kind="family", person_name="Kari Eksempel")
    create_tie(user=worker, kind="street", street="eksempelveien 3")
    create_tie(user=worker, kind="street", street="Parken")
    create_tie(user=worker, kind="family", person_name="Ola Normann")
    create_tie(
        user=worker,
        kind="family",
        person_name="Kari Eksempel",
        valid_to=date(2020, 1, 1),
    )

    assert hints(worker, case) == [
        "Navnet er likt: styrets leder i registeret heter Stine Eksempel.",
        "verv: Noe helt annet. Organisasjonsnummeret står i saken.",
        "verv: Eksempel vel SA. Navnet ligner: søkeren heter Eksempel Vel.",
        "familie eller nær slekt: Kari Eksempel. Navnet er likt: kontaktperson heter "
        "Kari Eksempel.",
        "der jeg bor: eksempelveien 3. Samme gate: søkerens adresse er "
        "Eksempelveien 12 B.",
        "der jeg bor: Parken. Samme gate: stedet i søknaden er Parken.",
    ]
    assert sees(worker, case) is True


def test_boards_are_read_while_a_case_is_treated_and_forgotten_after(register):
    user = create_user()
    applicant = create_applicant(
        user=user, kind="organisation", name="Laget", orgnr=stand_in.ACTIVE
    )
    case = create_submitted(user=user, applicant=applicant)

    read_boards(0)
    read_boards(0)
    board = [str(row) for row in BoardMember.objects.all()]
    asked = [path for path in register.asked if path.endswith("/roller")]
    case.withdraw(by=Actor(user), now=timezone.now())
    read_boards(0)

    assert board == [
        "Stine Eksempel (styrets leder)",
        "EKSEMPEL BORETTSLAG (regnskapsfører)",
    ]
    assert len(asked) == 1
    assert list(BoardMember.objects.all()) == []


def test_hints_are_of_what_was_sent_only():
    worker = create_caseworker()
    case = create_submitted()
    case.amend(by=Actor(case.started_by), now=timezone.now())
    case.versions.filter(sent_at=None).update(contact_name="Ola Normann")
    create_tie(user=worker, kind="family", person_name="Ola Normann")

    assert case.working_copy().contact_name == "Ola Normann"
    assert hints(worker, case) == []


def test_a_hint_is_shown_to_the_person_and_to_who_rules_and_to_nobody_else(client):
    worker = create_caseworker()
    leader = create_leader_of(worker)
    case = create_submitted()
    create_tie(user=worker, kind="family", person_name="Kari Eksempel")
    other = create_caseworker()
    declare_impartial(case, other)
    told = "familie eller nær slekt: Kari Eksempel"
    pages = {}
    for user, url in [
        (worker, case.get_case_url()),
        (leader, case.get_case_url() + f"habilitet/{worker.pk}/"),
        (other, case.get_case_url()),
    ]:
        client.force_login(user)
        pages[user] = told in client.get(url).content.decode()

    assert pages == {worker: True, leader: True, other: False}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Kari Eksempel", "kari  EKSEMPEL", True),
        ("Kari Anne Eksempel", "Kari Eksempel", True),
        ("André Eksempel", "Andre Eksempel", True),
        ("Åse Eksempel", "Ase Eksempel", False),
        ("Kari", "Kari", False),
        ("Kari Eksempel", "Kåre Eksempel", False),
        ("", "", False),
    ],
)
def test_first_and_last_name_make_a_person(one, other, same):
    assert same_person(one, other) is same


# --- a round at once ------------------------------------------------------------------


def test_a_round_is_declared_in_one_press(client):
    worker = create_caseworker(name="Petra Eksempel")
    round = create_round()
    first, second, third = (
        create_submitted(round=round, title=title) for title in ("En", "To", "Tre")
    )
    create_submitted(title="I en annen utlysning")
    client.force_login(worker)
    url = f"/admin/utlysninger/{round.pk}/habilitet/"
    page = client.get(url).content.decode()

    client.post(
        url,
        {
            f"answer_{first.pk}": "habil",
            f"answer_{second.pk}": "inhabil",
            f"ground_{second.pk}": "leader",
        },
    )

    assert [word for word in ("En", "To", "Tre", "Kari Eksempel") if word in page] == [
        "En",
        "To",
        "Tre",
        "Kari Eksempel",
    ]
    assert "Vi pynter, griller og leker." not in page
    assert "I en annen utlysning" not in page
    found = [
        (case.declarations.get().conflict, case.declarations.get().ground)
        for case in (first, second)
    ]
    assert found == [(False, ""), (True, "leader")]
    assert third.declarations.count() == 0
    left = client.get(url)
    assert [row["case"] for row in left.context["rows"]] == [third]


def test_an_answer_without_a_ground_stores_nothing(client):
    round = create_round()
    first, second = create_submitted(round=round), create_submitted(round=round)
    client.force_login(create_caseworker())

    page = client.post(
        f"/admin/utlysninger/{round.pk}/habilitet/",
        {f"answer_{first.pk}": "habil", f"answer_{second.pk}": "inhabil"},
    )

    assert page.context["form"].errors == {
        f"ground_{second.pk}": ["Velg hva slags tilknytning det er."]
    }
    assert first.declarations.count() + second.declarations.count() == 0


# --- those who leave ------------------------------------------------------------------


def test_scenario_32_the_cases_of_one_who_leaves_are_listed_and_moved(client):
    leaver = create_caseworker(name="Sara Sluttet")
    stays = create_caseworker(name="Simen Sak")
    administrator = create_user(role=roles.ADMINISTRATOR)
    round = create_round()
    first = create_in_review(round=round, caseworker=leaver, title="En")
    second = create_in_review(round=round, caseworker=leaver, title="To")
    decided = create_decided(round=round, caseworker=leaver, title="Avgjort")
    before = headings(administrator).get("Saker etter noen som har sluttet")
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    declare_conflict(second, stays)
    client.force_login(administrator)

    page = client.get(f"/admin/saker/fra/{leaver.pk}/")
    listed = [case.title for case in page.context["cases"]]
    told = client.post(
        f"/admin/saker/fra/{leaver.pk}/",
        {"cases": [first.pk, second.pk], "to": stays.pk},
        follow=True,
    ).content.decode()

    assert (before, listed) == (None, ["En", "To"])
    assert f"{stays} har fått {first.number}." in told
    assert f"{second.number}: Saken kan ikke gis til denne saksbehandleren nå." in told
    assert [fresh(case).caseworker for case in (first, second, decided)] == [
        stays,
        leaver,
        leaver,
    ]
    assert headings(administrator)["Saker etter noen som har sluttet"] == [
        "Sara Sluttet: 1 åpne sak"
    ]
    # What was done is still done by the one who did it.
    taken = JournalEntry.objects.about(first).get(verb="take")
    assert str(taken.actor) == "Sara Sluttet"


@pytest.mark.parametrize(
    "leave",
    [
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda user: User.objects.filter(pk=user.pk).update(is_staff=False),
        lambda user: user.groups.clear(),
    ],
)
def test_scenario_32_access_ends_at_once(client, leave):
    worker = create_caseworker()
    case = create_in_review(caseworker=worker)
    client.force_login(worker)
    before = client.get(case.get_case_url()).status_code

    leave(worker)

    after = [
        client.get(url).status_code for url in (case.get_case_url(), "/admin/saker/")
    ]
    assert before == 200
    assert 200 not in after
    with pytest.raises(Refused):
        assess(fresh(case))


def test_scenario_32_a_case_is_not_taken_from_one_who_is_still_there():
    case = create_in_review()
    to = create_caseworker()

    with pytest.raises(Refused, match="Saken er hos en saksbehandler"):
        case.reassign(to, by=Actor(to))

    assert fresh(case).caseworker == case.caseworker


def test_scenario_32_a_round_without_people_warns_before_it_opens(client):
    round = create_round(opens_at=timezone.now() + timedelta(days=3))
    administrator = create_user(role=roles.ADMINISTRATOR)
    day = timezone.localdate(round.opens_at)
    client.force_login(administrator)
    nobody = lacks_people(round, day)
    page = client.get(
        reverse("admin:grants_round_change", args=[round.pk])
    ).content.decode()
    warned = headings(administrator)["Utlysninger som mangler folk"]

    create_caseworker()
    decider = create_decider()
    somebody = lacks_people(round, day)
    round.scheme.delegations.update(to_user=create_decider(is_active=False))
    elsewhere = lacks_people(round, day)
    round.scheme.delegations.update(to_user=decider)

    assert nobody == [
        "Ingen har rollen saksbehandler.",
        "Ingen beslutter har myndighet til å avgjøre søknadene.",
    ]
    assert warned == [round.title]
    assert "Det mangler folk til å behandle sakene." in page
    assert somebody == []
    assert elsewhere == ["Ingen beslutter har myndighet til å avgjøre søknadene."]
    assert lacks_people(round, day) == []


# --- how often the database is asked --------------------------------------------------


@pytest.mark.parametrize("many", [1, 12])
def test_the_pages_ask_the_same_however_many(client, django_assert_num_queries, many):
    worker = create_caseworker()
    leader = create_leader_of(worker)
    round = create_round()
    for number in range(many):
        case = create_submitted(round=round, title=f"Sak {number}")
        create_tie(user=worker, person_name="Kari Eksempel")
    others = [create_submitted(round=create_round()) for _each in range(many)]
    for other in others:
        declare_conflict(other, worker)
    client.force_login(worker)

    with django_assert_num_queries(17):
        client.get(f"/admin/utlysninger/{round.pk}/habilitet/")
    with django_assert_num_queries(7):
        client.get("/admin/bindinger/")
    with django_assert_num_queries(19):
        client.get(case.get_case_url())
    client.force_login(leader)
    with django_assert_num_queries(15):
        client.get("/admin/habilitet/")


def test_money_is_left_alone_by_a_late_conflict():
    case = create_decided()
    pot = case.round.pots.get()
    before = pot.balance

    declare_conflict(case, case.made.decided_by)

    pot.refresh_from_db()
    assert (before, pot.balance) == (Decimal(80_000), Decimal(80_000))
