"""Appealing as people meet it: on Min side, by the open form, and in the casework."""

import io
import time
from decimal import Decimal

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from grants.forms.appeals import SALT
from grants.models import Appeal, AppealState, Decision, Outcome
from grants.tasks import make_appeal_bundle
from grants.todo import tasks_for
from omradesatsing.accounts.actors import Actor
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_appeal,
    create_appeal_member,
    create_decided,
    create_forwarded,
    create_round,
    create_user,
    declare_impartial,
    lodge,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def refused(**fields):
    return create_decided(outcome=Outcome.REFUSED, amount_granted=Decimal(0), **fields)


def lodge_url(case):
    return reverse("grants:appeal_lodge", args=[case.year, case.sequence])


def step_url(appeal, step):
    case = appeal.application
    number = [case.year, case.number[5:]]
    return reverse("admin:case_appeal_step", args=[*number, appeal.pk, step])


def body_url(appeal, step):
    return reverse("admin:appeal_step", args=[appeal.pk, step])


def text_of(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def log_in(client, user):
    client.force_login(user)
    return client


# --- Min side -------------------------------------------------------------------------


def test_only_what_is_wanted_is_needed_and_twice_is_once(client):
    case = refused()
    log_in(client, case.started_by)
    page = client.get(lodge_url(case))
    data = {"key": page.context["form"]["key"].value(), "wanted": "Se på saken igjen."}

    empty = client.post(lodge_url(case), data | {"wanted": ""})
    sent = client.post(lodge_url(case), data)
    again = client.post(lodge_url(case), data)

    appeal = Appeal.objects.get()
    assert "Skriv hva du ønsker endret." in text_of(empty)
    assert (sent.url, again.url) == (appeal.get_absolute_url(),) * 2
    assert case.letters.filter(kind="appeal_received").count() == 1
    assert Notice.objects.filter(kind="letter_sent").count() == 1


def test_a_refused_file_keeps_what_was_written_and_leaves_no_appeal(client):
    case = refused()
    log_in(client, case.started_by)
    bad = SimpleUploadedFile("x.exe", b"MZ nothing", content_type="application/pdf")

    page = client.post(lodge_url(case), {"wanted": "Alt jeg skrev.", "attached": bad})

    assert "Alt jeg skrev." in text_of(page)
    assert not Appeal.objects.exists()


def test_what_was_typed_when_the_log_in_ended_comes_back(client):
    case = refused()
    log_in(client, case.started_by)
    owner = page_owner(client.get(lodge_url(case)))

    Client().post(lodge_url(case), {"wanted": "Mine ord.", "_owner": owner})

    assert "Mine ord." in text_of(client.get(lodge_url(case)))


def page_owner(response):
    html = response.content.decode()
    return html.split('name="_owner" value="')[1].split('"')[0]


def test_the_case_shows_the_last_day_as_a_date_and_then_the_appeal(client):
    case = refused()
    log_in(client, case.started_by)
    before = text_of(client.get(case.get_absolute_url()))

    appeal = lodge(case)

    after = text_of(client.get(case.get_absolute_url()))
    assert 'Klag på vedtaket</a> <span class="meta">senest' in before
    assert ("Du har klaget på vedtaket." in after, "Vi fikk klagen din" in after) == (
        True,
        True,
    )
    assert appeal.get_absolute_url() in after


def test_one_sees_ones_own_appeal_and_nobody_elses(client):
    appeal = create_appeal()
    outsider, _new = Appeal.lodge_openly(
        now=timezone.now(),
        key="utenfra",
        case_given=appeal.application.number,
        name="Nabo",
        contact="Her",
        interest="Bor her.",
        wanted="Stans det.",
    )

    own = log_in(client, appeal.application.started_by).get(appeal.get_absolute_url())
    others = client.get(outsider.get_absolute_url())
    stranger = log_in(Client(), create_user()).get(appeal.get_absolute_url())

    assert (own.status_code, others.status_code, stranger.status_code) == (
        200,
        404,
        404,
    )


def test_an_appeal_is_withdrawn_after_a_question(client):
    appeal = create_appeal()
    case = appeal.application
    url = reverse("grants:appeal_withdraw", args=[case.year, case.sequence, appeal.pk])
    log_in(client, case.started_by)

    asked = client.get(url)
    appeal.refresh_from_db()
    state = appeal.state
    client.post(url)

    appeal.refresh_from_db()
    assert ("Vil du trekke klagen?" in text_of(asked), state) == (True, "received")
    assert appeal.state == AppealState.WITHDRAWN


# --- the open form --------------------------------------------------------------------

OPEN = {
    "wanted": "Stans det.",
    "interest": "Jeg bor ved siden av.",
    "name": "Nabo Nabosen",
    "contact": "00 00 00 00",
}


def old_key(text="en-nokkel"):
    """A key of a form that was fetched a while ago."""
    value = signing.TimestampSigner(salt=SALT)
    value.timestamp = lambda: signing.b62_encode(int(time.time()) - 60)
    return value.sign_object(text)


def test_anyone_may_appeal_without_a_log_in_and_without_a_cookie(client):
    case = refused()
    page = client.get(reverse("grants:appeal_open"))

    sent = Client(enforce_csrf_checks=True).post(
        reverse("grants:appeal_open"),
        OPEN | {"case_given": case.number, "key": old_key()},
    )

    appeal = Appeal.objects.get()
    receipt = client.get(sent.url)
    assert (appeal.decision, appeal.suspicious) == (case.decision, False)
    assert (page.cookies, sent.cookies, receipt.cookies) == ({}, {}, {})
    assert page["Cache-Control"] == "private, no-store"
    assert "Nabo Nabosen" not in text_of(receipt)
    assert "Stans det." not in text_of(receipt)


@pytest.mark.parametrize(
    "trap", [{"website": "spam"}, {"key": "ikke vår"}, {"key": "rask"}]
)
def test_a_trap_marks_and_turns_nothing_away(client, trap):
    case = refused()
    key = signing.dumps("rask", salt=SALT) if trap == {"key": "rask"} else old_key()
    data = OPEN | {"case_given": case.number, "key": key}
    data |= trap if trap != {"key": "rask"} else {}

    sent = client.post(reverse("grants:appeal_open"), data)

    appeal = Appeal.objects.get()
    assert sent.status_code == 302
    assert (appeal.suspicious, appeal.decision) == (True, None)


def test_what_has_no_case_waits_for_a_caseworker_who_places_it(client):
    case = refused()
    client.post(
        reverse("grants:appeal_open"), OPEN | {"case_given": "festen", "key": old_key()}
    )
    appeal = Appeal.objects.get()
    log_in(client, case.caseworker)
    url = reverse("admin:unplaced_appeals")

    wrong = client.post(url, {"klage": appeal.pk, "number": "1999/0001"})
    client.post(url, {"klage": appeal.pk, "number": case.number})

    appeal.refresh_from_db()
    assert "Vi finner ingen avgjort sak" in text_of(wrong)
    assert appeal.decision == case.decision


# --- the first look -------------------------------------------------------------------


def test_a_letter_is_registered_with_its_scan_and_the_case_says_what_is_next(client):
    case = refused()
    log_in(client, case.caseworker)
    url = reverse("admin:case_register_appeal", args=[case.year, case.number[5:]])
    scan = SimpleUploadedFile("brev.png", png(), content_type="image/png")

    client.post(
        url,
        {
            "channel": "letter",
            "sent_on": timezone.localdate().strftime("%d.%m.%Y"),
            "by_party": "ja",
            "wanted": "De vil ha penger.",
            "attached": scan,
        },
    )

    appeal = Appeal.objects.get()
    page = text_of(client.get(case.get_case_url()))
    assert (appeal.channel, appeal.registered_by) == ("letter", case.caseworker)
    assert [str(row) for row in appeal.files.all()] == ["brev.png"]
    assert ("Vedtaket er påklaget" in page, "Gå til klagen" in page) == (True, True)


def png():
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "PNG")
    return data.getvalue()


def test_the_whole_way_from_statement_to_what_the_appeal_body_says(client):
    appeal = create_appeal()
    case = appeal.application
    from omradesatsing.accounts import roles
    from tests.factories import create_delegation

    create_delegation(scheme=case.round.scheme, to_role=roles.APPEALS)
    one, other = create_appeal_member(), create_appeal_member()

    log_in(client, case.caseworker)
    client.post(step_url(appeal, "sta"), {"text": "Vedtaket bør stå."})
    client.post(step_url(appeal, "send"))
    declare_impartial(case, one, other)
    log_in(client, one).post(
        body_url(appeal, "foresla"),
        {
            "result": "changed",
            "result_reasons": "Klagen fører fram.",
            "outcome": "granted",
            "what_changed": "Hele beløpet gis.",
            **REASONS,
        },
    )
    asked = text_of(log_in(client, other).get(appeal.get_body_url()))
    client.post(body_url(appeal, "avgjor"))

    appeal.refresh_from_db()
    made = case.decisions.order_by("version").last()
    assert "foreslår: vedtaket er endret." in asked
    assert appeal.state == AppealState.SETTLED
    assert (made.kind, made.amount) == (Decision.Kind.APPEAL, Decimal(20_000))


def test_a_decision_maker_turns_the_decision_round_after_the_proposal(client):
    appeal = create_appeal()
    case = appeal.application
    log_in(client, case.caseworker).post(
        step_url(appeal, "omgjor"),
        {"outcome": "granted", "what_changed": "Vi tok feil.", **REASONS},
    )
    log_in(client, case.decision.decided_by)

    page = text_of(client.get(step_url(appeal, "endre"), follow=True))
    client.post(step_url(appeal, "endre"))

    appeal.refresh_from_db()
    assert "Avgjør om vedtaket skal gjøres om" in page
    assert appeal.state == AppealState.CHANGED
    assert case.round.pots.get().balance == Decimal(80_000)


def test_a_refusal_of_a_step_keeps_the_text(client):
    appeal = create_appeal()
    Appeal.objects.filter(pk=appeal.pk).update(state="withdrawn")
    log_in(client, appeal.application.caseworker)

    page = text_of(client.post(step_url(appeal, "sta"), {"text": "Mine ord."}))

    assert ("Mine ord." in page, "Klagen er endret" in page) == (True, True)


# --- the appeal body ------------------------------------------------------------------


def test_those_with_a_hand_in_the_case_find_nothing_there(client):
    appeal = create_forwarded()
    decider = appeal.decision.decided_by
    decider.groups.add(create_appeal_member().groups.get())
    log_in(client, decider)

    queue = client.get(reverse("admin:appeal_list"))
    page = client.get(appeal.get_body_url())
    step = client.post(body_url(appeal, "avgjor"))

    assert appeal.application.number not in text_of(queue)
    assert (queue.status_code, page.status_code, step.status_code) == (200, 404, 404)


def test_a_member_declares_impartiality_before_reading(client):
    appeal = create_forwarded()
    member = create_appeal_member()
    log_in(client, member)

    before = text_of(client.get(appeal.get_body_url()))
    declare_impartial(appeal.application, member)
    after = text_of(client.get(appeal.get_body_url()))

    assert ("Er du habil i saken?" in before, appeal.wanted in before) == (True, False)
    assert appeal.wanted in after


def test_scenario_37_the_page_names_the_shortfall_and_takes_whom_is_asked(client):
    appeal = create_forwarded(round=create_round(balance=Decimal(15_000)))
    one, other = create_appeal_member(), create_appeal_member()
    declare_impartial(appeal.application, one, other)
    appeal.propose_outcome(
        by=Actor(one),
        now=timezone.now(),
        result="changed",
        reasons="Medhold.",
        decision={
            "outcome": Outcome.GRANTED,
            "amount": Decimal(20_000),
            "what_changed": "Alt.",
            **REASONS,
        },
    )
    log_in(client, other)

    page = text_of(client.get(appeal.get_body_url()))
    client.post(body_url(appeal, "penger"), {"asked_of": "Byrådsavdelingen"})
    after = text_of(client.get(appeal.get_body_url()))

    assert "Det mangler 5 000 kr i rammen" in page
    assert "5 000 kr fra Byrådsavdelingen" in after


def test_the_bundle_is_one_pdf_with_an_index_of_everything(client):
    appeal = create_forwarded()

    make_appeal_bundle(appeal.pk)
    make_appeal_bundle(appeal.pk)

    appeal.refresh_from_db()
    reader = PdfReader(appeal.bundle.open())
    text = " ".join(page.extract_text() for page in reader.pages)
    outline = [item.title for item in reader.outline if not isinstance(item, list)]
    assert outline == [
        "Innhold, klage og uttalelse",
        "Vi har sagt nei til søknaden",
        "Vi har fått klagen din",
        "Vi har sendt klagen videre",
    ]
    for words in ("Vi vil ha hele beløpet.", "Vedtaket bør stå.", "Klagenemnda"):
        assert words in text


@pytest.mark.parametrize("number", [1, 6])
def test_the_appeal_bodys_queue_asks_as_often_for_one_as_for_many(client, number):
    round = create_round(balance=Decimal(1_000_000))
    for _ in range(number):
        create_forwarded(round=round)
    log_in(client, create_appeal_member())
    client.get(reverse("admin:appeal_list"))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(reverse("admin:appeal_list"))

    assert len(page.context["waiting"]) == number
    assert len(asked) == 9


def test_what_waits_stands_under_mine_oppgaver():
    below, sent = create_appeal(), create_forwarded()
    caseworker, member = below.application.caseworker, create_appeal_member()
    now = timezone.now()

    mine = dict(tasks_for(caseworker, now))["Klager"]
    body = dict(tasks_for(member, now))["Klager til klageinstansen"]

    assert [task.label for task in mine] == [f"{below.application.number} Naboene"]
    assert mine[0].due is not None
    assert [task.url for task in body] == [sent.get_body_url()]
