"""The print queue: letters that someone must have on paper, and what was posted."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from grants.casework.forms import textarea
from grants.casework.views import acting, given, opened_case, press, staff_page
from grants.models import PrintItem
from grants.models.printing import count_by_cause
from omradesatsing.accounts import roles
from omradesatsing.accounts.middleware import forget_parked
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.fields import NorwegianDateField

# More than so many nobody puts in envelopes at once; the rest come when these are gone.
MOST = 50
POSTED_SHOWN = 20


class PostedForm(forms.Form):
    """Which letters, and the day they were posted."""

    items = forms.ModelMultipleChoiceField(
        label="Brev",
        queryset=PrintItem.objects.none(),
        error_messages={
            "required": "Velg minst ett brev.",
            "invalid_choice": "Noe av dette er alt lagt i posten, eller er ikke lenger "
            "i listen. Ingenting er merket. Se over listen og prøv igjen.",
        },
    )
    on = NorwegianDateField(label="Lagt i posten")

    def __init__(self, data=None, *, waiting, today):
        super().__init__(data, initial={"on": today})
        self.fields["items"].queryset = waiting


class CorrectForm(forms.Form):
    """The day it was posted after all, and why it was noted wrongly."""

    on = NorwegianDateField(
        label="Lagt i posten",
        required=False,
        help_text="Tom dato betyr at brevet ikke er lagt i posten, og må i køen igjen.",
    )
    reason = forms.CharField(
        label="Hvorfor rettes det?",
        help_text="Det som sto før, blir stående i journalen.",
        max_length=1000,
        widget=textarea(3),
    )


def items_for(request):
    """The queue of one who may post letters; a conflict hides a case here too."""
    if not request.user.has_role(roles.CASEWORKER):
        raise PermissionDenied("Utskrifter tar en saksbehandler.")
    return PrintItem.objects.visible_to(request.user).select_related(
        "letter__application__applicant__organisation",
        "letter__application__round",
        "letter__translation",
        "recipient",
        "representative",
        "notice",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def print_queue(request):
    """What waits, the oldest first, and what was posted lately."""
    items = items_for(request)
    waiting, today = items.waiting(), timezone.localdate(request.arrived_at)
    form = PostedForm(given(request), waiting=waiting, today=today)
    if request.method == "POST" and form.is_valid():
        keys = [item.pk for item in form.cleaned_data["items"]]
        try:
            posted = PrintItem.mark_posted(
                keys, on=form.cleaned_data["on"], **acting(request)
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            forget_parked(request)
            messages.success(
                request, f"{len(posted)} brev er merket som lagt i posten."
            )
            return redirect(request.get_full_path())
    causes = count_by_cause(waiting)
    chosen = request.GET.get("grunn", "")
    if chosen:
        if chosen not in PrintItem.Cause.values:
            raise Http404
        waiting = waiting.filter(cause=chosen)
    context = {
        "title": "Utskrifter",
        "form": form,
        "has_errors": form.is_bound and bool(form.errors),
        "ticked": set(form["items"].value() or []),
        "causes": causes,
        "chosen": chosen,
        "total": sum(number for _value, _label, number in causes),
        "count": waiting.count(),
        "waiting": list(waiting[:MOST]),
        "posted": items.posted().select_related("posted_by")[:POSTED_SHOWN],
    }
    return staff_page(request, "admin/cases/print_queue.html", context)


@require_safe
def print_letter(request, pk):
    """The PDF for the envelope, or its translation. Not there until it is made."""
    item = get_object_or_404(items_for(request), pk=pk)
    wanted = Q(pk=item.letter_id)
    if "oversettelse" in request.GET:
        wanted = Q(translates=item.letter_id)
    letters = type(item.letter).objects.exclude(pdf=None).select_related("pdf")
    return get_object_or_404(letters, wanted).pdf.response()


@require_http_methods(["GET", "HEAD", "POST"])
def print_correct(request, pk):
    """Correct the day, or say that it was not posted."""
    item = get_object_or_404(items_for(request).posted(), pk=pk)
    form = CorrectForm(given(request), initial={"on": item.posted_on})
    if request.method == "POST" and form.is_valid():
        try:
            item.correct_posted(**form.cleaned_data, **acting(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            forget_parked(request)
            messages.success(request, "Det er rettet.")
            return redirect("admin:print_queue")
    context = {
        "title": "Rett når brevet ble lagt i posten",
        "item": item,
        "form": form,
        "has_errors": form.is_bound and bool(form.errors),
    }
    return staff_page(request, "admin/cases/print_correct.html", context)


def case_letter_on_paper(request, year, seq, pk):
    """The applicant has asked to get a letter by post."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    letter = get_object_or_404(case.letters.filter(translates=None), pk=pk)
    letter.application = case

    def verb():
        PrintItem.ask(letter, **acting(request))

    return press(request, case, verb, "Brevet er lagt i kø for å sendes på papir.")
