from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from areas.models import Area
from grants.drafting import Writing
from grants.forms.area import AreaForm
from grants.forms.steps import STEP_FORMS
from grants.models import Application, Attachment, Step
from grants.views.attachments import edit_files, remove_file
from grants.views.steps import edit_step, show_refused, step_or_404
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.middleware import sign_owner
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import in_lang


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
        (in_lang(str(version), ""), draft_url),
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
        "next_part": writing.next_part(),
        "rejected": writing.rejected_files(),
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
def draft_area(request, key):
    """Where the project is: the main area, and others that it also reaches."""
    application = own_application(request, key)
    if not application.is_draft:
        return redirect(application)
    areas = Area.objects.filter(pot_areas__round=application.round).order_by("name_key")
    form = AreaForm(
        request.POST if request.method == "POST" else None,
        areas=areas,
        application=application,
    )
    if request.method == "POST" and form.is_valid():
        try:
            application.place(
                **form.chosen(), by=Actor(request.user, application.applicant)
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Lagret."))
            return redirect("grants:draft_detail", key=key)
    version = application.working_copy()
    context = {
        "application": application,
        "form": form,
        "trail": draft_trail(application, version, (_("Hvor det skal skje"), "")),
    }
    return render(request, "grants/draft_area.html", context)


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
    return remove_file(request, Writing.of_draft(application), pk)
