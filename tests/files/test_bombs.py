"""Files made to exhaust the machine: refused in seconds, in flat memory, by themselves.

Each is judged in a process of its own, which may use five seconds of processor time.
"""

import json
import subprocess
import sys

import pytest

from tests.files.test_checks import REFUSED, bomb, docx, huge_png, package, pdf

JUDGE = """
import json, resource, sys
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from omradesatsing.files.checks import checked_content

resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
data = open(sys.argv[2], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    checked_content(SimpleUploadedFile(sys.argv[1], data))
    code = "taken"
except ValidationError as error:
    code = error.code
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([code, (after - before) // 1024]))
"""


def judged(tmp_path, name, data):
    """(code, MB of memory it took) of a file that a fresh process judges."""
    path = tmp_path / "upload"
    path.write_bytes(data)
    # What it uses before is the programs it has loaded: only the growth is judged.
    process = subprocess.run(  # noqa: S603
        [sys.executable, "-c", JUDGE, name, str(path)],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return json.loads(process.stdout)


def crowded_pdf(count):
    """A page among thousands of objects that nothing points to."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        *[b"<< /A [1 2 3] >>"] * count,
    ]
    data, table = b"%PDF-1.7\n", [b"0000000000 65535 f \n"]
    objects = []
    offset = len(data)
    for number, body in enumerate(bodies, start=1):
        objects.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        table.append(b"%010d 00000 n \n" % offset)
        offset += len(objects[-1])
    size = len(table)
    rows = b"xref\n0 %d\n" % size + b"".join(table)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return data + b"".join(objects) + rows + trailer % (size, offset)


BOMBS = {
    "zip bomb": ("brev.docx", bomb, "bomb"),
    "archive in an archive": (
        "alt.zip",
        lambda: package({"inni.zip": package({"b.docx": bomb()})}),
        "archive",
    ),
    "50 000 × 50 000 points": ("kart.png", lambda: huge_png(side=50_000), "pixels"),
    # Few enough for the library that reads it, and too many for us.
    "6 000 × 6 000 points": ("kart.png", lambda: huge_png(side=6_000), "pixels"),
    "PDF with a script": ("a.pdf", lambda: pdf(script="app.alert(1)"), "macro"),
    "PDF with a file": ("a.pdf", lambda: pdf(attachment=b"MZ"), "macro"),
    "PDF with 60 000 objects": ("a.pdf", lambda: crowded_pdf(60_000), "bomb"),
    "PDF with 5 000 objects": ("a.pdf", lambda: crowded_pdf(5_000), "taken"),
}


@pytest.mark.parametrize(("name", "make", "code"), BOMBS.values(), ids=BOMBS)
def test_scenario_21_is_judged_within_seconds_in_flat_memory(
    tmp_path, name, make, code
):
    found, memory = judged(tmp_path, name, make())

    assert found == code
    assert memory < 60


def test_scenario_21_an_archive_inside_a_document_is_a_part_like_any_other(tmp_path):
    nested = docx(word__embeddings__inni=package({"b.docx": bomb()}))

    found, memory = judged(tmp_path, "brev.docx", nested)

    assert (found, memory < 60) == ("taken", True)


@pytest.mark.parametrize(
    "case",
    ["renamed program", "docm", "docm named docx", "locked PDF", "locked Office"],
)
def test_scenario_19_wrong_type_macro_and_password_are_refused_by_content(
    tmp_path, case
):
    name, make, code = REFUSED[case]

    assert judged(tmp_path, name, make())[0] == code
