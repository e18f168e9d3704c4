"""Asking for the reasons of a decision that came without them."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grants.models import ReasonsRequest
from grants.views.applications import case_trail, may_ask_reasons, own_case
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def reasons_ask(request, year, sequence):
    application = own_case(request, year, sequence)
    # Nothing to fill in: it carries what the verb refuses.
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        by = Actor(request.user, application.applicant)
        try:
            ReasonsRequest.ask(application.decision, by=by, now=request.arrived_at)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("Du har bedt om begrunnelse. Du får den i et brev her.")
            )
            return redirect(application)
    elif not may_ask_reasons(application.decision, request):
        return redirect(application)
    context = {
        "application": application,
        "form": form,
        "trail": case_trail(application, (_("Be om begrunnelse"), "")),
    }
    return render(request, "grants/reasons_ask.html", context)
