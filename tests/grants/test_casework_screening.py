"""Screening on the case page, and the applicant's word on what others say."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grants.casework.page import case_url
from grants.deadlines import added
from grants.models import (
    Award,
    ChecklistItem,
    HeldFact,
    LegalTerm,
    StateAidNote,
)
from omradesatsing.accounts.actors import Actor
from omradesatsing.ui.templatetags.ui import date_no
from tests.factories import (
    assess,
    create_decided,
    create_in_review,
    create_round,
    publish,
)
from tests.grants.test_screening import (
    acting,
    create_organisation_case,
    hold_fact,
    soon,
)

pytestmark = pytest.mark.django_db


def test_a_fact_is_held_sent_and_commented_on(client):
    case = create_in_review()
    assess(case)
    client.force_login(case.caseworker)
    today = timezone.localdate()
    typed = {
        "source": "Naboen",
        "seen_on": f"{today:%d.%m.%Y}",
        "text": "Festen var lukket.",
    }

    client.post(case_url(case, "case_hold_fact"), typed)
    page = client.get(case.get_case_url())
    client.post(case_url(case, "case_send_facts"), {"due_on": f"{soon():%d.%m.%Y}"})
    client.force_login(case.started_by)
    fact = HeldFact.objects.get()
    address = reverse("grants:fact_comment", args=[case.year, case.sequence, fact.pk])
    own = client.get(case.get_absolute_url())
    client.post(address, {"text": "Den var åpen."})

    assert page.context["step"].heading == "Send opplysningene til søkeren"
    assert address in own.content.decode()
    fact.refresh_from_db()
    assert (fact.source, fact.text, fact.due_on, fact.comment) == (
        "Naboen",
        "Festen var lukket.",
        soon(),
        "Den var åpen.",
    )


def test_another_applicant_finds_no_fact(client):
    case, other = create_in_review(), create_in_review()
    fact = hold_fact(case)
    case.send_facts(**acting(case), due_on=soon())
    client.force_login(other.started_by)

    response = client.get(
        reverse("grants:fact_comment", args=[case.year, case.sequence, fact.pk])
    )

    assert response.status_code == 404


def test_a_fact_that_is_not_sent_is_not_shown_to_the_applicant(client):
    case = create_in_review()
    fact = hold_fact(case)
    client.force_login(case.started_by)

    response = client.get(
        reverse("grants:fact_comment", args=[case.year, case.sequence, fact.pk])
    )

    assert response.status_code == 404


def test_state_aid_is_noted_on_the_page(client):
    case = create_organisation_case()
    client.force_login(case.caseworker)

    before = client.get(case.get_case_url()).context["step"].heading
    client.post(
        case_url(case, "case_note_state_aid"),
        {"activity": "no", "reason": "De selger ingenting."},
    )
    after = client.get(case.get_case_url()).context["step"].heading

    assert (before, after) == ("Vurder statsstøtte", "Skriv innstilling")
    note = StateAidNote.objects.get()
    assert (note.activity, note.reason) == ("no", "De selger ingenting.")


def test_a_fault_in_the_checklist_fills_in_the_request(client):
    round = create_round(published=False)
    item = ChecklistItem.objects.create(
        round=round, text="Budsjettet går opp", help="Rett summene.", step="okonomi"
    )
    publish(round)
    case = create_in_review(round=round)
    client.force_login(case.caseworker)

    client.post(
        case_url(case, "case_check_form"),
        {f"result_{item.pk}": "fault", f"note_{item.pk}": "Summen er for høy."},
    )
    form = client.get(case.get_case_url()).context["actions"]["request_info"].form

    assert (form.initial["text"], form.initial["steps"]) == (
        "Summen er for høy. Rett summene.",
        ["okonomi"],
    )


def asked_and_gone_on(case, *, days):
    """Something was asked for, and the case went on so many days after the deadline."""
    case.request_info(
        **acting(case), text="Send budsjettet.", due_on=soon(), steps=["money"]
    )
    deadline = timezone.make_aware(datetime.combine(soon(), time(12)))
    case.cancel_request(by=Actor(case.caseworker), now=deadline + timedelta(days=days))


def test_a_fault_that_is_not_mended_in_time_offers_a_dismissal(client):
    case = create_in_review()
    asked_and_gone_on(case, days=1)
    client.force_login(case.caseworker)

    page = client.get(case.get_case_url()).context

    form = page["actions"]["recommend"].form
    assert page["step"].button == "Innstill på avvisning"
    assert form["outcome"].value() == "dismissed"
    assert f"Send budsjettet. Fristen var {date_no(soon())}." in form["facts"].value()
    assess(case)
    again = client.get(case.get_case_url()).context
    assert again["step"].button == "Skriv innstilling"


def test_one_that_was_not_needed_after_all_offers_none(client):
    case = create_in_review()
    asked_and_gone_on(case, days=-2)
    client.force_login(case.caseworker)

    page = client.get(case.get_case_url()).context

    assert page["step"].button == "Vurder kriteriene"
    assert page["actions"]["recommend"].form["outcome"].value() is None


def test_what_the_organisation_has_got_from_us_is_summed_for_state_aid(client):
    case = create_organisation_case()
    given, old, no = [
        create_decided(
            user=case.started_by, applicant=case.applicant, round=create_round()
        )
        for _each in range(3)
    ]
    three_years_ago = added(timezone.localdate(), -36, LegalTerm.Unit.MONTHS)
    Award.objects.filter(application=old).update(
        offered_at=timezone.make_aware(datetime.combine(three_years_ago, time(12)))
    )
    no.award.decline(by=Actor(no.started_by), now=timezone.now())
    client.force_login(case.caseworker)

    page = client.get(case.get_case_url())

    form = page.context["actions"]["note_state_aid"].form
    assert form["own_awards"].value() == "20\u00a0000"
    assert form.fields["own_awards"].help_text == (
        f"Vi kjenner til disse: {given.number}: 20\u00a0000\u00a0kr."
    )
