import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from grants.letters import decision_letter
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice


class Outcome(models.TextChoices):
    GRANTED = "granted", _("innvilget")
    PARTLY = "partly", _("delvis innvilget")
    REFUSED = "refused", _("avslag")
    DISMISSED = "dismissed", _("avvist")


def reasons_are_given():
    """A full award may go without written reasons; nothing else may."""
    return Q(outcome=Outcome.GRANTED) | (
        ~Q(facts="") & ~Q(rules="") & ~Q(considerations="")
    )


class DecisionQuerySet(models.QuerySet):
    def announced(self):
        return self.filter(announced_at__isnull=False).order_by("version")


class Decision(models.Model):
    """A decision (vedtak) in a case. Immutable: a correction is a new version.

    Binds, and starts the time to appeal, when it is announced.
    """

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="decisions"
    )
    version = models.PositiveSmallIntegerField(default=1)
    what_changed = models.TextField(
        "hva som er rettet", blank=True, help_text="For a correction: what and why."
    )
    outcome = models.CharField(_("vedtak"), max_length=10, choices=Outcome)
    amount = models.DecimalField(_("beløp"), max_digits=12, decimal_places=2, default=0)
    asked_amount = models.DecimalField(_("søkt beløp"), max_digits=12, decimal_places=2)
    facts = models.TextField(_("fakta"), blank=True)
    rules = models.TextField(_("regler"), blank=True)
    considerations = models.TextField(_("vurdering"), blank=True)
    conditions = models.TextField(_("vilkår"), blank=True)
    recommendation = models.ForeignKey(
        "grants.Recommendation",
        null=True,
        on_delete=models.PROTECT,
        related_name="decisions",
    )
    delegation = models.ForeignKey(
        "grants.Delegation", on_delete=models.PROTECT, related_name="decisions"
    )
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions"
    )
    decided_at = models.DateTimeField()
    # The one thing that may be written later, once: when it is made known.
    announced_at = models.DateTimeField(null=True, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "vedtak"
        verbose_name_plural = "vedtak"
        ordering = ["application", "version"]
        constraints = [
            models.UniqueConstraint(
                name="decision_one_of_each_version", fields=["application", "version"]
            ),
            models.CheckConstraint(
                name="decision_amount_fits_outcome",
                condition=Q(outcome=Outcome.GRANTED, amount=F("asked_amount"))
                | Q(outcome=Outcome.PARTLY, amount__gt=0, amount__lt=F("asked_amount"))
                | Q(outcome__in=[Outcome.REFUSED, Outcome.DISMISSED], amount=0),
            ),
            models.CheckConstraint(
                name="decision_gives_reasons", condition=reasons_are_given()
            ),
            models.CheckConstraint(
                name="decision_has_two_people",
                condition=~Q(prepared_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="decision_correction_says_what",
                condition=Q(version=1) | ~Q(what_changed=""),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="decision_is_immutable",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' AND OLD.announced_at IS NULL
                       AND (to_jsonb(NEW) - 'announced_at')
                           = (to_jsonb(OLD) - 'announced_at') THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'decision_is_immutable: correct it by a new version'
                        USING ERRCODE = 'restrict_violation';
                """,
            ),
        ]

    def __str__(self):
        return f"{self.application}: {self.get_outcome_display()}"

    @property
    def gives_money(self):
        return self.amount > 0

    @classmethod
    def make(
        cls,
        application,
        *,
        recommendation,
        delegation,
        outcome,
        amount,
        facts,
        rules,
        considerations,
        conditions,
        by,
        now,
    ):
        """Write the decision with its line per criterion; part of `decide`."""
        decision = cls.objects.create(
            application=application,
            outcome=outcome,
            amount=amount,
            asked_amount=application.versions.sent().last().amount,
            facts=facts.strip(),
            rules=rules.strip(),
            considerations=considerations.strip(),
            conditions=conditions.strip(),
            recommendation=recommendation,
            delegation=delegation,
            prepared_by=recommendation.recommended_by,
            decided_by=by.user,
            decided_at=now,
        )
        if recommendation.assessment_id:
            for mark in recommendation.assessment.marks.select_related("criterion"):
                decision.lines.create(
                    criterion=mark.criterion, mark=mark.mark, text=mark.text
                )
        return decision

    @transaction.atomic
    def announce(self, *, by, now):
        """Make the decision known: letter, notices, and the time to appeal begins.

        Announcing again does nothing.
        """
        taken = Decision.objects.filter(pk=self.pk, announced_at=None).update(
            announced_at=now
        )
        self.refresh_from_db()
        if not taken:
            return
        letter = Letter.write(self, now=now)
        JournalEntry.record("decision_announced", about=self.application, by=by)
        Notice.write(
            "decision_made",
            about=self,
            to=self.application.members(),
            url=reverse(
                "grants:letter_detail",
                args=[
                    self.application.year,
                    self.application.number[5:],
                    letter.pk,
                ],
            ),
            context={"application": self.application},
        )


class DecisionLine(models.Model):
    """What a decision says about one published criterion."""

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="lines"
    )
    criterion = models.ForeignKey(
        "grants.Criterion", on_delete=models.PROTECT, related_name="+"
    )
    mark = models.PositiveSmallIntegerField("vurdering")
    text = models.TextField("begrunnelse")

    class Meta:
        verbose_name = "linje i vedtaket"
        verbose_name_plural = "linjer i vedtaket"
        ordering = ["decision", "criterion__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="decision_line_once", fields=["decision", "criterion"]
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decision_line_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self):
        return f"{self.criterion}: {self.mark}"


class Letter(models.Model):
    """A letter to the applicant, in parts, as it was sent. The PDF is made by a job.

    `parts` is what `grants.letters.decision_letter` built: everything the letter says,
    so that page and PDF say the same for ever.
    """

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="letters"
    )
    decision = models.OneToOneField(
        Decision, null=True, on_delete=models.PROTECT, related_name="letter"
    )
    language = models.CharField(max_length=2)
    title = models.CharField(_("tittel"), max_length=200)
    parts = models.JSONField()
    written_at = models.DateTimeField()
    pdf = models.ForeignKey(
        "files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("brev")
        verbose_name_plural = _("brev")
        ordering = ["application", "written_at", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="letter_is_immutable",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' AND OLD.pdf_id IS NULL
                       AND (to_jsonb(NEW) - 'pdf_id') = (to_jsonb(OLD) - 'pdf_id') THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'letter_is_immutable: write a new letter'
                        USING ERRCODE = 'restrict_violation';
                """,
            ),
        ]

    def __str__(self):
        return self.title

    @classmethod
    def write(cls, decision, *, now):
        """The letter of a decision, in the language of the one who sent the case."""
        language = decision.application.versions.sent().last().sent_by.language
        title, parts = decision_letter(decision, language=language, now=now)
        letter = cls.objects.create(
            application=decision.application,
            decision=decision,
            language=language,
            title=title,
            parts=parts,
            written_at=now,
        )
        # By name: the task knows this model, so this module does not import it.
        app.configure_task("grants.make_letter_pdf").defer(letter_id=letter.pk)
        return letter


class AwardQuerySet(models.QuerySet):
    def public(self, now):
        """Awards whose decision is announced and whose letter has been notified.

        An award is nobody else's business until the one who got it has been told.
        """
        told = Notice.objects.delivered().filter(
            kind="decision_made",
            about_type__app_label="grants",
            about_type__model="decision",
            about_id=OuterRef("decision"),
        )
        return self.filter(Exists(told), decision__announced_at__lte=now).exclude(
            state=Award.State.DECLINED
        )


class Award(models.Model):
    """The money promised in a case (tilsagn): offered, then accepted or declined."""

    class State(models.TextChoices):
        OFFERED = "offered", _("tilbudt")
        ACCEPTED = "accepted", _("akseptert")
        DECLINED = "declined", _("takket nei")

    application = models.OneToOneField(
        "grants.Application", on_delete=models.PROTECT, related_name="award"
    )
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, related_name="award"
    )
    amount = models.DecimalField(_("beløp"), max_digits=12, decimal_places=2)
    state = models.CharField(
        _("status"), max_length=10, choices=State, default=State.OFFERED, editable=False
    )
    offered_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(
        null=True, editable=False, help_text="When a new decision changed the award."
    )

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = "tilsagn"
        verbose_name_plural = "tilsagn"
        ordering = ["-offered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="award_amount_is_positive", condition=Q(amount__gt=0)
            ),
        ]

    def __str__(self):
        return f"{self.application}: {self.amount}"
