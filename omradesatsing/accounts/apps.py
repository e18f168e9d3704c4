from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "omradesatsing.accounts"
    verbose_name = "Brukere og roller"
