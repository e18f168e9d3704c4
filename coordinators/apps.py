from django.apps import AppConfig


class CoordinatorsConfig(AppConfig):
    name = "coordinators"
    verbose_name = "Koordinatorer og prosjekter"

    def ready(self):
        # The journal is below us, and shows our verbs in words.
        from coordinators import wording  # noqa: F401
