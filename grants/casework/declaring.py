"""«Habilitet i utlysningen»: all the cases of a round that one is to treat, at once."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from grants.casework.views import acting, given, staff_page
from grants.hints import hints_for, parties_of
from grants.models import Application, Declaration, Round, Tie
from grants.models.readers import reads_cases
from grants.models.states import WITH_STAFF
from omradesatsing.accounts.middleware import forget_parked

# A page at a time: what is answered goes, and the next come.
PAGE = 25


class RoundDeclareForm(forms.Form):
    """For each case impartial, not so, or no answer yet. Nothing is filled in."""

    optional_marks = False

    HABIL, INHABIL = "habil", "inhabil"

    def __init__(self, data=None, *, cases):
        super().__init__(data)
        self.cases = cases
        for case in cases:
            self.fields[f"answer_{case.pk}"] = forms.ChoiceField(
                label=f"Er du habil i sak {case.number}?",
                choices=[(self.HABIL, "Habil"), (self.INHABIL, "Inhabil")],
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"ground_{case.pk}"] = forms.ChoiceField(
                label=f"Hva gjør deg inhabil i sak {case.number}?",
                choices=[("", "Bare hvis du er inhabil"), *Declaration.Ground.choices],
                required=False,
            )

    def clean(self):
        data = super().clean()
        for case in self.cases:
            answer, ground = (
                data.get(f"answer_{case.pk}"),
                data.get(f"ground_{case.pk}"),
            )
            if answer == self.INHABIL and not ground:
                self.add_error(
                    f"ground_{case.pk}", "Velg hva slags tilknytning det er."
                )
            elif ground and answer != self.INHABIL:
                self.add_error(
                    f"answer_{case.pk}",
                    "Du har valgt en tilknytning. Da er du inhabil i saken.",
                )
        return data

    def declarations(self):
        """[(case, what the verb `declare` takes)] for the cases that are answered."""
        found = []
        for case in self.cases:
            answer = self.cleaned_data[f"answer_{case.pk}"]
            if answer:
                conflict = answer == self.INHABIL
                ground = self.cleaned_data[f"ground_{case.pk}"] if conflict else ""
                found.append((case, {"conflict": conflict, "ground": ground}))
        return found


def round_impartiality(request, pk):
    """Who is in each case, for the user to say yes or no to. Not what the cases say."""
    if not reads_cases(request.user):
        raise PermissionDenied
    round = get_object_or_404(Round.objects.exclude(published_at=None), pk=pk)
    waiting = undeclared(request.user, round)
    cases = list(waiting[:PAGE])
    form = RoundDeclareForm(given(request), cases=cases)
    if request.method == "POST" and form.is_valid():
        found = form.declarations()
        for case, declaration in found:
            case.declare(**acting(request), **declaration)
        forget_parked(request)
        messages.success(request, told(found))
        return redirect("admin:round_impartiality", pk)
    context = {
        "title": f"Habilitet i utlysningen: {round}",
        "round": round,
        "form": form,
        "rows": rows_of(form, cases, request),
        "left": waiting.count(),
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/round_impartiality.html", context)


def undeclared(user, round):
    """The cases of a round that the user is to treat, and has not declared in."""
    declared = Declaration.objects.filter(
        application=OuterRef("pk"), user=user, conflict=False
    )
    return (
        Application.objects.visible_to(user)
        .filter(~Exists(declared), round=round, state__in=WITH_STAFF)
        .with_current()
        .select_related("applicant__organisation")
        .order_by("year", "sequence")
    )


def rows_of(form, cases, request):
    """Each case with its two fields, who is in it, and what may tie the user to it."""
    ties = list(
        Tie.objects.own(request.user).in_force(timezone.localdate(request.arrived_at))
    )
    parties = parties_of(cases)
    return [
        {
            "case": case,
            "answer": form[f"answer_{case.pk}"],
            "ground": form[f"ground_{case.pk}"],
            "parties": parties[case.pk],
            "hints": hints_for(request.user, parties[case.pk], ties),
        }
        for case in cases
    ]


def told(found):
    shut = sum(declaration["conflict"] for _case, declaration in found)
    if not found:
        return "Du har ikke svart for noen saker ennå."
    words = (
        f"Svaret er lagret for {len(found)} {'sak' if len(found) == 1 else 'saker'}."
    )
    return f"{words} {shut} er skjult for deg." if shut else words
