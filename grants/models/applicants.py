import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grants.models.invitations import Helper, Invitation
from grants.models.organisations import Organisation
from grants.models.searched import SEARCHED
from grants.numbers import valid_orgnr  # noqa: F401  the first migration names it here
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class ApplicantKind(models.TextChoices):
    ORGANISATION = "organisation", _("lag, forening eller annen organisasjon")
    GROUP = "group", _("gruppe uten organisasjonsnummer")
    PERSON = "person", _("privatperson")


class ApplicantQuerySet(models.QuerySet):
    def acted_for_by(self, user):
        """Those whom this user may apply for today, proof or not."""
        return self.filter(
            Exists(
                Membership.objects.active().filter(applicant=OuterRef("pk"), user=user)
            )
        )

    def managed_by(self, user):
        """Those whom this user acts for with proof: may let others in and out."""
        return self.filter(
            Exists(
                Membership.objects.confirmed().filter(
                    applicant=OuterRef("pk"), user=user
                )
            )
        )

    def with_standing_of(self, user):
        """Each with `is_confirmed`: whether this user's membership is."""
        own = Membership.objects.confirmed().filter(applicant=OuterRef("pk"), user=user)
        return self.annotate(is_confirmed=Exists(own))

    def with_readers(self):
        """Each with `readers`: the memberships that read all it has."""
        confirmed = Membership.objects.confirmed().select_related("user")
        return self.prefetch_related(
            Prefetch("memberships", queryset=confirmed, to_attr="readers")
        )


class Applicant(models.Model):
    """Who applies and answers for the money: an organisation, a group, a person.

    Not unique per organisation number: knowing a number gives access to nothing.
    """

    kind = models.CharField(_("hvem søker"), max_length=20, choices=ApplicantKind)
    name = models.CharField(_("navn"), max_length=200)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisasjon"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="applicants",
    )
    answerable_name = models.CharField(
        _("ansvarlig person"),
        max_length=120,
        blank=True,
        help_text=_("Den som svarer for pengene når gruppen ikke er registrert."),
    )
    answerable_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="answers_for",
        help_text="Who confirmed being the answerable person, over 18.",
    )
    answerable_email = models.EmailField(_("den ansvarliges e-post"), blank=True)
    answerable_confirmed_at = models.DateTimeField(null=True, editable=False)
    second_name = models.CharField(_("enda en kontakt"), max_length=120, blank=True)
    # Kept once, used in every case.
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postal_code = models.CharField(_("postnummer"), max_length=4, blank=True)
    city = models.CharField(_("poststed"), max_length=80, blank=True)
    account_number = models.CharField(_("kontonummer"), max_length=11, blank=True)
    account_changed_at = models.DateTimeField(null=True, editable=False)
    letters_by_post = models.BooleanField(
        default=False,
        editable=False,
        help_text="Has no digital mailbox with us: staff send letters by post.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ApplicantQuerySet.as_manager()

    # What `keep_facts` may change.
    KEPT_FACTS = ["address", "postal_code", "city", "account_number"]

    class Meta:
        verbose_name = "søker"
        verbose_name_plural = "søkere"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="applicant_organisation_has_number",
                condition=Q(kind=ApplicantKind.ORGANISATION, organisation__isnull=False)
                | (~Q(kind=ApplicantKind.ORGANISATION) & Q(organisation=None)),
            ),
            models.CheckConstraint(
                name="applicant_group_has_answerable_person",
                condition=~Q(kind=ApplicantKind.GROUP) | ~Q(answerable_name=""),
                violation_error_message=_("Skriv hvem som svarer for pengene."),
            ),
        ]
        indexes = [models.Index(fields=["account_number"])]
        triggers = [
            pgtrigger.Trigger(
                name="applicant_name_tells_the_cases",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("name"),
                condition=pgtrigger.Q(old__name__df=pgtrigger.F("new__name")),
                func=f"""
                    UPDATE grants_application SET search = {SEARCHED}
                    WHERE applicant_id = NEW.id AND search IS NOT NULL;
                    RETURN NULL;
                """,  # noqa: S608  (no value in it comes from outside)
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("grants:applicant_detail", args=[self.pk])

    @property
    def public_name(self):
        """The name that may be published: never a private person's."""
        if self.kind == ApplicantKind.PERSON:
            return _("Privatperson")
        return self.name

    @property
    def has_proven_answerable(self):
        """Whether the answerable person has said yes with a log-in of their own."""
        return self.answerable_confirmed_at is not None

    def hold(self):
        """Lock the row; whatever changes who is in, queues here."""
        return Applicant.objects.select_for_update(no_key=True).get(pk=self.pk)

    def has_member(self, user):
        return self.memberships.active().filter(user=user).exists()

    def has_member_at(self, email):
        return self.memberships.active().filter(user__email=email).exists()

    def has_confirmed_member(self, user):
        return self.memberships.confirmed().filter(user=user).exists()

    def check_confirmed_member(self, by):
        if not self.has_confirmed_member(by.user):
            raise Refused(
                _("Bare et medlem som er bekreftet, kan gjøre dette for søkeren.")
            )

    def members(self):
        """The users who act for the applicant today, confirmed or not.

        Whom a case is told to: `Application.members`.
        """
        return [
            membership.user
            for membership in self.memberships.active().select_related("user")
        ]

    def lacks_proof(self):
        """Whether nobody has been shown to act for the applicant.

        For an organisation somebody must once have shown it, to the register, to the
        staff or to members of the same organisation: having made a group that was
        registered later is no proof.
        """
        if not self.memberships.confirmed().exists():
            return True
        return self.kind == ApplicantKind.ORGANISATION and not self.is_rooted()

    def is_rooted(self):
        """Whether some membership, also an ended one, was shown from outside."""
        return (
            self.memberships.filter(proof__in=Membership.SHOWN).exists()
            or JoinRequest.objects.filter(
                membership__applicant=self, accepted=True
            ).exists()
        )

    # --- verbs -----------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def register(
        cls,
        *,
        kind,
        name,
        by,
        orgnr="",
        answerable_name="",
        answerable_email="",
        is_answerable=False,
        second_name="",
    ):
        """A new applicant, with the one who registers it as its first member.

        `is_answerable`: they are over 18 and answer for the group's money themself;
        otherwise the one at `answerable_email` is asked to confirm it.
        """
        now = timezone.now()
        applicant = cls.objects.create(
            kind=kind,
            name=name,
            organisation=Organisation.of_number(orgnr, name)
            if kind == ApplicantKind.ORGANISATION
            else None,
            answerable_name=answerable_name,
            answerable_email=answerable_email.strip().lower(),
            answerable_user=by.user if is_answerable else None,
            answerable_confirmed_at=now if is_answerable else None,
            second_name=second_name,
        )
        # Anyone may type an organisation's number; a group or a person is one's own.
        proven = kind != ApplicantKind.ORGANISATION
        membership = Membership.objects.create(
            applicant=applicant,
            user=by.user,
            is_contact=True,
            confirmed_at=now if proven else None,
            confirmed_by=by.user if proven else None,
            proof=Membership.Proof.FOUNDER if proven else "",
        )
        JournalEntry.record("applicant_registered", about=applicant, by=by, kind=kind)
        if kind == ApplicantKind.ORGANISATION:
            JoinRequest.ask(membership, by=by, now=now)
        if kind == ApplicantKind.GROUP and answerable_email and not is_answerable:
            applicant.ask_answerable(answerable_email, by=by, now=now)
        return applicant

    @classmethod
    @transaction.atomic
    def register_for_other(cls, *, kind, name, by, email="", answerable_name=""):
        """An applicant that a helper writes for: nobody acts for it until they confirm.

        Without an e-mail address its letters go by post.
        """
        if kind == ApplicantKind.ORGANISATION:
            raise Refused(_("En organisasjon må søke selv."))
        if email.strip().lower() == by.user.email:
            raise Refused(_("Skriv adressen til den du hjelper, ikke din egen."))
        if User.objects.filter(email=email.strip().lower(), is_staff=True).exists():
            raise Refused(
                _("Adressen kan ikke brukes her. Bruk en privat e-postadresse.")
            )
        applicant = cls.objects.create(
            kind=kind,
            name=name,
            answerable_name=answerable_name,
            answerable_email=email.strip().lower(),
            letters_by_post=not email,
        )
        JournalEntry.record("applicant_registered", about=applicant, by=by, kind=kind)
        return applicant

    def ask_answerable(self, email, *, by, now):
        """Ask someone to answer for the group's money; the present one does till then.

        An earlier question that nobody has answered falls away.
        """
        with transaction.atomic():
            if self.hold().kind != ApplicantKind.GROUP:
                raise Refused(_("Bare en gruppe har en ansvarlig person."))
            self.invitations.unanswered().filter(
                kind=Invitation.Kind.ANSWERABLE
            ).exclude(email=email.strip().lower()).update(taken_back_at=now)
            return Invitation.send(
                Invitation.Kind.ANSWERABLE, applicant=self, email=email, by=by, now=now
            )

    @transaction.atomic
    def answer_for(self, *, by, now, name):
        """Become the group's answerable person, over 18: party and addressee.

        Comes with an accepted invitation, or from a member who takes it over.
        """
        held = self.hold()
        if held.kind != ApplicantKind.GROUP:
            raise Refused(_("Bare en gruppe har en ansvarlig person."))
        if not name.strip():
            raise Refused(_("Skriv navnet ditt."))
        invited = self.invitations.filter(
            kind=Invitation.Kind.ANSWERABLE, answered_by=by.user, accepted=True
        ).exists()
        if invited:
            self.let_in(by.user, by=by, now=now)
        self.check_confirmed_member(by)
        Applicant.objects.filter(pk=self.pk).update(
            answerable_name=name.strip(),
            answerable_email=by.user.email,
            answerable_user=by.user,
            answerable_confirmed_at=now,
        )
        self.invitations.unanswered().filter(kind=Invitation.Kind.ANSWERABLE).update(
            taken_back_at=now
        )
        JournalEntry.record("answerable_confirmed", about=self, by=by)
        earlier = held.answerable_user
        if earlier is not None and earlier != by.user:
            Notice.write(
                "answerable_replaced",
                about=self,
                to=[earlier],
                occasion=now.isoformat(),
            )
        self.refresh_from_db()

    @transaction.atomic
    def become_registered(self, *, orgnr, name, by, now):
        """A group has got an organisation number. Its cases and members go with it.

        That somebody acts for the organisation is still to be shown.
        """
        held = self.hold()
        self.check_confirmed_member(by)
        if held.kind != ApplicantKind.GROUP:
            raise Refused(_("Bare en gruppe uten organisasjonsnummer kan få et."))
        Applicant.objects.filter(pk=self.pk).update(
            kind=ApplicantKind.ORGANISATION,
            name=name,
            organisation=Organisation.of_number(orgnr, name),
        )
        self.refresh_from_db()
        self.invitations.unanswered().filter(kind=Invitation.Kind.ANSWERABLE).update(
            taken_back_at=now
        )
        JournalEntry.record("applicant_became_registered", about=self, by=by)
        JoinRequest.ask(self.memberships.active().get(user=by.user), by=by, now=now)

    @transaction.atomic
    def keep_facts(self, *, by, now, **facts):
        """Keep address and account number, for every case; gives what changed.

        `facts` are some of KEPT_FACTS. The journal gets their names, never the words.
        """
        if not set(facts) <= set(self.KEPT_FACTS):
            raise TypeError(f"not facts of an applicant: {sorted(facts)}")
        held = self.hold()
        self.check_may_keep_facts(by, facts)
        changed = {
            name: value for name, value in facts.items() if value != getattr(held, name)
        }
        if not changed:
            self.refresh_from_db()
            return []
        account_changed = "account_number" in changed
        moved = {"account_changed_at": now} if account_changed else {}
        Applicant.objects.filter(pk=self.pk).update(**changed, **moved)
        self.refresh_from_db()
        JournalEntry.record(
            "applicant_facts_kept", about=self, by=by, fields=sorted(changed)
        )
        return sorted(changed)

    def check_may_keep_facts(self, by, facts):
        """A confirmed member; while there is none, whoever has begun on their own.

        For someone who has no log-in, the one who writes for them gives the address;
        where the money goes, they say themself.
        """
        if self.memberships.confirmed().exists():
            self.check_confirmed_member(by)
        elif not self.has_member(by.user):
            writes = Helper.objects.active().filter(
                application__applicant=self, user=by.user, typed=True
            )
            if self.memberships.active().exists() or not writes.exists():
                raise Refused(_("Du kan ikke gjøre dette for denne søkeren."))
            if "account_number" in facts:
                raise Refused(_("Kontonummeret må søkeren gi selv."))

    @transaction.atomic
    def let_in(self, user, *, by, now, as_contact=False, proof=""):
        """Make a user a confirmed member; part of a verb that has asked them."""
        self.hold()
        proof = proof or Membership.Proof.MEMBER
        facts = {"confirmed_at": now, "confirmed_by": by.user, "proof": proof}
        membership = self.memberships.active().filter(user=user).first()
        if membership is None:
            membership = self.memberships.create(user=user, since=now, **facts)
            JournalEntry.record(
                "member_joined", about=self, by=by, user=user.pk, proof=str(proof)
            )
        else:
            self.memberships.active().filter(user=user, confirmed_at=None).update(
                **facts
            )
        if as_contact:
            membership.become_contact()
        return membership


class MembershipQuerySet(models.QuerySet):
    def active(self):
        return self.filter(ended_at=None)

    def confirmed(self):
        return self.active().filter(confirmed_at__isnull=False)


class Membership(models.Model):
    """That a user acts for an applicant, from a day until it is ended.

    Unconfirmed, it gives only what the user has started: nothing earlier is shown, and
    nothing is accepted or paid. Of an organisation's, the first is unconfirmed too.
    """

    class Proof(models.TextChoices):
        FOUNDER = "founder", _("opprettet søkeren")
        MEMBER = "member", _("bekreftet av et annet medlem")
        REGISTER = "register", _("har en rolle i Enhetsregisteret")
        STAFF = "staff", _("bekreftet av kommunen")

    # What shows that a person acts for an organisation, told by somebody outside it.
    SHOWN = [Proof.REGISTER, Proof.STAFF]

    applicant = models.ForeignKey(
        Applicant, on_delete=models.PROTECT, related_name="memberships"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    since = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_contact = models.BooleanField(_("kontaktperson"), default=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proof = models.CharField(max_length=10, choices=Proof, blank=True, editable=False)
    proof_note = models.CharField(
        "hvordan det er sjekket", max_length=300, blank=True, editable=False
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "medlem"
        verbose_name_plural = "medlemmer"
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="membership_once",
                fields=["applicant", "user"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="membership_confirmed_by_some_proof",
                condition=Q(confirmed_at=None, proof="")
                | (Q(confirmed_at__isnull=False) & ~Q(proof="")),
            ),
        ]

    def __str__(self):
        return f"{self.user} for {self.applicant}"

    # --- verbs -----------------------------------------------------------------------

    @transaction.atomic
    def confirm(self, *, by, now, proof, note=""):
        """Note that the user does act for the applicant, and how that was shown.

        A member confirms a fellow; the register's client (`REGISTER`) vouches for what
        it calls with; a caseworker says in `note` how it was checked.
        """
        self.applicant.hold()
        if proof == Membership.Proof.MEMBER:
            if by.user.pk == self.user_id:
                raise Refused(_("Du kan ikke bekrefte deg selv."))
            self.applicant.check_confirmed_member(by)
        elif proof == Membership.Proof.STAFF:
            self._check_staff(by, note)
        elif proof != Membership.Proof.REGISTER:
            raise Refused(_("Det må vises hvordan medlemskapet er kontrollert."))
        # Having made a group that was registered later is taken over by real proof.
        unshown = Q(confirmed_at=None) | Q(
            proof=Membership.Proof.FOUNDER,
            applicant__kind=ApplicantKind.ORGANISATION,
        )
        row = Membership.objects.active().filter(unshown, pk=self.pk)
        taken = Membership.objects.filter(pk__in=row.values("pk")).update(
            confirmed_at=now,
            confirmed_by=by.user,
            proof=proof,
            proof_note=note.strip(),
        )
        self.refresh_from_db()
        if taken:
            JournalEntry.record(
                "membership_confirmed",
                about=self.applicant,
                by=by,
                user=self.user_id,
                proof=str(proof),
            )
            Notice.write(
                "membership_confirmed",
                about=self,
                to=[self.user],
                occasion=now.isoformat(),
            )
        elif self.ended_at is not None:
            raise Refused(_("Medlemskapet er avsluttet."))

    @transaction.atomic
    def end(self, *, by, now):
        """The member leaves, or another confirmed member ends it.

        Never the last: a case always has somebody who answers for it. What the one
        who leaves has sent out and nobody has answered, falls away.
        """
        applicant = self.applicant.hold()
        # As it is now that nobody else can change it.
        self.refresh_from_db(fields=["confirmed_at", "is_contact", "ended_at"])
        if by.user.pk != self.user_id:
            applicant.check_confirmed_member(by)
        others = applicant.memberships.active().exclude(pk=self.pk)
        if self.confirmed_at is not None:
            others = others.confirmed()
        if not others.exists():
            raise Refused(
                _("Noen må være igjen. Inviter en annen først, og vent til de er med.")
            )
        if applicant.answerable_user_id == self.user_id and (
            applicant.kind == ApplicantKind.GROUP
        ):
            raise Refused(_("Gi ansvaret for pengene til en annen først."))
        was_contact = self.is_contact
        taken = Membership.objects.active().filter(pk=self.pk)
        if not taken.update(ended_at=now, is_contact=False):
            self.refresh_from_db()
            return
        if was_contact:
            (others.confirmed().first() or others.first()).become_contact()
        applicant.invitations.unanswered().filter(invited_by=self.user_id).update(
            taken_back_at=now
        )
        JournalEntry.record(
            "membership_ended", about=applicant, by=by, user=self.user_id
        )
        if by.user.pk != self.user_id:
            Notice.write("membership_ended", about=self, to=[self.user])
        self.refresh_from_db()

    @transaction.atomic
    def make_contact(self, *, by, now):
        """Let this member be the one whom others in the portal turn to."""
        applicant = self.applicant.hold()
        applicant.check_confirmed_member(by)
        if not applicant.memberships.confirmed().filter(pk=self.pk).exists():
            raise Refused(_("Bare et medlem som er bekreftet, kan være kontaktperson."))
        self.become_contact()
        JournalEntry.record("contact_changed", about=applicant, by=by, to=self.user_id)

    def become_contact(self):
        """Part of a verb, with the applicant locked."""
        fellows = Membership.objects.filter(applicant=self.applicant_id)
        fellows.exclude(pk=self.pk).filter(is_contact=True).update(is_contact=False)
        fellows.filter(pk=self.pk).update(is_contact=True)
        self.refresh_from_db()

    def _check_staff(self, by, note):
        if not by.user.has_role(roles.CASEWORKER):
            raise Refused("Bare en saksbehandler kan gjøre dette.")
        # Whoever has been in it themself is no judge of who else belongs.
        if self.applicant.memberships.filter(user=by.user).exists():
            raise Refused("Du er eller har vært med hos søkeren.")
        if not note.strip():
            raise Refused("Skriv hvordan det er sjekket.")


class JoinRequestQuerySet(models.QuerySet):
    def open(self):
        """Not answered, and the one who asks is still without proof of their own."""
        return self.filter(answered_at=None, membership__ended_at=None)


class JoinRequest(models.Model):
    """That someone has used an organisation's number: do they belong with its members?

    Asked of the confirmed members of each applicant that the organisation has already.
    Until one of them says yes, the newcomer sees nothing of theirs.
    """

    applicant = models.ForeignKey(
        Applicant, on_delete=models.CASCADE, related_name="join_requests"
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="join_requests"
    )
    asked_at = models.DateTimeField(editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    accepted = models.BooleanField(null=True, editable=False)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "spørsmål om å bli med"
        verbose_name_plural = "spørsmål om å bli med"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="join_request_once", fields=["applicant", "membership"]
            ),
            models.CheckConstraint(
                name="join_request_answer_is_whole",
                condition=Q(answered_at=None, answered_by=None, accepted=None)
                | Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    accepted__isnull=False,
                ),
            ),
        ]

    def __str__(self):
        return f"{self.membership.user} – {self.applicant}"

    def get_absolute_url(self):
        return reverse("grants:join_request", args=[self.applicant_id, self.pk])

    @classmethod
    def ask(cls, membership, *, by, now):
        """Tell the members of the same organisation; part of a verb.

        The same person is asked about once, however many times they type the number.
        """
        user, organisation = membership.user, membership.applicant.organisation
        proven = Membership.objects.confirmed().filter(applicant=OuterRef("pk"))
        already_in = Membership.objects.active().filter(
            applicant=OuterRef("pk"), user=user
        )
        asked = cls.objects.filter(applicant=OuterRef("pk"), membership__user=user)
        theirs = Applicant.objects.filter(organisation=organisation).filter(
            Exists(proven), ~Exists(already_in), ~Exists(asked)
        )
        for applicant in theirs.exclude(pk=membership.applicant_id):
            if applicant.lacks_proof():
                continue
            request = cls.objects.create(
                applicant=applicant, membership=membership, asked_at=now
            )
            JournalEntry.record("join_asked", about=applicant, by=by, user=user.pk)
            Notice.write(
                "orgnr_used",
                about=request,
                to=[row.user for row in applicant.memberships.confirmed()],
                url=request.get_absolute_url(),
            )

    @transaction.atomic
    def answer(self, accepted, *, by, now):
        """A confirmed member says whether the newcomer belongs with them.

        Yes lets them in, and is proof for what they have begun on their own.
        """
        both = Applicant.objects.select_for_update(no_key=True).order_by("pk")
        list(both.filter(pk__in=[self.applicant_id, self.membership.applicant_id]))
        applicant = self.applicant
        applicant.check_confirmed_member(by)
        taken = (
            JoinRequest.objects.open()
            .filter(pk=self.pk)
            .update(answered_at=now, answered_by=by.user, accepted=accepted)
        )
        self.refresh_from_db()
        if not taken:
            if self.accepted != accepted:
                raise Refused(_("Noen har alt svart på dette."))
            return
        newcomer = self.membership
        JournalEntry.record(
            "join_accepted" if accepted else "join_refused",
            about=applicant,
            by=by,
            user=newcomer.user_id,
        )
        if accepted:
            applicant.let_in(newcomer.user, by=by, now=now)
            newcomer.applicant.let_in(newcomer.user, by=by, now=now)
        Notice.write("join_answered", about=self, to=[newcomer.user])
