"""What the case page shows, and what the one who reads it can do next."""

from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from grants.answers import facts_of
from grants.casework.after_forms import (
    AskReasonsForm,
    EndRepresentativeForm,
    GiveReasonsForm,
    MoreTimeForm,
    NoteAnswerForm,
    RepresentativeForm,
)
from grants.casework.appeal_forms import RegisterAppealForm
from grants.casework.forms import (
    AdviceForm,
    ConfirmMemberForm,
    ConfirmScanForm,
    HandOverForm,
    NoteForm,
    ProveForm,
    RecommendForm,
    SendBackForm,
    SettleForm,
    TakeInForm,
)
from grants.casework.marks import assessing_forms, assessing_of, naming_forms
from grants.casework.screening_forms import (
    CheckForm,
    DropFactForm,
    HoldFactForm,
    ReplyForNowForm,
    SendFactsForm,
    StateAidForm,
    prefilled_request,
)
from grants.casework.told import told_in
from grants.casework.wording import APPEAL_STATES
from grants.models import (
    Appeal,
    AppealState,
    Applicant,
    ApplicantKind,
    Application,
    Award,
    BudgetLine,
    DecisionFlag,
    Letter,
    Pot,
    ReasonsRequest,
    State,
    Step,
    appeal_clocks,
)
from grants.models.records import NOTES
from grants.models.states import BEFORE_RECOMMENDED, WITH_STAFF
from grants.overlap import paid_twice, same_measure
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.templatetags.ui import date_no, money

MOST = 20


@dataclass
class NextStep:
    """The box on top: what happens now, and the one thing to press, if any."""

    heading: str
    text: str = ""
    button: str = ""
    url: str = ""
    posts: bool = False
    opens: str = ""


@dataclass
class Action:
    """A form on the case page, where it posts to, and whether it stands open."""

    form: object
    url: str
    is_open: bool = False


def case_context(request, case, bound=None):
    """Everything on the case page. `bound` is a form that was posted and not taken."""
    user, today = request.user, timezone.localdate(request.arrived_at)
    found = case_parts(case, user)
    found |= overlap_parts(case, user, found)
    step = next_step(request, case, found)
    forms = forms_for(case, user, found, today)
    if bound is not None:
        forms[bound.name] = bound
    actions = {
        name: Action(
            form=form,
            url=case_url(case, f"case_{name}"),
            is_open=form is bound or name == step.opens,
        )
        for name, form in forms.items()
    }
    return found | {
        "case": case,
        "can_dismiss": user.has_role(roles.CASEWORKER)
        or user.has_role(roles.COORDINATOR),
        "register_changes": register_changes(case),
        "can_look_up": user.has_role(roles.CASEWORKER),
        "title": f"{case.number} {case.current.title}",
        "step": step,
        "actions": actions,
        "bound": bound,
        "has_errors": bound is not None and bool(bound.errors),
    }


def case_url(case, name, *args):
    return reverse(f"admin:{name}", args=[case.year, case.number[5:], *args])


# --- what is known -------------------------------------------------------------------


def case_parts(case, user):
    criteria = list(case.round.criteria.all())
    assessing = assessing_of(case, user, criteria)
    recommendations = list(
        case.recommendations.select_related("recommended_by", "sent_back_by")
    )
    # The last one: a decided case may have a proposal for a new decision.
    unreturned = [row for row in recommendations if row.sent_back_at is None]
    standing = unreturned[-1] if unreturned else None
    sent_back = [row for row in recommendations if row.sent_back_at]
    decision = (
        case.decisions.announced()
        .select_related(
            "decided_by", "prepared_by", "delegation__from_body", "letter__pdf"
        )
        .last()
    )
    journal = list(JournalEntry.objects.about(case).select_related("actor"))
    return {
        **version_parts(case.current),
        "flags": flags_of(case, journal),
        "told": told_in(case),
        "earlier_versions": earlier_versions(case),
        "other_areas": list(case.other_areas.all()),
        "requests": list(case.info_requests.select_related("asked_by", "answered_by")),
        **advice_parts(case),
        "screening": screening_parts(case),
        "criteria": criteria,
        "assessing": assessing,
        "recommendation": standing,
        "sent_back": sent_back,
        "decision": decision,
        "decision_lines": list(decision.lines.select_related("criterion"))
        if decision
        else [],
        "decision_flags": list(
            DecisionFlag.objects.open()
            .filter(decision__application=case)
            .select_related("user")
        ),
        "settle_form": SettleForm(case=case) if user.has_role(roles.DECIDER) else None,
        "award": announced_award(case),
        "reasons_asked": reasons_asked(decision),
        "pot": pot_parts(case, standing, decision),
        "people": people_parts(case),
        "appeals": appeals_of(case) if decision else [],
        "appeal_time": appeal_time(decision) if decision else None,
        "notes": list(case.notes.select_related("written_by")),
        "other_cases": other_cases(case, user),
        "namesakes": namesakes(case, user),
        "journal": journal,
    }


def appeal_time(decision):
    """Each recipient's time to appeal, and the last day when it is one for all."""
    clocks = appeal_clocks(decision)
    days = {clock.last_day for clock in clocks}
    as_told = len(days) == 1 and not any(clock.is_moved for clock in clocks)
    return {"clocks": clocks, "due": days.pop() if as_told else None}


def announced_award(case):
    """The money promised, once the applicant has been told; or None."""
    award = getattr(case, "award", None)
    return award if award and award.decision.announced_at else None


def reasons_asked(decision):
    """What was asked of reasons for a decision that was sent without them, or None."""
    if decision is None or decision.gives_reasons:
        return None
    rows = ReasonsRequest.objects.filter(decision=decision)
    return rows.select_related("asked_by", "answered_by", "letter").first()


def earlier_versions(case):
    """Those sent before the one that counts, each with `next`: the one after it."""
    sent = list(case.versions.sent())
    for version, after in pairwise(sent):
        version.next = after
    return sent[:-1]


def flags_of(case, journal):
    """What «Kan vi søke?» warned of: [{number, text, the entry that dismissed it}]."""
    dismissed = {
        entry.facts["flag"]: entry
        for entry in journal
        if entry.verb == "flag_dismissed"
    }
    return [
        {"number": number, "text": text, "dismissed": dismissed.get(number)}
        for number, text in enumerate(case.advice_flags)
    ]


def advice_parts(case):
    """The advice, and who of those that gave it have turned out to have a conflict."""
    advice = list(case.advice.select_related("given_by"))
    givers = case.conflicted().filter(pk__in=[row.given_by_id for row in advice])
    shut_out = set(givers.values_list("pk", flat=True)) if advice else set()
    panel = list(case.panel_advice.select_related("entered_by"))
    return {"advice": advice, "shut_out": shut_out, "panel_advice": panel}


def screening_parts(case):
    """The checklist and what was found, what others say, and the note on state aid."""
    items = list(case.round.checklist.all())
    return {
        "interim": case.letters.filter(kind=Letter.Kind.INTERIM_REPLY).last(),
        "items": items,
        "findings": list(case.findings.select_related("item", "found_by"))
        if items
        else [],
        "facts": list(case.held_facts.select_related("held_by")),
        "asks_state_aid": case.applicant.kind == ApplicantKind.ORGANISATION,
        "note": getattr(case, "state_aid", None),
    }


def overlap_parts(case, user, found):
    """Hints of other cases about the same measure, and of money twice for it."""
    same = same_measure(case, user)
    income = [line for _kind, lines in found["budget"] for line in lines]
    others = [*found["other_cases"], *(overlap.case for overlap in same)]
    return {
        "same_measure": same,
        "paid_twice": paid_twice(income, others),
    }


def version_parts(version):
    """The answers of one version, with its budget, sums and files."""
    lines, steps, sums = list(version.budget_lines.all()), version.steps, version.sums()
    return {
        "version": version,
        "steps": steps,
        # Who applies stands elsewhere on the page; budget and files below.
        "sections": [
            {"label": step.label, "facts": facts_of(step, version, version.application)}
            for step in steps
            if step not in {Step.WHO, Step.FILES}
        ],
        "budget": [
            (kind.label, [line for line in lines if line.kind == kind])
            for kind in BudgetLine.Kind
        ],
        "sums": sums,
        "faults": version.money_faults(sums),
        "attachments": list(
            version.attachments.select_related(
                "file__rejection__replacement", "question", "required"
            )
        ),
    }


def pot_parts(case, recommendation, decision):
    """What is left in the pot, and what the amount at hand makes of it."""
    pot = Pot.objects.for_area(case.round_id, case.area_id).first()
    if pot is None:
        return None
    amount = recommendation.amount if recommendation else case.current.amount
    return {
        "pot": pot,
        "amount": decision.amount if decision else amount,
        "decided": case.is_decided,
        "recommended": recommendation is not None,
        "after": pot.balance - amount,
        "is_short": pot.balance < amount,
    }


def register_changes(case):
    """What the registers say of the organisation now, and said otherwise then."""
    facts = getattr(case, "register_facts", None)
    return facts.changes(case.applicant.organisation) if facts else []


def people_parts(case):
    """Members, helpers, and what is not shown or confirmed yet."""
    members = list(case.applicant.memberships.active().select_related("user"))
    return {
        "members": members,
        "helpers": list(case.helpers.select_related("user")),
        "received": getattr(case, "received", None),
        "representative": case.representatives.standing()
        .select_related("entered_by")
        .first(),
        "lacks_proof": case.lacks_proof(),
        "by_post": case.applicant.letters_by_post,
        "asked_to_confirm": case.invitations.filter(kind="confirm").first()
        if case.needs_confirmation
        else None,
    }


def reasons_forms(case, found):
    """To enter that reasons are asked for, and then to give them."""
    decision, asked = found["decision"], found["reasons_asked"]
    if decision is None or decision.gives_reasons:
        return {}
    if asked is None:
        return {"ask_reasons": AskReasonsForm(case=case)}
    if asked.letter_id:
        return {}
    return {"give_reasons": GiveReasonsForm(case=case)}


def people_forms(case, user, people):
    """The empty forms that this user may need, by name. The verbs are the guards."""
    forms = {}
    if not user.has_role(roles.CASEWORKER):
        return forms
    if people["lacks_proof"] and people["members"]:
        forms["confirm_member"] = ConfirmMemberForm(case=case)
    if people["received"] and not people["received"].proof_note:
        forms["prove_received"] = ProveForm(case=case)
    if people["representative"]:
        forms["end_representative"] = EndRepresentativeForm(case=case)
    else:
        forms["enter_representative"] = RepresentativeForm(case=case)
    if case.awaits_confirmation:
        forms["confirm_scan"] = ConfirmScanForm(case=case)
    return forms


def other_cases(case, user):
    """Other cases of the same applicant or organisation that the user may see."""
    same = Q(applicant=case.applicant_id)
    if case.applicant.organisation_id:
        same |= Q(applicant__organisation=case.applicant.organisation_id)
    return list(
        Application.objects.visible_to(user)
        .filter(same)
        .exclude(pk=case.pk)
        .with_current()
        .select_related("award", "round")
        .order_by("-submitted_at", "-pk")[:MOST]
    )


def namesakes(case, user):
    """Other applicants with the same organisation number, from cases the user sees."""
    if not case.applicant.organisation_id:
        return []
    seen = Application.objects.visible_to(user).values("applicant")
    return list(
        Applicant.objects.filter(
            organisation=case.applicant.organisation_id, pk__in=seen
        ).exclude(pk=case.applicant_id)[:MOST]
    )


# --- what can be done -----------------------------------------------------------------


def forms_for(case, user, found, today):
    """The empty forms this user may need now, by name. The verbs are the guards."""
    forms = {}
    if user.has_role(roles.CASEWORKER):
        if awaits_ruling(case) and case.state in BEFORE_RECOMMENDED:
            forms["take_in"] = TakeInForm(case=case)
        if case.state == State.IN_REVIEW:
            forms["request_info"] = prefilled_request(
                case,
                today=today,
                steps=found["steps"],
                findings=found["screening"]["findings"],
            )
            latest = found["sent_back"][-1] if found["sent_back"] else None
            forms["recommend"] = RecommendForm(
                case=case,
                from_recommendation=latest,
                unmended=unmended_of(found["requests"]),
            )
        forms |= screening_forms(case, found["screening"], today)
        award = found["award"]
        if award and award.may_be_given_back:
            forms["note_answer"] = NoteAnswerForm(case=case)
        if award and award.is_open_to_answer:
            forms["more_time"] = MoreTimeForm(case=case)
        forms |= reasons_forms(case, found)
        if found["decision"]:
            forms["register_appeal"] = RegisterAppealForm(case=case)
        forms |= assessing_forms(case, user, found["assessing"], found["criteria"])
        if case.state in (State.IN_REVIEW, State.NEEDS_INFO):
            forms["hand_over"] = HandOverForm(case=case)
    elif case.has_assessors_named_by(user, day=today):
        forms |= naming_forms(case, found["assessing"])
    if user.has_role(roles.COORDINATOR) and case.state in WITH_STAFF:
        forms["advise"] = AdviceForm(case=case)
    if user.role_names & NOTES:
        forms["note"] = NoteForm(case=case)
    if user.has_role(roles.DECIDER) and case.state == State.RECOMMENDED:
        forms["send_back"] = SendBackForm(case=case)
    return forms | people_forms(case, user, found["people"])


def screening_forms(case, screening, today):
    """The forms that a caseworker screens by, while there is anything to screen."""
    forms = {}
    if case.state in WITH_STAFF and screening["interim"] is None:
        forms["reply_for_now"] = ReplyForNowForm(case=case, today=today)
    if case.state in BEFORE_RECOMMENDED:
        forms["hold_fact"] = HoldFactForm(case=case)
        if screening["items"]:
            forms["check_form"] = CheckForm(
                case=case, items=screening["items"], findings=screening["findings"]
            )
        standing = [fact for fact in screening["facts"] if not fact.dropped_at]
        if standing:
            forms["drop_fact"] = DropFactForm(case=case)
        if any(fact.letter_id is None for fact in standing):
            forms["send_facts"] = SendFactsForm(case=case, today=today)
    if screening["asks_state_aid"] and case.state != State.WITHDRAWN:
        note = screening["note"]
        forms["note_state_aid"] = StateAidForm(case=case, note=note, today=today)
    return forms


def screening_form(case, data):
    """The checklist to tick off, with what was found before filled in."""
    items, findings = list(case.round.checklist.all()), list(case.findings.all())
    return CheckForm(data, case=case, items=items, findings=findings)


def awaits_ruling(case):
    """Whether it came late, and nobody has said that it may be judged."""
    return case.late is not None and case.late.awaits_ruling


def next_step(request, case, found):
    """What happens now, told to this user."""
    steps = {
        State.SUBMITTED: step_when_new,
        State.IN_REVIEW: step_in_review,
        State.NEEDS_INFO: step_when_waiting,
        State.RECOMMENDED: step_before_decision,
        State.DECIDED: step_when_decided,
        State.WITHDRAWN: step_when_withdrawn,
    }
    step = steps[case.state](request, case, found)
    user = request.user
    advised = any(row.given_by_id == user.pk for row in found["advice"])
    if (
        not step.button
        and user.has_role(roles.COORDINATOR)
        and case.state in WITH_STAFF
        and not advised
    ):
        step = NextStep(
            "Gi råd fra området",
            "Saksbehandleren og beslutteren leser rådet ditt. Det binder dem ikke.",
            button="Skriv råd",
            url="#rad",
            opens="advise",
        )
    return step


def step_when_new(request, case, found):
    if request.user.has_role(roles.CASEWORKER):
        return NextStep(
            "Ingen har tatt saken ennå",
            "Når du tar saken, blir du saksbehandler, og søkeren ser at den er i gang.",
            button="Ta saken",
            url=case_url(case, "case_take"),
            posts=True,
        )
    return NextStep("Venter på en saksbehandler")


def step_in_review(request, case, found):
    user = request.user
    if case.caseworker is None and user.has_role(roles.CASEWORKER):
        return NextStep(
            "Ingen har saken",
            "Den som hadde den, kan ikke behandle den. Gi den til deg selv eller en "
            "annen.",
            button="Gi saken til en saksbehandler",
            url="#skjema-hand_over",
            opens="hand_over",
        )
    assessing = found["assessing"]
    unmended = unmended_of(found["requests"])
    if unmended and case.caseworker_id == user.pk and not assessing.shown:
        return NextStep(
            "Søkeren svarte ikke innen fristen",
            f"Fristen var {date_no(unmended.due_on)}. Er mangelen slik at søknaden "
            "ikke kan behandles, innstiller du på avvisning. Søkeren kan klage på "
            "den. Ellers vurderer du søknaden slik den er.",
            button="Innstill på avvisning",
            url="#innstilling",
            opens="recommend",
        )
    if assessing.awaits_own and not awaits_ruling(case):
        return step_of_own_assessment(case, assessing)
    if case.caseworker_id != user.pk:
        return NextStep(f"Til behandling hos {case.caseworker or 'ingen'}")
    if awaits_ruling(case):
        return NextStep(
            "Søknaden kom etter fristen",
            "Les hvorfor. Ta den inn, så den blir vurdert som de andre, eller innstill "
            "på avvisning. Søkeren kan klage på en avvisning.",
            button="Ta inn søknaden",
            url="#sen",
            opens="take_in",
        )
    sent_back = found["sent_back"][-1] if found["sent_back"] else None
    step = step_of_assessing(case, assessing)
    if step is not None:
        return step
    step = step_of_screening(request, found["screening"])
    if step is not None:
        return step
    text = "Kriteriene er vurdert. Innstillingen går til en beslutter."
    if sent_back:
        text = (
            f"Sendt tilbake av {sent_back.sent_back_by}: {sent_back.sent_back_reason}"
        )
    return NextStep(
        "Skriv innstilling",
        text,
        button="Skriv innstilling",
        url="#innstilling",
        opens="recommend",
    )


def unmended_of(requests):
    """The last of them, when the case went on after its deadline without an answer."""
    last = max(requests, key=lambda row: row.asked_at, default=None)
    if (
        last is None
        or last.answered_at
        or last.closed_at is None
        or timezone.localdate(last.closed_at) <= last.due_on
    ):
        return None
    return last


def step_of_own_assessment(case, assessing):
    text = (
        "Les søknaden, og gi hvert kriterium en vurdering. Mangler noe, ber du søkeren "
        "om det først."
    )
    if assessing.is_shared and case.round.assessors_blind:
        text += " Ingen ser hva du gir, før alle som vurderer saken, er ferdige."
    return NextStep(
        "Vurder kriteriene",
        text,
        button="Vurder kriteriene",
        url="#vurdering",
        opens="assess",
    )


def step_of_assessing(case, assessing):
    """What lacks before the recommendation; None when all who must have assessed."""
    if assessing.lacks_people:
        return NextStep(
            "Pek ut hvem som vurderer",
            f"Saken skal vurderes av to. {len(assessing.people)} er pekt ut.",
            button="Pek ut en som skal vurdere",
            url="#vurdering",
            opens="name_assessor",
        )
    if assessing.waiting:
        names = " og ".join(str(person) for person in assessing.waiting)
        return NextStep(
            "Venter på vurdering",
            f"{names} er ikke ferdig. Saken kan innstilles når alle er ferdige.",
        )
    own = assessing.own
    if own is None or own.completed_at is None:
        return None if assessing.is_shared else step_of_own_assessment(case, assessing)
    if own.version_id != case.current.pk:
        return NextStep(
            "Søkeren har sendt en ny versjon",
            "Vurderingen din gjelder en tidligere versjon. Se om den fortsatt holder.",
            button="Se over vurderingen",
            url="#vurdering",
            opens="reopen_assessment" if assessing.is_shared else "assess",
        )
    return None


def step_of_screening(request, screening):
    """What must be done before the recommendation; None when nothing is."""
    facts = [fact for fact in screening["facts"] if not fact.dropped_at]
    today = timezone.localdate(request.arrived_at)
    if any(fact.letter_id is None for fact in facts):
        return NextStep(
            "Send opplysningene til søkeren",
            "Søkeren har ikke fått se det andre sier. Saken kan ikke innstilles før "
            "det er sendt.",
            button="Send opplysningene",
            url="#opplysninger",
            opens="send_facts",
        )
    waiting = [fact.due_on for fact in facts if fact.awaits_comment(today)]
    if waiting:
        return NextStep(
            "Søkeren kan uttale seg",
            f"Fristen er {date_no(max(waiting))}. Saken kan innstilles når svaret er "
            "kommet, eller fristen er ute.",
        )
    if screening["asks_state_aid"] and screening["note"] is None:
        return NextStep(
            "Vurder statsstøtte",
            "En organisasjon får ikke tilskudd før dette er vurdert.",
            button="Vurder statsstøtte",
            url="#statsstotte",
            opens="note_state_aid",
        )
    return None


def step_when_waiting(request, case, found):
    wanted = next(
        (row for row in found["requests"] if not (row.answered_at or row.closed_at)),
        None,
    )
    due = wanted and wanted.due_on
    late = due and due < timezone.localdate(request.arrived_at)
    heading = "Fristen for å svare er ute" if late else "Venter på svar fra søkeren"
    text = f"Søkeren ble bedt om mer. Fristen {'var' if late else 'er'} {date_no(due)}."
    if request.user.has_role(roles.CASEWORKER):
        return NextStep(
            heading,
            text + " Trenger du ikke svaret, kan du gå videre uten.",
            button="Gå videre uten svar",
            url=case_url(case, "case_cancel_request"),
            posts=True,
        )
    return NextStep(heading, text)


def step_before_decision(request, case, found):
    recommendation = found["recommendation"]
    if not request.user.has_role(roles.DECIDER) or recommendation is None:
        return NextStep("Venter på vedtak", "Saken er innstilt og venter på beslutter.")
    try:
        case.check_decider(
            recommendation.amount,
            recommendation,
            by=request.actor,
            now=request.arrived_at,
        )
    except Refused as refusal:
        return NextStep("Venter på vedtak", f"Du kan ikke avgjøre saken: {refusal}")
    outcome = recommendation.get_outcome_display()
    if recommendation.amount:
        outcome = f"{outcome}, {money(recommendation.amount)}"
    return NextStep(
        "Avgjør saken",
        f"{recommendation.recommended_by} innstiller: {outcome}. "
        "Du ser brevet før du bestemmer deg.",
        button="Gå til vedtak",
        url=case_url(case, "case_decide"),
    )


def step_when_decided(request, case, found):
    decision = found["decision"]
    if appealed := step_with_appeals(request, found["appeals"]):
        return appealed
    proposal = found["recommendation"]
    if proposal and proposal.settled_at is None:
        return step_of_change(request, case, proposal)
    if decision is None:
        return step_when_held(request, case)
    made = (
        f"{decision.decided_by} avgjorde saken {date_no(decision.decided_at)}: "
        f"{decision.get_outcome_display()}."
    )
    asked, award = found["reasons_asked"], found["award"]
    if asked and asked.letter_id is None:
        return step_of_reasons(request, asked)
    if award and award.is_open_to_answer:
        return NextStep(
            "Venter på svar fra den som får pengene",
            f"{made} Svaret skal komme senest {date_no(award.answer_by)}.",
        )
    if award and award.state == Award.State.DECLINED:
        return NextStep(
            "Tilskuddet er takket nei til",
            f"{made} Svaret kom {date_no(award.answered_at)}, og pengene er tilbake i "
            "rammen.",
        )
    return NextStep("Saken er avgjort", f"{made} Søkeren har fått brevet i innboksen.")


def step_of_reasons(request, asked):
    heading = "Søkeren har bedt om begrunnelse"
    words = f"Bedt om {date_no(asked.asked_at)}. Svar helst innen {date_no(asked.aim)}."
    if not request.user.has_role(roles.CASEWORKER):
        return NextStep(heading, words)
    return NextStep(
        heading,
        words,
        button="Skriv begrunnelsen",
        url="#begrunnelse",
        opens="give_reasons",
    )


def step_when_held(request, case):
    """Decided, and not made known: the applicant reads «til vedtak»."""
    words = "Søkeren får vite det når vedtakene i utlysningen gjøres kjent."
    heading = "Saken er avgjort, ikke gjort kjent"
    if not request.user.has_role(roles.DECIDER):
        return NextStep(heading, words)
    return NextStep(
        heading,
        words,
        button="Gå til vedtakene som venter",
        url=reverse("admin:round_announce", args=[case.round_id]),
    )


def step_of_change(request, case, proposal):
    """A new decision is proposed: a decision maker makes it, or lets the last stand."""
    what = f"{proposal.recommended_by} foreslår {proposal.get_kind_display()}"
    if not request.user.has_role(roles.DECIDER):
        return NextStep("Et nytt vedtak er foreslått", f"{what}. Venter på beslutter.")
    return NextStep(
        "Et nytt vedtak er foreslått",
        f"{what}: {proposal.what_changed}",
        button="Gå til forslaget",
        url=case_url(case, "case_decide_change"),
    )


def step_when_withdrawn(request, case, found):
    return NextStep(
        "Søknaden er trukket",
        f"Søkeren trakk søknaden {date_no(case.withdrawn_at)}.",
    )


# --- appeals -------------------------------------------------------------------------


def appeals_of(case):
    """[(appeal, its state in the staff's words, its address)], the newest last."""
    appeals = Appeal.objects.of_case(case).select_related(
        "decision__application__applicant", "lodged_by"
    )
    return [
        (
            appeal,
            APPEAL_STATES[appeal.state],
            case_url(case, "case_appeal", appeal.pk),
        )
        for appeal in appeals
    ]


def step_with_appeals(request, appeals):
    """The next step of a decided case with an open appeal, or None."""
    for appeal, words, url in appeals:
        if appeal.is_below:
            what = "Klagen kom etter fristen" if appeal.awaits_ruling else ""
            return NextStep(
                what or "Vedtaket er påklaget",
                f"Klagen er {words}. Mottatt {date_no(appeal.received_at)}.",
                button="Gå til klagen",
                url=url,
            )
        if appeal.state == AppealState.FORWARDED:
            at_body = request.user.has_role(roles.APPEALS)
            return NextStep(
                "Klagen er hos klageinstansen",
                f"Sendt {date_no(appeal.forwarded_at)}.",
                button="Gå til klagen",
                url=appeal.get_body_url() if at_body else url,
            )
    return None
