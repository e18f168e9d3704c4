"""Who is in an application: its members, those who help, and the one who is helped."""

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from grants.models.applicants import Applicant, ApplicantKind, Membership
from grants.models.decisions import Outcome
from grants.models.invitations import Helper, Invitation
from grants.models.states import WITH_STAFF, State
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class Parties:
    """The verbs of `Application` that say who is in it."""

    @property
    def awaits_confirmation(self):
        """Whether a helper wrote it and the applicant has not yet said yes to it."""
        return (
            self.needs_confirmation
            and self.confirmed_at is None
            and self.state != State.WITHDRAWN
        )

    def has_member(self, user):
        """Whether this application is the user's own (see `of_applicants`)."""
        return type(self).objects.of_applicants(user).filter(pk=self.pk).exists()

    def members(self):
        """The users whose application this is today: whom everything is told to."""
        rows = self.applicant.memberships.active().select_related("user")
        return [
            row.user
            for row in rows
            if row.confirmed_at or row.user_id == self.started_by_id
        ]

    def lacks_proof(self):
        """Whether nobody has been shown to act for the applicant.

        Then nothing is accepted and nothing is paid.
        """
        received = getattr(self, "received", None)
        if self.confirmation_scan_id or (received and received.proof_note):
            return False
        return self.applicant.lacks_proof()

    # --- helpers ---------------------------------------------------------------------

    @transaction.atomic
    def let_help(self, *, by, now, name, role):
        """Become a helper: read and write the draft until it is sent, and be named."""
        if self._hold().state != State.DRAFT:
            raise Refused(_("Søknaden er sendt, så det er ikke mer å hjelpe med."))
        if not self.invitations.filter(
            kind=Invitation.Kind.HELPER, answered_by=by.user, accepted=True
        ).exists():
            raise Refused(_("Bare den som søkeren har bedt om det, kan hjelpe."))
        if self.applicant.has_member(by.user):
            raise Refused(_("Du er alt med som søker."))
        if not name.strip() or role not in Helper.Role.values:
            raise Refused(_("Skriv navnet ditt og hvem du er for søkeren."))
        helper, _new = self.helpers.update_or_create(
            user=by.user,
            defaults={"name": name.strip(), "role": role, "ended_at": None},
            create_defaults={"name": name.strip(), "role": role, "since": now},
        )
        JournalEntry.record(
            "helper_joined", about=self, by=by, user=by.user.pk, role=role
        )
        return helper

    def check_may_write(self, by):
        """A member; in a draft also a helper."""
        if not type(self).objects.open_to(by.user).filter(pk=self.pk).exists():
            raise Refused(_("Du kan ikke gjøre dette for denne søkeren."))

    def check_may_send(self, by):
        """A member; a helper only where nobody has confirmed yet that they apply."""
        if self.has_member(by.user):
            return
        if not self.helpers.active().filter(user=by.user).exists():
            raise Refused(_("Du kan ikke gjøre dette for denne søkeren."))
        if not self.needs_confirmation:
            raise Refused(
                _("Du hjelper med søknaden. Bare søkeren selv kan sende den.")
            )

    # --- one who is helped -----------------------------------------------------------

    def check_may_ask_to_confirm(self, by):
        typed = self.helpers.active().filter(user=by.user, typed=True).exists()
        if not self.awaits_confirmation or not (
            typed or by.user.has_role(roles.CASEWORKER)
        ):
            raise Refused(_("Det er ikke noe å bekrefte."))

    @transaction.atomic
    def ask_to_confirm(self, *, by, now):
        """Ask the one who was helped to read what was sent, and say yes or no to it.

        Without an e-mail address they sign a print instead (`confirm_by_scan`).
        """
        email = self.applicant.answerable_email
        if email:
            Invitation.send(
                Invitation.Kind.CONFIRM,
                applicant=self.applicant,
                application=self,
                email=email,
                by=by,
                now=now,
            )
        Notice.write(
            "application_sent_for_other",
            about=self,
            to=[row.user for row in self.helpers.active().select_related("user")],
            url=self.get_receipt_url(),
            context={"email": email},
        )

    @transaction.atomic
    def confirm(self, *, by, now):
        """The one who was helped says yes: becomes the applicant's first member."""
        applicant = self.applicant.hold()
        if not self.invitations.filter(
            kind=Invitation.Kind.CONFIRM, answered_by=by.user, accepted=True
        ).exists():
            raise Refused(_("Bare søkeren selv kan bekrefte søknaden."))
        self._confirm(by=by, now=now)
        applicant.let_in(
            by.user,
            by=by,
            now=now,
            as_contact=True,
            proof=Membership.Proof.FOUNDER,
        )
        facts = {"letters_by_post": False}
        if applicant.kind == ApplicantKind.GROUP:
            facts |= {"answerable_user": by.user, "answerable_confirmed_at": now}
        Applicant.objects.filter(pk=applicant.pk).update(**facts)
        self._tell_helpers("helped_application_confirmed")

    @transaction.atomic
    def confirm_by_scan(self, *, by, file, now):
        """Staff have the print that the applicant signed; `file` is the scan of it.

        `file` is a StoredFile. Letters then go by post, as nobody can log in.
        """
        self.applicant.hold()
        self._hold()
        self._check_role(by, roles.CASEWORKER)
        self._check_impartial(by)
        self._confirm(by=by, now=now, confirmation_scan=file)
        if not self.applicant.memberships.active().exists():
            Applicant.objects.filter(pk=self.applicant_id).update(letters_by_post=True)
        self.invitations.unanswered().filter(kind=Invitation.Kind.CONFIRM).update(
            taken_back_at=now
        )
        self._tell_helpers("helped_application_confirmed")

    @transaction.atomic
    def disown(self, *, by, now):
        """The one who was helped says no: the case is withdrawn, and staff are told."""
        if not self.invitations.filter(
            kind=Invitation.Kind.CONFIRM, answered_by=by.user, accepted=False
        ).exists():
            raise Refused(_("Bare søkeren selv kan si nei til søknaden."))
        if self._hold().state in WITH_STAFF and self._step(
            "withdraw", by=by, withdrawn_at=now
        ):
            self._close_request(now)
            self._register_in("withdrawal", by=by, now=now)
            Notice.write(
                "case_disowned",
                about=self,
                to=self._staff_to_tell(),
                url=self.get_case_url(),
            )
        self._tell_helpers("helped_application_disowned")

    def check_confirmed(self, outcome):
        """Only a dismissal may be decided before the applicant has confirmed it."""
        unconfirmed = type(self).objects.filter(
            pk=self.pk, needs_confirmation=True, confirmed_at=None
        )
        if outcome != Outcome.DISMISSED and unconfirmed.exists():
            raise Refused(
                "Søkeren har ikke bekreftet søknaden. Da kan den bare avvises."
            )

    def _confirm(self, *, by, now, **scan):
        taken = (
            type(self)
            .objects.filter(pk=self.pk, needs_confirmation=True, confirmed_at=None)
            .exclude(state__in=[State.DRAFT, State.WITHDRAWN])
            .update(confirmed_at=now, confirmed_by=by.user, **scan)
        )
        self.refresh_from_db()
        if not taken:
            raise Refused(_now("Det er ikke noe å bekrefte."))
        JournalEntry.record(
            "application_confirmed",
            about=self,
            by=by,
            scan=self.confirmation_scan_id,
        )

    def _tell_helpers(self, kind):
        typed = self.helpers.active().filter(typed=True).select_related("user")
        Notice.write(kind, about=self, to=[row.user for row in typed])

    def _staff_to_tell(self):
        """The caseworker; before there is one, every caseworker who may see it."""
        if self.caseworker is not None:
            return [self.caseworker]
        staff = User.objects.filter(
            is_active=True, is_staff=True, groups__name=roles.CASEWORKER
        )
        case = type(self).objects.filter(pk=self.pk)
        return [user for user in staff if case.visible_to(user).exists()]

    # --- another applicant -----------------------------------------------------------

    @transaction.atomic
    def move(self, to, *, by, now):
        """Let another applicant that the user acts for take over the draft.

        Both roles agree by one person who has both; those who lose it and those who
        get it are told.
        """
        held = Applicant.objects.select_for_update(no_key=True).order_by("pk")
        list(held.filter(pk__in=[self.applicant_id, to.pk]))
        draft = self._hold()
        self._check_member(by)
        if draft.state != State.DRAFT or self.needs_confirmation:
            raise Refused(_("Bare en kladd som ikke er sendt, kan få en annen søker."))
        if not to.has_member(by.user):
            raise Refused(_("Du kan ikke søke for denne søkeren."))
        if to.kind not in self.round.applicant_kinds:
            raise Refused(_("Utlysningen er ikke for denne typen søker."))
        told = self.members()
        origin = draft.applicant_id
        if (
            not type(self)
            .objects.filter(pk=self.pk, applicant=origin)
            .update(applicant=to)
        ):
            raise Refused(_("Søknaden er endret. Last siden på nytt."))
        self.refresh_from_db()
        # One whose part in the new applicant is unproven keeps only what they began.
        self._check_member(by)
        self.invitations.unanswered().update(taken_back_at=now)
        JournalEntry.record("draft_moved", about=self, by=by, origin=origin, to=to.pk)
        Notice.write(
            "draft_moved",
            about=self,
            to=[user for user in {*told, *self.members()} if user != by.user],
            occasion=now.isoformat(),
            context={"title": str(self.working_copy()), "by": by.user},
        )
