"""Asks ClamAV's clamd whether a file holds something harmful, over its own socket.

CLAMD names the socket: `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`. Empty
means that there is no scanner.
"""

import socket
import struct
from contextlib import closing

from django.conf import settings

# While a person waits for a page, and in the worker. 10 MB take a third of a second.
AT_ONCE = 3
PATIENT = 30
CHUNK = 65_536


class ScannerDown(Exception):
    """The scanner gave no answer that says what the file is."""


def is_configured():
    return bool(settings.CLAMD)


def find_threat(stream, *, timeout=PATIENT):
    """The name of what the scanner finds in an open file; empty when it is clean.

    `timeout` is seconds for each exchange. Raises ScannerDown unless the answer is
    one of the two: whatever else it says, the file has not been passed.
    """
    try:
        with closing(connected(timeout)) as connection:
            connection.sendall(b"zINSTREAM\0")
            while chunk := stream.read(CHUNK):
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
            answer = whole_answer(connection)
    except OSError as error:
        raise ScannerDown(f"{type(error).__name__}: {error}") from error
    if not answer.endswith("\0"):
        raise ScannerDown(f"clamd broke off: {answer[:200]!r}")
    answer = answer.rstrip("\0")
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerDown(f"clamd: {answer[:200]!r}")


def connected(timeout):
    kind, _colon, address = settings.CLAMD.partition(":")
    if kind == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=timeout)


def whole_answer(connection):
    """What clamd says, up to and with the zero that ends it."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 4096:
        part = connection.recv(4096)
        if not part:
            break
        answer += part
    return answer.decode("utf-8", "replace")
