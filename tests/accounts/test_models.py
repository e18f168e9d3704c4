import pytest
from django.db import IntegrityError, transaction

from omradesatsing.accounts.models import User

pytestmark = pytest.mark.django_db


def test_one_address_is_one_user_whatever_its_case():
    user = User.objects.create_user(" Kari@Example.ORG ")

    with (
        pytest.raises(IntegrityError, match="accounts_user_email"),
        transaction.atomic(),
    ):
        User.objects.create_user("KARI@example.org")
    with pytest.raises(IntegrityError, match="lower_case"), transaction.atomic():
        User.objects.create(email="Ola@example.org")

    assert user.email == "kari@example.org"
    assert User.objects.get_by_natural_key("KARI@example.org") == user


def test_a_closed_account_has_no_role():
    from django.contrib.auth.models import Group

    user = User.objects.create_user("kari@example.org")
    user.groups.add(Group.objects.get(name="Leser"))

    before = user.has_role("Leser"), user.has_role("Beslutter")
    user.is_active = False

    assert (before, user.has_role("Leser")) == ((True, False), False)
