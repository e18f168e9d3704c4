"""What comes after the closing: taken in or dismissed, and leave given beforehand."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from grants.casework.forms import TakeInForm, textarea
from grants.casework.views import act, acting, given, opened_case, staff_page
from grants.models import Applicant, LateException, Round
from grants.setup_forms import LastMinuteFields
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import deadline


def case_take_in(request, year, seq):
    """Let one that came late be judged with the others."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = TakeInForm(given(request), case=case)

    def verb():
        case.take_in(**acting(request), **form.cleaned_data)
        return "Søknaden er tatt inn, og søkeren er varslet."

    return act(request, case, form, verb)


class LeaveForm(LastMinuteFields):
    """Leave for one applicant. Drafts are nobody's business, so none are listed."""

    who = forms.CharField(
        label="Søkerens organisasjonsnummer eller e-postadresse",
        help_text="E-postadressen til en som har logget inn og kan søke for søkeren.",
        max_length=254,
    )
    applicant = forms.ModelChoiceField(
        label="Hvem av dem?",
        queryset=Applicant.objects.none(),
        required=False,
        empty_label="Velg",
    )
    reason = forms.CharField(
        label="Hvorfor?",
        help_text="Søkeren leser dette. Det står også i journalen.",
        max_length=LateException._meta.get_field("reason").max_length,
        widget=textarea(3),
    )
    field_order = ["who", "applicant", "last_day", "last_minute", "reason"]

    def __init__(self, data=None, *, round):
        super().__init__(data)
        self.found = Applicant.objects.none()
        if data and data.get("who"):
            self.found = applicants_of(data["who"], round)
        self.fields["applicant"].queryset = self.found
        if len(self.found) < 2:
            self.fields["applicant"].widget = forms.HiddenInput()

    def clean(self):
        data = super().clean()
        if data.get("who") and not self.found:
            self.add_error("who", "Vi finner ingen søker med dette.")
        elif len(self.found) > 1 and not data.get("applicant"):
            self.add_error("applicant", "Velg hvem det gjelder.")
        elif self.found:
            data["applicant"] = data.get("applicant") or self.found[0]
        return data


def applicants_of(who, round):
    """The applicants with that number, or for whom the one at that address acts."""
    words = who.strip()
    number = "".join(words.split())
    members = Q(memberships__user__email__iexact=words, memberships__ended_at=None)
    found = Applicant.objects.filter(Q(organisation__orgnr=number) | members)
    same = Applicant.objects.filter(pk__in=found.values("pk"))
    return same.filter(kind__in=round.applicant_kinds).order_by("name", "pk")


def round_leave(request, pk):
    """Give one applicant a later closing; and who has been given one."""
    if not request.user.has_role(roles.CASEWORKER):
        raise PermissionDenied("Dette gjør en saksbehandler.")
    round = get_object_or_404(Round.objects.exclude(published_at=None), pk=pk)
    form = LeaveForm(given(request), round=round)
    if request.method == "POST" and form.is_valid():
        try:
            leave = LateException.grant(
                round=round,
                applicant=form.cleaned_data["applicant"],
                until=form.closes_at(form.cleaned_data),
                reason=form.cleaned_data["reason"],
                **acting(request),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            words = f"{leave.applicant} kan sende til {deadline(leave.until)}."
            messages.success(request, words)
            return redirect("admin:round_leave", pk=pk)
    context = {
        "title": f"Utsatt frist for én søker: {round}",
        "round": round,
        "form": form,
        "leaves": round.late_exceptions.select_related("applicant", "granted_by"),
        "back": reverse("admin:grants_round_change", args=[pk]),
    }
    return staff_page(request, "admin/cases/round_leave.html", context)
