from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class OmradesatsingConfig(AppConfig):
    """The one place that sees every app: cross-app pages, roles, load commands."""

    name = "omradesatsing"

    def ready(self):
        from omradesatsing.roles import sync_roles

        # Permissions exist only after migrations; the roles are made from them.
        post_migrate.connect(sync_roles, sender=self)


class PortalAdminConfig(AdminConfig):
    default_site = "omradesatsing.admin.PortalAdminSite"
