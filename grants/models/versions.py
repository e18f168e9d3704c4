"""What is asked in an application: its versions, their budget and attachments."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from omradesatsing.accounts.refusals import Refused
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry


class Step(models.TextChoices):
    """The parts of the form, in order. A request for more may reopen some of them.

    Which of them an application has, depends on the size of its form and its round.
    """

    WHO = "soker", _("Hvem søker")
    WHAT = "prosjekt", _("Hva dere vil gjøre")
    NEED = "behov", _("Hvem det er for")
    WHERE = "sted", _("Sted og tid")
    MONEY = "okonomi", _("Penger")
    SUPPORT = "stotte", _("Annen offentlig støtte")
    QUESTIONS = "sporsmal", _("Spørsmål fra utlysningen")
    FILES = "vedlegg", _("Vedlegg")


# What must be filled in before an application can be sent, and how we ask for it.
NEEDED = {
    Step.WHO: [
        ("contact_name", _("Skriv hvem vi kan kontakte.")),
        ("contact_email", _("Skriv e-postadressen til kontaktpersonen.")),
    ],
    Step.WHAT: [
        ("title", _("Gi prosjektet et navn.")),
        ("summary", _("Fortell kort hva prosjektet er.")),
        ("description", _("Fortell hva dere vil gjøre.")),
        ("need", _("Fortell hvorfor det trengs her.")),
        ("participants", _("Fortell hvem det er for, og hvem som blir med.")),
        ("place", _("Skriv hvor det skal skje.")),
        ("permission", _("Svar på om dere trenger lov fra eieren av stedet.")),
        ("starts_on", _("Skriv når dere begynner.")),
        ("ends_on", _("Skriv når dere er ferdige.")),
    ],
    Step.MONEY: [("amount", _("Skriv hvor mye dere søker om."))],
}


class VersionQuerySet(models.QuerySet):
    def sent(self):
        return self.filter(sent_at__isnull=False).order_by("number")


# What a version holds may be written while it is not sent, and never after.
PARENT_FROZEN = """
    IF EXISTS (
        SELECT 1 FROM grants_version
        WHERE id IN (NEW.version_id, OLD.version_id) AND sent_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'version_is_frozen: the version is sent'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


class Version(models.Model):
    """What was asked at one time. Written until it is sent, immutable after.

    At most one version of an application is not sent: the working copy.
    """

    class Permission(models.TextChoices):
        NOT_NEEDED = "not_needed", _("Nei, det trengs ikke")
        HAVE = "have", _("Ja, vi har fått lov")
        ASKED = "asked", _("Vi har spurt og venter på svar")
        NOT_ASKED = "not_asked", _("Nei, ikke ennå")

    class EconomicActivity(models.TextChoices):
        NO = "no", _("Nei")
        YES = "yes", _("Ja")
        PARTLY = "partly", _("Delvis")

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField()
    # Hvem søker
    contact_name = models.CharField(_("kontaktperson"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-post"), blank=True)
    contact_phone = models.CharField(_("telefon"), max_length=20, blank=True)
    # Hva dere vil gjøre
    title = models.CharField(_("navn på prosjektet"), max_length=60, blank=True)
    summary = models.CharField(_("kort fortalt"), max_length=200, blank=True)
    theme = models.ForeignKey(
        "areas.Theme",
        verbose_name=_("tema"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    description = models.TextField(
        _("hva vil dere gjøre?"), max_length=2500, blank=True
    )
    need = models.TextField(_("hvorfor trengs det her?"), max_length=1500, blank=True)
    participants = models.TextField(
        _("hvem er det for, og hvem blir med?"), max_length=1000, blank=True
    )
    participant_count = models.PositiveIntegerField(
        _("omtrent hvor mange blir med?"), null=True, blank=True
    )
    place = models.CharField(_("hvor skal det skje?"), max_length=200, blank=True)
    permission = models.CharField(
        _("trenger dere lov fra den som eier stedet?"),
        max_length=20,
        choices=Permission,
        blank=True,
    )
    starts_on = models.DateField(_("når begynner dere?"), null=True, blank=True)
    ends_on = models.DateField(_("når er dere ferdige?"), null=True, blank=True)
    # Penger
    amount = models.DecimalField(
        _("hvor mye søker dere om?"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
    )
    # Annen offentlig støtte: asked of organisations, for the rules on state aid.
    economic_activity = models.CharField(
        _("selger dere varer eller tjenester i et marked?"),
        max_length=10,
        choices=EconomicActivity,
        blank=True,
    )
    economic_reason = models.TextField(
        _("hva selger dere, og til hvem?"), max_length=500, blank=True
    )
    aid_received = models.DecimalField(
        _("offentlig støtte de siste tre årene"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Kroner, the sum of bagatellmessig støtte in three years.",
    )
    special_categories = models.BooleanField(
        _("sier noe om helse, tro eller etnisitet"),
        null=True,
        blank=True,
        help_text="The applicant's own word; staff may set the case's flag too.",
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(_("sendt"), null=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("versjon")
        verbose_name_plural = _("versjoner")
        ordering = ["application", "number"]
        constraints = [
            models.UniqueConstraint(
                name="version_number_is_unique", fields=["application", "number"]
            ),
            models.UniqueConstraint(
                name="version_one_working_copy",
                fields=["application"],
                condition=Q(sent_at=None),
            ),
            models.CheckConstraint(
                name="version_sent_by_someone",
                condition=Q(sent_at=None, sent_by=None)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
            ),
            models.CheckConstraint(
                name="version_amount_is_positive",
                condition=Q(amount=None) | Q(amount__gt=0),
                violation_error_message=_("Beløpet må være over null."),
            ),
            models.CheckConstraint(
                name="version_ends_after_it_starts",
                condition=Q(starts_on=None)
                | Q(ends_on=None)
                | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_(
                    "Prosjektet kan ikke være ferdig før det begynner."
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="version_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__sent_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.title or str(_("uten navn"))

    def sums(self):
        """The budget's totals: {"cost", "income", "own_work", "in_all", "missing"}.

        `in_all` comes in with the amount asked for; `missing` is cost less that.
        """
        by_kind = dict(
            self.budget_lines.order_by().values_list("kind").annotate(Sum("amount"))
        )
        zero = Decimal(0)
        cost = by_kind.get(BudgetLine.Kind.COST, zero)
        income = by_kind.get(BudgetLine.Kind.INCOME, zero)
        own_work = by_kind.get(BudgetLine.Kind.OWN_WORK, zero)
        in_all = income + own_work + (self.amount or zero)
        return {
            "cost": cost,
            "income": income,
            "own_work": own_work,
            "in_all": in_all,
            "missing": cost - in_all,
        }

    def missing(self):
        """What must be filled in before it can be sent: [(step, field, message)]."""
        found = []
        for step, fields in NEEDED.items():
            for name, message in fields:
                if getattr(self, name) in (None, ""):
                    found.append((step, name, message))
        found += [(Step.MONEY, "amount", text) for text in self.money_faults()]
        return found

    def money_faults(self):
        """What is wrong with the sums, in words."""
        round = self.application.round
        sums = self.sums()
        faults = []
        if not sums["cost"]:
            faults.append(_("Skriv minst én kostnad i budsjettet."))
        if self.amount is None:
            return faults
        if sums["cost"] and sums["missing"]:
            faults.append(
                _(
                    "Budsjettet går ikke opp: kostnadene er %(cost)s kr, og pengene "
                    "som kommer inn med tilskuddet, er %(in_all)s kr."
                )
                % {
                    "cost": plain_number(sums["cost"]),
                    "in_all": plain_number(sums["in_all"]),
                }
            )
        if round.max_amount and self.amount > round.max_amount:
            faults.append(
                _("Det høyeste beløpet i denne utlysningen er %(amount)s kr.")
                % {"amount": plain_number(round.max_amount)}
            )
        if round.min_amount and self.amount < round.min_amount:
            faults.append(
                _("Det minste beløpet i denne utlysningen er %(amount)s kr.")
                % {"amount": plain_number(round.min_amount)}
            )
        own = sums["income"] + sums["own_work"]
        if sums["cost"] and own * 100 < sums["cost"] * round.own_share_percent:
            faults.append(
                _("Dere må selv dekke minst %(percent)s prosent av kostnadene.")
                % {"percent": round.own_share_percent}
            )
        return faults

    def send(self, *, by, now):
        """Freeze the working copy as sent; part of a verb, never called alone."""
        taken = Version.objects.filter(pk=self.pk, sent_at=None).update(
            sent_at=now, sent_by=by.user
        )
        if not taken:
            raise Refused(_("Søknaden er endret. Last siden på nytt."))
        self.refresh_from_db()
        JournalEntry.record(
            "version_sent", about=self.application, by=by, version=self.number
        )

    def copied(self, *, by):
        """A new working copy with the same content, budget and attachments."""
        copy = Version.objects.get(pk=self.pk)
        copy.pk = None
        copy._state.adding = True
        copy.number = self.number + 1
        copy.sent_at = copy.sent_by = None
        copy.edited_by = by.user
        copy.created_at = timezone.now()
        copy.save()
        for line in self.budget_lines.all():
            line.pk, line.version, line._state.adding = None, copy, True
            line.save()
        for attachment in self.attachments.all():
            attachment.pk, attachment.version = None, copy
            attachment._state.adding = True
            attachment.save()
        return copy

    def discard(self):
        """Drop a working copy that will not be sent, and its files; part of a verb.

        A file that a sent version also has stays.
        """
        files = list(StoredFile.objects.filter(attachments__version=self))
        self.budget_lines.all().delete()
        self.attachments.all().delete()
        self.delete()
        for file in files:
            if not file.attachments.exists():
                file.discard()


def plain_number(amount):
    """`12 345` or `12 345,50`, with no-break spaces, for use inside a message."""
    whole = amount == amount.to_integral_value()
    text = f"{amount:,.0f}" if whole else f"{amount:,.2f}"
    return text.replace(",", "\u00a0").replace(".", ",")


class BudgetLine(models.Model):
    """One row of a version's budget, in kroner."""

    class Kind(models.TextChoices):
        COST = "cost", _("kostnad")
        INCOME = "income", _("andre penger inn")
        OWN_WORK = "own_work", _("egen innsats (dugnad)")

    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="budget_lines"
    )
    kind = models.CharField(_("slag"), max_length=10, choices=Kind)
    text = models.CharField(_("hva"), max_length=120)
    amount = models.DecimalField(_("beløp"), max_digits=12, decimal_places=2)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("budsjettlinje")
        verbose_name_plural = _("budsjettlinjer")
        ordering = ["version", "kind", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="budget_line_amount_is_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("Beløpet må være over null."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="budget_line_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=PARENT_FROZEN,
            ),
        ]

    def __str__(self):
        return self.text


class Attachment(models.Model):
    """A file that belongs to a version of an application."""

    MOST = 10  # a case

    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="attachments"
    )
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, related_name="attachments"
    )
    label = models.CharField(_("hva filen viser"), max_length=120, blank=True)
    question = models.ForeignKey(
        "grants.Question",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="attachments",
    )
    required = models.ForeignKey(
        "grants.RequiredAttachment",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="attachments",
    )

    class Meta:
        verbose_name = _("vedlegg")
        verbose_name_plural = _("vedlegg")
        ordering = ["version", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="attachment_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=PARENT_FROZEN,
            ),
        ]

    def __str__(self):
        return self.label or self.file.name
