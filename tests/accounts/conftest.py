import pytest
from django.db import connection


@pytest.fixture
def letters(db):
    """The e-mails that wait for the worker, oldest first: whom to, subject, body."""

    def waiting():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT args->>'to', args->>'subject', args->>'body'"
                " FROM procrastinate_jobs"
                " WHERE task_name = 'notices.send_plain_email' ORDER BY id"
            )
            return cursor.fetchall()

    return waiting
