from itertools import pairwise

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseInlineFormSet

from omradesatsing.accounts.models import ReportsTo, User
from omradesatsing.accounts.sessions import end_all
from omradesatsing.journal.admin import PortalModelAdmin
from omradesatsing.ui.fields import NorwegianDateField

# What somebody may do hangs on these: who had other rights before, logs in anew.
RIGHTS = {"is_active", "is_staff", "is_superuser", "groups"}


class ReportsToFormSet(BaseInlineFormSet):
    def clean(self):
        """Told before the database refuses: Django checks without the person."""
        super().clean()
        rows = [form.instance for form in self.forms if form.is_valid()]
        rows = [row for row in rows if row.valid_from]
        if any(row.leader_id == self.instance.pk for row in rows):
            raise ValidationError("Ingen er sin egen leder.")
        for earlier, later in pairwise(sorted(rows, key=lambda row: row.valid_from)):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                raise ValidationError(
                    "To av lederne gjelder samme dag. Skriv en siste dag for den "
                    "første."
                )


class ReportsToInline(admin.TabularInline):
    """Nearest leader, from day to day. Ended by a date, never deleted."""

    model = ReportsTo
    fk_name = "user"
    formset = ReportsToFormSet
    fields = ["leader", "valid_from", "valid_to"]
    autocomplete_fields = ["leader"]
    formfield_overrides = {models.DateField: {"form_class": NorwegianDateField}}
    extra = 0
    can_delete = False


@admin.register(User)
class UserAdmin(PortalModelAdmin):
    """Who may log in, and as what. Nobody is deleted here, and no password is seen.

    A new employee chooses a password through «Glemt passord».
    """

    list_display = ["email", "name", "roles", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["email", "name"]
    search_help_text = "Søk etter navn eller e-postadresse."
    ordering = ["email"]
    fields = [
        "email",
        "name",
        "phone",
        "language",
        "is_active",
        "is_staff",
        "groups",
        "is_superuser",
        "last_login",
        "date_joined",
    ]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = ["groups"]
    inlines = [ReportsToInline]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roller")
    def roles(self, user):
        names = [group.name for group in user.groups.all()]
        if user.is_superuser:
            names.insert(0, "Superbruker")
        return ", ".join(names)

    def get_readonly_fields(self, request, obj=None):
        fields = list(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            fields.append("is_superuser")
        return fields

    def has_change_permission(self, request, obj=None):
        # Whoever can change a superuser's address can become that superuser.
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            # The old mailbox no longer opens this account.
            EmailAddress.objects.filter(user=obj).exclude(email=obj.email).delete()
        if change and RIGHTS & set(form.changed_data):
            end_all(obj, now=request.arrived_at)
