from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class OmradesatsingConfig(AppConfig):
    """The one place that sees every app: cross-app pages, roles, load commands."""

    name = "omradesatsing"

    def ready(self):
        from omradesatsing import deployment  # noqa: F401, registers its check
        from omradesatsing.roles import sync_roles

        # The roles are made from permissions, and each app's come with its own signal:
        # wait for the last app.
        post_migrate.connect(sync_roles, sender=[*apps.get_app_configs()][-1])


class PortalAdminConfig(AdminConfig):
    default_site = "omradesatsing.admin.PortalAdminSite"
