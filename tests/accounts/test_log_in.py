import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from omradesatsing.accounts.models import User

REQUEST = "/logg-inn/"
CODE = "/logg-inn/kode/"
PASSWORD = "/logg-inn/passord/"
SECRET = "hest batteri stift"

pytestmark = pytest.mark.django_db


def code_in(letter):
    return re.search(r"^[A-Z0-9-]{6,12}$", letter[2], re.MULTILINE)[0]


def staff(email="ansatt@example.org", **fields):
    return User.objects.create_user(email, SECRET, is_staff=True, **fields)


def logged_in(client):
    return client.session.get("_auth_user_id")


def test_an_unknown_address_gets_a_code_and_its_account_when_the_code_is_used(
    client, letters
):
    asked = client.post(REQUEST, {"email": " Kari@Example.org "})
    page = client.get(asked.url)
    done = client.post(CODE, {"code": code_in(letters()[0])})

    user = User.objects.get()
    assert (asked.status_code, asked.url, page.status_code) == (302, CODE, 200)
    assert (done.status_code, done.url) == (302, "/min-side/")
    assert letters()[0][:2] == (
        "kari@example.org",
        "Koden din til Områdesatsing i Bergen",
    )
    assert (user.email, user.has_usable_password(), user.is_staff) == (
        "kari@example.org",
        False,
        False,
    )
    assert logged_in(client) == str(user.pk)
    assert user.last_login is not None


def test_a_known_address_logs_in_to_its_account(client, letters):
    user = User.objects.create_user("kari@example.org")

    client.post(REQUEST, {"email": "kari@example.org"})
    client.post(CODE, {"code": code_in(letters()[0]).lower()})

    assert (logged_in(client), User.objects.count()) == (str(user.pk), 1)


def test_the_code_page_is_only_for_who_asked(client):
    response = client.get(CODE)

    assert (response.status_code, response.url) == (302, REQUEST)


def test_the_answer_is_the_same_whoever_asks(letters):
    User.objects.create_user("kjent@example.org")
    User.objects.create_user("stengt@example.org", is_active=False)
    staff("ansatt@example.org")

    answers = {}
    for name in ("kjent", "ukjent", "stengt", "ansatt"):
        client = Client()
        asked = client.post(REQUEST, {"email": f"{name}@example.org"})
        page = client.get(CODE).content.decode().replace(name, "NAVN")
        wrong = client.post(CODE, {"code": "AAAA-AAAA"})
        wrong_page = wrong.content.decode().replace(name, "NAVN")
        answers[name] = (
            (asked.status_code, asked.url, wrong.status_code),
            re.sub(r'value="[A-Za-z0-9]{64}"', "", page),
            re.sub(r'value="[A-Za-z0-9]{64}"', "", wrong_page),
        )

    assert len({*answers.values()}) == 1
    assert {to: subject.split()[0] for to, subject, _body in letters()} == {
        "kjent@example.org": "Koden",
        "ukjent@example.org": "Koden",
        "stengt@example.org": "Innlogging",
        "ansatt@example.org": "Innlogging",
    }


@pytest.mark.parametrize("code", ["", "-", " ", "AAAA-AAAA", "æøå", "A" * 5000])
@pytest.mark.parametrize("email", ["ansatt@example.org", "kari@example.org"])
def test_no_guess_logs_anyone_in(client, email, code):
    staff()
    client.post(REQUEST, {"email": email})

    client.post(CODE, {"code": code})

    assert logged_in(client) is None


def test_a_code_dies_after_five_wrong_tries(client, letters):
    client.post(REQUEST, {"email": "kari@example.org"})
    for _try in range(5):
        client.post(CODE, {"code": "AAAA-AAAA"})

    client.post(CODE, {"code": code_in(letters()[0])})

    assert logged_in(client) is None


def test_a_code_works_once(client, letters):
    client.post(REQUEST, {"email": "kari@example.org"})
    code = code_in(letters()[0])
    client.post(CODE, {"code": code})
    client.post("/logg-ut/")

    client.post(CODE, {"code": code})

    assert logged_in(client) is None


def test_a_code_works_for_ten_minutes(client, letters, monkeypatch):
    client.post(REQUEST, {"email": "kari@example.org"})
    now = timezone.now() + timedelta(minutes=10, seconds=5)
    monkeypatch.setattr("time.time", now.timestamp)

    client.post(CODE, {"code": code_in(letters()[0])})

    assert logged_in(client) is None


def test_a_code_works_only_where_it_was_asked_for(client, letters):
    client.post(REQUEST, {"email": "kari@example.org"})
    other = Client()
    other.post(REQUEST, {"email": "ola@example.org"})

    other.post(CODE, {"code": code_in(letters()[0])})

    assert logged_in(other) is None


def test_a_mistyped_address_can_be_put_right(client, letters):
    client.post(REQUEST, {"email": "kari@exmaple.org"})

    page = client.get(REQUEST)
    client.post(REQUEST, {"email": "kari@example.org"})
    client.post(CODE, {"code": code_in(letters()[1])})

    assert page.status_code == 200
    assert logged_in(client) == str(User.objects.get(email="kari@example.org").pk)


def test_three_codes_a_quarter_of_an_hour_go_to_one_address(letters):
    answers = [
        # From everywhere, as a flood would come.
        Client(REMOTE_ADDR=f"203.0.113.{number}").post(
            REQUEST, {"email": "kari@example.org"}
        )
        for number in range(5)
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 200, 200]
    assert len(letters()) == 3
    assert "Det ble for mange forsøk" in answers[4].content.decode()


@pytest.mark.parametrize(
    ("remote", "same_sender"), [("203.0.113.9", True), ("127.0.0.1", False)]
)
def test_a_forwarded_address_counts_only_from_our_own_proxy(
    client, settings, remote, same_sender
):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip"}

    answers = [
        client.post(
            PASSWORD,
            {"login": f"a{number}@example.org", "password": "feil passord her"},
            REMOTE_ADDR=remote,
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 192.0.2.{number}",
        ).content.decode()
        for number in range(5)
    ]

    held_back = ["Det ble for mange forsøk" in answer for answer in answers]
    assert held_back == [False, False, False, same_sender, same_sender]


def test_employees_log_in_with_a_password(client):
    user = staff()

    page = client.get(PASSWORD)
    done = client.post(PASSWORD, {"login": "Ansatt@example.org", "password": SECRET})

    assert b'type="password"' in page.content
    assert (done.status_code, done.url) == (302, "/admin/")
    assert logged_in(client) == str(user.pk)


def test_an_employee_can_leave_the_code_page_for_the_password_page(client):
    staff()
    client.post(REQUEST, {"email": "ansatt@example.org"})

    page = client.get(PASSWORD)

    assert page.status_code == 200


@pytest.mark.parametrize("email", ["ansatt@example.org", "ukjent@example.org"])
def test_a_wrong_password_says_the_same_for_all(client, email):
    staff()

    answer = client.post(PASSWORD, {"login": email, "password": "feil passord her"})

    assert "E-postadressen eller passordet er feil." in answer.content.decode()
    assert logged_in(client) is None


def test_without_a_password_no_code_is_sent_from_the_password_page(client, letters):
    staff()

    client.post(PASSWORD, {"login": "ansatt@example.org"})

    assert (logged_in(client), letters()) == (None, [])


def test_guessing_a_password_ends_after_five_tries(client):
    staff()
    for _try in range(5):
        client.post(
            PASSWORD, {"login": "ansatt@example.org", "password": "feil passord her"}
        )

    client.post(PASSWORD, {"login": "ansatt@example.org", "password": SECRET})

    assert logged_in(client) is None


@pytest.mark.parametrize(
    ("next_page", "target"),
    [
        (
            "/min-side/soknader/2026/0001/?steg=2",
            "/min-side/soknader/2026/0001/?steg=2",
        ),
        ("https://ond.example/", "/min-side/"),
        ("//ond.example/", "/min-side/"),
        ("/\\ond.example/", "/min-side/"),
        ("javascript:alert(1)", "/min-side/"),
    ],
)
@pytest.mark.parametrize("way", ["code", "password"])
def test_log_in_leads_on_to_our_own_pages_only(client, letters, way, next_page, target):
    staff()
    query = {"next": next_page}

    if way == "password":
        secret = {"login": "ansatt@example.org", "password": SECRET}
        done = client.post(PASSWORD, secret, query_params=query)
    else:
        asked = client.post(REQUEST, {"email": "k@example.org"}, query_params=query)
        done = client.post(asked.url, {"code": code_in(letters()[0])})

    # Without a page of ours to go on to: staff to their tasks, others to Min side.
    if way == "password" and target == "/min-side/":
        target = "/admin/"
    assert (done.status_code, done.url) == (302, target)


@pytest.mark.parametrize("way", ["code", "password"])
def test_log_in_changes_the_session_key(client, letters, way):
    staff()
    client.get(REQUEST)
    client.post(REQUEST, {"email": "k@example.org"})
    before = client.session.session_key

    if way == "password":
        client.post(PASSWORD, {"login": "ansatt@example.org", "password": SECRET})
    else:
        client.post(CODE, {"code": code_in(letters()[0])})

    assert logged_in(client)
    assert client.session.session_key != before


def test_log_out_is_a_post_and_ends_the_session(client):
    user = User.objects.create_user("kari@example.org")
    client.force_login(user)
    key = client.session.session_key

    asked = client.get("/logg-ut/")
    still_in = logged_in(client)
    done = client.post("/logg-ut/")

    assert (asked.status_code, still_in) == (200, str(user.pk))
    assert (done.status_code, done.url) == (302, "/")
    assert logged_in(client) is None
    client.cookies[django_settings.SESSION_COOKIE_NAME] = key
    assert client.get("/min-side/").status_code == 302


def test_who_is_out_already_is_only_led_home(client):
    assert [client.get("/logg-ut/").url, client.post("/logg-ut/").url] == ["/", "/"]


def test_the_code_page_sends_a_new_code_or_takes_a_new_address(client, letters):
    next_page = {"next": "/tilskudd/"}
    asked = client.post(REQUEST, {"email": "kari@example.org"}, query_params=next_page)
    page = client.get(asked.url).content.decode()

    client.post(REQUEST, {"email": "kari@example.org"} | next_page)
    done = client.post(CODE, {"code": code_in(letters()[1])} | next_page)

    assert '<input type="hidden" name="email" value="kari@example.org">' in page
    assert 'href="/logg-inn/?next=%2Ftilskudd%2F"' in page
    assert page.count('name="next" value="/tilskudd/"') == 2
    assert done.url == "/tilskudd/"


def test_who_asks_too_often_gets_a_page_that_says_so(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    wrong = {"login": "ansatt@example.org", "password": "feil passord her"}

    answers = [client.post(PASSWORD, wrong) for _try in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert "Det ble for mange forsøk" in answers[1].content.decode()


def test_a_closed_account_is_out_at_once(client):
    user = User.objects.create_user("kari@example.org")
    client.force_login(user)
    before = client.get("/min-side/").status_code

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert (before, client.get("/min-side/").status_code) == (200, 302)


def test_an_old_address_for_new_users_leads_to_log_in(client):
    response = client.get("/ny-bruker/?next=/tilskudd/")

    assert (response.status_code, response.url) == (302, "/logg-inn/?next=/tilskudd/")


def test_a_new_password_is_chosen_through_a_link_of_our_own_host(
    client, letters, settings
):
    settings.ALLOWED_HOSTS = ["testserver", "annen.example"]
    settings.SITE_URL = "https://portal.example"
    user = User.objects.create_user("ansatt@example.org", is_staff=True)

    asked = client.post(
        "/glemt-passord/", {"email": "Ansatt@example.org"}, HTTP_HOST="annen.example"
    )
    to, subject, body = letters()[0]
    link = re.search(r"https://portal\.example(/glemt-passord/\S+)", body)[1]
    page = client.get(link, follow=True)
    address = page.redirect_chain[-1][0]
    again = {"password1": SECRET, "password2": SECRET}
    done = client.post(address, again)

    user.refresh_from_db()
    assert (asked.status_code, asked.url) == (302, "/glemt-passord/sendt/")
    assert (to, subject) == (
        "ansatt@example.org",
        "Nytt passord i Områdesatsing i Bergen",
    )
    assert (done.status_code, done.url) == (302, "/glemt-passord/ferdig/")
    assert user.check_password(SECRET)
    # The link has been used.
    assert Client().post(link, again).status_code == 200
    assert "skrevet" not in body


@pytest.mark.parametrize("email", ["kari@example.org", "ukjent@example.org"])
def test_who_needs_no_password_is_told_so_by_email_and_the_page_says_the_same(
    client, letters, email
):
    User.objects.create_user("kari@example.org")

    asked = client.post("/glemt-passord/", {"email": email})

    assert (asked.status_code, asked.url) == (302, "/glemt-passord/sendt/")
    assert [letter[:2] for letter in letters()] == [
        (email, "Innlogging i Områdesatsing i Bergen")
    ]
    assert not User.objects.filter(email="ukjent@example.org").exists()


@pytest.mark.parametrize(
    "email", ["a" * 250 + "@example.org", "ikke en adresse", "k\0@e.no", "kari@", ""]
)
def test_an_address_that_cannot_be_one_is_asked_for_again(client, letters, email):
    answer = client.post(REQUEST, {"email": email})

    assert (answer.status_code, letters(), User.objects.count()) == (200, [], 0)


def test_the_new_account_keeps_the_language_of_the_page(client, letters):
    client.post("/en/logg-inn/", {"email": "kari@example.org"})

    assert User.objects.get().language == "en"
