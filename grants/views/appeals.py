"""Appealing: on Min side, and by the open form for those who did not apply."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from grants.forms.appeals import AppealAnswerForm, AppealForm, OpenAppealForm
from grants.models import Appeal, AppealFile, AppealState, appeal_due
from grants.views.applications import case_trail, own_case
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.middleware import forget_parked, parked_fields
from omradesatsing.accounts.refusals import Refused

TEXTS = ("wanted", "reasons")


def own_appeal(request, year, sequence, pk):
    """An appeal of one's own case: those of others are only told of by letter."""
    application = own_case(request, year, sequence)
    appeals = Appeal.objects.of_case(application).filter(by_party=True)
    appeals = appeals.select_related("decision", "outcome_letter")
    return application, get_object_or_404(appeals, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def appeal_lodge(request, year, sequence, pk=None):
    """Appeal against the decision that counts; with `pk`, against a dismissal."""
    application, against = own_case(request, year, sequence), None
    if pk is not None:
        application, against = own_appeal(request, year, sequence, pk)
        if against.state != AppealState.DISMISSED:
            raise Http404
    decision = application.decision
    if decision is None:
        messages.info(request, _("Saken er ikke avgjort ennå."))
        return redirect(application)
    by = Actor(request.user, application.applicant)
    posted = [request.POST, request.FILES] if request.method == "POST" else []
    form = AppealForm(*posted, initial=kept(request))

    def verb(**fields):
        return Appeal.lodge(
            decision, by=by, now=request.arrived_at, against=against, **fields
        )

    if request.method == "POST" and form.is_valid():
        try:
            appeal = form.send(verb, by=by)
        except Refused as refused:
            form.add_error(None, str(refused))
            appeal = None
        if appeal:
            forget_parked(request)
            messages.success(request, _("Vi har fått klagen din."))
            return redirect(appeal)
    due = appeal_due(decision, request.user, against=against)
    context = {
        "application": application,
        "against": against,
        "form": form,
        "due": due,
        "is_late": due is not None and timezone.localdate(request.arrived_at) > due,
        "unsaved": " ".join(
            name for name in ("wanted", "reasons") if form[name].value()
        ),
        "trail": case_trail(application, (_("Klag på vedtaket"), "")),
    }
    return render(request, "grants/appeal_lodge.html", context)


def kept(request):
    """What was typed here when the log-in ended."""
    fields = parked_fields(request) or {}
    return {name: fields.get(name, "") for name in TEXTS}


@require_http_methods(["GET", "HEAD", "POST"])
def appeal_detail(request, year, sequence, pk):
    """One's own appeal: what was written, where it stands, and a question about it."""
    application, appeal = own_appeal(request, year, sequence, pk)
    by = Actor(request.user, application.applicant)
    question = appeal.open_question
    form = AppealAnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            appeal.answer(by=by, now=request.arrived_at, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            forget_parked(request)
            messages.success(request, _("Svaret er sendt."))
            return redirect(appeal)
    context = {
        "application": application,
        "appeal": appeal,
        "question": question,
        "form": form,
        "files": appeal.files.select_related("file"),
        "can_withdraw": appeal.is_open,
        "can_appeal": appeal.state == AppealState.DISMISSED
        and not appeal.appeals.exists(),
        "due": appeal_due(appeal.decision, request.user, against=appeal)
        if appeal.state == AppealState.DISMISSED
        else None,
        "trail": case_trail(application, (_("Klagen"), "")),
    }
    return render(request, "grants/appeal_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def appeal_withdraw(request, year, sequence, pk):
    application, appeal = own_appeal(request, year, sequence, pk)
    if request.method == "POST":
        try:
            appeal.withdraw(
                by=Actor(request.user, application.applicant), now=request.arrived_at
            )
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Klagen er trukket. Vedtaket står."))
        return redirect(appeal)
    if not appeal.is_open:
        return redirect(appeal)
    context = {
        "application": application,
        "appeal": appeal,
        "trail": case_trail(application, (_("Trekk klagen"), "")),
    }
    return render(request, "grants/appeal_withdraw.html", context)


@require_safe
def appeal_file(request, year, sequence, pk):
    """A file of one's own appeal."""
    application = own_case(request, year, sequence)
    files = AppealFile.objects.filter(
        appeal__decision__application=application, appeal__by_party=True
    )
    return get_object_or_404(files.select_related("file"), pk=pk).file.response()


# --- for everyone else ----------------------------------------------------------------

never_kept = cache_control(private=True, no_store=True)


@login_not_required
@csrf_exempt  # it asks nobody who they are, so nobody else can act in their name
@never_kept
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_open(request):
    """Appeal as one who is affected and did not apply. No log-in, and no cookie."""
    form = OpenAppealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        appeal, _new = Appeal.lodge_openly(now=request.arrived_at, **form.cleaned_data)
        return redirect(appeal.get_outside_url())
    context = {"form": form, "trail": [(_("Klag på et vedtak"), "")]}
    return render(request, "grants/appeal_open.html", context)


@login_not_required
@never_kept
@require_safe
def appeal_receipt(request, key):
    """Where an outsider sees that it came, and later what became of it.

    The address is the secret: it shows no name, and nothing that was written.
    """
    appeals = Appeal.objects.filter(channel=Appeal.Channel.OPEN)
    appeal = get_object_or_404(
        appeals.select_related("decision__application", "outcome_letter"), key=key
    )
    context = {
        "appeal": appeal,
        "trail": [
            (_("Klag på et vedtak"), reverse("grants:appeal_open")),
            (_("Kvittering"), ""),
        ],
    }
    return render(request, "grants/appeal_receipt.html", context)
