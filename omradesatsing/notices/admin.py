from django.contrib import admin, messages

from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.admin import ReadOnlyAdmin, visible_about
from omradesatsing.notices.models import Delivery, Notice


class DeliveryFilter(admin.SimpleListFilter):
    title = "levering"
    parameter_name = "levering"

    def lookups(self, request, model_admin):
        return Delivery.choices

    def queryset(self, request, queryset):
        if self.value() in Delivery.values:
            return queryset.in_delivery_state(self.value())
        return queryset


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Whether what the portal told has arrived. The texts are the recipient's own."""

    list_display = ["created_at", "kind", "recipient", "delivered", "attempts"]
    list_filter = [DeliveryFilter, "kind", "created_at"]
    list_select_related = ["recipient"]
    search_fields = ["recipient__email", "recipient__name"]
    show_full_result_count = False
    fields = [
        "kind",
        "recipient",
        "about_type",
        "about_id",
        "created_at",
        "delivered",
        "attempts",
        "sent_at",
        "last_error",
        "read_at",
        "message_id",
    ]
    actions = ["send_again"]

    def get_queryset(self, request):
        return visible_about(super().get_queryset(request), request.user)

    def has_change_permission(self, request, obj=None):
        # The action, for those who look after the e-mails; every field is read-only.
        return obj is None and request.user.has_perm("notices.change_notice")

    @admin.action(description="Send e-posten på nytt", permissions=["change"])
    def send_again(self, request, queryset):
        sent = 0
        for notice in queryset:
            try:
                notice.send_again(by=Actor(request.user))
            except Refused:
                continue
            sent += 1
        if sent < len(queryset):
            messages.warning(
                request, "Bare e-poster som ikke ble levert, kan sendes på nytt."
            )
        if sent:
            messages.success(request, f"{sent} e-poster prøves på nytt nå.")

    @admin.display(description="levering")
    def delivered(self, notice):
        return notice.delivery.label
