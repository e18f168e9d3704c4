"""Set-up of schemes, rounds and pots, and rows to look up. Cases: see `casework`."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from grants.default_checklist import add_default_checklist
from grants.default_questions import add_default_questions
from grants.models import (
    AidCeiling,
    Applicant,
    ApplicantKind,
    Application,
    AppointedRuler,
    Award,
    ChecklistItem,
    Criterion,
    Delegation,
    EligibilityAnswer,
    EligibilityQuestion,
    LegalTerm,
    LetterText,
    Organisation,
    Pot,
    PotArea,
    PotRow,
    Question,
    RequiredAttachment,
    Round,
    Scheme,
)
from grants.models.readers import reads_cases
from grants.rehearsal import REHEARSES, may_rehearse
from grants.setup_forms import (
    AllocateForm,
    DowntimeForm,
    ExtendForm,
    MoveForm,
    PotAreaFormSet,
    RoundForm,
)
from grants.setup_questions import QuestionForm, QuestionFormSet, preview_context
from grants.staff import lacks_people
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.admin import PortalModelAdmin, ReadOnlyAdmin
from omradesatsing.ui.fields import MoneyField, NorwegianDateField
from omradesatsing.ui.templatetags.ui import deadline, money

FIELDS: dict[type[models.Field], Mapping[str, Any]] = {
    models.DecimalField: {"form_class": MoneyField},
    models.DateField: {"form_class": NorwegianDateField},
}
FROZEN = "Utlysningen er publisert og låst. Endringen ble ikke lagret."
BASIS_FROZEN = (
    "Hjemmelen kan ikke endres: En utlysning i ordningen er publisert, og vedtakene "
    "viser til den. Gjelder noe nytt, lager du en ny ordning."
)


class SetupAdmin(PortalModelAdmin):
    """Rows the administrator enters. They are ended by a date, never deleted."""

    formfield_overrides = FIELDS

    def has_delete_permission(self, request, obj=None):
        return False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as error:
            # Published by someone else while this page was open: the database refused.
            if "round_is_frozen" not in str(error):
                raise
            messages.error(request, FROZEN)
            return HttpResponseRedirect(request.path)


class FrozenWithRound:
    """What belongs to a round: open while it is set up, to be read once published."""

    def is_frozen(self, row):
        round = row if isinstance(row, Round) else getattr(row, "round", None)
        return round is not None and round.published_at is not None

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and not self.is_frozen(obj)

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and not self.is_frozen(obj)


class FrozenInline(FrozenWithRound, InlineModelAdmin):
    formfield_overrides = FIELDS
    extra = 0

    def has_add_permission(self, request, obj):
        return super().has_add_permission(request, obj) and not self.is_frozen(obj)


@admin.register(Scheme)
class SchemeAdmin(SetupAdmin):
    list_display = ["name", "appeal_body", "example"]
    list_select_related = ["appeal_body"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    fields = [
        "name",
        "slug",
        "purpose",
        "goals",
        "not_supported",
        "legal_basis",
        "appeal_body",
        "retention_class",
        "example",
    ]

    def get_readonly_fields(self, request, obj=None):
        """What a published round rests on and shows, is as fixed as the round."""
        return ["legal_basis"] if self.is_published(obj) else []

    def get_fieldsets(self, request, obj=None):
        (name, options), *rest = super().get_fieldsets(request, obj)
        if self.is_published(obj):
            options = options | {"description": BASIS_FROZEN}
        return [(name, options), *rest]

    def is_published(self, scheme):
        return scheme is not None and scheme.rounds.exclude(published_at=None).exists()


@admin.register(Delegation)
class DelegationAdmin(SetupAdmin):
    list_display = [
        "scheme",
        "to_role",
        "to_user",
        "to_body",
        "ceiling",
        "valid_from",
        "valid_to",
    ]
    list_filter = ["scheme", "to_role", "to_body"]
    list_select_related = ["scheme", "to_user", "to_body"]
    fields = [
        "scheme",
        "from_body",
        "to_role",
        "to_user",
        "to_body",
        "to_title",
        "ceiling",
        "reference",
        "valid_from",
        "valid_to",
    ]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "to_user":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        """Once someone has decided by it, it can only be ended."""
        if obj and obj.decisions.exists():
            return [name for name in self.fields if name != "valid_to"]
        return []


@admin.register(AppointedRuler)
class AppointedRulerAdmin(SetupAdmin):
    """Who rules on impartiality where no leader can. Ended by a date."""

    list_display = ["user", "reference", "valid_from", "valid_to"]
    list_select_related = ["user"]
    fields = ["user", "reference", "valid_from", "valid_to"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class DatedRuleAdmin(SetupAdmin):
    """A rule that has come into force is only ended; a new row says what is new.

    Letters that were sent under it must be able to point at what it said.
    """

    def get_readonly_fields(self, request, obj=None):
        if obj and obj.valid_from <= timezone.localdate():
            return [
                field.name
                for field in self.opts.fields
                if field.editable and field.name != "valid_to"
            ]
        return []


@admin.register(LegalTerm)
class LegalTermAdmin(DatedRuleAdmin):
    list_display = ["kind", "amount", "unit", "source", "valid_from", "valid_to"]
    list_filter = ["kind"]


@admin.register(AidCeiling)
class AidCeilingAdmin(DatedRuleAdmin):
    list_display = ["amount", "source", "valid_from", "valid_to"]


@admin.register(LetterText)
class LetterTextAdmin(DatedRuleAdmin):
    list_display = ["kind", "language", "heading", "source", "valid_from", "valid_to"]
    list_filter = ["kind", "language"]


# --- rounds ---------------------------------------------------------------------------


class CriterionInline(FrozenInline, admin.StackedInline):
    model = Criterion
    fields = ["position", "name", "guidance"]


class EligibilityQuestionInline(FrozenInline, admin.TabularInline):
    model = EligibilityQuestion
    fields = ["position", "text", "help"]
    show_change_link = True


class QuestionInline(FrozenInline, admin.StackedInline):
    model = Question
    form = QuestionForm
    formset = QuestionFormSet
    fields = tuple(QuestionForm.Meta.fields)


class RequiredAttachmentInline(FrozenInline, admin.TabularInline):
    model = RequiredAttachment
    fields = ["position", "label", "why", "from_amount"]


class ChecklistInline(FrozenInline, admin.StackedInline):
    model = ChecklistItem
    fields = ["position", "text", "help", "reference", "step"]


class PotInline(FrozenInline, admin.TabularInline):
    model = Pot
    fields = ["name", "year", "left"]
    readonly_fields = ["left"]
    show_change_link = True
    can_delete = False

    @admin.display(description="igjen")
    def left(self, pot):
        return money(pot.balance)


@admin.register(Round)
class RoundAdmin(SetupAdmin):
    form = RoundForm
    list_display = ["title", "scheme", "opens_at", "closes", "published_at"]
    list_filter = ["scheme", ("published_at", admin.EmptyFieldListFilter)]
    list_select_related = ["scheme"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [
        CriterionInline,
        EligibilityQuestionInline,
        QuestionInline,
        RequiredAttachmentInline,
        ChecklistInline,
        PotInline,
    ]
    change_form_template = "admin/cases/round_change.html"
    view_on_site = False  # there is no page before publishing; our box leads to it
    # What may still be written after publishing; the closing has its own page.
    OPEN = [
        "expected_answer_on",
        "contact_name",
        "contact_email",
        "contact_phone",
        "contact_hours",
    ]
    # How fields that hold codes and bare numbers are told once they are read-only.
    TOLD = {
        "applicant_kinds": "kinds",
        "min_amount": "least",
        "max_amount": "most",
        "short_form_ceiling": "short_form",
        "two_assessors_from": "two_from",
    }
    fieldsets = [
        (None, {"fields": ["scheme", "title", "slug", "summary"]}),
        ("Når", {"fields": ["opens_at", "closes", "last_day", "last_minute"]}),
        ("Skjema et annet sted", {"fields": ["external_url"]}),
        (
            "Hva og hvem",
            {
                "fields": [
                    "purpose",
                    "who_may_apply",
                    "applicant_kinds",
                    "not_supported",
                    "process",
                ]
            },
        ),
        (
            "Penger og rapport",
            {
                "fields": [
                    "min_amount",
                    "max_amount",
                    "short_form_ceiling",
                    "own_share_percent",
                    "payment_mode",
                    "report_rule",
                    "answer_days",
                    "report_due_days",
                ]
            },
        ),
        ("Vurdering", {"fields": ["two_assessors_from", "assessors_blind"]}),
        ("Svar og kontakt", {"fields": [*OPEN]}),
    ]

    def get_fieldsets(self, request, obj=None):
        """The closing is a field before publishing; then it is told, as sums are."""
        public = is_public(obj)
        hidden = {"last_day", "last_minute"} if public else {"closes"}
        told = self.TOLD if public else {}
        return [
            (
                name,
                {"fields": [told.get(f, f) for f in part["fields"] if f not in hidden]},
            )
            for name, part in self.fieldsets
        ]

    def get_readonly_fields(self, request, obj=None):
        if not is_public(obj):
            return ["closes"]
        names = admin.utils.flatten_fieldsets(self.get_fieldsets(request, obj))
        fixed = [name for name in names if name not in self.OPEN]
        return [*fixed, *self.TOLD, "last_day", "last_minute"]

    def get_prepopulated_fields(self, request, obj=None):
        return {} if is_public(obj) else self.prepopulated_fields

    @admin.display(description="siste frist", ordering="closes_at")
    def closes(self, round):
        return deadline(round.closes_at) or "løpende"

    @admin.display(description="hvem som kan stå som søker")
    def kinds(self, round):
        return ", ".join(
            str(ApplicantKind(kind).label) for kind in round.applicant_kinds
        )

    @admin.display(description="minste beløp")
    def least(self, round):
        return money(round.min_amount)

    @admin.display(description="høyeste beløp")
    def most(self, round):
        return money(round.max_amount)

    @admin.display(description="kort skjema opp til")
    def short_form(self, round):
        return money(round.short_form_ceiling)

    @admin.display(description="to vurderer fra og med")
    def two_from(self, round):
        return money(round.two_assessors_from)

    def get_urls(self):
        guard = self.admin_site.admin_view
        return [
            path(f"<int:pk>/{part}/", guard(view), name=f"grants_round_{name}")
            for part, view, name in [
                ("publiser", self.publish, "publish"),
                ("forleng", self.extend, "extend"),
                ("nede", self.downtime, "downtime"),
                ("standardsporsmal", self.add_questions, "add_questions"),
                ("standardsjekkliste", self.add_checklist, "add_checklist"),
                ("skjema", self.preview, "preview"),
            ]
        ] + super().get_urls()

    def render_change_form(self, request, context, *args, **kwargs):
        round = context.get("original")
        if round is not None:
            context["missing"] = [] if round.published_at else round.missing()
            context["warnings"] = [] if round.published_at else round.warnings()
            day = max(timezone.localdate(round.opens_at), timezone.localdate())
            context["lacks_people"] = lacks_people(round, day)
            context["reads_cases"] = reads_cases(request.user)
            context["can_set_up"] = self.has_change_permission(request, round)
            context["gives_leave"] = request.user.has_role(roles.CASEWORKER)
            context["may_rehearse"] = may_rehearse(round, request.arrived_at) and bool(
                request.user.is_superuser or request.user.role_names & REHEARSES
            )
            context["has_questions"] = round.eligibility_questions.exists()
            context["has_checklist"] = round.checklist.exists()
        return super().render_change_form(request, context, *args, **kwargs)

    def publish(self, request, pk):
        """Show the round to everyone, if nothing is missing."""
        round = changeable(self, request, pk)

        def verb():
            round.publish(by=request.actor, now=request.arrived_at)
            for text in round.warnings():
                messages.warning(request, text)
            return "Utlysningen er publisert."

        return press(request, round, verb)

    def preview(self, request, pk):
        """Both forms as applicants will see them, to try out before publishing."""
        round = self.get_object(request, str(pk))
        if round is None or not self.has_view_permission(request, round):
            raise Http404
        context = self.admin_site.each_context(request) | preview_context(round)
        context |= {"title": f"Skjemaet: {round}", "back": change_page(round)}
        return render(request, "admin/cases/round_preview.html", context)

    def add_questions(self, request, pk):
        """Start «Kan vi søke?» from the five usual questions."""
        round = changeable(self, request, pk)

        def verb():
            add_default_questions(round, by=request.actor)
            return "Spørsmålene er lagt inn. Les dem, og endre det som ikke passer."

        return press(request, round, verb)

    def add_checklist(self, request, pk):
        """Start the checklist from the usual points."""
        round = changeable(self, request, pk)

        def verb():
            add_default_checklist(round, by=request.actor)
            return "Sjekklisten er lagt inn. Les den, og endre det som ikke passer."

        return press(request, round, verb)

    def extend(self, request, pk):
        """Let a published round close later."""
        round = changeable(self, request, pk)
        form = ExtendForm(request.POST or None, round=round)

        def verb():
            round.extend(
                form.closes_at(form.cleaned_data),
                by=request.actor,
                reason=form.cleaned_data["reason"],
            )
            return f"Fristen er nå {deadline(round.closes_at)}."

        return form_page(self, request, round, form, verb, "Forleng fristen", "Forleng")

    def downtime(self, request, pk):
        """Let it close as much later as the portal was down."""
        round = changeable(self, request, pk)
        form = DowntimeForm(request.POST or None)

        def verb():
            round.make_up_for_downtime(
                **form.cleaned_data, by=request.actor, now=request.arrived_at
            )
            return f"Fristen er nå {deadline(round.closes_at)}."

        title = "Forleng fordi portalen var nede"
        return form_page(self, request, round, form, verb, title, "Forleng")


@admin.register(EligibilityQuestion)
class EligibilityQuestionAdmin(FrozenWithRound, SetupAdmin):
    class AnswerInline(FrozenInline, admin.TabularInline):
        model = EligibilityAnswer
        fields = ["position", "text", "verdict", "reason"]

    list_display = ["text", "round", "position"]
    list_filter = ["round"]
    list_select_related = ["round"]
    fields = ["round", "position", "text", "help"]
    inlines = [AnswerInline]

    def has_delete_permission(self, request, obj=None):
        allowed = PortalModelAdmin.has_delete_permission(self, request, obj)
        return allowed and not self.is_frozen(obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return unpublished_only(
            db_field, super().formfield_for_foreignkey(db_field, request, **kwargs)
        )


# --- pots -----------------------------------------------------------------------------


class PotAreaInline(FrozenInline, admin.TabularInline):
    model = PotArea
    formset = PotAreaFormSet
    fields = ["area"]


class PotRowInline(admin.TabularInline):
    model = PotRow
    fields = ["at", "kind", "sum", "appropriation", "reason", "who"]
    readonly_fields = ["at", "kind", "sum", "appropriation", "reason", "who"]
    can_delete = False
    max_num = 0

    def has_view_permission(self, request, obj=None):
        """Who sees a pot sees what went in and out of it."""
        return request.user.has_perm("grants.view_pot")

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related("appropriation__funder", "by")

    @admin.display(description="beløp")
    def sum(self, row):
        return money(row.amount)

    @admin.display(description="hvem")
    def who(self, row):
        return row.by


@admin.register(Pot)
class PotAdmin(SetupAdmin):
    list_display = ["name", "round", "year", "left"]
    list_filter = ["round"]
    list_select_related = ["round"]
    fields = ["round", "name", "year", "left"]
    inlines = [PotAreaInline, PotRowInline]
    change_form_template = "admin/cases/pot_change.html"

    def get_inlines(self, request, obj):
        """The areas come when the pot is there: whether one is taken hangs on it."""
        return self.inlines if obj else []

    def response_add(self, request, obj, post_url_continue=None):
        """On to the pot itself, where areas and money are put in."""
        request.POST = request.POST.copy()
        request.POST["_continue"] = "1"
        return super().response_add(request, obj, post_url_continue)

    def get_readonly_fields(self, request, obj=None):
        """A pot stays in its round: its areas are counted there."""
        if obj is None:
            return ["left"]
        if obj.round.published_at:
            return self.fields
        return ["round", "left"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return unpublished_only(
            db_field, super().formfield_for_foreignkey(db_field, request, **kwargs)
        )

    @admin.display(description="igjen")
    def left(self, pot):
        return money(pot.balance)

    def get_urls(self):
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/penger/", guard(self.allocate), name="grants_pot_allocate"),
            path("<int:pk>/flytt/", guard(self.move), name="grants_pot_move"),
        ] + super().get_urls()

    def render_change_form(self, request, context, *args, **kwargs):
        pot = context.get("original")
        if pot is not None:
            context["can_set_up"] = self.has_change_permission(request, pot)
        return super().render_change_form(request, context, *args, **kwargs)

    def allocate(self, request, pk):
        """Put money into the pot."""
        pot = changeable(self, request, pk)
        form = AllocateForm(request.POST or None, pot=pot)

        def verb():
            pot.allocate(**form.cleaned_data, by=request.actor)
            return f"Rammen har nå {money(pot.balance)}."

        return form_page(self, request, pot, form, verb, "Legg til penger", "Legg til")

    def move(self, request, pk):
        """Move money to another pot of the round."""
        pot = changeable(self, request, pk)
        form = MoveForm(request.POST or None, pot=pot)

        def verb():
            pot.move(**form.cleaned_data, by=request.actor)
            return f"Pengene er flyttet. Rammen har nå {money(pot.balance)}."

        return form_page(self, request, pot, form, verb, "Flytt penger", "Flytt")


# --- to look up -----------------------------------------------------------------------


class OfSentCases(ReadOnlyAdmin):
    """Only what belongs to cases that were sent, and never to one's own."""

    def sent_cases(self, user):
        return Application.objects.sent().without_conflicts_of(user)


@admin.register(Organisation)
class OrganisationAdmin(OfSentCases):
    list_display = ["name", "orgnr"]
    search_fields = ["name", "orgnr"]
    fields = ["name", "orgnr"]

    def get_queryset(self, request):
        cases = self.sent_cases(request.user)
        theirs = cases.filter(applicant__organisation=OuterRef("pk"))
        return super().get_queryset(request).filter(Exists(theirs))


@admin.register(Applicant)
class ApplicantAdmin(OfSentCases):
    list_display = ["name", "kind", "organisation"]
    list_filter = ["kind"]
    list_select_related = ["organisation"]
    search_fields = ["name", "organisation__orgnr"]
    fields = ["name", "kind", "organisation", "answerable_name", "created_at"]

    def get_queryset(self, request):
        theirs = self.sent_cases(request.user).filter(applicant=OuterRef("pk"))
        return super().get_queryset(request).filter(Exists(theirs))


@admin.register(Award)
class AwardAdmin(OfSentCases):
    list_display = ["application", "amount", "state", "offered_at"]
    list_filter = ["state"]
    list_select_related = ["application"]
    fields = ["application", "amount", "state", "offered_at", "changed_at"]

    def get_queryset(self, request):
        cases = self.sent_cases(request.user)
        return super().get_queryset(request).filter(application__in=cases)


# --- how ------------------------------------------------------------------------------


def is_public(round):
    return round is not None and round.published_at is not None


def unpublished_only(db_field, field):
    """A choice of round offers those that can still be set up."""
    if db_field.name == "round" and field is not None:
        field.queryset = field.queryset.filter(published_at=None)
    return field


def changeable(model_admin, request, pk):
    """The row, for one who may change it; else 404 or 403."""
    row = model_admin.get_object(request, str(pk))
    if row is None or not model_admin.has_view_permission(request, row):
        raise Http404
    if not model_admin.has_change_permission(request, row):
        raise PermissionDenied
    return row


def change_page(row):
    return reverse(
        f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk]
    )


@require_POST
def press(request, row, verb):
    """A button: `verb` does it and returns what to tell."""
    try:
        messages.success(request, verb())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(change_page(row))


def form_page(model_admin, request, row, form, verb, title, button):
    """A form of its own for one verb; a refusal stands with the text that was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, verb())
        except Refused as refusal:
            form.add_error(None, str(refusal))
            row.refresh_from_db()
        else:
            return redirect(change_page(row))
    context = model_admin.admin_site.each_context(request) | {
        "title": f"{title}: {row}",
        "heading": title,
        "form": form,
        "button": button,
        "row": row,
        "back": change_page(row),
    }
    return render(request, "admin/cases/setup_form.html", context)
