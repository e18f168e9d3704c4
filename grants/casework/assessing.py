"""Who assesses a case, and the marks they give, on the case page."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from grants.casework.marks import (
    FreeAssessorForm,
    NameAssessorForm,
    PanelAdviceForm,
    ReopenAssessmentForm,
    assess_form,
)
from grants.casework.views import act, acting, given, opened_case
from omradesatsing.accounts import roles


def case_assess(request, year, seq):
    """Give marks: kept for later, or finished."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    done = "kladd" not in request.POST
    form = assess_form(case, request.user, given(request), done=done)

    def verb():
        comment = form.cleaned_data["comment"]
        case.assess(form.marks(), comment=comment, done=done, **acting(request))
        return "Vurderingen er ferdig." if done else "Vurderingen er lagret."

    return act(request, case, form, verb)


def case_name_assessor(request, year, seq):
    case = case_to_name_in(request, year, seq)
    form = NameAssessorForm(given(request), case=case)

    def verb():
        user = form.cleaned_data["user"]
        case.name_assessor(user, **acting(request))
        return f"{user} skal vurdere saken."

    return act(request, case, form, verb)


def case_free_assessor(request, year, seq):
    case = case_to_name_in(request, year, seq)
    form = FreeAssessorForm(given(request), case=case)

    def verb():
        user = form.cleaned_data["user"]
        reason = form.cleaned_data["reason"]
        case.free_assessor(user, reason=reason, **acting(request))
        return f"{user} skal ikke vurdere saken likevel."

    return act(request, case, form, verb)


def case_to_name_in(request, year, seq):
    case = opened_case(request, year, seq)
    day = timezone.localdate(request.arrived_at)
    if not case.has_assessors_named_by(request.user, day=day):
        raise PermissionDenied("Dette gjør en saksbehandler eller lederen.")
    return case


def case_reopen_assessment(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = ReopenAssessmentForm(given(request), case=case, user=request.user)

    def verb():
        assessor = form.cleaned_data["assessor"]
        reason = form.cleaned_data["reason"]
        case.reopen_assessment(assessor, reason=reason, **acting(request))
        return "Vurderingen er åpen igjen."

    return act(request, case, form, verb)


def case_advise_from_panel(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = PanelAdviceForm(given(request), case=case)

    def verb():
        case.advise_from_panel(**acting(request), **form.cleaned_data)
        return "Rådet er lagret."

    return act(request, case, form, verb)
