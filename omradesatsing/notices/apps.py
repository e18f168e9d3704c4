from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "omradesatsing.notices"
    verbose_name = "Varsler"
