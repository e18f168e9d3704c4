"""What one is invited to: seen and answered only by the one who owns the address."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.answers import answers
from grants.forms.people import (
    BecomeAnswerableForm,
    BecomeHelperForm,
    ConfirmForGroupForm,
    ConfirmForm,
    NoMoreForm,
)
from grants.models import ApplicantKind, Attachment, Invitation
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused

DECLINE = "decline"


def own_invitation(request, key):
    """An invitation to the address that the user logs in with, or 404."""
    invitations = Invitation.objects.to(request.user).select_related(
        "applicant", "application__round", "application__area", "invited_by"
    )
    return get_object_or_404(invitations, key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_detail(request, key):
    """Who asks for what, and a yes or a no. Nothing has happened before that."""
    invitation = own_invitation(request, key)
    form = answer_form(request, invitation)
    if request.method == "POST" and (DECLINE in request.POST or form.is_valid()):
        try:
            return answered(request, invitation, form)
        except Refused as refused:
            invitation = own_invitation(request, key)
            form.add_error(None, str(refused))
    version = sent_version(request, invitation)
    context = {
        "invitation": invitation,
        "is_open": invitation.is_open(request.arrived_at),
        "why_closed": invitation.why_closed(),
        "form": form,
        "version": version,
        "sections": answers(version) if version else [],
        "files": version.attachments.select_related("file") if version else [],
        "trail": [
            (_("Min side"), reverse("pages:my_page")),
            (_("Dem du søker for"), reverse("grants:applicant_list")),
            (_("Invitasjon"), ""),
        ],
    }
    return render(request, "grants/invitation_detail.html", context)


@require_safe
def invitation_file(request, key, pk):
    """A file of the application that one is asked to confirm."""
    version = sent_version(request, own_invitation(request, key))
    attachments = Attachment.objects.filter(version=version, version__isnull=False)
    return get_object_or_404(attachments.select_related("file"), pk=pk).file.response()


def sent_version(request, invitation):
    """What one is asked to confirm, while it is asked; else nothing is shown."""
    asked = invitation.kind == Invitation.Kind.CONFIRM
    if asked and invitation.is_open(request.arrived_at):
        return invitation.application.current
    return None


def answer_form(request, invitation):
    forms = {
        Invitation.Kind.MEMBER: NoMoreForm,
        Invitation.Kind.HELPER: BecomeHelperForm,
        Invitation.Kind.ANSWERABLE: BecomeAnswerableForm,
        Invitation.Kind.CONFIRM: ConfirmForm,
    }
    form = forms[invitation.kind]
    is_group = invitation.applicant.kind == ApplicantKind.GROUP
    if form is ConfirmForm and is_group:
        form = ConfirmForGroupForm
    # A no needs nothing filled in.
    posted = request.method == "POST" and DECLINE not in request.POST
    return form(request.POST if posted else None, initial={"name": request.user.name})


def answered(request, invitation, form):
    """Answer, and go where one has come in. Raises Refused."""
    by = Actor(request.user, invitation.applicant)
    if DECLINE in request.POST:
        invitation.decline(by=by, now=request.arrived_at)
        messages.success(request, _("Takk for svaret. Du har sagt nei."))
        return redirect("grants:applicant_list")
    data = form.cleaned_data
    invitation.accept(
        by=by,
        now=request.arrived_at,
        name=data.get("name", ""),
        role=data.get("role", ""),
    )
    messages.success(request, _("Takk for svaret. Du har sagt ja."))
    if invitation.application is not None:
        return redirect(invitation.application)
    return redirect(invitation.applicant)
