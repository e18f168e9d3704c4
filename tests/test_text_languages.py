"""Pages in nynorsk and English say which of their texts are in another language."""

from datetime import timedelta

import html5lib
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from areas.models import (
    Agreement,
    Appropriation,
    Area,
    Body,
    Division,
    Document,
    Link,
    PoliticalCase,
    Theme,
)
from coordinators.models import Coordinator, Event, Project
from grants.deadlines import next_working_day
from grants.models import (
    Criterion,
    EligibilityAnswer,
    EligibilityQuestion,
    Letter,
    Question,
    RequiredAttachment,
    Round,
    Scheme,
)
from omradesatsing.accounts.actors import Actor
from omradesatsing.loading.programme import load_programme
from omradesatsing.notices.models import Notice
from tests.factories import (
    create_applicant,
    create_coordinator,
    create_decided,
    create_draft,
    create_event,
    create_in_review,
    create_question,
    create_required_attachment,
    create_round,
    create_user,
    publish,
)

pytestmark = pytest.mark.django_db

# What staff write in bokmål and others read. Names of places and bodies are names.
WRITTEN = {
    Agreement: ["title", "description"],
    Appropriation: ["purpose"],
    Area: ["summary", "goals", "afterwards"],
    Body: ["role"],
    Coordinator: ["title"],
    Criterion: ["name", "guidance"],
    Division: ["name"],
    Document: ["title", "summary", "transcript", "audio_description"],
    EligibilityAnswer: ["text", "reason"],
    EligibilityQuestion: ["text", "help"],
    Event: ["title", "accessibility"],
    Letter: ["title"],
    Link: ["title", "description"],
    Notice: ["subject"],
    PoliticalCase: ["title", "summary"],
    Project: ["title", "goal", "result", "stopped_because"],
    Question: ["text", "help", "why"],
    RequiredAttachment: ["label", "why"],
    Round: [
        "title",
        "summary",
        "purpose",
        "who_may_apply",
        "not_supported",
        "process",
        "report_rule",
        "closing_moved_reason",
    ],
    Scheme: ["name", "legal_basis", "not_supported"],
    Theme: ["name"],
}
# And what applicants write, in a language that nobody knows.
OWN = ["Grillfest", "Griller og leker.", "Få kjenner naboen.", "Pølser og brød"]
ASKED = "Hvem rydder etterpå?"

PUBLIC = [
    "/",
    "/omrader/",
    "/omrader/loddefjord/",
    "/omrader/indre-laksevag/",
    "/soner/",
    "/soner/loddefjord/",
    "/prosjekter/",
    "/prosjekter/lyshuset/",
    "/koordinatorer/",
    "/kontakt/",
    "/dokumentasjon/",
    "/dokumentasjon/det-muliges-kunst/",
    "/om/",
    "/sok/?q=lyshuset",
    "/sok/?q=blomster",
    "/tilskudd/",
    "/tilskudd/blomster/",
    "/tilskudd/blomster/skjema/",
    "/tilskudd/blomster/kan-vi-soke/",
    "/tilskudd/blomster/kan-vi-soke/?q=0",
    "/tilskudd/blomster/sok/",
    "/tilskudd/ide/",
    "/tilskudd/tildelinger/",
]


@pytest.fixture
def round(db):
    """The real facts, with a coordinator, an event, and a round that asks for much."""
    load_programme(timezone.now() - timedelta(hours=1))
    area = Area.objects.get(slug="loddefjord")
    create_coordinator(areas=[area])
    create_event(
        title="Møte om blomsterbedene",
        areas=[area],
        starts_at=timezone.now() + timedelta(days=3),
        accessibility="Trinnfritt fra parkeringen.",
    )
    round = create_round(
        slug="blomster",
        title="Penger til blomster",
        areas=[area],
        published=False,
        not_supported="Gravemaskiner.",
    )
    first = create_question(
        round=round, kind="choice", text="Hvilken farge?", help="Velg den peneste."
    )
    create_question(
        round=round,
        kind="long_text",
        text="Hvorfor blått?",
        only_after=first,
        only_when="Blått",
    )
    create_question(round=round, kind="file", text="Bilde av bedet")
    create_required_attachment(round=round, from_amount=16_000)
    publish(round)
    create_decided(round=create_round(title="Penger til fest", areas=[area]))
    Notice.objects.update(sent_at=timezone.now())  # else the award is not public
    return round


@pytest.mark.parametrize("code", ["nn", "en"])
def test_texts_of_the_database_are_said_to_be_in_bokmaal(client, round, code):
    pages = {path: client.get(f"/{code}{path}") for path in PUBLIC}

    staff, seen = written(), {path: texts_on(page) for path, page in pages.items()}
    wrong = {path: unmarked(texts, staff) for path, texts in seen.items()}
    assert {path: texts for path, texts in wrong.items() if texts} == {}
    assert [path for path, texts in seen.items() if not found(texts, staff)] == []


@pytest.mark.parametrize("code", ["nn", "en"])
def test_own_pages_tell_the_words_of_the_applicant_from_those_of_staff(
    client, round, code
):
    user = create_user()
    client.force_login(user)
    with translation.override(code):
        paths = own_pages(round, user)

    seen = {path: texts_on(client.get(path)) for path in paths}

    staff = written() | {ASKED}
    wrong = {path: unmarked(texts, staff) for path, texts in seen.items()}
    letter = paths[-1]  # in one language, whatever it quotes
    for path in paths:
        wrong[path] += unmarked(seen[path], OWN, "nb" if path == letter else "")
    assert {path: texts for path, texts in wrong.items() if texts} == {}
    known = staff | set(OWN)
    assert [path for path, texts in seen.items() if not found(texts, known)] == []


def test_a_page_in_bokmaal_says_it_once(client, round):
    pages = [client.get(path).content.decode() for path in PUBLIC]

    said = [
        [
            (element.tag, element.get("lang"))
            for element in html5lib.parse(page, namespaceHTMLElements=False).iter()
            if element.get("lang") is not None
        ]
        for page in pages
    ]
    links = [("a", code) for code, _name in settings.LANGUAGES]
    assert said == [[("html", "nb"), *links]] * len(PUBLIC)


def own_pages(round, user):
    """The addresses of a draft, of a case that is asked about, and of one decided."""
    applicant = create_applicant(user=user)
    words = {"user": user, "applicant": applicant, "title": "Grillfest"}
    draft = describe(create_draft(round=round, **words))
    words["round"] = Round.objects.get(title="Penger til fest")
    asked = create_in_review(**words)
    asked.request_info(
        text=ASKED,
        steps=[],
        by=Actor(asked.caseworker),
        now=timezone.now(),
        due_on=next_working_day(timezone.localdate() + timedelta(days=9)),
    )
    decided = create_decided(**words)
    letter = decided.decision.letter
    case, other = (asked.year, asked.sequence), (decided.year, decided.sequence)
    steps = [step.value for step in draft.working_copy().steps]
    return [
        reverse("pages:my_page"),
        reverse("pages:notice_list"),
        reverse("grants:round_follow", args=[round.slug]),
        reverse("grants:round_ask", args=[round.slug]),
        reverse("grants:draft_detail", args=[draft.key]),
        reverse("grants:draft_review", args=[draft.key]),
        reverse("grants:draft_delete", args=[draft.key]),
        *[reverse("grants:draft_step", args=[draft.key, step]) for step in steps],
        reverse("grants:application_detail", args=case),
        reverse("grants:answer_request", args=case),
        reverse("grants:version_detail", args=[*case, 1]),
        reverse("grants:application_receipt", args=case),
        reverse("grants:application_detail", args=other),
        reverse("grants:letter_detail", args=[*other, letter.pk]),
    ]


def describe(draft):
    version = draft.working_copy()
    version.summary, version.need = "Griller og leker.", "Få kjenner naboen."
    version.save()
    version.budget_lines.update(text="Pølser og brød")
    return draft


# --- reading a page -------------------------------------------------------------------


def texts_on(response):
    """(text, language) of each text of a page's body, in order."""
    assert response.status_code == 200
    page = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
    return list(texts_in(page.find("body"), page.get("lang")))


def texts_in(element, lang):
    own = element.get("lang", lang)
    if isinstance(element.tag, str) and element.tag not in {"script", "textarea"}:
        yield from with_language(element.text, own)
        for child in element:
            yield from texts_in(child, own)
            yield from with_language(child.tail, own)


def with_language(text, lang):
    text = " ".join((text or "").split())
    if text:
        yield text, lang


def written():
    """All of it, but for a report that has the portal's own name for a title."""
    texts = {
        " ".join(text.split())
        for model, fields in WRITTEN.items()
        for row in model.objects.values_list(*fields)
        for text in row
        if text
    }
    return texts - {settings.PORTAL_NAME}


def found(texts, known):
    """Those texts that are known, or the beginning of one that is long."""
    known = {text.casefold() for text in known}
    beginnings = tuple(text[:40] for text in known if len(text) > 40)
    return [
        (text, lang)
        for text, lang in texts
        if text.casefold() in known
        or (beginnings and text.casefold().startswith(beginnings))
    ]


def unmarked(texts, known, code="nb"):
    return [(text, lang) for text, lang in found(texts, known) if lang != code]
