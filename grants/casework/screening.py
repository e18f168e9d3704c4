"""Screening on the case page: the checklist, facts from others, and state aid."""

from django.utils import timezone

from grants.casework.page import screening_form
from grants.casework.screening_forms import (
    DropFactForm,
    HoldFactForm,
    ReplyForNowForm,
    SendFactsForm,
    StateAidForm,
)
from grants.casework.views import act, acting, given, opened_case
from omradesatsing.accounts import roles


def case_check_form(request, year, seq):
    """Tick off the round's checklist."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = screening_form(case, given(request))

    def verb():
        case.check_form(form.findings(), **acting(request))
        return "Sjekklisten er lagret."

    return act(request, case, form, verb)


def case_reply_for_now(request, year, seq):
    """Tell the applicant that the answer takes time."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    today = timezone.localdate(request.arrived_at)
    form = ReplyForNowForm(given(request), case=case, today=today)

    def verb():
        case.reply_for_now(**acting(request), **form.cleaned_data)
        return "Søkeren har fått et foreløpig svar."

    return act(request, case, form, verb)


def case_hold_fact(request, year, seq):
    """Note what a register or somebody else says."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = HoldFactForm(given(request), case=case)

    def verb():
        case.hold_fact(**acting(request), **form.cleaned_data)
        return "Opplysningen er lagret. Søkeren har ikke fått den ennå."

    return act(request, case, form, verb)


def case_send_facts(request, year, seq):
    """Send the facts to the applicant, with a deadline to comment."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    today = timezone.localdate(request.arrived_at)
    form = SendFactsForm(given(request), case=case, today=today)

    def verb():
        case.send_facts(**acting(request), **form.cleaned_data)
        return "Opplysningene er sendt til søkeren."

    return act(request, case, form, verb)


def case_drop_fact(request, year, seq):
    """Say that a fact is not used."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = DropFactForm(given(request), case=case)

    def verb():
        case.drop_fact(**acting(request), **form.cleaned_data)
        return "Opplysningen er lagt bort."

    return act(request, case, form, verb)


def case_note_state_aid(request, year, seq):
    """Record whether a grant would be state aid."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    today = timezone.localdate(request.arrived_at)
    form = StateAidForm(given(request), case=case, today=today)

    def verb():
        case.note_state_aid(**acting(request), **form.cleaned_data)
        return "Vurderingen av statsstøtte er lagret."

    return act(request, case, form, verb)
