#!/usr/bin/env python3
"""Django's command line; starts the embedded database when DATABASE_URL is unset."""

import os
import sys

from omradesatsing.devdb import ensure_database_url


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omradesatsing.settings")
    if not os.environ.get("DATABASE_URL"):
        # The embedded database is only ever a developer's or the demo's.
        os.environ.setdefault("DEMO", "1")
        ensure_database_url()

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
