from django.conf import settings


def portal(request):
    """The municipality's own words, for every template. Touches no session."""
    return {
        "portal": {
            "name": settings.PORTAL_NAME,
            "email": settings.CONTACT_EMAIL,
            "phone": settings.CONTACT_PHONE,
            "demo": settings.DEMO,
            "site_url": settings.SITE_URL,
            "controller_unit": settings.CONTROLLER_UNIT,
            "data_protection_officer": settings.DATA_PROTECTION_OFFICER,
            "accessibility_statement_url": settings.ACCESSIBILITY_STATEMENT_URL,
        }
    }
