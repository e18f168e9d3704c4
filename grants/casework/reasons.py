"""Reasons that the applicant has asked for after the decision."""

from django.http import Http404

from grants.casework.after_forms import AskReasonsForm, GiveReasonsForm
from grants.casework.views import act, acting, given, opened_case
from grants.models import ReasonsRequest
from omradesatsing.accounts import roles


def case_ask_reasons(request, year, seq):
    """Enter a request that came by letter, e-mail or telephone."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = AskReasonsForm(given(request), case=case)

    def verb():
        ReasonsRequest.ask(case.decision, **acting(request), **form.cleaned_data)
        return "Kravet er ført inn. Klagefristen står stille til begrunnelsen er sendt."

    return act(request, case, form, verb)


def case_give_reasons(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    asked = ReasonsRequest.objects.filter(decision=case.decision).first()
    if asked is None:
        raise Http404
    form = GiveReasonsForm(given(request), case=case)

    def verb():
        asked.answer(**acting(request), **form.cleaned_data)
        return "Begrunnelsen er sendt. Klagefristen begynner på nytt."

    return act(request, case, form, verb)
