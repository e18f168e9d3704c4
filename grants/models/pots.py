import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry


class PotQuerySet(models.QuerySet):
    def locked(self):
        """Rows locked for spending, always in the same order."""
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")

    def for_area(self, round_id, area_id):
        return self.filter(pot_areas__round_id=round_id, pot_areas__area_id=area_id)


class Pot(models.Model):
    """Money to award in one round, for one or more areas (ramme)."""

    round = models.ForeignKey(
        "grants.Round",
        verbose_name="utlysning",
        on_delete=models.PROTECT,
        related_name="pots",
    )
    name = models.CharField("navn", max_length=120)
    year = models.PositiveSmallIntegerField(
        "år", null=True, blank=True, help_text="For løpende utlysninger: rammens år."
    )
    areas = models.ManyToManyField(
        "areas.Area", verbose_name="områder", through="PotArea", related_name="pots"
    )
    # The one stored sum: kept by a trigger on the rows, never written by code.
    balance = models.DecimalField(
        "igjen", max_digits=12, decimal_places=2, default=0, editable=False
    )

    objects = PotQuerySet.as_manager()

    class Meta:
        verbose_name = "ramme"
        verbose_name_plural = "rammer"
        ordering = ["round", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="pot_is_not_overdrawn", condition=Q(balance__gte=0)
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="pot_balance_follows_its_rows",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("balance"),
                func="""
                    IF TG_OP = 'INSERT' AND NEW.balance = 0 THEN
                        RETURN NEW;
                    END IF;
                    -- Deeper is the trigger of the rows.
                    IF TG_OP = 'UPDATE' AND (
                        NEW.balance = OLD.balance OR pg_trigger_depth() > 1
                    ) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION
                        'pot_balance_follows_its_rows: add a row to the ledger'
                        USING ERRCODE = 'restrict_violation';
                """,
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *, update_fields=None, **kwargs):
        """Save all but the balance, which may have moved since it was read."""
        if update_fields is None and not self._state.adding:
            names = [field.name for field in self._meta.concrete_fields]
            update_fields = {*names} - {"id", "balance"}
        super().save(update_fields=update_fields, **kwargs)

    @transaction.atomic
    def allocate(self, amount, *, by, appropriation=None, reason=""):
        """Put money into the pot, from an appropriation where it is known."""
        if amount <= 0:
            raise Refused("Beløpet må være over null.")
        row = self.rows.create(
            kind=PotRow.Kind.ALLOCATED,
            amount=amount,
            appropriation=appropriation,
            reason=reason,
            by=by.user,
        )
        self.refresh_from_db()
        JournalEntry.record("pot_allocated", about=self, by=by, amount=amount)
        return row

    @transaction.atomic
    def move(self, amount, to, *, by, reason):
        """Move money to another pot of the same round. Never more than is left."""
        if amount <= 0:
            raise Refused("Beløpet må være over null.")
        if not reason.strip():
            raise Refused("Skriv hvorfor pengene flyttes.")
        pots = {
            pot.pk: pot for pot in Pot.objects.filter(pk__in=[self.pk, to.pk]).locked()
        }
        if pots[self.pk].round_id != pots[to.pk].round_id or self.pk == to.pk:
            raise Refused("Penger kan bare flyttes mellom rammer i samme utlysning.")
        if pots[self.pk].balance < amount:
            raise Refused("Det er ikke nok igjen i rammen.")
        for pot, change in ((self, -amount), (to, amount)):
            pot.rows.create(
                kind=PotRow.Kind.MOVED,
                amount=change,
                reason=reason.strip(),
                by=by.user,
            )
            pot.refresh_from_db()
            JournalEntry.record("pot_moved", about=pot, by=by, amount=change)


class PotArea(models.Model):
    """That a pot serves an area. An area is in one pot of a round."""

    pot = models.ForeignKey(Pot, on_delete=models.CASCADE, related_name="pot_areas")
    area = models.ForeignKey(
        "areas.Area",
        verbose_name="område",
        on_delete=models.PROTECT,
        related_name="pot_areas",
    )
    # Copied from the pot by a trigger, so that the database can hold the rule below.
    round = models.ForeignKey(
        "grants.Round", editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "område i rammen"
        verbose_name_plural = "områder i rammen"
        constraints = [
            models.UniqueConstraint(
                name="pot_area_in_one_pot_of_a_round", fields=["round", "area"]
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="pot_area_follows_its_round",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP <> 'DELETE' THEN
                        SELECT round_id INTO NEW.round_id FROM grants_pot
                        WHERE id = NEW.pot_id;
                    END IF;
                    PERFORM 1 FROM grants_round
                        WHERE id = COALESCE(NEW.round_id, OLD.round_id) FOR KEY SHARE;
                    IF EXISTS (
                        SELECT 1 FROM grants_round WHERE published_at IS NOT NULL
                        AND id = COALESCE(NEW.round_id, OLD.round_id)
                    ) THEN
                        RAISE EXCEPTION 'round_is_frozen: the round is published'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self):
        return str(self.area)

    def save(self, *args, **kwargs):
        self.round_id = self.pot.round_id
        super().save(*args, **kwargs)

    def clean(self):
        if self.pot_id and self.area_id:
            taken = PotArea.objects.filter(
                round_id=self.pot.round_id, area_id=self.area_id
            ).exclude(pk=self.pk)
            if taken.exists():
                raise ValidationError(
                    {"area": "Området er alt med i en annen ramme i utlysningen."}
                )


class PotRow(models.Model):
    """One movement in a pot, in kroner with sign. Only ever added to."""

    class Kind(models.TextChoices):
        ALLOCATED = "allocated", "tildelt rammen"
        MOVED = "moved", "flyttet"
        AWARDED = "awarded", "innvilget"
        DECLINED = "declined", "takket nei"
        WITHDRAWN = "withdrawn", "trukket"
        RETURNED = "returned", "tilbakebetalt"

    pot = models.ForeignKey(Pot, on_delete=models.PROTECT, related_name="rows")
    kind = models.CharField("slag", max_length=20, choices=Kind)
    amount = models.DecimalField("beløp", max_digits=12, decimal_places=2)
    appropriation = models.ForeignKey(
        "areas.Appropriation",
        verbose_name="bevilgning",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pot_rows",
    )
    decision = models.ForeignKey(
        "grants.Decision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pot_rows",
    )
    reason = models.CharField("grunn", max_length=200, blank=True)
    by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("tidspunkt", default=timezone.now)

    class Meta:
        verbose_name = "bevegelse i rammen"
        verbose_name_plural = "bevegelser i rammen"
        ordering = ["pot", "at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="pot_row_sign_fits_kind",
                condition=Q(kind="moved")
                | Q(kind="awarded", amount__lt=0)
                | (~Q(kind__in=["moved", "awarded"]) & Q(amount__gt=0)),
            ),
            models.CheckConstraint(
                name="pot_row_award_has_decision",
                condition=Q(kind__in=["allocated", "moved"], decision=None)
                | (~Q(kind__in=["allocated", "moved"]) & Q(decision__isnull=False)),
            ),
            models.UniqueConstraint(
                name="pot_row_awarded_once_per_decision",
                fields=["decision"],
                condition=Q(kind="awarded"),
            ),
            models.UniqueConstraint(
                name="pot_row_declined_once_per_decision",
                fields=["decision"],
                condition=Q(kind="declined"),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="pot_row_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="pot_row_moves_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE grants_pot SET balance = balance + NEW.amount
                    WHERE id = NEW.pot_id;
                    RETURN NULL;
                """,
            ),
            # What a case has taken is what its last decision gives, or nothing when
            # the money was declined; what was paid back may leave less.
            pgtrigger.Trigger(
                name="pot_row_fits_its_decision",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__decision__isnull=False),
                declare=[
                    ("decided", "grants_decision"),
                    ("its_case", "grants_application"),
                    ("taken", "numeric"),
                ],
                func="""
                    PERFORM 1 FROM grants_pot WHERE id = NEW.pot_id FOR NO KEY UPDATE;
                    SELECT * INTO decided FROM grants_decision
                        WHERE id = NEW.decision_id;
                    SELECT * INTO its_case FROM grants_application
                        WHERE id = decided.application_id;
                    SELECT -SUM(amount) INTO taken FROM grants_potrow
                        WHERE decision_id IN (
                            SELECT id FROM grants_decision
                            WHERE application_id = its_case.id
                        );
                    IF EXISTS (
                        SELECT 1 FROM grants_decision
                        WHERE application_id = its_case.id
                        AND version > decided.version
                    ) OR NOT EXISTS (
                        SELECT 1 FROM grants_potarea WHERE pot_id = NEW.pot_id
                        AND round_id = its_case.round_id AND area_id = its_case.area_id
                    ) OR NOT (
                        CASE NEW.kind
                            WHEN 'awarded' THEN taken = decided.amount
                            WHEN 'withdrawn' THEN taken IN (decided.amount, 0)
                            WHEN 'declined' THEN taken = 0
                            ELSE taken >= 0
                        END
                    ) THEN
                        RAISE EXCEPTION
                            'pot_row_fits_its_decision: the case takes another sum'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="pot_row_moved_has_its_twin",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__kind="moved"),
                func="""
                    IF 0 <> (
                        SELECT SUM(amount) FROM grants_potrow
                        WHERE kind = 'moved' AND pot_id IN (
                            SELECT id FROM grants_pot WHERE round_id = (
                                SELECT round_id FROM grants_pot WHERE id = NEW.pot_id
                            )
                        )
                    ) THEN
                        RAISE EXCEPTION
                            'pot_row_moved_has_its_twin: money left the round'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount}"
