"""«Mine bindinger»: what staff tell of themselves. Nobody else opens these pages."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from grants import numbers
from grants.casework.views import given, staff_page
from grants.models import Tie
from omradesatsing.accounts.middleware import forget_parked
from omradesatsing.ui.fields import NorwegianDateField


class TieForm(forms.ModelForm):
    optional_marks = True

    orgnr = forms.CharField(label="Organisasjonsnummer", required=False, max_length=20)
    valid_from = NorwegianDateField(label="Fra og med", required=False)
    valid_to = NorwegianDateField(
        label="Til og med", required=False, help_text="Tomt: gjelder fortsatt."
    )

    class Meta:
        model = Tie
        fields = [
            "kind",
            "organisation_name",
            "orgnr",
            "person_name",
            "street",
            "valid_from",
            "valid_to",
            "note",
        ]
        labels = {
            "kind": "Hva slags binding er det?",
            "organisation_name": "Organisasjon",
            "person_name": "Person",
            "street": "Gate eller vei",
            "note": "Mer om bindingen",
        }
        widgets = {
            "kind": forms.RadioSelect,
            "person_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "street": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = {
            "organisation_name": "Med nummeret finner vi den sikkert. Navnet alene gir "
            "bare et hint.",
            "person_name": "Fornavn og etternavn.",
            "note": "For eksempel «kasserer», «søster» eller «gift med styrelederen».",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Tie.Kind.choices

    def clean_orgnr(self):
        typed = self.cleaned_data["orgnr"]
        return numbers.orgnr(typed) if typed.strip() else ""

    def clean(self):
        data = super().clean()
        for name in ("organisation_name", "person_name", "street", "note"):
            if numbers.may_be_birth_number(data.get(name) or ""):
                raise ValidationError("Ikke skriv fødselsnummer her.")
        return data


@require_http_methods(["GET", "HEAD", "POST"])
def tie_list(request):
    """One's own ties, and a form for one more."""
    form = TieForm(given(request), instance=Tie(user=request.user))
    if request.method == "POST" and form.is_valid():
        form.instance.keep(by=request.actor)
        return done(request, "Bindingen er lagret.")
    today = timezone.localdate(request.arrived_at)
    own = Tie.objects.own(request.user)
    context = {
        "title": "Mine bindinger",
        "form": form,
        "ties": own.in_force(today),
        "past": own.exclude(pk__in=own.in_force(today).values("pk")),
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/tie_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def tie_change(request, pk):
    tie = get_object_or_404(Tie.objects.own(request.user), pk=pk)
    form = TieForm(given(request), instance=tie)
    if request.method == "POST" and form.is_valid():
        form.instance.keep(by=request.actor)
        return done(request, "Bindingen er lagret.")
    context = {
        "title": "Endre bindingen",
        "form": form,
        "tie": tie,
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/tie_change.html", context)


@require_POST
def tie_remove(request, pk):
    tie = get_object_or_404(Tie.objects.own(request.user), pk=pk)
    tie.remove(by=request.actor)
    return done(request, "Bindingen er slettet.")


def done(request, message):
    forget_parked(request)
    messages.success(request, message)
    return redirect("admin:tie_list")
