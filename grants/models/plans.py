"""Plans for a round: what each case might get, tried out before it is prepared."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from grants.models.applications import Application
from grants.models.decisions import Outcome
from grants.models.pots import Pot
from grants.models.states import WITH_STAFF
from omradesatsing.accounts import roles
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.templatetags.ui import money


class Plan(models.Model):
    """One way to share out a round's pots (fordelingsplan). Binds nothing.

    Several may stand side by side. One of them is made into recommendations, all or
    none, and is frozen by that; those are then decided, all or none.
    """

    round = models.ForeignKey(
        "grants.Round", on_delete=models.PROTECT, related_name="plans"
    )
    name = models.CharField("navn", max_length=80)
    line = models.TextField(
        "hvor grensen gikk",
        max_length=2000,
        blank=True,
        help_text="Står i brevet til dem som ikke får noe fordi pengene ikke rekker.",
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    changed_at = models.DateTimeField(editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    prepared_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "fordelingsplan"
        verbose_name_plural = "fordelingsplaner"
        ordering = ["round", "made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="plan_named_once",
                fields=["round", "name"],
                violation_error_message="Utlysningen har alt en plan med dette navnet.",
            ),
        ]

    def __str__(self):
        return self.name

    @classmethod
    @transaction.atomic
    def make(cls, round, *, name, by, now, like=None):
        """A new plan for a round, empty or with the figures of another (`like`)."""
        check_planner(by)
        if not name.strip():
            raise Refused("Gi planen et navn.")
        if like and like.round_id != round.pk:
            raise Refused("En kopi må være av en plan i samme utlysning.")
        plan, new = cls.objects.get_or_create(
            round=round,
            name=name.strip(),
            defaults={
                "line": like.line if like else "",
                "made_by": by.user,
                "made_at": now,
                "changed_by": by.user,
                "changed_at": now,
            },
        )
        if not new:
            raise Refused("Utlysningen har alt en plan med dette navnet.")
        if like:
            for row in like.rows.filter(application__state__in=WITH_STAFF):
                plan.rows.create(
                    application_id=row.application_id,
                    amount=row.amount,
                    reason=row.reason,
                )
        JournalEntry.record("plan_made", about=round, by=by, plan=plan.pk)
        return plan

    @transaction.atomic
    def write(self, figures, *, line, by, now, revision):
        """Keep what was typed: {case: (kroner or None, why this sum)}.

        Refused when another has changed the plan since `revision` was read: nobody's
        figures are overwritten unseen. A case that has been withdrawn or decided
        meanwhile leaves the plan: there is nothing more to prepare in it.
        """
        check_planner(by)
        held = self._hold()
        if held.revision != revision:
            raise Refused(
                f"{held.changed_by} endret planen mens du skrev. Tallene dine står "
                "her, og gjelder i stedet hvis du lagrer igjen."
            )
        may_see = set(
            Application.objects.visible_to(by.user)
            .filter(round=self.round_id)
            .values_list("pk", flat=True)
        )
        for case, (amount, reason) in figures.items():
            if case.pk not in may_see:
                raise Refused("Du har ikke tilgang til en av sakene.")
            self.rows.update_or_create(
                application=case, defaults={"amount": amount, "reason": reason.strip()}
            )
        self.rows.exclude(application__state__in=WITH_STAFF).delete()
        self.line, self.revision = line.strip(), held.revision + 1
        self.changed_by, self.changed_at = by.user, now
        self.save(update_fields=["line", "revision", "changed_by", "changed_at"])
        JournalEntry.record(
            "plan_written",
            about=self.round,
            by=by,
            plan=self.pk,
            revision=self.revision,
        )

    @transaction.atomic
    def prepare(self, *, by, now, revision=None):
        """Make every row a recommendation, all or none, under the pots' locks.

        `revision` is the one that was read; refused when the plan has changed since.

        Refused with all that is in the way, case by case. What was recommended already
        stands if it says the same.
        """
        pots = list(Pot.objects.filter(round=self.round_id).locked())
        held = self._hold()
        check_planner(by)
        if revision is not None and held.revision != revision:
            raise Refused(
                f"{held.changed_by} endret planen etter at du åpnet den. Les tallene "
                "på nytt før du innstiller."
            )
        cases = self._locked_cases(by)
        rows = {row.application_id: row for row in self.rows.all()}
        faults = []
        for pot in pots:
            in_pot = set(pot.areas.values_list("pk", flat=True))
            wanted = sum(
                (rows[case.pk].amount or 0)
                for case in cases
                if case.area_id in in_pot and case.state in WITH_STAFF
            )
            if wanted > pot.balance:
                short = money(wanted - pot.balance)
                faults.append(f"Rammen «{pot}» mangler {short}.")
        for case in cases:
            try:
                with transaction.atomic():
                    self._recommend(case, rows[case.pk], by=by, now=now)
            except Refused as refusal:
                faults.append(f"{case.number}: {refusal}")
        if faults:
            raise Refused(" ".join(faults))
        held.prepared_by, held.prepared_at = by.user, now
        held.save(update_fields=["prepared_by", "prepared_at"])
        self.refresh_from_db()
        JournalEntry.record("plan_prepared", about=self.round, by=by, plan=self.pk)

    @transaction.atomic
    def decide_all(self, *, by, now):
        """Decide every case as it was prepared, all or none; made known later.

        The pots are locked first, then the cases, each in the order of their keys, as
        everywhere. One refusal undoes it all, and names the case.
        """
        list(Pot.objects.filter(round=self.round_id).locked())
        held = type(self).objects.select_for_update(no_key=True).get(pk=self.pk)
        if held.prepared_at is None:
            raise Refused("Planen er ikke innstilt.")
        if held.decided_at is not None:
            raise Refused("Sakene i planen er alt avgjort.")
        made = []
        rows = {row.application_id: row for row in self.rows.all()}
        for case in self._locked_cases(by):
            row, standing = rows[case.pk], case.recommendations.standing().last()
            try:
                if (
                    standing is None
                    or standing.amount != row.amount
                    or standing.recommended_at > held.prepared_at
                ):
                    raise Refused("Innstillingen er ikke lenger den som står i planen.")
                made.append(
                    case.decide(
                        by=by,
                        now=now,
                        outcome=standing.outcome,
                        amount=standing.amount,
                        facts=standing.facts,
                        rules=standing.rules,
                        considerations=standing.considerations,
                        conditions=standing.conditions,
                        why_amount=standing.why_amount,
                        reasons_in_english=standing.reasons_in_english,
                        hold=True,
                    )
                )
            except Refused as refusal:
                raise Refused(
                    f"{case.number}: {refusal} Ingen av sakene i planen er avgjort."
                ) from refusal
        held.decided_at = now
        held.save(update_fields=["decided_at"])
        self.refresh_from_db()
        JournalEntry.record("plan_decided", about=self.round, by=by, plan=self.pk)
        return made

    # --- how it is done ---------------------------------------------------------------

    def _hold(self):
        held = type(self).objects.select_for_update(no_key=True).get(pk=self.pk)
        if held.prepared_at is not None:
            raise Refused("Planen er innstilt. Lag en kopi for å prøve noe annet.")
        return held

    def _locked_cases(self, by):
        """The plan's cases in the order they are locked; all must be open to `by`."""
        wanted = self.rows.values("application")
        cases = list(
            Application.objects.filter(pk__in=wanted)
            .select_for_update(no_key=True, of=("self",))
            .order_by("pk")
        )
        if not cases:
            raise Refused("Planen er tom.")
        open_to = Application.objects.visible_to(by.user).filter(pk__in=wanted)
        if open_to.count() != len(cases):
            raise Refused(
                "Planen har en sak som du ikke kan behandle. En annen må gjøre dette."
            )
        return cases

    def _recommend(self, case, row, *, by, now):
        if case.state not in WITH_STAFF:  # `case` is locked
            raise Refused(
                "Saken er trukket eller avgjort. Lagre planen på nytt, så går den ut."
            )
        if row.amount is None:
            raise Refused("Skriv et beløp. Null er avslag.")
        standing = case.recommendations.standing().last()
        if standing is not None:
            if standing.amount != row.amount:
                raise Refused("Saken er alt innstilt med et annet beløp.")
            return
        asked = case.versions.sent().last().amount
        outcome = outcome_of(row.amount, asked)
        why = row.reason
        if outcome == Outcome.REFUSED:
            why = "\n".join(part for part in (self.line, row.reason) if part)
        if outcome != Outcome.GRANTED and not why:
            raise Refused(
                "Skriv hvorfor beløpet ble slik."
                if outcome == Outcome.PARTLY
                else "Skriv hvor grensen gikk, eller hvorfor saken ikke får noe."
            )
        case.recommend(
            by=by,
            now=now,
            outcome=outcome,
            amount=row.amount,
            **self._reasons(case, outcome, why),
        )

    def _reasons(self, case, outcome, why):
        """The case's own reasons, with what the plan adds where it belongs."""
        reasons = case.prepared_reasons()
        merits = outcome == Outcome.REFUSED and not self.line
        if outcome == Outcome.GRANTED or merits:
            texts = [reasons["considerations"], why]
            return reasons | {"considerations": "\n".join(filter(None, texts))}
        return reasons | {"why_amount": why}


class PlanRow(models.Model):
    """What one case would get by a plan, and why just that."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="rows")
    application = models.ForeignKey(
        "grants.Application", on_delete=models.PROTECT, related_name="plan_rows"
    )
    amount = models.DecimalField(
        "foreslått", max_digits=12, decimal_places=2, null=True, blank=True
    )
    reason = models.TextField("hvorfor dette beløpet", max_length=1000, blank=True)

    class Meta:
        verbose_name = "rad i planen"
        verbose_name_plural = "rader i planen"
        ordering = ["plan", "application_id"]
        constraints = [
            models.UniqueConstraint(
                name="plan_row_once", fields=["plan", "application"]
            ),
            models.CheckConstraint(
                name="plan_row_is_not_negative",
                condition=Q(amount=None) | Q(amount__gte=0),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="plan_row_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM grants_plan
                        WHERE id = COALESCE(NEW.plan_id, OLD.plan_id)
                        AND prepared_at IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'plan_is_frozen: it has been prepared'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self):
        return f"{self.application}: {self.amount}"


def check_planner(by):
    if not by.user.has_role(roles.CASEWORKER):
        raise Refused("Bare en saksbehandler kan gjøre dette.")


def outcome_of(amount, asked):
    """What an amount means for a case that asked for `asked`."""
    if not amount:
        return Outcome.REFUSED
    return Outcome.GRANTED if amount >= asked else Outcome.PARTLY


# --- proposals: what a plan might say; nothing is stored ------------------------------

# A share is rounded down to whole hundreds: nobody budgets with less.
STEP = Decimal(100)


def best_first(cases, left):
    """{pk: kroner}: all that is asked, best marks first, until `left` is used.

    `cases` are (pk, asked, average or None). The first that does not fit gets what
    is left; one without marks comes last.
    """
    given = {}
    order = sorted(cases, key=lambda case: (case[2] is None, -(case[2] or 0), case[0]))
    for pk, asked, _average in order:
        given[pk] = min(asked, left)
        left -= given[pk]
    return given


def above_line(cases, line):
    """{pk: kroner}: all that is asked for those with at least `line` on average."""
    return {
        pk: asked if average is not None and average >= line else Decimal(0)
        for pk, asked, average in cases
    }


def equal_share(cases, left):
    """{pk: kroner}: the same share of what each asked, never more than asked."""
    wanted = sum(asked for _pk, asked, _average in cases)
    if not wanted or left >= wanted:
        return {pk: asked for pk, asked, _average in cases}
    return {pk: (asked * left / wanted) // STEP * STEP for pk, asked, _average in cases}
