import hashlib
import io
import json
import os
import re
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import page
import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext
from html5lib import parse
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader

from grants.letters.pdf import NOT_SHOWN, letter_pdf
from grants.models import (
    ApplicantKind,
    Decision,
    LegalTerm,
    Letter,
    LetterText,
    Outcome,
    ReasonsRequest,
)
from grants.tasks import make_letter_pdf
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from tests import factories

GOLDEN = Path(__file__).parent / "letters"
LANGUAGES = ["nb", "nn", "en"]
SUBMITTED = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
DECIDED = datetime(2026, 12, 4, 11, 0, tzinfo=UTC)
REASONS = {
    "facts": "Festen er åpen for alle i området.\nDet bor 900 mennesker der.",
    "rules": "Utlysningen støtter møteplasser som er åpne for alle.",
    "considerations": "Prosjektet treffer formålet godt, og budsjettet er nøkternt.",
}
NO_REASONS = {"facts": "", "rules": "", "considerations": ""}
LETTERS = {
    "granted": {"outcome": Outcome.GRANTED, **REASONS},
    "granted_without_reasons": {"outcome": Outcome.GRANTED, **NO_REASONS},
    "partly": {
        "outcome": Outcome.PARTLY,
        "amount": Decimal("12500.50"),
        "conditions": "Festen holdes utendørs.\nNaboene får beskjed en uke før.",
        "why_amount": "Leie av telt er dekket av kommunen fra før.",
        **REASONS,
    },
    "refused": {"outcome": Outcome.REFUSED, "amount": Decimal(0), **REASONS},
    "refused_for_lack_of_money": {
        "outcome": Outcome.REFUSED,
        "amount": Decimal(0),
        "why_amount": "Det var 100 000 kr å dele ut, og sju av elleve fikk.\n"
        "Søknaden fikk 3,0 i snitt. De som fikk, hadde minst 3,5.",
        **REASONS,
    },
    "granted_with_translated_reasons": {
        "outcome": Outcome.GRANTED,
        "reasons_in_english": "The party is open to all.\nIt fits the purpose well.",
        **REASONS,
    },
    "dismissed": {"outcome": Outcome.DISMISSED, "amount": Decimal(0), **REASONS},
}


@pytest.fixture
def statutory_texts(db):
    """The periods and texts of the migration, also after a test that emptied them."""
    LegalTerm.objects.all().delete()
    LetterText.objects.all().delete()
    import_module("grants.migrations.0002_legal_terms").add(apps, None)


def decide(
    *,
    outcome,
    language="nb",
    amount=Decimal(20_000),
    conditions="",
    title="Sommerfest i Elveparken",
    name="Naboene i Elveparken",
    kind=ApplicantKind.GROUP,
    example=False,
    **reasons,
):
    """A decision on a case where every date, name and text is known."""
    applicant_user = factories.create_user(language=language)
    scheme = factories.create_scheme(
        name="Nærmiljøtilskudd",
        legal_basis="Retningslinjer for nærmiljøtilskudd",
        appeal_body=factories.create_body(slug="klagenemnda", name="Klagenemnda"),
        example=example,
    )
    round = factories.create_round(
        scheme=scheme,
        areas=[factories.create_area(name="Elveparken")],
        title="Nærmiljøtilskudd høsten 2026",
        opens_at=datetime(2020, 1, 2, tzinfo=UTC),
        closes_at=None,
        report_due_days=60,
        contact_name="Områdekontoret",
        contact_email="post@example.test",
        contact_phone="55565556",
    )
    application = factories.create_draft(
        user=applicant_user,
        round=round,
        applicant=factories.create_applicant(
            user=applicant_user, kind=kind, name=name, answerable_name="Kari Eksempel"
        ),
        amount=Decimal(20_000),
        title=title,
    )
    application.submit(by=Actor(applicant_user), now=SUBMITTED, declared=True)
    caseworker = factories.create_caseworker(name="Sanna Saksbehandler")
    decider = factories.create_decider(name="Bo Beslutter")
    factories.declare_impartial(application, caseworker, decider)
    application.take(by=Actor(caseworker))
    application.assess(
        {
            criterion: (mark, f"Begrunnelse for {criterion.name.lower()}.")
            for criterion, mark in zip(round.criteria.all(), [4, 5], strict=True)
        },
        by=Actor(caseworker),
        now=DECIDED,
    )
    case = {
        "outcome": outcome,
        "amount": amount,
        "conditions": conditions,
        **(reasons or REASONS),
    }
    application.recommend(by=Actor(caseworker), now=DECIDED, **case)
    return application.decide(by=Actor(decider), now=DECIDED, **case)


def in_language(letter, language):
    """The letter itself, or its translation."""
    return letter if letter.language == language else letter.translation


def readable(letter):
    """A letter as JSON with a line for each text, fact and criterion."""

    def row(values):
        return json.dumps(values, ensure_ascii=False)

    def listed(name, rows):
        inner = ",\n".join(f"      {row(value)}" for value in rows)
        return f'    "{name}": [\n{inner}\n    ]'

    sections = []
    for section in letter.parts:
        parts = [
            listed(name, value)
            if isinstance(value, list) and name != "columns"
            else f'    "{name}": {row(value)}'
            for name, value in section.items()
        ]
        sections.append("  {\n" + ",\n".join(parts) + "\n  }")
    body = ",\n".join(sections)
    return f'{{"title": {row(letter.title)}, "sections": [\n{body}\n]}}\n'


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_says_this_and_nothing_else(statutory_texts, name, language):
    """After a wanted change: UPDATE_GOLDEN=1 pytest …, and read the difference."""
    with translation.override(language):
        if language != "nb" and gettext("Søker") == "Søker":
            pytest.skip("The catalogues are not built: run `make files`.")

    letter = in_language(decide(language=language, **LETTERS[name]).letter, language)

    path = GOLDEN / f"{name}.{language}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(readable(letter))
    golden = json.loads(path.read_text())
    assert {"title": letter.title, "sections": letter.parts} == golden
    assert (letter.language, letter.written_at) == (language, DECIDED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_s_words_stand_as_they_typed_them(statutory_texts, language):
    decision = decide(language=language, **LETTERS["partly"])

    said = [text for section in decision.letter.parts for text in words_of(section)]

    typed = [REASONS["rules"], "Festen holdes utendørs.", "Naboene i Elveparken"]
    assert [text for text in typed if text not in said] == []


def test_a_private_person_is_said_du_to(statutory_texts):
    decision = decide(kind=ApplicantKind.PERSON, outcome=Outcome.GRANTED)

    first = decision.letter.parts[0]["paragraphs"]

    assert first == [
        "Du får 20\u00a0000\u00a0kr til prosjektet «Sommerfest i Elveparken»."
    ]


def test_a_letter_of_an_example_scheme_says_so_first(statutory_texts):
    decision = decide(outcome=Outcome.GRANTED, example=True)

    assert decision.letter.parts[0]["mark"] == (
        "Eksempel – ikke et vedtak fra Bergen kommune"
    )


def test_a_corrected_letter_says_what_is_corrected(statutory_texts):
    first = decide(outcome=Outcome.REFUSED, amount=Decimal(0), **REASONS)
    second = Decision.objects.create(
        application=first.application,
        version=2,
        kind="correction",
        what_changed="Beløpet var skrevet feil.",
        outcome=Outcome.GRANTED,
        amount=Decimal(20_000),
        asked_amount=Decimal(20_000),
        delegation=first.delegation,
        prepared_by=first.prepared_by,
        decided_by=first.decided_by,
        decided_at=DECIDED,
    )

    letter = Letter.write(second, now=DECIDED)

    assert [section["heading"] for section in letter.parts] == [
        "Vedtaket",
        "Vedtaket er rettet",
        "Tilskuddet",
        "Vilkår for tilskuddet",
        "Du kan be om en begrunnelse",
        "Du kan klage",
        "Du kan se dokumentene i saken",
        "Ansvarlig og kontakt",
    ]
    assert letter.parts[1]["paragraphs"] == [
        "Dette vedtaket erstatter det vi har sendt før. Dette er rettet:",
        "Beløpet var skrevet feil.",
    ]


def test_the_newest_text_in_force_is_used_and_a_stray_brace_does_no_harm(
    statutory_texts,
):
    LetterText.objects.create(
        kind=LetterText.Kind.ACCESS,
        language="nb",
        heading="Innsyn",
        text="Ring {noen} eller {appeal_body}. {",
        source="en ny lov",
        valid_from=date(2026, 12, 4),
    )
    LetterText.objects.create(
        kind=LetterText.Kind.ACCESS,
        language="nb",
        heading="Senere",
        text="Gjelder ikke ennå.",
        source="en senere lov",
        valid_from=date(2026, 12, 5),
    )

    decision = decide(outcome=Outcome.GRANTED)

    assert decision.letter.parts[-2] == {
        "heading": "Innsyn",
        "paragraphs": ["Ring {noen} eller Klagenemnda. {"],
    }


def test_without_the_text_on_appeal_nothing_is_decided(statutory_texts):
    LetterText.objects.filter(kind=LetterText.Kind.APPEAL, language="nn").delete()

    with (
        pytest.raises(Refused, match="«rett til å klage» mangler på nn"),
        transaction.atomic(),
    ):
        decide(outcome=Outcome.GRANTED, language="nn")

    assert (Decision.objects.count(), Letter.objects.count()) == (0, 0)


def test_the_texts_and_periods_cover_what_the_law_asks_for(statutory_texts):
    appeal = LetterText.objects.filter(kind=LetterText.Kind.APPEAL)
    terms = LegalTerm.objects.values_list("kind", "amount", "unit", "source")

    assert set(LetterText.objects.values_list("kind", "language")) == {
        (kind, language) for kind in LetterText.Kind.values for language in LANGUAGES
    }
    assert set(terms) == {
        (
            "appeal",
            3,
            "weeks",
            "forvaltningsloven (lov 10. februar 1967) § 29 første ledd",
        ),
        (
            "interim_reply",
            1,
            "months",
            "forvaltningsloven (lov 10. februar 1967) § 11 a tredje ledd",
        ),
    }
    assert all(
        "{due_date}" in text and "{appeal_body}" in text
        for text in appeal.values_list("text", flat=True)
    )


def test_the_migration_of_the_texts_can_be_taken_back(statutory_texts):
    migration = import_module("grants.migrations.0002_legal_terms")

    migration.remove(apps, None)

    assert (LegalTerm.objects.count(), LetterText.objects.count()) == (0, 0)


# --- the page -------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_letter_says(statutory_texts, language):
    decision = decide(
        language=language, title="Fest & <b>moro</b>", **LETTERS["partly"]
    )
    letter = in_language(decision.letter, language)

    html = render_to_string("grants/_letter.html", {"letter": letter})

    assert f'<article class="letter flow" lang="{language}">' in html
    assert "&lt;b&gt;moro&lt;/b&gt;" in html
    text = squeezed(text_of(html))
    said = [value for section in letter.parts for value in words_of(section)]
    assert [value for value in said if squeezed(value) not in text] == []


# --- the PDF --------------------------------------------------------------------------


def words_of(section):
    """Every text of a section, in the order of the PDF."""
    yield section["heading"]
    yield from section.get("paragraphs", [])
    for fact in section.get("facts", []):
        yield from fact
    yield from section.get("columns", [])
    for line in section.get("lines", []):
        yield from line


def text_of(html):
    return "".join(parse(html, namespaceHTMLElements=False).itertext())


def squeezed(text):
    """Without the spaces, which a line break may take or give."""
    return "".join(text.replace("\u200b", "").split())


def pdf_text(data):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def faults(data):
    """What the checker finds against PDF/UA-1 and PDF/A-2a."""
    reports = [
        page.validate_pdf_bytes(data, profile=profile)
        for profile in (
            page.ValidationProfile.PDF_UA_1,
            page.ValidationProfile.PDF_A_2A,
        )
    ]
    return [
        (failure.rule_id, failure.message)
        for report in reports
        for failure in report.failures
        if failure.rule_id not in FALSE_ALARMS
    ]


# A stream that ends in a carriage return: its stated length is right.
FALSE_ALARMS = {"PDFA2A-STREAM-LENGTH-001"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_tagged_archivable_and_says_who_what_and_when(
    statutory_texts, language
):
    decision = decide(language=language, **LETTERS["partly"])
    letter = in_language(decision.letter, language)

    data = letter_pdf(letter)

    assert faults(data) == []
    reader = PdfReader(io.BytesIO(data))
    assert (
        reader.trailer["/Root"]["/Lang"],
        reader.metadata.title,
        reader.metadata.author,
        reader.metadata.creation_date.date(),
    ) == (
        language,
        f"{letter.title} – 2026/0001",
        "Bergen kommune",
        date(2026, 12, 4),
    )


def test_the_pdf_says_all_that_the_letter_says_and_nothing_else(statutory_texts):
    letter = decide(**LETTERS["partly"]).letter

    data = letter_pdf(letter)

    pages = len(PdfReader(io.BytesIO(data)).pages)
    text = squeezed(pdf_text(data))
    for number in range(1, pages + 1):
        footer = f"Bergen kommune · Sak 2026/0001 Side {number} av {pages}"
        assert text.count(squeezed(footer)) == 1
        text = text.replace(squeezed(footer), "")
    head = [
        "Områdesatsing i Bergen",
        "Bergen kommune",
        "Naboene i Elveparken",
        "Sak 2026/0001",
        "4. desember 2026",
        letter.title,
    ]
    said = [value for section in letter.parts for value in words_of(section)]
    assert text == squeezed("".join(head + said))


@pytest.mark.parametrize(
    "title",
    [
        "#let x = 1; #panic() *fet* _k_ $a^2$ @vis <b> `kode` \\ // slutt /* */",
        "= Overskrift - punkt + 1. https://eksempel.example #sys.inputs",
        '"gåse" \' {} [] () ~ -- --- ... \\u{41} %(project)s {due_date}',
        "Ærlig øy på ås: čáhci, Łódź, Đorđević, ñandú, ß",
    ],
)
def test_what_people_type_is_never_read_as_markup(statutory_texts, title):
    letter = decide(outcome=Outcome.GRANTED, title=title[:60]).letter

    data = letter_pdf(letter)

    assert squeezed(f"«{title[:60]}»") in squeezed(pdf_text(data))
    assert faults(data) == []


def test_other_scripts_are_shown_in_the_pdf(statutory_texts):
    letter = decide(
        outcome=Outcome.GRANTED, title="مهرجان חגיגה Праздник Γιορτή"
    ).letter

    data = letter_pdf(letter)

    text = pdf_text(data)
    assert [word for word in ("Праздник", "Γιορτή") if word not in text] == []
    assert set("مهرجانחגיגה") - set(text) == set()
    assert NOT_SHOWN not in text
    assert faults(data) == []


def test_a_sign_that_no_font_has_becomes_a_square_and_the_letter_says_so(
    statutory_texts,
):
    letter = decide(outcome=Outcome.GRANTED, title="Fest 🎉 för 日本\x07!").letter

    data = letter_pdf(letter)

    text = squeezed(pdf_text(data))
    assert squeezed("«Fest □ för □□□!»") in text
    assert text.count(squeezed("Tegn som ikke kan vises her, er byttet ut med □.")) == 1
    assert faults(data) == []


def test_a_word_longer_than_the_line_stays_on_the_page(statutory_texts):
    word = "W" * 300
    letter = decide(outcome=Outcome.GRANTED, **(REASONS | {"facts": word})).letter

    data = letter_pdf(letter)

    text = pdf_text(data).replace("\u200b", "")
    assert word in squeezed(text)
    assert max(line.count("W") for line in text.splitlines()) < 60
    assert faults(data) == []


def test_the_same_letter_gives_the_same_pdf(statutory_texts):
    letter = decide(outcome=Outcome.GRANTED).letter

    assert letter_pdf(letter) == letter_pdf(letter)


# --- the job --------------------------------------------------------------------------


def kept(letter):
    """The PDF on disk, its stored hash and name, and every file about letters."""
    letter.refresh_from_db()
    with letter.pdf.open() as file:
        data = file.read()
    return {
        "is a PDF": data.startswith(b"%PDF-"),
        "hash": letter.pdf.sha256 == hashlib.sha256(data).hexdigest(),
        "name": letter.pdf.name,
        "about": letter.pdf.about == letter,
        "files": list(StoredFile.objects.values_list("pk", flat=True))
        == [letter.pdf.pk],
    }


GOOD = {
    "is a PDF": True,
    "hash": True,
    "name": "vedtak-2026-0001.pdf",
    "about": True,
    "files": True,
}


def test_the_job_makes_the_pdf_once(statutory_texts):
    letter = decide(outcome=Outcome.GRANTED).letter

    make_letter_pdf(letter_id=letter.pk)
    first = Letter.objects.get(pk=letter.pk).pdf
    make_letter_pdf(letter_id=letter.pk)

    assert kept(letter) == GOOD
    assert letter.pdf == first


@pytest.fixture
def empty_queue(transactional_db):
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_the_pdf_of_a_decision(
    empty_queue, statutory_texts, monkeypatch
):
    # The threads of jobs end with the worker; their connections must too.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    letter = decide(outcome=Outcome.GRANTED).letter
    waiting = ProcrastinateJob.objects.filter(task_name="grants.make_letter_pdf")
    assert list(waiting.values_list("queue_name", "args")) == [
        ("documents", {"letter_id": letter.pk})
    ]

    call_command("worker", one_shot=True)

    assert kept(letter) == GOOD
    assert not waiting.filter(status__in=["todo", "doing", "failed"]).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_jobs_at_once_one_pdf_is_kept(empty_queue, statutory_texts):
    letter = decide(outcome=Outcome.GRANTED).letter
    on_disk = files_on_disk()
    job = threading.Thread(target=make_pdf_and_hang_up, args=[letter.pk])

    with transaction.atomic():
        winner = StoredFile.keep(
            letter_pdf(letter),
            name="vedtak-2026-0001.pdf",
            content_type="application/pdf",
            by=Actor.system(),
            about=letter,
        )
        Letter.objects.filter(pk=letter.pk, pdf=None).update(pdf=winner)
        job.start()
        wait_for_a_lock()
    job.join(timeout=20)

    assert not job.is_alive()
    assert kept(letter) == GOOD
    assert letter.pdf == winner
    assert files_on_disk() - on_disk == {winner.path}


def make_pdf_and_hang_up(letter_id):
    try:
        make_letter_pdf(letter_id=letter_id)
    finally:
        connection.close()


def wait_for_a_lock():
    """Until some other connection to this database waits for one."""
    pause = threading.Event()
    for _attempt in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        pause.wait(0.05)
    pytest.fail("Nobody came to wait for the lock.")


def files_on_disk():
    root = Path(default_storage.location)
    return {
        path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()
    }


# --- what the law asks of every letter of a decision ----------------------------------

CHANGED = {
    "correction": {
        "kind": "correction",
        "what_changed": "Beløpet var regnet feil.",
        "outcome": Outcome.PARTLY,
        "amount": Decimal(15_000),
        "why_amount": "Leie av telt er dekket fra før.",
    },
    "reversal": {
        "kind": "reversal",
        "what_changed": "Prosjektet er blitt avlyst.",
        "outcome": Outcome.REFUSED,
        "amount": Decimal(0),
    },
}


def change(name, language):
    """The letter of a new decision instead of one that was made known."""
    decision = decide(language=language, outcome=Outcome.GRANTED)
    case, by = decision.application, Actor(decision.decided_by)
    fields = CHANGED[name] | REASONS
    case.propose_change(by=Actor(decision.prepared_by), now=DECIDED, **fields)
    wanted = {key: fields[key] for key in fields if key != "kind"}
    return case.redecide(by=by, now=DECIDED, **wanted).letter


OUTCOMES = ["upheld", "changed", "dismissed"]


def settle(result, language):
    """The case of an appeal on a refusal, settled by the appeal body."""
    decision = decide(language=language, outcome=Outcome.REFUSED, amount=Decimal(0))
    case, caseworker = decision.application, Actor(decision.prepared_by)
    appeal = factories.lodge(case, now=DECIDED)
    scheme = case.round.scheme
    factories.create_delegation(scheme=scheme, to_role=roles.APPEALS, to_title="leder")
    appeal.uphold(by=caseworker, now=DECIDED, statement="Vedtaket bør stå.")
    appeal.forward(by=caseworker, now=DECIDED)
    one, other = [
        factories.create_appeal_member(name=name) for name in ("Kim Klage", "Lin Leder")
    ]
    factories.declare_impartial(case, one, other)
    new = {"outcome": Outcome.GRANTED, "amount": Decimal(20_000), **REASONS}
    new["what_changed"] = "Festen er åpen for alle, og skulle vært støttet."
    appeal.propose_outcome(
        by=Actor(one),
        now=DECIDED,
        result=result,
        reasons="Klagenemnda har sett på saken.\nReglene er brukt slik de står.",
        decision=new if result == "changed" else None,
    )
    appeal.settle(by=Actor(other), now=DECIDED)
    return case


def check_golden(letter, name, language):
    path = GOLDEN / f"{name}.{language}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(readable(letter))
    golden = json.loads(path.read_text())
    assert {"title": letter.title, "sections": letter.parts} == golden


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHANGED)
def test_a_letter_of_a_new_decision_says_this(statutory_texts, name, language):
    letter = in_language(change(name, language), language)

    check_golden(letter, name, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", OUTCOMES)
def test_a_letter_of_what_became_of_an_appeal_says_this(
    statutory_texts, result, language
):
    case = settle(result, language)

    check_golden(outcome_letter(case), f"appeal_{result}", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_of_the_decision_after_an_appeal_says_this(statutory_texts, language):
    case = settle("changed", language)

    check_golden(in_language(last_letter(case), language), "appeal", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_of_reasons_that_were_asked_for_says_this(statutory_texts, language):
    decision = decide(language=language, outcome=Outcome.GRANTED, **NO_REASONS)
    asked = ReasonsRequest.ask(
        decision, by=Actor(decision.application.started_by), now=DECIDED, note=""
    )

    letter = asked.answer(
        by=Actor(decision.prepared_by),
        now=DECIDED,
        reasons_in_english="The party is open to all.\nIt fits the purpose well.",
        **REASONS,
    )

    check_golden(in_language(letter, language), "reasons", language)


def outcome_letter(case):
    return case.letters.get(kind=Letter.Kind.APPEAL_OUTCOME)


def last_letter(case):
    return case.decisions.announced().last().letter


# Reference 2.9 and forvaltningsloven § 27: what each letter must have, by name. The
# words are of the texts that are in force; «what they must hold» is tested above.
EVERYWHERE = {
    "the case, in the first sentence": lambda said, _: (
        "Sommerfest i Elveparken" in said[1] or "2026/0001" in said[1]
    ),
    "access to the documents": lambda said, texts: texts["access"] in said,
    "a contact point": lambda said, _: any("post@example.test" in x for x in said),
    "the responsible person": lambda said, _: any(
        name in text for text in said for name in ("Bo Beslutter", "Lin Leder")
    ),
    "the caseworker": lambda said, _: any(
        name in text for text in said for name in ("Sanna Saksbehandler", "Kim Klage")
    ),
    "reasons, or the offer of them": lambda said, texts: (
        {REASONS["considerations"], texts["reasons"]} & set(said)
        or "It fits the purpose well." in said
        or any("Reglene er brukt slik de står." in text for text in said)
    ),
}
OF_DECISIONS = {
    "the authority": lambda said, _: "Byrådet, sak 1/2020" in said,
    "its ceiling": lambda said, _: any("1\u00a0000\u00a0000" in x for x in said),
}
# What can be appealed says how, where, by when; and of delay, costs and guidance.
APPEALABLE = {
    "the right to appeal": lambda said, texts: texts["appeal"] in said,
    "the last day as a date": lambda said, _: (
        any("28. desember 2026" in x for x in said)
        or any("28 December 2026" in x for x in said)
    ),
    "the appeal body": lambda said, _: any("Klagenemnda" in x for x in said),
    "how to appeal": lambda said, texts: texts["how"] in said,
    "delayed effect": lambda said, texts: texts["delay"] in said,
    "costs": lambda said, texts: texts["costs"] in said,
    "guidance": lambda said, texts: texts["guidance"] in said,
}


def mandatory(name):
    """The parts that a letter of that golden name must have."""
    if name in ("appeal_upheld", "appeal_dismissed", "appeal_changed"):
        return EVERYWHERE
    if name == "appeal":
        return EVERYWHERE | OF_DECISIONS
    if name == "reasons":
        return EVERYWHERE | APPEALABLE
    return EVERYWHERE | OF_DECISIONS | APPEALABLE


def texts_in(language):
    """The headings and paragraphs of the statutory texts, by what they are about."""
    rows = LetterText.objects.filter(language=language)
    found = {row.kind: row.heading for row in rows}
    appeal = rows.get(kind=LetterText.Kind.APPEAL).text.splitlines()
    appeal = [line for line in appeal if line.strip()]
    return found | {
        "how": appeal[2],
        "delay": appeal[4],
        "costs": appeal[6],
        "guidance": appeal[7],
    }


ALL = [
    *LETTERS,
    *CHANGED,
    *[f"appeal_{result}" for result in OUTCOMES],
    "appeal",
    "reasons",
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_every_part_that_the_law_asks_for_is_there(statutory_texts, name, language):
    sections = json.loads((GOLDEN / f"{name}.{language}.json").read_text())["sections"]
    said = [text for section in sections for text in words_of(section)]
    texts = texts_in(language)

    lacking = [
        part for part, is_there in mandatory(name).items() if not is_there(said, texts)
    ]

    assert lacking == []


@pytest.mark.parametrize("name", ["refused", "appeal_upheld"])
def test_a_letter_without_a_part_would_be_found(statutory_texts, name):
    sections = json.loads((GOLDEN / f"{name}.nb.json").read_text())["sections"]
    texts = texts_in("nb")
    fixed = [s for s in sections if s["heading"] in (texts["appeal"], texts["access"])]

    for section in fixed:
        rest = [part for part in sections if part is not section]
        said = [text for part in rest for text in words_of(part)]
        assert not all(there(said, texts) for there in mandatory(name).values())
    assert fixed != []


RESULTS = {
    "granted": "Dere får 20\u00a0000\u00a0kr",
    "partly": "Dere får 12\u00a0500,50\u00a0kr",
    "refused": "Dere får ikke tilskudd",
    "refused_for_lack_of_money": "fordi pengene ikke rakk til alle",
    "dismissed": "er avvist",
    "correction": "Dere får 15\u00a0000\u00a0kr",
    "reversal": "Dere får ikke tilskudd",
    "appeal": "Dere får 20\u00a0000\u00a0kr",
    "appeal_upheld": "Vedtaket blir stående",
    "appeal_changed": "har endret vedtaket",
    "appeal_dismissed": "har avvist klagen",
}


@pytest.mark.parametrize(("name", "result"), RESULTS.items())
def test_the_first_sentence_says_the_result(name, result):
    sections = json.loads((GOLDEN / f"{name}.nb.json").read_text())["sections"]

    # A full stop that ends a sentence, not one of a number.
    first = re.split(r"(?<=[a-zæøå»])\.", sections[0]["paragraphs"][0])[0]

    assert result in first


def test_one_who_reads_english_finds_both_and_only_the_norwegian_decides(
    client, statutory_texts
):
    decision = decide(language="en", outcome=Outcome.GRANTED)
    letter, translation = decision.letter, decision.letter.translation
    client.force_login(decision.application.started_by)

    norwegian = client.get(letter.get_absolute_url()).content.decode()
    english = client.get(translation.get_absolute_url()).content.decode()

    assert f'href="{translation.get_absolute_url()}"' in norwegian
    assert f'href="{letter.get_absolute_url()}"' in english
    assert f'<p lang="nb">{REASONS["rules"]}</p>' in english
    assert (letter.language, translation.decision, translation.kind) == (
        "nb",
        None,
        Letter.Kind.TRANSLATION,
    )
    assert decision.application.letters.count() == 2
    jobs = ProcrastinateJob.objects.filter(task_name="grants.make_letter_pdf")
    assert {job.args["letter_id"] for job in jobs} == {letter.pk, translation.pk}


def test_one_who_reads_norwegian_gets_one_letter(statutory_texts):
    decision = decide(language="nn", outcome=Outcome.GRANTED)

    assert [row.language for row in decision.application.letters.all()] == ["nn"]
