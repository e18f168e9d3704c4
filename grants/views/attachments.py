"""The attachments of what is being written: taken, listed, removed."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from grants.drafting import attach
from grants.forms.steps import UploadForm
from grants.models import Attachment, Step
from grants.views.steps import after_saving, page_context
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused


def edit_files(request, writing):
    form = UploadForm()
    if request.method == "POST":
        if not request.FILES and "upload" not in request.POST:
            return after_saving(request, writing, Step.FILES)
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid() and upload(request, writing, form):
            if "upload" not in request.POST:
                return after_saving(request, writing, Step.FILES)
            messages.success(request, _("Filen er lagt ved."))
            return back_to_files(writing)
    attachments = writing.version.attachments.select_related("file")
    context = page_context(request, writing, Step.FILES) | {
        "form": form,
        "attachments": [
            (each, writing.download_url(each), writing.remove_url(each))
            for each in attachments
        ],
        "most": Attachment.MOST,
        "is_full": len(attachments) >= Attachment.MOST,
    }
    return render(request, "grants/step_files.html", context)


def upload(request, writing, form):
    """Attach the file; whether it was taken. What is wrong stands at the field."""
    try:
        attach(
            writing,
            form.cleaned_data["file"],
            label=form.cleaned_data["label"],
            by=Actor(request.user, writing.application.applicant),
        )
    except ValidationError as error:
        form.add_error("file", error)
    except Refused as refused:
        form.add_error(None, str(refused))
    return form.is_valid()


def back_to_files(writing):
    return redirect(writing.step_url(Step.FILES))
