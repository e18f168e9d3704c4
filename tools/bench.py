"""Does the queue stay fast when there are many cases?

    make bench                     with 100 and with 100,000 cases
    make bench CASES=20000         fewer

Makes a database of its own, fills it with `load_bulk`, and asks for each page in this
process, without a server or a net between: what is measured is ours and the database's.
The number of queries of the queue's pages is written here, and the same with few and
many. They, and the tasks, may take three times as long with many cases. The probe and
a page of text are measured in the same run: what a page costs that does nothing. A
zone's and an indicator's page, with full editions, are told against that page.
Ends with 1 when a page is over. Bounded in number.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FEW = 100
MOST = 100_000
TIMES = 20
SLOWER = 3

# The queries of a page of the queue, whatever is chosen.
QUEUE = 11
PAGES = [
    ("Baseline (probe)", "/livez", None),
    ("Baseline (page)", "/personvern/", 0),
    ("Zone", "/soner/loddefjord/", 12),
    ("Indicator", "/indikatorer/god-helse/", 7),
    ("Queue", "/admin/saker/", QUEUE),
    ("Queue, last page", "/admin/saker/?sorter=nummer", QUEUE),
    ("Queue, mine", "/admin/saker/?vis=mine", QUEUE),
    ("Queue, in review, largest first", "/admin/saker/?status=in_review&sorter=-belop",
     QUEUE),
    ("Queue, overdue, by date", "/admin/saker/?vis=over&sorter=frist", QUEUE + 1),
    ("Search, common word", "/admin/saker/?q=sommerfest", QUEUE),
    ("Search, applicant", "/admin/saker/?q=naboene+30", QUEUE),
    ("Search, number", "/admin/saker/?q={number}", QUEUE),
    ("My tasks", "/admin/", 23),
    ("Case page", "{case}", None),
    ("Round page", "{round}", None),
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=MOST)
    options = parser.parse_args()
    if not FEW < options.cases <= MOST:
        sys.exit(f"Fra {FEW + 1} til {MOST} saker.")
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omradesatsing.settings")
    sys.path.insert(0, str(ROOT))
    from load import own_database, prepare

    from omradesatsing.devdb import ensure_database_url

    ensure_database_url()
    with own_database(os.environ["DATABASE_URL"]) as url:
        os.environ["DATABASE_URL"] = url
        prepare()
        faults = run(options.cases)
        from django.db import connections

        connections.close_all()
    sys.exit("\n".join(["For tregt:", *faults]) if faults else 0)


def run(many):
    from io import StringIO

    from django.core.management import call_command
    from django.utils import timezone

    from omradesatsing.loading.practice import load_practice

    call_command("load_programme", stdout=StringIO())
    load_practice(timezone.now())
    few = measure_with(FEW)
    lots = measure_with(many - FEW)
    print(f"\nMachine's load while measuring: {os.getloadavg()[0]:.1f}\n")
    print(
        f"| Page | Queries | {FEW} p50 / p95 ms | {many} p50 / p95 ms | Ratio "
        "| To a page of text |"
    )
    print("|---|---|---|---|---|---|")
    plain = lots["Baseline (page)"][1]
    faults = []
    for name, _address, wanted in PAGES:
        (before, p50, p95), (queries, more50, more95) = few[name], lots[name]
        ratio = more50 / p50
        print(
            f"| {name} | {queries} | {p50:.0f} / {p95:.0f} "
            f"| {more50:.0f} / {more95:.0f} | {ratio:.1f} | {more50 / plain:.0f} |"
        )
        if queries != before or (wanted and queries != wanted):
            faults.append(f"{name}: {before} og {queries} spørringer, ikke {wanted}.")
        if wanted and ratio > SLOWER:
            faults.append(f"{name}: {ratio:.1f} ganger så lang tid.")
    return faults


def measure_with(more):
    """{page: (queries, p50, p95 in ms)} after so many more cases are made."""
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from omradesatsing.accounts.models import User

    start = time.monotonic()
    call_command("load_bulk", applications=more, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"{more} saker på {time.monotonic() - start:.0f} s", flush=True)
    worker = User.objects.get(email="saksbehandler1@bulk.example")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(worker)
    return {name: ask(client, at(address, worker)) for name, address, _q in PAGES}


def at(address, worker):
    """The address, of a case that the caseworker has at hand."""
    from grants.models import Application, State

    case = Application.objects.filter(caseworker=worker, state=State.IN_REVIEW).first()
    return address.format(
        number=case.number,
        case=case.get_case_url(),
        round=case.round.get_absolute_url(),
    )


def ask(client, address):
    from django.db import connection

    queries = []

    def count(execute, *args):
        queries.append(args[0])
        return execute(*args)

    for _ in range(3):
        answer = client.get(address)
        if answer.status_code != 200:
            sys.exit(f"{address} svarte {answer.status_code}.")
    with connection.execute_wrapper(count):
        client.get(address)
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        client.get(address)
        taken.append((time.perf_counter() - start) * 1000)
    return len(queries), statistics.median(taken), sorted(taken)[-2]


if __name__ == "__main__":
    main()
