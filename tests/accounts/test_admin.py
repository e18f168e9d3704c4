import io

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from omradesatsing.accounts.models import User
from omradesatsing.journal.admin import PortalModelAdmin
from omradesatsing.journal.models import JournalEntry

USERS = "/admin/accounts/user/"
SECRET = "hest batteri stift"

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = User.objects.create_user("sjef@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    client.force_login(user)
    return user


@pytest.fixture
def superuser(client):
    user = User.objects.create_superuser("super@example.org")
    client.force_login(user)
    return user


def fields_of(user, **changes):
    return {
        "email": user.email,
        "name": user.name,
        "phone": "",
        "language": "nb",
        "is_active": "on",
        "is_staff": "on" if user.is_staff else "",
        "groups": [],
        "leader": "",
    } | changes


def journal():
    return list(
        JournalEntry.objects.order_by("pk").values_list("verb", "actor__email", "facts")
    )


def test_an_administrator_lets_an_employee_in(client, administrator):
    role = Group.objects.get(name="Saksbehandler")

    done = client.post(
        f"{USERS}add/", fields_of(User(email="Ny@Example.org"), groups=[role.pk])
    )

    user = User.objects.get(email="ny@example.org")
    assert (done.status_code, done.url) == (302, USERS)
    assert (user.has_usable_password(), user.is_superuser) == (False, False)
    assert user.role_names == {"Saksbehandler"}
    assert journal() == [("add", "sjef@example.org", {})]


def test_only_a_superuser_makes_a_superuser(client, administrator):
    other = User.objects.create_user("kari@example.org", is_staff=True)

    client.post(f"{USERS}{administrator.pk}/change/", superuser_fields(administrator))
    client.post(f"{USERS}{other.pk}/change/", superuser_fields(other))

    assert not User.objects.filter(is_superuser=True).exists()


def test_a_superuser_makes_a_superuser(client, superuser):
    other = User.objects.create_user("kari@example.org", is_staff=True)

    client.post(f"{USERS}{other.pk}/change/", superuser_fields(other))

    other.refresh_from_db()
    assert other.is_superuser
    assert journal() == [
        ("change", "super@example.org", {"fields": ["is_superuser"], "rows": []})
    ]


def superuser_fields(user):
    return fields_of(
        user,
        is_superuser="on",
        groups=[group.pk for group in user.groups.all()],
    )


def test_an_administrator_cannot_take_over_a_superuser(client, administrator):
    boss = User.objects.create_superuser("super@example.org")

    done = client.post(
        f"{USERS}{boss.pk}/change/", fields_of(boss, email="min@example.org")
    )

    boss.refresh_from_db()
    assert (done.status_code, boss.email) == (403, "super@example.org")


def test_a_new_address_shuts_the_old_mailbox_out(client, administrator):
    user = User.objects.create_user("gammel@example.org")
    EmailAddress.objects.create(
        user=user, email="gammel@example.org", verified=True, primary=True
    )

    client.post(f"{USERS}{user.pk}/change/", fields_of(user, email="ny@example.org"))

    user.refresh_from_db()
    assert (user.email, EmailAddress.objects.count()) == ("ny@example.org", 0)
    assert journal() == [
        ("change", "sjef@example.org", {"fields": ["email"], "rows": []})
    ]


def test_nobody_is_deleted(client, superuser):
    user = User.objects.create_user("kari@example.org")

    one = client.post(f"{USERS}{user.pk}/delete/", {"post": "yes"})
    client.post(
        USERS,
        {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"},
    )

    assert one.status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def test_djangos_own_log_is_not_written(client, superuser):
    client.post(f"{USERS}add/", fields_of(User(email="ny@example.org")))
    user = User.objects.get(email="ny@example.org")
    client.post(f"{USERS}{user.pk}/change/", fields_of(user, name="Ny"))

    assert [verb for verb, _by, _facts in journal()] == ["add", "change"]
    assert LogEntry.objects.count() == 0


def test_history_leads_to_the_journal(client, superuser):
    user = User.objects.create_user("kari@example.org")
    client.post(f"{USERS}{user.pk}/change/", fields_of(user, name="Kari"))

    page = client.get(f"{USERS}{user.pk}/history/", follow=True)

    assert page.redirect_chain[0][0].startswith("/admin/journal/journalentry/?")
    assert [entry.verb for entry in page.context["cl"].result_list] == ["change"]


@pytest.mark.parametrize(
    "address", ["/admin/journal/journalentry/", "/admin/notices/notice/"]
)
def test_journal_and_notices_are_only_looked_at(client, superuser, address):
    client.post(f"{USERS}add/", fields_of(User(email="ny@example.org")))
    entry = JournalEntry.objects.get()

    answers = [
        client.get(address).status_code,
        client.get(f"{address}add/").status_code,
        client.post(f"{address}{entry.pk}/delete/", {"post": "yes"}).status_code,
    ]

    assert answers[:2] == [200, 403]
    assert answers[2] in {302, 403}
    assert JournalEntry.objects.get().verb == "add"


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_of_users_asks_the_same_however_many(
    client, superuser, count, django_assert_num_queries
):
    role = Group.objects.get(name="Leser")
    for number in range(count):
        User.objects.create_user(f"bruker{number}@example.org").groups.add(role)

    with django_assert_num_queries(7):
        client.get(USERS)


def test_the_first_administrator_is_made_by_command(monkeypatch, capsys):
    User.objects.create_user("kari@example.org")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))

    call_command("create_administrator", "Kari@Example.org", "--password-stdin")

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.check_password(SECRET)) == (
        True,
        True,
        True,
    )
    assert user.role_names == {"Administrator"}
    assert journal() == [("create_administrator", None, {})]
    assert "kari@example.org er administrator" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("email", "password"), [("kari@example.org", "kort"), ("ikke en adresse", SECRET)]
)
def test_a_bad_address_or_password_makes_no_administrator(monkeypatch, email, password):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))

    with pytest.raises(CommandError):
        call_command("create_administrator", email, "--password-stdin")

    assert User.objects.count() == 0


def test_every_page_of_the_admin_writes_to_our_journal():
    others = [
        model._meta.label
        for model, model_admin in admin.site._registry.items()
        if not isinstance(model_admin, PortalModelAdmin)
    ]

    assert others == []
