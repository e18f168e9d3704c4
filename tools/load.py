"""Many applicants send in the last minute before a round closes: is anyone wronged?

    make load                 1,000 applicants, 60 seconds
    make load APPLICANTS=100  fewer

Makes a database of its own, with a full draft and a session for each applicant, starts
gunicorn and a worker as the demo does, and sends over HTTP on this machine's loopback.
Like nginx in production it stamps each request with the instant that it arrived. Most
come near the end, some press twice at once, some come after the closing.

Then every answer is held against the database: nobody is lost or doubled, each who
arrived before the closing is sent, and each who came after is told so, text kept.
Ends with 1 when someone is wronged. The baseline, GETs of the same page as the sending
starts from, is measured in the same run. Bounded in number and in time.
"""

import argparse
import http.client
import os
import random
import secrets
import socket
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
MOST = 2_000  # applicants
AFTER = 3  # seconds after the closing in which the last ones come
PATIENCE = 60  # seconds for one answer, or for the server to start
THREADS = 100
DOUBLE = 0.1  # the share that presses twice at once
CSRF = "c" * 32


@dataclass(frozen=True)
class Sender:
    key: str
    session: str


@dataclass(frozen=True)
class Answer:
    key: str
    stamp: float  # when the request arrived, in seconds since 1970
    seconds: float
    status: int  # 0 when there was no answer
    place: str
    says_not_sent: bool


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--applicants", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omradesatsing.settings")
    sys.path.insert(0, str(ROOT))
    from omradesatsing.devdb import ensure_database_url

    ensure_database_url()
    with own_database(os.environ["DATABASE_URL"]) as url:
        os.environ["DATABASE_URL"] = url
        prepare()
        report, faults = run(url, options.applicants, options.seconds)
        from django.db import connections

        connections.close_all()
    print(report)
    sys.exit("\n".join(["Noen ble feil behandlet:", *faults]) if faults else 0)


@contextmanager
def own_database(url):
    """The address of a new, empty database on the same server; dropped at the end."""
    import psycopg
    from psycopg import sql
    from psycopg.conninfo import make_conninfo

    name = f"load_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_conninfo(url, dbname=name)
        finally:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            server.execute(drop.format(sql.Identifier(name)))


def prepare():
    import django
    from django.core.management import call_command

    django.setup()
    print("Lager databasen …", flush=True)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def run(url, applicants, seconds):
    """Seed, start, send and check: (the report, what went wrong)."""
    if not 1 <= applicants <= MOST:
        sys.exit(f"Fra 1 til {MOST} søkere.")
    round, senders = seed(applicants)
    with portal(url) as port:
        baseline = measure_baseline(port, senders)
        closes_at = publish(round, timedelta(seconds=seconds + 1))
        answers = send_all(port, senders, closes_at, seconds)
        delivered = wait_for_mail(len(senders))
    faults = check(round, senders, answers, closes_at)
    return describe(answers, baseline, closes_at, delivered, faults), faults


# --- the world ------------------------------------------------------------------------


def seed(applicants):
    """A round with a full draft and a session for each; straight into the tables."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.hashers import make_password
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from grants.models import Applicant, Application, BudgetLine, Membership, Version
    from omradesatsing.accounts.models import User
    from tests.factories import create_draft, create_round

    print(f"Lager {applicants} søkere …", flush=True)
    now = timezone.now()
    round = create_round(published=False, closes_at=now + timedelta(days=1))
    area = round.pots.get().areas.get()
    # One by the verbs, to copy: whatever a full draft needs, it has.
    open_round = create_round()
    pattern = create_draft(round=open_round)
    model = pattern.working_copy()
    users = User.objects.bulk_create(
        User(
            email=f"last{n}@load.example",
            name=f"Søker {n}",
            password=make_password(None),
        )
        for n in range(applicants)
    )
    parties = Applicant.objects.bulk_create(
        Applicant(
            kind=pattern.applicant.kind,
            name=f"Gruppe {user.pk}",
            answerable_name=pattern.applicant.answerable_name,
        )
        for user in users
    )
    Membership.objects.bulk_create(
        Membership(applicant=party, user=user)
        for party, user in zip(parties, users, strict=True)
    )
    drafts = Application.objects.bulk_create(
        Application(round=round, area=area, applicant=party, started_by=user)
        for party, user in zip(parties, users, strict=True)
    )
    facts = {
        field.attname: getattr(model, field.attname)
        for field in model._meta.concrete_fields
        if not field.primary_key
    }
    copies = Version.objects.bulk_create(
        Version(**facts | {"application_id": draft.pk, "edited_by_id": user.pk})
        for draft, user in zip(drafts, users, strict=True)
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(version=copy, kind="cost", text="Mat", amount=Decimal(20_000))
        for copy in copies
    )
    senders, sessions, store = [], [], SessionStore()
    for draft, user in zip(drafts, users, strict=True):
        key = secrets.token_hex(16)
        held = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        sessions.append(
            Session(
                session_key=key,
                session_data=store.encode(held),
                expire_date=now + timedelta(hours=8),
            )
        )
        senders.append(Sender(draft.key, key))
    Session.objects.bulk_create(sessions)
    return round, senders


def publish(round, lasts):
    """Open the round, to close after `lasts`; gives the closing."""
    from django.utils import timezone

    round.closes_at = timezone.now() + lasts
    round.published_at = round.opens_at
    round.save(update_fields=["closes_at", "published_at"])
    return round.closes_at.timestamp()


@contextmanager
def portal(url):
    """gunicorn and a worker on that database, as the demo runs them; gives the port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "PORT": str(port),
        "SITE_URL": f"http://{HOST}:{port}",
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    }
    commands = [
        ["-m", "gunicorn", "--log-level", "warning", "omradesatsing.wsgi"],
        ["manage.py", "worker"],
    ]
    started = [
        subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment)  # noqa: S603
        for command in commands
    ]
    try:
        until = time.monotonic() + PATIENCE
        while get(port, "/readyz", None).status != 200:
            if time.monotonic() > until:
                sys.exit("Nettjeneren kom ikke i gang.")
            time.sleep(0.2)
        yield port
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


# --- over HTTP ------------------------------------------------------------------------


def get(port, path, sender):
    return ask(port, "GET", path, sender)


def ask(port, method, path, sender, body=None):
    """One request on a connection of its own, stamped as nginx stamps it."""
    stamp = time.time()
    headers = {"X-Request-Start": f"t={stamp:.6f}"}
    if sender:
        cookies = {"sessionid": sender.session, "csrftoken": CSRF}
        headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in cookies.items())
        headers["X-CSRFToken"] = CSRF
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    began = time.monotonic()
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    status, place, text = 0, "", b""
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        text = response.read()
        status, place = response.status, response.headers.get("Location", "")
    except (OSError, http.client.HTTPException) as error:
        place = repr(error)
    finally:
        connection.close()
    return Answer(
        key=sender.key if sender else "",
        stamp=float(f"{stamp:.6f}"),
        seconds=time.monotonic() - began,
        status=status,
        place=place,
        says_not_sent="er ikke sendt" in text.decode(errors="replace"),
    )


def review(sender):
    return f"/min-side/kladder/{sender.key}/kontroll/"


def measure_baseline(port, senders):
    """As many GETs of the last page before sending: [Answer], and seconds in all."""
    print("Måler uten innsending …", flush=True)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: get(port, review(one), one), senders))
    return answers, time.monotonic() - began


def send_all(port, senders, closes_at, seconds):
    """Each sends at an instant of its own, most near the end, some after it."""
    print(f"Sender i {seconds} sekunder …", flush=True)
    chance = random.Random(1)  # noqa: S311  the same plan each time
    plan = []
    for sender in senders:
        late = chance.random() < 0.05
        before = seconds * 0.98 * chance.random() ** 2
        at = closes_at + AFTER * chance.random() if late else closes_at - before
        plan += [(at, sender)] * (2 if chance.random() < DOUBLE else 1)
    plan.sort(key=lambda planned: planned[0])

    def send(planned):
        at, sender = planned
        time.sleep(max(0, at - time.time()))
        return ask(port, "POST", review(sender), sender, body="declared=on")

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(send, plan))


def wait_for_mail(applicants):
    """How many receipts the worker has e-mailed, after a minute at most."""
    from grants.models import Application
    from omradesatsing.notices.models import Notice

    wanted = Application.objects.sent().count()
    until = time.monotonic() + PATIENCE
    receipts = Notice.objects.filter(kind="application_submitted")
    while receipts.filter(sent_at__isnull=False).count() < wanted:
        if time.monotonic() > until:
            break
        time.sleep(0.5)
    return receipts.filter(sent_at__isnull=False).count()


# --- the verdict ----------------------------------------------------------------------


def check(round, senders, answers, closes_at):
    """What went wrong, a line each; none when nobody was wronged."""
    from django.contrib.contenttypes.models import ContentType

    from grants.models import Application
    from omradesatsing.notices.models import Notice

    cases = {case.key: case for case in round.applications.all()}
    by_key = {}
    for answer in answers:
        by_key.setdefault(answer.key, []).append(answer)
    faults = []
    for sender in senders:
        case, given = cases[sender.key], by_key[sender.key]
        in_time = any(answer.stamp < closes_at for answer in given)
        if in_time == case.is_draft:
            faults.append(f"{sender.key}: i tide {in_time}, status {case.state}")
        for answer in given:
            told = told_what(answer, case)
            # The second of two presses is told of the first one's sending.
            if told != ("sent" if in_time else "not sent"):
                faults.append(
                    f"{sender.key}: {answer.stamp - closes_at:+.3f} s fikk {told} "
                    f"({answer.status} {answer.place})"
                )
    sent = [case for case in cases.values() if not case.is_draft]
    numbers = sorted(case.sequence for case in sent)
    if numbers != list(range(1, len(sent) + 1)):
        faults.append("Saksnumrene er ikke 1, 2, 3 … uten hull.")
    for case in sent:
        if case.submitted_at.timestamp() >= closes_at:
            faults.append(f"{case}: sendt etter fristen uten å være merket.")
    kept = Application.objects.filter(
        round=round, versions__description="Vi pynter, griller og leker."
    )
    if kept.distinct().count() != len(cases):
        faults.append("Noen har mistet teksten sin.")
    receipts = Counter(
        Notice.objects.filter(
            kind="application_submitted",
            about_type=ContentType.objects.get_for_model(Application),
        ).values_list("about_id", flat=True)
    )
    if receipts != Counter(case.pk for case in sent):
        faults.append("Det er ikke én kvittering til hver.")
    return faults


def told_what(answer, case):
    if (
        answer.status == 302
        and case.year
        and answer.place.endswith(f"/{case.year}/{case.sequence:04d}/kvittering/")
    ):
        return "sent"
    return "not sent" if answer.status == 200 and answer.says_not_sent else "error"


def describe(answers, baseline, closes_at, delivered, faults):
    gets, took = baseline
    statuses = dict(sorted(Counter(answer.status for answer in answers).items()))
    first = min(answer.stamp for answer in answers)
    last = max(answer.stamp + answer.seconds for answer in answers)
    final = [a for a in answers if closes_at - 5 <= a.stamp < closes_at]
    lines = [
        "",
        f"Uten innsending   {len(gets)} GET på {took:.1f} s = {len(gets) / took:.0f}/s,"
        f" {times(gets)}, feil {sum(a.status != 200 for a in gets)}",
        f"Innsending        {len(answers)} POST på {last - first:.1f} s ="
        f" {len(answers) / (last - first):.0f}/s, {times(answers)}",
        f"Siste 5 sekunder  {len(final)} POST = {len(final) / 5:.0f}/s, {times(final)}",
        f"Svar              {statuses}; i tide"
        f" {sum(a.stamp < closes_at for a in answers)}, etter fristen"
        f" {sum(a.stamp >= closes_at for a in answers)}",
        f"E-post            {delivered} kvitteringer levert",
        f"Feil behandlet    {len(faults)}",
    ]
    return "\n".join(lines)


def times(answers):
    """The median and the 99th percentile, in milliseconds."""
    taken = sorted(answer.seconds * 1000 for answer in answers) or [0]
    at = lambda share: taken[min(len(taken) - 1, int(len(taken) * share))]  # noqa: E731
    return f"p50 {at(0.5):.0f} ms, p99 {at(0.99):.0f} ms"


if __name__ == "__main__":
    main()
