import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

# The real one takes a third of a second for each user a test makes.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    # Transactional tests empty every table. The journal lets nobody: of its guards,
    # TRUNCATE's alone is lifted, and only in the test database.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE journal_journalentry DISABLE TRIGGER journal_no_truncate"
        )


@pytest.fixture(autouse=True)
def bokmal():
    # A request for /en/ leaves its language behind in the thread.
    with translation.override("nb"):
        yield
