"""Sending an application: the last look, the send, the receipt."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.answers import answers
from grants.drafting import Writing
from grants.forms.review import ReviewForm
from grants.rounds import stage
from grants.views.applications import case_trail, own_case
from grants.views.drafts import draft_trail, own_application
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def draft_review(request, key):
    """Every answer on one page, what is missing, and the button that sends."""
    application = own_application(request, key)
    if not application.is_draft:
        return redirect(receipt_url(application))
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        sent = send(request, application, form)
        if sent:
            return redirect(receipt_url(application))
        application = own_application(request, key)
    writing = Writing.of_draft(application)
    version = writing.version
    context = {
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
        "form": form,
        "steps": writing.progress(),
        "stage": stage(application.round, request.arrived_at),
        "trail": draft_trail(application, version, (_("Kontroller og send inn"), "")),
    }
    return render(request, "grants/draft_review.html", context)


def send(request, application, form):
    """Send the draft; whether it is sent. A refusal stands in the form."""
    if not form.is_valid():
        return False
    try:
        application.submit(
            by=Actor(request.user, application.applicant),
            now=request.arrived_at,
            declared=form.cleaned_data["declared"],
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def receipt_url(application):
    return reverse(
        "grants:application_receipt", args=[application.year, application.sequence]
    )


@require_safe
def application_receipt(request, year, sequence):
    """What was sent, when, and what happens next. The same page however often asked."""
    application = own_case(request, year, sequence)
    version = application.versions.sent().first()
    context = {
        "application": application,
        "version": version,
        "sections": answers(version),
        "trail": case_trail(application, (_("Kvittering"), "")),
    }
    return render(request, "grants/application_receipt.html", context)
