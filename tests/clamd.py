"""A real clamd of the test's own: one signature, a socket in a short path."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

NO_CLAMD = (
    "Fant ingen clamd: testene med ekte viruskontroll ble hoppet over."
    " Kjør: apt-get install clamav-daemon"
)
# The harmless text that every scanner takes for a virus, by common agreement. In two
# parts, so that no scanner takes this file for one.
EICAR = (
    rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-"
    rb"ANTIVIRUS-TEST-FILE!$H+H*"
)


def find_clamd():
    return shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Clamd:
    def __init__(self):
        # A socket's path may hold 108 characters, so not in pytest's own folder.
        self.folder = Path(tempfile.mkdtemp(prefix="clamd-"))
        self.address = f"unix:{self.folder}/socket"
        signatures = self.folder / "signatures"
        signatures.mkdir()
        (signatures / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
        (self.folder / "clamd.conf").write_text(
            f"LocalSocket {self.folder}/socket\n"
            f"DatabaseDirectory {signatures}\n"
            f"LogFile {self.folder}/log\n"
            "Foreground yes\n"
        )
        self.process = None

    def start(self):
        command = [find_clamd(), "--config-file", str(self.folder / "clamd.conf")]
        self.process = subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 20
        while not self.answers():
            if time.monotonic() > until or self.process.poll() is not None:
                log = (self.folder / "log").read_text()
                raise AssertionError(f"clamd did not start: {log}")
            time.sleep(0.02)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.folder / "socket"))
                probe.sendall(b"zPING\0")
                return probe.recv(10) == b"PONG\0"
            except OSError:
                return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.folder)
