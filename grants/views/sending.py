"""Sending an application: the last look, the send, the receipt; and sending anew."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from grants.amending import Amending
from grants.answers import answers
from grants.drafting import Writing
from grants.forms.review import LateForm, ReviewForm
from grants.forms.steps import STEP_FORMS
from grants.models import Step
from grants.views.applications import case_trail, own_case
from grants.views.attachments import edit_files, remove_file
from grants.views.drafts import draft_trail, own_application
from grants.views.steps import edit_step, show_refused, step_or_404
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused

# --- the first time -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def draft_review(request, key):
    """Every answer on one page, what is missing, and the button that sends."""
    application = own_application(request, key)
    if not application.is_draft:
        return redirect(application.get_receipt_url())
    form = sending_form(request, application)
    if request.method == "POST":
        if send(request, application, form):
            return redirect(application.get_receipt_url())
        application = own_application(request, key)
        form = turned_late(request, application, form)
    writing = Writing.of_draft(application)
    trail = draft_trail(application, writing.version, (_("Kontroller og send inn"), ""))
    context = review_context(writing, form, request.arrived_at) | {"trail": trail}
    return render(request, "grants/draft_review.html", context)


def sending_form(request, application):
    """What is asked before it is sent; after the closing also why it is late."""
    if request.method == "POST":
        form = LateForm if "reason" in request.POST else ReviewForm
        return form(request.POST)
    in_time = application.round.takes(application.applicant, request.arrived_at)
    return ReviewForm() if in_time else LateForm()


def turned_late(request, application, form):
    """The form to show again; the one that asks why, if the closing has come."""
    in_time = application.round.takes(application.applicant, request.arrived_at)
    if in_time or isinstance(form, LateForm):
        return form
    late = LateForm(request.POST)
    late.add_error(None, form.non_field_errors())
    return late


def send(request, application, form):
    """Send the draft; whether it is sent. A refusal stands in the form."""
    if not form.is_valid():
        return False
    act = {"by": Actor(request.user, application.applicant), "now": request.arrived_at}
    try:
        if isinstance(form, LateForm):
            application.submit_late(**act, **form.cleaned_data)
        else:
            application.submit(**act, **form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def review_context(writing, form, now):
    application, version = writing.application, writing.version
    return {
        "application": application,
        "version": version,
        "sections": [
            section | {"url": writing.step_url(section["step"])}
            for section in answers(version)
        ],
        "missing": [
            {"text": text, "url": f"{writing.step_url(step)}#id_{field}"}
            for step, field, text in version.missing()
        ],
        "past_dates": writing.past_dates(now),
        "rejected": writing.rejected_files(),
        "form": form,
        "is_late": isinstance(form, LateForm),
        "closes_at": application.round.closes_for(application.applicant),
        "steps": writing.progress(),
        "overview_url": writing.overview_url,
    }


@require_safe
def application_receipt(request, year, sequence):
    """What was sent, when, and what happens next. The same page however often asked."""
    application = own_case(request, year, sequence, helped=True)
    version = application.current
    context = {
        "application": application,
        "version": version,
        "sections": answers(version),
        "can_amend": application.is_amendable(request.arrived_at),
        "closes_at": application.round.closes_for(application.applicant),
        "trail": case_trail(application, (_("Kvittering"), "")),
    }
    return render(request, "grants/application_receipt.html", context)


# --- and anew -------------------------------------------------------------------------


@require_safe
def application_amend(request, year, sequence):
    """The parts of what is sent, to change until the closing."""
    application = own_case(request, year, sequence)
    if not application.is_amendable(request.arrived_at):
        return not_amendable(request, application)
    writing = Amending.of_case(application, request.arrived_at)
    context = {
        "application": application,
        "version": writing.version,
        "is_changed": application.working_copy() is not None,
        "progress": writing.progress(),
        "review_url": writing.review_url,
        "closes_at": application.round.closes_for(application.applicant),
        "trail": case_trail(application, (_("Endre søknaden"), "")),
    }
    return render(request, "grants/application_amend.html", context)


def not_amendable(request, application):
    messages.info(request, _("Søknaden er sendt og kan ikke endres nå."))
    return redirect(application)


@require_http_methods(["GET", "HEAD", "POST"])
def amend_step(request, year, sequence, step):
    application = own_case(request, year, sequence)
    step = step_or_404(step, Step)
    writing = Amending.of_case(application, request.arrived_at)
    if application.is_amendable(request.arrived_at):
        if step == Step.FILES:
            return edit_files(request, writing)
        return edit_step(request, writing, step)
    if request.method == "POST" and step in STEP_FORMS:
        message = _("Søknaden er sendt og kan ikke endres nå.")
        return show_refused(request, writing, step, message)
    return not_amendable(request, application)


@require_POST
def amend_attachment_remove(request, year, sequence, pk):
    application = own_case(request, year, sequence)
    if not application.is_amendable(request.arrived_at):
        return not_amendable(request, application)
    writing = Amending.of_case(application, request.arrived_at)
    return remove_file(request, writing, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def amend_review(request, year, sequence):
    """The changed version as a whole, and the button that sends it."""
    application = own_case(request, year, sequence)
    if application.working_copy() is None:
        return redirect(application.get_receipt_url())
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            application.resubmit(
                by=Actor(request.user, application.applicant),
                now=request.arrived_at,
                **form.cleaned_data,
            )
            return redirect(application.get_receipt_url())
        except Refused as refused:
            form.add_error(None, str(refused))
            application = own_case(request, year, sequence)
    writing = Amending.of_case(application, request.arrived_at)
    context = review_context(writing, form, request.arrived_at) | {
        "is_amendment": True,
        "can_amend": application.is_amendable(request.arrived_at),
        "trail": case_trail(application, (_("Kontroller og send inn"), "")),
    }
    return render(request, "grants/draft_review.html", context)


@require_POST
def amend_drop(request, year, sequence):
    """Leave what was sent as it is."""
    application = own_case(request, year, sequence)
    try:
        application.drop_amendment(by=Actor(request.user, application.applicant))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("Endringene er slettet. Det du har sendt, gjelder.")
        )
    return redirect(application)
