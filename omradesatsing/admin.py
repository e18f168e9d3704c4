from django.contrib import admin
from pghistory.admin import EventsAdmin


class PortalAdminSite(admin.AdminSite):
    """The staff's workplace: set-up by ModelAdmin, casework by views of our own."""

    site_title = "Områdesatsing i Bergen"
    site_header = "Områdesatsing i Bergen"
    index_title = "Mine oppgaver"
    enable_nav_sidebar = False


class HistoryAdmin(EventsAdmin):
    """What was changed in set-up and editorial tables, by whom."""
