import os

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from grants.models import AidCeiling, LegalTerm, LetterText
from grants.register_stand_in import Register
from tests.clamd import NO_CLAMD, Clamd, find_clamd

# The real one takes a third of a second for each user a test makes.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# What the migrations themselves put there, to be put back: {model: its rows}.
shipped = {}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    # Transactional tests empty every table. The journal lets nobody: of its guards,
    # TRUNCATE's alone is lifted, and only in the test database.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE journal_journalentry DISABLE TRIGGER journal_no_truncate"
        )
        for model in (AidCeiling, LegalTerm, LetterText):
            shipped[model] = list(model.objects.all())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    result = yield
    if nextitem is None:
        return result  # the database is gone
    if "transactional_db" in item.fixturenames or is_transactional(item):
        # It has emptied every table; the next test may be of any kind.
        with item.config.stash[blocking_manager_key].unblock():
            with connection.cursor() as cursor:
                # Not Django's to flush.
                cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
            for model, rows in shipped.items():
                if not model.objects.exists():
                    model.objects.bulk_create(rows)
    return result


def is_transactional(item):
    marker = item.get_closest_marker("django_db")
    return marker is not None and marker.kwargs.get("transaction")


@pytest.fixture(autouse=True)
def bokmal():
    # A request for /en/ leaves its language behind in the thread.
    with translation.override("nb"):
        yield


@pytest.fixture
def clamd(settings):
    """A running clamd, which the portal asks about each upload."""
    if not find_clamd():
        # In CI it runs or fails: a scanner that was never asked proves nothing.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CLAMD)
    daemon = Clamd()
    try:
        daemon.start()
        settings.CLAMD = daemon.address
        yield daemon
    finally:
        daemon.close()


@pytest.fixture
def register(settings):
    """The in-repo register, running, and asked by the portal: `asked` says for what."""
    register = Register()
    register.start()
    settings.REGISTER_URL = register.url
    yield register
    register.stop()
