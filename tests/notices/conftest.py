import os
import socket
import subprocess
import sys

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection


class Mailbox:
    """A real mail server's inside: keeps what it takes, or refuses on demand."""

    def __init__(self):
        self.messages = []
        self.refusal = None
        self.before_answer = None

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.before_answer:
            await self.before_answer()
        if self.refusal:
            return self.refusal
        self.messages.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox(settings):
    """Mail goes by SMTP to a server of the test's own, and lies in `messages`."""
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield box
    server.stop()


@pytest.fixture
def jobs(transactional_db):
    """The queue, emptied before and after: its tables are not Django's to flush."""
    empty_queue()
    yield queued
    empty_queue()


def empty_queue():
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_workers,"
            " procrastinate_periodic_defers"
        )


def queued():
    """Name, state and attempts of each job in the queue but the periodic ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, status::text, attempts FROM procrastinate_jobs"
            " WHERE NOT args ? 'timestamp' ORDER BY id"
        )
        return cursor.fetchall()


@pytest.fixture
def run_due_jobs(jobs, monkeypatch):
    """Make every job due, and let a worker in this process do them."""
    # The threads of jobs end with the worker; their connections must too.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)

    def run():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
        call_command("worker", one_shot=True)

    return run


@pytest.fixture
def worker(mailbox, jobs):
    """Start `manage.py worker` as a process of its own, on the test's database."""
    started = []

    def start(*options):
        database = connection.settings_dict
        address = {"dbname": database["NAME"], "user": database["USER"]}
        address |= {"host": database["HOST"], "port": str(database["PORT"])}
        address |= {"password": database["PASSWORD"]}
        url = " ".join(f"{key}='{value}'" for key, value in address.items() if value)
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker", *options],
            cwd=django_settings.BASE_DIR,
            env=os.environ
            | {
                "DATABASE_URL": url,
                "DEMO": "1",
                "EMAIL_BACKEND": django_settings.EMAIL_BACKEND,
                "EMAIL_HOST": django_settings.EMAIL_HOST,
                "EMAIL_PORT": str(django_settings.EMAIL_PORT),
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
