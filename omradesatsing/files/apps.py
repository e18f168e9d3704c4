from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "omradesatsing.files"
    verbose_name = "Filer"
