from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "grants"
    verbose_name = "Tilskudd"

    def ready(self):
        # The journal is below us, and shows our verbs in words.
        from grants.casework import wording  # noqa: F401
