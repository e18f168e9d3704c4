"""Requests to see documents: the queue, and the answer."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from grants.casework.forms import textarea
from grants.casework.views import staff_page
from grants.models import AccessRequest, Application, LegalBasis
from grants.models.access import may_answer
from omradesatsing.accounts.refusals import Refused
from omradesatsing.pages.paging import page_of


def requests_for(request):
    if not may_answer(request.user):
        raise PermissionDenied("Innsynskrav besvares av en saksbehandler.")
    return AccessRequest.objects.visible_to(request.user)


@require_safe
def access_list(request):
    """What waits for an answer, the oldest first; then what is answered."""
    rows = requests_for(request)
    context = {
        "title": "Innsynskrav",
        "open": rows.open(),
        "page": page_of(
            request,
            rows.filter(answered_at__isnull=False)
            .select_related("answered_by")
            .order_by("-answered_at", "-pk"),
        ),
    }
    return staff_page(request, "admin/cases/access_list.html", context)


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label="Svaret", choices=AccessRequest.Outcome, widget=forms.RadioSelect
    )
    legal_basis = forms.ChoiceField(
        label="Hjemmel for det som ikke gis ut",
        help_text="Tomt når alt gis ut.",
        choices=[("", "Ingen"), *LegalBasis.choices],
        required=False,
    )
    given_out = forms.MultipleChoiceField(
        label="Filer som gis ut",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reply = forms.CharField(
        label="Tekst i svaret",
        help_text="Står over filene. Skriv fakta det er bedt om, eller hvorfor ikke "
        "alt gis ut. Ikke navn på privatpersoner.",
        max_length=4000,
        required=False,
        widget=textarea(6),
    )

    def __init__(self, *args, files, **kwargs):
        super().__init__(*args, **kwargs)
        self.files_by_pk = {str(file.pk): file for file in files}
        if not files:
            del self.fields["given_out"]
            return
        self.fields["given_out"].choices = [
            (pk, file.name) for pk, file in self.files_by_pk.items()
        ]

    def answer(self):
        """What the verb takes."""
        data = dict(self.cleaned_data)
        chosen = data.pop("given_out", [])
        return data | {"files": [self.files_by_pk[pk] for pk in chosen]}


@require_http_methods(["GET", "HEAD", "POST"])
def access_request(request, pk):
    """One request: what is asked for, what may be given out, and the answer."""
    asked = get_object_or_404(requests_for(request), pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = AnswerForm(posted, files=asked.files_to_give())
    if posted and form.is_valid():
        try:
            asked.answer(by=request.actor, now=request.arrived_at, **form.answer())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Svaret er gitt.")
            return redirect("admin:access_list")
    context = {
        "title": "Innsynskrav",
        "asked": asked,
        "cases": Application.objects.visible_to(request.user).filter(
            pk__in=asked.cases()
        ),
        "form": None if asked.answered_at else form,
        "given": asked.files.select_related("file"),
        "bound": form if posted else None,
    }
    return staff_page(request, "admin/cases/access_request.html", context)
