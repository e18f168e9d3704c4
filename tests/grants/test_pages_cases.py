"""A case as the one who applied sees it: where it stands, what is asked, the answer."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grants.deadlines import next_working_day
from grants.models import LateException, Outcome, State
from grants.tasks import make_letter_pdf
from grants.timeline import timeline
from omradesatsing.accounts.actors import Actor
from omradesatsing.notices.models import Notice
from omradesatsing.ui.templatetags.ui import deadline
from tests.factories import (
    REASONS,
    create_applicant,
    create_decided,
    create_draft,
    create_in_review,
    create_leave,
    create_recommended,
    create_round,
    create_scheme,
    create_submitted,
    create_user,
    place_in_time,
)

pytestmark = pytest.mark.django_db


def url(name, application, *more):
    return reverse(
        f"grants:{name}", args=[application.year, application.number[5:], *more]
    )


def ask(application, steps=("prosjekt", "vedlegg")):
    application.request_info(
        by=Actor(application.caseworker),
        now=timezone.now(),
        text="Hvem eier grunnen?",
        due_on=next_working_day(timezone.localdate() + timedelta(days=14)),
        steps=steps,
    )
    return application


def log_in(client, application):
    client.force_login(application.started_by)
    return application


# --- where it stands ------------------------------------------------------------------


def create_answered(**fields):
    """A decided case whose applicant has said yes to the money."""
    application = create_decided(**fields)
    recipient = Actor(application.started_by)
    application.award.accept(by=recipient, now=timezone.now())
    return application


@pytest.mark.parametrize(
    ("create", "words"),
    [
        (create_submitted, "Mottatt"),
        (create_in_review, "Til behandling"),
        (lambda: ask(create_in_review()), "Venter på deg"),
        (create_recommended, "Til vedtak"),
        (create_decided, "Venter på svar fra deg"),
        (create_answered, "Innvilget"),
        (lambda: create_decided(outcome=Outcome.REFUSED, amount_granted=0), "Avslått"),
    ],
)
def test_the_state_is_said_in_plain_words(client, create, words):
    application = log_in(client, create())

    response = client.get(application.get_absolute_url())

    assert response.context["standing"][0] == words


def test_the_time_line_tells_what_happened_and_what_comes(client):
    application = log_in(client, ask(create_in_review()))

    entries = client.get(application.get_absolute_url()).context["timeline"]

    assert [(entry["state"], entry["title"]) for entry in entries] == [
        ("done", "Søknaden er sendt"),
        ("done", "En saksbehandler har begynt på søknaden"),
        ("done", "Vi spurte om mer"),
        ("current", "Vi venter på svar fra deg"),
        ("coming", "Svar på søknaden"),
        ("coming", "Du kan klage"),
        ("coming", "Pengene kommer, hvis dere får tilskudd"),
    ]


def answer_text(application, today):
    entries = timeline(application, today=today)
    return next(e["text"] for e in entries if e["title"] == "Svar på søknaden")


def test_a_promised_answer_is_dated_and_a_broken_promise_is_said():
    round = create_round(expected_answer_on=date(2027, 1, 15), closes_at=None)
    application = create_submitted(round=round)

    before = answer_text(application, date(2027, 1, 15))
    after = answer_text(application, date(2027, 1, 16))

    assert before.startswith("Ventes innen 15. januar 2027.")
    assert after.startswith("Vi hadde sagt at svaret skulle komme innen 15. januar")
    assert "forsinket" in after


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (2, "Du får brev"),
        (3, "I tidligere saker tok det omtrent 40 dager. Du får brev"),
    ],
)
def test_without_a_promise_the_estimate_is_what_earlier_cases_took(cases, words):
    scheme = create_scheme()
    for days in [40, 10, 90][:cases]:
        decision = create_decided(
            round=create_round(scheme=scheme, closes_at=None)
        ).decisions.get()
        sent = timezone.now() - timedelta(days=200)
        place_in_time(decision.application, sent)
        with connection.cursor() as cursor:
            # Only to place it in time: decisions are otherwise never changed.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "UPDATE grants_decision SET announced_at = %s WHERE id = %s",
                [sent + timedelta(days=days, hours=1), decision.pk],
            )
            cursor.execute("SET LOCAL session_replication_role = origin")
    application = create_submitted(
        round=create_round(scheme=scheme, closes_at=None, expected_answer_on=None)
    )

    text = answer_text(application, timezone.localdate())

    assert text.strip().startswith(words)


def test_what_staff_write_to_each_other_is_not_on_the_page(client):
    application = log_in(client, create_recommended())

    text = client.get(application.get_absolute_url()).content.decode()

    assert REASONS["considerations"] not in text
    assert str(application.caseworker) not in text


@pytest.mark.parametrize(
    "name",
    [
        "application_detail",
        "application_receipt",
        "withdraw",
        "answer_request",
    ],
)
def test_a_strangers_case_is_not_there(client, name):
    application = ask(create_in_review())
    client.force_login(create_user())

    assert client.get(url(name, application)).status_code == 404


def test_a_strangers_letter_version_and_file_are_not_there(client):
    own, other = create_decided(), create_decided()
    client.force_login(own.started_by)

    for name, more in [
        ("letter_detail", other.letters.get().pk),
        ("letter_pdf", other.letters.get().pk),
        ("version_detail", 1),
        ("attachment", 1),
    ]:
        assert client.get(url(name, other, more)).status_code == 404
    # Nor through one's own case.
    assert (
        client.get(url("letter_detail", own, other.letters.get().pk)).status_code == 404
    )


def test_a_number_has_one_address(client):
    application = log_in(client, create_submitted())

    short = client.get(f"/min-side/soknader/{application.year}/1/")

    assert application.number.endswith("/0001")
    assert short.status_code == 404


def test_the_staffs_own_log_in_does_not_open_the_applicants_page(client):
    application = create_in_review()
    client.force_login(application.caseworker)

    assert client.get(application.get_absolute_url()).status_code == 404


# --- withdrawing ----------------------------------------------------------------------


def test_withdrawing_asks_first_and_can_be_pressed_twice(client):
    application = log_in(client, create_submitted())

    asked = client.get(url("withdraw", application))
    application.refresh_from_db()
    before = application.state
    responses = [client.post(url("withdraw", application)) for _press in range(2)]

    application.refresh_from_db()
    assert (asked.status_code, before) == (200, State.SUBMITTED)
    assert [r.url for r in responses] == [application.get_absolute_url()] * 2
    assert application.state == State.WITHDRAWN
    assert Notice.objects.filter(kind="application_withdrawn").count() == 1


def test_a_decided_case_cannot_be_withdrawn(client):
    refused = create_decided(outcome=Outcome.REFUSED, amount_granted=0)
    application = log_in(client, refused)

    response = client.get(url("withdraw", application), follow=True)

    assert "Søknaden er avgjort og kan ikke trekkes." in response.content.decode()


# --- answering ------------------------------------------------------------------------


def test_looking_at_what_is_asked_changes_nothing(client):
    application = log_in(client, ask(create_in_review()))

    client.get(url("answer_request", application))
    client.get(url("answer_step", application, "prosjekt"))

    assert application.versions.count() == 1


def test_an_answer_with_a_changed_part_is_sent_as_a_new_version(client):
    application = log_in(client, ask(create_in_review(), steps=["sted", "vedlegg"]))
    page = client.get(url("answer_step", application, "sted"))
    fields = {
        name: page.context["form"][name].value() or ""
        for name in page.context["form"].fields
    }

    to_step = client.post(
        url("answer_request", application),
        {"answer": "Kommunen eier den.", "change": "sted"},
    )
    saved = client.post(
        to_step.url, fields | {"_seen": page.context["seen"], "place": "Ny park"}
    )
    back = client.get(url("answer_request", application))
    client.post(
        url("answer_request", application),
        {"answer": back.context["form"]["answer"].value(), "send": "1"},
    )

    application.refresh_from_db()
    [first, second] = application.versions.sent()
    request = application.info_requests.get()
    assert to_step.url == url("answer_step", application, "sted")
    assert saved.url == url("answer_step", application, "vedlegg")
    assert (first.place, second.place) == ("Parken", "Ny park")
    assert (request.answer, request.unsent_answer) == ("Kommunen eier den.", "")
    assert application.state == State.IN_REVIEW


def test_an_answer_that_waits_is_kept_and_not_sent(client):
    application = log_in(client, ask(create_in_review()))

    client.post(
        url("answer_request", application), {"answer": "Halvveis", "later": "1"}
    )
    page = client.get(url("answer_request", application))

    request = application.info_requests.get()
    assert page.context["form"]["answer"].value() == "Halvveis"
    assert (request.answer, request.answered_at) == ("", None)


def test_what_was_written_and_not_sent_is_still_there_when_we_go_on(client):
    application = ask(create_in_review())
    client.force_login(application.started_by)
    client.post(
        url("answer_request", application), {"answer": "Borettslaget?", "later": ""}
    )
    copy = application.open_working_copy(by=Actor(application.started_by))
    copy.description = "Benker under <kirsebærtreet>"
    copy.save()

    application.cancel_request(by=Actor(application.caseworker), now=timezone.now())

    told = timeline(application, today=timezone.localdate())
    page = client.get(application.get_absolute_url()).content.decode()
    review = client.get(url("amend_review", application)).content.decode()
    assert [entry["text"] for entry in told if "gikk videre" in entry["title"]] == [
        "Dette hadde du skrevet, men ikke sendt: Borettslaget?"
    ]
    assert "Dette hadde du skrevet, men ikke sendt: Borettslaget?" in page
    assert "Du har endringer som ikke er sendt" in page
    assert "Benker under &lt;kirsebærtreet&gt;" in review


def test_an_empty_answer_says_what_to_do(client):
    application = log_in(client, ask(create_in_review()))

    response = client.post(
        url("answer_request", application), {"answer": "", "send": "1"}
    )

    assert response.context["form"].non_field_errors() == [
        "Skriv et svar, eller endre søknaden, før du sender."
    ]


def test_a_part_that_was_not_opened_takes_no_changes(client):
    application = log_in(client, ask(create_in_review(), steps=["prosjekt"]))

    money = client.post(
        url("answer_step", application, "okonomi"), {"amount": "900 000"}
    )
    by_draft_key = client.post(
        reverse("grants:draft_step", args=[application.key, "okonomi"]),
        {"amount": "900 000"},
    )
    files = client.post(
        reverse("grants:draft_step", args=[application.key, "vedlegg"]),
        {"file": png(), "upload": "1"},
    )

    assert [money.status_code, by_draft_key.status_code] == [409, 409]
    assert "900 000" in money.content.decode()
    assert files.status_code == 302
    assert application.versions.count() == 1


def test_a_second_press_of_send_answers_once(client):
    application = log_in(client, ask(create_in_review()))

    for _press in range(2):
        response = client.post(
            url("answer_request", application), {"answer": "Kommunen.", "send": "1"}
        )

    assert response.url == application.get_absolute_url()
    assert Notice.objects.filter(kind="request_answered").count() == 1


def png():
    data = io.BytesIO()
    Image.new("RGB", (4, 4)).save(data, "PNG")
    return SimpleUploadedFile("kart.png", data.getvalue(), content_type="image/png")


def test_a_file_taken_out_of_the_answer_stays_in_what_was_sent(client):
    draft = log_in(client, create_draft())
    client.post(
        reverse("grants:draft_step", args=[draft.key, "vedlegg"]),
        {"file": png(), "upload": "1"},
    )
    client.post(reverse("grants:draft_review", args=[draft.key]), {"declared": "on"})
    draft.refresh_from_db()
    [sent] = draft.current.attachments.all()
    take_and_ask(draft)

    response = client.post(url("answer_attachment_remove", draft, sent.pk))

    assert response.url == url("answer_step", draft, "vedlegg")
    assert draft.working_copy().attachments.count() == 0
    assert client.get(url("attachment", draft, sent.pk)).status_code == 200


def take_and_ask(application):
    from tests.factories import create_caseworker, declare_impartial

    caseworker = create_caseworker()
    declare_impartial(application, caseworker)
    application.take(by=Actor(caseworker))
    ask(application)


# --- letters --------------------------------------------------------------------------


def test_the_letter_is_read_on_the_page_before_there_is_a_pdf(client):
    application = log_in(client, create_decided())
    letter = application.letters.get()

    page = client.get(url("letter_detail", application, letter.pk))
    pending = client.get(url("letter_pdf", application, letter.pk))
    make_letter_pdf(letter.pk)
    pdf = client.get(url("letter_pdf", application, letter.pk))

    assert letter.title in page.content.decode()
    assert (pending.status_code, pending.headers["Retry-After"]) == (202, "5")
    assert pdf.headers["Content-Type"] == "application/pdf"


def test_reading_is_noted_by_a_press_and_never_by_a_look(client):
    application = log_in(client, create_decided())
    letter = application.letters.get()
    notice = Notice.objects.get(kind="decision_made")
    page = client.get(url("letter_detail", application, letter.pk))
    looked = Notice.objects.unread().filter(pk=notice.pk).exists()

    response = client.post(
        reverse("pages:notice_detail", args=[notice.pk]), {"back": "letter"}
    )

    assert page.context["notice"] == notice
    assert looked
    assert response.url == url("letter_detail", application, letter.pk)
    assert not Notice.objects.unread().filter(pk=notice.pk).exists()


# --- Min side -------------------------------------------------------------------------


def test_my_page_shows_what_is_asked_first_then_drafts_and_cases(client):
    user = create_user()
    applicant = create_applicant(user=user)
    asked = ask(create_in_review(user=user, applicant=applicant, title="Benker"))
    decided = create_answered(user=user, applicant=applicant, title="Kafé")
    draft = create_draft(user=user, applicant=applicant, title="Kladden")
    create_submitted(title="En annens")
    client.force_login(user)

    response = client.get(reverse("pages:my_page"))

    context = response.context
    assert list(context["awaited"]) == [asked]
    assert list(context["drafts"]) == [draft]
    assert [(case.title, case.standing[0]) for case in context["cases"]] == [
        ("Kafé", "Innvilget"),
        ("Benker", "Venter på deg"),
    ]
    assert decided in context["cases"]
    assert "En annens" not in response.content.decode()


@pytest.mark.parametrize("count", [1, 15])
def test_my_page_takes_the_same_queries_however_many_cases(
    client, count, django_assert_num_queries
):
    user = create_user()
    applicant = create_applicant(user=user)
    for _number in range(count):
        create_submitted(user=user, applicant=applicant)
        create_draft(user=user, applicant=applicant)
    client.force_login(user)

    with django_assert_num_queries(9):
        client.get(reverse("pages:my_page"))


def test_a_draft_with_leave_tells_its_own_deadline_until_it_is_out(client):
    leave = create_leave(hours=48)
    user = leave.applicant.memberships.get().user
    client.force_login(user)

    during = client.get(reverse("pages:my_page")).content.decode()
    LateException.objects.update(until=timezone.now())
    after = client.get(reverse("pages:my_page")).content.decode()

    assert f"Ikke sendt. Fristen er {deadline(leave.until)}." in during
    assert "Fristen er ute. Kladden ble ikke sendt." in after


def test_the_inbox_is_ones_own(client):
    create_submitted()
    application = log_in(client, create_submitted())
    strangers = Notice.objects.exclude(recipient=application.started_by).get()

    response = client.get(reverse("pages:notice_list"))

    assert [notice.recipient for notice in response.context["page"]] == [
        application.started_by
    ]
    assert (
        client.post(reverse("pages:notice_detail", args=[strangers.pk])).status_code
        == 404
    )


def test_name_phone_and_language_are_changed_on_the_profile(client):
    user = create_user(name="Kari")
    client.force_login(user)

    bad = client.post(reverse("pages:profile"), {"phone": "12", "language": "nn"})
    client.post(
        reverse("pages:profile"),
        {"name": "Kari E.", "phone": "55 56 55 56", "language": "nn"},
    )

    user.refresh_from_db()
    assert list(bad.context["form"].errors) == ["phone"]
    assert (user.name, user.phone, user.language) == ("Kari E.", "+4755565556", "nn")
