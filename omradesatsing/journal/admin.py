import re

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from omradesatsing.accounts.actors import Actor
from omradesatsing.journal.models import JournalEntry
from omradesatsing.journal.wording import journal_words, words_of

# A fact of the entry, named in its words.
FACT = re.compile(r"\{\w+\} ?")


class PortalModelAdmin(admin.ModelAdmin):
    """Set-up and look-up. What is done here goes into our journal.

    Django's own LogEntry keeps texts and names and can be changed: it is not written.
    """

    # An address typed without a scheme is read as https.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            # The hidden copy of a default would be described by a help text.
            field.show_hidden_initial = False
        return field

    def construct_change_message(self, request, form, formsets, add=False):
        """The names of what was changed, never the values."""
        return {
            "fields": list(form.changed_data),
            "rows": [
                f"{verb} {row._meta.model_name} {row.pk}"
                for formset in formsets or []
                for verb, rows in (
                    ("added", formset.new_objects),
                    ("changed", [row for row, _fields in formset.changed_objects]),
                    ("deleted", formset.deleted_objects),
                )
                for row in rows
            ],
        }

    def log_addition(self, request, obj, message):
        JournalEntry.record("add", about=obj, by=Actor(request.user))

    def log_change(self, request, obj, message):
        JournalEntry.record("change", about=obj, by=Actor(request.user), **message)

    def log_deletions(self, request, queryset):
        for obj in queryset:
            JournalEntry.record("delete", about=obj, by=Actor(request.user))

    def history_view(self, request, object_id, extra_context=None):
        kind = ContentType.objects.get_for_model(self.model)
        query = urlencode({"about_type__id__exact": kind.pk, "about_id": object_id})
        address = reverse("admin:journal_journalentry_changelist")
        return HttpResponseRedirect(f"{address}?{query}")


def visible_about(rows, user):
    """Rows that point at something, less what points at a thing this user may not see.

    Who may see a thing is its own model's `visible_to`; a model without one hides
    nothing here.
    """
    hidden = Q()
    for kind in ContentType.objects.filter(
        pk__in=rows.order_by().values("about_type").distinct()
    ):
        model = kind.model_class()
        things = getattr(model, "objects", None)
        if hasattr(things, "visible_to"):
            seen = things.visible_to(user).values("pk")
            hidden |= Q(about_type=kind) & ~Q(about_id__in=seen)
    return rows.exclude(hidden) if hidden else rows


class ReadOnlyAdmin(PortalModelAdmin):
    """Rows to look up: nobody adds, changes or deletes them here."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class VerbFilter(admin.SimpleListFilter):
    """The verbs that are in use, in words and in their order."""

    title = "handling"
    parameter_name = "verb"

    def lookups(self, request, model_admin):
        verbs = JournalEntry.objects.order_by().values_list("verb", flat=True)
        told = [(verb, FACT.sub("", words_of(verb))) for verb in verbs.distinct()]
        return sorted(told, key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "words", "about_type", "about_id", "actor", "facts"]
    list_filter = [VerbFilter, ("about_type", admin.RelatedOnlyFieldListFilter), "at"]
    list_select_related = ["about_type", "actor"]
    search_fields = ["actor__email", "actor__name", "=about_id"]
    search_help_text = "Søk etter person eller nummeret til det som ble endret."
    show_full_result_count = False
    fields = [
        "at",
        "words",
        "about_type",
        "about_id",
        "actor",
        "on_behalf_type",
        "on_behalf_id",
        "facts",
    ]
    actions = None

    @admin.display(description="handling", ordering="verb")
    def words(self, entry):
        return journal_words(entry)

    def get_queryset(self, request):
        return visible_about(super().get_queryset(request), request.user)

    def lookup_allowed(self, lookup, value, request=None):
        return lookup == "about_id" or super().lookup_allowed(lookup, value, request)
