import hashlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, transaction
from django.urls import path
from pypdf import PdfWriter

from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.files.models import StoredFile


def download(request, pk):
    return StoredFile.objects.get(pk=pk).response()


urlpatterns = [path("fil/<int:pk>/", download)]


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def a_pdf(tmp_path):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(tmp_path / "a.pdf")
    data = (tmp_path / "a.pdf").read_bytes()
    (tmp_path / "a.pdf").unlink()
    return data


@pytest.mark.django_db
def test_an_upload_is_kept_with_its_facts_under_a_name_that_says_nothing(folder):
    user = User.objects.create_user("kari@example.org")
    data = a_pdf(folder)

    kept = StoredFile.take(SimpleUploadedFile("Søknad.pdf", data), by=Actor(user))

    kept.refresh_from_db()
    assert (kept.name, kept.content_type, kept.size, kept.sha256, kept.uploaded_by) == (
        "Søknad.pdf",
        "application/pdf",
        len(data),
        hashlib.sha256(data).hexdigest(),
        user,
    )
    assert files_in(folder) == [folder / kept.path]
    assert Path(kept.path).name == kept.key.hex
    assert kept.open().read() == data


@pytest.mark.django_db
def test_a_refused_upload_leaves_neither_row_nor_file(folder):
    with pytest.raises(ValidationError):
        StoredFile.take(SimpleUploadedFile("a.pdf", b"MZ"), by=Actor.system())

    assert (StoredFile.objects.count(), files_in(folder)) == (0, [])


@pytest.mark.django_db
def test_a_row_that_cannot_be_written_takes_its_file_with_it(folder):
    with pytest.raises(DataError), transaction.atomic():
        StoredFile.keep(
            b"brev", name="a\0.pdf", content_type="application/pdf", by=Actor.system()
        )

    assert files_in(folder) == []


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_download_cannot_run_in_our_name(client, folder):
    client.force_login(User.objects.create_user("kari@example.org"))
    kept = StoredFile.keep(
        b"<script>alert(1)</script>",
        name='Brev "æ".pdf',
        content_type="application/pdf",
        by=Actor.system(),
    )

    response = client.get(f"/fil/{kept.pk}/")

    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"
    assert {
        name: response[name]
        for name in (
            "Content-Type",
            "Content-Disposition",
            "Content-Security-Policy",
            "Cross-Origin-Resource-Policy",
            "X-Content-Type-Options",
            "Cache-Control",
        )
    } == {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=utf-8''Brev%20%22%C3%A6%22.pdf",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
