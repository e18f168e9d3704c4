from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.forms.messages import MessageForm
from grants.models import MessageFile
from grants.views.applications import case_trail, own_case
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.middleware import forget_parked, parked_fields
from omradesatsing.accounts.refusals import Refused
from omradesatsing.notices.models import Notice


@require_http_methods(["GET", "HEAD", "POST"])
def message_list(request, year, sequence):
    """What has been written in the case, and a field to write in."""
    application = own_case(request, year, sequence)
    form = MessageForm(
        *([request.POST, request.FILES] if request.method == "POST" else []),
        initial={"text": (parked_fields(request) or {}).get("text", "")},
    )
    if request.method == "POST" and form.is_valid():
        by = Actor(request.user, application.applicant)
        try:
            sent = form.send(
                application, by=by, now=request.arrived_at, from_staff=False
            )
        except Refused as refused:
            form.add_error(None, str(refused))
            sent = False
        if sent:
            forget_parked(request)
            read_notices(request, application)
            messages.success(request, _("Meldingen er sendt."))
            return redirect(request.path)
    rows = application.messages.select_related("sent_by").prefetch_related(
        "files__file"
    )
    own = [row.text for row in rows if row.sent_by_id == request.user.pk]
    context = {
        "application": application,
        "rows": rows,
        "form": form,
        # For the script: what stands on the page only, and what is sent already.
        "unsaved": "text" if form["text"].value() else "",
        "sent": own[-1] if own else "",
        "trail": case_trail(application, (_("Meldinger i saken"), "")),
    }
    return render(request, "grants/message_list.html", context)


def read_notices(request, application):
    """Who answers has read what the portal told them of."""
    told = Notice.objects.visible_to(request.user).unread().about(application)
    for notice in told.filter(kind="message_received"):
        notice.mark_read(now=request.arrived_at)


@require_safe
def message_file(request, year, sequence, pk):
    application = own_case(request, year, sequence)
    files = MessageFile.objects.filter(message__application=application)
    return get_object_or_404(files.select_related("file"), pk=pk).file.response()


def messages_url(application):
    return reverse("grants:message_list", args=[application.year, application.sequence])
