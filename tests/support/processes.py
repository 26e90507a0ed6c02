"""Ending other processes in tests."""

import contextlib
from collections.abc import Iterable

import psutil


def kill_9(processes: Iterable[psutil.Process]) -> None:
    """SIGKILL to each. One that ended between listing and killing, with its parent, is as dead as it was to be."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
