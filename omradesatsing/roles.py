"""The groups of section 5 of the design, and what each may do in the admin.

Who may see or do what with one case stands in the domain's own `visible_to` and verbs;
these permissions open the admin's set-up pages.
"""

from django.contrib.auth.models import Group, Permission

from omradesatsing.accounts.roles import (
    ADMINISTRATOR,
    APPEALS,
    CASEWORKER,
    COORDINATOR,
    DECIDER,
    EDITOR,
    FINANCE,
    READER,
)

# Role: {app label: {actions: models}}; "*" is every model of the app.
MAY = {
    EDITOR: {
        "areas": {"view change add": ["area", "document", "link", "theme"]},
        "coordinators": {"view": ["project", "event", "partner"]},
    },
    COORDINATOR: {
        "coordinators": {"view": ["project", "event", "partner"]},
        "areas": {"view": ["area", "zone", "document"]},
    },
    CASEWORKER: {"grants": {"view": ["round", "scheme", "pot", "organisation"]}},
    DECIDER: {"grants": {"view": ["round", "scheme", "pot", "delegation"]}},
    FINANCE: {"grants": {"view": ["round", "scheme", "pot", "award"]}},
    APPEALS: {"grants": {"view": ["round", "scheme"]}},
    READER: {"grants": {"view": ["round", "scheme", "pot"]}},
    ADMINISTRATOR: {
        "areas": {"view add change": "*"},
        "coordinators": {"view add change": "*"},
        "grants": {
            "view add change": [
                "scheme",
                "round",
                "criterion",
                "eligibilityquestion",
                "question",
                "requiredattachment",
                "checklistitem",
                "eligibilityanswer",
                "pot",
                "potarea",
                "delegation",
                "appointedruler",
                "legalterm",
                "lettertext",
                "aidceiling",
            ],
            "delete": [
                "criterion",
                "eligibilityquestion",
                "question",
                "requiredattachment",
                "checklistitem",
                "eligibilityanswer",
                "potarea",
            ],
        },
        "accounts": {"view add change": ["user", "reportsto"]},
        "journal": {"view": ["journalentry"]},
        "notices": {"view change": ["notice"]},
    },
}


def sync_roles(**kwargs):
    """Make the groups and give each just the permissions above; safe to run again."""
    permissions = {}
    for permission in Permission.objects.select_related("content_type"):
        action, _, model = permission.codename.partition("_")
        key = (permission.content_type.app_label, action, model)
        permissions[key] = permission
    for role, apps in MAY.items():
        group, _ = Group.objects.get_or_create(name=role)
        granted = [
            permission
            for (app, action, model), permission in permissions.items()
            for actions, models in apps.get(app, {}).items()
            if action in actions.split() and (models == "*" or model in models)
        ]
        group.permissions.set(granted)
