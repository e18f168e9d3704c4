"""What a body decided: entered by one, confirmed by another on the decision page."""

from functools import partial

from django.core.exceptions import PermissionDenied

from grants.casework.forms import BodyDecisionForm
from grants.casework.views import (
    acting,
    case_in_scope,
    done,
    given,
    opened_case,
    press,
    staff_page,
)
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused

MAY_ENTER = {roles.CASEWORKER, roles.DECIDER, roles.APPEALS}


def case_body_decision(request, year, seq):
    """Enter what the minutes say, or take out what was entered wrongly."""
    case = opened_case(request, year, seq)
    if not request.user.role_names & MAY_ENTER:
        raise PermissionDenied("Dette gjør en saksbehandler eller beslutter.")
    if request.method == "POST" and "ta_ut" in request.POST:
        verb = partial(case.drop_body_decision, **acting(request))
        return press(request, case, verb, "Vedtaket fra organet er tatt ut.")
    form = BodyDecisionForm(given(request), case=case)
    if request.method == "POST" and form.is_valid():
        try:
            case.enter_body_decision(**acting(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            case = case_in_scope(request, year, seq)
        else:
            message = "Vedtaket er ført inn. En annen må bekrefte det."
            return done(request, case, message)
    entered = case.body_decisions.waiting().select_related("body", "entered_by")
    context = {
        "title": f"Vedtak i et organ: {case.number}",
        "case": case,
        "form": form,
        "entry": entered.first(),
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/case_body_decision.html", context)
