import pytest

from omradesatsing.deployment import check_own_settings

RIGHT = {
    "DEMO": False,
    "SITE_URL": "https://omradesatsing.example",
    "ALLOWED_HOSTS": ["omradesatsing.example"],
    "CONTACT_EMAIL": "kontakt@kommunen.example",
    "DEFAULT_FROM_EMAIL": "ikke-svar@kommunen.example",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "CLAMD": "unix:/run/clamav/clamd.ctl",
}
WRONG = {
    "portal.E001": {"DEMO": True},
    "portal.E002": {"SITE_URL": "http://omradesatsing.example"},
    "portal.E003": {"ALLOWED_HOSTS": ["annen.example"]},
    "portal.E004": {"CONTACT_EMAIL": ""},
    "portal.E005": {"DEFAULT_FROM_EMAIL": "Portal <ikke-svar@portal.example>"},
    "portal.E006": {
        "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
    },
    "portal.E007": {"CLAMD": ""},
}


def faults(settings, **values):
    for name, value in (RIGHT | values).items():
        setattr(settings, name, value)
    return [fault.id for fault in check_own_settings(None)]


def test_right_settings_have_no_fault(settings):
    assert faults(settings) == []


@pytest.mark.parametrize(("fault", "values"), WRONG.items())
def test_each_wrong_setting_is_one_fault(settings, fault, values):
    assert faults(settings, **values) == [fault]
