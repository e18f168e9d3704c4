"""The attachments of what is being written: taken, listed, replaced, removed."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.drafting import attach, detach
from grants.forms.attachments import AttachmentsForm, ReplacementForm
from grants.models import Attachment, Question, RejectedFile, Step
from grants.views.applications import case_trail, own_case
from grants.views.steps import after_saving, page_context
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files import scanner


def edit_files(request, writing):
    slots = writing.version.file_slots()
    form = AttachmentsForm(slots=slots)
    if request.method == "POST":
        form = AttachmentsForm(request.POST, request.FILES, slots=slots)
        taken = upload_all(request, writing, form) if form.is_valid() else []
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"errors": all_errors(form), "taken": len(taken)})
        if "upload" in request.POST and not taken and form.is_valid():
            form.add_error("file", _("Velg en fil før du laster opp."))
        if form.is_valid():
            return after_uploading(request, writing, taken)
    return show_files(request, writing, form)


def upload_all(request, writing, form):
    """Attach every chosen file. One that is refused keeps none of the others away."""
    taken = []
    for name, file in form.chosen():
        slot = form.slots.get(name)
        try:
            attachment = attach(
                writing,
                file,
                label=form.cleaned_data.get("label", "") if slot is None else "",
                question=slot if isinstance(slot, Question) else None,
                required=slot if slot and not isinstance(slot, Question) else None,
                replaces=request.POST.get("replaces", ""),
                by=Actor(request.user, writing.application.applicant),
            )
        except ValidationError as error:
            form.add_error(name, error)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            taken.append(attachment)
    return taken


def all_errors(form):
    return [message for messages in form.errors.values() for message in messages]


def after_uploading(request, writing, taken):
    if "upload" not in request.POST:
        return after_saving(request, writing, Step.FILES)
    words = ngettext("Filen er lagt ved.", "%(n)d filer er lagt ved.", len(taken))
    messages.success(request, words % {"n": len(taken)})
    return back_to_files(writing)


def show_files(request, writing, form):
    version = writing.version
    attachments = list(
        version.attachments.select_related("file", "question", "required")
    )
    context = page_context(request, writing, Step.FILES) | {
        "form": form,
        "attachments": [
            (each, writing.download_url(each), writing.remove_url(each))
            for each in attachments
        ],
        "rejected": writing.rejected_files(),
        "most": Attachment.MOST,
        "is_full": len(attachments) >= Attachment.MOST,
        "scans": scanner.is_configured(),
    }
    return render(request, "grants/step_files.html", context)


def remove_file(request, writing, pk):
    try:
        detach(writing, pk, by=Actor(request.user, writing.application.applicant))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Filen er fjernet."))
    return back_to_files(writing)


def back_to_files(writing):
    return redirect(writing.step_url(Step.FILES))


# --- a sent file that the scanner rejected --------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def rejected_file(request, year, sequence, pk):
    """A sent file that was rejected, and the place to give another instead."""
    application = own_case(request, year, sequence)
    rejected = get_object_or_404(
        RejectedFile.objects.of_case(application).select_related("file"), pk=pk
    )
    form = ReplacementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            rejected.replace(
                form.cleaned_data["file"],
                by=Actor(request.user, application.applicant),
                now=request.arrived_at,
            )
        except (Refused, ValidationError) as refused:
            form.add_error("file", getattr(refused, "messages", str(refused)))
        else:
            messages.success(request, _("Takk! Den nye filen er levert."))
            return redirect(application)
    context = {
        "application": application,
        "rejected": rejected,
        "is_open": rejected.is_open(request.arrived_at),
        "form": form,
        "trail": case_trail(application, (_("Erstatt en fil"), "")),
    }
    return render(request, "grants/rejected_file.html", context)


@require_safe
def replacement(request, year, sequence, pk):
    """The file that was given instead of one that was rejected."""
    given = RejectedFile.objects.of_case(own_case(request, year, sequence)).replaced()
    return get_object_or_404(given, pk=pk).replacement.response()
