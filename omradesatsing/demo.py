"""The portal on one's own machine, from nothing, for `make demo`.

Starts the database, fills it where that is needed, then runs the web server and one
worker until Ctrl-C, and stops all that it started, the database last.
"""

import hashlib
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from omradesatsing.devdb import PROJECT, ensure_database_url

HOST = "127.0.0.1"
PATIENCE = 60  # seconds, longer than the worker takes to end a job
PASSWORD = "omradesatsing"  # noqa: S105
LOG_INS = {
    "admin": "administrator",
    "redaktor": "redaktør",
    "saksbehandler": "saksbehandler",
    "saksbehandler2": "saksbehandler",
    "beslutter": "beslutter",
    "okonomi": "økonomi",
    "klage": "klagebehandler",
    "leser": "leser",
    "soker": "søker",
    "soker2": "søker",
}
WEB = ("-m", "gunicorn", "--log-level", "warning", "omradesatsing.wsgi")
WORKER = ("manage.py", "worker")
# What the database is filled from, what the static files are, what is translated.
KINDS = ("**/*.py", "data/*")
CODE = ("omradesatsing", "areas", "coordinators", "grants")
DATA = ("requirements.txt", *(f"{app}/{kind}" for app in CODE for kind in KINDS))
STATIC = ("requirements.txt", "static/**/*", *(f"{app}/**/static/**/*" for app in CODE))
CATALOGUES = ("locale/**/*.po",)


def main():
    port = free_port(os.environ.get("PORT") or "8000")
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    children = {}
    try:
        set_environment(port)
        ensure_database_url()
        coordinators = prepare()
        children["Nettjeneren"] = run(*WEB)
        children["Arbeideren"] = run(*WORKER)
        while not is_ready(port):
            sleep_while_alive(children)
        print(welcome(port, coordinators), flush=True)
        while True:
            sleep_while_alive(children)
    except OperationalError as error:
        sys.exit(f"Databasen svarer ikke: {str(error).splitlines()[0]}")
    except CommandError as error:
        sys.exit(f"Databasen ble ikke fylt: {error}")
    except KeyboardInterrupt:
        print("\nStopper …", flush=True)
    finally:
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_IGN)
        stop(children.values())  # the database stops on the way out


def free_port(text):
    """The port as a number; ends with one line on what to do if it cannot be had."""
    port = int(text) if text.isdecimal() else 0
    if not 1 <= port <= 65535:
        sys.exit(f"PORT må være et tall fra 1 til 65535, ikke «{text}».")
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except PermissionError:
            sys.exit(f"Port {port} krever root. Prøv PORT=8010 make demo")
        except OSError:
            other = 8010 if port != 8010 else 8020
            sys.exit(f"Port {port} er opptatt. Prøv PORT={other} make demo")
    return port


def set_environment(port):
    """What the settings read, for this process and those it starts."""
    var = Path(os.environ.get("VAR_DIR") or PROJECT / "var").absolute()
    var.mkdir(parents=True, exist_ok=True)
    key = var / "secret-key"
    if not key.exists():
        # Kept, so that whoever is logged in still is after the next start.
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(50))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "omradesatsing.settings",
        "DEMO": "1",
        "VAR_DIR": str(var),
        "PORT": str(port),
        "SITE_URL": f"http://{HOST}:{port}",
        "SECRET_KEY": os.environ.get("SECRET_KEY") or key.read_text(),
        "PYTHONUNBUFFERED": "1",
    }
    os.chdir(PROJECT)


def prepare():
    """Bring files and database up to date; gives the coordinators' log-ins.

    All in this one process, and only what has changed: each command by itself would
    cost a second.
    """
    django.setup()
    build_files()
    fill_database()
    emails = get_user_model().objects.filter(email__startswith="koordinator.")
    coordinators = list(emails.order_by("email").values_list("email", flat=True))
    connection.close()
    return coordinators


def build_files():
    catalogues = fingerprint(CATALOGUES)
    stamp = settings.VAR_DIR / "translations.stamp"
    compiled = [po.with_suffix(".mo") for po in PROJECT.glob(*CATALOGUES)]
    if read(stamp) != catalogues or not all(path.exists() for path in compiled):
        call_command("translations", "compile", verbosity=0)
        stamp.write_text(catalogues)

    static = fingerprint(STATIC)
    stamp = settings.VAR_DIR / "static.stamp"
    if read(stamp) != static or not settings.STATIC_ROOT.exists():
        print("Samler stilark og skrifter …", flush=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(static)


def fill_database():
    """Tables, facts and demo cases, when they are new or changed; keeps the rest."""
    wanted = f"demo {fingerprint(DATA)}"
    with connection.cursor() as cursor:
        # The database's own comment says what it was filled from.
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database'), quote_ident(datname)"
            " FROM pg_database WHERE datname = current_database()"
        )
        filled_from, name = cursor.fetchone()
        if filled_from == wanted:
            return
        print("Fyller databasen …", flush=True)
        call_command("migrate", verbosity=0)
        call_command("load_programme")
        call_command("load_demo")
        cursor.execute(f"COMMENT ON DATABASE {name} IS %s", [wanted])


def fingerprint(patterns):
    """A digest of the content of all files that match."""
    digest = hashlib.sha256()
    paths = {path for pattern in patterns for path in PROJECT.glob(pattern)}
    for path in sorted(path for path in paths if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(PROJECT)} {content}\n".encode())
    return digest.hexdigest()


def read(path):
    return path.read_text() if path.exists() else ""


def run(*arguments):
    """Start a part of the portal that ends, at the latest, when this process does."""
    tied = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    # In a session of its own: Ctrl-C reaches us alone, and we choose the order.
    command = [*tied, sys.executable, *arguments]
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603


def is_ready(port):
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def sleep_while_alive(children):
    time.sleep(0.1)
    for name, child in children.items():
        if child.poll() is not None:
            sys.exit(f"{name} stoppet (kode {child.returncode}). Stopper alt.")


def stop(children):
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def welcome(port, coordinators):
    people = {f"{name}@demo.example": role for name, role in LOG_INS.items()}
    people |= dict.fromkeys(coordinators, "områdekoordinator")
    width = max(map(len, people))
    lines = [f"  {email:<{width}}  {role}" for email, role in people.items()]
    address = f"http://{HOST}:{port}"
    return "\n".join(
        [
            "",
            f"Portalen svarer på      {address}/",
            f"Saksbehandlere bruker   {address}/admin/",
            "",
            f"Logg inn på {address}/logg-inn/ med passordet «{PASSWORD}»:",
            *lines,
            "",
            "E-post skrives her i vinduet. Ctrl-C stopper alt; det du har lagt inn,"
            " blir tatt vare på.",
        ]
    )


if __name__ == "__main__":
    main()
