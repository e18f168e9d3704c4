"""Messages in a case: both ways, with files, once, and for nobody else's eyes."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grants.models import Application, Message
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_coordinator,
    create_draft,
    create_in_review,
    create_submitted,
    create_user,
    declare_impartial,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return create_in_review()


def own_page(case):
    return reverse("grants:message_list", args=[case.year, case.sequence])


def staff_page(case):
    return reverse("admin:case_messages", args=[case.year, case.number[5:]])


def owner_of(case):
    return case.members()[0]


def texts(case):
    return list(case.messages.values_list("text", "from_staff"))


def write(client, page, text, **more):
    form = client.get(page).context["form"]
    key = form["key"].value()
    return client.post(page, {"text": text, "key": key, **more})


def test_applicant_and_caseworker_write_to_each_other(client, case):
    client.force_login(owner_of(case))
    write(client, own_page(case), "Vi har flyttet datoen.\n")
    client.force_login(case.caseworker)
    waiting = client.get(reverse("admin:index")).content.decode()
    write(client, staff_page(case), "Takk, det er notert.")

    assert texts(case) == [
        ("Vi har flyttet datoen.", False),
        ("Takk, det er notert.", True),
    ]
    assert "Meldinger fra søkere" in waiting
    notice = Notice.objects.get(kind="message_received")
    assert (notice.recipient, notice.url) == (owner_of(case), own_page(case))
    assert "notert" not in notice.text + notice.email_text
    assert not case.messages.unread_by_staff().exists()


def test_the_same_form_sent_twice_is_one_message_and_one_notice(client, case):
    client.force_login(case.caseworker)
    key = client.get(staff_page(case)).context["form"]["key"].value()

    for _time in range(3):
        client.post(staff_page(case), {"text": "Hei", "key": key})

    assert texts(case) == [("Hei", True)]
    assert Notice.objects.filter(kind="message_received").count() == 1


def test_what_is_sent_stays_as_it_was(case):
    send(case, owner_of(case), from_staff=False)
    message = Message.objects.get()

    for change in [
        lambda: Message.objects.filter(pk=message.pk).update(text="annet"),
        message.delete,
    ]:
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            change()


def send(case, user, *, from_staff):
    return Message.send(
        case,
        text="Hei",
        files=[],
        by=Actor(user),
        now=timezone.now(),
        key=f"k{user.pk}",
        from_staff=from_staff,
    )


def test_only_members_and_staff_who_have_declared_write(case):
    undeclared = create_user(role=roles.CASEWORKER)

    for user, from_staff in [(create_user(), False), (undeclared, True)]:
        with pytest.raises(Refused):
            send(case, user, from_staff=from_staff)

    assert texts(case) == []


@pytest.mark.parametrize("role", [roles.READER, roles.DECIDER, roles.ADMINISTRATOR])
def test_one_who_only_reads_or_decides_does_not_write_to_the_applicant(
    client, case, role
):
    user = create_user(role=role)
    declare_impartial(case, user)
    client.force_login(user)

    page = client.get(staff_page(case))
    pressed = write(client, staff_page(case), "Hei")
    with pytest.raises(Refused, match="Bare en med rollen saksbehandler"):
        send(case, user, from_staff=True)

    assert "Bare en saksbehandler skriver til søkeren." in page.content.decode()
    assert (pressed.status_code, texts(case)) == (403, [])


def test_nothing_is_written_in_a_draft(case):
    draft = create_draft()

    with pytest.raises(Refused, match="ikke sendt"):
        send(draft, draft.started_by, from_staff=False)

    assert texts(draft) == []


def test_a_file_that_is_refused_keeps_the_text_and_sends_nothing(client, case):
    client.force_login(owner_of(case))
    bad = SimpleUploadedFile("a.pdf", b"MZ\x90 program", "application/pdf")

    response = write(client, own_page(case), "Her er tegningen", attached=[bad])

    assert texts(case) == []
    assert "Her er tegningen" in response.content.decode()
    assert response.context["form"].errors["attached"][0].startswith("a.pdf: ")
    assert not StoredFile.objects.filter(name="a.pdf").exists()


def test_a_file_is_read_by_both_sides_and_nobody_else(client, case):
    client.force_login(owner_of(case))
    picture = SimpleUploadedFile("bilde.png", png(), "image/png")
    write(client, own_page(case), "Bilde", attached=[picture])
    row = Message.objects.get().files.get()
    own = reverse("grants:message_file", args=[case.year, case.sequence, row.pk])
    staff = reverse(
        "admin:case_message_file", args=[case.year, case.number[5:], row.pk]
    )
    stranger, other = create_user(), create_user(role=roles.CASEWORKER)

    statuses = []
    for user, url in [
        (owner_of(case), own),
        (case.caseworker, staff),
        (stranger, own),
        (other, staff),
    ]:
        client.force_login(user)
        statuses.append(client.get(url).status_code)

    assert statuses == [200, 200, 404, 403]


def png():
    data = BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG")
    return data.getvalue()


def test_read_without_an_answer_is_noted_once(client, case):
    send(case, owner_of(case), from_staff=False)
    client.force_login(case.caseworker)
    url = reverse("admin:case_messages_read", args=[case.year, case.number[5:]])

    client.post(url)
    first = Message.objects.get().read_at
    client.post(url)

    assert first is not None
    assert Message.objects.get().read_at == first
    assert [
        entry.actor
        for entry in JournalEntry.objects.about(case).filter(verb="messages_read")
    ] == [case.caseworker]


@pytest.mark.parametrize("role", [roles.READER, roles.DECIDER, roles.COORDINATOR])
def test_only_one_who_could_answer_says_that_no_answer_is_needed(client, case, role):
    send(case, owner_of(case), from_staff=False)
    user = create_user(role=role)
    if role == roles.COORDINATOR:
        user = create_coordinator(areas=[case.area])
    declare_impartial(case, user)
    client.force_login(user)
    url = reverse("admin:case_messages_read", args=[case.year, case.number[5:]])

    page = client.get(staff_page(case))
    pressed = client.post(url)
    with pytest.raises(Refused, match="Bare en med rollen saksbehandler"):
        Message.mark_read(case, by=Actor(user), now=timezone.now())

    assert url not in page.content.decode()
    assert (pressed.status_code, Message.objects.get().read_at) == (403, None)


def test_messages_are_not_read_by_one_who_stood_down_meanwhile(case):
    send(case, owner_of(case), from_staff=False)
    worker = Actor(case.caseworker)
    case.declare(by=worker, conflict=True, ground="family", now=timezone.now())

    with pytest.raises(Refused, match="ikke tilgang"):
        Message.mark_read(case, by=worker, now=timezone.now())

    assert Message.objects.get().read_at is None


# --- what may tell of health, faith or ethnicity --------------------------------------


@pytest.mark.parametrize(
    ("role", "reads"),
    [
        (roles.CASEWORKER, True),
        (roles.DECIDER, True),
        (roles.READER, False),
        (roles.ADMINISTRATOR, False),
    ],
)
def test_special_categories_narrow_who_reads(role, reads):
    case, plain = create_submitted(), create_submitted()
    Application.objects.filter(pk=case.pk).update(special_categories=True)

    seen = set(Application.objects.visible_to(create_user(role=role)))

    assert seen == ({case, plain} if reads else {plain})


def test_a_coordinator_does_not_read_them_either():
    case = create_submitted()
    coordinator = create_coordinator(areas=[case.area])
    before = list(Application.objects.visible_to(coordinator))
    Application.objects.filter(pk=case.pk).update(special_categories=True)

    assert before == [case]
    assert list(Application.objects.visible_to(coordinator)) == []


def test_the_journal_keeps_no_words_of_a_message(case):
    declare_impartial(case, create_user(role=roles.CASEWORKER))
    send(case, owner_of(case), from_staff=False)

    entry = JournalEntry.objects.about(case).last()

    assert (entry.verb, entry.facts) == (
        "message_sent",
        {"message": Message.objects.get().pk},
    )
