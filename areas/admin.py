from django.contrib import admin

from areas.models import (
    Agreement,
    Appropriation,
    Area,
    AreaPhase,
    AreaZone,
    Body,
    Department,
    District,
    Division,
    Document,
    Edition,
    Effort,
    Funder,
    Indicator,
    Link,
    PoliticalCase,
    Population,
    Succession,
    Theme,
    Zone,
)
from omradesatsing.journal.admin import PortalModelAdmin

FACT_FIELDS = [
    "source_url",
    "more_sources",
    ("as_of", "as_of_precision"),
    "derived",
    "unchecked",
    "note",
]


class FactAdmin(PortalModelAdmin):
    """A fact: its own fields first, then where it comes from and what is uncertain."""

    def get_fieldsets(self, request, obj=None):
        own = [
            field
            for field in self.get_fields(request, obj)
            if field not in ORIGIN and not isinstance(field, tuple)
        ]
        return [(None, {"fields": own}), ("Kilde og merknad", {"fields": FACT_FIELDS})]


ORIGIN = {"source_url", "more_sources", "as_of", "as_of_precision"}
ORIGIN |= {"derived", "unchecked", "note"}


class AreaPhaseInline(admin.TabularInline):
    model = AreaPhase
    fields = ["status", "starts_on", "starts_precision", "ends_on", "ends_precision"]
    extra = 0


class AreaZoneInline(admin.TabularInline):
    model = AreaZone
    fields = ["zone", "starts_on", "starts_precision", "ends_on", "ends_precision"]
    autocomplete_fields = ["zone"]
    extra = 0


@admin.register(Area)
class AreaAdmin(FactAdmin):
    list_display = ["name", "district", "effort", "confirmed_on", "published_at"]
    list_filter = ["district", "effort"]
    list_select_related = ["district", "effort"]
    search_fields = ["name"]
    filter_horizontal = ["themes"]
    inlines = [AreaPhaseInline, AreaZoneInline]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Zone)
class ZoneAdmin(FactAdmin):
    list_display = ["name", "name_status", "district", "division"]
    list_filter = ["division", "name_status", "district"]
    list_select_related = ["district", "division"]
    search_fields = ["name"]


@admin.register(Division)
class DivisionAdmin(FactAdmin):
    list_display = ["name", "zone_total", "first_edition", "last_edition", "is_default"]


@admin.register(Succession)
class SuccessionAdmin(FactAdmin):
    list_display = ["older", "newer", "is_whole"]
    list_select_related = ["older", "newer"]
    autocomplete_fields = ["older", "newer"]


@admin.register(Edition)
class EditionAdmin(FactAdmin):
    """What the edition is. Its figures are read in under «Tall og soner»."""

    list_display = ["title", "year", "division", "is_practice", "published_at"]
    list_filter = ["division", "is_practice"]
    list_select_related = ["division"]


@admin.register(Indicator)
class IndicatorAdmin(FactAdmin):
    list_display = ["name", "theme", "unit", "lowest_level", "key_position"]
    list_filter = ["theme", "unit", "lowest_level", "is_composite"]
    search_fields = ["name", "slug"]


@admin.register(Population)
class PopulationAdmin(FactAdmin):
    list_display = ["district", "year", "people"]
    list_filter = ["district"]
    list_select_related = ["district"]


@admin.register(Document)
class DocumentAdmin(FactAdmin):
    list_display = ["title", "kind", "year", "publisher", "published_at"]
    list_filter = ["kind", "areas", "year"]
    search_fields = ["title", "summary"]
    filter_horizontal = ["areas"]


@admin.register(PoliticalCase)
class PoliticalCaseAdmin(FactAdmin):
    list_display = ["title", "case_number", "body", "decided_on"]
    list_filter = ["body", "areas"]
    list_select_related = ["body"]
    search_fields = ["title", "case_number"]
    filter_horizontal = ["areas"]


@admin.register(Appropriation)
class AppropriationAdmin(FactAdmin):
    list_display = ["year", "funder", "amount", "kind", "purpose"]
    list_filter = ["funder", "kind", "areas"]
    list_select_related = ["funder"]
    filter_horizontal = ["areas"]


@admin.register(Agreement)
class AgreementAdmin(FactAdmin):
    list_display = ["title", "starts_on", "ends_on"]
    filter_horizontal = ["areas", "funders"]


@admin.register(Department)
class DepartmentAdmin(FactAdmin):
    list_display = ["name", "starts_on", "ends_on", "is_approximate"]


@admin.register(Link)
class LinkAdmin(FactAdmin):
    list_display = ["title", "url"]
    search_fields = ["title", "description"]


@admin.register(Body, District, Effort, Funder, Theme)
class NamedFactAdmin(FactAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
