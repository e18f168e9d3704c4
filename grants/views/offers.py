"""What the recipient says to an award: yes, or no, also after a yes."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from grants.models import Award
from grants.views.applications import award_of, case_trail, own_case
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused

ANSWERED = {
    Award.State.ACCEPTED: gettext_lazy("Takk. Dere har tatt imot tilskuddet."),
    Award.State.DECLINED: gettext_lazy(
        "Dere har takket nei, og pengene går tilbake til rammen."
    ),
}


class DeclineForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Hvorfor takker dere nei?"),
        help_text=gettext_lazy(
            "Det hjelper oss å gjøre ordningen bedre. Du trenger ikke svare."
        ),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def award_accept(request, year, sequence):
    """The offer, and a button that says yes to it."""
    application, award = own_award(request, year, sequence)
    # Nothing to fill in: it carries what the verb refuses.
    form = forms.Form(request.POST if request.method == "POST" else None)
    if answer(request, application, form, award.accept):
        return redirect(application)
    if award.state == Award.State.ACCEPTED:
        return redirect("grants:award_decline", year, sequence)
    if not award.is_open_to_answer:
        return redirect(application)
    context = {
        **parts(application, award),
        "form": form,
        "answer_is_late": award.is_late(request.arrived_at),
        "lacks_proof": application.lacks_proof(),
        "trail": case_trail(application, (_("Svar på tilsagnet"), "")),
    }
    return render(request, "grants/award_accept.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def award_decline(request, year, sequence):
    """Say no, with why if one likes; it cannot be undone."""
    application, award = own_award(request, year, sequence)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if answer(request, application, form, award.decline):
        return redirect(application)
    if not award.may_be_given_back:
        return redirect(application)
    context = {
        **parts(application, award),
        "form": form,
        "trail": case_trail(application, (_("Takk nei"), "")),
    }
    return render(request, "grants/award_decline.html", context)


def own_award(request, year, sequence):
    application = own_case(request, year, sequence)
    award = award_of(application)
    if award is None:
        raise Http404
    return application, award


def answer(request, application, form, verb):
    """Call the verb with what was posted; whether it was done."""
    if request.method != "POST" or not form.is_valid():
        return False
    by = Actor(request.user, application.applicant)
    try:
        verb(by=by, now=request.arrived_at, **form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    said = award_of(application).state
    messages.success(request, str(ANSWERED[said]))
    return True


def parts(application, award):
    return {
        "application": application,
        "version": application.current,
        "award": award,
        "decision": application.decision,
    }
