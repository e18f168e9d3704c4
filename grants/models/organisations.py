from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants import numbers, registers
from grants.registers import Answer
from omradesatsing.journal.models import JournalEntry


class Standing(models.TextChoices):
    UNCHECKED = "unchecked", _("ikke slått opp i registeret")
    ACTIVE = "active", _("registrert")
    BANKRUPT = "bankrupt", _("konkurs")
    DISSOLVING = "dissolving", _("under avvikling")
    DELETED = "deleted", _("slettet")
    UNKNOWN = "unknown", _("ikke i registeret")


# What each answer of the registers makes of an organisation.
STANDINGS = {
    Answer.FOUND: Standing.ACTIVE,
    Answer.BANKRUPT: Standing.BANKRUPT,
    Answer.DISSOLVING: Standing.DISSOLVING,
    Answer.DELETED: Standing.DELETED,
    Answer.GONE: Standing.DELETED,
    Answer.UNKNOWN: Standing.UNKNOWN,
}


# What staff read.
STAFF_WORDS = {
    Standing.UNCHECKED: "ikke slått opp i registeret",
    Standing.ACTIVE: "registrert",
    Standing.BANKRUPT: "konkurs",
    Standing.DISSOLVING: "under avvikling",
    Standing.DELETED: "slettet",
    Standing.UNKNOWN: "ikke i registeret",
}


class OrganisationQuerySet(models.QuerySet):
    def to_look_up(self):
        """Those that no register has answered about, or not since it last failed."""
        return self.filter(
            Q(checked_at=None) | Q(lookup_failed_at__isnull=False)
        ).order_by("lookup_failed_at", "pk")


class Organisation(models.Model):
    """A registered organisation, once, by its number. Gives nobody access.

    The facts are those of Enhetsregisteret and Frivillighetsregisteret when last looked
    up; before that, or when the registers do not answer, what an applicant typed.
    """

    Standing = Standing

    orgnr = models.CharField(
        _("organisasjonsnummer"),
        max_length=9,
        unique=True,
        validators=[numbers.valid_orgnr],
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
    board_read_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When the register last told who has a role (see BoardMember).",
    )

    objects = OrganisationQuerySet.as_manager()

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

    @property
    def needs_a_look(self):
        """Whether staff should look at what the register says, or does not say."""
        return self.standing != Standing.ACTIVE or self.lookup_failed_at is not None

    @property
    def words(self):
        """What the register says, to staff."""
        words = STAFF_WORDS[self.standing]
        if self.standing == Standing.DELETED and self.deleted_on:
            words = f"{words} {self.deleted_on:%d.%m.%Y}"
        if self.lookup_failed_at and self.checked_at:
            return f"{words}, svarte ikke sist"
        return words

    @classmethod
    def of_number(cls, orgnr, name):
        """The organisation of that number, made when nobody has typed it before."""
        number = numbers.compact(orgnr)
        return cls.objects.get_or_create(orgnr=number, defaults={"name": name})[0]

    # --- verbs -----------------------------------------------------------------------

    def look_up(self, *, by, now):
        """Ask the registers, and store what they answer. Not inside a transaction."""
        entry = registers.find(self.orgnr)
        self.take_answer(entry, by=by, now=now)
        return entry

    @transaction.atomic
    def take_answer(self, entry, *, by, now):
        """Store what the registers answered; of two answers, the later stands.

        Without an answer, what was known stays, and the lack of one is noted.
        """
        row = Organisation.objects.filter(pk=self.pk)
        if entry.answer is Answer.UNANSWERED:
            # Where nobody is asked, nobody has failed to answer.
            if registers.are_asked():
                row.exclude(checked_at__gt=now).update(lookup_failed_at=now)
            self.refresh_from_db()
            return
        facts = {
            "form": entry.form,
            "address": entry.address,
            "postal_code": entry.postal_code,
            "city": entry.city,
        }
        taken = row.exclude(checked_at__gte=now).update(
            standing=STANDINGS[entry.answer],
            in_voluntary_register=entry.in_voluntary_register,
            deleted_on=entry.deleted_on,
            checked_at=now,
            lookup_failed_at=None,
            # A deleted one is told of without its address: what was known, stays.
            **{name: value for name, value in facts.items() if value},
            **({"name": entry.name} if entry.name else {}),
        )
        self.refresh_from_db()
        if taken:
            JournalEntry.record(
                "organisation_looked_up",
                about=self,
                by=by,
                standing=str(self.standing),
                answer=entry.answer.value,
            )
