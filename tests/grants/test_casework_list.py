"""The case list: whose cases, narrowed how, a page at a time."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.utils import timezone
from django.utils.http import urlencode

from coordinators.models import Assignment
from grants.casework.filters import ORDERS, PAGE
from grants.deadlines import due_date, next_working_day
from grants.models import (
    Application,
    LegalTerm,
    Letter,
    SavedFilter,
    State,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    create_area,
    create_caseworker,
    create_coordinator,
    create_decided,
    create_draft,
    create_in_review,
    create_round,
    create_scheme,
    create_submitted,
    create_user,
    declare_impartial,
    place_in_time,
)

pytestmark = pytest.mark.django_db

URL = "/admin/saker/"


def listed(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200
    return [case.title for case in response.context["cases"]]


def copies_of(case, number):
    """Sent cases like this one, made fast: only for counting and paging."""
    case.refresh_from_db()
    first = case.sequence + 1
    Application.objects.bulk_create(
        Application(
            round=case.round,
            area=case.area,
            applicant=case.applicant,
            started_by=case.started_by,
            state=State.SUBMITTED,
            year=case.year,
            sequence=sequence,
            submitted_at=case.submitted_at,
            asked_amount=case.asked_amount,
        )
        for sequence in range(first, first + number)
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (roles.CASEWORKER, 200),
        (roles.DECIDER, 200),
        (roles.READER, 200),
        (roles.ADMINISTRATOR, 200),
        (roles.COORDINATOR, 200),
        (roles.EDITOR, 403),
        (roles.FINANCE, 403),
        (roles.APPEALS, 403),
    ],
)
def test_the_list_is_for_those_who_read_cases(client, role, status):
    client.force_login(create_user(role=role))

    assert client.get(URL).status_code == status


def test_drafts_are_in_nobodys_list(client):
    round = create_round()
    create_submitted(round=round, title="Sendt")
    create_draft(round=round, title="Kladd")
    client.force_login(create_user(is_staff=True, is_superuser=True))

    assert listed(client) == ["Sendt"]


def test_a_coordinator_sees_the_cases_of_assigned_areas_only(client):
    mine, other = create_area(name="Mitt"), create_area(name="Annet")
    round = create_round(areas=[mine, other])
    create_submitted(round=round, area=mine, title="Her")
    create_submitted(round=round, area=other, title="Der")
    names_us = create_submitted(round=round, area=other, title="Nevner oss")
    names_us.other_areas.add(mine)
    client.force_login(create_coordinator(areas=[mine]))

    response = client.get(URL)

    assert [case.title for case in response.context["cases"]] == ["Nevner oss", "Her"]
    choices = response.context["filter"].form.fields["omrade"].queryset
    assert [area.name for area in choices] == ["Mitt"]


def test_a_case_one_has_a_conflict_in_is_not_listed(client):
    worker = create_caseworker()
    round = create_round()
    conflicted = create_submitted(round=round, title="Skjult")
    create_submitted(round=round, title="Synlig")
    conflicted.declare(
        by=Actor(worker), conflict=True, ground="family", now=timezone.now()
    )
    client.force_login(worker)

    assert listed(client) == ["Synlig"]
    assert listed(client, q="Skjult") == []
    assert listed(client, q=conflicted.number) == []


def test_filters_narrow_the_list(client):
    here, there = create_area(slug="her"), create_area(slug="der")
    round = create_round(areas=[here, there], slug="var-2026")
    worker = create_caseworker()
    taken = create_in_review(round=round, area=here, caseworker=worker, title="Tatt")
    fresh = create_submitted(round=round, area=there, title="Fersk")
    client.force_login(worker)

    found = {
        "all": listed(client),
        "number": listed(client, q=taken.number),
        "title": listed(client, q="fersk"),
        "applicant": listed(client, q=fresh.applicant.name[:4]),
        "nothing": listed(client, q="%"),
        "state": listed(client, status="in_review"),
        "open": listed(client, status="apen"),
        "area": listed(client, omrade="der"),
        "round": listed(client, utlysning="var-2026"),
        "mine": listed(client, saksbehandler="meg"),
        "nobody's": listed(client, saksbehandler="ingen"),
    }

    assert found == {
        "all": ["Fersk", "Tatt"],
        "number": ["Tatt"],
        "title": ["Fersk"],
        "applicant": ["Fersk", "Tatt"],
        "nothing": [],
        "state": ["Tatt"],
        "open": ["Fersk", "Tatt"],
        "area": ["Fersk"],
        "round": ["Fersk", "Tatt"],
        "mine": ["Tatt"],
        "nobody's": ["Fersk"],
    }


@pytest.mark.parametrize("cursor", ["2026", "x~1", "2026~1'", "2026~9999999999999"])
def test_an_odd_page_is_not_there(client, cursor):
    client.force_login(create_caseworker())

    found = {
        client.get(URL, {"sorter": order, way: cursor}).status_code
        for order in ORDERS
        for way in ("etter", "for")
    }

    assert found == {404}


@pytest.mark.parametrize("more", [0, 299])
def test_the_list_asks_the_database_eleven_times(
    client, django_assert_num_queries, more
):
    case = create_submitted()
    copies_of(case, more)
    client.force_login(create_caseworker())

    with django_assert_num_queries(11):
        client.get(URL)


# --- the order and the pages ----------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", [2, 1, 0]),
        ("nummer", [0, 1, 2]),
        ("alder", [2, 0, 1]),
        ("-alder", [1, 0, 2]),
        ("belop", [1, 2, 0]),
        ("-belop", [0, 2, 1]),
    ],
)
def test_the_list_is_sorted_as_chosen(client, order, expected):
    round, now = create_round(), timezone.now()
    cases = [
        create_submitted(round=round, amount=Decimal(amount), title=f"Sak {n}")
        for n, amount in enumerate([30_000, 10_000, 20_000])
    ]
    for case, days in zip(cases, [2, 1, 3], strict=True):
        place_in_time(case, now - timedelta(days=days))
    client.force_login(create_caseworker())

    assert listed(client, sorter=order) == [f"Sak {n}" for n in expected]


def test_by_date_the_first_due_comes_first_and_what_is_decided_is_left_out(client):
    today = timezone.localdate()
    days = {"Om fem": today + timedelta(days=5), "Om to": today + timedelta(days=2)}
    for title, day in days.items():
        create_submitted(
            round=create_round(expected_answer_on=day, scheme=create_scheme()),
            title=title,
        )
    create_decided(round=create_round(scheme=create_scheme()), title="Avgjort")
    client.force_login(create_caseworker())

    assert listed(client, sorter="frist") == ["Om to", "Om fem"]


def numbers(response):
    return [row.sequence for row in response.context["cases"]]


@pytest.mark.parametrize("order", ["", "nummer", "alder", "-alder", "belop", "-belop"])
def test_pages_hold_every_case_once_and_lead_back(client, order):
    case = create_submitted()
    copies_of(case, 2 * PAGE)
    client.force_login(create_caseworker())

    pages, query = [], {"sorter": order}
    while True:
        response = client.get(URL, query)
        pages.append(numbers(response))
        if not response.context["after"]:
            break
        query = {"sorter": order, "etter": response.context["after"]}
    back = client.get(URL, {"sorter": order, "for": response.context["before"]})

    assert [len(page) for page in pages] == [PAGE, PAGE, 1]
    assert sorted(sum(pages, [])) == list(
        range(case.sequence, case.sequence + 2 * PAGE + 1)
    )
    assert numbers(back) == pages[1]
    assert back.context["after"]
    assert back.context["before"]


def test_what_arrives_meanwhile_moves_nothing_on_the_next_page(client):
    case = create_submitted()
    copies_of(case, PAGE)
    client.force_login(create_caseworker())
    first = client.get(URL)

    copies_of(Application.objects.order_by("sequence").last(), 7)
    second = client.get(URL, {"etter": first.context["after"]})

    assert numbers(second) == [case.sequence]


# --- the tabs and the dates -----------------------------------------------------------


def test_each_tab_has_what_it_says(client):
    worker, today = create_caseworker(), timezone.localdate()
    far, near, late = (
        create_round(
            expected_answer_on=today + timedelta(days=days), scheme=create_scheme()
        )
        for days in (25, 3, -1)
    )
    create_in_review(round=far, caseworker=worker, title="Min")
    create_submitted(round=near, title="Ny")
    asked = create_in_review(round=far, caseworker=worker, title="Spurt")
    asked.request_info(
        by=Actor(worker),
        now=timezone.now(),
        text="Legg ved budsjett.",
        due_on=next_working_day(today + timedelta(days=20)),
        steps=[],
    )
    create_in_review(round=late, title="Sen")
    create_decided(round=far, caseworker=worker, title="Avgjort")
    client.force_login(worker)

    tabs = ["mine", "ledige", "venter", "naer", "over", ""]
    found = {tab: set(listed(client, vis=tab)) for tab in tabs}

    assert found == {
        "mine": {"Min", "Spurt"},
        "ledige": {"Ny"},
        "venter": {"Spurt"},
        "naer": {"Ny"},
        "over": {"Sen"},
        "": {"Min", "Ny", "Spurt", "Sen", "Avgjort"},
    }


def test_the_date_in_the_list_is_the_one_it_is_sorted_by(client):
    LegalTerm.objects.get_or_create(
        kind=LegalTerm.Kind.INTERIM_REPLY,
        defaults={
            "amount": 1,
            "unit": "months",
            "source": "forvaltningsloven § 11 a",
            "valid_from": date(1970, 1, 1),
        },
    )
    round, now = create_round(), timezone.now()
    for days in (0, 10, 33, 40, 200):
        case = create_submitted(round=round, title=f"{days} dager")
        place_in_time(case, now - timedelta(days=days))
    told = create_submitted(round=round, title="Foreløpig svar er sendt")
    Letter.objects.create(
        application=told,
        kind=Letter.Kind.INTERIM_REPLY,
        language="nb",
        title="Foreløpig svar",
        parts=[],
        written_at=now,
    )
    client.force_login(create_caseworker())

    cases = client.get(URL, {"sorter": "frist"}).context["cases"]

    assert [(case.title, case.due.on, case.due.what) for case in cases] == [
        *(
            (
                f"{days} dager",
                due_date(
                    LegalTerm.Kind.INTERIM_REPLY, start=now - timedelta(days=days)
                ),
                "foreløpig svar",
            )
            for days in (200, 40, 33, 10, 0)
        ),
        ("Foreløpig svar er sendt", round.expected_answer_on, "svar til søkeren"),
    ]
    assert [case.due_on for case in cases] == [case.due.on for case in cases]


# --- search ---------------------------------------------------------------------------


def test_words_are_found_in_other_forms_and_by_their_beginning(client):
    create_submitted(title="Store sommerfester")
    client.force_login(create_caseworker())

    found = {q: listed(client, q=q) for q in ("sommerfest", "sommerf", "fest")}

    assert found == {
        "sommerfest": ["Store sommerfester"],
        "sommerf": ["Store sommerfester"],
        "fest": [],
    }


def test_a_case_is_found_by_every_title_it_was_sent_with_and_by_who_applies(client):
    case = create_submitted(title="Hagefest")
    by = Actor(case.started_by)
    copy = case.amend(by=by, now=timezone.now())
    copy.title = "Grillkveld"
    copy.save()
    client.force_login(create_caseworker())
    before = [listed(client, q="grillkveld"), listed(client, q="hagefest grillkveld")]

    case.resubmit(by=by, now=timezone.now(), declared=True)
    case.applicant.name = "Velforeningen Utsikten"
    case.applicant.save()

    found = {
        q: listed(client, q=q)
        for q in ("hagefest", "grillkveld", "utsikten", "grillkveld utsikten")
    }
    assert before == [[], []]
    assert found == dict.fromkeys(found, ["Grillkveld"])


def test_special_categories_are_found_by_number_alone(client):
    case = create_submitted(title="Helsetreff")
    Application.objects.filter(pk=case.pk).update(special_categories=True)
    client.force_login(create_caseworker())

    found = [
        listed(client),
        listed(client, q="helsetreff"),
        listed(client, q=case.number),
    ]

    assert found == [["Helsetreff"], [], ["Helsetreff"]]


def test_an_odd_choice_shows_nothing_rather_than_everything(client):
    create_submitted()
    client.force_login(create_caseworker())

    assert listed(client, status="finnes-ikke") == []


# --- many at once (scenario 26) -------------------------------------------------------


def assign(client, cases, to, rule):
    return client.post(
        f"{URL}fordel/",
        {"sak": [case.number for case in cases], "to": to.pk, "rule": rule},
    )


def with_one_bad(to):
    """Forty cases, of which `to` has a conflict in one."""
    bad = create_submitted(title="Inhabil her")
    bad.declare(by=Actor(to), conflict=True, ground="family", now=timezone.now())
    copies_of(bad, 39)
    return bad, list(Application.objects.order_by("pk"))


def held_by(user):
    return Application.objects.filter(caseworker=user).count()


def test_scenario_26_of_forty_with_one_bad_the_rest_are_given(client):
    worker, to = create_caseworker(), create_caseworker(name="Simen")
    bad, cases = with_one_bad(to)
    client.force_login(worker)

    response = assign(client, cases, to, "hver")

    rows = response.context["rows"]
    assert held_by(to) == 39
    assert len(rows) == 40
    assert [(row.case, row.refusal) for row in rows if row.refusal] == [
        (bad, "Saken kan ikke gis til denne saksbehandleren nå.")
    ]
    given = JournalEntry.objects.filter(verb="case_handed_over", actor=worker)
    assert given.count() == 39


def test_scenario_26_of_forty_with_one_bad_none_are_given(client):
    worker, to = create_caseworker(), create_caseworker(name="Simen")
    bad, cases = with_one_bad(to)
    client.force_login(worker)

    response = assign(client, cases, to, "alle")

    assert held_by(to) == 0
    assert JournalEntry.objects.filter(verb="case_handed_over").count() == 0
    assert response.context["none_given"] is True
    assert [row.case for row in response.context["rows"] if row.refusal] == [bad]


def test_scenario_26_a_case_one_may_not_see_is_not_given(client):
    worker, to = create_caseworker(), create_caseworker()
    hidden, seen = create_submitted(title="Skjult"), create_submitted(title="Synlig")
    hidden.declare(by=Actor(worker), conflict=True, ground="family", now=timezone.now())
    client.force_login(worker)

    response = assign(client, [hidden, seen], to, "hver")

    assert [row.case for row in response.context["rows"]] == [seen]
    assert response.context["unknown"] == 1
    assert list(Application.objects.filter(caseworker=to)) == [seen]
    assert "Skjult" not in response.content.decode()


def test_scenario_26_pressed_twice_it_is_given_once(client):
    worker, to = create_caseworker(), create_caseworker()
    case = create_submitted()
    client.force_login(worker)

    assign(client, [case], to, "hver")
    again = assign(client, [case], to, "hver")

    assert again.context["done"] == 1
    assert JournalEntry.objects.filter(verb="case_handed_over").count() == 1


def test_scenario_26_more_than_a_page_is_not_taken(client):
    worker = create_caseworker()
    case = create_submitted()
    copies_of(case, PAGE)
    client.force_login(worker)

    response = assign(client, Application.objects.all(), worker, "hver")

    assert response.status_code == 404
    assert held_by(worker) == 0


def test_nothing_ticked_is_said_and_what_was_ticked_is_kept(client):
    worker = create_caseworker()
    case = create_submitted()
    client.force_login(worker)

    nothing = assign(client, [], worker, "hver").context["form"].non_field_errors()
    nobody = client.post(f"{URL}fordel/", {"sak": [case.number]})

    assert nothing == ["Merk minst én sak i listen."]
    assert set(nobody.context["form"].errors) == {"to", "rule"}
    assert nobody.context["numbers"] == [case.number]


def test_a_case_that_was_given_waits_for_the_one_who_got_it():
    to, other = create_caseworker(name="Simen"), create_caseworker()
    case = create_submitted()
    declare_impartial(case, to, other)
    case.hand_over(to, by=Actor(other))

    with pytest.raises(Refused, match="Saken er gitt til Simen"):
        case.take(by=Actor(other))
    case.take(by=Actor(to))

    assert (case.state, case.caseworker) == (State.IN_REVIEW, to)


# --- as a file ------------------------------------------------------------------------


def as_csv(client, **query):
    response = client.post(f"{URL}fil/", {"slag": "csv", "ko": urlencode(query)})
    return b"".join(response).decode()


def test_the_file_is_what_is_on_the_screen_on_all_pages(client):
    case = create_submitted(amount=Decimal(30_000))
    copies_of(case, PAGE + 5)
    client.force_login(create_caseworker())

    text = as_csv(client, sorter="nummer")
    lines = list(csv.DictReader(StringIO(text.lstrip("\ufeff")), delimiter=";"))

    assert text.startswith("\ufeff")
    assert [line["Nummer"] for line in lines] == [
        f"{case.year}/{n:04d}" for n in range(case.sequence, case.sequence + PAGE + 6)
    ]
    assert lines[0] == {
        "Nummer": case.number,
        "Prosjekt": "Sommerfest",
        "Søker": "Naboene",
        "Område": case.area.name,
        "Utlysning": case.round.title,
        "Status": "ny",
        "Saksbehandler": "ingen",
        "Søkt beløp": "30000,00",
        "Sendt": f"{timezone.localdate(case.submitted_at):%d.%m.%Y}",
        "Frist": lines[0]["Frist"],
        "Fristen gjelder": lines[0]["Fristen gjelder"],
    }


def test_the_spreadsheet_has_the_same_rows_with_sums_as_numbers(client):
    case = create_submitted(title="=1+1", amount=Decimal(30_000))
    client.force_login(create_caseworker())

    response = client.post(f"{URL}fil/", {"slag": "xlsx"})
    with ZipFile(BytesIO(b"".join(response))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()

    assert f"<t>{case.number}</t>" in sheet
    assert "<t>=1+1</t>" in sheet
    assert "<v>30000.00</v>" in sheet
    assert "<f>" not in sheet


@pytest.mark.parametrize("title", ["=1+1", "+47", "-1", "@sum", "%0", "|x"])
def test_nothing_in_the_file_runs_in_a_spreadsheet(client, title):
    create_submitted(title=title)
    client.force_login(create_caseworker())

    assert f";'{title};" in as_csv(client)


def test_the_file_has_what_its_reader_may_see_and_nothing_else(client):
    mine, other = create_area(name="Mitt"), create_area(name="Annet")
    round = create_round(areas=[mine, other])
    create_submitted(round=round, area=mine, title="Her")
    create_submitted(round=round, area=other, title="Der")
    special = create_submitted(round=round, area=mine, title="Helse")
    Application.objects.filter(pk=special.pk).update(special_categories=True)
    conflicted = create_submitted(round=round, area=mine, title="Skjult")
    coordinator = create_coordinator(areas=[mine])
    conflicted.declare(
        by=Actor(coordinator), conflict=True, ground="family", now=timezone.now()
    )
    client.force_login(coordinator)

    lines = as_csv(client).splitlines()[1:]

    assert [line.split(";")[1] for line in lines] == ["Her"]
    entry = JournalEntry.objects.get(verb="cases_exported")
    assert (entry.actor, entry.facts) == (
        coordinator,
        {"format": "csv", "rows": 1, "chosen": []},
    )


def test_the_journal_keeps_that_one_searched_and_not_for_whom(client):
    create_submitted()
    client.force_login(create_caseworker())

    as_csv(client, q="Naboene", vis="ledige")

    entry = JournalEntry.objects.get(verb="cases_exported")
    assert entry.facts == {"format": "csv", "rows": 1, "chosen": ["q", "vis"]}


# --- saved filters --------------------------------------------------------------------


def test_a_filter_is_kept_renamed_and_deleted(client):
    worker = create_caseworker()
    create_submitted()
    client.force_login(worker)

    client.post(f"{URL}filtre/", {"name": "Nye", "ko": "vis=ledige&etter=2026~1&x=1"})
    kept = worker.saved_filters.get()
    saved = (kept.name, kept.query)
    client.post(f"{URL}filtre/{kept.pk}/", {"name": "Ferske"})
    kept.refresh_from_db()
    renamed = kept.name
    client.post(f"{URL}filtre/{kept.pk}/", {"slett": "ja"})

    assert (saved, renamed) == (("Nye", "vis=ledige"), "Ferske")
    assert worker.saved_filters.count() == 0


def test_a_saved_filter_is_its_owners_alone_and_runs_in_the_scope_of_today(client):
    mine = create_area()
    owner, other = create_coordinator(areas=[mine]), create_caseworker()
    create_submitted(round=create_round(areas=[mine]), title="Her")
    kept = SavedFilter.keep(user=owner, name="Alle", query="sorter=nummer")

    client.force_login(other)
    theirs = client.get(f"{URL}filtre/{kept.pk}/").status_code
    client.force_login(owner)
    before = listed(client, sorter="nummer")
    Assignment.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    after = listed(client, sorter="nummer")

    assert (theirs, before, after) == (404, ["Her"], [])


def test_two_filters_of_one_name_and_one_too_many_are_refused(client):
    worker = create_caseworker()
    first = SavedFilter.keep(user=worker, name="En", query="")
    SavedFilter.keep(user=worker, name="To", query="")

    with pytest.raises(Refused, match="alt et filter"):
        first.rename("To")
    for n in range(SavedFilter.MOST - 2):
        SavedFilter.keep(user=worker, name=f"Filter {n}", query="")
    with pytest.raises(Refused, match="Slett ett først"):
        SavedFilter.keep(user=worker, name="Ett til", query="")


# --- on to the next -------------------------------------------------------------------


def test_lagre_og_neste_opens_the_next_case_of_the_same_queue(client):
    worker, round = create_caseworker(), create_round()
    first, second, third = (
        create_submitted(round=round, title=f"Sak {n}") for n in range(3)
    )
    declare_impartial(first, worker)
    second.hand_over(create_caseworker(), by=Actor(worker))
    client.force_login(worker)
    queue = {"vis": "ledige", "sorter": "nummer"}

    opened = client.get(f"{first.get_case_url()}?{urlencode({'ko': urlencode(queue)})}")
    response = client.post(
        f"{first.get_case_url()}ta/", {"ko": opened.context["ko"], "neste": "ja"}
    )

    assert opened.context["ko"] == urlencode(queue)
    assert response.url == f"{third.get_case_url()}?ko=vis%3Dledige%26sorter%3Dnummer"


def test_after_the_last_case_one_is_back_in_the_queue(client):
    worker = create_caseworker()
    case = create_submitted()
    declare_impartial(case, worker)
    client.force_login(worker)

    response = client.post(
        f"{case.get_case_url()}ta/", {"ko": "vis=ledige", "neste": "ja"}
    )

    assert response.url == f"{URL}?vis=ledige"


@pytest.mark.parametrize("queue", ["", "https://example.test/", "x=1", "q" * 600])
def test_an_odd_queue_leads_nowhere_else(client, queue):
    worker = create_caseworker()
    case = create_submitted()
    declare_impartial(case, worker)
    client.force_login(worker)

    response = client.post(f"{case.get_case_url()}ta/", {"ko": queue})

    ending = {"https://example.test/": "?ko=vis%3D", "x=1": "?ko=vis%3D"}
    assert response.url == case.get_case_url() + ending.get(queue, "")
