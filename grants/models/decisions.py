from decimal import ROUND_HALF_UP, Decimal

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from grants.models.letters import Letter
from grants.models.of_case import OfCaseQuerySet
from grants.models.printing import PrintItem
from grants.models.records import PublicRecord
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from omradesatsing.ui.templatetags.ui import datetime_no, money


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


class DecisionQuerySet(OfCaseQuerySet):
    def announced(self):
        return self.filter(announced_at__isnull=False).order_by("version")

    def held(self):
        """Made, not made known, and not replaced by a newer one."""
        newer = Decision.objects.filter(
            application=OuterRef("application"), version__gt=OuterRef("version")
        )
        return self.filter(~Exists(newer), announced_at=None)

    def short_of_money(self):
        """The last of their case, made known: more could be given if there were money.

        A refusal for lack of money says where the line went; a part says why it
        became that part. One whose award does not stand any longer waits for nothing.
        """
        newer = Decision.objects.filter(
            application=OuterRef("application"), version__gt=OuterRef("version")
        )
        stands = Q(application__award__state__in=["offered", "accepted"])
        return self.filter(
            Q(outcome=Outcome.REFUSED) & ~Q(why_amount="")
            | Q(outcome=Outcome.PARTLY) & stands,
            ~Exists(newer),
            announced_at__isnull=False,
        )


class Decision(models.Model):
    """A decision (vedtak) in a case. Immutable: a correction is a new version.

    Binds, and starts the time to appeal, when it is announced.
    """

    class Kind(models.TextChoices):
        FIRST = "first", "vedtak"
        CORRECTION = "correction", "retting"
        REVERSAL = "reversal", "omgjøring"
        APPEAL = "appeal", "vedtak i klagesak"

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="decisions"
    )
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField("slag", max_length=10, choices=Kind, default=Kind.FIRST)
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
    why_amount = models.TextField(
        "hvorfor dette beløpet",
        blank=True,
        help_text="Of a refusal: where the line went, when the money was too little.",
    )
    reasons_in_english = models.TextField("begrunnelsen på engelsk", blank=True)
    recommendation = models.ForeignKey(
        "grants.Recommendation",
        null=True,
        on_delete=models.PROTECT,
        related_name="decisions",
    )
    delegation = models.ForeignKey(
        "grants.Delegation", on_delete=models.PROTECT, related_name="decisions"
    )
    body_decision = models.OneToOneField(
        "grants.BodyDecision",
        null=True,
        on_delete=models.PROTECT,
        related_name="decision",
        help_text="When a body decided, and two people entered it.",
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
        indexes = [
            # Awards are listed by the day they were made known.
            models.Index(fields=["-announced_at"], name="decision_announced"),
        ]
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
            models.CheckConstraint(
                name="decision_kind_fits_version",
                condition=Q(version=1, kind="first")
                | (Q(version__gt=1) & ~Q(kind="first")),
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

    @property
    def gives_reasons(self):
        """Whether its letter says why; of a full award it need not."""
        return bool(self.facts and self.rules and self.considerations)

    def in_short(self):
        """Who decided what and when, for the staff."""
        what = self.get_outcome_display()
        if self.amount:
            what = f"{what}, {money(self.amount)}"
        return f"{self.decided_by} avgjorde den {datetime_no(self.decided_at)}: {what}."

    @property
    def changes_known(self):
        """Whether it comes instead of a decision that the applicant has been told."""
        earlier = self.application.decisions.announced()
        return earlier.filter(version__lt=self.version).exists()

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
        what_changed="",
        why_amount="",
        reasons_in_english="",
        body_decision=None,
    ):
        """Write the next decision of a case, with its line per criterion."""
        last = application.made
        decision = cls.objects.create(
            application=application,
            version=last.version + 1 if last else 1,
            kind=recommendation.kind,
            what_changed=what_changed.strip(),
            outcome=outcome,
            amount=amount,
            asked_amount=application.versions.sent().last().amount,
            facts=facts.strip(),
            rules=rules.strip(),
            considerations=considerations.strip(),
            conditions=conditions.strip(),
            why_amount=why_amount.strip(),
            reasons_in_english=reasons_in_english.strip(),
            body_decision=body_decision,
            recommendation=recommendation,
            delegation=delegation,
            prepared_by=recommendation.recommended_by,
            decided_by=by.user,
            decided_at=now,
        )
        decision.write_lines()
        recommendation.settle(now=now)
        if body_decision:
            body_decision.confirm(by=by, now=now)
        return decision

    def write_lines(self):
        """A line per criterion: the mean of what counts, and each one's reasons.

        Nothing counts in a case that is only dismissed, or whose one assessor turned
        out to have a conflict after it was decided: then what was recommended by.
        """
        leading = self.recommendation.assessment
        if leading is None:
            return
        given = list(self.application.assessments.counting()) or [leading]
        given.sort(key=lambda assessment: (assessment != leading, assessment.pk))
        by_criterion = {}
        for assessment in given:
            for criterion, (mark, text) in assessment.given().items():
                by_criterion.setdefault(criterion, []).append((mark, text))
        for criterion, rows in by_criterion.items():
            mean = Decimal(sum(mark for mark, _text in rows)) / len(rows)
            self.lines.create(
                criterion=criterion,
                mark=mean.quantize(Decimal("0.1"), ROUND_HALF_UP),
                text="\n".join(text for _mark, text in rows),
            )

    @classmethod
    @transaction.atomic
    def announce_all(cls, round, *, by, now, only=None):
        """Make known the held decisions of a round that `by` may see; all or none.

        `only` are the keys of those to make known; without it, every one.

        The notices are rows, written in the same transaction: each is delivered by a
        job of its own, and one that fails is tried again without the others.
        """
        if not by.user.has_role(roles.DECIDER):
            raise Refused("Bare en beslutter kan gjøre vedtak kjent.")
        cases = round.applications.visible_to(by.user)
        held = cls.objects.held().filter(application__in=cases)
        if only is not None:
            held = held.filter(pk__in=only)
        decisions = list(held.select_related("application").order_by("application_id"))
        for decision in decisions:
            decision.announce(by=by, now=now)
        return decisions

    @transaction.atomic
    def announce(self, *, by, now):
        """Make the decision known: letter, notices or paper, and the time to appeal.

        Announcing again does nothing; one that a newer decision has replaced is never
        made known.
        """
        self.application._hold()
        if self.application.made != self:
            raise Refused("Et nyere vedtak har kommet i stedet for dette.")
        taken = Decision.objects.filter(pk=self.pk, announced_at=None).update(
            announced_at=now
        )
        self.refresh_from_db()
        if not taken:
            return
        if self.gives_money:
            self.award.open_to_answer(now)
        letter = Letter.write(self, now=now)
        JournalEntry.record("decision_announced", about=self.application, by=by)
        PublicRecord.register_letter(letter, by=by, now=now)
        if translation := letter.translate(now=now):
            PublicRecord.register_letter(translation, by=by, now=now)
        told = self.application.members()
        Notice.write(
            "decision_made",
            about=self,
            to=told,
            url=letter.get_absolute_url(),
            context={"application": self.application},
        )
        PrintItem.queue_at_once(letter, told=told, now=now)


class DecisionLine(models.Model):
    """What a decision says about one published criterion."""

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="lines"
    )
    criterion = models.ForeignKey(
        "grants.Criterion", on_delete=models.PROTECT, related_name="+"
    )
    mark = models.DecimalField(
        "vurdering",
        max_digits=2,
        decimal_places=1,
        help_text="The mean when more than one assessed.",
    )
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
