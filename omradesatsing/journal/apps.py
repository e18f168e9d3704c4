from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "omradesatsing.journal"
    verbose_name = "Journal"
