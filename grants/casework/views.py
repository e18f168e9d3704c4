"""The staff's pages of a case. Scope is `visible_to`; the guards stand in the verbs."""

import re
from contextlib import contextmanager
from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from grants.casework.filters import Queue, in_queue, queue_text
from grants.casework.forms import (
    AdviceForm,
    DeclareForm,
    HandOverForm,
    ReasonsForm,
    RecommendForm,
    RequestInfoForm,
    SendBackForm,
)
from grants.casework.page import case_context, case_url, version_parts
from grants.hints import hints_in
from grants.models import Application, Attachment, RejectedFile
from omradesatsing.accounts import roles
from omradesatsing.accounts.middleware import forget_parked, parked_fields
from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile

SEQUENCE = re.compile(r"[0-9]{4,9}")


# --- a case ---------------------------------------------------------------------------


@require_safe
def case_detail(request, year, seq):
    """The whole case on one page; before a declaration only what it takes to judge."""
    case = case_in_scope(request, year, seq)
    if not has_declared(case, request.user):
        return declare_page(request, case, DeclareForm(case=case))
    return case_page(request, case)


def case_declare(request, year, seq):
    """Say whether one is impartial. A conflict hides the case at once."""
    case = case_in_scope(request, year, seq)
    form = DeclareForm(given(request), case=case)
    if request.method == "POST" and form.is_valid():
        case.declare(**acting(request), **form.declaration())
        if form.declaration()["conflict"]:
            messages.success(request, shut_words(case, request))
            return redirect(queue_url(request))
        return redirect(in_queue(case.get_case_url(), queue_text(request)))
    return declare_page(request, case, form)


@require_safe
def case_version(request, year, seq, number):
    """An earlier version of the application, as it was sent."""
    case = opened_case(request, year, seq)
    version = get_object_or_404(case.versions.sent(), number=number)
    version.application = case
    title = f"{case.number} versjon {version.number}"
    context = version_parts(version) | {"case": case, "title": title}
    return staff_page(request, "admin/cases/case_version.html", context)


@require_safe
def case_file(request, year, seq, pk):
    """An attachment of a version that was sent."""
    case = opened_case(request, year, seq)
    sent = Attachment.objects.filter(
        version__application=case, version__sent_at__isnull=False
    )
    return get_object_or_404(sent.select_related("file"), pk=pk).file.response()


@require_safe
def case_replacement(request, year, seq, pk):
    """The file given instead of one that the scanner rejected."""
    given = RejectedFile.objects.of_case(opened_case(request, year, seq)).replaced()
    return get_object_or_404(given, pk=pk).replacement.response()


@require_safe
def case_letter(request, year, seq, pk):
    """A letter, as the applicant got it."""
    case = opened_case(request, year, seq)
    letter = get_object_or_404(case.letters.select_related("pdf"), pk=pk)
    letter.application = case
    context = {
        "case": case,
        "letter": letter,
        "title": letter.title,
        "may_post": request.user.has_role(roles.CASEWORKER)
        and letter.translates_id is None
        and not letter.print_items.filter(recipient=None).exists(),
    }
    return staff_page(request, "admin/cases/case_letter.html", context)


@require_safe
def case_letter_pdf(request, year, seq, pk):
    """A letter's PDF. Not there until the worker has made it."""
    case = opened_case(request, year, seq)
    letters = case.letters.exclude(pdf=None).select_related("pdf")
    return get_object_or_404(letters, pk=pk).pdf.response()


# --- what staff do with it ------------------------------------------------------------


def case_take(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    return press(request, case, partial(case.take, by=request.actor), "Saken er din.")


def case_dismiss_flag(request, year, seq, number):
    """A warning of «Kan vi søke?» is looked into and means nothing here."""
    case = opened_case(request, year, seq)
    verb = partial(case.dismiss_flag, number, by=request.actor)
    return press(request, case, verb, "Varselet er lagt bort.")


def case_cancel_request(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    verb = partial(case.cancel_request, **acting(request))
    return press(request, case, verb, "Saken er til behandling igjen, uten svar.")


def case_hand_over(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    form = HandOverForm(given(request), case=case)

    def verb():
        case.hand_over(form.cleaned_data["to"], by=request.actor)
        return f"{case.caseworker} har fått saken."

    return act(request, case, form, verb)


def case_request_info(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    today = timezone.localdate(request.arrived_at)
    form = RequestInfoForm(given(request), case=case, today=today)

    def verb():
        case.request_info(**acting(request), **form.cleaned_data)
        return "Søkeren er varslet og kan svare på Min side."

    return act(request, case, form, verb)


def case_advise(request, year, seq):
    case = opened_case(request, year, seq, role=roles.COORDINATOR)
    form = AdviceForm(given(request), case=case)

    def verb():
        case.advise(**acting(request), **form.cleaned_data)
        return "Rådet er lagret."

    return act(request, case, form, verb)


def case_recommend(request, year, seq):
    case = opened_case(request, year, seq, role=roles.CASEWORKER)
    if "kladd" in request.POST:
        return keep_reasons(request, case)
    form = RecommendForm(given(request), case=case)

    def verb():
        case.recommend(**acting(request), **form.cleaned_data)
        return "Innstillingen er sendt til vedtak."

    return act(request, case, form, verb)


def keep_reasons(request, case):
    """Keep what is written of the reasons, without recommending anything."""
    form = ReasonsForm(request.POST, case=case)

    def verb():
        case.write_reasons(**acting(request), **form.cleaned_data)
        return "Begrunnelsen er lagret. Saken er ikke innstilt."

    return act(request, case, form, verb)


def case_send_back(request, year, seq):
    case = opened_case(request, year, seq, role=roles.DECIDER)
    form = SendBackForm(given(request), case=case)

    def verb():
        case.send_back(**acting(request), **form.cleaned_data)
        return "Saken er sendt tilbake til saksbehandleren."

    return act(request, case, form, verb)


# --- how they do it -------------------------------------------------------------------


def case_in_scope(request, year, seq):
    """The case, if this user may know of it. Drafts and conflicts are not there."""
    if not SEQUENCE.fullmatch(seq) or seq != f"{int(seq):04d}":
        raise Http404
    cases = Application.objects.visible_to(request.user).select_related(
        "round__scheme",
        "area",
        "applicant__organisation",
        "caseworker",
        "reasons_draft",
        "late_entry",
        "received__registered_by",
        "register_facts",
        "received__proven_by",
        "state_aid__checked_by",
        "award__answered_by",
        "award__decision",
    )
    return get_object_or_404(cases, year=year, sequence=int(seq))


def opened_case(request, year, seq, *, role=None):
    """The case, for one who has declared to be impartial in it, and has the role."""
    case = case_in_scope(request, year, seq)
    if role and not request.user.has_role(role):
        raise PermissionDenied(f"Dette gjør en {role.lower()}.")
    if not has_declared(case, request.user):
        raise PermissionDenied("Vurder habiliteten din før du åpner saken.")
    if wants_next(request):
        # Now, while it stands where it stood when it was opened.
        queue = Queue(QueryDict(queue_text(request)), request)
        case.neighbour = queue.next_after(case)
    return case


def has_declared(case, user):
    return case.declarations.filter(user=user, conflict=False).exists()


def acting(request):
    """Who acts and when, as the verbs take it."""
    return {"by": request.actor, "now": request.arrived_at}


def given(request):
    """What was posted; else what was typed here when the log-in ended; else None."""
    return request.POST if request.method == "POST" else parked_fields(request)


def act(request, case, form, verb):
    """Call the verb with a valid form and tell what it says; else show the text again.

    `verb` reads `form.cleaned_data` and returns the message for when it was done.
    """
    if request.method == "POST" and form.is_valid():
        try:
            message = verb()
        except Refused as refusal:
            form.add_error(None, str(refusal))
            # What the verb had in hand may be half of a step that was rolled back.
            case = case_in_scope(request, case.year, case.number[5:])
        else:
            return done(request, case, message)
    return case_page(request, case, form if form.is_bound else None)


@contextmanager
def taken(request, case, upload):
    """The stored file while a verb uses it; gone again when the verb refuses.

    Entered outside the verb's transaction, as `StoredFile.take` asks.
    """
    try:
        file = StoredFile.take(upload, by=request.actor, about=case)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    try:
        yield file
    except Refused:
        file.discard()
        raise


def press(request, case, verb, message):
    """A button without a form."""
    if request.method == "POST":
        try:
            verb()
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, message)
            return redirect(way_on(request, case))
    return redirect(in_queue(case.get_case_url(), queue_text(request)))


def done(request, case, message):
    forget_parked(request)
    messages.success(request, message)
    return redirect(way_on(request, case))


def way_on(request, case):
    """Where a step that is done leads: the case again, or the next of its queue."""
    queue = queue_text(request)
    if not wants_next(request):
        return in_queue(case.get_case_url(), queue)
    if case.neighbour is None:
        messages.info(request, "Det var den siste saken i køen.")
        return queue_url(request)
    return in_queue(case.neighbour.get_case_url(), queue)


def wants_next(request):
    return "neste" in request.POST and queue_text(request) != ""


def queue_url(request):
    """The list that the case was opened from."""
    return f"{reverse('admin:case_list')}?{queue_text(request)}".rstrip("?")


def case_page(request, case, bound=None):
    context = case_context(request, case, bound)
    return staff_page(request, "admin/cases/case_detail.html", context)


def declare_page(request, case, form):
    today = timezone.localdate(request.arrived_at)
    context = {
        "hints": hints_in(case, request.user, today),
        "rulers": case.rulers_of(request.user, day=today),
        "ruling": case.rulings.filter(user=request.user)
        .select_related("ruled_by")
        .last(),
        "title": f"{case.number} {case.current.title}",
        "case": case,
        "version": case.current,
        "form": form,
        "url": case_url(case, "case_declare"),
    }
    return staff_page(request, "admin/cases/case_declare.html", context)


def shut_words(case, request):
    """What is told to one who has declared a conflict, with who rules on it."""
    day = timezone.localdate(request.arrived_at)
    rulers = case.rulers_of(request.user, day=day)
    words = f"Du er inhabil i sak {case.number}. Saken er skjult for deg."
    if not rulers:
        return f"{words} Administratoren peker ut noen som avgjør det."
    names = " eller ".join(str(ruler.user) for ruler in rulers)
    return f"{words} {names} avgjør om det blir stående."


def staff_page(request, template, context):
    """A page of ours in the admin's frame."""
    frame = admin.site.each_context(request) | {"ko": queue_text(request)}
    return render(request, template, frame | context)
