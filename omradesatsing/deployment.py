"""What `check --deploy` asks of the municipality's own settings."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.http.request import validate_host


@register(Tags.security, deploy=True)
def check_own_settings(app_configs, **kwargs):
    site = urlsplit(settings.SITE_URL)
    # Each fault: whether it is there, its number, and what to do.
    faults = [
        (settings.DEMO, 1, "DEMO=1 is for one's own machine: no TLS, known passwords."),
        (site.scheme != "https", 2, "SITE_URL must be the portal's https:// address."),
        (
            not validate_host(site.hostname or "", settings.ALLOWED_HOSTS),
            3,
            "ALLOWED_HOSTS must hold the host of SITE_URL.",
        ),
        (not settings.CONTACT_EMAIL, 4, "Set CONTACT_EMAIL: every page shows it."),
        (
            "@portal.example" in settings.DEFAULT_FROM_EMAIL,
            5,
            "Set DEFAULT_FROM_EMAIL: the sender of every e-mail.",
        ),
        (
            settings.EMAIL_BACKEND.endswith(
                ("console.EmailBackend", "dummy.EmailBackend")
            ),
            6,
            "EMAIL_BACKEND sends no e-mail.",
        ),
        (not settings.CLAMD, 7, "Set CLAMD: no upload may pass without a scanner."),
    ]
    return [
        Error(words, id=f"portal.E{number:03}")
        for there, number, words in faults
        if there
    ]
