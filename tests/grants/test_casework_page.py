"""The case page: who gets in, what a declaration opens, what a conflict closes."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from grants.casework.urls import CASE, casework_urls
from grants.deadlines import next_working_day
from grants.models import Application
from grants.todo import tasks_for
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from tests.factories import (
    REASONS,
    assess,
    create_applicant,
    create_area,
    create_caseworker,
    create_coordinator,
    create_decided,
    create_decider,
    create_draft,
    create_in_review,
    create_recommended,
    create_round,
    create_submitted,
    create_user,
    declare_impartial,
)

pytestmark = pytest.mark.django_db

PARTS = ["", "habilitet/", "ta/", "gi-videre/", "be-om-mer/", "uten-svar/", "rad/"]
PARTS += ["tilsagn/svar/", "tilsagn/frist/", "begrunnelse/krav/", "begrunnelse/"]
PARTS += ["sjekkliste/", "statsstotte/"]
PARTS += ["forelopig-svar/"]
PARTS += ["opplysninger/", "opplysninger/send/", "opplysninger/legg-bort/"]
PARTS += ["rad/panel/", "vurdering/pek-ut/", "vurdering/frita/", "vurdering/apne/"]
PARTS += ["vurdering/", "innstilling/", "tilbake/", "vedtak/", "versjoner/1/"]
PARTS += ["filer/1/", "brev/1/", "brev/1/pdf/", "brev/1/papir/"]
PARTS += ["medlem/", "underskrift/", "underskrift/fil/", "spor-igjen/"]
PARTS += ["notat/", "dokumenter/", "dokumenter/1/", "dokumenter/1/sladd/"]
PARTS += ["dokumenter/kopi/1/"]
PARTS += ["klager/ny/", "klager/1/", "klager/1/samlet/", "klager/fil/1/"]
PARTS += ["klager/1/sta/"]
PARTS += ["vedtak/brev/", "organvedtak/"]
PARTS += ["nytt-vedtak/", "nytt-vedtak/avgjor/", "nytt-vedtak/nei/"]
PARTS += ["versjoner/1/1/"]
PARTS += [
    "registeret/",
    "fullmektig/",
    "fullmektig/slutt/",
    "fullmakt/1/",
    "sjekket-soker/",
    "soknad-slik-den-kom/",
]
PARTS += ["ta-inn/", "filer/i-stedet/1/", "meldinger/", "meldinger/fil/1/"]
# Pressed, never opened.
PRESSED = ["meldinger/lest/", "varsler/1/", "nytt-blikk/1/"]
# For whoever rules on the impartiality of others.
RULED = ["habilitet/1/"]


def declare_conflict(case, user):
    case.declare(by=Actor(user), conflict=True, ground="family", now=timezone.now())


def test_the_parts_above_are_all_parts_of_a_case():
    routes = [str(pattern.pattern) for pattern in casework_urls(lambda view: view)]

    parts = PARTS + PRESSED + RULED
    ours = {CASE + part.replace("1/", "<int:pk>/") for part in parts}
    ours |= {"saker/", "saker/ny/", "saker/fra/<int:pk>/"}
    ours |= {"saker/fil/", "saker/fordel/", "saker/filtre/", "saker/filtre/<int:pk>/"}
    of_cases = [route for route in routes if route.startswith("saker/")]
    of_cases = [re.sub("<int:(number|old|new)>", "<int:pk>", row) for row in of_cases]
    assert {route.replace("<slug:step>", "sta") for route in of_cases} == ours


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (roles.CASEWORKER, 200),
        (roles.DECIDER, 200),
        (roles.READER, 200),
        (roles.ADMINISTRATOR, 200),
        (roles.COORDINATOR, 404),
        (roles.EDITOR, 404),
        (roles.FINANCE, 404),
        (roles.APPEALS, 404),
    ],
)
def test_a_case_is_there_for_those_who_read_it(client, role, status):
    case = create_submitted()
    user = create_user(role=role)
    client.force_login(user)

    undeclared = client.get(case.get_case_url()).status_code
    declare_impartial(case, user)
    declared = client.get(case.get_case_url()).status_code

    assert (undeclared, declared) == (status, status)


def test_a_coordinator_opens_cases_of_assigned_areas_only(client):
    mine, other = create_area(), create_area()
    round = create_round(areas=[mine, other])
    here = create_submitted(round=round, area=mine)
    there = create_submitted(round=round, area=other)
    client.force_login(create_coordinator(areas=[mine]))

    found = [client.get(case.get_case_url()).status_code for case in (here, there)]

    assert found == [200, 404]


@pytest.mark.parametrize(
    "seq", ["1", "00001", "0002", "abcd", "٠٠٠١", "99999999999999"]
)
def test_a_number_that_is_no_case_is_not_there(client, seq):
    case = create_submitted()
    assert case.number.endswith("/0001")
    client.force_login(create_caseworker())

    assert client.get(f"/admin/saker/{case.year}/{seq}/").status_code == 404


def test_before_a_declaration_only_what_it_takes_to_judge_is_shown(client):
    case = create_submitted(title="Sommerfest", amount=Decimal(12_345))
    client.force_login(create_caseworker())

    page = client.get(case.get_case_url()).content.decode()

    shown = [case.number, "Sommerfest", "Naboene", "Kari Eksempel", case.area.name]
    hidden = [
        "12\u00a0345",
        "Vi pynter, griller og leker.",
        "kari@example.test",
        "Mat og pynt",
        "Journal",
    ]
    assert [text for text in shown if text not in page] == []
    assert [text for text in hidden if text in page] == []


@pytest.mark.parametrize("part", [part for part in PARTS if part != ""])
def test_nothing_else_opens_before_a_declaration(client, part):
    case = create_submitted()
    client.force_login(create_caseworker())

    status = client.get(case.get_case_url() + part).status_code

    assert status == (200 if part == "habilitet/" else 403)


def test_saying_that_one_is_impartial_opens_the_case(client):
    case = create_submitted()
    worker = create_caseworker()
    client.force_login(worker)

    response = client.post(case.get_case_url() + "habilitet/", {"answer": "habil"})

    assert response["Location"] == case.get_case_url()
    page = client.get(case.get_case_url()).content.decode()
    assert "Vi pynter, griller og leker." in page
    assert case.declarations.get().user == worker


def test_a_conflict_needs_a_ground(client):
    case = create_submitted()
    client.force_login(create_caseworker())

    response = client.post(case.get_case_url() + "habilitet/", {"answer": "inhabil"})

    assert response.context["form"].errors == {
        "ground": ["Velg hva slags tilknytning det er."]
    }
    assert case.declarations.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_conflict_hides_the_case_everywhere(client, method):
    worker = create_caseworker()
    case = create_in_review(caseworker=worker)
    client.force_login(worker)
    url = case.get_case_url()

    response = client.post(
        url + "habilitet/", {"answer": "inhabil", "ground": "leader"}, follow=True
    )

    assert response.redirect_chain == [("/admin/saker/", 302)]
    assert f"Du er inhabil i sak {case.number}" in response.content.decode()
    found = {getattr(client, method)(url + part).status_code for part in PARTS}
    allowed = {404} if method == "get" else {404, 405}
    assert found <= allowed
    assert client.get(url).status_code == 404
    assert tasks_for(worker, timezone.now()) == []
    case.refresh_from_db()
    assert case.caseworker is None
    with pytest.raises(Refused):
        assess_as(case, worker)


def assess_as(case, worker):
    marks = {criterion: (4, "Fordi.") for criterion in case.round.criteria.all()}
    case.assess(marks, by=Actor(worker), now=timezone.now())


def test_who_acts_for_the_applicant_does_not_find_the_case(client):
    worker = create_caseworker()
    applicant = create_applicant(user=worker)
    case = create_submitted(user=worker, applicant=applicant)
    client.force_login(worker)

    assert client.get(case.get_case_url()).status_code == 404


def test_a_superuser_finds_neither_drafts_nor_conflicted_cases(client):
    round = create_round()
    sent, conflicted = create_submitted(round=round), create_submitted(round=round)
    draft = create_draft(round=round)
    admin = create_user(is_staff=True, is_superuser=True)
    declare_conflict(conflicted, admin)
    client.force_login(admin)

    assert set(Application.objects.visible_to(admin)) == {sent}
    assert client.get(conflicted.get_case_url()).status_code == 404
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_the_page_asks_the_same_number_of_times_however_much_there_is(
    client, django_assert_num_queries
):
    worker, user = create_caseworker(), create_user()
    applicant = create_applicant(user=user)
    round = create_round()
    case = create_in_review(
        caseworker=worker, user=user, applicant=applicant, round=round
    )
    assess(case)
    client.force_login(worker)
    client.get(case.get_case_url())

    with django_assert_num_queries(40):
        client.get(case.get_case_url())
    for _ in range(3):
        other = create_submitted(user=user, applicant=applicant, round=round)
        assert other.applicant == case.applicant
        assess(case)
    with django_assert_num_queries(40):
        client.get(case.get_case_url())


# --- files, versions, letters ---------------------------------------------------------


def attach(case, *, name="plan.pdf"):
    file = StoredFile.keep(
        b"%PDF-1.4 plan",
        name=name,
        content_type="application/pdf",
        by=Actor(case.started_by),
    )
    return case.working_copy().attachments.create(file=file)


def create_case_with_file():
    case = create_draft()
    attachment = attach(case)
    case.submit(by=Actor(case.started_by), now=timezone.now(), declared=True)
    return case, attachment


def file_url(case, attachment):
    return f"{case.get_case_url()}filer/{attachment.pk}/"


def test_an_attachment_is_a_download_for_who_has_declared(client):
    case, attachment = create_case_with_file()
    worker = create_caseworker()
    declare_impartial(case, worker)
    client.force_login(worker)

    response = client.get(file_url(case, attachment))

    assert b"".join(response.streaming_content) == b"%PDF-1.4 plan"
    assert response["Content-Disposition"] == 'attachment; filename="plan.pdf"'


def test_an_attachment_of_another_case_or_a_working_copy_is_not_there(client):
    worker = create_caseworker()
    case, attachment = create_case_with_file()
    mine = create_in_review(caseworker=worker, round=case.round)
    ask(mine)
    mine.open_working_copy(by=Actor(mine.started_by))
    unsent = attach(mine)
    client.force_login(worker)

    found = [
        client.get(file_url(mine, attachment)).status_code,
        client.get(file_url(mine, unsent)).status_code,
        client.get(file_url(case, attachment)).status_code,
    ]

    assert found == [404, 404, 403]


def ask(case):
    case.request_info(
        by=Actor(case.caseworker),
        now=timezone.now(),
        text="Send kart.",
        due_on=next_working_day(timezone.localdate() + timedelta(days=7)),
        steps=["prosjekt"],
    )


def test_earlier_versions_are_there_and_the_working_copy_is_not(client):
    worker = create_caseworker()
    case = create_in_review(caseworker=worker, title="Før")
    ask(case)
    copy = case.open_working_copy(by=Actor(case.started_by))
    client.force_login(worker)

    unsent = client.get(f"{case.get_case_url()}versjoner/2/").status_code
    copy.title = "Etter"
    copy.save()
    case.answer_request(by=Actor(case.started_by), now=timezone.now(), answer="")

    assert unsent == 404
    first = client.get(f"{case.get_case_url()}versjoner/1/")
    assert first.context["version"].title == "Før"
    assert client.get(case.get_case_url()).context["version"].title == "Etter"


def test_the_letter_is_read_on_the_case_and_as_pdf_once_it_is_made(client):
    worker = create_caseworker()
    case = create_decided(caseworker=worker)
    letter = case.letters.get()
    client.force_login(worker)
    url = f"{case.get_case_url()}brev/{letter.pk}/"

    before = client.get(url + "pdf/").status_code
    letter.pdf = StoredFile.keep(
        b"%PDF-1.7 brev",
        name="vedtak.pdf",
        content_type="application/pdf",
        by=Actor.system(),
    )
    letter.save()

    assert before == 404
    assert letter.title in client.get(url).content.decode()
    assert b"".join(client.get(url + "pdf/").streaming_content) == b"%PDF-1.7 brev"


# --- what the page says ---------------------------------------------------------------


def test_other_cases_of_the_applicant_are_listed_unless_hidden(client):
    user, worker = create_user(), create_caseworker()
    applicant = create_applicant(user=user)
    round = create_round()
    case, other, hidden = (
        create_submitted(user=user, applicant=applicant, round=round)
        for _number in range(3)
    )
    create_draft(user=user, applicant=applicant, round=round)
    declare_impartial(case, worker)
    declare_conflict(hidden, worker)
    client.force_login(worker)

    response = client.get(case.get_case_url())

    assert response.context["other_cases"] == [other]


def test_the_same_organisation_number_from_another_applicant_is_flagged(client):
    worker = create_caseworker()
    number = {"kind": "organisation", "orgnr": "310000019"}
    first = create_applicant(user=create_user(), name="Ekte lag", **number)
    second = create_applicant(user=(user := create_user()), name="Samme?", **number)
    round = create_round()
    create_submitted(user=first.members()[0], applicant=first, round=round)
    case = create_submitted(user=user, applicant=second, round=round)
    declare_impartial(case, worker)
    client.force_login(worker)

    assert client.get(case.get_case_url()).context["namesakes"] == [first]


def test_a_namesake_is_told_only_to_those_who_see_its_case(client):
    here, there = create_area(), create_area()
    round = create_round(areas=[here, there])
    number = {"kind": "organisation", "orgnr": "310000019"}
    user = create_user()
    first = create_applicant(user=user, name="Ekte lag", **number)
    second = create_applicant(user=user, name="Samme?", **number)
    create_submitted(user=user, applicant=first, round=round, area=there)
    case = create_submitted(user=user, applicant=second, round=round, area=here)
    coordinator, worker = create_coordinator(areas=[here]), create_caseworker()
    declare_impartial(case, coordinator, worker)
    found = []
    for reader in (coordinator, worker):
        client.force_login(reader)
        found.append(client.get(case.get_case_url()).context["namesakes"])

    assert found == [[], [first]]


def test_the_pot_is_shown_before_and_after(client):
    worker = create_caseworker()
    case = create_recommended(
        caseworker=worker,
        round=create_round(balance=Decimal(100_000)),
        amount=Decimal(30_000),
    )
    client.force_login(worker)

    pot = client.get(case.get_case_url()).context["pot"]

    assert (pot["pot"].balance, pot["amount"], pot["after"]) == (
        Decimal(100_000),
        Decimal(30_000),
        Decimal(70_000),
    )


def step_for(client, user, case):
    client.force_login(user)
    step = client.get(case.get_case_url()).context["step"]
    return step.heading, step.button


def test_the_next_step_follows_role_and_state(client):
    worker, decider = create_caseworker(), create_decider()
    area = create_area()
    coordinator = create_coordinator(areas=[area])
    case = create_submitted(round=create_round(areas=[area]))
    declare_impartial(case, worker, decider, coordinator)
    everyone = {"worker": worker, "decider": decider, "coordinator": coordinator}

    def steps():
        return {name: step_for(client, who, case) for name, who in everyone.items()}

    assert steps() == {
        "worker": ("Ingen har tatt saken ennå", "Ta saken"),
        "decider": ("Venter på en saksbehandler", ""),
        "coordinator": ("Gi råd fra området", "Skriv råd"),
    }
    case.take(by=Actor(worker))
    assert steps()["worker"] == ("Vurder kriteriene", "Vurder kriteriene")
    assess(case)
    case.advise(
        by=Actor(coordinator), now=timezone.now(), stance="support", text="Bra."
    )
    assert steps() == {
        "worker": ("Skriv innstilling", "Skriv innstilling"),
        "decider": (f"Til behandling hos {worker}", ""),
        "coordinator": (f"Til behandling hos {worker}", ""),
    }
    case.recommend(
        by=Actor(worker),
        now=timezone.now(),
        outcome="granted",
        amount=Decimal(20_000),
        **REASONS,
    )
    assert steps() == {
        "worker": ("Venter på vedtak", ""),
        "decider": ("Avgjør saken", "Gå til vedtak"),
        "coordinator": ("Venter på vedtak", ""),
    }


def test_every_journal_entry_of_a_case_reads_as_words(client):
    worker = create_caseworker()
    case = create_decided(caseworker=worker)
    client.force_login(worker)

    page = client.get(case.get_case_url()).content.decode()

    verbs = JournalEntry.objects.about(case).values_list("verb", flat=True)
    assert [verb for verb in verbs if f">{verb}<" in page or f"{verb} " in page] == []
