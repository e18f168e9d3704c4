from django.contrib import admin

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
    actions = None

    def get_queryset(self, request):
        return visible_about(super().get_queryset(request), request.user)

    @admin.display(description="levering")
    def delivered(self, notice):
        return notice.delivery.label
