"""Two tabs, two members: what each wrote is kept, nothing overwritten unasked."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from omradesatsing.accounts.middleware import sign_owner
from tests.factories import (
    create_closed_round,
    create_draft,
    create_draft_of,
    create_member,
    create_submitted,
)

pytestmark = pytest.mark.django_db


def url(draft, step):
    return reverse("grants:draft_step", args=[draft.key, step])


@pytest.fixture
def draft(client):
    draft = create_draft(filled=False, title="Hagen")
    client.force_login(draft.started_by)
    return draft


def opened(client, draft, step):
    """The step as a browser has it: every field's name and what stands in it."""
    context = client.get(url(draft, step)).context
    form = context["form"]
    shown = {
        bound.html_name: str(bound.value() if bound.value() is not None else "")
        for bound in form
    }
    return shown | {"_owner": context["owner"], "_seen": context["seen"]}


def still(response):
    """What stands in the form that came back, as the browser sends it again."""
    form = response.context["form"]
    return {bound.html_name: bound.value() or "" for bound in form} | {
        "_seen": response.context["seen"]
    }


def asked(response):
    return [
        (clash["label"], clash["stored"], clash["typed"])
        for clash in response.context["clashes"]
    ]


def other_member(draft):
    member = create_member(applicant=draft.applicant).user
    browser = Client()
    browser.force_login(member)
    return browser, member


def budget(draft):
    lines = draft.working_copy().budget_lines.order_by("kind", "position")
    return list(lines.values_list("kind", "text", "amount"))


# --- 8: two tabs ----------------------------------------------------------------------


def test_scenario_08_the_older_tab_is_asked_with_both_texts(client, draft):
    first, second = opened(client, draft, "behov"), opened(client, draft, "behov")
    client.post(url(draft, "behov"), second | {"need": "Fra fane to"})

    response = client.post(
        url(draft, "behov"), first | {"need": "Fra fane én", "participants": "Parken"}
    )

    version = draft.working_copy()
    assert response.status_code == 200
    assert asked(response) == [
        ("Hvorfor trengs det her?", "Fra fane to", "Fra fane én")
    ]
    assert response.context["form"]["need"].value() == "Fra fane én"
    assert (version.need, version.participants) == ("Fra fane to", "Parken")


@pytest.mark.parametrize(
    ("choice", "typed", "kept"),
    [
        ("mine", "Fra fane én", "Fra fane én"),
        ("stored", "Fra fane én", "Fra fane to"),
        ("mine", "Begge deler", "Begge deler"),
        # The field was corrected, and the choice is of a text that is no longer there.
        ("stored", "Rettet etterpå", "Rettet etterpå"),
    ],
)
def test_scenario_08_one_chooses_and_loses_neither(client, draft, choice, typed, kept):
    first, second = opened(client, draft, "behov"), opened(client, draft, "behov")
    client.post(url(draft, "behov"), second | {"need": "Fra fane to"})
    response = client.post(url(draft, "behov"), first | {"need": "Fra fane én"})
    [clash] = response.context["clashes"]
    values = {"mine": "mine", "stored": f"stored:{clash['mark']}"}

    again = client.post(
        url(draft, "behov"),
        still(response) | {"need": typed, "_keep_need": values[choice]},
    )

    assert again.status_code == 302
    assert draft.working_copy().need == kept


def test_scenario_08_a_third_text_meanwhile_is_asked_about_anew(client, draft):
    first, second = opened(client, draft, "behov"), opened(client, draft, "behov")
    client.post(url(draft, "behov"), second | {"need": "To"})
    response = client.post(url(draft, "behov"), first | {"need": "Én"})
    draft.versions.update(need="Tre")

    again = client.post(url(draft, "behov"), still(response) | {"_keep_need": "mine"})

    assert asked(again) == [("Hvorfor trengs det her?", "Tre", "Én")]
    assert draft.working_copy().need == "Tre"


def test_scenario_08_two_tabs_of_a_budget_are_asked_table_by_table(client, draft):
    first, second = opened(client, draft, "okonomi"), opened(client, draft, "okonomi")
    client.post(
        url(draft, "okonomi"),
        second
        | {
            "cost_0_text": "Jord",
            "cost_0_amount": "300",
            "cost_1_text": "Frø",
            "cost_1_amount": "50",
        },
    )

    response = client.post(
        url(draft, "okonomi"),
        first
        | {
            "cost_0_text": "Planter",
            "cost_0_amount": "100",
            "income_0_text": "Loddsalg",
            "income_0_amount": "75",
        },
    )
    [clash] = response.context["clashes"]
    stored = budget(draft)
    chosen = client.post(
        url(draft, "okonomi"),
        still(response) | {"_keep_cost": f"stored:{clash['mark']}"},
    )

    assert asked(response) == [
        ("Hva koster det?", "Jord: 300 kr\nFrø: 50 kr", "Planter: 100 kr")
    ]
    assert stored == [
        ("cost", "Jord", Decimal("300.00")),
        ("cost", "Frø", Decimal("50.00")),
        ("income", "Loddsalg", Decimal("75.00")),
    ]
    assert chosen.status_code == 302
    assert budget(draft) == stored


def test_dates_that_only_disagree_together_are_asked_about_together(client, draft):
    draft.versions.update(starts_on=date(2027, 6, 1), ends_on=date(2027, 6, 9))
    first, second = opened(client, draft, "sted"), opened(client, draft, "sted")
    client.post(url(draft, "sted"), second | {"starts_on": "8.6.2027"})

    response = client.post(url(draft, "sted"), first | {"ends_on": "5.6.2027"})

    version = draft.working_copy()
    assert asked(response) == [
        (
            "Når begynner dere? / Når er dere ferdige?",
            "08.06.2027 – 09.06.2027",
            "01.06.2027 – 05.06.2027",
        )
    ]
    assert (version.starts_on, version.ends_on) == (date(2027, 6, 8), date(2027, 6, 9))


def test_what_cannot_be_read_is_asked_about_as_it_was_written(client, draft):
    first, second = opened(client, draft, "behov"), opened(client, draft, "behov")
    client.post(url(draft, "behov"), second | {"participant_count": "40"})

    response = client.post(url(draft, "behov"), first | {"participant_count": "mange"})

    assert asked(response) == [("Omtrent hvor mange blir med?", "40", "mange")]
    assert list(response.context["form"].errors) == ["participant_count"]
    assert draft.working_copy().participant_count == 40


# --- 9: two members -------------------------------------------------------------------


def test_scenario_09_two_members_on_different_fields_are_both_kept(client, draft):
    other, member = other_member(draft)
    mine, theirs = opened(client, draft, "behov"), opened(other, draft, "behov")

    responses = [
        other.post(url(draft, "behov"), theirs | {"need": "Deres"}),
        client.post(url(draft, "behov"), mine | {"participants": "Parken"}),
    ]

    version = draft.working_copy()
    assert [response.status_code for response in responses] == [302, 302]
    assert (version.need, version.participants) == ("Deres", "Parken")
    assert version.edited_by == draft.started_by != member


def test_scenario_09_the_second_on_the_same_field_is_asked(client, draft):
    other, _member = other_member(draft)
    mine, theirs = opened(client, draft, "sted"), opened(other, draft, "sted")
    client.post(url(draft, "sted"), mine | {"permission": "have"})

    response = other.post(
        url(draft, "sted"), theirs | {"permission": "asked", "place": "Torget"}
    )

    version = draft.working_copy()
    assert asked(response) == [
        (
            "Trenger dere lov fra den som eier stedet?",
            "Ja, vi har fått lov",
            "Vi har spurt og venter på svar",
        )
    ]
    assert (version.permission, version.place) == ("have", "Torget")


def test_scenario_09_a_form_that_comes_back_shows_what_the_other_stored(client, draft):
    other, _member = other_member(draft)
    draft.versions.update(place="Før")
    mine, theirs = opened(client, draft, "sted"), opened(other, draft, "sted")
    other.post(url(draft, "sted"), theirs | {"place": "Deres", "permission": ""})

    response = client.post(url(draft, "sted"), mine | {"starts_on": "snart"})
    again = client.post(url(draft, "sted"), still(response) | {"starts_on": "1.6.2027"})

    assert response.context["form"]["place"].value() == "Deres"
    assert again.status_code == 302
    assert draft.working_copy().place == "Deres"


def test_scenario_09_two_members_on_two_tables_are_both_kept(client, draft):
    other, _member = other_member(draft)
    mine, theirs = opened(client, draft, "okonomi"), opened(other, draft, "okonomi")
    other.post(
        url(draft, "okonomi"),
        theirs
        | {"cost_0_text": "Jord", "cost_0_amount": "300"}
        | {"cost_1_text": "Frø", "cost_1_amount": "5"}
        | {"cost_2_text": "Benk", "cost_2_amount": "9"}
        | {"cost_3_text": "Spade", "cost_3_amount": "2"},
    )

    response = client.post(
        url(draft, "okonomi"),
        mine | {"own_work_0_text": "Dugnad", "own_work_0_amount": "80", "amount": "x"},
    )

    assert asked(response) == []
    assert still(response)["cost_3_text"] == "Spade"
    assert budget(draft) == [
        ("cost", "Jord", Decimal("300.00")),
        ("cost", "Frø", Decimal("5.00")),
        ("cost", "Benk", Decimal("9.00")),
        ("cost", "Spade", Decimal("2.00")),
        ("own_work", "Dugnad", Decimal("80.00")),
    ]


def test_a_row_that_cannot_be_read_is_not_taken_for_its_neighbour(client, draft):
    copy = draft.working_copy()
    for position, (text, amount) in enumerate([("Jord", 300), ("Frø", 50)]):
        copy.budget_lines.create(
            kind="cost", text=text, amount=amount, position=position
        )
    fields = opened(client, draft, "okonomi")

    client.post(
        url(draft, "okonomi"),
        fields
        | {"cost_0_text": "", "cost_0_amount": ""}
        | {"cost_1_text": "Jord", "cost_1_amount": "300x"}
        | {"cost_2_text": "Frø", "cost_2_amount": "50"}
        | {"cost_3_text": "Ny", "cost_3_amount": ""},
    )

    assert budget(draft) == [
        ("cost", "Jord", Decimal("300.00")),
        ("cost", "Frø", Decimal("50.00")),
    ]


@pytest.mark.parametrize(
    "seen", ["", "need", "need:", ":", "a:b:c", "need:\0", "[[[[", "need:" + "x" * 9999]
)
def test_a_hostile_mark_stops_nothing(client, draft, seen):
    fields = opened(client, draft, "behov") | {"_seen": seen, "participants": "Parken"}

    response = client.post(url(draft, "behov"), fields)

    assert response.status_code == 302
    assert draft.working_copy().participants == "Parken"


# --- 4: a round that staff close ------------------------------------------------------


def test_scenario_04_what_is_written_while_the_round_closes_is_saved(client):
    draft = create_draft_of(create_closed_round())
    client.force_login(draft.started_by)
    fields = opened(client, draft, "behov") | {"need": "Skrevet da den lukket"}

    saved = client.post(url(draft, "behov"), fields)
    sent = client.post(
        reverse("grants:draft_review", args=[draft.key]), {"declared": "on"}
    )
    page = client.get(url(draft, "behov"))

    draft.refresh_from_db()
    assert saved.status_code == 302
    assert (sent.status_code, draft.is_draft) == (200, True)
    assert page.context["form"]["need"].value() == "Skrevet da den lukket"


# --- saved by the page's script -------------------------------------------------------

BY_SCRIPT = {"X-Autosave": "1"}


def autosave(client, draft, step, fields):
    return client.post(url(draft, step), fields, headers=BY_SCRIPT)


def test_a_script_saves_with_the_same_verb_and_goes_nowhere(client, draft):
    fields = opened(client, draft, "behov") | {
        "need": "Mye å si",
        "participant_count": "mange",
    }

    response = autosave(client, draft, "behov", fields)
    said = response.json()

    version = draft.working_copy()
    assert response.status_code == 200
    assert said == {
        "text": said["text"],
        "seen": client.get(url(draft, "behov")).context["seen"],
        "unsaved": ["participant_count"],
        "errors": {"participant_count": "Skriv antallet med tall, for eksempel 40."},
        "clashes": [],
        "put": {},
    }
    assert said["text"].startswith("Lagret kl. ")
    assert (version.need, version.participant_count) == ("Mye å si", None)


def test_a_script_is_told_of_a_clash_and_given_what_another_stored(client, draft):
    other, _member = other_member(draft)
    mine, theirs = opened(client, draft, "behov"), opened(other, draft, "behov")
    autosave(other, draft, "behov", theirs | {"need": "Deres", "participants": "Alle"})

    said = autosave(client, draft, "behov", mine | {"need": "Mitt"}).json()
    [clash] = said["clashes"]
    chosen = autosave(
        client,
        draft,
        "behov",
        mine | {"need": "Mitt", "_keep_need": f"stored:{clash['mark']}"},
    ).json()

    assert clash == {
        "part": "need",
        "label": "Hvorfor trengs det her?",
        "label_lang": "nb",
        "stored": "Deres",
        "typed": "Mitt",
        "mark": clash["mark"],
        "fields": ["need"],
    }
    assert (said["put"], said["unsaved"]) == (
        {"participants": {"participants": "Alle"}},
        ["need"],
    )
    assert chosen["clashes"] == []
    assert chosen["put"] == {
        "participants": {"participants": "Alle"},
        "need": {"need": "Deres"},
    }
    assert draft.working_copy().need == "Deres"


def test_scenario_11_a_script_does_not_store_one_persons_text_as_anothers(
    client, draft
):
    fields = opened(client, draft, "behov") | {"need": "Mitt"}
    other, _member = other_member(draft)

    response = autosave(other, draft, "behov", fields)

    assert response.status_code == 409
    assert response.json() == {
        "reason": "refused",
        "text": "En annen er logget inn i denne nettleseren nå.",
    }
    assert draft.working_copy().need == ""


def test_a_script_is_told_when_the_application_takes_no_more(client):
    application = create_submitted()
    client.force_login(application.started_by)
    owner = sign_owner(application.started_by)

    response = autosave(
        client, application, "behov", {"_owner": owner, "need": "For sent"}
    )

    assert (response.status_code, response.json()["reason"]) == (409, "refused")
    assert application.versions.count() == 1
