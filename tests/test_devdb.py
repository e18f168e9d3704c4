"""The launcher of the embedded PostgreSQL, on real clusters in folders of their own."""

import os
import re
import shutil
import signal
import subprocess
import sys

import psycopg
import pytest

from omradesatsing import devdb
from omradesatsing.devdb import PROJECT, DatabaseUnavailable, DevDb

HOLD_AND_BE_KILLED = """
import os, signal, sys
from omradesatsing.devdb import DevDb
DevDb(sys.argv[1]).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A stopped cluster; a copy is quicker than a new one for each test."""
    database = DevDb(tmp_path_factory.mktemp("devdb") / "postgres", durable=False)
    database.start()
    database.release()
    return database


@pytest.fixture
def database(template, tmp_path):
    folder = tmp_path / "postgres"
    shutil.copytree(template.data, folder)
    database = DevDb(folder)
    yield database
    database.start()
    database.release()


def is_running(database):
    return bool(database._processes())


def ask(database, query):
    with psycopg.connect(database.url(), autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone() if cursor.description else None


def kill_server(database):
    pid = int((database.data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)


def test_the_last_one_to_let_go_stops_the_server(database):
    second = DevDb(database.folder)

    database.start()
    second.start()
    database.release()
    running_with_one_left = is_running(database)
    second.release()

    assert running_with_one_left
    assert not is_running(database)


def test_a_killed_server_starts_again_with_what_was_entered(database):
    database.start()
    ask(database, "CREATE TABLE entered AS SELECT 'søknad' AS text")
    kill_server(database)

    again = DevDb(database.folder)
    again.start()

    assert ask(again, "SELECT text FROM entered") == ("søknad",)
    again.release()
    database.release()


def test_after_a_killed_process_the_next_one_stops_the_server(database):
    killed = subprocess.run(
        [sys.executable, "-c", HOLD_AND_BE_KILLED, database.folder], cwd=PROJECT
    )
    left_behind = is_running(database)

    database.start()
    database.release()

    assert killed.returncode == -signal.SIGKILL
    assert left_behind
    assert not is_running(database)


def test_a_process_number_that_somebody_else_has_now_is_no_server(database):
    database.start()
    kill_server(database)
    database.release()
    pid_file = database.data / "postmaster.pid"
    pid_file.write_text(re.sub(r"^\d+", str(os.getppid()), pid_file.read_text()))

    database.start()

    assert ask(database, "SELECT 1") == (1,)
    database.release()


def test_a_cluster_that_was_left_half_made_is_never_used(tmp_path):
    unfinished = tmp_path / "postgres.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    database = DevDb(tmp_path / "postgres", durable=False)

    database.start()

    assert ask(database, "SELECT current_database()") == ("omradesatsing",)
    assert not unfinished.exists()
    database.release()


def test_a_spoilt_cluster_is_made_anew_for_tests_and_kept_for_the_demo(database):
    (database.data / "global" / "pg_control").write_bytes(b"spoilt")

    with pytest.raises(DatabaseUnavailable, match="PostgreSQL kom ikke i gang"):
        database.start()
    kept = (database.data / "global" / "pg_control").read_bytes()
    anew = DevDb(database.folder, durable=False)
    anew.start()

    assert kept == b"spoilt"
    assert ask(anew, "SELECT 1") == (1,)
    anew.release()


def test_what_is_entered_in_the_demo_waits_for_the_disk(database):
    database.start()

    assert ask(database, "SHOW fsync") == ("on",)
    assert ask(database, "SHOW synchronous_commit") == ("on",)
    database.release()


def test_a_socket_folder_that_others_may_enter_is_refused(tmp_path):
    database = DevDb(tmp_path / "postgres", durable=False)
    database.sockets.mkdir()
    database.sockets.chmod(0o755)

    with pytest.raises(DatabaseUnavailable) as refusal:
        database.start()

    assert str(refusal.value) == (
        f"Får ikke bruke {database.sockets}, som tilhører en annen bruker."
        " Slett den, eller velg en annen mappe med VAR_DIR=/en/mappe."
    )
    database.sockets.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_root_without_user_namespaces_lets_nobody_run_it(tmp_path, monkeypatch):
    barred = tmp_path / "bin" / "unshare"
    barred.parent.mkdir()
    barred.write_text("#!/bin/sh\nexit 1\n")
    barred.chmod(0o755)
    monkeypatch.setenv("PATH", f"{barred.parent}{os.pathsep}{os.environ['PATH']}")
    devdb.user_namespaces_allowed.cache_clear()
    folder = tmp_path / "postgres"

    database = DevDb(folder, durable=False)
    database.start()
    owner = database.data.stat().st_uid
    answer = ask(database, "SELECT 1")
    database.release()

    assert (owner, answer) == (65534, (1,))
    assert not folder.exists()
    assert not is_running(database)
    assert not database.sockets.exists()
    devdb.user_namespaces_allowed.cache_clear()
    shutil.rmtree(database.data.parent.parent)


def test_a_command_gets_the_database_and_its_exit_code_is_ours(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    query = ["psql", "-Atc", "SELECT current_database()"]

    run = [
        subprocess.run(
            [sys.executable, "-m", "omradesatsing.devdb", *command],
            env=environment | {"VAR_DIR": str(tmp_path)},
            cwd=PROJECT,
            capture_output=True,
            text=True,
        )
        for command in (query, ["false"])
    ]

    assert [(done.stdout, done.stderr, done.returncode) for done in run] == [
        ("omradesatsing\n", "", 0),
        ("", "", 1),
    ]
