from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.answers import answers
from grants.models import (
    Appeal,
    Application,
    Attachment,
    Award,
    Decision,
    ReasonsRequest,
    RejectedFile,
    State,
    Version,
    appeal_clock,
    appeal_due,
)
from grants.timeline import next_step, standing, timeline
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.notices.models import Notice


def own_case(request, year, sequence, *, helped=False):
    """A case of an applicant that the user acts for, or 404.

    `helped`: also one that the user wrote for someone who has not confirmed it yet.
    """
    everyone = Application.objects.sent()
    cases = (
        everyone.open_to(request.user)
        if helped
        else everyone.of_applicants(request.user)
    )
    return get_object_or_404(
        cases.select_related("round__scheme", "area", "applicant__organisation"),
        year=year,
        sequence=sequence,
    )


def case_trail(application, *more):
    return [
        (_("Min side"), reverse("pages:my_page")),
        (
            _("Sak %(number)s") % {"number": application.number},
            application.get_absolute_url(),
        ),
        *more,
    ]


@require_safe
def application_detail(request, year, sequence):
    application = own_case(request, year, sequence)
    asked = application.open_request
    decision = application.decision
    award = award_of(application) if decision else None
    known = {
        "outcome": decision and decision.outcome,
        "due_on": asked and asked.due_on,
        "award_state": award and award.state,
        "answer_by": award and award.answer_by,
    }
    context = {
        "application": application,
        "version": application.current,
        "request_for_info": asked,
        "decision": decision,
        "award": award,
        "reasons_request": reasons_request_of(decision),
        "may_ask_reasons": may_ask_reasons(decision, request),
        "answer_is_late": award is not None and award.is_late(request.arrived_at),
        **appeal_parts(decision, request),
        "standing": standing(application, **known),
        "next_step": next_step(application, **known),
        "timeline": timeline(application, today=timezone.localdate(request.arrived_at)),
        "facts_to_comment_on": application.held_facts.to_comment_on()
        if application.is_with_staff
        else [],
        "letters": application.letters.all(),
        "versions": application.versions.sent(),
        "files": application.current.attachments.select_related("file"),
        "rejected": RejectedFile.objects.of_case(application),
        "can_withdraw": application.is_with_staff,
        "can_amend": application.is_amendable(request.arrived_at),
        "unsent": unsent_changes(application),
        "closes_at": application.round.closes_for(application.applicant),
        "trail": case_trail(application),
    }
    return render(request, "grants/application_detail.html", context)


def appeal_parts(decision, request):
    """The last day to appeal against what was decided, and one's own open appeal."""
    if decision is None:
        return {}
    clock = appeal_clock(decision, request.user)
    due = clock.last_day
    own = Appeal.objects.of_case(decision.application).open().filter(by_party=True)
    return {
        "appeal": own.last(),
        "appeal_due": due,
        "appeal_moved_to": clock.start if clock.is_moved else None,
        "appeal_is_late": due is not None
        and timezone.localdate(request.arrived_at) > due,
        "is_final": decision.kind == Decision.Kind.APPEAL,
    }


def award_of(application):
    """The money promised in the case, once the decision is made known; or None."""
    found = Award.objects.filter(application=application)
    return found.filter(decision__announced_at__isnull=False).first()


def reasons_request_of(decision):
    """That the reasons were asked for and are not sent yet, or None."""
    return ReasonsRequest.objects.filter(decision=decision, letter=None).first()


def may_ask_reasons(decision, request):
    """Whether the reasons are not given or asked for, and there is time to ask."""
    if decision is None or decision.gives_reasons:
        return False
    if ReasonsRequest.objects.filter(decision=decision).exists():
        return False
    due = appeal_due(decision, request.user)
    return due is None or timezone.localdate(request.arrived_at) <= due


def unsent_changes(application):
    """The changed version that the applicant has begun on and not sent, or None."""
    is_answer = application.awaits_applicant
    return None if is_answer else application.working_copy()


@require_safe
def version_detail(request, year, sequence, number):
    application = own_case(request, year, sequence)
    sent = Version.objects.sent().filter(application=application)
    version = get_object_or_404(sent, number=number)
    context = {
        "application": application,
        "version": version,
        "is_current": version == application.current,
        "sections": answers(version),
        "trail": case_trail(
            application, (_("Versjon %(number)s") % {"number": number}, "")
        ),
    }
    return render(request, "grants/version_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def application_withdraw(request, year, sequence):
    application = own_case(request, year, sequence)
    if request.method == "POST":
        try:
            application.withdraw(
                by=Actor(request.user, application.applicant), now=request.arrived_at
            )
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Søknaden er trukket."))
        return redirect(application)
    award = award_of(application)
    if award and award.may_be_given_back:
        return redirect("grants:award_decline", year, sequence)
    if not application.is_with_staff:
        if application.state != State.WITHDRAWN:
            messages.info(request, _("Søknaden er avgjort og kan ikke trekkes."))
        return redirect(application)
    context = {
        "application": application,
        "version": application.current,
        "trail": case_trail(application, (_("Trekk søknaden"), "")),
    }
    return render(request, "grants/application_withdraw.html", context)


@require_safe
def attachment(request, year, sequence, pk):
    application = own_case(request, year, sequence)
    attachments = Attachment.objects.filter(version__application=application)
    return get_object_or_404(attachments.select_related("file"), pk=pk).file.response()


def own_letter(request, year, sequence, pk):
    application = own_case(request, year, sequence)
    letters = application.letters.select_related(
        "application__applicant", "pdf", "translates__decision", "translation"
    )
    return get_object_or_404(letters, pk=pk)


@require_safe
def letter_detail(request, year, sequence, pk):
    letter = own_letter(request, year, sequence, pk)
    notices = Notice.objects.visible_to(request.user).unread()
    decision = (letter.translates or letter).decision
    context = {
        "application": letter.application,
        "letter": letter,
        "translation": getattr(letter, "translation", None),
        "may_ask_reasons": decision is not None
        and decision == letter.application.decision
        and may_ask_reasons(decision, request),
        "can_appeal": decision is not None
        and decision == letter.application.decision
        and decision.kind != Decision.Kind.APPEAL,
        "notice": notices.about(decision or letter).first(),
        "trail": case_trail(letter.application, (_("Brev"), "")),
    }
    return render(request, "grants/letter_detail.html", context)


@require_safe
def letter_pdf(request, year, sequence, pk):
    """The letter as PDF; a page that says to wait while the worker makes it."""
    letter = own_letter(request, year, sequence, pk)
    if letter.pdf:
        return letter.pdf.response()
    context = {
        "application": letter.application,
        "letter": letter,
        "trail": case_trail(letter.application, (_("Brevet som PDF"), "")),
    }
    response = render(request, "grants/letter_pending.html", context, status=202)
    response["Retry-After"] = "5"
    return response
