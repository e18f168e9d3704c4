from django.contrib import admin

from areas.admin import FactAdmin
from coordinators.models import (
    Assignment,
    Coordinator,
    Event,
    Partner,
    Project,
    ProjectExample,
    ProjectFunding,
)
from omradesatsing.journal.admin import PortalModelAdmin


class AssignmentInline(admin.TabularInline):
    model = Assignment
    extra = 0


@admin.register(Coordinator)
class CoordinatorAdmin(PortalModelAdmin):
    list_display = ["user", "title", "phone", "email", "published_at"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]
    raw_id_fields = ["user"]
    inlines = [AssignmentInline]


class ProjectFundingInline(admin.TabularInline):
    model = ProjectFunding
    fields = ["funder", "amount"]
    extra = 0


@admin.register(Project)
class ProjectAdmin(FactAdmin):
    list_display = ["title", "kind", "status", "theme", "as_of", "published_at"]
    list_filter = ["areas", "status", "kind", "theme"]
    list_select_related = ["theme"]
    search_fields = ["title", "result"]
    filter_horizontal = ["areas"]
    autocomplete_fields = ["partners"]
    inlines = [ProjectFundingInline]


@admin.register(Event)
class EventAdmin(FactAdmin):
    list_display = ["title", "kind", "starts_at", "date", "place", "published_at"]
    list_filter = ["areas", "kind"]
    search_fields = ["title", "place"]
    filter_horizontal = ["areas"]


@admin.register(Partner)
class PartnerAdmin(PortalModelAdmin):
    list_display = ["name", "url"]
    search_fields = ["name"]


@admin.register(ProjectExample)
class ProjectExampleAdmin(FactAdmin):
    list_display = ["title", "purpose", "applicant_type"]
