"""Appeals, as the staff treat them: the first look, then the appeal body's pages."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from grants.casework.appeal_forms import (
    AskForm,
    DelayForm,
    DismissForm,
    GoOnForm,
    MoneyForm,
    NewDecisionForm,
    PlaceForm,
    ProposeForm,
    RegisterAppealForm,
    RejectForm,
    TakeInLateForm,
    UpholdForm,
)
from grants.casework.forms import DeclareForm
from grants.casework.page import Action, NextStep, case_url, pot_parts
from grants.casework.views import (
    act,
    acting,
    declare_page,
    given,
    has_declared,
    opened_case,
    staff_page,
)
from grants.casework.wording import APPEAL_STATES
from grants.deadlines import next_working_day
from grants.models import Appeal, AppealFile, AppealState, Decision
from grants.models.appeal_states import OPEN
from grants.models.lodging import decision_of_number
from omradesatsing.accounts import roles
from omradesatsing.accounts.middleware import forget_parked
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import date_no, money

QUESTION_TIME = timedelta(days=14)


# Each step below: its form (None is a button), its verb, and what is told afterwards.
BELOW_STEPS = {
    "ta-inn": (TakeInLateForm, "take_in_late", "Klagen er tatt inn."),
    "spor": (AskForm, "ask", "Klageren er spurt."),
    "videre": (GoOnForm, "go_on", "Klagen er til vurdering igjen."),
    "utsett": (DelayForm, "rule_delay", "Klageren får vite det."),
    "omgjor": (NewDecisionForm, "propose_reversal", "Det nye vedtaket er foreslått."),
    "endre": (None, "change", "Vedtaket er gjort om, og klageren er varslet."),
    "forkast": (RejectForm, "reject_reversal", "Forslaget er sendt tilbake."),
    "avvis": (DismissForm, "dismiss", "Klagen er avvist, og klageren er varslet."),
    "sta": (UpholdForm, "uphold", "Uttalelsen er lagret."),
    "send": (None, "forward", "Klagen er sendt, og partene har fått uttalelsen."),
    "trukket": (None, "note_withdrawn", "Klagen er trukket."),
    "penger": (MoneyForm, "ask_for_money", "Det står i saken hvem som er bedt."),
}
BODY_STEPS = {
    "foresla": (ProposeForm, "propose_outcome", "Utfallet er foreslått."),
    "forkast": (RejectForm, "return_outcome", "Forslaget er sendt tilbake."),
    "avgjor": (None, "settle", "Klagen er avgjort, og partene er varslet."),
    "utsett": (DelayForm, "rule_delay", "Klageren får vite det."),
    "penger": (MoneyForm, "ask_for_money", "Det står i saken hvem som er bedt."),
}


# --- the first look, by the one who decided -------------------------------------------


def case_register_appeal(request, year, seq):
    """Enter an appeal that came as a letter or an e-mail."""
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    posted = [request.POST, request.FILES] if request.method == "POST" else [None]
    form = RegisterAppealForm(*posted, case=case)

    def verb():
        def register(**fields):
            return Appeal.register(case.decision, **acting(request), **fields)

        if form.send(register, by=request.actor) is None:
            raise Refused("Se på filene.")
        return "Klagen er registrert, og søkeren har fått brev."

    return act(request, case, form, verb)


@require_safe
def case_appeal(request, year, seq, pk):
    """One appeal, with what can be done with it now."""
    case = opened_case(request, year, seq)
    return appeal_page(request, appeal_of(case, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def case_appeal_step(request, year, seq, pk, step):
    """A step of the first look."""
    case = opened_case(request, year, seq)
    appeal = appeal_of(case, pk)
    url = case_url(case, "case_appeal", appeal.pk)
    return take_step(request, appeal, BELOW_STEPS, step, url, appeal_page)


@require_safe
def case_appeal_file(request, year, seq, pk):
    """A file of an appeal in the case."""
    case = opened_case(request, year, seq)
    files = AppealFile.objects.filter(appeal__decision__application=case)
    return get_object_or_404(files.select_related("file"), pk=pk).file.response()


@require_safe
def case_appeal_bundle(request, year, seq, pk):
    """What the appeal body got, as one PDF. Not there until the worker has made it."""
    appeal = appeal_of(opened_case(request, year, seq), pk)
    if appeal.bundle is None:
        raise Http404
    return appeal.bundle.response()


def appeal_of(case, pk):
    appeals = Appeal.objects.of_case(case).select_related(
        "decision__application__round__scheme__appeal_body",
        "decision__application__applicant",
        "lodged_by",
        "registered_by",
        "reviewed_by",
        "proposed_by",
        "settled_by",
        "bundle",
    )
    return get_object_or_404(appeals, pk=pk)


def take_step(request, appeal, steps, step, url, page):
    """Call the verb of a step; a refusal shows the page with what was written."""
    if step not in steps:
        raise Http404
    form_class, verb, message = steps[step]
    form = form_class and form_class(given(request), case=appeal.application)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            fields = form.verb_fields() if form else {}
            getattr(appeal, verb)(**acting(request), **fields)
        except Refused as refusal:
            appeal = Appeal.objects.get(pk=appeal.pk)
            if form is None:
                messages.error(request, str(refusal))
                return redirect(url)
            form.add_error(None, str(refusal))
        else:
            forget_parked(request)
            messages.success(request, message)
            return redirect(url)
    if form is None or not form.is_bound:
        return redirect(url)
    return page(request, appeal, form)


def appeal_page(request, appeal, bound=None):
    case, user = appeal.application, request.user
    today = timezone.localdate(request.arrived_at)
    step = step_below(request, appeal)
    forms_now = forms_below(appeal, user, today)
    context = shown_of(appeal) | {
        "title": f"Klage i sak {case.number}",
        "step": step,
        "actions": actions_of(appeal, forms_now, bound, step, below_url),
        "bound": bound,
        "has_errors": bound is not None and bool(bound.errors),
        "may_note_withdrawn": user.has_role(roles.CASEWORKER) and appeal.is_open,
        "withdrawn_url": below_url(appeal, "trukket"),
    }
    return staff_page(request, "admin/cases/case_appeal.html", context)


def below_url(appeal, step):
    return case_url(appeal.application, "case_appeal_step", appeal.pk, step)


def shown_of(appeal):
    """What both pages of an appeal show."""
    case = appeal.application
    proposal = case.recommendations.standing().last()
    if proposal and proposal.kind == Decision.Kind.FIRST:
        proposal = None
    return {
        "appeal": appeal,
        "case": case,
        "files": list(appeal.files.select_related("file")),
        "questions": list(appeal.questions.select_related("asked_by", "answered_by")),
        "shortfalls": list(appeal.shortfalls.select_related("asked_by")),
        "proposal": proposal,
        "pot": pot_parts(case, proposal, None),
        "missing": appeal.missing_money() if proposal else 0,
        "letters": list(case.letters.all()),
    }


def actions_of(appeal, forms_now, bound, step, url):
    if bound is not None:
        forms_now[bound.name] = bound
    return [
        Action(form, url(appeal, name), form is bound or name == step.opens)
        for name, form in forms_now.items()
    ]


def forms_below(appeal, user, today):
    """The empty forms this user may need now, by name. The verbs are the guards."""
    case, found = appeal.application, {}
    proposed = case.recommendations.standing().filter(kind="reversal").exists()
    received = appeal.state == AppealState.RECEIVED
    if user.has_role(roles.CASEWORKER):
        if appeal.awaits_ruling and appeal.sent_on <= appeal.latest_taken_in:
            found["ta-inn"] = TakeInLateForm(case=case)
        if received and not appeal.awaits_ruling and not proposed:
            found["sta"] = UpholdForm(case=case)
            found["omgjor"] = NewDecisionForm(case=case)
        if received:
            due_on = next_working_day(today + QUESTION_TIME)
            found["spor"] = AskForm(case=case, initial={"due_on": due_on})
        if appeal.state == AppealState.NEEDS_INFO:
            found["videre"] = GoOnForm(case=case)
        if appeal.is_below:
            found["utsett"] = DelayForm(case=case)
    if user.has_role(roles.DECIDER) and received:
        found["avvis"] = DismissForm(case=case)
        if proposed:
            found["forkast"] = RejectForm(case=case)
            if appeal.missing_money():
                found["penger"] = MoneyForm(case=case)
    return found


def step_below(request, appeal):
    """What happens now with an appeal that the one who decided still has."""
    user, case = request.user, appeal.application
    worker, decider = user.has_role(roles.CASEWORKER), user.has_role(roles.DECIDER)
    proposed = case.recommendations.standing().filter(kind="reversal").first()
    if appeal.awaits_ruling:
        return late_step(appeal, worker)
    if appeal.state == AppealState.RECEIVED and proposed:
        words = proposed_words(proposed)
        if decider:
            return NextStep(
                "Avgjør om vedtaket skal gjøres om",
                words,
                button="Gjør om vedtaket",
                url=below_url(appeal, "endre"),
                posts=True,
            )
        return NextStep("Et nytt vedtak er foreslått", f"{words} En beslutter avgjør.")
    if appeal.state == AppealState.RECEIVED:
        return NextStep(
            "Se på vedtaket på nytt",
            "Er klagen berettiget, foreslår du et nytt vedtak. Ellers skriver du en "
            "uttalelse, og sender klagen til klageinstansen.",
            opens="sta" if worker else "",
        )
    if appeal.state == AppealState.NEEDS_INFO:
        due_on = date_no(appeal.open_question.due_on)
        return NextStep("Venter på svar fra klageren", f"Fristen er {due_on}.")
    if appeal.state == AppealState.UPHELD and worker:
        return NextStep(
            "Send klagen til klageinstansen",
            "Partene får uttalelsen samtidig, og alt i saken samles i én fil.",
            button="Send klagen",
            url=below_url(appeal, "send"),
            posts=True,
        )
    return NextStep(f"Klagen er {APPEAL_STATES[appeal.state]}")


def late_step(appeal, worker):
    due, sent = date_no(appeal.due_on), date_no(appeal.sent_on)
    words = f"Fristen var {due}, og klagen ble sendt {sent}. Vedtaket gjelder så lenge."
    if appeal.sent_on > appeal.latest_taken_in:
        return NextStep(
            "Klagen kom for sent",
            f"{words} Det er mer enn ett år siden vedtaket, så den må avvises av en "
            "beslutter.",
        )
    return NextStep(
        "Klagen kom etter fristen",
        f"{words} Ta den inn hvis det er særlige grunner. Ellers avviser en beslutter "
        "den.",
        opens="ta-inn" if worker else "",
    )


def proposed_words(proposal):
    what = proposal.get_outcome_display()
    if proposal.amount:
        what = f"{what}, {money(proposal.amount)}"
    return f"{proposal.recommended_by} foreslår: {what}. {proposal.what_changed}"


# --- the appeal body ------------------------------------------------------------------


def check_at_body(user):
    if not user.has_role(roles.APPEALS):
        raise PermissionDenied("Dette gjør en klagebehandler.")


@require_safe
def appeal_list(request):
    """The appeal body's queue: what waits, the oldest first, and what is settled."""
    check_at_body(request.user)
    today = timezone.localdate(request.arrived_at)
    appeals = (
        Appeal.objects.at_body(request.user, today)
        .select_related(
            "decision__application__applicant",
            "decision__application__area",
            "decision__application__round",
            "proposed_by",
        )
        .order_by("forwarded_at", "pk")
    )
    context = {
        "title": "Klager",
        "waiting": list(appeals.filter(state=AppealState.FORWARDED)),
        "settled": list(
            appeals.filter(state=AppealState.SETTLED).order_by("-settled_at", "-pk")[
                :MOST
            ]
        ),
    }
    return staff_page(request, "admin/cases/appeal_list.html", context)


MOST = 50


@require_safe
def appeal_detail(request, pk):
    """One appeal, for the appeal body: everything, and what they can do."""
    appeal = body_appeal(request, pk)
    if not has_declared(appeal.application, request.user):
        case = appeal.application
        return declare_page(request, case, DeclareForm(case=case))
    return body_page(request, appeal)


@require_http_methods(["GET", "HEAD", "POST"])
def appeal_step(request, pk, step):
    """A step of the appeal body."""
    appeal = body_appeal(request, pk)
    if not has_declared(appeal.application, request.user):
        raise PermissionDenied("Vurder habiliteten din før du åpner saken.")
    url = appeal.get_body_url()
    return take_step(request, appeal, BODY_STEPS, step, url, body_page)


def body_appeal(request, pk):
    """404 for those with a hand in the case, and those directly below them."""
    check_at_body(request.user)
    today = timezone.localdate(request.arrived_at)
    appeals = Appeal.objects.at_body(request.user, today).select_related(
        "decision__application__round__scheme__appeal_body",
        "decision__application__applicant__organisation",
        "decision__application__area",
        "reviewed_by",
        "proposed_by",
        "settled_by",
        "bundle",
    )
    return get_object_or_404(appeals, pk=pk)


def body_url(appeal, step):
    return reverse("admin:appeal_step", args=[appeal.pk, step])


def body_page(request, appeal, bound=None):
    case = appeal.application
    step = step_at_body(request, appeal)
    found = {}
    if appeal.state == AppealState.FORWARDED:
        if not appeal.proposed:
            found["foresla"] = ProposeForm(case=case)
        else:
            found["forkast"] = RejectForm(case=case)
            if appeal.missing_money():
                found["penger"] = MoneyForm(case=case)
        found["utsett"] = DelayForm(case=case)
    context = shown_of(appeal) | {
        "title": f"Klage i sak {case.number}",
        "step": step,
        "actions": actions_of(appeal, found, bound, step, body_url),
        "bound": bound,
        "at_body": True,
        "has_errors": bound is not None and bool(bound.errors),
    }
    return staff_page(request, "admin/cases/case_appeal.html", context)


def step_at_body(request, appeal):
    if appeal.state != AppealState.FORWARDED:
        return NextStep(f"Klagen er {APPEAL_STATES[appeal.state]}")
    if not appeal.proposed:
        return NextStep(
            "Foreslå utfallet",
            "Les klagen, uttalelsen og vedtaket. En annen i klageinstansen avgjør.",
            opens="foresla",
        )
    words = f"{appeal.proposed_by} foreslår: {appeal.get_proposed_display()}."
    if appeal.proposed_by_id == request.user.pk:
        return NextStep("Venter på en annen i klageinstansen", words)
    missing = appeal.missing_money() if appeal.proposed == "changed" else 0
    if missing:
        return NextStep(
            f"Det mangler {money(missing)} i rammen",
            f"{words} Skriv hvem som er bedt om pengene. Klagen avgjøres når de er "
            "kommet.",
            opens="penger",
        )
    return NextStep(
        "Avgjør klagen",
        words,
        button="Avgjør klagen",
        url=body_url(appeal, "avgjor"),
        posts=True,
    )


# --- from the open form, without a case -----------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def unplaced_appeals(request):
    """What came by the open form and has no case: find it, or put it away."""
    if not request.user.has_role(roles.CASEWORKER):
        raise PermissionDenied("Dette gjør en saksbehandler.")
    rows = Appeal.objects.unplaced().filter(state__in=OPEN)
    bound = None
    if request.method == "POST":
        appeal = get_object_or_404(rows, pk=request.POST.get("klage") or 0)
        bound = PlaceForm(request.POST, auto_id=f"id_{appeal.pk}_%s")
        if placed(request, appeal, bound):
            return redirect("admin:unplaced_appeals")
        bound.appeal = appeal
    context = {
        "title": "Klager uten sak",
        "rows": [
            (row, bound if bound and bound.appeal == row else empty(row))
            for row in rows
        ],
        "bound": bound,
        "has_errors": bound is not None,
    }
    return staff_page(request, "admin/cases/unplaced_appeals.html", context)


def empty(appeal):
    return PlaceForm(auto_id=f"id_{appeal.pk}_%s")


def placed(request, appeal, form):
    """Whether it was put away, or found a case."""
    if "bort" in request.POST:
        appeal.drop(**acting(request))
        messages.success(request, "Klagen er lagt bort.")
        return True
    if not form.is_valid():
        return False
    decision = decision_of_number(form.cleaned_data["number"])
    if decision is None:
        form.add_error("number", "Vi finner ingen avgjort sak med dette nummeret.")
        return False
    try:
        appeal.place(decision, **acting(request))
    except Refused as refusal:
        form.add_error("number", str(refusal))
        return False
    messages.success(request, f"Klagen ligger i sak {decision.application.number}.")
    return True
