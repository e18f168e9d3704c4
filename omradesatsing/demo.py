"""The portal on one's own machine, from nothing, for `make demo`.

Starts the database, fills it where that is needed, then runs the web server and one
worker until Ctrl-C, and stops all that it started, the database last.
"""

import hashlib
import http.client
import io
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import django
import psycopg
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from psycopg import sql

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
    "klage2": "klagebehandler",
    "leser": "leser",
    "soker": "søker",
    "soker2": "søker",
}
WEB = ("-m", "gunicorn", "--log-level", "warning", "omradesatsing.wsgi")
WORKER = ("manage.py", "worker")
REGISTER = ("-m", "grants.register_stand_in")
# What the database is filled from, what the static files are, what is translated.
KINDS = ("**/*.py", "data/*")
CODE = ("omradesatsing", "areas", "coordinators", "grants")
DATA = ("requirements.txt", *(f"{app}/{kind}" for app in CODE for kind in KINDS))
STATIC = ("requirements.txt", "static/**/*", *(f"{app}/**/static/**/*" for app in CODE))
CATALOGUES = ("locale/**/*.po",)


def main():
    port = free_port(os.environ.get("PORT") or "8000")
    endings = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as under nohup
        endings.append(signal.SIGHUP)
    for ending in endings:
        signal.signal(ending, signal.default_int_handler)
    children = {}
    try:
        set_environment(port)
        database = ensure_database_url()
        coordinators = prepare()
        if register := os.environ.get("REGISTER_PORT"):
            children["Registeret"] = run(*REGISTER, register)
        children["Nettjeneren"] = run(*WEB)
        children["Arbeideren"] = run(*WORKER)
        while not is_ready(port):
            sleep_while_alive(children)
        print(welcome(port, coordinators), flush=True)
        while not (database and database.is_gone()):
            for _tenth in range(20):
                sleep_while_alive(children)
        sys.exit("Databasen stoppet. Stopper alt.")
    except psycopg.OperationalError as error:
        sys.exit(f"Databasen svarer ikke: {str(error).splitlines()[0]}")
    except (CommandError, DatabaseError) as error:
        sys.exit(f"Databasen ble ikke fylt: {str(error).splitlines()[0]}")
    except KeyboardInterrupt:
        print("\nStopper …", flush=True)
    finally:
        for ending in endings:
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


def unused_port():
    with socket.socket() as attempt:
        attempt.bind((HOST, 0))
        return attempt.getsockname()[1]


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
    if "REGISTER_URL" not in os.environ:
        # Made-up organisations: the demo asks no real register.
        register = str(unused_port())
        os.environ["REGISTER_PORT"] = register
        os.environ["REGISTER_URL"] = f"http://{HOST}:{register}"
    os.chdir(PROJECT)


def prepare():
    """Bring files and database up to date; gives the coordinators' log-ins.

    Only what has changed, and all in this process: each command by itself would cost
    a second, and so does Django, which a start with no changes does without.
    """
    var = Path(os.environ["VAR_DIR"])
    compiled = [po.with_suffix(".mo") for po in PROJECT.glob(*CATALOGUES)]
    if is_stale(var / "translations.stamp", CATALOGUES, made=compiled):
        command("translations", "compile", verbosity=0)
        (var / "translations.stamp").write_text(fingerprint(CATALOGUES))
    if is_stale(var / "static.stamp", STATIC, made=[var / "static"]):
        print("Samler stilark og skrifter …", flush=True)
        command("collectstatic", interactive=False, verbosity=0)
        (var / "static.stamp").write_text(fingerprint(STATIC))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        # The database's own comment says what it was filled from. Every new day counts
        # as a change: there shall always be an open round.
        wanted = f"demo {date.today()} {fingerprint(DATA)}"
        query = """
            SELECT shobj_description(oid, 'pg_database'), datname
            FROM pg_database WHERE datname = current_database()
        """
        filled_from, name = database.execute(query).fetchone()
        if filled_from != wanted:
            print("Fyller databasen …", flush=True)
            command("migrate", verbosity=0)
            for loader in ("load_programme", "load_demo"):
                command(loader, stdout=io.StringIO())  # row by row is for editors
            comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
            database.execute(comment.format(sql.Identifier(name), wanted))
        emails = database.execute(
            "SELECT email FROM accounts_user WHERE email LIKE 'koordinator.%'"
            " ORDER BY email"
        )
        return [email for (email,) in emails]


def command(*arguments, **options):
    django.setup()
    call_command(*arguments, **options)
    connection.close()


def is_stale(stamp, patterns, *, made):
    """True when what was made is gone, or was made from other files than these."""
    known = stamp.read_text() if stamp.exists() else None
    return known != fingerprint(patterns) or not all(path.exists() for path in made)


def fingerprint(patterns):
    """A digest of the content of all files that match."""
    digest = hashlib.sha256()
    paths = {path for pattern in patterns for path in PROJECT.glob(pattern)}
    for path in sorted(path for path in paths if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(PROJECT)} {content}\n".encode())
    return digest.hexdigest()


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
            f"Logg inn på {address}/logg-inn/passord/ med passordet «{PASSWORD}»:",
            *lines,
            "",
            "E-post skrives her i vinduet. Ctrl-C stopper alt; det du har lagt inn,"
            " blir tatt vare på.",
        ]
    )


if __name__ == "__main__":
    main()
