"""A leader's rulings on impartiality, and decisions that must be looked at anew."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from grants.casework.filters import NUMBER
from grants.casework.forms import CaseForm, SettleForm, textarea
from grants.casework.views import SEQUENCE, acting, given, staff_page
from grants.hints import hints_in
from grants.models import Application, DecisionFlag, Ruling
from grants.models.rulings import Rulers
from grants.rulings import (
    declarations_to_rule,
    flags_for_ruler,
    people_ruled_by,
    rules_on,
)
from omradesatsing.accounts.middleware import forget_parked
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused

MOST = 50


class RuleForm(CaseForm):
    name = "rule"
    heading = "Avgjør habiliteten"
    button = "Avgjør"

    conflict = forms.TypedChoiceField(
        label="Er medarbeideren inhabil?",
        choices=[
            ("ja", "Ja, saken er skjult for medarbeideren"),
            ("nei", "Nei, medarbeideren kan behandle saken"),
        ],
        coerce=lambda answer: answer == "ja",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="Hvorfor?",
        help_text="Hva bindingen er, og hva den betyr i denne saken. Medarbeideren "
        "leser dette.",
        max_length=Ruling._meta.get_field("reason").max_length,
        widget=textarea(4),
    )


class RuleOnForm(forms.Form):
    """To a case and a person that nobody has asked about."""

    person = forms.ModelChoiceField(
        label="Hvem gjelder det?", queryset=User.objects.none(), empty_label="Velg"
    )
    number = forms.CharField(label="Saksnummer", max_length=20)

    def __init__(self, data=None, *, people):
        super().__init__(data)
        self.fields["person"].queryset = people
        self.case = None

    def clean_number(self):
        found = NUMBER.fullmatch(self.cleaned_data["number"].strip())
        if found:
            year, sequence = (int(part) for part in found.groups())
            sent = Application.objects.sent()
            self.case = sent.filter(year=year, sequence=sequence).first()
        if self.case is None:
            raise forms.ValidationError("Skriv saksnummeret slik: 2026/0012.")
        return found[0]


@require_http_methods(["GET", "HEAD", "POST"])
def ruling_list(request):
    """What the user is to rule on, and a way to rule without being asked."""
    today = timezone.localdate(request.arrived_at)
    rulers = Rulers(today, Application.objects.none())
    people = people_ruled_by(request.user, rulers)
    form = RuleOnForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        person, case = form.cleaned_data["person"], form.case
        if rules_on(request.user, person, case, today):
            return redirect("admin:case_rule", case.year, case.number[5:], person.pk)
        form.add_error(None, "Du avgjør ikke habiliteten til denne personen her.")
    own = Ruling.objects.filter(ruled_by=request.user)
    context = {
        "title": "Habilitet å avgjøre",
        "waiting": declarations_to_rule(request.user, today),
        "flags": flags_for_ruler(request.user, today),
        "own": own.select_related("application", "user").order_by("-pk")[:MOST],
        "form": form if people else None,
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/ruling_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case_rule(request, year, seq, pk):
    """One person in one case: what they have said, what may tie them, and the ruling.

    Shows who the case is about and none of what it says: who rules need not treat it.
    """
    case, person = ruled_case(request, year, seq, pk)
    form = RuleForm(given(request), case=case)
    if request.method == "POST" and form.is_valid():
        try:
            case.rule(person, **acting(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            forget_parked(request)
            messages.success(
                request, "Avgjørelsen er lagret, og medarbeideren varslet."
            )
            return redirect("admin:ruling_list")
    return staff_page(
        request,
        "admin/cases/case_rule.html",
        ruling_context(request, case, person, form),
    )


def ruling_context(request, case, person, form):
    today = timezone.localdate(request.arrived_at)
    flags = DecisionFlag.objects.open().filter(decision__application=case, user=person)
    return {
        "title": f"Habilitet i sak {case.number}: {person}",
        "case": case,
        "version": case.current,
        "person": person,
        "form": form,
        "ruler": case.check_ruler(request.actor, person, day=today),
        "declarations": case.declarations.filter(user=person),
        "rulings": case.rulings.filter(user=person).select_related("ruled_by"),
        "hints": hints_in(case, person, today),
        "flags": flags.select_related("decision", "user"),
        "settle_form": SettleForm(case=case),
        "is_shut": case.conflicted().filter(pk=person.pk).exists(),
        "has_errors": bool(form.errors),
    }


@require_POST
def case_settle_flag(request, year, seq, pk):
    """Say what a new look at a flagged decision led to."""
    case = unconflicted_case(request, year, seq)
    flags = DecisionFlag.objects.filter(decision__application=case)
    flag = get_object_or_404(flags.select_related("decision", "user"), pk=pk)
    flag.decision.application = case
    today = timezone.localdate(request.arrived_at)
    is_ruler = rules_on(request.user, flag.user, case, today)
    if not is_ruler and not case.is_open_to(request.user):
        raise Http404
    back = case.get_case_url() if case.is_open_to(request.user) else "admin:ruling_list"
    form = SettleForm(request.POST, case=case)
    if not form.is_valid():
        messages.error(request, "Skriv hva det nye blikket førte til.")
        return redirect(back)
    try:
        flag.settle(**acting(request), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Det er lagret hva det nye blikket førte til.")
    return redirect(back)


# --- how ------------------------------------------------------------------------------


def unconflicted_case(request, year, seq):
    """The sent case, but for those with a conflict in it."""
    if not SEQUENCE.fullmatch(seq) or seq != f"{int(seq):04d}":
        raise Http404
    cases = Application.objects.sent().without_conflicts_of(request.user)
    cases = cases.select_related("round", "area", "applicant__organisation")
    return get_object_or_404(cases, year=year, sequence=int(seq))


def ruled_case(request, year, seq, pk):
    """The case and the person, for one who rules on them there; else 404."""
    case = unconflicted_case(request, year, seq)
    person = get_object_or_404(User.objects.filter(is_staff=True), pk=pk)
    today = timezone.localdate(request.arrived_at)
    if not rules_on(request.user, person, case, today):
        raise Http404
    return case, person
