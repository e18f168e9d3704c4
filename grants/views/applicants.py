"""Whom one applies for: the members, those invited, and who answers for the money."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from grants.forms.facts import ApplicantFactsForm
from grants.forms.people import AnswerableForm, InviteForm, NoMoreForm, RegisteredForm
from grants.models import Applicant, ApplicantKind, Application, Invitation, JoinRequest
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused

form_page = require_http_methods(["GET", "HEAD", "POST"])


def acting(request, applicant):
    """Who acts, for whom and when, as the verbs take it."""
    return {"by": Actor(request.user, applicant), "now": request.arrived_at}


def own_applicant(request, pk):
    """An applicant that the user acts for with proof, or 404."""
    return get_object_or_404(Applicant.objects.managed_by(request.user), pk=pk)


def applicant_trail(applicant, *more):
    return [
        (_("Min side"), reverse("pages:my_page")),
        (_("Dem du søker for"), reverse("grants:applicant_list")),
        (applicant.name, reverse("grants:applicant_detail", args=[applicant.pk])),
        *more,
    ]


@require_safe
def applicant_list(request):
    """Whom one applies for, what one is asked to join, and whom one helps."""
    own = Applicant.objects.acted_for_by(request.user).with_standing_of(request.user)
    invitations = Invitation.objects.to(request.user).open_at(request.arrived_at)
    context = {
        "applicants": own,
        "invitations": invitations.select_related("applicant", "invited_by"),
        "helped": Application.objects.helped_by(request.user)
        .with_newest_title()
        .select_related("applicant", "round"),
        "trail": [
            (_("Min side"), reverse("pages:my_page")),
            (_("Dem du søker for"), ""),
        ],
    }
    return render(request, "grants/applicant_list.html", context)


@require_safe
def applicant_detail(request, pk):
    """Who is in. One without proof sees that they lack it, and nobody else."""
    own = Applicant.objects.acted_for_by(request.user).select_related("organisation")
    applicant = get_object_or_404(own.with_standing_of(request.user), pk=pk)
    context = {
        "applicant": applicant,
        "is_group": applicant.kind == ApplicantKind.GROUP,
        "trail": applicant_trail(applicant)[:2] + [(applicant.name, "")],
    }
    if applicant.is_confirmed:
        context |= {
            "members": applicant.memberships.active().select_related("user"),
            "invitations": applicant.invitations.open_at(request.arrived_at).filter(
                application=None
            ),
            "requests": applicant.join_requests.open().select_related(
                "membership__user"
            ),
        }
    return render(request, "grants/applicant_detail.html", context)


@form_page
def applicant_facts(request, pk):
    """Address and account, kept once; for those with proof, and nobody else."""
    applicant = own_applicant(request, pk)
    form = ApplicantFactsForm(request.POST or None, instance=applicant)

    def verb():
        changed = form.keep(**acting(request, applicant))
        if not changed:
            return _("Ingenting er endret.")
        return _("Opplysningene er lagret, og gjelder alle sakene deres.")

    return ask(
        request,
        applicant,
        form,
        verb,
        heading=_("Adresse og konto"),
        lead=_(
            "Vi spør én gang, og bruker det i alle sakene deres. Bare de som er "
            "bekreftet medlem, ser kontonummeret."
        ),
        button=_("Lagre"),
    )


@form_page
def applicant_invite(request, pk):
    applicant = own_applicant(request, pk)
    form = InviteForm(request.POST or None)

    def verb():
        invitation = Invitation.send(
            Invitation.Kind.MEMBER,
            applicant=applicant,
            **form.cleaned_data,
            **acting(request, applicant),
        )
        return _("Vi har sendt en invitasjon til %(email)s.") % {
            "email": invitation.email
        }

    return ask(
        request,
        applicant,
        form,
        verb,
        heading=_("Inviter en til"),
        lead=_(
            "Den som sier ja, kan lese og skrive alle søknadene deres, sende dem, og "
            "får brevene. Dere er likestilt."
        ),
        button=_("Send invitasjonen"),
    )


@require_POST
def invitation_take_back(request, pk, invitation):
    applicant = own_applicant(request, pk)
    found = get_object_or_404(applicant.invitations, pk=invitation)
    return press(
        request,
        applicant,
        lambda: found.take_back(**acting(request, applicant)),
        _("Invitasjonen er trukket tilbake."),
    )


@form_page
def member_end(request, pk, member):
    """Leave, or end another's membership. Says first what it means."""
    own = Applicant.objects.acted_for_by(request.user)
    applicant = get_object_or_404(own, pk=pk)
    memberships = applicant.memberships.active().select_related("user")
    if not applicant.has_confirmed_member(request.user):
        memberships = memberships.filter(user=request.user)
    membership = get_object_or_404(memberships, pk=member)
    is_self = membership.user_id == request.user.pk
    form = NoMoreForm(request.POST if request.method == "POST" else None)

    def verb():
        membership.end(**acting(request, applicant))
        return _("Medlemskapet er avsluttet.")

    facts = {"name": applicant.name, "who": membership.user}
    return ask(
        request,
        applicant,
        form,
        verb,
        heading=_("Vil du gå ut av %(name)s?") % facts
        if is_self
        else _("Vil du avslutte medlemskapet til %(who)s?") % facts,
        lead=_("Du ser da ikke lenger søknadene og brevene deres her.")
        if is_self
        else _(
            "Da ser ikke personen lenger søknadene og brevene deres. Det som er sendt, "
            "blir stående med navn. Invitasjoner personen har sendt, faller bort."
        ),
        button=_("Gå ut") if is_self else _("Avslutt medlemskapet"),
        url=reverse("grants:applicant_list") if is_self else "",
    )


@require_POST
def member_contact(request, pk, member):
    applicant = own_applicant(request, pk)
    membership = get_object_or_404(applicant.memberships.active(), pk=member)
    return press(
        request,
        applicant,
        lambda: membership.make_contact(**acting(request, applicant)),
        _("Kontaktpersonen er byttet."),
    )


@require_POST
def member_confirm(request, pk, member):
    applicant = own_applicant(request, pk)
    membership = get_object_or_404(applicant.memberships.active(), pk=member)
    return press(
        request,
        applicant,
        lambda: membership.confirm(proof="member", **acting(request, applicant)),
        _("Medlemmet er bekreftet."),
    )


@form_page
def join_request(request, pk, join):
    """Somebody has used the organisation's number: do they belong here?"""
    applicant = own_applicant(request, pk)
    asked = get_object_or_404(
        JoinRequest.objects.filter(applicant=applicant).select_related(
            "membership__user", "membership__applicant"
        ),
        pk=join,
    )
    if request.method == "POST" and request.POST.get("answer") in {"yes", "no"}:
        accepted = request.POST["answer"] == "yes"
        return press(
            request,
            applicant,
            lambda: asked.answer(accepted, **acting(request, applicant)),
            _("Takk. Personen er med fra nå.")
            if accepted
            else _("Takk. Personen ser ingenting av det dere har her."),
        )
    context = {
        "applicant": applicant,
        "asked": asked,
        "trail": applicant_trail(applicant, (_("Hører personen til hos dere?"), "")),
    }
    return render(request, "grants/join_request.html", context)


@form_page
def applicant_answerable(request, pk):
    """Change who answers for a group's money."""
    groups = Applicant.objects.managed_by(request.user).filter(kind=ApplicantKind.GROUP)
    applicant = get_object_or_404(groups, pk=pk)
    form = AnswerableForm(request.POST or None, initial={"name": request.user.name})

    def verb():
        data = form.cleaned_data
        if data["who"] == form.ME:
            applicant.answer_for(name=data["name"], **acting(request, applicant))
            return _("Du svarer nå for pengene.")
        applicant.ask_answerable(data["email"], **acting(request, applicant))
        return _("Vi har spurt %(email)s.") % {"email": data["email"]}

    return ask(
        request,
        applicant,
        form,
        verb,
        heading=_("Hvem svarer for pengene?"),
        lead=_("Nå er det %(name)s. Søknader og saker følger med når noen tar over.")
        % {"name": applicant.answerable_name},
        button=_("Lagre"),
    )


@form_page
def applicant_registered(request, pk):
    """The group has become an organisation with a number."""
    groups = Applicant.objects.managed_by(request.user).filter(kind=ApplicantKind.GROUP)
    applicant = get_object_or_404(groups, pk=pk)
    form = RegisteredForm(request.POST or None)

    def verb():
        applicant.become_registered(
            **form.number_and_name(), **acting(request, applicant)
        )
        return _("Gruppen er nå registrert som organisasjon her.")

    return ask(
        request,
        applicant,
        form,
        verb,
        heading=_("Har gruppen fått organisasjonsnummer?"),
        lead=_(
            "Medlemmer, søknader og saker følger med. Før penger kan betales ut, må vi "
            "få vist at dere kan opptre for organisasjonen."
        ),
        button=_("Lagre"),
    )


# --- how they do it -------------------------------------------------------------------


def ask(request, applicant, form, verb, *, url="", **words):
    """A page with one form and one button; `verb` returns the message when done."""
    if form.is_valid():
        try:
            message = verb()
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, message)
            return redirect(url or applicant)
    context = words | {
        "form": form,
        "back_url": applicant.get_absolute_url(),
        "trail": applicant_trail(applicant, (words["heading"], "")),
    }
    return render(request, "grants/people_form.html", context)


def press(request, back, verb, message):
    """A button without a form."""
    try:
        verb()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, message)
    return redirect(back)
