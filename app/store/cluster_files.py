"""The files of the embedded PostgreSQL: who owns them, where they are, how they are made."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypedDict

# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the final zero included.
_SOCKET_PATH_LIMIT = 103
_SOCKET_NAME = ".s.PGSQL.5432"


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be made, started or stopped; the message says why."""


class _SwitchedAccount(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The account that PostgreSQL runs as: ours, or another one when we are root."""

    uid: int
    gid: int
    switched: bool

    @classmethod
    def of_server(cls, data_dir: Path) -> Self:
        """Our own account; as root, the owner of an existing cluster, else `nobody`.

        PostgreSQL refuses to run as root. `nobody` exists everywhere, and no account has to be created.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), switched=False)
        try:
            owner = (data_dir / "cluster").stat()
        except FileNotFoundError:
            pass
        else:
            return cls(owner.st_uid, owner.st_gid, switched=True)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedPostgresError(
                "PostgreSQL does not run as root and there is no account `nobody`: run as an ordinary user"
            ) from None
        return cls(nobody.pw_uid, nobody.pw_gid, switched=True)

    def popen_arguments(self) -> _SwitchedAccount:
        """What `subprocess` needs to start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switched else {}

    def give(self, folder: Path) -> None:
        """Make a folder this account's alone."""
        if self.switched:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


@dataclass(frozen=True)
class LeftPostmaster:
    """What `postmaster.pid` says of the server that wrote it, which may be long gone."""

    pid: int

    @classmethod
    def of(cls, cluster: Path) -> Self | None:
        """Read a cluster's `postmaster.pid`; None when there is none, or an unfinished one."""
        try:
            first_line = (cluster / "postmaster.pid").read_text().partition("\n")[0]
        except FileNotFoundError:
            return None
        return cls(int(first_line)) if first_line.isdigit() else None


def children_environment() -> dict[str, str]:
    """The environment of PostgreSQL's programs: nothing of ours (PGDATA, PGOPTIONS ...) may redirect them."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class ClusterFiles:
    """The folders of one embedded server."""

    def __init__(self, data_dir: Path, account: Account) -> None:
        self._data_dir = data_dir
        self._account = account
        self.cluster = data_dir / "cluster"
        self.socket_folder = data_dir / "socket"
        if len(os.fsencode(self.socket_folder / _SOCKET_NAME)) > _SOCKET_PATH_LIMIT:
            # Not tempfile.gettempdir(): the next run must find the same folder whatever its TMPDIR is.
            digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
            self.socket_folder = Path("/tmp") / f"vigie-{digest}"  # noqa: S108 - checked in make_socket_folder

    def make_data_dir(self) -> None:
        """Make the data folder; as root, one that the server's account can pass through but not change."""
        missing = [folder for folder in (self._data_dir, *self._data_dir.parents) if not folder.exists()]
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedPostgresError(f"cannot make {self._data_dir}: {error.strerror}") from None
        if not self._account.switched:
            self._data_dir.chmod(0o700)
            return
        # Explicitly, because root's umask may be 077; and only on folders that are ours.
        for folder in {self._data_dir, *missing}:
            folder.chmod(0o711)
        # Opening somebody's parent folders is not ours to decide: say which one is in the way.
        passes = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", self._data_dir],
            cwd="/",
            env=children_environment(),
            stderr=subprocess.DEVNULL,
            check=False,
            **self._account.popen_arguments(),
        )
        if passes.returncode != 0:
            name = pwd.getpwuid(self._account.uid).pw_name
            raise EmbeddedPostgresError(
                f"PostgreSQL does not run as root, and the account `{name}` that it runs as cannot enter "
                f"{self._data_dir}: choose another folder with VIGIE_DATA_DIR, or run as an ordinary user"
            )

    def make_cluster(self, binaries: Path, *, durable: bool, say: Callable[[str], None]) -> None:
        """Make the database cluster unless there is one; an interrupted attempt leaves nothing that counts."""
        if self.cluster.exists():
            self._check_version(binaries)
            return
        say(f"Creating a PostgreSQL database in {self._data_dir}")
        unfinished = self._data_dir / "cluster.unfinished"
        for locale in ("C.UTF-8", "C"):
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            self._account.give(unfinished)
            made = self._initdb(binaries, unfinished, locale, durable=durable)
            if made.returncode == 0:
                break
            if "locale" not in made.stderr:
                raise EmbeddedPostgresError(f"PostgreSQL's initdb failed:\n{made.stderr.strip()}")
        else:
            raise EmbeddedPostgresError(f"PostgreSQL's initdb failed:\n{made.stderr.strip()}")
        unfinished.rename(self.cluster)
        # Without this a power failure could bring the unfinished name back, and the next start would remove it.
        parent = os.open(self._data_dir, os.O_RDONLY)
        os.fsync(parent)
        os.close(parent)

    def _initdb(self, binaries: Path, folder: Path, locale: str, *, durable: bool) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 - the program is the wheel's or the operator's
                [
                    binaries / "initdb",
                    f"--pgdata={folder}",
                    "--username=postgres",
                    "--encoding=UTF8",
                    f"--locale={locale}",
                    "--data-checksums",
                    "--auth-local=trust",
                    "--auth-host=reject",
                    "--no-instructions",
                    *([] if durable else ["--no-sync"]),
                ],
                cwd=folder,
                env=children_environment(),
                capture_output=True,
                text=True,
                check=False,
                **self._account.popen_arguments(),
            )
        except OSError as error:
            raise EmbeddedPostgresError(f"cannot run {binaries / 'initdb'}: {error.strerror}") from None

    def _check_version(self, binaries: Path) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        asked = [str(binaries / "postgres"), "--version"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
        if f" {made_by}." not in answer:
            raise EmbeddedPostgresError(
                f"the database in {self._data_dir} was made by PostgreSQL {made_by} and this is {answer}: "
                "dump it with the old version and restore it, or choose another folder with VIGIE_DATA_DIR"
            )

    def make_socket_folder(self) -> None:
        """Make the socket's folder, closed to everybody else; refuse one that somebody else made in our place."""
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        found = self.socket_folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), self._account.uid}:
            raise EmbeddedPostgresError(f"{self.socket_folder} belongs to somebody else: remove it")
        self._account.give(self.socket_folder)

    def log_tail(self) -> str:
        """The last lines of the server's log (it holds no statement and no value)."""
        lines = (self._data_dir / "server.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-8:])
