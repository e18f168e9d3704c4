"""The open cases of a caseworker who has left: listed, and given to others."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from grants.casework.views import staff_page
from grants.models import Application
from grants.models.impartiality import is_caseworker
from grants.staff import caseworkers, open_cases
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused

MOVES = {roles.CASEWORKER, roles.ADMINISTRATOR}
MOST = 200


class ReassignForm(forms.Form):
    cases = forms.ModelMultipleChoiceField(
        label="Hvilke saker?",
        queryset=Application.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Velg minst én sak."},
    )
    to = forms.ModelChoiceField(
        label="Hvem skal ha dem?", queryset=User.objects.none(), empty_label="Velg"
    )

    def __init__(self, data=None, *, cases):
        super().__init__(data, initial={"cases": [case.pk for case in cases]})
        self.fields["cases"].queryset = cases
        self.fields["cases"].label_from_instance = lambda case: (
            f"{case.number} {case.title} – {case.applicant}"
        )
        self.fields["to"].queryset = caseworkers().order_by("name", "email")


@require_http_methods(["GET", "HEAD", "POST"])
def leaver_cases(request, pk):
    """What one who has left still has, as far as the reader may see it."""
    if not request.user.role_names & MOVES:
        raise PermissionDenied("Dette gjør en saksbehandler eller administrator.")
    person = get_object_or_404(User.objects.all(), pk=pk)
    cases = (
        Application.objects.visible_to(request.user)
        .filter(pk__in=open_cases(person).values("pk"))
        .with_current()
        .select_related("applicant", "area", "round")
        .order_by("year", "sequence")
    )
    form = ReassignForm(request.POST or None, cases=cases)
    if request.method == "POST" and form.is_valid():
        reassign(request, **form.cleaned_data)
        return redirect("admin:leaver_cases", pk)
    context = {
        "title": f"Sakene til {person}",
        "person": person,
        "is_here": is_caseworker(person),
        "cases": cases[:MOST],
        "form": form,
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/leaver_cases.html", context)


def reassign(request, *, cases, to):
    """Each on its own: one that cannot be moved does not hold the others back."""
    moved = []
    for case in cases:
        try:
            case.reassign(to, by=request.actor)
        except Refused as refusal:
            messages.error(request, f"{case.number}: {refusal}")
        else:
            moved.append(case.number)
    if moved:
        messages.success(request, f"{to} har fått {', '.join(moved)}.")
