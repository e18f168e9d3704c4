"""The administrator's set-up: a round until it is published, and money in pots."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from areas.models import Appropriation, Funder
from grants.models import (
    AidCeiling,
    Award,
    ChecklistItem,
    Criterion,
    EligibilityQuestion,
    LegalTerm,
    LetterText,
    Pot,
    PotRow,
    Question,
    RequiredAttachment,
    Round,
    Scheme,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.journal.models import JournalEntry
from omradesatsing.roles import sync_roles
from tests.factories import (
    create_area,
    create_decided,
    create_delegation,
    create_draft,
    create_round,
    create_scheme,
    create_submitted,
    create_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    sync_roles()
    user = create_user(role=roles.ADMINISTRATOR)
    client.force_login(user)
    return user


def url(row, part="change/"):
    return f"/admin/grants/{row._meta.model_name}/{row.pk}/{part}"


def messages_in(response):
    return [str(message) for message in response.context["messages"]]


def no_rows(*names):
    return {
        f"{name}-{part}": "0"
        for name in names
        for part in ("TOTAL_FORMS", "INITIAL_FORMS")
    }


def round_data(**changed):
    return {
        "scheme": "",
        "title": "Våren",
        "slug": "varen",
        "summary": "Penger til prosjekter.",
        "opens_at_0": "1.3.2026",
        "opens_at_1": "09:00",
        "last_day": "31.3.2026",
        "last_minute": "23.59",
        "purpose": "Møteplasser.",
        "who_may_apply": "Alle.",
        "applicant_kinds": ["organisation", "group"],
        "not_supported": "",
        "process": "Vi vurderer.",
        "min_amount": "",
        "max_amount": "50 000",
        "short_form_ceiling": "",
        "own_share_percent": "0",
        "payment_mode": "before",
        "report_rule": "Fortell.",
        "answer_days": "21",
        "report_due_days": "60",
        "expected_answer_on": "1. juni 2026",
        "contact_name": "Oss",
        "contact_email": "oss@example.test",
        "contact_phone": "",
        **no_rows(
            "criteria",
            "eligibility_questions",
            "questions",
            "required_attachments",
            "checklist",
            "pots",
        ),
        **changed,
    }


def add_round(client, **changed):
    scheme = create_scheme()
    data = round_data(scheme=scheme.pk, **changed)
    return client.post("/admin/grants/round/add/", data)


@pytest.mark.parametrize(
    ("day", "minute", "closes_at"),
    [
        ("31.3.2026", "23.59", datetime(2026, 3, 31, 22, 0, tzinfo=UTC)),
        ("31.3.2026", "", datetime(2026, 3, 31, 22, 0, tzinfo=UTC)),
        ("15. mars 2026", "12:00", datetime(2026, 3, 15, 11, 1, tzinfo=UTC)),
        ("", "23.59", None),
    ],
)
def test_a_closing_is_typed_as_the_last_minute_that_counts(
    client, administrator, day, minute, closes_at
):
    add_round(client, last_day=day, last_minute=minute)

    assert Round.objects.get().closes_at == closes_at


def test_a_closing_is_shown_as_it_was_typed(client, administrator):
    add_round(client)

    form = client.get(url(Round.objects.get())).context["adminform"].form

    assert (str(form["last_day"].value()), str(form["last_minute"].value())) == (
        "31.03.2026",
        "23:59:00",
    )
    assert 'value="01.03.2026"' in str(form["opens_at"])


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"last_day": "1.2.2026"}, ["last_day"]),
        ({"last_minute": "kveld"}, ["last_minute"]),
        ({"max_amount": "-5"}, ["max_amount"]),
        ({"applicant_kinds": []}, ["applicant_kinds"]),
        ({"slug": "tildelinger"}, ["slug"]),
    ],
)
def test_a_round_that_makes_no_sense_is_not_stored(
    client, administrator, changed, errors
):
    response = add_round(client, **changed)

    assert list(response.context["adminform"].form.errors) == errors
    assert Round.objects.count() == 0


def test_a_round_is_not_published_while_something_is_missing(client, administrator):
    round = create_round(published=False, contact_email="", balance=None)

    page = client.get(url(round))
    response = client.post(url(round, "publiser/"), follow=True)

    missing = ["Ingen ramme har fått penger.", "Kontakt mangler."]
    assert page.context["missing"] == missing
    assert "publiser/" not in page.content.decode()
    assert messages_in(response) == [" ".join(missing)]
    assert Round.objects.get().published_at is None


def test_a_complete_round_is_published_by_a_button(client, administrator):
    round = create_round(published=False)

    response = client.post(url(round, "publiser/"), follow=True)

    assert messages_in(response) == ["Utlysningen er publisert."]
    assert Round.objects.get().published_at is not None
    assert JournalEntry.objects.about(round).get().verb == "round_published"


def test_publishing_warns_when_nobody_may_award_the_largest_amount(
    client, administrator
):
    scheme = create_scheme()
    create_delegation(scheme=scheme, ceiling=Decimal(20_000))
    create_delegation(scheme=scheme, ceiling=Decimal(90_000), valid_to=date(2020, 1, 1))
    round = create_round(scheme=scheme, published=False, max_amount=Decimal(30_000))

    before = client.get(url(round)).content.decode()
    done = client.post(url(round, "publiser/"), follow=True)
    create_delegation(scheme=scheme, ceiling=Decimal(30_000))

    warning = (
        "Ingen kan avgjøre søknader om så mye som 30\xa0000\xa0kr, som er det høyeste "
        "beløpet her. Legg inn en delegering som rekker så langt."
    )
    assert warning in before
    assert messages_in(done) == [warning, "Utlysningen er publisert."]
    assert round.warnings() == []


def test_a_published_round_shows_what_the_scheme_said_when_it_was_published(
    client, administrator
):
    scheme = create_scheme(not_supported="Lønn.", legal_basis="Bystyresak 1/20")
    round = create_round(scheme=scheme, published=False)
    round.publish(by=Actor(administrator), now=timezone.now())
    scheme_url = f"/admin/grants/scheme/{scheme.pk}/change/"

    page = client.get(scheme_url)
    Scheme.objects.update(not_supported="Alt mulig.")
    shown = client.get(round.get_absolute_url()).content.decode()

    assert Round.objects.get().not_supported == "Lønn."
    assert "Lønn." in shown
    assert "Alt mulig." not in shown
    form = page.context["adminform"].form
    assert "legal_basis" not in form.fields
    assert "not_supported" in form.fields
    assert "Hjemmelen kan ikke endres: " in page.content.decode()


def test_the_basis_of_a_scheme_without_a_published_round_is_set(client, administrator):
    scheme = create_scheme(legal_basis="Bystyresak 1/20")

    page = client.get(f"/admin/grants/scheme/{scheme.pk}/change/")

    assert "legal_basis" in page.context["adminform"].form.fields
    assert "Hjemmelen kan ikke endres" not in page.content.decode()


def test_a_published_round_is_read_only_but_for_answer_date_and_contact(
    client, administrator
):
    round = create_round(title="Våren")

    response = client.get(url(round))

    assert list(response.context["adminform"].form.fields) == [
        "expected_answer_on",
        "contact_name",
        "contact_email",
        "contact_phone",
        "contact_hours",
    ]
    assert [
        (inline.opts.model, inline.has_add_permission, inline.has_change_permission)
        for inline in response.context["inline_admin_formsets"]
    ] == [
        (Criterion, False, False),
        (EligibilityQuestion, False, False),
        (Question, False, False),
        (RequiredAttachment, False, False),
        (ChecklistItem, False, False),
        (Pot, False, False),
    ]
    client.post(url(round), round_data(title="Høsten", contact_name="Nye"))
    round.refresh_from_db()
    assert (round.title, round.contact_name) == ("Våren", "Nye")


def test_a_page_opened_before_publishing_is_refused_without_a_crash(
    client, administrator, monkeypatch
):
    round = create_round(published=False)
    monkeypatch.setattr("grants.admin.is_public", lambda round: False)
    monkeypatch.setattr("grants.admin.FrozenWithRound.is_frozen", lambda *args: False)
    Round.objects.update(published_at=timezone.now())

    response = client.post(
        url(round), round_data(scheme=round.scheme_id, title="Endret"), follow=True
    )

    assert messages_in(response) == [
        "Utlysningen er publisert og låst. Endringen ble ikke lagret."
    ]
    round.refresh_from_db()
    assert round.title != "Endret"


def extend(client, round, day, reason="Snøstorm."):
    data = {"last_day": day, "last_minute": "23.59", "reason": reason}
    return client.post(url(round, "forleng/"), data, follow=True)


def test_the_closing_of_a_published_round_can_only_be_later(client, administrator):
    closes_at = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    round = create_round(opens_at=datetime(2026, 3, 1, tzinfo=UTC), closes_at=closes_at)

    earlier = extend(client, round, "30.3.2026", reason="Vi angrer.")
    later = extend(client, round, "2.4.2026")

    assert earlier.context["form"].non_field_errors() == [
        "Fristen kan bare bli senere enn den er."
    ]
    assert "Vi angrer.</textarea>" in earlier.content.decode()
    assert messages_in(later) == ["Fristen er nå 2. april 2026 kl. 23.59."]
    round.refresh_from_db()
    assert (round.closes_at, round.closing_moved_reason) == (
        closes_at + timedelta(days=2),
        "Snøstorm.",
    )


def test_the_usual_questions_are_filled_in_once(client, administrator):
    area = create_area(name="Loddefjord")
    round = create_round(published=False, areas=[area], applicant_kinds=["group"])
    round.eligibility_questions.all().delete()

    first = client.post(url(round, "standardsporsmal/"), follow=True)
    second = client.post(url(round, "standardsporsmal/"), follow=True)

    questions = list(round.eligibility_questions.all())
    assert [question.text for question in questions] == [
        "Hvor skal prosjektet skje?",
        "Hvem skal stå som søker?",
        "Hva skal pengene brukes til?",
        "Er prosjektet i gang, eller er det vanlig drift?",
        "Mangler dere rapport for et tilskudd dere har fått før?",
    ]
    assert [
        [(answer.text, answer.verdict) for answer in question.answers.all()]
        for question in questions[:2]
    ] == [
        [("Loddefjord", "yes"), ("Et annet sted", "no")],
        [
            ("Et lag, en forening eller en annen organisasjon", "no"),
            ("En gruppe uten organisasjonsnummer", "yes"),
            ("Én privatperson", "no"),
        ],
    ]
    assert messages_in(first) == [
        "Spørsmålene er lagt inn. Les dem, og endre det som ikke passer."
    ]
    assert messages_in(second) == [
        "Utlysningen har alt spørsmål. Endre dem, eller slett dem først."
    ]


def test_the_questions_of_a_published_round_are_read_only(client, administrator):
    question = create_round().eligibility_questions.get()

    page = client.get(url(question))
    response = client.post(url(question), {"text": "Endret?"})

    assert page.context["has_change_permission"] is False
    assert response.status_code == 403


def test_money_is_put_into_a_pot_and_moved_to_another(client, administrator):
    round = create_round(balance=Decimal(10_000))
    pot, other = round.pots.get(), Pot.objects.create(round=round, name="Andre")
    funder = Funder.objects.create(
        slug="kommunen", name="Kommunen", kind="municipality"
    )
    granted = Appropriation.objects.create(
        year=2026, funder=funder, amount=9, kind="granted", purpose="Tiltak"
    )
    Appropriation.objects.create(
        year=2026, funder=funder, amount=9, kind="proposed", purpose="Ønske"
    )

    choices = client.get(url(pot, "penger/")).context["form"].fields["appropriation"]
    allocated = client.post(
        url(pot, "penger/"),
        {"amount": "5.000", "appropriation": granted.pk},
        follow=True,
    )
    moved = client.post(
        url(pot, "flytt/"),
        {"amount": "4 000", "to": other.pk, "reason": "Flere søkere der."},
        follow=True,
    )

    assert list(choices.queryset) == [granted]
    assert messages_in(allocated) == ["Rammen har nå 15\u00a0000\u00a0kr."]
    assert messages_in(moved) == [
        "Pengene er flyttet. Rammen har nå 11\u00a0000\u00a0kr."
    ]
    assert [pot.rows.last().amount, other.rows.get().amount] == [-4_000, 4_000]


@pytest.mark.parametrize("role", [roles.ADMINISTRATOR, roles.DECIDER])
def test_what_went_in_and_out_of_a_pot_is_read_by_who_sees_it(client, role):
    sync_roles()
    case = create_decided(amount=Decimal(20_000))
    pot = case.round.pots.get()
    client.force_login(create_user(role=role))

    rows = client.get(url(pot)).context["inline_admin_formsets"][-1]

    assert (rows.opts.model, rows.has_add_permission, rows.has_change_permission) == (
        PotRow,
        False,
        False,
    )
    assert [form.instance.amount for form in rows.formset.forms] == [100_000, -20_000]


def test_more_than_what_is_left_is_not_moved(client, administrator):
    round = create_round(balance=Decimal(1_000))
    pot, other = round.pots.get(), Pot.objects.create(round=round, name="Andre")

    response = client.post(
        url(pot, "flytt/"), {"amount": "1 001", "to": other.pk, "reason": "Grunn."}
    )

    assert response.context["form"].non_field_errors() == [
        "Det er ikke nok igjen i rammen."
    ]
    assert 'value="1 001"' in response.content.decode()
    assert other.rows.count() == 0


def test_a_new_pot_leads_on_to_its_areas(client, administrator):
    round = create_round(published=False)
    data = {"round": round.pk, "name": "Andre", "year": ""}

    response = client.post("/admin/grants/pot/add/", data)

    assert response["Location"] == url(Pot.objects.get(name="Andre"))


def with_areas(pot, *areas):
    rows = {f"pot_areas-{row}-area": area.pk for row, area in enumerate(areas)}
    return rows | {
        "name": pot.name,
        "year": "",
        "pot_areas-TOTAL_FORMS": len(areas),
        "pot_areas-INITIAL_FORMS": 0,
        **{f"pot_areas-{row}-pot": pot.pk for row in range(len(areas))},
        **no_rows("rows"),
    }


def test_an_area_is_in_one_pot_of_a_round(client, administrator):
    round = create_round(published=False)
    taken, free = round.pots.get().areas.get(), create_area()
    pot = Pot.objects.create(round=round, name="Andre")

    elsewhere = client.post(url(pot), with_areas(pot, taken))
    twice = client.post(url(pot), with_areas(pot, free, free))
    client.post(url(pot), with_areas(pot, free))

    def formset(response):
        return response.context["inline_admin_formsets"][0].formset

    assert formset(elsewhere).errors == [
        {"area": ["Området er alt med i en annen ramme i utlysningen."]}
    ]
    assert formset(twice).non_form_errors() == ["Samme område står to ganger."]
    assert list(pot.areas.all()) == [free]


def test_a_letter_text_with_an_unknown_bracket_is_refused(client, administrator):
    create_round()
    text = LetterText.objects.first()
    LetterText.objects.filter(pk=text.pk).update(valid_from=date(2099, 1, 1))

    response = client.post(
        url(text),
        {
            "kind": text.kind,
            "language": text.language,
            "heading": text.heading,
            "text": "Klag innen {frist}.",
            "source": text.source,
            "valid_from": "1.1.2099",
            "valid_to": "",
        },
    )

    assert list(response.context["adminform"].form.errors) == ["text"]


def test_a_rule_in_force_can_only_be_ended(client, administrator):
    create_round()
    rows = [LetterText.objects.first(), LegalTerm.objects.first()]

    fields = [
        list(client.get(url(row)).context["adminform"].form.fields) for row in rows
    ]

    assert fields == [["valid_to"], ["valid_to"]]


def test_a_delegation_that_was_used_can_only_be_ended(client, administrator):
    unused = create_round().scheme.delegations.get()
    used = create_decided().decision.delegation

    fields = [
        list(client.get(url(row)).context["adminform"].form.fields)
        for row in (unused, used)
    ]

    assert len(fields[0]) == 10
    assert fields[1] == ["valid_to"]


def test_authority_is_given_to_staff_only(client, administrator):
    create_user(email="soker@example.test")
    scheme = create_scheme()

    form = client.get("/admin/grants/delegation/add/").context["adminform"].form

    assert scheme in form.fields["scheme"].queryset
    assert list(form.fields["to_user"].queryset) == [administrator]


def test_a_round_starts_its_checklist_from_the_usual_points(client, administrator):
    round = create_round(published=False)

    first = client.post(url(round, "standardsjekkliste/"), follow=True)
    second = client.post(url(round, "standardsjekkliste/"), follow=True)

    assert list(round.checklist.values_list("step", flat=True)) == [
        "soker",
        "sted",
        "prosjekt",
        "okonomi",
        "vedlegg",
        "",
    ]
    assert messages_in(first) == [
        "Sjekklisten er lagt inn. Les den, og endre det som ikke passer."
    ]
    assert messages_in(second) == [
        "Utlysningen har alt en sjekkliste. Endre den, eller slett den."
    ]


def test_a_published_round_keeps_its_checklist(client, administrator):
    round = create_round()

    response = client.post(url(round, "standardsjekkliste/"), follow=True)

    assert messages_in(response) == ["Utlysningen er publisert og låst."]
    assert not round.checklist.exists()


def test_the_ceiling_of_aid_is_set_up_here_and_ended_by_a_date(client, administrator):
    AidCeiling.objects.all().delete()
    rule = {
        "amount": "300 000",
        "source": "Forordning (EU) 2023/2831 artikkel 3",
        "valid_from": "1.1.2024",
        "valid_to": "",
    }

    client.post("/admin/grants/aidceiling/add/", rule)
    kept = AidCeiling.objects.get()
    client.post(url(kept), rule | {"amount": "1", "valid_to": "31.12.2030"})

    kept.refresh_from_db()
    assert (kept.amount, kept.valid_to) == (300_000, date(2030, 12, 31))


@pytest.mark.parametrize("role", [roles.CASEWORKER, roles.DECIDER, roles.READER])
@pytest.mark.parametrize(
    "part", ["publiser/", "forleng/", "standardsporsmal/", "standardsjekkliste/"]
)
def test_those_who_only_read_rounds_do_not_run_them(client, role, part):
    sync_roles()
    round = create_round(published=False)
    client.force_login(create_user(role=role))

    assert client.get(url(round)).status_code == 200
    assert client.post(url(round, part)).status_code == 403


def test_money_in_pots_is_the_administrators(client):
    sync_roles()
    pot = create_round().pots.get()
    client.force_login(create_user(role=roles.CASEWORKER))

    found = [client.post(url(pot, part)).status_code for part in ("penger/", "flytt/")]

    assert found == [403, 403]


@pytest.mark.parametrize("model", ["scheme", "round", "pot", "delegation", "award"])
def test_nothing_of_a_case_or_its_money_is_deleted(client, model):
    client.force_login(User.objects.create_superuser("sjef@example.test"))
    case = create_decided()
    row = {
        "scheme": case.round.scheme,
        "round": case.round,
        "pot": case.round.pots.get(),
        "delegation": case.decision.delegation,
        "award": Award.objects.get(),
    }[model]

    assert client.get(url(row, "delete/")).status_code == 403


@pytest.mark.parametrize("model", ["application", "version", "decision", "mark"])
def test_cases_have_no_admin_of_their_own(client, model):
    client.force_login(User.objects.create_superuser("sjef@example.test"))

    assert client.get(f"/admin/grants/{model}/").status_code == 404


def test_applicants_are_looked_up_only_when_they_have_sent_something(client):
    admin = User.objects.create_superuser("sjef@example.test")
    client.force_login(admin)
    round = create_round()
    sent = create_submitted(round=round).applicant
    drafting = create_draft(round=round).applicant
    hidden = create_submitted(round=round)
    hidden.declare(by=Actor(admin), conflict=True, ground="party", now=timezone.now())

    listed = client.get("/admin/grants/applicant/").context["cl"].queryset

    assert list(listed) == [sent]
    assert client.get(url(drafting), follow=True).redirect_chain == [("/admin/", 302)]


def test_a_change_is_journalled_by_field_name_and_without_values(client, administrator):
    round = create_round()

    client.post(url(round), round_data(contact_name="Nye"))

    entry = JournalEntry.objects.about(round).get()
    assert (entry.verb, entry.actor, "contact_name" in entry.facts["fields"]) == (
        "change",
        administrator,
        True,
    )
    assert "Nye" not in str(entry.facts)


# --- the round's own questions --------------------------------------------------------


def test_questions_are_written_on_the_round_with_one_answer_on_each_line(
    client, administrator
):
    round = create_round(published=False)
    rows = {
        "questions-TOTAL_FORMS": 1,
        "questions-0-position": 1,
        "questions-0-text": "Hvilken farge?",
        "questions-0-kind": "choice",
        "questions-0-choices": "Rødt\r\n\r\nBlått\r\nRødt",
        "questions-0-why": "Vi vil vite det.",
        "questions-0-round": round.pk,
    }

    client.post(url(round), round_data(scheme=round.scheme_id) | rows)

    question = round.questions.get()
    assert (question.text, question.choices) == ("Hvilken farge?", ["Rødt", "Blått"])


def test_the_form_can_be_tried_out_before_it_is_published(client, administrator):
    round = create_round(published=False, short_form_ceiling=20_000)
    round.questions.create(text="Passer det for alle?", kind="yes_no", why="Fordi.")

    page = client.get(url(round, "skjema/"))

    assert [form["size"] for form in page.context["forms"]] == ["short", "long"]
    assert page.content.decode().count("Passer det for alle?") >= 2
