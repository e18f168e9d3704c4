"""With a real clamd, whose only signature is the EICAR test text."""

import io
import socket
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.files import scanner
from omradesatsing.files.models import ScannerOutage, StoredFile
from omradesatsing.files.tasks import scan, scan_waiting
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.clamd import EICAR
from tests.factories import create_user
from tests.files.test_checks import pdf

CLEAN, INFECTED = StoredFile.Scan.CLEAN, StoredFile.Scan.INFECTED
WAITING, NOT_SCANNED = StoredFile.Scan.WAITING, StoredFile.Scan.NOT_SCANNED


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(name="plan.pdf", data=None):
    return SimpleUploadedFile(name, data or pdf())


def infected_pdf():
    """A PDF that says EICAR in a comment: harmless, and found."""
    head, _end, tail = pdf().partition(b"\n")
    return head + b"\n%" + EICAR + b"\n" + tail


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_clamd_finds_the_test_text_and_passes_the_rest(clamd):
    assert scanner.find_threat(io.BytesIO(EICAR)) == "Eicar-Test.UNOFFICIAL"
    assert scanner.find_threat(io.BytesIO(pdf())) == ""
    assert scanner.find_threat(io.BytesIO(b"a" * 10 * 1024 * 1024)) == ""


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"UNKNOWN\0"],
    ids=["cut off", "not ended", "too large for it", "not understood"],
)
def test_what_is_no_whole_answer_is_a_scanner_that_is_down(settings, answer):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMD = f"tcp:127.0.0.1:{server.getsockname()[1]}"

        def reply():
            connection, _address = server.accept()
            with connection:
                while connection.recv(65_536)[-4:] != b"\0\0\0\0":
                    pass
                connection.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        with pytest.raises(scanner.ScannerDown):
            scanner.find_threat(io.BytesIO(b"hei"), timeout=2)
        thread.join()


def test_a_scanner_that_never_answers_is_down_within_its_time(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMD = f"tcp:127.0.0.1:{server.getsockname()[1]}"

        with pytest.raises(scanner.ScannerDown):
            scanner.find_threat(io.BytesIO(b"hei"), timeout=0.2)


@pytest.mark.django_db(transaction=True)
def test_an_upload_is_scanned_before_the_page_is_shown(clamd, folder):
    file = StoredFile.take(upload(), by=Actor(create_user()))

    assert (file.scan, file.is_held) == (CLEAN, False)
    assert b"".join(file.response()) == pdf()


@pytest.mark.django_db(transaction=True)
def test_an_infected_upload_is_refused_by_name_and_leaves_only_its_record(
    clamd, folder
):
    with pytest.raises(ValidationError) as refused:
        StoredFile.take(upload("cv.pdf", infected_pdf()), by=Actor(create_user()))

    file = StoredFile.objects.get()
    assert (refused.value.code, "«cv.pdf»" in refused.value.messages[0]) == (
        "infected",
        True,
    )
    assert (file.scan, file.threat) == (INFECTED, "Eicar-Test.UNOFFICIAL")
    assert files_in(folder) == []
    assert JournalEntry.objects.filter(verb="file_rejected").count() == 1


@pytest.mark.django_db(transaction=True)
def test_scenario_22_scanner_down_holds_the_file_and_alarms_staff_once(clamd, folder):
    admin = create_user(role=roles.ADMINISTRATOR)
    clamd.kill()

    first = StoredFile.take(upload(), by=Actor(create_user()))
    StoredFile.take(upload(), by=Actor(create_user()))

    assert list(StoredFile.objects.values_list("scan", flat=True)) == [WAITING] * 2
    with pytest.raises(PermissionDenied):
        first.response()
    told = Notice.objects.filter(recipient=admin)
    assert list(told.values_list("kind", flat=True)) == ["scanner_down"]


@pytest.mark.django_db(transaction=True)
def test_scenario_22_what_was_held_is_checked_when_the_scanner_is_back(clamd, folder):
    admin = create_user(role=roles.ADMINISTRATOR)
    clamd.kill()
    clean = StoredFile.take(upload(), by=Actor(create_user()))
    bad = StoredFile.take(upload(data=infected_pdf()), by=Actor(create_user()))
    with pytest.raises(scanner.ScannerDown):
        scan(clean.pk)
    clamd.start()

    scan(clean.pk)
    half = list(Notice.objects.values_list("kind", flat=True))
    scan_waiting(timestamp=0)

    clean.refresh_from_db()
    bad.refresh_from_db()
    assert (clean.scan, clean.is_held) == (CLEAN, False)
    assert (bad.scan, bad.is_held, len(files_in(folder))) == (INFECTED, True, 1)
    assert half == ["scanner_down"]
    told = Notice.objects.filter(recipient=admin).order_by("pk")
    assert list(told.values_list("kind", flat=True)) == ["scanner_down", "scanner_up"]
    assert ScannerOutage.objects.filter(ended_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_waiting_file_is_queued_with_it_and_tries_again(clamd, folder):
    clamd.kill()

    file = StoredFile.take(upload(), by=Actor(create_user()))

    job = ProcrastinateJob.objects.get(task_name="files.scan", args__file_id=file.pk)
    retry = app.tasks["files.scan"].retry_strategy
    again = retry.get_retry_decision(exception=scanner.ScannerDown(), job=job)
    assert (job.status, again is not None) == ("todo", True)


@pytest.mark.django_db(transaction=True)
def test_what_came_before_there_was_a_scanner_is_held_until_checked(
    settings, folder, clamd
):
    settings.CLAMD = ""
    upload_before = StoredFile.take(upload(), by=Actor(create_user()))
    letter = StoredFile.keep(
        pdf(), name="brev.pdf", content_type="application/pdf", by=Actor.system()
    )
    served_before = not upload_before.is_held
    settings.CLAMD = clamd.address
    held = [upload_before.is_held, letter.is_held]

    scan_waiting(timestamp=0)

    upload_before.refresh_from_db()
    letter.refresh_from_db()
    assert (served_before, held) == (True, [True, False])
    assert (upload_before.scan, letter.scan) == (CLEAN, NOT_SCANNED)
