"""Helping with an application: let a helper in, write for someone, change applicant."""

from django.contrib import messages
from django.core import signing
from django.db import IntegrityError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from areas.models import Area
from grants.answers import answers
from grants.forms.people import ForOtherForm, InviteHelperForm, MoveForm
from grants.models import Applicant, Application, Helper, Invitation
from grants.models.sending import draft_key
from grants.views.applicants import acting, press
from grants.views.rounds import public_round
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import in_lang

KEY_SALT = "grants.draft-key-for-other"
form_page = require_http_methods(["GET", "HEAD", "POST"])


def own_draft(request, key):
    """A draft of the user's own, not one they only help with, or 404."""
    drafts = Application.objects.of_applicants(request.user).drafts()
    return get_object_or_404(drafts.select_related("applicant", "round"), key=key)


def draft_trail(application, words):
    url = reverse("grants:draft_detail", args=[application.key])
    return [
        (_("Min side"), reverse("pages:my_page")),
        (in_lang(str(application.working_copy()), ""), url),
        (words, ""),
    ]


@form_page
def draft_helpers(request, key):
    """Who helps with the draft, and a letter to one who may."""
    application = own_draft(request, key)
    form = InviteHelperForm(request.POST or None)
    if form.is_valid():
        try:
            Invitation.send(
                Invitation.Kind.HELPER,
                applicant=application.applicant,
                application=application,
                email=form.cleaned_data["email"],
                **acting(request, application.applicant),
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Vi har spurt om hjelp for deg."))
            return redirect("grants:draft_helpers", key=key)
    context = {
        "application": application,
        "form": form,
        "helpers": application.helpers.active().select_related("user"),
        "invitations": application.invitations.open_at(request.arrived_at),
        "trail": draft_trail(application, _("Hjelp med søknaden")),
    }
    return render(request, "grants/draft_helpers.html", context)


@require_POST
def draft_helper_end(request, key, pk):
    """The applicant takes a helper away, or the helper stops."""
    drafts = Application.objects.open_to(request.user).drafts()
    application = get_object_or_404(drafts.select_related("applicant"), key=key)
    helpers = Helper.objects.active().filter(application=application)
    if not application.has_member(request.user):
        helpers = helpers.filter(user=request.user)
    helper = get_object_or_404(helpers, pk=pk)
    own = helper.user_id == request.user.pk
    back = (
        reverse("grants:applicant_list")
        if own
        else reverse("grants:draft_helpers", args=[key])
    )
    return press(
        request,
        back,
        lambda: helper.end(**acting(request, application.applicant)),
        _("Hjelpen er avsluttet."),
    )


@require_POST
def draft_helper_take_back(request, key, pk):
    application = own_draft(request, key)
    invitation = get_object_or_404(application.invitations, pk=pk)
    return press(
        request,
        reverse("grants:draft_helpers", args=[key]),
        lambda: invitation.take_back(**acting(request, application.applicant)),
        _("Invitasjonen er trukket tilbake."),
    )


@form_page
def draft_move(request, key):
    """Another applicant for the draft; says first who will be able to read it."""
    application = own_draft(request, key)
    others = (
        Applicant.objects.acted_for_by(request.user)
        .filter(kind__in=application.round.applicant_kinds)
        .exclude(pk=application.applicant_id)
        .with_readers()
    )
    form = MoveForm(
        request.POST or None, origin=application.applicant, applicants=others
    )
    if form.is_valid():
        try:
            application.move(form.chosen(), **acting(request, application.applicant))
        except Refused as refused:
            application = own_draft(request, key)
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Kladden har fått en annen søker."))
            return redirect("grants:draft_detail", key=key)
    context = {
        "application": application,
        "form": form,
        "others": others,
        "trail": draft_trail(application, _("Bytt søker")),
    }
    return render(request, "grants/draft_move.html", context)


# --- for someone else -----------------------------------------------------------------


@form_page
def application_start_for_other(request, slug):
    """A helper begins on an application for someone who cannot do it themself."""
    round = public_round(request, slug)
    posted = request.POST if request.method == "POST" else None
    areas = Area.objects.filter(pot_areas__round=round).order_by("name_key")
    form = ForOtherForm(
        posted,
        round=round,
        areas=areas,
        initial={"helper_name": request.user.name, "area": only(areas)},
    )
    if form.is_valid():
        draft = start_once(request, form)
        if draft is not None:
            return redirect(draft)
    context = {
        "round": round,
        "form": form,
        "is_open": round.is_open(request.arrived_at),
        "draft_key": signing.dumps(draft_key(), salt=KEY_SALT),
        "trail": [
            (in_lang(round.title), round.get_absolute_url()),
            (_("Søk for en annen"), ""),
        ],
    }
    return render(request, "grants/application_start_for_other.html", context)


def only(areas):
    return areas[0].pk if len(areas) == 1 else None


def start_once(request, form):
    """The new draft, also when the form is sent twice; None when refused."""
    try:
        key = signing.loads(request.POST.get("draft_key", ""), salt=KEY_SALT)
    except signing.BadSignature:
        key = draft_key()
    try:
        return form.start(by=request.actor, now=request.arrived_at, key=key)
    except IntegrityError:
        return Application.objects.helped_by(request.user).filter(key=key).first()
    except Refused as refused:
        form.add_error(None, str(refused))
        return None


@require_safe
def application_confirmation(request, year, sequence):
    """What was sent, to print and sign by one who has no e-mail."""
    cases = Application.objects.open_to(request.user).sent()
    application = get_object_or_404(
        cases.filter(needs_confirmation=True).select_related("applicant", "round"),
        year=year,
        sequence=sequence,
    )
    version = application.versions.sent().last()
    context = {
        "application": application,
        "version": version,
        "sections": answers(version),
        "helpers": application.helpers.all(),
        "trail": [
            (_("Min side"), reverse("pages:my_page")),
            (_("Kvittering"), application.get_receipt_url()),
            (_("Til underskrift"), ""),
        ],
    }
    return render(request, "grants/application_confirmation.html", context)
