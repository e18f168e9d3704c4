from allauth.account.models import EmailAddress
from django.contrib import admin

from omradesatsing.accounts.models import User
from omradesatsing.journal.admin import PortalModelAdmin


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
        "leader",
        "is_superuser",
        "last_login",
        "date_joined",
    ]
    readonly_fields = ["last_login", "date_joined"]
    autocomplete_fields = ["leader"]
    filter_horizontal = ["groups"]

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
