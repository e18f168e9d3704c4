from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.db import IntegrityError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from areas.models import Area
from grants.drafting import Writing, detach
from grants.forms.start import StartForm
from grants.forms.steps import STEP_FORMS
from grants.models import Applicant, Application, Attachment, Step
from grants.models.sending import draft_key
from grants.rounds import current_rounds, stage
from grants.views.attachments import back_to_files, edit_files
from grants.views.rounds import public_round
from grants.views.steps import edit_step, show_refused, step_or_404
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.middleware import sign_owner
from omradesatsing.accounts.refusals import Refused

KEPT = "started_application"
KEY_SALT = "grants.draft-key"


# --- before there is a draft ----------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_start(request, slug):
    """The first words of an application; written before or after logging in."""
    round = public_round(request, slug)
    is_open = round.is_open(request.arrived_at)
    made = draft_of_key(request)
    if made is not None:
        return redirect(made)
    form = start_form(request, round)
    if request.method == "POST" and is_open and form.is_valid():
        if not request.user.is_authenticated:
            return keep_and_log_in(request, round)
        draft = start_once(request, form)
        if draft is not None:
            request.session.pop(KEPT, None)
            return redirect(draft)
    context = {
        "round": round,
        "form": form,
        "stage": stage(round, request.arrived_at),
        "typed": [] if is_open else typed_words(request, form),
        "kept": not form.is_bound and kept_words(request, round) is not None,
        "other_rounds": [] if is_open else current_rounds(request.arrived_at),
        "draft_key": signing.dumps(draft_key(), salt=KEY_SALT),
        "trail": [
            (_("Tilskudd"), reverse("grants:round_list")),
            (round.title, round.get_absolute_url()),
            (_("Søk om tilskudd"), ""),
        ],
    }
    return render(request, "grants/application_start.html", context)


def start_form(request, round):
    areas = Area.objects.filter(pot_areas__round=round).order_by("name_key")
    applicants = []
    if request.user.is_authenticated:
        applicants = Applicant.objects.acted_for_by(request.user).filter(
            kind__in=round.applicant_kinds
        )
    initial = {"svar": request.GET.get("svar", "")}
    return StartForm(
        request.POST if request.method == "POST" else None,
        round=round,
        areas=areas,
        applicants=applicants,
        initial=initial | (kept_words(request, round) or {}),
    )


def typed_words(request, form):
    """What was written for a round that has closed: (label, text), to copy."""
    words = request.POST or (kept_words(request, form.round) or {})
    names = ["title", "name", "orgnr", "answerable_name"]
    return [
        (form.fields[name].label, words[name])
        for name in names
        if name in form.fields and words.get(name)
    ]


def kept_words(request, round):
    """What was written for this round before logging in, or None."""
    kept = request.session.get(KEPT)
    return kept["fields"] if kept and kept["round"] == round.pk else None


def keep_and_log_in(request, round):
    """The words wait in the session, and come back filled in after logging in."""
    fields = {
        name: value for name, value in request.POST.items() if name in StartForm.KEPT
    }
    request.session[KEPT] = {"round": round.pk, "fields": fields}
    url = reverse("account_request_login_code", query={"next": request.path})
    return redirect(url)


def chosen_key(request):
    """The draft's key that the form's page chose; a new one when it is not ours."""
    try:
        return signing.loads(request.POST.get("draft_key", ""), salt=KEY_SALT)
    except signing.BadSignature:
        return draft_key()


def draft_of_key(request):
    """The draft that this very form has made already, or None."""
    if request.method != "POST" or not request.user.is_authenticated:
        return None
    own = Application.objects.of_applicants(request.user)
    return own.filter(key=chosen_key(request)).first()


def start_once(request, form):
    """The new draft, also when the form is sent twice at once; None when refused."""
    try:
        return form.start(
            by=request.actor, now=request.arrived_at, key=chosen_key(request)
        )
    except IntegrityError:
        # The other click made it.
        return draft_of_key(request)
    except Refused as refused:
        form.add_error(None, str(refused))
        return None


# --- the draft ------------------------------------------------------------------------


def own_application(request, key):
    """An application that is open to the user, by its draft's address, or 404."""
    return get_object_or_404(
        Application.objects.open_to(request.user).select_related(
            "round__scheme", "area", "applicant__organisation"
        ),
        key=key,
    )


def draft_trail(application, version, *more):
    draft_url = reverse("grants:draft_detail", args=[application.key])
    return [
        (_("Min side"), reverse("pages:my_page")),
        (str(version), draft_url),
        *more,
    ]


@require_safe
def draft_detail(request, key):
    application = own_application(request, key)
    if not application.is_draft:
        return redirect(application)
    writing = Writing.of_draft(application)
    context = {
        "application": application,
        "is_own": application.has_member(request.user),
        "version": writing.version,
        "progress": writing.progress(),
        "in_time": application.round.takes(application.applicant, request.arrived_at),
        "closes_at": application.round.closes_for(application.applicant),
        "review_url": writing.review_url,
        "owner": sign_owner(request.user),
        "trail": draft_trail(application, writing.version),
    } | writing.beginning(request.user)
    return render(request, "grants/draft_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_step(request, key, step):
    application = own_application(request, key)
    step = step_or_404(step, Step)
    writing = Writing.of_draft(application)
    if application.is_draft and step == Step.FILES:
        return edit_files(request, writing)
    if application.is_draft:
        return edit_step(request, writing, step)
    if request.method == "POST" and step in STEP_FORMS:
        # A tab from before it was sent.
        message = _("Søknaden er sendt og kan ikke endres nå.")
        return show_refused(request, writing, step, message)
    return redirect(application)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_delete(request, key):
    application = own_application(request, key)
    if not application.is_draft:
        return redirect(application)
    if request.method == "POST":
        try:
            application.delete_draft(by=Actor(request.user, application.applicant))
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("grants:draft_detail", key=key)
        messages.success(request, _("Kladden er slettet."))
        return redirect("pages:my_page")
    version = application.working_copy()
    context = {
        "application": application,
        "version": version,
        "trail": draft_trail(application, version, (_("Slett kladden"), "")),
    }
    return render(request, "grants/draft_delete.html", context)


@require_safe
def draft_attachment(request, key, pk):
    attachments = Attachment.objects.filter(
        version__application=own_application(request, key)
    )
    return get_object_or_404(attachments.select_related("file"), pk=pk).file.response()


@require_POST
def draft_attachment_remove(request, key, pk):
    application = own_application(request, key)
    writing = Writing.of_draft(application)
    try:
        detach(writing, pk, by=Actor(request.user, application.applicant))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Filen er fjernet."))
    return back_to_files(writing)
