"""The attachments of an application, with a real clamd where the scanner matters."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grants.amending import Amending
from grants.deadlines import working_days_after
from grants.drafting import Writing, attach, detach
from grants.models import Attachment, Invitation, Message, RejectedFile
from grants.tasks import reject_files
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.files.tasks import scan_waiting
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import create_draft, create_in_review, create_round, create_user
from tests.files.test_checks import picture
from tests.files.test_scanner import folder, infected_pdf, upload

__all__ = ["folder"]

pytestmark = pytest.mark.django_db


def url(draft):
    return reverse("grants:draft_step", args=[draft.key, "vedlegg"])


def png(name="bilde.png", width=20):
    return SimpleUploadedFile(name, picture("PNG", size=(width, 20)))


def named(draft):
    return [each.file.name for each in draft.working_copy().attachments.all()]


def sent_with(file, *, clamd=None):
    """A case sent with the file in it, which the scanner has not seen yet."""
    draft = create_draft()
    by = Actor(draft.started_by)
    attach(Writing.of_draft(draft), file, by=by)
    draft.submit(by=by, now=timezone.now(), declared=True)
    return draft


@pytest.fixture
def draft(client, folder):
    draft = create_draft()
    client.force_login(draft.started_by)
    return draft


def test_several_files_are_taken_at_once_and_a_bad_one_keeps_none_away(client, draft):
    bad = SimpleUploadedFile("plan.pdf", b"MZ\x90\0" + b"\0" * 200)

    response = client.post(
        url(draft),
        {"file": [png("a.png"), bad, png("b.png", 30)], "label": "", "upload": "1"},
    )

    errors = response.context["form"].errors
    assert (list(errors), len(errors["file"])) == (["file"], 1)
    assert "«plan.pdf»" in errors["file"][0]
    assert named(draft) == ["a.png", "b.png"]


def test_scenario_20_zero_bytes_and_300_letters_and_one_name_twice(client, draft):
    client.post(
        url(draft),
        {"file": [png("å" * 300 + ".png"), png("b.png", 30), png("b.png", 40)]},
    )

    response = client.post(
        url(draft), {"file": SimpleUploadedFile("tom.pdf", b""), "upload": "1"}
    )

    long, *rest = named(draft)
    assert (len(long), rest) == (120, ["b.png", "b (2).png"])
    assert response.context["form"].errors == {
        "file": ["Filen «tom.pdf» er tom. Velg en fil med innhold."]
    }


def test_scenario_20_the_limits_stand_on_the_page_before_a_file_is_chosen(
    client, draft
):
    page = client.get(url(draft)).content.decode()

    assert "opptil 10 filer, høyst 10 MB hver" in page
    assert 'data-upload="10485760"' in page


def test_scenario_23_a_broken_upload_that_is_sent_again_gives_one_file(client, draft):
    headers = {"Accept": "application/json"}

    answers = [
        client.post(url(draft), {"file": png(), "upload": "1"}, headers=headers).json()
        for _time in range(2)
    ]

    assert answers == [{"errors": [], "taken": 1}] * 2
    assert (named(draft), StoredFile.objects.count()) == (["bilde.png"], 1)


def test_a_file_is_replaced_in_one_step(client, draft):
    client.post(url(draft), {"file": png(), "upload": "1"})
    old = Attachment.objects.get()

    client.post(
        url(draft), {"file": png("ny.png", 30), "replaces": old.pk, "upload": "1"}
    )

    assert (named(draft), StoredFile.objects.count()) == (["ny.png"], 1)


def test_a_file_that_is_asked_for_has_a_place_of_its_own(client, folder):
    round = create_round(published=False)
    wanted = round.required_attachments.create(
        label="Tillatelse fra gårdeier", why="Noe skal settes opp.", from_amount=16_000
    )
    draft = create_draft(round=published(round))
    client.force_login(draft.started_by)

    client.post(url(draft), {wanted.field_name: png("a.png"), "upload": "1"})
    client.post(url(draft), {wanted.field_name: png("b.png", 30), "upload": "1"})

    kept = draft.working_copy().attachments.get()
    assert (kept.required, kept.file.name) == (wanted, "b.png")


def published(round):
    type(round).objects.filter(pk=round.pk).update(published_at=round.opens_at)
    round.refresh_from_db()
    return round


def test_without_a_scanner_the_page_says_that_files_are_not_scanned(client, draft):
    client.post(url(draft), {"file": png(), "upload": "1"})

    page = client.get(url(draft)).content.decode()

    assert "Denne utgaven av portalen sjekker ikke filer for virus." in page
    assert "ikke sjekket for virus" in page


@pytest.mark.django_db(transaction=True)
def test_scenario_22_the_scanner_is_down_and_the_application_is_sent(
    client, draft, clamd
):
    clamd.kill()
    client.post(url(draft), {"file": png(), "upload": "1"})

    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)

    attachment = draft.current.attachments.get()
    page = client.get(draft.get_absolute_url()).content.decode()
    own = client.get(
        reverse("grants:attachment", args=[draft.year, draft.sequence, attachment.pk])
    )
    assert ("bilde.png" in page, "sjekkes" in page) == (True, True)
    assert own.status_code == 403


@pytest.mark.django_db(transaction=True)
def test_scenario_22_an_infected_file_that_was_sent_is_replaced_after_the_closing(
    client, folder, clamd
):
    clamd.kill()
    case = sent_with(upload("budsjett.pdf", infected_pdf()))
    client.force_login(case.started_by)
    clamd.start()
    scan_waiting(timestamp=0)

    reject_files(timestamp=0)
    reject_files(timestamp=0)

    rejected = RejectedFile.objects.get()
    told = Notice.objects.get(kind="file_rejected", recipient=case.started_by)
    assert ("«budsjett.pdf»" in told.text, told.url) == (
        True,
        rejected.get_replace_url(),
    )
    response = client.post(
        told.url, {"file": SimpleUploadedFile("nytt.png", picture("PNG"))}
    )
    rejected.refresh_from_db()
    assert response.url == case.get_absolute_url()
    assert rejected.replacement.name == "nytt.png"
    assert [each.file.name for each in case.current.attachments.all()] == [
        "budsjett.pdf"
    ]
    assert JournalEntry.objects.filter(verb="file_replaced").count() == 1
    given = client.get(
        reverse("grants:replacement", args=[case.year, case.sequence, rejected.pk])
    )
    assert given.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_rejected_file_is_replaced_within_three_working_days_and_once(folder, clamd):
    clamd.kill()
    case = sent_with(upload("budsjett.pdf", infected_pdf()))
    clamd.start()
    scan_waiting(timestamp=0)
    # A Thursday: Friday, Monday, Tuesday.
    found = datetime(2027, 1, 14, 12, tzinfo=UTC)
    RejectedFile.reject(StoredFile.objects.get(), now=found)
    rejected = RejectedFile.objects.get()
    by = Actor(case.started_by)

    with pytest.raises(Refused) as too_late:
        rejected.replace(png(), by=by, now=found + timedelta(days=6))
    rejected.replace(png(), by=by, now=found + timedelta(days=5))
    with pytest.raises(Refused) as twice:
        rejected.replace(png(width=30), by=by, now=found + timedelta(days=5))

    assert rejected.due_on == date(2027, 1, 19)
    assert str(too_late.value) == "Fristen for å erstatte filen er ute."
    assert str(twice.value) == "Filen er alt erstattet."
    assert StoredFile.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_stranger_does_not_reach_a_rejected_file(client, folder, clamd):
    clamd.kill()
    sent_with(upload("budsjett.pdf", infected_pdf()))
    clamd.start()
    scan_waiting(timestamp=0)
    reject_files(timestamp=0)
    client.force_login(create_user())

    response = client.get(RejectedFile.objects.get().get_replace_url())

    assert response.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_an_infected_file_is_taken_out_of_a_draft_and_told_of(client, draft, clamd):
    clamd.kill()
    client.post(url(draft), {"file": upload("cv.pdf", infected_pdf()), "upload": "1"})
    clamd.start()
    scan_waiting(timestamp=0)

    reject_files(timestamp=0)

    page = client.get(url(draft)).content.decode()
    assert named(draft) == []
    assert "Filen «cv.pdf» er avvist" in page
    assert Notice.objects.filter(kind="file_rejected").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("from_staff", [True, False], ids=["staff", "applicant"])
def test_an_infected_file_of_a_message_is_told_of_to_both_sides(
    client, folder, clamd, from_staff
):
    case = create_in_review()
    clamd.kill()
    sender = case.caseworker if from_staff else case.started_by
    file = StoredFile.take(upload("plan.pdf", infected_pdf()), by=Actor(sender))
    Message.send(
        case,
        text="Her er planen.",
        files=[file],
        by=Actor(sender),
        now=timezone.now(),
        key="en",
        from_staff=from_staff,
    )
    case.messages.update(read_at=timezone.now())
    clamd.start()
    scan_waiting(timestamp=0)

    reject_files(timestamp=0)
    reject_files(timestamp=0)

    own = reverse("grants:message_list", args=[case.year, case.sequence])
    staff = reverse("admin:case_messages", args=[case.year, case.number[5:]])
    told = Notice.objects.filter(kind="message_file_rejected")
    assert set(told.values_list("recipient", "url")) == {
        (case.started_by.pk, own),
        (case.caseworker.pk, staff),
    }
    assert all("«plan.pdf»" in each.text for each in told)
    client.force_login(case.started_by)
    page = client.get(own).content.decode()
    link = reverse(
        "grants:message_file",
        args=[case.year, case.sequence, case.messages.get().files.get().pk],
    )
    assert ("avvist" in page, link in page) == (True, False)
    assert client.get(link).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_scenario_22_a_draft_says_on_each_page_what_the_scanner_says(
    client, draft, clamd
):
    clamd.kill()
    client.post(url(draft), {"file": png(), "upload": "1"})
    pages = [
        reverse(f"grants:{name}", args=[draft.key])
        for name in ("draft_detail", "draft_review")
    ]

    waiting = [client.get(page).content.decode() for page in pages]
    StoredFile.objects.update(scan=StoredFile.Scan.INFECTED)
    reject_files(timestamp=0)
    rejected = [client.get(page).content.decode() for page in pages]

    assert "1 fil, sjekkes" in waiting[0]
    assert ", sjekkes)" in waiting[1]
    assert ["Filen «bilde.png» er avvist" in page for page in rejected] == [True, True]


@pytest.mark.django_db(transaction=True)
def test_scenario_22_one_who_is_to_confirm_gets_no_link_to_a_held_file(
    client, folder, clamd
):
    clamd.kill()
    case = sent_with(png())
    asked = create_user()
    invitation = Invitation.objects.create(
        kind=Invitation.Kind.CONFIRM,
        applicant=case.applicant,
        application=case,
        email=asked.email,
        invited_by=case.started_by,
        expires_at=timezone.now() + timedelta(days=1),
    )
    client.force_login(asked)
    attachment = case.current.attachments.get()
    link = reverse("grants:invitation_file", args=[invitation.key, attachment.pk])

    held = client.get(invitation.get_absolute_url()).content.decode()
    StoredFile.objects.update(scan=StoredFile.Scan.CLEAN)
    clean = client.get(invitation.get_absolute_url()).content.decode()

    assert ("bilde.png" in held, link in held) == (True, False)
    assert link in clean


def test_three_working_days_pass_over_a_weekend_and_a_holiday():
    maundy_thursday_eve = date(2027, 3, 24)

    assert working_days_after(maundy_thursday_eve, 3) == date(2027, 4, 1)


@pytest.mark.django_db(transaction=True)
def test_scenario_23_removed_while_another_submits_the_sent_version_keeps_its_file(
    folder,
):
    draft = create_draft()
    by = Actor(draft.started_by)
    attachment = attach(Writing.of_draft(draft), png(), by=by)

    def remove():
        with closing(connection):
            own = type(draft).objects.get(pk=draft.pk)
            detach(Writing.of_draft(own), attachment.pk, by=by)

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            draft.submit(by=by, now=timezone.now(), declared=True)
            waiting = pool.submit(remove)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.6)
        with pytest.raises(Refused):
            waiting.result(timeout=10)

    kept = draft.current.attachments.get().file
    assert Image.open(kept.open()).size == (20, 20)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["detach", "replace"])
def test_a_file_taken_out_of_a_change_stays_in_what_was_sent(folder, way):
    draft = create_draft()
    by = Actor(draft.started_by)
    attachment = attach(Writing.of_draft(draft), png(), by=by)
    draft.submit(by=by, now=timezone.now(), declared=True)
    writing = Amending.of_case(draft, timezone.now())

    if way == "detach":
        detach(writing, attachment.pk, by=by)
    else:
        attach(writing, png("nytt.png", width=30), by=by, replaces=attachment.pk)

    kept = draft.versions.sent().get().attachments.get().file
    copy = draft.working_copy().attachments.all()
    assert kept == attachment.file
    assert Image.open(kept.open()).size == (20, 20)
    assert [each.file.name for each in copy] == (
        [] if way == "detach" else ["nytt.png"]
    )
