from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grants.drafting import Writing, save_answer
from grants.forms.answer import AnswerForm
from grants.forms.steps import STEP_FORMS
from grants.models import InfoRequest, Step
from grants.views.applications import case_trail, own_case
from grants.views.attachments import edit_files, remove_file
from grants.views.autosave import autosave
from grants.views.steps import edit_step, give_back, show_refused, step_or_404
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.middleware import (
    by_script,
    forget_parked,
    parked_fields,
    sign_owner,
)
from omradesatsing.accounts.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def answer_request(request, year, sequence):
    """What the caseworker asks for; an answer in words, changes, or both."""
    application = own_case(request, year, sequence)
    by = Actor(request.user, application.applicant)
    if by_script(request):
        return autosave(request, lambda: save_answer(application, request.POST, by=by))
    if request.method == "POST":
        try:
            form = save_answer(application, request.POST, by=by)
        except Refused as refused:
            return not_taken(request, application, str(refused))
        response = take_answer(request, application, form)
        if response is not None:
            return response
        application = own_case(request, year, sequence)
    asked = application.open_request
    if asked is None:
        return not_asked(request, application)
    if request.method != "POST":
        form = opened_answer(request, asked)
    return show_answer(request, application, asked, form)


def not_asked(request, application):
    messages.info(request, _("Vi venter ikke på svar fra deg nå."))
    return redirect(application)


def not_taken(request, application, message):
    """Nothing is asked for: give the words back, unless they are sent already."""
    form = AnswerForm(request.POST, instance=InfoRequest())
    form.full_clean_once()
    text = form.typed["answer"]
    if text == "" or application.info_requests.filter(answer=text).exists():
        return not_asked(request, application)
    return give_back(request, application, form, message)


def show_answer(request, application, asked, form):
    copy = application.working_copy()
    context = {
        "application": application,
        "request_for_info": asked,
        "form": form,
        "clashes": form.clashes(),
        "seen": form.seen(),
        "unsaved": " ".join(form.unsaved_fields()),
        "progress": Writing.of_answer(application, asked).progress(),
        "changed": copy is not None,
        "missing": copy.missing(steps=asked.steps) if copy else [],
        "owner": sign_owner(request.user),
        "trail": case_trail(application, (_("Svar på det vi trenger"), "")),
    }
    return render(request, "grants/answer_request.html", context)


def opened_answer(request, asked):
    """The answer as kept, or with what was typed when the log-in had ended."""
    parked = parked_fields(request)
    if parked is not None:
        messages.info(request, _("Her er det du skrev før du ble logget ut."))
    return AnswerForm(parked, instance=asked)


def take_answer(request, application, form):
    """Go where the button says, the words kept. None when the page is to be shown."""
    if form.errors or form.clashes():
        return None
    forget_parked(request)
    writing = Writing.of_answer(application, form.instance)
    if request.POST.get("change") in writing.steps:
        return redirect(writing.step_url(request.POST["change"]))
    if "later" in request.POST:
        messages.success(request, _("Lagret. Svaret er ikke sendt ennå."))
        return redirect(application)
    try:
        application.answer_request(
            by=Actor(request.user, application.applicant),
            now=request.arrived_at,
            answer=form.instance.unsent_answer,
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, _("Takk! Svaret er sendt."))
    return redirect(application)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_step(request, year, sequence, step):
    """A part of the application that the caseworker has opened for changes."""
    application = own_case(request, year, sequence)
    step = step_or_404(step, Step)
    asked = application.open_request
    if asked is not None and step in asked.steps:
        writing = Writing.of_answer(application, asked)
        if step == Step.FILES:
            return edit_files(request, writing)
        return edit_step(request, writing, step)
    message = _("Denne delen av søknaden kan ikke endres nå.")
    if request.method == "POST" and step in STEP_FORMS:
        return show_refused(request, Writing.of_draft(application), step, message)
    messages.info(request, message)
    return redirect(application)


@require_POST
def answer_attachment_remove(request, year, sequence, pk):
    application = own_case(request, year, sequence)
    asked = application.open_request
    if asked is None or Step.FILES not in asked.steps:
        messages.error(request, _("Denne delen av søknaden kan ikke endres nå."))
        return redirect(application)
    return remove_file(request, Writing.of_answer(application, asked), pk)
