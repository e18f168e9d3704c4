"""What grants hold on one person, and what of it can go when they ask."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.models import (
    AccessRequest,
    Appeal,
    Applicant,
    Application,
    Helper,
    Invitation,
    Membership,
    Message,
    RoundFollower,
    RoundInquiry,
    State,
    Tie,
)
from grants.models.states import WITH_STAFF
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused

MOST = 200


def held_on(user):
    """[(heading, why it is kept, [line])] on everything that names this person."""
    own = Application.objects.of_applicants(user).with_newest_title()
    memberships = user.memberships.active().select_related("applicant")
    drafts = own.filter(state=State.DRAFT).order_by("pk")[:MOST]
    sent = own.exclude(state=State.DRAFT).order_by("year", "sequence")[:MOST]
    messages = Message.objects.filter(sent_by=user).select_related("application")
    return [
        (
            _("Dem du søker for"),
            _("Så du kan se og sende søknadene deres."),
            [membership.applicant.name for membership in memberships],
        ),
        (
            _("Kladder"),
            _("Bare du og dem du skriver sammen med, kan lese dem."),
            [draft.title or _("uten navn") for draft in drafts],
        ),
        (
            _("Søknader som er sendt"),
            _("Kommunen må ta vare på dem etter arkivlova, også når du er slettet."),
            [f"{case.number} {case.title}" for case in sent],
        ),
        (
            _("Meldinger du har skrevet i en sak"),
            _("De er en del av saken og blir tatt vare på sammen med den."),
            [
                f"{message.application.number}, {timezone.localdate(message.sent_at)}"
                for message in messages.order_by("pk")[:MOST]
            ],
        ),
        (
            _("Klager du har sendt"),
            _("De er en del av saken og blir tatt vare på sammen med den."),
            [
                f"{appeal.application.number}, {timezone.localdate(appeal.received_at)}"
                for appeal in Appeal.objects.filter(lodged_by=user)
                .select_related("decision__application")
                .order_by("pk")[:MOST]
            ],
        ),
        (
            _("Søknader du har hjulpet med"),
            _("Navnet ditt står i saken, så alle vet hvem som skrev."),
            [
                str(helper.application)
                for helper in Helper.objects.filter(user=user)
                .select_related("application")
                .order_by("pk")[:MOST]
            ],
        ),
        (
            _("Det du har bedt om å få se"),
            _("Kommunen må ta vare på det etter arkivlova, sammen med saken."),
            [
                f"{asked.party_case.number}, {timezone.localdate(asked.received_at)}"
                for asked in AccessRequest.objects.filter(asked_by=user)
                .select_related("party_case")
                .order_by("pk")[:MOST]
            ],
        ),
        (
            _("Bindinger du har skrevet"),
            _("Så du får et hint når du kan være inhabil. De slettes når du slutter."),
            [str(tie) for tie in Tie.objects.own(user)],
        ),
        (
            _("Utlysninger du følger, og spørsmål du har stilt"),
            _("Så vi kan gi deg beskjed og svar."),
            [
                *(
                    str(row.round)
                    for row in user.followed.select_related("round").order_by("pk")
                ),
                *(
                    str(row)
                    for row in RoundInquiry.objects.filter(asked_by=user).order_by("pk")
                ),
            ],
        ),
    ]


def what_hinders(user):
    """Why this person cannot be deleted now, in words; empty when nothing does."""
    reasons = []
    alone = sole_applicants(user)
    waiting = Application.objects.filter(applicant__in=alone, state__in=WITH_STAFF)
    if waiting.exists():
        reasons.append(
            _(
                "Du er den eneste som svarer for en søknad vi behandler. Trekk den, "
                "eller inviter en annen først."
            )
        )
    if Appeal.objects.open().filter(
        by_party=True, decision__application__applicant__in=alone
    ):
        reasons.append(
            _(
                "Du er den eneste som svarer for en klage vi behandler. Trekk den, "
                "eller inviter en annen først."
            )
        )
    if Application.objects.filter(applicant__in=alone, award__isnull=False).exists():
        reasons.append(
            _(
                "Du er den eneste som svarer for et tilskudd. Inviter en annen først, "
                "eller ta kontakt med oss."
            )
        )
    return reasons


def sole_applicants(user):
    """Those whom nobody but this person acts for today."""
    others = Membership.objects.active().exclude(user=user)
    return Applicant.objects.filter(
        memberships__in=Membership.objects.active().filter(user=user)
    ).exclude(pk__in=others.values("applicant"))


@transaction.atomic
def erase(user, *, now):
    """Remove what grants need not keep of a person; what the law keeps stands.

    Sent versions, decisions and money are not touched: no sum changes. Raises Refused
    when a case would be left with nobody who answers for it.
    """
    by = Actor(user)
    # Whoever joins or leaves meanwhile waits.
    list(
        Applicant.objects.select_for_update(no_key=True)
        .filter(memberships__user=user)
        .order_by("pk")
    )
    reasons = what_hinders(user)
    if reasons:
        raise Refused(" ".join(reasons))
    alone = sole_applicants(user)
    for draft in Application.objects.filter(applicant__in=alone, state=State.DRAFT):
        draft.delete_draft(by=by)
    RoundFollower.objects.filter(user=user).delete()
    RoundInquiry.objects.filter(asked_by=user).update(asked_by=None)
    unanswered = Invitation.objects.filter(answered_at=None, taken_back_at=None)
    unanswered.filter(Q(email=user.email) | Q(invited_by=user)).update(
        taken_back_at=now
    )
    Helper.objects.active().filter(user=user).update(ended_at=now)
    Membership.objects.active().filter(user=user).update(ended_at=now, is_contact=False)
