from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as NumberError
from stdnum.no import orgnr as norwegian_orgnr

from omradesatsing.journal.models import JournalEntry


class ApplicantKind(models.TextChoices):
    ORGANISATION = "organisation", _("lag, forening eller annen organisasjon")
    GROUP = "group", _("gruppe uten organisasjonsnummer")
    PERSON = "person", _("privatperson")


def valid_orgnr(value):
    """An organisation number: nine digits whose last one checks the others."""
    try:
        norwegian_orgnr.validate(value)
    except NumberError:
        raise ValidationError(
            _(
                "Organisasjonsnummeret stemmer ikke. Det har ni siffer, og det siste "
                "kontrollerer de andre. Se etter en skrivefeil."
            )
        ) from None


class Organisation(models.Model):
    """A registered organisation, once, by its number. Gives nobody access.

    The facts are those of Enhetsregisteret and Frivillighetsregisteret when last looked
    up; before that, or when the registers do not answer, what an applicant typed.
    """

    class Standing(models.TextChoices):
        UNCHECKED = "unchecked", _("ikke slått opp i registeret")
        ACTIVE = "active", _("registrert")
        BANKRUPT = "bankrupt", _("konkurs")
        DISSOLVING = "dissolving", _("under avvikling")
        DELETED = "deleted", _("slettet")
        UNKNOWN = "unknown", _("ikke i registeret")

    orgnr = models.CharField(
        _("organisasjonsnummer"), max_length=9, unique=True, validators=[valid_orgnr]
    )
    name = models.CharField(_("navn"), max_length=200)
    standing = models.CharField(
        "status i registeret",
        max_length=20,
        choices=Standing,
        default=Standing.UNCHECKED,
        editable=False,
    )
    form = models.CharField("organisasjonsform", max_length=80, blank=True)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postal_code = models.CharField(_("postnummer"), max_length=4, blank=True)
    city = models.CharField(_("poststed"), max_length=80, blank=True)
    in_voluntary_register = models.BooleanField(
        "i Frivillighetsregisteret", null=True, editable=False
    )
    deleted_on = models.DateField("slettet", null=True, editable=False)
    checked_at = models.DateTimeField("slått opp", null=True, editable=False)
    lookup_failed_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When the register last did not answer; empty once it has.",
    )

    class Meta:
        verbose_name = "organisasjon"
        verbose_name_plural = "organisasjoner"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="organisation_orgnr_has_nine_digits",
                condition=Q(orgnr__regex=r"^[0-9]{9}$"),
            ),
        ]

    def __str__(self):
        return self.name


class ApplicantQuerySet(models.QuerySet):
    def acted_for_by(self, user):
        """Those whom this user may apply for today."""
        return self.filter(
            Exists(
                Membership.objects.active().filter(applicant=OuterRef("pk"), user=user)
            )
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

    def __str__(self):
        return self.name

    @property
    def public_name(self):
        """The name that may be published: never a private person's."""
        if self.kind == ApplicantKind.PERSON:
            return _("Privatperson")
        return self.name

    @classmethod
    @transaction.atomic
    def register(cls, *, kind, name, by, orgnr="", answerable_name=""):
        """A new applicant, with the one who registers it as its first member."""
        organisation = None
        if kind == ApplicantKind.ORGANISATION:
            number = norwegian_orgnr.compact(orgnr)
            organisation, _new = Organisation.objects.get_or_create(
                orgnr=number, defaults={"name": name}
            )
        applicant = cls.objects.create(
            kind=kind,
            name=name,
            organisation=organisation,
            answerable_name=answerable_name,
        )
        now = timezone.now()
        # Anyone may type an organisation's number; a group or a person is one's own.
        proven = kind != ApplicantKind.ORGANISATION
        Membership.objects.create(
            applicant=applicant,
            user=by.user,
            is_contact=True,
            confirmed_at=now if proven else None,
            confirmed_by=by.user if proven else None,
            proof=Membership.Proof.FOUNDER if proven else "",
        )
        JournalEntry.record("applicant_registered", about=applicant, by=by, kind=kind)
        return applicant

    def has_member(self, user):
        return self.memberships.active().filter(user=user).exists()

    def members(self):
        """The users who act for the applicant today."""
        return [
            membership.user
            for membership in self.memberships.active().select_related("user")
        ]


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
