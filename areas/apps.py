from django.apps import AppConfig


class AreasConfig(AppConfig):
    name = "areas"
    verbose_name = "Områder og soner"

    def ready(self):
        # The journal is below us, and shows our verbs in words.
        from areas import wording  # noqa: F401
