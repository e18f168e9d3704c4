"""How a draft begins: with the amount, and perhaps with an earlier text."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grants.copying import copy_from, earlier_applications
from grants.drafting import Writing, without_nulls
from grants.forms.steps import AmountForm
from grants.models import Step
from grants.views.drafts import draft_trail, own_application
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.middleware import sign_owner
from omradesatsing.accounts.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def draft_amount(request, key):
    """The amount alone. It decides the form, so it is asked for first."""
    application = own_application(request, key)
    if not application.is_draft or request.method != "POST":
        return redirect(application)
    writing = Writing.of_draft(application)
    try:
        form = save_amount(request, writing)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(application)
    if not form.errors and not form.clashes():
        return redirect(writing.step_url(writing.version.steps[0]))
    context = {
        "application": application,
        "form": form,
        "owner": sign_owner(request.user),
        "trail": draft_trail(application, writing.version, (_("Beløpet"), "")),
    }
    return render(request, "grants/draft_amount.html", context)


@transaction.atomic
def save_amount(request, writing):
    by = Actor(request.user, writing.application.applicant)
    version = writing.held_copy(Step.MONEY, by=by)
    form = AmountForm(without_nulls(request.POST), instance=version)
    if form.is_valid():
        form.save_valid(by=by)
    return form


@require_POST
def draft_copy(request, key):
    """Fill what is empty with an earlier application's text."""
    application = own_application(request, key)
    if not application.is_draft:
        return redirect(application)
    chosen = request.POST.get("fra", "")
    earlier = get_object_or_404(
        earlier_applications(application, request.user),
        pk=chosen if chosen.isdecimal() and len(chosen) < 10 else 0,
    )
    try:
        copied = copy_from(
            earlier, application, by=Actor(request.user, application.applicant)
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(application)
    if copied:
        text = _(
            "Hentet fra %(number)s: %(what)s. Les over alt, og rett det som er nytt."
        )
        what = ", ".join(str(label) for label in copied)
        messages.success(request, text % {"number": earlier.number, "what": what})
    else:
        messages.info(request, _("Det var ikke noe å hente: alt er fylt ut her alt."))
    return redirect(application)
