"""The numbered journal of a case, what the public sees of it, and what a party sees."""

import csv
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants.case_file import case_file, withheld
from grants.deadlines import next_working_day
from grants.models import (
    Applicant,
    ApplicantKind,
    Application,
    Audience,
    InternalNote,
    LegalBasis,
    Message,
    Organisation,
    PublicRecord,
)
from grants.models.records import shielded
from grants.public_journal import published
from grants.tasks import make_letter_pdf
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_applicant,
    create_caseworker,
    create_decided,
    create_decider,
    create_draft_of,
    create_in_review,
    create_late,
    create_recommended,
    create_round,
    create_submitted,
    create_user,
    declare_impartial,
)

pytestmark = pytest.mark.django_db


def entries(application):
    """(number, kind, direction) of every entry of the case."""
    return list(
        application.records.current().values_list("number", "kind", "direction")
    )


def write(application, *, by, from_staff, text="Hei", key="a"):
    return Message.send(
        application,
        text=text,
        files=[],
        by=Actor(by),
        now=timezone.now(),
        key=key,
        from_staff=from_staff,
    )[0]


def ask(application):
    application.request_info(
        by=Actor(application.caseworker),
        now=timezone.now(),
        text="Hvem eier grunnen?",
        due_on=next_working_day(timezone.localdate() + timedelta(days=14)),
        steps=["prosjekt"],
    )


def correct(record, by, **changes):
    options = {"reason": "Feil navn.", "now": timezone.now()} | changes
    return record.correct(by=Actor(by), **options)


# --- what is entered ------------------------------------------------------------------


def test_each_document_of_a_case_is_entered_by_its_verb():
    application = create_in_review()
    applicant, caseworker = application.started_by, application.caseworker

    write(application, by=applicant, from_staff=False, key="a")
    write(application, by=caseworker, from_staff=True, key="b")
    ask(application)
    application.answer_request(
        by=Actor(applicant), now=timezone.now(), answer="Kommunen."
    )
    application.withdraw(by=Actor(applicant), now=timezone.now())

    assert entries(application) == [
        (1, "application", "in"),
        (2, "message_in", "in"),
        (3, "message_out", "out"),
        (4, "request", "out"),
        (5, "answer", "in"),
        (6, "withdrawal", "in"),
    ]


def test_a_decision_is_entered_when_it_is_announced():
    application = create_recommended()
    decision = decide(application, hold=True)
    held = entries(application)

    decision.announce(by=Actor(decision.decided_by), now=timezone.now())

    assert held == [(1, "application", "in")]
    assert entries(application) == [
        (1, "application", "in"),
        (2, "decision", "out"),
    ]
    assert application.records.last().document == decision.letter


def test_a_late_application_enters_its_reason_too():
    application = create_late()

    assert entries(application) == [(1, "application", "in"), (2, "late", "in")]


def test_a_message_sent_twice_is_entered_once():
    application = create_submitted()

    write(application, by=application.started_by, from_staff=False)
    write(application, by=application.started_by, from_staff=False)

    assert entries(application) == [(1, "application", "in"), (2, "message_in", "in")]


def test_an_entry_has_what_the_archive_regulation_asks_for():
    now = timezone.now()
    application = create_submitted()

    record = application.records.get()

    found = {
        "code": record.code,
        "title": record.title,
        "public": record.public_title,
        "party": (record.party, record.party_kind, record.public_party),
        "dates": (record.dated_on, record.exchanged_on),
        "document": record.document,
        "open": (record.audience, record.legal_basis),
    }
    assert found == {
        "code": f"{application.year}/{application.sequence:06d}-1",
        "title": "Søknad om tilskudd: Sommerfest",
        "public": f"Søknad om tilskudd: {application.round.title}",
        "party": ("Naboene", "group", "Naboene"),
        "dates": (timezone.localdate(now), timezone.localdate(now)),
        "document": application.current,
        "open": ("public", ""),
    }


def test_what_is_entered_is_in_bokmal_whatever_language_the_sender_reads(client):
    application = create_submitted()
    client.force_login(application.started_by)
    address = reverse(
        "grants:message_list", args=[application.year, application.sequence]
    )

    client.post(f"/en{address}", {"text": "Hello", "key": "x"})

    assert application.records.last().public_title == (
        f"Melding til saksbehandleren: {application.round.title}"
    )


def decide(application, **options):
    decider = create_decider()
    declare_impartial(application, decider)
    return application.decide(
        by=Actor(decider),
        now=timezone.now(),
        outcome="granted",
        amount=application.current.amount,
        **REASONS,
        **options,
    )


# --- never changed --------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.update(title="Noe annet"),
        lambda rows: rows.update(number=7),
        lambda rows: rows.delete(),
    ],
)
def test_the_database_refuses_to_change_an_entry(change):
    application = create_submitted()

    with (
        pytest.raises(DatabaseError, match="pgtrigger: Cannot (update|delete)"),
        transaction.atomic(),
    ):
        change(PublicRecord.objects.filter(application=application))

    assert entries(application) == [(1, "application", "in")]


def test_a_correction_is_a_new_row_and_the_old_one_stays():
    application = create_in_review()
    caseworker = application.caseworker

    correct(application.records.get(), caseworker, party="Naboene i Elveparken")

    first, last = application.records.get(version=1).history()
    assert (first.party, first.reason) == ("Naboene", "")
    assert (last.party, last.reason, last.written_by) == (
        "Naboene i Elveparken",
        "Feil navn.",
        caseworker,
    )
    assert entries(application) == [(1, "application", "in")]
    assert JournalEntry.objects.about(application).last().verb == "record_corrected"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": " "}, "Skriv hvorfor det rettes."),
        (
            {"audience": Audience.PARTY},
            "Velg hjemmel når dokumentet ikke er for alle, og bare da.",
        ),
        (
            {"legal_basis": LegalBasis.BUSINESS},
            "Velg hjemmel når dokumentet ikke er for alle, og bare da.",
        ),
    ],
)
def test_a_correction_without_its_grounds_is_refused(changes, message):
    application = create_in_review()

    with pytest.raises(Refused, match=message):
        correct(
            application.records.get(),
            application.caseworker,
            **({"title": "Ny"} | changes),
        )


def test_a_correction_of_what_someone_has_corrected_meanwhile_is_refused():
    application = create_in_review()
    record = application.records.get()
    correct(record, application.caseworker, title="Først")

    with pytest.raises(Refused, match="Noen har rettet oppføringen."):
        correct(record, application.caseworker, title="Så")


def test_only_casework_staff_correct():
    application = create_in_review()
    reader = create_user(role="Leser", is_staff=True)
    declare_impartial(application, reader)

    with pytest.raises(Refused, match="Bare en saksbehandler kan rette"):
        correct(application.records.get(), reader, title="Ny")


def test_a_correction_cannot_name_a_private_person_to_everyone():
    application = create_in_review()

    row = correct(
        application.records.get(),
        application.caseworker,
        party_kind=ApplicantKind.PERSON,
        public_party="Kari Nordmann",
    )

    assert row.public_party == ""


# --- what everyone sees ---------------------------------------------------------------


def journal(client, **query):
    return client.get(reverse("grants:journal"), query)


def shown(response):
    return [entry["journalpost"] for entry in response.context["entries"]]


def test_the_journal_shows_the_newest_first_and_no_draft(client):
    first = create_submitted()
    second = create_submitted(round=first.round)
    create_draft_of(first.round)

    response = journal(client)

    assert shown(response) == [record.records.get().code for record in (second, first)]


def test_what_is_published_of_an_entry_is_just_this():
    application = create_submitted()
    record = application.records.get()
    today = timezone.localdate()

    assert published(record) == {
        "journalpost": record.code,
        "journaldato": today,
        "dokumentetsDato": today,
        "mottattEllerSendtDato": today,
        "retning": "inn",
        "tittel": f"Søknad om tilskudd: {application.round.title}",
        "korrespondansepart": "Naboene",
        "omrade": application.area.name,
        "tilgang": "offentlig",
        "hjemmel": "",
        "eksempel": application.round.scheme.example,
    }


def test_a_private_person_is_named_nowhere(client):
    user = create_user(name="Kari Nordmann")
    person = create_applicant(user=user, kind="person", name="Kari Nordmann")
    create_submitted(user=user, applicant=person)

    response = journal(client)
    found = journal(client, q="Nordmann")

    assert response.context["entries"][0]["korrespondansepart"] == "Privatperson"
    assert "Nordmann" not in response.content.decode()
    assert shown(found) == []


def test_a_case_on_health_or_faith_is_shielded_and_not_searched(client):
    application = create_submitted()
    Application.objects.filter(pk=application.pk).update(special_categories=True)

    entry = journal(client).context["entries"][0]
    found = journal(client, q="Naboene")

    assert (entry["tittel"], entry["korrespondansepart"], entry["tilgang"]) == (
        "Søknad om tilskudd",
        "Skjermet",
        "unntatt",
    )
    assert "§ 13 nr. 1" in entry["hjemmel"]
    assert shown(found) == []


def test_an_exempt_entry_is_marked_with_its_basis(client):
    application = create_in_review()
    correct(
        application.records.get(),
        application.caseworker,
        audience=Audience.PARTY,
        legal_basis=LegalBasis.BUSINESS,
    )

    entry = journal(client).context["entries"][0]

    assert (entry["tilgang"], entry["hjemmel"]) == (
        "unntatt",
        str(LegalBasis.BUSINESS.label),
    )


def test_a_correction_shows_what_it_says_now_and_not_before(client):
    application = create_in_review()
    correct(application.records.get(), application.caseworker, public_title="Riktig")

    assert [row["tittel"] for row in journal(client).context["entries"]] == ["Riktig"]


@pytest.mark.parametrize(
    ("days", "kind", "is_found"),
    [(364, "group", True), (366, "group", False), (366, "organisation", True)],
)
def test_a_name_that_may_be_a_persons_is_not_found_after_a_year(
    client, days, kind, is_found
):
    application = create_submitted()
    if kind == "organisation":
        organisation = Organisation.of_number("974760673", "Naboene")
        Applicant.objects.filter(pk=application.applicant_id).update(
            kind=kind, organisation=organisation
        )
        application.applicant.refresh_from_db()
    record = PublicRecord.register(
        "other",
        about=application,
        direction="in",
        by=Actor.system(),
        now=timezone.now() - timedelta(days=days),
    )

    assert (record.code in shown(journal(client, q="naboene"))) is is_found


@pytest.mark.parametrize("with_number", [True, False])
def test_an_entry_is_found_by_its_number(client, with_number):
    application = create_submitted()
    create_submitted(round=application.round)
    code = application.records.get().code

    response = journal(client, q=code if with_number else code.rpartition("-")[0])

    assert shown(response) == [code]


def test_the_journal_is_chosen_by_area_and_date(client):
    here = create_submitted()
    create_submitted()
    today = timezone.localdate()

    by_area = journal(client, omrade=here.area.slug)
    by_day = journal(client, fra=f"{today + timedelta(days=1):%d.%m.%Y}")

    assert shown(by_area) == [here.records.get().code]
    assert shown(by_day) == []


@pytest.mark.parametrize("page", ["0", "2", "1000", "x", "01"])
def test_an_odd_page_is_none(client, page):
    create_submitted()

    assert journal(client, page=page).status_code == 404


def test_the_files_say_what_the_page_says(client):
    application = create_submitted()
    code = application.records.get().code

    rows = list(
        csv.reader(
            io.StringIO(client.get("/postjournal.csv").content.decode("utf-8-sig")),
            delimiter=";",
        )
    )
    root = ElementTree.fromstring(  # noqa: S314  our own
        client.get("/postjournal.xml").content
    )

    assert [row[0] for row in rows] == ["Nummer", code]
    assert [row.findtext("journalpost") for row in root] == [code]
    assert [row.findtext("korrespondansepart") for row in root] == ["Naboene"]


def test_a_file_of_too_much_is_asked_for_in_shorter_periods(client, monkeypatch):
    monkeypatch.setattr("grants.views.records.MOST", 1)
    first = create_submitted()
    create_submitted(round=first.round)

    responses = [client.get(f"/postjournal.{kind}") for kind in ("csv", "xml")]

    assert [response.status_code for response in responses] == [400, 400]
    assert "Velg en kortere periode" in responses[0].content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_journal_takes_three_queries(client, count, django_assert_num_queries):
    first = create_submitted()
    for number in range(count - 1):
        write(first, by=first.started_by, from_staff=False, key=str(number))

    with django_assert_num_queries(3):
        response = journal(client)

    assert len(response.context["entries"]) == count


# --- nothing that looks like a number of a person -------------------------------------

SEPARATORS = st.sampled_from(["", " ", ".", "-", " \u2009", "\u200b", "/"])
LONG_NUMBERS = st.builds(
    lambda digits, gaps: "".join(
        digit + gap for digit, gap in zip(digits, [*gaps, ""], strict=True)
    ),
    st.lists(st.sampled_from("0123456789"), min_size=11, max_size=11),
    st.lists(SEPARATORS, min_size=10, max_size=10),
)


@settings(max_examples=150, deadline=None)
@given(number=LONG_NUMBERS, before=st.text(max_size=8), after=st.text(max_size=8))
def test_a_long_number_never_passes_the_shield(number, before, after):
    text = shielded(f"{before}{number}{after}")

    assert number not in text


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(number=LONG_NUMBERS)
def test_a_number_typed_anywhere_in_a_case_reaches_no_public_page(client, number):
    with transaction.atomic():
        application = case_full_of(f"Nei {number} ja")

        pages = {
            path: client.get(path).content.decode()
            for path in [
                "/postjournal/",
                "/en/postjournal/",
                "/postjournal.csv",
                "/postjournal.xml",
            ]
        }

        assert application.records.count() == 6
        for path, page in pages.items():
            assert number not in page, path
            assert f"Nei {number[:4]}" not in page, path
        found = client.get("/postjournal/", {"q": number})
        assert shown(found) == []
        transaction.set_rollback(True)


def case_full_of(text):
    """A case in which every text that anyone typed is this one."""
    user = create_user(name=text[:100])
    applicant = create_applicant(user=user, name=text)
    application = create_in_review(
        round=create_round(title=text), user=user, applicant=applicant, title=text[:60]
    )
    write(application, by=user, from_staff=False, text=text, key=text[:10])
    ask_text = {
        "text": text,
        "due_on": next_working_day(timezone.localdate() + timedelta(days=14)),
        "steps": ["prosjekt"],
    }
    caseworker = Actor(application.caseworker)
    application.request_info(by=caseworker, now=timezone.now(), **ask_text)
    application.answer_request(by=Actor(user), now=timezone.now(), answer=text)
    InternalNote.write(application, text=text, by=caseworker, now=timezone.now())
    PublicRecord.register(
        "other",
        about=application,
        direction="in",
        title=text,
        party=text,
        by=caseworker,
        now=timezone.now(),
    )
    PublicRecord.register(
        "other",
        about=application,
        direction="in",
        title=text,
        party=text,
        party_kind=ApplicantKind.ORGANISATION,
        by=caseworker,
        now=timezone.now(),
    )
    return application


# --- scenario 33: notes for colleagues ------------------------------------------------

SECRET = "Notatord-9c1f"


def every_address(patterns, prefix=""):
    """(path pattern, name) of all that stands outside /admin/."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            if not route.startswith("admin"):
                yield from every_address(pattern.url_patterns, route)
        elif pattern.name:
            yield route


def filled(route, application, more):
    """The route with what fits it; None when it takes what no case has."""
    for part, value in {
        "<int:year>": application.year,
        "<case_number:sequence>": application.number[5:],
        "<slug:key>": application.key,
        "<int:number>": 1,
        "<slug:step>": "prosjekt",
        **more,
    }.items():
        route = route.replace(part, str(value))
    return None if "<" in route or "(" in route else f"/{route}"


def test_scenario_33_an_internal_note_is_read_by_no_one_outside(client):
    application = create_decided()
    letter = application.letters.get()
    make_letter_pdf(letter.pk)
    caseworker = application.caseworker
    InternalNote.write(
        application, text=SECRET, by=Actor(caseworker), now=timezone.now()
    )
    client.force_login(application.started_by)
    staff = Client()
    staff.force_login(caseworker)
    notice = Notice.objects.filter(recipient=application.started_by).first()
    keys = [letter.pk, application.applicant_id, notice.pk]

    walked = {
        address: page_at(client, address)
        for key in keys
        for address in all_addresses(application, key)
    }
    in_journal = page_at(client, f"/postjournal/?q={SECRET}")
    in_portal = page_at(client, f"/sok/?q={SECRET}")
    case_page = staff.get(application.get_case_url()).content.decode()
    with zipfile.ZipFile(case_file(application, now=timezone.now())) as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
    told = [
        notice.subject + notice.text + notice.email_subject + notice.email_text
        for notice in Notice.objects.all()
    ]

    assert SECRET in case_page  # so that what is looked for is there
    assert len([path for path in walked if application.number in path]) > 12
    assert [path for path, page in walked.items() if SECRET in page] == []
    assert "Ingen dokumenter passer" in in_journal
    assert application.number not in in_portal
    assert SECRET.encode() not in inside
    assert [text for text in told if SECRET in text] == []


def all_addresses(application, key):
    more = {"<int:pk>": key, "<slug:slug>": application.round.slug}
    routes = every_address(get_resolver().url_patterns)
    found = {filled(route, application, more) for route in routes}
    return sorted(path for path in found - {None} if "logg-ut" not in path)


def page_at(client, address):
    response = client.get(address)
    data = b"".join(response) if response.streaming else response.content
    return data.decode(errors="replace")


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_note_is_refused(text):
    application = create_in_review()

    with pytest.raises(Refused, match="Skriv et notat."):
        InternalNote.write(
            application,
            text=text,
            by=Actor(application.caseworker),
            now=timezone.now(),
        )


def test_a_note_pressed_twice_is_one_and_the_journal_has_no_word_of_it(client):
    application = create_in_review()
    client.force_login(application.caseworker)
    address = f"{application.get_case_url()}notat/"

    client.post(address, {"text": SECRET})
    client.post(address, {"text": SECRET})

    assert list(application.notes.values_list("text", flat=True)) == [SECRET]
    entry = JournalEntry.objects.about(application).last()
    assert (entry.verb, entry.facts) == (
        "note_written",
        {"note": application.notes.get().pk},
    )


def test_one_with_a_conflict_writes_no_note():
    application = create_in_review()
    other = create_caseworker()
    application.declare(
        by=Actor(other), conflict=True, ground="friend", now=timezone.now()
    )

    with pytest.raises(Refused, match="Du har ikke tilgang til saken."):
        InternalNote.write(application, text="Hei", by=Actor(other), now=timezone.now())


# --- scenario 34: the party's own case ------------------------------------------------


def attach(application):
    return StoredFile.keep(
        b"%PDF-1.4 tegning",
        name="tegning.pdf",
        content_type="application/pdf",
        by=Actor(application.started_by),
    )


def test_scenario_34_a_party_gets_all_they_may_see_in_one_file(client):
    application = create_decided()
    make_letter_pdf(application.letters.get().pk)
    applicant, caseworker = application.started_by, application.caseworker
    Message.send(
        application,
        text="Her er tegningen.",
        files=[attach(application)],
        by=Actor(applicant),
        now=timezone.now(),
        key="m",
        from_staff=False,
    )
    hidden = PublicRecord.register(
        "other",
        about=application,
        direction="internal",
        title="Brev fra naboen",
        party="Ola",
        audience=Audience.INTERNAL,
        legal_basis=LegalBasis.PARTY_OTHERS,
        by=Actor(caseworker),
        now=timezone.now(),
    )
    client.force_login(applicant)
    case = [application.year, application.number[5:]]

    page = client.get(reverse("grants:document_list", args=case))
    response = client.get(reverse("grants:document_bundle", args=case))

    listed = [record.code for record, _url in page.context["documents"]]
    assert listed == [
        record.code for record in application.records.exclude(pk=hidden.pk)
    ]
    assert page.context["withheld"] == [
        ("Dokument i saken", LegalBasis.PARTY_OTHERS.label),
        (
            "Kommunens egne notater, råd, vurderinger og innstilling",
            LegalBasis.PARTY_INTERNAL.label,
        ),
    ]
    assert "forvaltningsloven § 19" in page.content.decode()
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(response))) as archive:
        names = archive.namelist()
        drawing = archive.read("2-tegning.pdf")
    number = application.number.replace("/", "-")
    assert names == ["0-saken.pdf", f"1-vedtak-{number}.pdf", "2-tegning.pdf"]
    assert drawing == b"%PDF-1.4 tegning"


def test_the_one_file_says_what_was_written_and_what_is_withheld():
    from grants.case_file import files_of, sections_of

    application = create_decided()
    write(application, by=application.started_by, from_staff=False, text="Min melding")
    files, missing = files_of(application)

    told = str(sections_of(application, files, missing))

    for text in [
        "Sommerfest",
        "Min melding",
        "Dette får du ikke se",
        "forvaltningsloven § 18 a",
        "Vedtaket",
    ]:
        assert text in told


def test_nothing_is_withheld_in_a_case_nobody_has_looked_at():
    assert withheld(create_submitted()) == []


@pytest.mark.parametrize("name", ["document_list", "document_bundle", "document_ask"])
def test_the_documents_of_a_case_are_not_another_ones(client, name):
    application = create_submitted()
    client.force_login(create_user())

    response = client.get(
        reverse(f"grants:{name}", args=[application.year, application.number[5:]])
    )

    assert response.status_code == 404


# --- numbers without gaps -------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_documents_at_once_get_numbers_one_after_the_other():
    application = create_submitted()

    def enter():
        with closing(connection):
            return register(application)

    def register(case):
        return PublicRecord.register(
            "other",
            about=case,
            direction="in",
            by=Actor.system(),
            now=timezone.now(),
        )

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            first = register(application)
            attempt = pool.submit(enter)
            with pytest.raises(TimeoutError):
                attempt.result(timeout=0.6)
        second = attempt.result(timeout=10)

    assert (first.number, second.number) == (2, 3)


@pytest.mark.django_db(transaction=True)
def test_a_verb_that_is_rolled_back_leaves_no_gap():
    application = create_submitted()
    with transaction.atomic():
        write(application, by=application.started_by, from_staff=False, key="a")
        transaction.set_rollback(True)

    write(application, by=application.started_by, from_staff=False, key="b")

    assert entries(application) == [(1, "application", "in"), (2, "message_in", "in")]
