"""The decision: written, seen as the letter it becomes, then made."""

from django.db import transaction

from grants.casework.forms import DecideForm
from grants.casework.page import case_parts
from grants.casework.views import (
    acting,
    case_in_scope,
    case_page,
    done,
    given,
    opened_case,
    staff_page,
)
from grants.models import Outcome, Pot, State
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused


def case_decide(request, year, seq):
    """The form, then the letter to look through, then the decision itself.

    The step is the button's: `se` shows the letter, `endre` goes back to the form with
    the text, `avgjor` decides.
    """
    case = opened_case(request, year, seq, role=roles.DECIDER)
    recommendation = case.recommendations.standing().last()
    posted = given(request)
    if posted is None and (case.state != State.RECOMMENDED or recommendation is None):
        return case_page(request, case)
    form = DecideForm(posted, case=case, from_recommendation=recommendation)
    form.initial |= entered_by_another(case)
    step = request.POST.get("step", "")
    if step in {"se", "avgjor"} and form.is_valid():
        try:
            if step == "avgjor":
                case.decide(**acting(request), **form.cleaned_data)
                return done(request, case, told_words(form))
            return preview_page(request, case, form)
        except Refused as refusal:
            case = case_in_scope(request, year, seq)
            if step == "avgjor" and is_own_decision(case, request.user, form):
                return done(request, case, told_words(form))
            form.add_error(None, str(refusal))
    return decide_page(request, case, form)


def told_words(form):
    if form.cleaned_data["hold"]:
        return "Vedtaket er fattet, og holdes tilbake til noen gjør det kjent."
    return "Vedtaket er fattet, og søkeren er varslet."


def entered_by_another(case):
    """What a body decided, to start from; nothing when no body has."""
    entry = case.body_decisions.waiting().first()
    if entry is None:
        return {}
    amount = entry.amount if entry.outcome == Outcome.PARTLY else None
    return {"outcome": entry.outcome, "amount": amount}


def is_own_decision(case, user, form):
    """Whether this very decision was made by the first of two presses."""
    decision, wanted = case.made, form.cleaned_data
    return decision is not None and (
        decision.decided_by_id == user.pk
        and decision.outcome == wanted["outcome"]
        and decision.amount == wanted["amount"]
        and decision.considerations == wanted["considerations"].strip()
    )


def rehearse(case, *, by, now, **decision):
    """The letter, and what is left in the pot, if it were decided so; stores nothing.

    Decides and rolls back: what is shown is what the verb would do, and what it would
    refuse is refused before anything is pressed for good.
    """
    with transaction.atomic():
        made = case.decide(by=by, now=now, **decision | {"hold": False})
        letter = made.letter
        left = Pot.objects.for_area(case.round_id, case.area_id).get().balance
        transaction.set_rollback(True)
    translation = getattr(letter, "translation", None)
    return {
        "decision": made,
        "letter": letter,
        "translation": translation,
        "left": left,
    }


def preview_page(request, case, form):
    found = rehearse(case, **acting(request), **form.cleaned_data)
    case = case_in_scope(request, case.year, case.number[5:])
    title = f"Se over brevet: {case.number}"
    context = found | {"case": case, "form": form, "title": title}
    return staff_page(request, "admin/cases/case_decide_preview.html", context)


def decide_page(request, case, form):
    context = case_parts(case, request.user) | {
        "case": case,
        "form": form,
        "title": f"Vedtak: {case.number} {case.current.title}",
        "has_errors": bool(form.errors),
    }
    try:
        context["delegation"] = case.check_decider(
            0, context["recommendation"], **acting(request)
        )
    except Refused as refusal:
        context["refusal"] = str(refusal)
    return staff_page(request, "admin/cases/case_decide.html", context)
