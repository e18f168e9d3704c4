"""What is asked for in an application: its versions."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q, Sum
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from grants.models.contents import BudgetLine
from grants.models.searched import SEARCHED
from grants.models.steps import (
    ASKED,
    MESSAGES,
    NEEDED,
    Size,
    Step,
    questions_of,
    size_of,
    steps_of,
    still_asked,
)
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.fields import amount_as_text
from omradesatsing.ui.templatetags.ui import in_lang


class VersionQuerySet(models.QuerySet):
    def sent(self):
        return self.filter(sent_at__isnull=False).order_by("number")


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
        indexes = [models.Index(fields=["contact_email"])]
        triggers = [
            pgtrigger.Protect(
                name="version_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__sent_at__isnull=False),
            ),
            # The queue sorts and searches by it. A sent version is frozen, so it is
            # never stale.
            pgtrigger.Trigger(
                name="version_sent_tells_the_case",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("sent_at"),
                condition=pgtrigger.Q(new__sent_at__isnull=False),
                func=f"""
                    UPDATE grants_application
                    SET asked_amount = NEW.amount, search = {SEARCHED}
                    WHERE id = NEW.application_id;
                    RETURN NULL;
                """,  # noqa: S608  (no value in it comes from outside)
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

    # --- what this version asks -----------------------------------------------------

    @property
    def size(self):
        """The form it is written in: by the amount, and long once it was sent long."""
        size = size_of(self.application.round, self.amount)
        if size == Size.SHORT and self.number and self.number > 1:
            earlier = self.application.versions.sent().filter(number__lt=self.number)
            most = earlier.aggregate(Max("amount"))["amount__max"]
            return size_of(self.application.round, most or self.amount)
        return size

    def get_size_display(self):
        return Size(self.size).label

    @property
    def steps(self):
        """The steps of this application's form, in order."""
        return steps_of(
            self.application.round,
            self.size,
            is_organisation=self.application.applicant.organisation_id is not None,
        )

    def fields_of(self, step):
        """The version's own fields that a step asks for, in order."""
        return ASKED[self.size].get(step, [])

    def needed(self, step):
        """Those of a step's fields that must be filled in: {name: message}."""
        size = self.size
        names = [name for name in ASKED[size].get(step, []) if name in NEEDED[size]]
        if step == Step.SUPPORT and size == Size.LONG and self.sells:
            names.append("economic_reason")
        return {name: MESSAGES[name] for name in names}

    @property
    def sells(self):
        """Whether the applicant says that they sell something in a market."""
        return self.economic_activity in {
            Version.EconomicActivity.YES,
            Version.EconomicActivity.PARTLY,
        }

    def given_answers(self):
        """What is answered of the round's own questions: {question's pk: value}."""
        if self.pk is None:
            return {}
        return dict(self.answers.values_list("question", "value"))

    def asked_questions(self):
        """The round's own questions that are asked now, files included, in order."""
        questions = questions_of(self.application.round, self.size)
        return still_asked(questions, self.given_answers()) if questions else []

    def asked_files(self):
        """The RequiredAttachments that the amount calls for."""
        if self.amount is None:
            return []
        return list(
            self.application.round.required_attachments.filter(
                from_amount__lte=self.amount
            )
        )

    def file_slots(self):
        """What asks for a file of its own: the round's questions, then its list."""
        asked = [each for each in self.asked_questions() if not each.is_written]
        return asked + self.asked_files()

    # --- whether it can be sent -----------------------------------------------------

    def missing(self, *, steps=None):
        """What must be filled in before it can be sent: [(step, field, message)].

        `steps` are those that may be changed, when not all of them may.
        """
        found = []
        for step in self.steps:
            for name, message in self.needed(step).items():
                if getattr(self, name) in (None, ""):
                    found.append((step, name, message))
            if step == Step.MONEY:
                found += [(step, "amount", text) for text in self.money_faults()]
            if step == Step.FILES:
                found += self._missing_files()
            if step == Step.QUESTIONS:
                found += self._missing_answers()
        return [each for each in found if steps is None or each[0] in steps]

    def _missing_answers(self):
        answers = self.given_answers()
        return [
            (
                Step.QUESTIONS,
                question.field_name,
                format_html(_("Svar på «{question}»"), question=in_lang(question.text)),
            )
            for question in self.asked_questions()
            if question.is_written and question.needed and question.pk not in answers
        ]

    def _missing_files(self):
        attached = list(self.attachments.values_list("question", "required"))
        wanted = [
            (question.field_name, in_lang(question.text))
            for question in self.asked_questions()
            if not question.is_written
            and question.needed
            and question.pk not in {pk for pk, _required in attached}
        ]
        wanted += [
            (required.field_name, in_lang(required.label))
            for required in self.asked_files()
            if required.pk not in {pk for _question, pk in attached}
        ]
        return [
            (Step.FILES, name, format_html(_("Legg ved «{label}»"), label=label))
            for name, label in wanted
        ]

    def money_faults(self, sums=None):
        """What is wrong with the sums, in words; `sums` when the caller has them."""
        round = self.application.round
        sums = sums or self.sums()
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
                    "cost": amount_as_text(sums["cost"]),
                    "in_all": amount_as_text(sums["in_all"]),
                }
            )
        if round.max_amount and self.amount > round.max_amount:
            faults.append(
                _("Det høyeste beløpet i denne utlysningen er %(amount)s kr.")
                % {"amount": amount_as_text(round.max_amount)}
            )
        if round.min_amount and self.amount < round.min_amount:
            faults.append(
                _("Det minste beløpet i denne utlysningen er %(amount)s kr.")
                % {"amount": amount_as_text(round.min_amount)}
            )
        own = sums["income"] + sums["own_work"]
        if sums["cost"] and own * 100 < sums["cost"] * round.own_share_percent:
            faults.append(
                _("Dere må selv dekke minst %(percent)s prosent av kostnadene.")
                % {"percent": round.own_share_percent}
            )
        return faults

    def send(self, *, by, now):
        """Freeze the working copy as sent; part of a verb, never called alone.

        What is not asked, such as the long form's answers in a short one, is not sent.
        """
        self._leave_out_what_is_not_asked()
        taken = Version.objects.filter(pk=self.pk, sent_at=None).update(
            sent_at=now, sent_by=by.user
        )
        if not taken:
            raise Refused(_("Søknaden er endret. Last siden på nytt."))
        self.refresh_from_db()
        JournalEntry.record(
            "version_sent", about=self.application, by=by, version=self.number
        )
        if self.tells_of_special_categories():
            # Only ever set here; that it was a mistake, is for staff to say.
            type(self.application).objects.filter(pk=self.application_id).update(
                special_categories=True
            )

    def tells_of_special_categories(self):
        """Whether it tells of health, faith or ethnicity, as far as we know."""
        special = {"question__special_category": True}
        return bool(
            self.special_categories
            or self.answers.filter(**special).exists()
            or self.attachments.filter(**special).exists()
        )

    def _leave_out_what_is_not_asked(self):
        asked = {name for step in self.steps for name in self.fields_of(step)}
        if not self.sells:
            asked.discard("economic_reason")
        every = {
            name
            for fields_by_step in ASKED.values()
            for fields in fields_by_step.values()
            for name in fields
        }
        empty = {
            name: Version._meta.get_field(name).get_default() for name in every - asked
        }
        Version.objects.filter(pk=self.pk, sent_at=None).update(**empty)
        questions = self.asked_questions()
        self.answers.exclude(question__in=questions).delete()
        self._drop_attachments(
            self.attachments.filter(question__isnull=False).exclude(
                question__in=questions
            )
        )

    def copied(self, *, by):
        """A new working copy with the same content, budget, answers and attachments."""
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
        for answer in self.answers.all():
            answer.pk, answer.version, answer._state.adding = None, copy, True
            answer.save()
        # What the scanner rejected comes along as the file that was given instead.
        for attachment in self.attachments.select_related("file"):
            attachment.file = attachment.file_in_force()
            if attachment.file is None:
                continue
            attachment.pk, attachment.version = None, copy
            attachment._state.adding = True
            attachment.save()
        return copy

    def discard(self):
        """Drop a working copy that will not be sent, and its files; part of a verb.

        A file that a sent version also has stays.
        """
        self.budget_lines.all().delete()
        self.answers.all().delete()
        attachments = list(self.attachments.select_related("file"))
        self.attachments.all().delete()
        self.delete()
        for attachment in attachments:
            _discard_if_loose(attachment.file)

    def _drop_attachments(self, rows):
        files = [attachment.file for attachment in rows.select_related("file")]
        rows.delete()
        for file in files:
            _discard_if_loose(file)


def _discard_if_loose(file):
    if not file.attachments.exists():
        file.discard()
