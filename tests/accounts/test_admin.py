import io
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import Client

from omradesatsing.accounts.models import ReportsTo, User
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
        "reports_to-TOTAL_FORMS": 0,
        "reports_to-INITIAL_FORMS": 0,
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


def leaders(*rows):
    """The posted inline: [(leader, from, to)]."""
    fields = {"reports_to-TOTAL_FORMS": len(rows), "reports_to-INITIAL_FORMS": 0}
    for number, (leader, first, last) in enumerate(rows):
        fields |= {
            f"reports_to-{number}-leader": leader.pk,
            f"reports_to-{number}-valid_from": first,
            f"reports_to-{number}-valid_to": last,
        }
    return fields


def test_an_administrator_dates_who_leads_whom(client, administrator):
    user = User.objects.create_user("kari@example.org", is_staff=True)
    one = User.objects.create_user("en@example.org", is_staff=True)
    other = User.objects.create_user("to@example.org", is_staff=True)
    rows = leaders((one, "1.1.2026", "30.6.2026"), (other, "1.7.2026", ""))

    client.post(f"{USERS}{user.pk}/change/", fields_of(user, **rows))

    days = [date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1)]
    assert [user.leader_on(day) for day in days] == [None, one, other]


@pytest.mark.parametrize("last", ["", "1.7.2026"])
def test_nobody_has_two_nearest_leaders_on_a_day(client, administrator, last):
    user = User.objects.create_user("kari@example.org", is_staff=True)
    boss = User.objects.create_user("sjefen@example.org", is_staff=True)
    row = ReportsTo.objects.create(
        user=user, leader=boss, valid_from=date(2026, 1, 1), valid_to=date(2026, 3, 1)
    )
    posted = leaders((boss, "1.1.2026", last), (boss, "1.7.2026", ""))
    posted |= {"reports_to-INITIAL_FORMS": 1, "reports_to-0-id": row.pk}

    page = client.post(f"{USERS}{user.pk}/change/", fields_of(user, **posted))

    told = "To av lederne gjelder samme dag. Skriv en siste dag for den første."
    assert told in page.content.decode()
    assert ReportsTo.objects.get().valid_to == date(2026, 3, 1)


def test_nobody_is_their_own_leader(client, administrator):
    user = User.objects.create_user("kari@example.org", is_staff=True)
    posted = leaders((user, "1.1.2026", ""))

    page = client.post(f"{USERS}{user.pk}/change/", fields_of(user, **posted))

    assert "Ingen er sin egen leder." in page.content.decode()
    assert ReportsTo.objects.count() == 0


def test_the_database_refuses_two_leaders_on_a_day():
    user, one, other = (
        User.objects.create_user(f"{name}@example.org") for name in "abc"
    )
    ReportsTo.objects.create(user=user, leader=one, valid_from=date(2026, 1, 1))

    with pytest.raises(IntegrityError, match="reports_to_one_leader_a_day"):
        ReportsTo.objects.create(user=user, leader=other, valid_from=date(2027, 1, 1))


@pytest.mark.parametrize("change", [{"is_active": ""}, {"is_staff": ""}])
def test_who_leaves_is_logged_out_at_once(client, administrator, change):
    user = User.objects.create_user("kari@example.org", is_staff=True)
    theirs = Client()
    theirs.force_login(user)
    theirs.get("/admin/")

    client.post(f"{USERS}{user.pk}/change/", fields_of(user, **change))

    left = [session.get_decoded()["_auth_user_id"] for session in sessions()]
    assert left == [str(administrator.pk)]
    assert theirs.get("/admin/").status_code == 302


def test_who_loses_a_role_logs_in_anew(client, administrator):
    user = User.objects.create_user("kari@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name="Saksbehandler"))
    theirs = Client()
    theirs.force_login(user)

    client.post(f"{USERS}{user.pk}/change/", fields_of(user, groups=[]))

    assert theirs.get("/admin/").status_code == 302
    assert len(sessions()) == 1


def sessions():
    return list(Session.objects.all())


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
