"""Make a browser available to the browser tests where that can be done, and say so where it cannot."""

import os
import shutil
import subprocess

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def ensure_chromium() -> str:
    """Find a Chromium, or install Debian's as root; return one line for the person who waits."""
    for name in BROWSERS:
        if shutil.which(name):
            return f"Browser tests use {shutil.which(name)}"
    if shutil.which("apt-get") is None:
        return "No chromium here: the browser tests will be skipped"
    if os.geteuid() != 0:
        return "No chromium here: the browser tests will be skipped (as root: apt-get install chromium)"
    print("Installing Debian's chromium for the browser tests (a minute or two) ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            return f"chromium could not be installed, the browser tests will be skipped: {reason}"
    return "Browser tests use Debian's chromium"


if __name__ == "__main__":
    # Never a failure: without a browser those tests skip themselves, with this reason.
    print(ensure_chromium())
