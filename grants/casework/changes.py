"""A new decision in a decided case: proposed by one, made or turned down by another."""

from django.db import transaction

from grants.casework.forms import (
    DecideChangeForm,
    ProposeChangeForm,
    RejectChangeForm,
)
from grants.casework.views import (
    acting,
    case_in_scope,
    case_page,
    done,
    given,
    opened_case,
    staff_page,
)
from grants.letters import decision_letter
from grants.models import Appeal, AppealState, Decision, Letter, Pot
from grants.models.letters import norwegian_of
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused


def case_propose_change(request, year, seq):
    """A correction or a reversal; the letter is seen before it is proposed.

    The step is the button's: `se` shows the letter, `endre` goes back, `foresla`
    proposes.
    """
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    decision = case.made
    if decision is None:
        return case_page(request, case)
    form = ProposeChangeForm(given(request), case=case, decision=decision)
    step = request.POST.get("step", "")
    if step in {"se", "foresla"} and form.is_valid():
        try:
            if step == "foresla":
                case.propose_change(**acting(request), **form.cleaned_data)
                message = "Forslaget er sendt til beslutter. Vedtaket gjelder til da."
                return done(request, case, message)
            found = rehearse_proposal(case, **acting(request), **form.cleaned_data)
            return preview_page(request, case, form, found, "case_propose_change")
        except Refused as refusal:
            form.add_error(None, str(refusal))
            case = case_in_scope(request, year, seq)
    return change_page(request, case, form, decision)


def case_decide_change(request, year, seq):
    """Make the decision that is proposed; the letter and the pot are seen first."""
    case = opened_case(request, year, seq, role=roles.DECIDER)
    proposal = case.recommendations.standing().last()
    posted = given(request)
    if posted is None and (proposal is None or is_appeal_s(case, proposal)):
        return case_page(request, case)
    form = DecideChangeForm(posted, case=case, from_recommendation=proposal)
    step = request.POST.get("step", "")
    if step in {"se", "avgjor"} and form.is_valid():
        try:
            check_not_appeal_s(case, proposal)
            if step == "avgjor":
                case.redecide(**acting(request), **form.cleaned_data)
                return done(request, case, "Det nye vedtaket er fattet.")
            found = rehearse_decision(case, **acting(request), **form.cleaned_data)
            return preview_page(request, case, form, found, "case_decide_change")
        except Refused as refusal:
            form.add_error(None, str(refusal))
            case = case_in_scope(request, year, seq)
    return change_page(request, case, form, case.made, proposal)


def case_reject_change(request, year, seq):
    """Let the decision stand; the proposal goes back with the reason."""
    case = opened_case(request, year, seq, role=roles.DECIDER)
    proposal = case.recommendations.standing().last()
    form = RejectChangeForm(given(request), case=case)
    if request.method == "POST" and form.is_valid():
        try:
            check_not_appeal_s(case, proposal)
            case.reject_change(**acting(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            case = case_in_scope(request, year, seq)
        else:
            return done(request, case, "Vedtaket blir stående.")
    if proposal is None:
        return case_page(request, case)
    context = {"case": case, "form": form, "proposal": proposal}
    context |= {"title": f"La vedtaket stå: {case.number}"}
    context |= {"has_errors": bool(form.errors)}
    return staff_page(request, "admin/cases/case_reject_change.html", context)


def is_appeal_s(case, proposal):
    """Whether the proposal answers an appeal, which is settled on a page of its own."""
    if proposal.kind == Decision.Kind.CORRECTION:
        return False
    waiting = [AppealState.RECEIVED, AppealState.FORWARDED]
    return Appeal.objects.of_case(case).filter(state__in=waiting).exists()


def check_not_appeal_s(case, proposal):
    if proposal and is_appeal_s(case, proposal):
        raise Refused("Forslaget svarer på en klage. Gå til klagen.")


def rehearse_proposal(case, *, by, now, kind, **proposed):
    """The letter, if it were decided as proposed; stores nothing.

    Who will decide is not known yet: one who had to do with the last decision, and is
    not the one who proposes, stands in.
    """
    with transaction.atomic():
        last, before = case.made, case.money_taken()
        proposal = case.propose_change(by=by, now=now, kind=kind, **proposed)
        mine = last.decided_by == by.user
        made = Decision.make(
            case,
            recommendation=proposal,
            delegation=last.delegation,
            by=Actor(last.prepared_by if mine else last.decided_by),
            now=now,
            **proposed,
        )
        letter = letter_of(made, now=now)
        transaction.set_rollback(True)
    return effect(case, letter, made.amount - before)


def rehearse_decision(case, *, by, now, hold, **decided):
    """The letter, if the proposal were decided so; what the verb refuses is refused."""
    with transaction.atomic():
        before = case.money_taken()
        made = case.redecide(by=by, now=now, **decided)
        letter = made.letter
        transaction.set_rollback(True)
    return effect(case, letter, made.amount - before)


def letter_of(decision, *, now):
    language = norwegian_of(decision.application)
    title, parts = decision_letter(decision, language=language, now=now)
    return Letter(
        application=decision.application,
        language=language,
        title=title,
        parts=parts,
        written_at=now,
    )


def effect(case, letter, more):
    """The letter, and what it does to the pot. `more` is kroner; below 0 goes back."""
    pot = Pot.objects.for_area(case.round_id, case.area_id).get()
    left = pot.balance - more
    return {
        "letter": letter,
        "pot": pot,
        "more": max(more, 0),
        "back": max(-more, 0),
        "left": max(left, 0),
        "missing": max(-left, 0),
    }


def preview_page(request, case, form, found, view):
    case = case_in_scope(request, case.year, case.number[5:])
    context = found | {
        "case": case,
        "form": form,
        "decides": view == "case_decide_change",
        "title": f"Se over brevet: {case.number}",
    }
    return staff_page(request, "admin/cases/case_change_preview.html", context)


def change_page(request, case, form, decision, proposal=None):
    context = {
        "case": case,
        "form": form,
        "decision": decision,
        "proposal": proposal,
        "pot": Pot.objects.for_area(case.round_id, case.area_id).first(),
        "taken": case.money_taken(),
        "title": f"Nytt vedtak: {case.number} {case.current.title}",
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/case_change.html", context)
