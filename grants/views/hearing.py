"""The applicant's word on what others have said of them in a case."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from grants.models import HeldFact
from grants.views.applications import case_trail, own_case
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused


class CommentForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Hva mener du om dette?"),
        help_text=gettext_lazy(
            "Er noe feil, skriv hva som er riktig. Har du ikke noe å si, skriv det."
        ),
        max_length=HeldFact._meta.get_field("comment").max_length,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def fact_comment(request, year, sequence, pk):
    """Comment on one fact that was sent to the applicant."""
    application = own_case(request, year, sequence)
    sent = application.held_facts.standing().exclude(letter=None)
    fact = get_object_or_404(sent, pk=pk)
    form = CommentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        by = Actor(request.user, application.applicant)
        try:
            application.comment_on_fact(
                fact, by=by, now=request.arrived_at, **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Takk. Saksbehandleren leser det du skrev."))
            return redirect(application)
    context = {
        "application": application,
        "fact": fact,
        "form": form,
        "trail": case_trail(application, (_("Si hva du mener"), "")),
    }
    return render(request, "grants/fact_comment.html", context)
