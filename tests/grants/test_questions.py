"""The two sizes of the form, and what a round asks on its own account."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grants.blank_form import blank_form, needed_count
from grants.copying import copy_from
from grants.drafting import Writing, attach
from grants.models import ApplicantKind, RequiredAttachment, Version
from grants.models.steps import Size
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from tests.factories import (
    create_applicant,
    create_draft,
    create_question,
    create_required_attachment,
    create_round,
    create_submitted,
    create_user,
    publish,
)

pytestmark = pytest.mark.django_db

LONG = ["soker", "prosjekt", "behov", "sted", "okonomi", "vedlegg"]
SHORT = ["soker", "prosjekt", "okonomi", "vedlegg"]


def url(draft, step):
    return reverse("grants:draft_step", args=[draft.key, step])


def opened(client, draft, step):
    """The step's page, and what its form would send back untouched."""
    form = client.get(url(draft, step)).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    return form, fields | {"_seen": form.seen(), "_form": form.size}


def create_small(client, *, amount=15_000, filled=False, **round_fields):
    round = create_round(short_form_ceiling=Decimal(20_000), **round_fields)
    draft = create_draft(round=round, filled=filled)
    draft.versions.update(amount=amount and Decimal(amount))
    client.force_login(draft.started_by)
    return draft


# --- two sizes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "size", "steps"),
    [
        ("20000", Size.SHORT, SHORT),
        ("20000.01", Size.LONG, LONG),
        (None, Size.LONG, LONG),
    ],
)
def test_the_amount_decides_the_form_at_the_very_krone(client, amount, size, steps):
    draft = create_small(client, amount=amount)

    version = draft.working_copy()

    assert (version.size, version.steps) == (size, steps)


def test_a_round_of_small_amounts_only_has_the_short_form_from_the_start(client):
    draft = create_small(client, amount=None, max_amount=Decimal(20_000))

    assert draft.working_copy().size == Size.SHORT


def test_the_amount_is_asked_on_the_drafts_first_page_and_leads_on(client):
    draft = create_small(client, amount=None)
    page = client.get(draft.get_absolute_url())

    wrong = client.post(
        reverse("grants:draft_amount", args=[draft.key]), {"amount": "mye"}
    )
    right = client.post(
        reverse("grants:draft_amount", args=[draft.key]), {"amount": "15 000"}
    )

    assert page.context["amount_form"] is not None
    assert 'value="mye"' in wrong.content.decode()
    assert right.url == url(draft, "soker")
    assert draft.working_copy().amount == Decimal(15_000)


def test_going_short_keeps_the_long_answers_and_they_come_back(client):
    draft = create_small(client, amount=30_000)
    draft.versions.update(need="Det trengs.")
    _form, fields = opened(client, draft, "okonomi")

    smaller = client.post(url(draft, "okonomi"), fields | {"amount": "15 000"})
    short = draft.working_copy()
    _form, fields = opened(client, draft, "okonomi")
    client.post(url(draft, "okonomi"), fields | {"amount": "30 000"})

    assert smaller.url == draft.get_absolute_url()
    assert (short.size, short.steps) == (Size.SHORT, SHORT)
    assert draft.working_copy().size == Size.LONG
    assert opened(client, draft, "behov")[1]["need"] == "Det trengs."


def test_a_page_opened_before_the_amount_changed_loses_nothing(client):
    draft = create_small(client, amount=30_000)
    draft.versions.update(starts_on=date(2027, 6, 1))
    _form, fields = opened(client, draft, "prosjekt")
    draft.versions.update(amount=Decimal(15_000))

    client.post(
        url(draft, "prosjekt"),
        fields | {"summary": "Kort", "description": "Vi bygger."},
    )

    version = draft.working_copy()
    assert (version.summary, version.description) == ("Kort", "Vi bygger.")
    assert version.starts_on == date(2027, 6, 1)


def test_what_the_short_form_does_not_ask_is_not_sent(client):
    draft = create_small(client, filled=True)
    by = Actor(draft.started_by)
    draft.versions.update(amount=Decimal(20_000))

    draft.submit(by=by, now=timezone.now(), declared=True)

    version = draft.versions.get()
    assert (version.need, version.permission, version.summary) == ("", "", "")
    assert (version.title, version.description) == (
        "Sommerfest",
        "Vi pynter, griller og leker.",
    )


def test_what_was_sent_long_stays_long_when_the_amount_goes_down(client):
    application = create_submitted(
        round=create_round(short_form_ceiling=Decimal(20_000)), amount=Decimal(30_000)
    )
    copy = application.versions.get().copied(by=Actor(application.started_by))
    Version.objects.filter(pk=copy.pk).update(amount=Decimal(10_000))
    copy.refresh_from_db()

    assert copy.size == Size.LONG
    assert copy.need == "Få kjenner naboen sin."


def test_a_closed_part_of_the_short_form_leads_back(client):
    draft = create_small(client)

    response = client.get(url(draft, "behov"))

    assert response.url == draft.get_absolute_url()


def create_organisation(user):
    return create_applicant(
        user=user, kind=ApplicantKind.ORGANISATION, orgnr="310000019"
    )


def test_the_short_form_has_ten_questions_to_answer_and_no_more(client):
    round = create_round(short_form_ceiling=Decimal(20_000))

    # Name of the project, who applies; contact, what, when, amount, and two for
    # the one line of the budget.
    assert needed_count(round, Size.SHORT) == 8


def test_a_small_amount_is_sent_with_eight_answers_in_few_pages(client):
    user = create_user(name="")
    round = create_round(short_form_ceiling=Decimal(20_000))
    draft = create_draft(
        user=user, round=round, applicant=create_organisation(user), filled=False
    )
    client.force_login(user)
    answers = {
        "contact_name": "Kari Eksempel",
        "description": "Vi pynter gata og griller.",
        "starts_on": "1.6.2027",
        "cost_0_text": "Mat og pynt",
    }
    # Round, start, log-in, code and the start again, before there is a draft.
    pages, asked = 5, {"title", "orgnr"}
    client.get(draft.get_absolute_url())
    response = client.post(
        reverse("grants:draft_amount", args=[draft.key]), {"amount": "15 000"}
    )
    pages, asked = pages + 1, asked | {"amount"}
    while response.url != reverse("grants:draft_review", args=[draft.key]):
        page = client.get(response.url)
        pages += 1
        form = page.context["form"]
        fields = {"_seen": page.context.get("seen", ""), "next": "1"}
        fields["_form"] = getattr(form, "size", "")
        for name in form.fields:
            field = form.fields[name]
            fields[name] = form[name].value() or ""
            row = name.startswith(("cost", "income", "own_work"))
            if name in answers:
                asked.add(name)
                fields[name] = answers[name]
            elif getattr(field, "needed", False) and not row:
                assert fields[name], name
        response = client.post(response.url, fields)
        assert response.status_code == 302, response.context["form"].errors
    review = client.get(response.url)
    sent = client.post(response.url, {"declared": "on"})
    client.get(sent.url)
    pages += 2

    assert review.context["missing"] == []
    assert asked == {"title", "orgnr", "amount", *answers}
    assert pages <= 15
    assert len(asked) <= 10
    draft.refresh_from_db()
    assert draft.state == "submitted"


@pytest.mark.parametrize(
    ("cost", "income", "is_open"),
    [
        (15_000, None, False),
        (15_500, None, True),  # someone must pay the rest
        (15_500, ("Loddsalg", "500"), True),
        (15_000, ("Loddsalg", "mye"), True),
    ],
)
def test_the_short_form_folds_other_money_away_while_there_is_none(
    client, cost, income, is_open
):
    round = create_round(short_form_ceiling=Decimal(20_000))
    draft = create_draft(round=round, amount=Decimal(15_000))
    client.force_login(draft.started_by)
    _form, fields = opened(client, draft, "okonomi")
    text, amount = income or ("", "")

    posted = client.post(
        url(draft, "okonomi"),
        fields
        | {"cost_0_text": "Mat", "cost_0_amount": str(cost)}
        | {"income_0_text": text, "income_0_amount": amount},
    )
    page = posted if posted.status_code == 200 else client.get(url(draft, "okonomi"))

    context = page.context
    assert (context["folds"], context["is_open"]) == (True, is_open)
    assert ('class="fold" open' in page.content.decode()) is is_open


def test_the_long_form_folds_nothing_away(client):
    draft = create_draft(amount=Decimal(15_000))
    client.force_login(draft.started_by)

    page = client.get(url(draft, "okonomi"))

    assert page.context["folds"] is False
    assert 'class="fold"' not in page.content.decode()


# --- state aid, special categories ----------------------------------------------------


def test_organisations_are_asked_of_other_support_and_others_are_not(client):
    user = create_user()
    own = create_draft(user=user, applicant=create_organisation(user))
    own.versions.update(economic_activity="")
    group = create_draft()

    assert own.working_copy().steps == [*LONG[:5], "stotte", "vedlegg"]
    assert group.working_copy().steps == LONG
    assert own.working_copy().missing() == [
        ("stotte", "economic_activity", "Svar på om dere selger varer eller tjenester.")
    ]


def test_who_sells_says_what_and_who_does_not_need_not(client):
    user = create_user()
    draft = create_draft(user=user, applicant=create_organisation(user))

    draft.versions.update(economic_activity="partly")
    partly = draft.working_copy().missing()
    draft.versions.update(economic_activity="no")

    assert partly == [
        ("stotte", "economic_reason", "Skriv hva dere selger, og til hvem.")
    ]
    assert draft.working_copy().missing() == []


@pytest.mark.parametrize(
    ("said", "marked"), [(True, True), (False, False), (None, False)]
)
def test_the_case_is_marked_when_the_applicant_says_so(said, marked):
    draft = create_draft()
    draft.versions.update(special_categories=said)

    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)

    draft.refresh_from_db()
    assert draft.special_categories is marked


def test_an_answer_to_a_special_question_marks_the_case():
    round = create_round(published=False)
    question = create_question(round=round, special_category=True, needed=False)
    draft = create_draft(round=publish(round))
    draft.working_copy().answers.create(question=question, value="Allergi")

    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)

    draft.refresh_from_db()
    assert draft.special_categories is True


# --- questions of every kind ----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "shown"),
    [
        ("text", "Kort svar", "Kort svar", "Kort svar"),
        ("long_text", "To\r\nlinjer", "To\nlinjer", "To\nlinjer"),
        ("number", "1 200", "1200.00", "1\u00a0200"),
        ("money", "1.234,50", "1234.50", "1\u00a0234,50\u00a0kr"),
        ("date", "1. juni 2027", "2027-06-01", "01.06.2027"),
        ("yes_no", "yes", "yes", "Ja"),
        ("choice", "Blått", "Blått", "Blått"),
    ],
)
def test_each_kind_is_asked_stored_and_shown(client, kind, typed, stored, shown):
    round = create_round(published=False)
    question = create_question(round=round, kind=kind)
    draft = create_draft(round=publish(round))
    client.force_login(draft.started_by)
    before = draft.working_copy().missing()
    _form, fields = opened(client, draft, "sporsmal")

    response = client.post(
        url(draft, "sporsmal"), fields | {question.field_name: typed}
    )

    answer = draft.working_copy().answers.get()
    review = client.get(reverse("grants:draft_review", args=[draft.key]))
    [section] = [s for s in review.context["sections"] if s["step"] == "sporsmal"]
    assert before == [("sporsmal", question.field_name, f"Svar på «{question.text}»")]
    assert response.status_code == 302
    assert answer.value == stored
    assert section["facts"][0]["text"] == shown
    assert draft.working_copy().missing() == []


def test_a_word_limit_is_shown_and_kept_beside_the_characters(client):
    round = create_round(published=False)
    both = create_question(round=round, kind="long_text", max_words=3)
    alone = create_question(round=round, kind="text", max_words=2)
    draft = create_draft(round=publish(round))
    client.force_login(draft.started_by)
    _form, fields = opened(client, draft, "sporsmal")
    before = client.get(url(draft, "sporsmal")).content.decode()

    response = client.post(
        url(draft, "sporsmal"),
        fields
        | {both.field_name: "Ett  to\r\ntre", alone.field_name: "Ett to  tre fire"},
    )

    assert f'id="id_{both.field_name}_limit"' in before
    assert "Høyst 3 ord og 2000 tegn" in before
    assert ">Høyst 2 ord<" in before
    assert response.context["form"].errors == {
        alone.field_name: ["Teksten kan ha høyst 2 ord. Den har 4."]
    }
    assert draft.working_copy().given_answers() == {both.pk: "Ett  to\ntre"}
    public = client.get(reverse("grants:round_form", args=[draft.round.slug]))
    assert "Høyst 3 ord og 2000 tegn" in public.content.decode()


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", "x" * 201),
        ("number", "mange"),
        ("number", "1,5"),
        ("money", "1e9"),
        ("date", "31.2.2027"),
        ("yes_no", "kanskje"),
        ("choice", "Grønt"),
    ],
)
def test_what_cannot_be_read_stays_on_the_page_and_keeps_the_old(client, kind, typed):
    round = create_round(published=False)
    question = create_question(round=round, kind=kind)
    draft = create_draft(round=publish(round))
    client.force_login(draft.started_by)
    old = {"number": "40.00", "money": "40.00", "date": "2027-06-01"}.get(kind, "yes")
    draft.working_copy().answers.create(question=question, value=old)
    _form, fields = opened(client, draft, "sporsmal")

    response = client.post(
        url(draft, "sporsmal"), fields | {question.field_name: typed}
    )

    form = response.context["form"]
    assert list(form.errors) == [question.field_name]
    assert form[question.field_name].value() == typed
    assert draft.working_copy().answers.get().value == old


def test_two_tabs_with_the_same_question_ask_which_text_to_keep(client):
    round = create_round(published=False)
    question = create_question(round=round)
    draft = create_draft(round=publish(round))
    client.force_login(draft.started_by)
    _form, first = opened(client, draft, "sporsmal")
    _form, second = opened(client, draft, "sporsmal")
    client.post(url(draft, "sporsmal"), second | {question.field_name: "To"})

    response = client.post(url(draft, "sporsmal"), first | {question.field_name: "Én"})

    [clash] = response.context["clashes"]
    assert (clash["stored"], clash["typed"]) == ("To", "Én")
    assert draft.working_copy().answers.get().value == "To"


def create_conditional():
    round = create_round(published=False)
    parent = create_question(round=round, kind="yes_no", text="Skal dere bygge?")
    child = create_question(round=round, text="Hva?", only_after=parent, only_when="ja")
    return publish(round), parent, child


@pytest.mark.parametrize(
    ("answer", "missing"), [("yes", ["Svar på «Hva?»"]), ("no", [])]
)
def test_a_question_is_needed_only_when_its_condition_holds(answer, missing):
    round, parent, _child = create_conditional()
    draft = create_draft(round=round)
    draft.working_copy().answers.create(question=parent, value=answer)

    assert [text for _s, _f, text in draft.working_copy().missing()] == missing


def test_an_answer_whose_condition_fell_away_is_kept_but_not_sent(client):
    round, parent, child = create_conditional()
    draft = create_draft(round=round)
    client.force_login(draft.started_by)
    version = draft.working_copy()
    version.answers.create(question=parent, value="yes")
    version.answers.create(question=child, value="En benk")
    form, fields = opened(client, draft, "sporsmal")

    client.post(url(draft, "sporsmal"), fields | {parent.field_name: "no"})
    kept = dict(version.answers.values_list("question", "value"))
    review = client.get(reverse("grants:draft_review", args=[draft.key]))
    draft.submit(by=Actor(draft.started_by), now=timezone.now(), declared=True)

    assert form.fields[child.field_name].only_text == (
        "Bare hvis du svarte «ja» på «Skal dere bygge?»."
    )
    assert kept == {parent.pk: "no", child.pk: "En benk"}
    assert "En benk" not in review.content.decode()
    assert dict(version.answers.values_list("question", "value")) == {parent.pk: "no"}


def test_a_question_of_the_long_form_is_not_in_the_short_one(client):
    round = create_round(published=False, short_form_ceiling=Decimal(20_000))
    create_question(round=round, long_form_only=True)
    draft = create_draft(round=publish(round), filled=False)

    draft.versions.update(amount=Decimal(10_000))
    short = draft.working_copy().steps
    draft.versions.update(amount=Decimal(30_000))

    assert short == SHORT
    assert "sporsmal" in draft.working_copy().steps


def test_a_required_file_is_missing_from_its_amount_and_up():
    round = create_round(published=False)
    required = create_required_attachment(round=round, from_amount=20_000)
    draft = create_draft(round=publish(round), amount=Decimal("19999.99"))
    below = draft.working_copy().missing()
    draft.versions.update(amount=Decimal(20_000))
    draft.working_copy().budget_lines.update(amount=Decimal(20_000))

    at = draft.working_copy().missing()

    assert below == []
    assert at == [("vedlegg", required.field_name, "Legg ved «Tegning»")]


def test_a_file_question_is_answered_by_an_attachment(png):
    round = create_round(published=False)
    question = create_question(round=round, kind="file", text="En skisse")
    draft = create_draft(round=publish(round))
    by = Actor(draft.started_by)
    before = draft.working_copy().missing()

    attach(Writing.of_draft(draft), png, question=question, by=by)

    assert before == [("vedlegg", question.field_name, "Legg ved «En skisse»")]
    assert draft.working_copy().missing() == []


@pytest.fixture
def png():
    data = io.BytesIO()
    Image.new("RGB", (4, 4)).save(data, "PNG")
    return SimpleUploadedFile("skisse.png", data.getvalue(), content_type="image/png")


def test_answers_follow_into_a_copy_and_are_dropped_with_it():
    round = create_round(published=False)
    question = create_question(round=round)
    draft = create_draft(round=publish(round))
    draft.working_copy().answers.create(question=question, value="Svar")
    by = Actor(draft.started_by)
    draft.submit(by=by, now=timezone.now(), declared=True)

    copy = draft.versions.get().copied(by=by)
    copied = copy.answers.get().value
    copy.discard()

    assert copied == "Svar"
    assert draft.versions.get().answers.get().value == "Svar"


# --- set-up ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parent", "child", "fault"),
    [
        ({"kind": "yes_no"}, {"only_when": "kanskje"}, "kan ikke besvares med"),
        ({"kind": "text"}, {"only_when": "ja"}, "bare henge på et spørsmål med ja"),
        ({"kind": "yes_no", "position": 99}, {"only_when": "ja"}, "må komme etter"),
        (
            {"kind": "yes_no", "long_form_only": True},
            {"only_when": "ja"},
            "står bare i det lange",
        ),
    ],
)
def test_a_round_with_a_condition_that_cannot_hold_is_not_ready(parent, child, fault):
    round = create_round(published=False)
    first = create_question(round=round, **({"position": 1} | parent))
    create_question(round=round, position=2, only_after=first, **child)

    [missing] = round.missing()

    assert fault in missing


def test_the_form_can_be_read_before_logging_in_in_both_sizes(client):
    round = create_round(
        published=False, short_form_ceiling=Decimal(20_000), max_amount=Decimal(60_000)
    )
    create_question(round=round, text="Hvem passer hagen?", long_form_only=True)
    create_required_attachment(round=round)
    publish(round)

    page = client.get(reverse("grants:round_form", args=[round.slug]))

    forms = dict(page.context["forms"])
    assert list(forms) == [Size.SHORT, Size.LONG]
    assert [s["step"] for s in forms[Size.SHORT]] == [*SHORT[:3], "stotte", "vedlegg"]
    assert page.content.decode().count("Hvem passer hagen?") == 1
    assert page.content.decode().count("Tegning") == 1


def test_every_field_says_why_it_is_asked():
    round = create_round(published=False, short_form_ceiling=Decimal(20_000))
    create_question(round=round)

    silent = [
        field.name
        for size in Size
        for section in blank_form(round, size)
        for field in section["fields"]
        if not getattr(field.field, "why", "")
    ]

    assert silent == []


# --- an earlier text ------------------------------------------------------------------


def create_earlier_and_new():
    """A case of last year and an empty draft; some of their questions are alike."""
    user = create_user()
    applicant = create_applicant(user=user)
    old_round, new_round = create_round(published=False), create_round(published=False)
    for round in (old_round, new_round):
        create_question(round=round, text="Likt?", needed=False)
        kind = "text" if round == old_round else "long_text"
        create_question(round=round, text="Annet slag?", kind=kind, needed=False)
        room = None if round == old_round else 1
        create_question(round=round, text="Ett ord?", max_words=room, needed=False)
    old = create_draft(user=user, round=publish(old_round), applicant=applicant)
    for question in old_round.questions.all():
        old.working_copy().answers.create(question=question, value="Som før")
    old.submit(by=Actor(user), now=timezone.now(), declared=True)
    new = create_draft(
        user=user, round=publish(new_round), applicant=applicant, filled=False
    )
    return old, new


def test_an_earlier_text_fills_what_is_empty_and_no_dates_amounts_or_files(client):
    old, new = create_earlier_and_new()
    new.versions.update(title="Ny fest", need="Skrevet nå")
    client.force_login(new.started_by)

    client.post(
        reverse("grants:draft_copy", args=[new.key]), {"fra": old.pk}, follow=True
    )

    version = new.working_copy()
    new.refresh_from_db()
    assert new.copied_from == old
    assert (version.title, version.need) == ("Ny fest", "Skrevet nå")
    assert version.description == "Vi pynter, griller og leker."
    assert (version.amount, version.starts_on, version.permission) == (None, None, "")
    assert list(version.budget_lines.values_list("text", "amount")) == [
        ("Mat og pynt", Decimal(20_000))
    ]
    assert list(version.answers.values_list("question__text", "value")) == [
        ("Likt?", "Som før")
    ]
    page = client.get(new.get_absolute_url())
    assert "Hva vil dere gjøre?" in page.context["unchanged"]
    assert "Hvorfor trengs det her?" not in page.context["unchanged"]


def test_a_strangers_application_is_not_there_to_copy(client):
    _old, new = create_earlier_and_new()
    other = create_submitted()
    client.force_login(new.started_by)

    response = client.post(
        reverse("grants:draft_copy", args=[new.key]), {"fra": other.pk}
    )

    assert response.status_code == 404
    assert new.working_copy().description == ""


def test_nothing_is_copied_into_what_is_sent():
    old, new = create_earlier_and_new()

    with pytest.raises(Refused):
        copy_from(new, old, by=Actor(old.started_by))


def test_a_round_cannot_ask_a_small_application_for_files():
    round = create_round(published=False)
    asked = {"round": round, "label": "Tegning", "why": "Noe bygges.", "position": 1}

    with pytest.raises(ValidationError, match="15 000 kr eller mindre"):
        RequiredAttachment(**asked, from_amount=Decimal(15_000)).full_clean()

    RequiredAttachment(**asked, from_amount=Decimal(15_001)).full_clean()
