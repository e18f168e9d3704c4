"""The Chromium that the browser tests drive: the machine's own."""

import functools
import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Root's Chromium has no sandbox; nothing is fetched in the background.
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
)


@functools.cache
def find_chromium():
    """The path of a Chromium that runs, or None; CHROMIUM in the environment wins."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        path = name and shutil.which(name)
        # Ubuntu's chromium-browser may be a script that only tells of a snap.
        if (
            path
            and not subprocess.run([path, "--version"], capture_output=True).returncode
        ):
            return path
    return None
