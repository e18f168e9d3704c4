import pytest
from django.contrib.auth.models import Group

from omradesatsing.roles import MAY


@pytest.mark.django_db
def test_a_new_database_has_every_role_with_its_permissions():
    groups = {
        group.name: sorted(
            group.permissions.filter(
                content_type__app_label__in=["accounts", "journal", "notices"]
            ).values_list("codename", flat=True)
        )
        for group in Group.objects.all()
    }

    assert groups == {role: [] for role in MAY} | {
        "Administrator": [
            "add_reportsto",
            "add_user",
            "change_notice",
            "change_reportsto",
            "change_user",
            "view_journalentry",
            "view_notice",
            "view_reportsto",
            "view_user",
        ]
    }
