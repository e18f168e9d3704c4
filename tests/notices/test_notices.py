from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from django.db import transaction
from django.utils import translation

from omradesatsing.accounts.models import User
from omradesatsing.notices.models import Delivery, Notice, rendered
from omradesatsing.notices.tasks import deliver

KIND = "test_kind"
TEXTS = {
    f"notices/{KIND}.txt": "Søknaden fra {{ name }} er kommet\n\nVi har fått den.\n",
    "notices/test_own.txt": "I innboksen\n\nTekst.\n",
    "notices/test_own.email.txt": "Egen e-post\n\nHei fra {{ portal_name }}.\n",
}


@pytest.fixture(autouse=True)
def texts(settings):
    """Texts of the test's own beside the portal's."""
    template = settings.TEMPLATES[0]
    options = {
        name: value for name, value in template["OPTIONS"].items() if name != "loaders"
    }
    settings.TEMPLATES = [
        template
        | {
            "APP_DIRS": False,
            "OPTIONS": options
            | {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", TEXTS),
                    "django.template.loaders.filesystem.Loader",
                ]
            },
        }
    ]


def a_user(email="kari@example.org", **fields):
    return User.objects.create_user(email, **fields)


def told(to, **options):
    options = {"context": {"name": "Bø & Sønner"}} | options
    return Notice.write(KIND, about=to[0], to=to, **options)


@pytest.mark.django_db
def test_a_notice_is_an_inbox_item_and_an_email_that_only_says_so():
    user = a_user()

    (notice,) = told([user], url="/min-side/soknader/2026/0001/")

    notice.refresh_from_db()
    assert (notice.subject, notice.text, notice.url, notice.delivery) == (
        "Søknaden fra Bø & Sønner er kommet",
        "Vi har fått den.\n",
        "/min-side/soknader/2026/0001/",
        Delivery.WAITING,
    )
    assert notice.email_subject == "Du har fått noe nytt på Min side"
    assert "127.0.0.1:8000" in notice.email_text
    assert "Bø & Sønner" not in notice.email_text
    assert "http" not in notice.email_text
    assert list(Notice.objects.visible_to(user)) == [notice]
    assert list(Notice.objects.visible_to(a_user("ola@example.org"))) == []


@pytest.mark.django_db
def test_a_kind_may_have_an_email_of_its_own():
    user = a_user()

    (notice,) = Notice.write("test_own", about=user, to=[user])

    assert (notice.email_subject, notice.email_text) == (
        "Egen e-post",
        "Hei fra Områdesatsing i Bergen.\n",
    )


@pytest.mark.django_db
def test_the_same_is_told_once_and_a_new_occasion_again(jobs):
    user = a_user()

    made = [told([user, user]), told([user]), told([user], occasion="2")]

    assert [len(notices) for notices in made] == [1, 0, 1]
    assert jobs() == [("notices.deliver", "todo", 0)] * 2


def test_notice_and_job_are_undone_together_with_the_act(jobs):
    user = a_user()

    with transaction.atomic():
        told([user])
        transaction.set_rollback(True)

    assert (Notice.objects.count(), jobs()) == (0, [])


def test_notice_and_job_are_there_together(jobs):
    told([a_user(), a_user("ola@example.org")])

    assert Notice.objects.count() == 2
    assert jobs() == [("notices.deliver", "todo", 0)] * 2


@pytest.mark.django_db
def test_the_first_reading_stands():
    user = a_user()
    (notice,) = told([user])
    first = datetime(2027, 1, 1, tzinfo=UTC)

    notice.mark_read(now=first)
    notice.mark_read(now=datetime(2027, 2, 2, tzinfo=UTC))

    notice.refresh_from_db()
    assert notice.read_at == first
    assert list(Notice.objects.unread()) == []


@pytest.mark.django_db
def test_the_email_that_leaves_has_one_message_id_for_ever(mailbox):
    user = a_user()
    (notice,) = told([user])
    mailbox.refusal = "451 Try later"
    with pytest.raises(OSError, match="451"):
        deliver(notice.pk)
    mailbox.refusal = None

    deliver(notice.pk)
    deliver(notice.pk)

    (envelope,) = mailbox.messages
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["kari@example.org"]
    assert (message["Message-ID"], message["Subject"], message["Auto-Submitted"]) == (
        notice.message_id,
        "Du har fått noe nytt på Min side",
        "auto-generated",
    )
    assert message["Reply-To"] is None


@pytest.mark.django_db
def test_what_went_wrong_can_be_seen_until_it_goes_right(mailbox):
    (notice,) = told([a_user()])
    mailbox.refusal = "554 No such box"

    with pytest.raises(OSError, match="554"):
        deliver(notice.pk)

    notice.refresh_from_db()
    assert (notice.attempts, notice.sent_at, notice.delivery) == (
        1,
        None,
        Delivery.RETRYING,
    )
    assert "554" in notice.last_error
    assert list(Notice.objects.in_delivery_state("retrying")) == [notice]

    mailbox.refusal = None
    deliver(notice.pk)

    notice.refresh_from_db()
    assert (notice.attempts, notice.last_error, notice.delivery) == (
        2,
        "",
        Delivery.SENT,
    )
    assert list(Notice.objects.delivered()) == [notice]


@pytest.mark.django_db
def test_an_address_that_no_server_takes_is_an_error_to_see_too(mailbox):
    user = a_user()
    (notice,) = told([user])
    User.objects.filter(pk=user.pk).update(email="kari\n@example.org")

    with pytest.raises(Exception, match="newline"):
        deliver(notice.pk)

    notice.refresh_from_db()
    assert (notice.attempts, "newline" in notice.last_error) == (1, True)


@pytest.mark.django_db
def test_each_delivery_state_is_the_same_in_list_and_row():
    user = a_user()
    rows = {}
    for state, values in {
        Delivery.WAITING: {},
        Delivery.RETRYING: {"attempts": 7},
        Delivery.FAILED: {"attempts": 8},
        Delivery.SENT: {"attempts": 8, "sent_at": datetime(2027, 1, 1, tzinfo=UTC)},
        Delivery.DIGEST: {"in_digest": True},
        Delivery.READ: {
            "in_digest": True,
            "read_at": datetime(2027, 1, 1, tzinfo=UTC),
        },
    }.items():
        (notice,) = told([user], occasion=state)
        Notice.objects.filter(pk=notice.pk).update(**values)
        rows[state] = Notice.objects.get(pk=notice.pk)

    assert {state: row.delivery for state, row in rows.items()} == {
        state: state for state in Delivery
    }
    assert {s: list(Notice.objects.in_delivery_state(s)) for s in Delivery} == {
        state: [row] for state, row in rows.items()
    }


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_general_email_can_be_written_in_each_language(language):
    facts = {"portal_name": "Portalen", "site": "portal.example"}

    with translation.override(language):
        subject, text = rendered(["notices/email.txt"], facts)

    assert subject
    assert "portal.example" in text
    assert "Portalen" in text
