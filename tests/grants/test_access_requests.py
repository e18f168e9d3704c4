"""Asking to see documents: the question, the queue, redacted copies, the answer."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from grants.models import AccessRequest, Audience, LegalBasis, RedactedCopy
from grants.tasks import make_letter_pdf
from grants.views.access import SALT
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_caseworker,
    create_decided,
    create_in_review,
    create_submitted,
    create_user,
    declare_impartial,
)

pytestmark = pytest.mark.django_db


def a_pdf():
    data = io.BytesIO()
    Image.new("RGB", (9, 9)).save(data, "PDF")
    return SimpleUploadedFile("a.pdf", data.getvalue())


def ask(*records, **fields):
    options = {"wanted": "", "by": Actor.system(), "now": timezone.now()} | fields
    return AccessRequest.ask(records=records, **options)


def redact(record, by, *, data=b"sladdet", original=None, redactions=None):
    file = StoredFile.keep(
        data, name="sladdet.pdf", content_type="application/pdf", by=Actor(by)
    )
    if redactions is None:
        redactions = [("kontonummer, side 2", LegalBasis.PERSONAL)]
    return RedactedCopy.make(
        record,
        file=file,
        original=original,
        redactions=redactions,
        by=Actor(by),
        now=timezone.now(),
    )


def answer(asked, by, **fields):
    options = {"outcome": "granted", "now": timezone.now()} | fields
    asked.answer(by=Actor(by), **options)


# --- anyone asks ----------------------------------------------------------------------


def test_anyone_asks_without_a_name_and_gets_a_secret_address(client):
    code = create_submitted().records.get().code

    page = client.get(reverse("grants:access_ask"), {"post": code})
    response = client.post(
        reverse("grants:access_ask"),
        {"entries": code, "shown": page.context["form"]["shown"].value()},
    )

    asked = AccessRequest.objects.get()
    assert page.context["form"]["entries"].value() == code
    assert page["Cache-Control"] == "private, no-store"
    assert (response.status_code, response.url) == (302, asked.get_absolute_url())
    assert [record.code for record in asked.entries] == [code]
    assert (asked.name, asked.email, asked.asked_by, len(asked.key)) == (
        "",
        "",
        None,
        32,
    )
    assert client.get(response.url)["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({}, "wanted", "Skriv hva du vil se, eller et nummer."),
        (
            {"entries": "2020/000001-1"},
            "entries",
            "Vi fant ikke «2020/000001-1» i postjournalen. Sjekk nummeret.",
        ),
        (
            {"entries": "2026/000001"},
            "entries",
            "Vi fant ikke «2026/000001» i postjournalen. Sjekk nummeret.",
        ),
        (
            {"wanted": "Alt", "email": "x"},
            "email",
            "Skriv e-postadressen slik: navn@eksempel.no",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_said_at_the_field(client, data, field, message):
    response = client.post(reverse("grants:access_ask"), data)

    assert AccessRequest.objects.count() == 0
    assert response.context["form"].errors == {field: [message]}


@pytest.mark.parametrize(
    ("seconds", "trap", "is_odd"), [(60, "", False), (1, "", True), (60, "x", True)]
)
def test_one_who_fills_in_like_a_machine_is_marked_and_not_turned_away(
    client, seconds, trap, is_odd
):
    shown = signing.dumps(str(timezone.now().timestamp() - seconds), salt=SALT)

    client.post(
        reverse("grants:access_ask"),
        {"wanted": "Alt", "shown": shown, "nettside": trap},
    )

    assert AccessRequest.objects.get().is_odd is is_odd


def test_the_address_of_an_answer_cannot_be_guessed(client):
    ask(wanted="Alt")

    assert client.get(reverse("grants:access_detail", args=["alt"])).status_code == 404


def test_a_partys_request_is_theirs_alone(client):
    application = create_submitted()
    applicant = application.started_by
    asked = ask(wanted="Notatene", by=Actor(applicant), party_case=application)
    address = asked.get_absolute_url()

    found = []
    for user in (None, create_user(), applicant):
        client.logout()
        if user:
            client.force_login(user)
        found.append(client.get(address).status_code)

    assert found == [404, 404, 200]


def test_one_who_is_no_party_does_not_ask_as_one():
    with pytest.raises(Refused, match="Du er ikke part i saken."):
        ask(wanted="Alt", by=Actor(create_user()), party_case=create_submitted())


# --- the queue ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "warn_on"),
    [
        (datetime(2026, 3, 2, 12, tzinfo=UTC), "2026-03-05"),
        # Friday before Easter week; Maundy Thursday to Easter Monday are holidays.
        (datetime(2026, 3, 31, 12, tzinfo=UTC), "2026-04-08"),
        (datetime(2026, 5, 13, 12, tzinfo=UTC), "2026-05-19"),
    ],
)
def test_we_warn_after_three_working_days(received, warn_on):
    assert ask(wanted="Alt", now=received).warn_on.isoformat() == warn_on


def test_the_queue_marks_what_should_have_been_answered(client):
    ask(wanted="Gammelt krav", now=timezone.now() - timedelta(days=30))
    ask(wanted="Nytt krav")
    client.force_login(create_caseworker())

    page = client.get(reverse("admin:access_list")).content.decode()

    assert page.index("Gammelt krav") < page.index("Nytt krav")
    assert page.count("Skulle vært besvart") == 1


def test_a_request_about_a_case_one_has_a_conflict_in_is_not_there(client):
    application = create_submitted()
    caseworker = create_caseworker()
    asked = ask(application.records.get())
    before = list(AccessRequest.objects.visible_to(caseworker))
    application.declare(
        by=Actor(caseworker), conflict=True, ground="friend", now=timezone.now()
    )
    client.force_login(caseworker)

    assert before == [asked]
    assert list(AccessRequest.objects.visible_to(caseworker)) == []
    assert client.get(asked.get_staff_url()).status_code == 404


@pytest.mark.parametrize("count", [1, 15])
def test_the_queue_asks_the_same_number_of_times(
    client, count, django_assert_max_num_queries
):
    for number in range(count):
        ask(wanted=f"Krav {number}")
    client.force_login(create_caseworker())

    with django_assert_max_num_queries(12):
        client.get(reverse("admin:access_list"))


# --- redacted copies ------------------------------------------------------------------


def test_a_redacted_copy_is_a_file_of_its_own_and_the_original_stays():
    application = create_decided()
    make_letter_pdf(application.letters.get().pk)
    letter = application.letters.get()
    before = letter.pdf.open().read()
    record = application.records.get(kind="decision")

    copy = redact(record, application.caseworker, original=letter.pdf)

    letter.refresh_from_db()
    assert letter.pdf.open().read() == before
    assert copy.file != letter.pdf
    assert [(part.where, part.legal_basis) for part in copy.redactions.all()] == [
        ("kontonummer, side 2", "personal")
    ]


def test_a_copy_like_its_original_is_no_redaction():
    application = create_decided()
    make_letter_pdf(application.letters.get().pk)
    pdf = application.letters.get().pdf

    with pytest.raises(Refused, match="Filen er lik originalen."):
        redact(
            application.records.get(kind="decision"),
            application.caseworker,
            data=pdf.open().read(),
            original=pdf,
        )


@pytest.mark.parametrize("redactions", [[], [("", "personal")], [("navn", "")]])
def test_each_redaction_has_its_legal_basis(redactions):
    application = create_in_review()

    with pytest.raises(Refused, match="Skriv hva som er sladdet"):
        redact(application.records.get(), application.caseworker, redactions=redactions)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.update(made_at=timezone.now()),
        lambda rows: rows._raw_delete("default"),
    ],
)
def test_the_database_refuses_to_change_a_redacted_copy(change):
    application = create_in_review()
    copy = redact(application.records.get(), application.caseworker)
    rows = RedactedCopy.objects.filter(pk=copy.pk)

    with (
        pytest.raises(DatabaseError, match="pgtrigger: Cannot"),
        transaction.atomic(),
    ):
        change(rows)


def test_a_redacted_copy_is_uploaded_under_its_document(client):
    application = create_in_review()
    client.force_login(application.caseworker)
    year, number = application.year, application.number[5:]

    response = client.post(
        reverse("admin:case_redact", args=[year, number, 1]),
        {
            "upload": a_pdf(),
            "where_1": "navn på barn, side 1",
            "basis_1": "personal",
        },
    )

    assert response.status_code == 302
    copy = RedactedCopy.objects.get()
    assert (copy.record.code, copy.redactions.get().where) == (
        application.records.get().code,
        "navn på barn, side 1",
    )


# --- the answer -----------------------------------------------------------------------


def test_the_answer_reaches_the_asker_by_mail_and_gives_the_file(client):
    application = create_in_review()
    copy = redact(application.records.get(), application.caseworker)
    asked = ask(application.records.get(), email="kari@example.test")

    answer(
        asked,
        application.caseworker,
        outcome="partly",
        legal_basis=LegalBasis.PERSONAL,
        files=[copy.file],
    )

    job = ProcrastinateJob.objects.get(task_name="notices.send_plain_email")
    page = client.get(asked.get_absolute_url())
    file = client.get(
        reverse("grants:access_file", args=[asked.key, asked.files.get().pk])
    )
    assert job.args["to"] == "kari@example.test"
    assert asked.get_absolute_url() in job.args["body"]
    assert b"".join(file) == b"sladdet"
    text = page.content.decode()
    assert "§ 13 nr. 1" in text
    assert "Statsforvalteren i Vestland" in text


def test_full_access_tells_of_no_appeal(client):
    application = create_in_review()
    asked = ask(application.records.get())

    answer(asked, application.caseworker, reply="Det står 20 000 kroner.")

    text = client.get(asked.get_absolute_url()).content.decode()
    assert "Du får innsyn" in text
    assert "Statsforvalteren" not in text


def test_a_party_is_told_on_min_side():
    application = create_in_review()
    applicant = application.started_by
    asked = ask(wanted="Notatene", by=Actor(applicant), party_case=application)

    answer(asked, application.caseworker, reply="Her er fakta.")

    notice = Notice.objects.get(kind="access_answered")
    assert (notice.recipient, notice.url) == (applicant, asked.get_absolute_url())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"outcome": "refused"}, "Velg hjemmel når noe ikke gis ut"),
        ({"outcome": "partly", "reply": "Litt."}, "Velg hjemmel når noe ikke gis ut"),
        (
            {"outcome": "granted", "reply": "Alt.", "legal_basis": "personal"},
            "Velg hjemmel når noe ikke gis ut",
        ),
        ({"outcome": "granted"}, "Velg filer, eller skriv svaret."),
    ],
)
def test_an_answer_without_its_basis_is_refused(fields, message):
    application = create_in_review()
    asked = ask(application.records.get())

    with pytest.raises(Refused, match=message):
        answer(asked, application.caseworker, **fields)


def test_an_answer_is_given_once():
    application = create_in_review()
    asked = ask(application.records.get())
    answer(asked, application.caseworker, reply="Alt.")

    with pytest.raises(Refused, match="Innsynskravet er alt besvart."):
        answer(asked, application.caseworker, reply="Noe annet.")


@pytest.mark.parametrize("role", [roles.DECIDER, roles.READER, roles.COORDINATOR])
def test_others_do_not_answer(role):
    application = create_in_review()
    other = create_user(role=role)
    declare_impartial(application, other)

    with pytest.raises(Refused, match="Bare en saksbehandler kan svare"):
        answer(ask(application.records.get()), other, reply="Alt.")


def test_a_file_of_another_case_is_never_given_out():
    application = create_in_review()
    other = create_in_review(caseworker=application.caseworker)
    copy = redact(other.records.get(), application.caseworker)

    with pytest.raises(Refused, match="En av filene kan ikke gis ut"):
        answer(
            ask(application.records.get()), application.caseworker, files=[copy.file]
        )


def test_a_letter_that_is_closed_is_given_to_the_party_only():
    application = create_decided()
    make_letter_pdf(application.letters.get().pk)
    record = application.records.get(kind="decision")
    asked = ask(record)
    by_party = ask(
        wanted="Alt", by=Actor(application.started_by), party_case=application
    )
    open_to = [len(each.files_to_give()) for each in (asked, by_party)]

    record.correct(
        by=Actor(application.caseworker),
        now=timezone.now(),
        reason="Sier noe om en bedrift.",
        audience=Audience.PARTY,
        legal_basis=LegalBasis.BUSINESS,
    )
    closed = [
        len(AccessRequest.objects.get(pk=each.pk).files_to_give())
        for each in (asked, by_party)
    ]

    assert (open_to, closed) == ([1, 1], [0, 1])


def test_the_answer_is_given_on_the_page_of_the_request(client):
    application = create_in_review()
    asked = ask(application.records.get())
    client.force_login(application.caseworker)

    response = client.post(
        asked.get_staff_url(),
        {"outcome": "refused", "legal_basis": "internal", "reply": "Utkast."},
    )

    asked.refresh_from_db()
    assert response.status_code == 302
    assert (asked.outcome, asked.legal_basis, asked.answered_by) == (
        "refused",
        "internal",
        application.caseworker,
    )
