"""Held decisions: the letters looked through, then made known, all or some."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from grants.casework.plans import round_of
from grants.casework.views import acting, opened_case, staff_page
from grants.letters import decision_letter
from grants.models import Application, Decision, Letter
from grants.models.letters import norwegian_of
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused

# More than so many letters nobody looks through at once.
MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
def round_announce(request, pk):
    """The held decisions of a round, each with its letter, and the button."""
    round = round_of(request, pk)
    if request.method == "POST":
        return make_known(request, round)
    cases = Application.objects.visible_to(request.user).filter(round=round)
    held = (
        Decision.objects.held()
        .filter(application__in=cases)
        .select_related("application__applicant", "decided_by")
        .order_by("application_id")
    )
    context = {
        "title": f"Vedtak som venter: {round}",
        "round": round,
        "held": list(held[:MOST]),
        "count": held.count(),
        "may_announce": request.user.has_role(roles.DECIDER),
    }
    return staff_page(request, "admin/cases/round_announce.html", context)


def make_known(request, round):
    """All of them, or those that are ticked; the button says which."""
    only = None
    if request.POST.get("knapp") == "valgte":
        only = [int(pk) for pk in request.POST.getlist("vedtak") if pk.isdecimal()]
        if not only:
            messages.error(request, "Velg minst ett vedtak.")
            return redirect("admin:round_announce", pk=round.pk)
    try:
        made = Decision.announce_all(round, only=only, **acting(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            f"{len(made)} vedtak er gjort kjent, og brevene er lagt ut."
            if made
            else "Ingen vedtak ventet på å bli gjort kjent.",
        )
    return redirect("admin:round_announce", pk=round.pk)


@require_safe
def case_held_letter(request, year, seq):
    """The letter of a decision that waits, as it would be if it were made known now."""
    case = opened_case(request, year, seq)
    decision = Decision.objects.held().filter(application=case).first()
    if decision is None:
        raise Http404
    language = norwegian_of(case)
    try:
        title, parts = decision_letter(
            decision, language=language, now=request.arrived_at
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:round_announce", pk=case.round_id)
    letter = Letter(
        application=case,
        language=language,
        title=title,
        parts=parts,
        written_at=request.arrived_at,
    )
    context = {"case": case, "letter": letter, "title": title}
    return staff_page(request, "admin/cases/case_held_letter.html", context)
