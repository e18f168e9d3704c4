"""Starts the tests' own PostgreSQL before pytest-django reads the settings.

Named with `-p` in pyproject.toml: a hook in conftest.py would come too late. Workers of
xdist inherit DATABASE_URL, so that they share one server, with a database each.
"""

import os
from pathlib import Path

import pytest

from omradesatsing.devdb import PROJECT, ensure_database_url
from tests.chromium import find_chromium
from tests.clamd import NO_CLAMD

NO_CHROMIUM = (
    "Fant ingen Chromium: nettlesertestene ble hoppet over."
    " Kjør: apt-get install chromium"
)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    os.environ.setdefault("DEMO", "1")
    var = Path(os.environ.get("VAR_DIR") or PROJECT / "var")
    os.environ.setdefault("FILES_DIR", str(var / "test-files"))
    # Else in the project folder, with the paths of this machine in it.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(var / "hypothesis"))
    # No wait for the disk: these data are worth nothing after a power cut.
    ensure_database_url("postgres-test", durable=False)


def pytest_collection_modifyitems(items):
    in_browser = [item for item in items if item.get_closest_marker("browser")]
    # In CI they run or fail: a skipped walk through the portal is no walk.
    if in_browser and not os.environ.get("CI") and not find_chromium():
        for item in in_browser:
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    for reason in (NO_CHROMIUM, NO_CLAMD):
        if any(reason in str(report.longrepr) for report in skipped):
            terminalreporter.write_line(reason)
