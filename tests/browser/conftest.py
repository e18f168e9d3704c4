"""A real portal for the browser: gunicorn, a worker, SMTP, the stand-in for the
registers, and a seeded database.

The database is cloned from one that was seeded once, so each module starts from the
same demo. The browser is the machine's own Chromium.
"""

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default as modern
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest
from aiosmtpd.controller import Controller
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from psycopg.conninfo import make_conninfo

from grants.register_stand_in import Register
from tests.chromium import FLAGS, find_chromium

ROOT = Path(__file__).parent.parent.parent
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
PASSWORD = "omradesatsing"
# Everything WCAG 2.2 A and AA asks that can be checked by machine, and good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_runtest_setup(item):
    if item.get_closest_marker("browser") and not find_chromium():
        if os.environ.get("CI"):
            pytest.fail("CI must run the browser tests, and no Chromium was found.")
        pytest.skip("No Chromium was found: apt-get install chromium")


class Inbox:
    """Takes every e-mail that the portal sends, as any mail server would."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append(
            (envelope.rcpt_tos[0], message_from_bytes(envelope.content, policy=modern))
        )
        return "250 OK"

    def wait_for(self, recipient, pattern, *, timeout=20):
        """The first match of the pattern in a mail to the recipient, newest first."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            for to, mail in reversed(self.mails):
                text = mail["subject"] + "\n" + mail.get_content()
                if to == recipient and (match := re.search(pattern, text)):
                    return match
            time.sleep(0.1)
        raise AssertionError(f"No mail to {recipient} with {pattern!r}: {self.mails}")


@dataclass
class Portal:
    url: str
    inbox: Inbox
    processes: list = field(default_factory=list)

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(database, **more):
    kept = {
        key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ
    }
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var")
    return kept | {
        "DATABASE_URL": database,
        "DEMO": "1",
        "VAR_DIR": str(var),
        "FILES_DIR": str(var / "browser-files"),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def run(code, database):
    """Run management commands in one process: each start of Django costs a second."""
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env=environment(database)
        | {"DJANGO_SETTINGS_MODULE": "omradesatsing.settings"},
        check=True,
        capture_output=True,
        text=True,
    )


SEED = """
import django; django.setup()
from django.core.management import call_command
from io import StringIO
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
call_command("translations", "compile", stdout=StringIO())
call_command("load_programme", stdout=StringIO())
call_command("load_demo", stdout=StringIO())
"""


def on_server(*statements):
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="session")
def seed(testrun_uid):
    """The name of a database with the real facts and the demo.

    Made once in a run, by the worker that comes first; the others wait for it.
    """
    name = f"browser_seed_{testrun_uid[:8]}"
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var")
    with (var / "browser-seed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database_exists(name):
            drop_old_seeds()
            on_server(f"CREATE DATABASE {name}_new")
            run(SEED, make_conninfo(os.environ["DATABASE_URL"], dbname=f"{name}_new"))
            on_server(f"ALTER DATABASE {name}_new RENAME TO {name}")
    return name


def database_exists(name):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        )
        return found.fetchone() is not None


def drop_old_seeds():
    """Those of earlier runs: they are not used again."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'browser_%'"
        )
        for (name,) in found.fetchall():
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def portal(seed, worker_id):
    """A running portal on a fresh clone of the seeded database."""
    name = f"browser_clone_{worker_id}"
    on_server(
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"CREATE DATABASE {name} TEMPLATE {seed}",
    )
    inbox = Inbox()
    mail = Controller(inbox, hostname="127.0.0.1", port=free_port())
    mail.start()
    register = Register()
    register.start()
    port = free_port()
    env = environment(
        address_of(worker_id),
        SITE_URL=f"http://127.0.0.1:{port}",
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=str(mail.port),
        REGISTER_URL=register.url,
    )
    running = Portal(f"http://127.0.0.1:{port}", inbox)
    try:
        for command in (
            [
                *("-m", "gunicorn", "omradesatsing.wsgi", "--no-control-socket"),
                *("--bind", f"127.0.0.1:{port}", "--workers", "2"),
                *("--log-level", "warning"),
            ],
            ["manage.py", "worker"],
        ):
            running.processes.append(
                subprocess.Popen(
                    [sys.executable, "-W", "ignore", *command], cwd=ROOT, env=env
                )
            )
        wait_until_ready(running)
        yield running
    finally:
        running.stop()
        mail.stop()
        register.stop()
        on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def wait_until_ready(running, *, timeout=30):
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        try:
            with urlopen(f"{running.url}/readyz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("The portal did not start.")


@pytest.fixture(scope="module")
def chromium():
    """The browser; ended with the module, for its event loop would stop Django's ORM
    in whatever this worker runs next."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, portal):
    """Make a page: `visit(size, script=True)`. Fails on any request off our own host.

    Everything the browser complains about on its console ends up in `page.complaints`,
    and must be empty when the test is done: the content policy's refusals among them.
    """
    contexts = []

    def make(size, *, script=True, zoom=1):
        context = chromium.new_context(
            base_url=portal.url,
            viewport=size,
            device_scale_factor=zoom,
            locale="nb-NO",
            timezone_id="Europe/Oslo",
            java_script_enabled=script,
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                message.type == "error"
                and page.complaints.append(f"{message.location['url']}: {message.text}")
            ),
        )
        page.on(
            "request",
            lambda request: (
                request.url.startswith((portal.url, "data:", "blob:"))
                or page.complaints.append(f"third party: {request.url}")
            ),
        )
        contexts.append((context, page))
        return page

    yield make
    for context, page in contexts:
        context.close()
        assert page.complaints == []


def follow(page, control):
    """Press what leads to another page, and wait until that page is there."""
    with page.expect_navigation():
        control.click()


def check(page, *, script=True):
    """axe finds nothing, and nothing sticks out at the side of the screen.

    axe needs script: a page without it is only measured.
    """
    if script:
        told_before = len(page.complaints)
        # Without preloading: axe would fetch our style sheets anew, from wrong places.
        options = {"runOnly": {"type": "tag", "values": RULES}, "preload": False}
        found = Axe().run(page, options=options).response["violations"]
        # axe itself sets styles, which the page's own policy refuses.
        page.complaints[told_before:] = [
            text for text in page.complaints[told_before:] if "style-src" not in text
        ]
        told = [
            (fault["id"], [node["html"][:160] for node in fault["nodes"]])
            for fault in found
        ]
        assert told == [], page.url
    page.wait_for_load_state()
    wide = page.evaluate(
        "() => { const root = document.documentElement;"
        " return root.scrollWidth - root.clientWidth; }"
    )
    assert wide <= 0, f"{page.url} is {wide} px too wide"
    keep_html(page)


def keep_html(page):
    """Leave the page for the Nu checker, when CI asks for it."""
    folder = os.environ.get("SAVE_HTML_DIR")
    if folder:
        name = (
            re.sub(r"[^a-z0-9]+", "-", page.url.split("/", 3)[3].lower()) or "forside"
        )
        Path(folder).mkdir(parents=True, exist_ok=True)
        # As the server sent it, not as scripts left it.
        answer = page.context.request.get(page.url)
        if answer.status != 405:  # what only answers a form has nothing to fetch
            (Path(folder) / f"{name[:100]}.html").write_text(answer.text())


DRAFTS = """
import django; django.setup()
from django.utils import timezone
from grants.models import Applicant, Application, Membership, Round
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User

now = timezone.now()
user = User.objects.get(email="soker@demo.example")
other = User.objects.get(email="soker2@demo.example")
applicant = Applicant.objects.acted_for_by(user).filter(kind="group").first()
Membership.objects.create(
    applicant=applicant, user=other, proof=Membership.Proof.MEMBER, confirmed_at=now
)
round = Round.objects.open_at(now).filter(pots__isnull=False).first()
for key in {keys}:
    Application.start(
        round=round,
        area=round.pots.first().areas.first(),
        applicant=applicant,
        by=Actor(user, applicant),
        now=now,
        title="Hagen",
        key=key,
    )
"""


def address_of(worker_id):
    """The database that this worker's portal runs on."""
    name = f"browser_clone_{worker_id}"
    return make_conninfo(os.environ["DATABASE_URL"], dbname=name)


def start_drafts(keys, database):
    """Drafts of one applicant, «soker», and of «soker2» too: two who write on them."""
    run(DRAFTS.format(keys=list(keys)), database)


def log_in_staff(page, login):
    page.goto("/logg-inn/passord/")
    page.fill("[name=login]", f"{login}@demo.example")
    page.fill("[name=password]", PASSWORD)
    page.locator("main").get_by_role("button", name="Logg inn", exact=True).click()
