"""The first page of an application: who applies, for where, and what it is called."""

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.db import IntegrityError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas.models import Area
from grants.forms.start import NEW, StartForm
from grants.models import Applicant, Application
from grants.models.sending import draft_key
from grants.rounds import current_rounds, stage
from grants.views.rounds import public_round
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import in_lang

KEPT = "started_application"
KEY_SALT = "grants.draft-key"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_start(request, slug):
    """The first words of an application; written before or after logging in."""
    round = public_round(request, slug)
    if round.external_url:
        # The form is elsewhere; the round's own page leads there.
        return redirect(round)
    made = draft_of_key(request)
    if made is not None:
        return redirect(made)
    form = start_form(request, round)
    is_open = round.is_open(request.arrived_at) or bool(form.applicants)
    if is_open and form.is_bound and form.is_valid():
        if not request.user.is_authenticated:
            return keep_and_log_in(request, round)
        if form.is_settled() and request.method == "POST":
            draft = start_once(request, form)
            if draft is not None:
                request.session.pop(KEPT, None)
                return redirect(draft)
    context = {
        "round": round,
        "form": form,
        "is_open": is_open,
        "stage": stage(round, request.arrived_at),
        "typed": [] if is_open else typed_words(request, form),
        "kept": request.method != "POST" and form.is_bound,
        "other_rounds": [] if is_open else current_rounds(request.arrived_at),
        "draft_key": signing.dumps(draft_key(), salt=KEY_SALT),
        "trail": [
            (_("Tilskudd"), reverse("grants:round_list")),
            (in_lang(round.title), round.get_absolute_url()),
            (_("Søk om tilskudd"), ""),
        ],
    }
    return render(request, "grants/application_start.html", context)


def start_form(request, round):
    """The form as posted; or with what was written before logging in; or empty."""
    areas = Area.objects.filter(pot_areas__round=round).order_by("name_key")
    data = request.POST if request.method == "POST" else kept_words(request, round)
    return StartForm(
        data,
        round=round,
        areas=areas,
        applicants=applicants_of(request, round),
        new=round.is_open(request.arrived_at),
        initial={"svar": request.GET.get("svar", "")},
    )


def applicants_of(request, round):
    """Those the user may apply for here now, also by a leave of their own."""
    if not request.user.is_authenticated:
        return []
    known = Applicant.objects.acted_for_by(request.user).filter(
        kind__in=round.applicant_kinds
    )
    return [
        applicant
        for applicant in known.select_related("organisation")
        if round.takes(applicant, request.arrived_at)
    ]


def typed_words(request, form):
    """What was written for a round that has closed: (label, text), to copy."""
    names = ["title", "name", "orgnr", "answerable_name"]
    return [
        (form.fields[name].label, form[name].value())
        for name in names
        if form.is_bound and name in form.fields and form[name].value()
    ]


def kept_words(request, round):
    """What was written for this round before logging in, or None."""
    kept = request.session.get(KEPT)
    return kept["fields"] if kept and kept["round"] == round.pk else None


def keep_and_log_in(request, round):
    """The words wait in the session, and come back filled in after logging in."""
    fields = {
        name: value for name, value in request.POST.items() if name in StartForm.KEPT
    }
    request.session[KEPT] = {
        "round": round.pk,
        "fields": fields | {"applicant": NEW},
    }
    url = reverse("account_request_login_code", query={"next": request.path})
    return redirect(url)


def chosen_key(request):
    """The draft's key that the form's page chose; a new one when it is not ours."""
    try:
        return signing.loads(request.POST.get("draft_key", ""), salt=KEY_SALT)
    except signing.BadSignature:
        return draft_key()


def draft_of_key(request):
    """The draft that this very form has made already, or None."""
    if request.method != "POST" or not request.user.is_authenticated:
        return None
    own = Application.objects.of_applicants(request.user)
    return own.filter(key=chosen_key(request)).first()


def start_once(request, form):
    """The new draft, also when the form is sent twice at once; None when refused."""
    try:
        return form.start(
            by=request.actor, now=request.arrived_at, key=chosen_key(request)
        )
    except IntegrityError:
        # The other click made it.
        return draft_of_key(request)
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
