"""The staff's side of the messages in a case."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from grants.casework.page import case_url
from grants.casework.views import acting, opened_case, staff_page
from grants.forms.messages import MessageForm
from grants.models import Message, MessageFile
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def case_messages(request, year, seq):
    # All who may open the case read; only a caseworker writes.
    role = roles.CASEWORKER if request.method == "POST" else None
    case = opened_case(request, year, seq, role=role)
    form = MessageForm(
        *([request.POST, request.FILES] if request.method == "POST" else [])
    )
    form.optional_marks = True
    if request.method == "POST" and form.is_valid():
        try:
            sent = form.send(
                case, by=request.actor, now=request.arrived_at, from_staff=True
            )
        except Refused as refused:
            form.add_error(None, str(refused))
            sent = False
        if sent:
            messages.success(request, "Meldingen er sendt til søkeren.")
            return redirect(case_url(case, "case_messages"))
    context = {
        "title": f"Meldinger i sak {case.number}",
        "case": case,
        "rows": case.messages.select_related("sent_by").prefetch_related("files__file"),
        "unread": case.messages.unread_by_staff().exists(),
        "form": form,
        "may_write": request.user.has_role(roles.CASEWORKER),
    }
    return staff_page(request, "admin/cases/case_messages.html", context)


@require_POST
def case_messages_read(request, year, seq):
    """Nothing to answer: what the applicant has written is read."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    try:
        Message.mark_read(case, **acting(request))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(case_url(case, "case_messages"))


@require_safe
def case_message_file(request, year, seq, pk):
    case = opened_case(request, year, seq)
    files = MessageFile.objects.filter(message__application=case)
    return get_object_or_404(files.select_related("file"), pk=pk).file.response()
