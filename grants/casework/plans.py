"""The planner: a whole round in one table, tried out, compared, prepared, decided."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Avg, DecimalField, Exists, Max, Min, OuterRef, Q, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from grants.casework.forms import textarea
from grants.casework.views import acting, given, staff_page
from grants.models import (
    Advice,
    Application,
    Assessment,
    Decision,
    Mark,
    Plan,
    PlanRow,
    Pot,
    ReasonsDraft,
    Round,
    State,
)
from grants.models.plans import above_line, best_first, equal_share
from grants.models.states import WITH_STAFF
from omradesatsing.accounts import roles
from omradesatsing.accounts.middleware import forget_parked
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.fields import MoneyField, amount_as_text

# More than so many in one table nobody can read, nor the browser send.
MOST_CASES = 400
MOST_COMPARED = 4
HELP = {"beste", "grense", "likt"}
MAY_READ = {roles.CASEWORKER, roles.DECIDER, roles.ADMINISTRATOR, roles.READER}


# --- pages ----------------------------------------------------------------------------


class NewPlanForm(forms.Form):
    name = forms.CharField(label="Navn på planen", max_length=80)
    like = forms.ModelChoiceField(
        label="Begynn med tallene fra",
        queryset=Plan.objects.none(),
        required=False,
        empty_label="ingen, tom plan",
    )

    def __init__(self, *args, round, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["like"].queryset = round.plans.all()


@require_http_methods(["GET", "HEAD", "POST"])
def plan_list(request, pk):
    """The plans of a round, and a new one."""
    round = round_of(request, pk)
    form = NewPlanForm(given(request), round=round)
    if request.method == "POST" and form.is_valid():
        try:
            plan = Plan.make(round, **acting(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            forget_parked(request)
            return redirect("admin:plan_detail", pk=plan.pk)
    plans = list(round.plans.select_related("changed_by", "prepared_by"))
    context = {
        "title": f"Fordelingsplaner: {round}",
        "round": round,
        "plans": plans,
        "form": form,
        "may_plan": request.user.has_role(roles.CASEWORKER),
        "held": held_of(request, round),
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/plan_list.html", context)


class PlanForm(forms.Form):
    """A sum and a reason for each case; and where the line went."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    line = forms.CharField(
        label="Hvor grensen gikk",
        help_text="Står i brevet til dem som ikke får noe. Si hvor mye det var å dele "
        "ut, hvor mange som fikk, og hva som skilte dem.",
        max_length=2000,
        required=False,
        widget=textarea(4),
    )
    mark = forms.DecimalField(
        label="Grense for «over en grense»",
        help_text="Snittet en sak minst må ha, fra 1 til 5. For eksempel 3,5.",
        required=False,
        min_value=1,
        max_value=5,
        max_digits=3,
        decimal_places=2,
        localize=True,
    )

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            case = row.case
            self.fields[f"amount_{case.pk}"] = MoneyField(
                label=f"Foreslått beløp, {case.number}",
                required=False,
                max_value=case.asked,
            )
            self.fields[f"reason_{case.pk}"] = forms.CharField(
                label=f"Hvorfor dette beløpet, {case.number}",
                max_length=PlanRow._meta.get_field("reason").max_length,
                required=False,
                widget=textarea(2),
            )

    def figures(self):
        """{case: (kroner or None, why)}, as `Plan.write` takes them."""
        return {
            row.case: (
                self.cleaned_data[f"amount_{row.case.pk}"],
                self.cleaned_data[f"reason_{row.case.pk}"],
            )
            for row in self.rows
            if not row.is_closed
        }


@require_http_methods(["GET", "HEAD", "POST"])
def plan_detail(request, pk):
    """The table. The buttons save, add up, or fill in a proposal that is not saved."""
    plan = plan_of(request, pk)
    table = Table(request.user, plan)
    may_write = request.user.has_role(roles.CASEWORKER) and not plan.prepared_at
    posted = given(request)
    form = PlanForm(posted, rows=table.rows, initial=table.initial(plan))
    button = request.POST.get("knapp", "")
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied("Planen kan ikke endres.")
        if form.is_valid() and button in HELP:
            form = proposed(form, table, button)
        elif form.is_valid() and button != "regn":
            saved = save(request, plan, form)
            if saved:
                return redirect("admin:plan_detail", pk=plan.pk)
    table.take(form)
    context = {
        "title": f"{plan}: {plan.round}",
        "plan": plan,
        "round": plan.round,
        "table": table,
        "form": form,
        "may_write": may_write,
        "may_decide": may_decide(request.user, plan),
        "is_unsaved": form.is_bound and not form.errors,
        "has_errors": bool(form.errors),
    }
    return staff_page(request, "admin/cases/plan_detail.html", context)


def save(request, plan, form):
    try:
        plan.write(
            form.figures(),
            line=form.cleaned_data["line"],
            revision=form.cleaned_data["revision"],
            **acting(request),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        plan.refresh_from_db()
        # Pressed again, it is meant: the other's figures have been pointed out.
        form.data = form.data.copy()
        form.data["revision"] = plan.revision
        return False
    forget_parked(request)
    messages.success(request, "Planen er lagret.")
    return True


def proposed(form, table, button):
    """The form with the figures of a helper: a proposal, shown and not saved."""
    figures = {}
    mark = form.cleaned_data["mark"]
    if button == "grense" and mark is None:
        form.add_error("mark", "Skriv hvor grensen skal gå, for eksempel 3,5.")
        return form
    for pot in table.pots:
        cases = [
            (row.case.pk, row.case.asked, row.average)
            for row in table.rows
            if row.pot is pot and not row.is_closed
        ]
        if button == "beste":
            figures |= best_first(cases, pot.pot.balance)
        elif button == "likt":
            figures |= equal_share(cases, pot.pot.balance)
        else:
            figures |= above_line(cases, mark)
    data = form.data.copy()
    for pk, amount in figures.items():
        data[f"amount_{pk}"] = amount_as_text(amount)
    filled = PlanForm(data, rows=table.rows)
    filled.is_valid()
    return filled


class ReadForm(forms.Form):
    """Which revision of the plan was on the screen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["POST"])
def plan_prepare(request, pk):
    """One plan becomes recommendations, all or none."""
    plan = plan_of(request, pk)
    form = ReadForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Les tallene på nytt før du innstiller.")
        return redirect("admin:plan_detail", pk=pk)
    return press(
        request,
        plan,
        partial(plan.prepare, **form.cleaned_data),
        "Planen er innstilt. En beslutter kan nå avgjøre alle sakene i ett.",
    )


@require_http_methods(["POST"])
def plan_decide(request, pk):
    """Every case of a prepared plan is decided, all or none; made known later."""
    plan = plan_of(request, pk)
    return press(
        request,
        plan,
        plan.decide_all,
        "Sakene er avgjort. Søkerne får vite det når du gjør vedtakene kjent.",
    )


@require_safe
def plan_compare(request, pk):
    """Up to four plans side by side."""
    round = round_of(request, pk)
    wanted = [int(part) for part in request.GET.getlist("plan") if part.isdecimal()]
    plans = list(round.plans.filter(pk__in=wanted[:MOST_COMPARED]))
    if len(plans) < 2:
        messages.error(request, "Velg minst to planer å sammenlikne.")
        return redirect("admin:plan_list", pk=pk)
    tables = [Table(request.user, plan) for plan in plans]
    for plan, table in zip(plans, tables, strict=True):
        table.take_stored(plan)
    rows = {row.case.pk: row for table in tables for row in table.rows}
    cells = [{row.case.pk: row for row in table.rows} for table in tables]
    context = {
        "title": f"Sammenlikn planer: {round}",
        "round": round,
        "plans": plans,
        "rows": [(row, [table.get(pk) for table in cells]) for pk, row in rows.items()],
        "pots": [
            (sums[0], sums) for sums in zip(*[t.pots for t in tables], strict=True)
        ],
    }
    return staff_page(request, "admin/cases/plan_compare.html", context)


# --- the table ------------------------------------------------------------------------


@dataclass
class PotSum:
    """A pot, and what a plan makes of it. Kroner."""

    pot: Pot
    proposed: Decimal = Decimal(0)
    cases: int = 0
    granted: int = 0

    @property
    def left(self):
        return self.pot.balance - self.proposed

    @property
    def missing(self):
        """How much is proposed that the pot does not have."""
        return max(-self.left, Decimal(0))


@dataclass
class Row:
    """A case in the table: what is known of it, and what is proposed."""

    case: Application
    pot: PotSum | None
    average: Decimal | None  # with two decimals, as it is shown and compared
    apart: int  # the most between two marks on one criterion
    advice: str
    has_reasons: bool
    amount: Decimal | None = None
    reason: str = ""
    fields: list = field(default_factory=list)

    @property
    def is_closed(self):
        """Withdrawn or decided: it takes nothing more from the pot."""
        return self.case.state not in WITH_STAFF


class Table:
    """The cases of a plan's round that the user may see, by pot, then best first."""

    def __init__(self, user, plan):
        pots = Pot.objects.filter(round=plan.round).prefetch_related("areas")
        self.pots = [PotSum(pot) for pot in pots]
        by_area = {area.pk: sum for sum in self.pots for area in sum.pot.areas.all()}
        cases = list(self.cases(user, plan))
        self.rows = sorted(
            (self.row(case, by_area.get(case.area_id)) for case in cases[:MOST_CASES]),
            key=self.order,
        )
        self.is_cut = len(cases) > MOST_CASES
        everyone = Application.objects.filter(round=plan.round)
        in_plan = Q(state__in=WITH_STAFF) | Q(plan_rows__plan=plan)
        mine = everyone.visible_to(user).filter(in_plan).values("pk")
        self.hidden = everyone.filter(in_plan).exclude(pk__in=mine).distinct().count()

    @staticmethod
    def cases(user, plan):
        advice = Advice.objects.filter(application=OuterRef("pk")).order_by("-pk")
        drafts = ReasonsDraft.objects.filter(application=OuterRef("pk"))
        drafts = drafts.exclude(Q(facts="") | Q(rules="") | Q(considerations=""))
        in_plan = Q(state__in=WITH_STAFF) | Q(plan_rows__plan=plan)
        return (
            with_marks(Application.objects.visible_to(user))
            .filter(in_plan, round=plan.round)
            .with_current()
            .select_related("applicant", "area", "round")
            .annotate(
                advised=Subquery(advice.values("stance")[:1]),
                has_draft=Subquery(drafts.values("pk")[:1]),
            )
            .distinct()
            .order_by("pk")[: MOST_CASES + 1]
        )

    @staticmethod
    def row(case, pot):
        return Row(
            case=case,
            pot=pot,
            average=average_of(case),
            apart=case.apart if case.is_assessed else 0,
            advice=dict(Advice.Stance.choices).get(case.advised, ""),
            has_reasons=case.has_draft is not None
            or case.state in {State.RECOMMENDED, State.DECIDED},
        )

    def order(self, row):
        pot = self.pots.index(row.pot) if row.pot in self.pots else len(self.pots)
        return (pot, row.average is None, -(row.average or 0), row.case.pk)

    def initial(self, plan):
        stored = {row.application_id: row for row in plan.rows.all()}
        found = {"revision": plan.revision, "line": plan.line}
        for row in self.rows:
            kept = stored.get(row.case.pk)
            if kept:
                found[f"amount_{row.case.pk}"] = kept.amount
                found[f"reason_{row.case.pk}"] = kept.reason
        return found

    def take(self, form):
        """Put the form's figures and fields in the rows, and add them up."""
        for row in self.rows:
            name = f"amount_{row.case.pk}"
            row.fields = [form[name], form[f"reason_{row.case.pk}"]]
            if not form.is_bound:
                row.amount = form.initial.get(name)
            elif name not in form.errors:
                row.amount = form.cleaned_data.get(name)
            row.reason = row.fields[1].value() or ""
        self.add_up()

    def take_stored(self, plan):
        stored = {row.application_id: row for row in plan.rows.all()}
        for row in self.rows:
            kept = stored.get(row.case.pk)
            row.amount = kept.amount if kept else None
        self.add_up()

    def add_up(self):
        for row in self.rows:
            if row.pot is None or row.is_closed:
                continue
            row.pot.cases += 1
            row.pot.proposed += row.amount or 0
            row.pot.granted += bool(row.amount)


def with_marks(cases):
    """Annotated with the mean of the marks, and the most between two on a criterion."""
    # The mean of the assessors' means; they mark the same criteria.
    counting = Assessment.objects.counting().filter(
        application=OuterRef(OuterRef("pk"))
    )
    marks = Mark.objects.filter(assessment__in=counting.values("pk")).order_by()
    mean = marks.values("assessment__application").annotate(
        mean=Avg("mark", output_field=DecimalField())
    )
    apart = (
        marks.values("criterion")
        .annotate(apart=Max("mark") - Min("mark"))
        .order_by("-apart")
    )
    complete = Application.objects.fully_assessed().filter(pk=OuterRef("pk"))
    return cases.annotate(
        is_assessed=Exists(complete),
        average=Subquery(mean.values("mean")),
        apart=Subquery(apart.values("apart")[:1]),
    )


def average_of(case):
    """The mean of one `with_marks`; until all who assess have finished, None."""
    if not case.is_assessed or case.average is None:
        return None
    return in_hundredths(case.average)


def in_hundredths(mean):
    """A mean as it is read on the page, so that a line drawn there holds."""
    return mean.quantize(Decimal("0.01"), ROUND_HALF_UP)


# --- who may --------------------------------------------------------------------------


def round_of(request, pk):
    """A published round, for those who read every case in it."""
    if not (request.user.is_superuser or request.user.role_names & MAY_READ):
        raise PermissionDenied("Fordelingen er for saksbehandlere og beslutter.")
    return get_object_or_404(Round.objects.exclude(published_at=None), pk=pk)


def plan_of(request, pk):
    plan = Plan.objects.select_related("round", "changed_by", "prepared_by")
    found = plan.filter(pk=pk).first()
    if found is None:
        raise Http404
    round_of(request, found.round_id)
    return found


def held_of(request, round):
    """How many decisions of the round wait to be made known, of those one may see."""
    cases = Application.objects.visible_to(request.user).filter(round=round)
    return Decision.objects.held().filter(application__in=cases).count()


def may_decide(user, plan):
    return (
        user.has_role(roles.DECIDER)
        and plan.prepared_at is not None
        and plan.decided_at is None
    )


def press(request, plan, verb, message):
    try:
        verb(**acting(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, message)
    return redirect(reverse("admin:plan_detail", args=[plan.pk]))
