import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from grants.models.decisions import Decision, Outcome, reasons_are_given
from grants.models.of_case import OfCaseQuerySet
from grants.models.rulings import Ruling


class DeclarationQuerySet(OfCaseQuerySet):
    def standing(self):
        """Conflicts that no ruling since has set aside."""
        set_aside = Ruling.objects.filter(
            application=OuterRef("application"),
            user=OuterRef("user"),
            conflict=False,
            declaration__gte=OuterRef("pk"),
        )
        return self.filter(~Exists(set_aside), conflict=True)

    def to_rule_on(self):
        """Conflicts that nobody has ruled on."""
        ruled = Ruling.objects.filter(
            application=OuterRef("application"),
            user=OuterRef("user"),
            declaration__gte=OuterRef("pk"),
        )
        return self.filter(~Exists(ruled), conflict=True)


class Declaration(models.Model):
    """That a member of staff has judged their own impartiality (habilitet) in a case.

    Only added to. A conflict stands from the moment it is declared, also when the same
    person said the opposite before, until a leader rules that it is none.
    """

    class Ground(models.TextChoices):
        PARTY = "party", "Jeg er selv part i saken"
        FAMILY = "family", "Familie eller nær slekt er part"
        LEADER = "leader", "Jeg har verv eller stilling hos søkeren"
        HELPED = "helped", "Jeg har hjulpet med søknaden"
        OTHER = "other", "Andre forhold svekker tilliten til at jeg er upartisk"

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="declarations"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="declarations"
    )
    conflict = models.BooleanField("inhabil")
    ground = models.CharField(
        "grunn", max_length=20, choices=Ground, blank=True, default=""
    )
    declared_at = models.DateTimeField()

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = "habilitetsvurdering"
        verbose_name_plural = "habilitetsvurderinger"
        ordering = ["application", "declared_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="declaration_impartial_once",
                fields=["application", "user"],
                condition=Q(conflict=False),
            ),
            models.CheckConstraint(
                name="declaration_conflict_has_ground",
                condition=Q(conflict=True) & ~Q(ground="")
                | Q(conflict=False, ground=""),
                violation_error_message="Velg hva slags tilknytning det er.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="declaration_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self):
        return f"{self.user}: {'inhabil' if self.conflict else 'habil'}"

    def get_ruling_url(self):
        case = self.application
        address = [case.year, case.number[5:], self.user_id]
        return reverse("admin:case_rule", args=address)


class Advice(models.Model):
    """What a coordinator advises about an application from the area. Binds nobody."""

    class Stance(models.TextChoices):
        SUPPORT = "support", "Anbefaler"
        PARTLY = "partly", "Anbefaler delvis"
        AGAINST = "against", "Anbefaler ikke"
        NEUTRAL = "neutral", "Har ikke noe råd"

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="advice"
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()
    stance = models.CharField("råd", max_length=10, choices=Stance)
    text = models.TextField("begrunnelse", max_length=2000)

    class Meta:
        verbose_name = "råd fra koordinator"
        verbose_name_plural = "råd fra koordinator"
        ordering = ["application", "given_at", "pk"]

    def __str__(self):
        return self.get_stance_display()


class PanelAdvice(models.Model):
    """What a body (råd, panel) advised in a meeting. Binds nobody. Only added to."""

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="panel_advice"
    )
    body = models.CharField("hvem som ga rådet", max_length=120)
    met_on = models.DateField("møtedato")
    stood_down = models.CharField(
        "hvem som gikk fra",
        max_length=300,
        blank=True,
        help_text="De som var inhabile og ikke var med da saken ble behandlet.",
    )
    text = models.TextField("rådet", max_length=4000)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = "råd fra råd eller panel"
        verbose_name_plural = "råd fra råd og panel"
        ordering = ["application", "met_on", "pk"]
        triggers = [
            pgtrigger.Protect(
                name="panel_advice_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self):
        return f"{self.body} {self.met_on}"


class SeatQuerySet(OfCaseQuerySet):
    def standing(self):
        return self.filter(freed_at=None)

    def waiting(self):
        """Those whose holder has not finished the assessment."""
        given = Assessment.objects.counting().filter(
            application=OuterRef("application"), assessor=OuterRef("user")
        )
        return self.standing().filter(~Exists(given))


class AssessorSeat(models.Model):
    """That a person is to assess one case. Freed with a reason before it is done."""

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="seats"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="assessor_seats",
    )
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    named_at = models.DateTimeField()
    freed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    freed_at = models.DateTimeField(null=True)
    freed_reason = models.CharField("grunn", max_length=300, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = "oppnevning som vurderer"
        verbose_name_plural = "oppnevninger som vurderer"
        ordering = ["application", "named_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="assessor_seat_once",
                fields=["application", "user"],
                condition=Q(freed_at=None),
            ),
            models.CheckConstraint(
                name="assessor_seat_is_freed_with_reason",
                condition=Q(freed_at=None, freed_by=None, freed_reason="")
                | (Q(freed_at__isnull=False, freed_by__isnull=False))
                & ~Q(freed_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="assessor_seat_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="assessor_seat_freed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__freed_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.application}: {self.user}"


class AssessmentQuerySet(models.QuerySet):
    def standing(self):
        """What nobody has taken out, finished or not."""
        return self.filter(retracted_at=None)

    def counting(self):
        """What planner, recommendation and decision use: finished, not taken out."""
        return self.standing().filter(completed_at__isnull=False)


# Marks are given while the case is treated: not before it, and not after it is
# recommended. What is finished is taken out and given anew, never written over.
ASSESSMENT_LOCKED = """
    IF TG_OP = 'UPDATE' AND (
        to_jsonb(NEW) - ARRAY['completed_at', 'retracted_at', 'reopened_by_id',
                              'reopened_reason']
        IS DISTINCT FROM
        to_jsonb(OLD) - ARRAY['completed_at', 'retracted_at', 'reopened_by_id',
                              'reopened_reason']
        OR OLD.retracted_at IS NOT NULL
        OR (OLD.completed_at IS NOT NULL
            AND NEW.completed_at IS DISTINCT FROM OLD.completed_at)
    ) THEN
        RAISE EXCEPTION 'assessment_is_locked: it is finished or taken out'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (TG_OP = 'INSERT' OR NEW.completed_at IS DISTINCT FROM OLD.completed_at)
       AND EXISTS (
        SELECT 1 FROM grants_application
        WHERE id = NEW.application_id AND state NOT IN ('in_review', 'needs_info')
    ) THEN
        RAISE EXCEPTION 'assessment_is_locked: the case is not being treated'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
"""

MARK_LOCKED = """
    IF EXISTS (
        SELECT 1 FROM grants_assessment a
        JOIN grants_application c ON c.id = a.application_id
        WHERE a.id = NEW.assessment_id
        AND (a.completed_at IS NOT NULL OR a.retracted_at IS NOT NULL
             OR c.state NOT IN ('in_review', 'needs_info'))
    ) THEN
        RAISE EXCEPTION 'mark_is_locked: the assessment is finished'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
"""


class Assessment(models.Model):
    """One person's marks for one application; counts when it is finished.

    Changed by retracting it and giving a new one, so that the old one can be read.
    """

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="assessments"
    )
    version = models.ForeignKey(
        "grants.Version",
        on_delete=models.PROTECT,
        related_name="assessments",
        help_text="What was read.",
    )
    assessor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assessments"
    )
    comment = models.TextField("samlet vurdering", max_length=2000, blank=True)
    completed_at = models.DateTimeField(
        null=True, help_text="When it was said to be finished."
    )
    retracted_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reopened_reason = models.TextField(
        blank=True, help_text="Why a finished one was retracted to be changed."
    )

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = "vurdering"
        verbose_name_plural = "vurderinger"
        ordering = ["application", "completed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="assessment_one_counts",
                fields=["application", "assessor"],
                condition=Q(retracted_at=None),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="assessment_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="assessment_is_locked",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=ASSESSMENT_LOCKED,
            ),
        ]

    def __str__(self):
        return f"{self.application}: {self.assessor}"

    def given(self):
        """{criterion: (mark, text)}, as `assess` takes them."""
        marks = self.marks.select_related("criterion")
        return {row.criterion: (row.mark, row.text) for row in marks}


class Mark(models.Model):
    """A mark from 1 to 5 for one criterion, with the reason for it.

    One of the two may be missing until the assessment is finished.
    """

    MARKS = [
        (1, "1 – i liten grad"),
        (2, "2 – i noen grad"),
        (3, "3 – i middels grad"),
        (4, "4 – i stor grad"),
        (5, "5 – i svært stor grad"),
    ]

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="marks"
    )
    criterion = models.ForeignKey(
        "grants.Criterion", on_delete=models.PROTECT, related_name="marks"
    )
    mark = models.PositiveSmallIntegerField("vurdering", choices=MARKS, null=True)
    text = models.TextField("begrunnelse", max_length=1000)

    class Meta:
        verbose_name = "karakter"
        verbose_name_plural = "karakterer"
        ordering = ["assessment", "criterion__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="mark_once_per_criterion", fields=["assessment", "criterion"]
            ),
            models.CheckConstraint(
                name="mark_is_one_to_five", condition=Q(mark__gte=1, mark__lte=5)
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="mark_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="mark_is_locked",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=MARK_LOCKED,
            ),
        ]

    def __str__(self):
        return f"{self.criterion}: {self.mark}"


class RecommendationQuerySet(models.QuerySet):
    def standing(self):
        """What waits for a decision maker."""
        return self.filter(sent_back_at=None, settled_at=None)


class Recommendation(models.Model):
    """A prepared decision (innstilling). Binds nothing; sent back or decided upon."""

    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="recommendations"
    )
    assessment = models.ForeignKey(
        Assessment,
        null=True,
        on_delete=models.PROTECT,
        related_name="recommendations",
    )
    kind = models.CharField(
        "slag",
        max_length=10,
        choices=Decision.Kind,
        default=Decision.Kind.FIRST,
        help_text="Anything but the first proposes a new decision in a decided case.",
    )
    what_changed = models.TextField("hva som er endret", max_length=2000, blank=True)
    outcome = models.CharField("innstilling", max_length=10, choices=Outcome)
    amount = models.DecimalField("beløp", max_digits=12, decimal_places=2, default=0)
    facts = models.TextField("fakta", max_length=4000, blank=True)
    rules = models.TextField("regler", max_length=4000, blank=True)
    considerations = models.TextField("vurdering", max_length=4000, blank=True)
    conditions = models.TextField("vilkår", max_length=2000, blank=True)
    why_amount = models.TextField("hvorfor dette beløpet", max_length=2000, blank=True)
    reasons_in_english = models.TextField(
        "begrunnelsen på engelsk", max_length=8000, blank=True
    )
    recommended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recommended_at = models.DateTimeField()
    sent_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_back_at = models.DateTimeField(null=True)
    sent_back_reason = models.TextField(blank=True)
    settled_at = models.DateTimeField(
        null=True, editable=False, help_text="When it was decided upon."
    )

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        verbose_name = "innstilling"
        verbose_name_plural = "innstillinger"
        ordering = ["application", "recommended_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="recommendation_one_stands",
                fields=["application"],
                condition=Q(sent_back_at=None, settled_at=None),
            ),
            models.CheckConstraint(
                name="recommendation_of_a_change_says_what",
                condition=Q(kind="first") | ~Q(what_changed=""),
            ),
            models.CheckConstraint(
                name="recommendation_gives_reasons",
                condition=reasons_are_given(),
                violation_error_message="Skriv fakta, regler og vurdering.",
            ),
        ]

    def __str__(self):
        return f"{self.get_outcome_display()} {self.amount}"

    def send_back(self, *, by, now, reason):
        """Part of the verbs that hold the case."""
        self.sent_back_at, self.sent_back_by = now, by.user
        self.sent_back_reason = reason.strip()
        self.save(update_fields=["sent_back_at", "sent_back_by", "sent_back_reason"])

    def settle(self, *, now):
        self.settled_at = now
        self.save(update_fields=["settled_at"])


class ReasonsDraft(models.Model):
    """What the caseworker has written of the reasons before the case is recommended.

    Kept so that nothing written is lost, and so that a plan can recommend many cases
    at once, each with its own reasons.
    """

    application = models.OneToOneField(
        "grants.Application", on_delete=models.PROTECT, related_name="reasons_draft"
    )
    facts = models.TextField("fakta", max_length=4000, blank=True)
    rules = models.TextField("regler", max_length=4000, blank=True)
    considerations = models.TextField("vurdering", max_length=4000, blank=True)
    conditions = models.TextField("vilkår", max_length=2000, blank=True)
    why_amount = models.TextField("hvorfor dette beløpet", max_length=2000, blank=True)
    reasons_in_english = models.TextField(
        "begrunnelsen på engelsk", max_length=8000, blank=True
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = "utkast til begrunnelse"
        verbose_name_plural = "utkast til begrunnelse"

    def __str__(self):
        return f"{self.application}: {self.written_at:%Y-%m-%d %H:%M}"
