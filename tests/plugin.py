"""Starts the tests' own PostgreSQL before pytest-django reads the settings.

Named with `-p` in pyproject.toml: a hook in conftest.py would come too late. Workers of
xdist inherit DATABASE_URL, so that they share one server, with a database each.
"""

import os
from pathlib import Path

import pytest

from omradesatsing.devdb import PROJECT, ensure_database_url


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    os.environ.setdefault("DEMO", "1")
    var = Path(os.environ.get("VAR_DIR") or PROJECT / "var")
    os.environ.setdefault("FILES_DIR", str(var / "test-files"))
    # No wait for the disk: these data are worth nothing after a power cut.
    ensure_database_url("postgres-test", durable=False)
