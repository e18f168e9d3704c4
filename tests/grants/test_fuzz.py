"""Hostile texts, numbers and orders of steps: no 500, nothing lost, no halves stored.

`make test` runs a short, fixed set; `make fuzz` a long one that differs each time.
"""

import os
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants.models import ApplicantKind, Attachment, Version
from omradesatsing.files.models import StoredFile
from tests.factories import (
    create_applicant,
    create_draft,
    create_question,
    create_round,
    create_user,
    publish,
)
from tests.files.test_checks import docx, huge_png, pdf, picture
from tests.files.test_scanner import files_in, folder

__all__ = ["folder"]

LONG_RUN = os.environ.get("FUZZ") == "1"
profile = settings(
    max_examples=400 if LONG_RUN else 10,
    derandomize=not LONG_RUN,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
pytestmark = pytest.mark.django_db

STEPS = [
    "soker",
    "prosjekt",
    "behov",
    "sted",
    "okonomi",
    "stotte",
    "sporsmal",
]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(
        alphabet="\x00\x01\u202e\u200f\ufeff\u2028\ud7ff\U0001f468\u200d<>&\"'{}%\\ŋÁ\r\n",
        max_size=40,
    ),
    st.sampled_from(
        [
            "",
            " ",
            "1 234,50",
            "1.234,50",
            "-5",
            "1e9",
            "０１２",
            "9" * 16,
            "NaN",
            "31.2.2027",
            "29.02.2028",
            "2027-06-01",
            "0000-00-00",
            "99999999999999999999",
            "yes",
            "no",
            "True",
            "have",
            "navn@eksempel.no",
            "+4755565556",
            "'; DROP TABLE grants_version; --",
            "<script>alert(1)</script>",
            "=1+1",
            "x" * 3000,
        ]
    ),
)


def create_big_draft():
    """A draft with every step there is, and a question of each kind."""
    user = create_user()
    round = create_round(published=False, short_form_ceiling=Decimal(20_000))
    parent = create_question(round=round, kind="yes_no", needed=False)
    for kind in ["text", "long_text", "number", "money", "date", "choice"]:
        create_question(
            round=round, kind=kind, only_after=parent, only_when="ja", needed=False
        )
    applicant = create_applicant(
        user=user, kind=ApplicantKind.ORGANISATION, orgnr="310000019"
    )
    return create_draft(
        user=user, round=publish(round), applicant=applicant, amount=Decimal(30_000)
    )


def stored(draft):
    """All that is stored of a draft, to compare."""
    version = draft.working_copy()
    fields = {
        field.attname: getattr(version, field.attname)
        for field in Version._meta.concrete_fields
        if field.name not in {"edited_at", "edited_by"}
    }
    lines = version.budget_lines.values_list("kind", "text", "amount")
    return fields, sorted(lines), sorted(version.given_answers().items())


@pytest.fixture
def draft():
    return create_big_draft()


@given(data=st.data())
@profile
def test_no_step_breaks_and_nothing_typed_is_lost(draft, data):
    browser = Client()
    browser.force_login(draft.started_by)
    for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=3)):
        address = reverse("grants:draft_step", args=[draft.key, step])
        page = browser.get(address)
        if page.status_code == 302:  # not asked at this amount
            continue
        form = page.context["form"]
        sent = {name: form[name].value() or "" for name in form.fields}
        hostile = data.draw(
            st.dictionaries(st.sampled_from(sorted(sent)), TEXTS, max_size=6)
        )
        sent |= hostile | {"_seen": page.context["seen"], "_form": form.size}
        before = stored(draft)

        response = browser.post(address, sent)

        assert response.status_code in {200, 302}
        after = stored(draft)
        if response.status_code == 302:
            # Sent back untouched, what was stored is stored again: no halves.
            again = browser.get(address)
            if again.status_code == 200:
                kept = again.context["form"]
                same = {name: kept[name].value() or "" for name in kept.fields}
                # What the portal fills in for one who wrote nothing is not typed.
                same |= {name: "" for name in same if after[0].get(name) == ""}
                same |= {"_seen": again.context["seen"], "_form": kept.size}
                browser.post(address, same)
                assert stored(draft) == after
        else:
            # What could not be read is on the page as it was typed, null bytes less,
            # and the field keeps what it had.
            shown = response.context["form"]
            for name in shown.errors:
                if name in hostile:
                    typed = hostile[name].replace("\x00", "")
                    assert shown[name].value() == typed
                if name in before[0]:
                    assert after[0][name] == before[0][name]


@given(
    fields=st.dictionaries(
        st.one_of(
            st.sampled_from(
                ["_seen", "_form", "_owner", "more", "next", "stay", "later", "amount"]
                + ["cost_0_text", "cost_29_amount", "cost_999_text", "income_0_amount"]
                + ["title", "starts_on", "q1", "special_categories", "theme"]
            ),
            st.text(max_size=12),
        ),
        TEXTS,
        max_size=8,
    ),
    step=st.sampled_from([*STEPS, "vedlegg", "kontroll", "belop"]),
)
@profile
def test_a_post_of_anything_at_all_is_answered(draft, fields, step):
    browser = Client()
    browser.force_login(draft.started_by)

    response = browser.post(f"{draft.get_absolute_url()}{step}/", fields)

    assert response.status_code in {200, 302}


@given(amounts=st.lists(st.sampled_from(["15 000", "30 000", "20 000", "20 000,01"])))
@profile
def test_the_size_may_change_any_number_of_times(draft, amounts):
    browser = Client()
    browser.force_login(draft.started_by)
    address = reverse("grants:draft_step", args=[draft.key, "okonomi"])
    texts = {"need": "Det trengs.", "place": "Parken", "summary": "Kort."}
    Version.objects.filter(application=draft).update(**texts)
    for amount in amounts:
        page = browser.get(address)
        form = page.context["form"]
        sent = {name: form[name].value() or "" for name in form.fields}
        sent |= {"_seen": page.context["seen"], "_form": form.size, "amount": amount}
        assert browser.post(address, sent).status_code == 302

    version = draft.working_copy()
    assert {name: getattr(version, name) for name in texts} == texts


REAL_FILES = [pdf(), docx(), picture("PNG"), picture("JPEG"), huge_png()]


@st.composite
def files(draw):
    """Bytes of no kind, and real files whole, cut short or with something put in."""
    data = draw(st.one_of(st.binary(max_size=200), st.sampled_from(REAL_FILES)))
    if draw(st.booleans()):
        cut = draw(st.integers(0, len(data)))
        rest = draw(st.sampled_from([b"", data[cut:]]))
        data = data[:cut] + draw(st.binary(max_size=20)) + rest
    stem = draw(st.text(max_size=40))
    ending = draw(st.sampled_from(["", ".pdf", ".PNG", ".jpg", ".docx", ".zip"]))
    # The name has to survive the request itself: a header has no line breaks.
    stem = "".join(mark for mark in stem if mark.isprintable() and mark != '"')
    return SimpleUploadedFile(f"{stem}{ending}" or "x", data)


@given(
    sent=st.lists(files(), max_size=3),
    fields=st.fixed_dictionaries(
        {}, optional={"label": TEXTS, "replaces": TEXTS, "upload": st.just("1")}
    ),
)
@profile
def test_no_file_breaks_and_none_is_stored_by_halves(draft, folder, sent, fields):
    browser = Client()
    browser.force_login(draft.started_by)
    address = reverse("grants:draft_step", args=[draft.key, "vedlegg"])

    response = browser.post(address, fields | {"file": sent})

    assert response.status_code in {200, 302}
    attached = Attachment.objects.filter(version__application=draft)
    kept = StoredFile.objects.in_bulk(attached.values_list("file", flat=True))
    assert StoredFile.objects.count() == attached.count() == len(kept)
    assert sorted(path.stat().st_size for path in files_in(folder)) == sorted(
        file.size for file in kept.values()
    )
