"""The small size of `make load`: real HTTP, gunicorn and a worker, in seconds."""

import os

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from tools.load import Answer, check, run, seed

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_forty_who_send_in_the_last_seconds_none_is_wronged():
    url = make_conninfo(
        os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]
    )

    report, faults = run(url, 40, 4)

    assert faults == []
    assert "Feil behandlet    0" in report


def test_the_load_check_finds_one_who_was_in_time_and_not_sent():
    round, [sender] = seed(1)
    late = Answer(
        sender.key, stamp=99, seconds=1, status=200, place="", says_not_sent=True
    )

    faults = check(round, [sender], [late], closes_at=100)

    assert faults == [
        f"{sender.key}: i tide True, status draft",
        f"{sender.key}: -1.000 s fikk not sent (200 )",
    ]
