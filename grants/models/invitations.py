"""Letting others in: as a member of an applicant, or as a helper in one case."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


def invitation_key():
    return secrets.token_urlsafe(24)


class InvitationQuerySet(models.QuerySet):
    def open_at(self, now):
        return self.filter(answered_at=None, taken_back_at=None, expires_at__gt=now)

    def unanswered(self):
        """Neither answered nor taken back, though they may have expired."""
        return self.filter(answered_at=None, taken_back_at=None)

    def to(self, user):
        """Those that were sent to the address that this user logs in with."""
        return self.filter(email=user.email)


class Invitation(models.Model):
    """A letter to an e-mail address: come in as a member, a helper, the answerable.

    Gives nothing until the one who owns the address logs in and says yes.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", _("bli medlem")
        HELPER = "helper", _("hjelpe med en søknad")
        CONFIRM = "confirm", _("bekrefte en søknad som noen har hjulpet deg med")
        ANSWERABLE = "answerable", _("svare for pengene til en gruppe")

    LIVES = timedelta(days=14)
    MOST = 20  # open at once, for one applicant

    key = models.CharField(
        max_length=40, unique=True, default=invitation_key, editable=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    applicant = models.ForeignKey(
        "grants.Applicant", on_delete=models.CASCADE, related_name="invitations"
    )
    application = models.ForeignKey(
        "grants.Application",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="invitations",
    )
    email = models.EmailField(_("e-postadresse"))
    as_contact = models.BooleanField(_("skal være kontaktperson"), default=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    accepted = models.BooleanField(null=True, editable=False)
    taken_back_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitasjon"
        verbose_name_plural = "invitasjoner"
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="invitation_open_once",
                fields=["kind", "applicant", "application", "email"],
                condition=Q(answered_at=None, taken_back_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="invitation_of_a_case_names_it",
                condition=~Q(kind__in=["helper", "confirm"])
                | Q(application__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.email}"

    def get_absolute_url(self):
        return reverse("grants:invitation_detail", args=[self.key])

    def is_open(self, now):
        return (
            self.answered_at is None
            and self.taken_back_at is None
            and self.expires_at > now
        )

    # --- verbs -----------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def send(
        cls, kind, *, applicant, email, by, now, application=None, as_contact=False
    ):
        """Invite whoever owns an e-mail address. An open invitation is not sent again.

        The letter holds an address of the portal and nothing that logs anybody in.
        """
        email = email.strip().lower()
        applicant.hold()
        cls._check_sender(kind, applicant, application, by=by)
        user = cls._addressee(kind, applicant, email)
        same = cls.objects.unanswered().filter(
            kind=kind, applicant=applicant, application=application, email=email
        )
        waiting = same.open_at(now).first()
        if waiting is not None:
            return waiting
        if applicant.invitations.open_at(now).count() >= cls.MOST:
            raise Refused(
                _("Det er sendt så mange invitasjoner at noen må svare først.")
            )
        same.update(taken_back_at=now)  # it had expired
        invitation = cls.objects.create(
            kind=kind,
            applicant=applicant,
            application=application,
            email=email,
            as_contact=as_contact,
            invited_by=by.user,
            invited_at=now,
            expires_at=now + cls.LIVES,
        )
        JournalEntry.record(
            "invitation_sent", about=invitation, by=by, kind=str(kind), to=user.pk
        )
        url = invitation.get_absolute_url()
        Notice.write(
            f"invitation_{kind}",
            about=invitation,
            to=[user],
            url=url,
            context={"link": f"{settings.SITE_URL}{url}"},
        )
        return invitation

    @transaction.atomic
    def take_back(self, *, by, now):
        """Nobody can say yes to it any longer. Any member who may invite may do it."""
        self.applicant.hold()
        self._check_sender(self.kind, self.applicant, self.application, by=by)
        taken = Invitation.objects.unanswered().filter(pk=self.pk)
        if taken.update(taken_back_at=now):
            JournalEntry.record("invitation_taken_back", about=self, by=by)
        self.refresh_from_db()
        if self.answered_at is not None:
            raise Refused(_("Invitasjonen er alt besvart."))

    @transaction.atomic
    def accept(self, *, by, now, name="", role=""):
        """Say yes: become a member, a helper, the answerable; or confirm the case.

        `name` is how a helper or the answerable is named; `role` a helper's.
        """
        self.applicant.hold()
        if not self._answer(True, by=by, now=now):
            return
        match self.kind:
            case Invitation.Kind.MEMBER:
                self.applicant.let_in(
                    by.user, by=by, now=now, as_contact=self.as_contact
                )
            case Invitation.Kind.HELPER:
                self.application.let_help(by=by, now=now, name=name, role=role)
            case Invitation.Kind.CONFIRM:
                self.application.confirm(by=by, now=now)
            case Invitation.Kind.ANSWERABLE:
                self.applicant.answer_for(by=by, now=now, name=name)
        if self.kind != Invitation.Kind.CONFIRM:  # the helper is told of the case
            self._tell_sender()

    @transaction.atomic
    def decline(self, *, by, now):
        """Say no. A case that was sent for someone who says no, is withdrawn."""
        self.applicant.hold()
        if not self._answer(False, by=by, now=now):
            return
        if self.kind == Invitation.Kind.CONFIRM:
            self.application.disown(by=by, now=now)
        else:
            self._tell_sender()

    # --- guards ----------------------------------------------------------------------

    def _answer(self, accepted, *, by, now):
        if by.user.email != self.email:
            raise Refused(_("Invitasjonen er til en annen e-postadresse."))
        # The guard: of two presses, or a yes and a taking back, one finds no row.
        taken = (
            Invitation.objects.open_at(now)
            .filter(pk=self.pk)
            .update(answered_at=now, answered_by=by.user, accepted=accepted)
        )
        self.refresh_from_db()
        if taken:
            verb = "invitation_accepted" if accepted else "invitation_declined"
            JournalEntry.record(verb, about=self, by=by, kind=self.kind)
        elif (self.answered_by_id, self.accepted) != (by.user.pk, accepted):
            raise Refused(self.why_closed())
        return bool(taken)

    def why_closed(self):
        if self.answered_at is not None:
            return _now("Du har alt svart på invitasjonen.")
        if self.taken_back_at is not None:
            return _now("Invitasjonen er trukket tilbake.")
        return _now("Invitasjonen er for gammel. Be om en ny.")

    def _tell_sender(self):
        Notice.write("invitation_answered", about=self, to=[self.invited_by])

    @classmethod
    def _check_sender(cls, kind, applicant, application, *, by):
        if kind == cls.Kind.CONFIRM:
            application.check_may_ask_to_confirm(by)
        elif kind == cls.Kind.HELPER:
            if not (application.is_draft and application.has_member(by.user)):
                raise Refused(
                    _("Bare søkeren kan be om hjelp, og før søknaden sendes.")
                )
        elif kind == cls.Kind.ANSWERABLE and not applicant.has_proven_answerable:
            # The one who makes a group names the person in the same step.
            if not applicant.has_member(by.user):
                raise Refused(_("Du kan ikke gjøre dette for denne søkeren."))
        else:
            applicant.check_confirmed_member(by)

    @classmethod
    def _addressee(cls, kind, applicant, email):
        if kind == cls.Kind.MEMBER and applicant.has_member_at(email):
            raise Refused(_("Den som har denne adressen, er alt med."))
        if kind == cls.Kind.HELPER:
            # An employee may help, by name; they never come to treat the case.
            known = User.objects.filter(email=email, is_active=True).first()
            if known is not None:
                return known
        user = User.objects.for_code(email)
        if user is None:
            raise Refused(
                _(
                    "Denne adressen kan ikke brukes her. Jobber du eller den du "
                    "inviterer, i kommunen, bruk en privat e-postadresse."
                )
            )
        return user


class HelperQuerySet(models.QuerySet):
    def active(self):
        return self.filter(ended_at=None)


class Helper(models.Model):
    """Someone who helps the applicant write one case; named in it for good.

    Whoever helped is conflicted in the case ever after (see `visible_to`).
    """

    class Role(models.TextChoices):
        NEIGHBOUR = "neighbour", _("nabo, venn eller familie")
        LIBRARY = "library", _("bibliotek eller innbyggertorg")
        COORDINATOR = "coordinator", _("områdekoordinator")
        OTHER = "other", _("annet")

    application = models.ForeignKey(
        "grants.Application", on_delete=models.CASCADE, related_name="helpers"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="helps_with"
    )
    role = models.CharField(_("hvem hjelper"), max_length=20, choices=Role)
    name = models.CharField(_("navn"), max_length=120)
    typed = models.BooleanField(
        default=False, help_text="Whether the helper writes for the applicant."
    )
    since = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = HelperQuerySet.as_manager()

    class Meta:
        verbose_name = "hjelper"
        verbose_name_plural = "hjelpere"
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(name="helper_once", fields=["application", "user"]),
        ]

    def __str__(self):
        return self.name

    @transaction.atomic
    def end(self, *, by, now):
        """The helper stops helping, or the applicant takes the help away."""
        if by.user.pk != self.user_id and not self.application.has_member(by.user):
            raise Refused(_("Du kan ikke gjøre dette for denne søkeren."))
        if Helper.objects.active().filter(pk=self.pk).update(ended_at=now):
            JournalEntry.record(
                "helper_ended", about=self.application, by=by, user=self.user_id
            )
            if by.user.pk != self.user_id:
                Notice.write(
                    "helper_ended",
                    about=self.application,
                    to=[self.user],
                    occasion=now.isoformat(),
                )
        self.refresh_from_db()
