from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "omradesatsing.ui"
    verbose_name = "Designsystem"
