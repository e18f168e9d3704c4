"""What people ask about rounds: answered for all to see, or sent on."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from grants.casework.views import staff_page
from grants.models import RoundInquiry
from grants.todo import ANSWER
from omradesatsing.accounts.refusals import Refused
from omradesatsing.pages.paging import page_of


def check_may_answer(user):
    if not (user.is_superuser or user.role_names & ANSWER):
        raise PermissionDenied


class ReplyForm(forms.Form):
    answer = forms.CharField(
        label="Svar",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Skriv et svar."},
    )
    public_text = forms.CharField(
        label="Spørsmålet slik alle ser det",
        help_text="Uten navn og annet som sier hvem som spør. Tomt: Bare den som "
        "spurte, får svaret.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ForwardForm(forms.Form):
    to = forms.CharField(
        label="Sendt videre til",
        help_text="Hvem som svarer, og hvordan de nås. Den som spurte, får vite det.",
        max_length=200,
        error_messages={"required": "Skriv hvem spørsmålet er sendt videre til."},
    )


@require_safe
def inquiry_list(request):
    check_may_answer(request.user)
    rows = RoundInquiry.objects.select_related("round", "asked_by").order_by(
        "-asked_at", "-pk"
    )
    context = {
        "title": "Spørsmål om utlysningene",
        "open": rows.open(),
        "page": page_of(request, rows.exclude(pk__in=rows.open().values("pk"))),
    }
    return staff_page(request, "admin/cases/inquiry_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def inquiry_detail(request, pk):
    check_may_answer(request.user)
    rows = RoundInquiry.objects.select_related("round", "asked_by", "answered_by")
    inquiry = get_object_or_404(rows, pk=pk)
    forward = "forward" in request.POST
    posted = request.POST if request.method == "POST" else None
    reply_form = ReplyForm(
        None if forward else posted, initial={"public_text": inquiry.text}
    )
    forward_form = ForwardForm(posted if forward else None)
    form = forward_form if forward else reply_form
    if request.method == "POST" and form.is_valid():
        verb = inquiry.forward if forward else inquiry.reply
        try:
            verb(by=request.actor, now=request.arrived_at, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Den som spurte, får beskjed.")
            return redirect("admin:inquiry_list")
    context = {
        "title": f"Spørsmål om {inquiry.round}",
        "inquiry": inquiry,
        "is_open": inquiry.answered_at is None and inquiry.forwarded_at is None,
        "reply_form": reply_form,
        "forward_form": forward_form,
        "bound": form if posted else None,
    }
    return staff_page(request, "admin/cases/inquiry_detail.html", context)
