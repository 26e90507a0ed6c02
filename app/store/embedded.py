"""A PostgreSQL of our own in a local folder, for `vigie run` and the tests when no DATABASE_URL is set.

The data folder holds `cluster/` (PostgreSQL's own), `socket/`, `server.log` and `lock`. There is no TCP: the
only way in is a unix socket inside a folder that only the server's account (and root) can enter, which is why
connections over it need no password.
"""

import asyncio
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import asyncpg

from app.store import databases
from app.store.cluster_files import (
    Account,
    ClusterFiles,
    EmbeddedPostgresError,
    LeftPostmaster,
    children_environment,
)
from app.store.postgres_binaries import bundled_binaries, copy_bundled, is_bundled

_START_TIMEOUT_S = 180.0  # crash recovery replays at most max_wal_size, slowly on a poor disk
_START_ATTEMPTS = 20
_STOP_TIMEOUT_S = 60.0

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # PostgreSQL's errors quote the values and statements that caused them: answers must not reach a log. LOG
    # ranks above ERROR, so this keeps starts, stops and recoveries and drops every message about a statement.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def default_data_dir(project: Path) -> Path:
    """Where the embedded database of a working copy lives when nothing is set.

    PostgreSQL refuses to run as root, so root's server runs as `nobody`, who often cannot enter the project's
    folder (/root is closed): the data is then in a system folder that bears a digest of the project's path.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/vigie") / hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:12]
    return project / ".vigie"


class EmbeddedPostgres:
    """One PostgreSQL server on one data folder: start it, get its URLs, stop it. Usable as a context manager.

    `binaries` is a PostgreSQL `bin` folder (default: the newest of the wheel); `durable=False` trades the
    safety of commits for speed and is for tests only. Raises `EmbeddedPostgresError` with a cause to act on.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        binaries: Path | None = None,
        durable: bool = True,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self._binaries = binaries
        self._durable = durable
        self._say = say
        self._account = Account.of_server(self.data_dir)
        self._files = ClusterFiles(self.data_dir, self._account)
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket_folder(self) -> Path:
        """The folder of the server's socket: both drivers take it as `host`."""
        return self._files.socket_folder

    @property
    def owner_url(self) -> str:
        """The URL for migrations: the role that owns the database `vigie`."""
        return self.url(databases.OWNER)

    @property
    def service_url(self) -> str:
        """The URL for the service: an ordinary role, under row-level security."""
        return self.url(databases.SERVICE)

    @property
    def superuser_url(self) -> str:
        """The URL of the superuser, for creating databases."""
        return self.url("postgres", "postgres")

    def url(self, role: str, database: str = databases.DATABASE) -> str:
        """The URL of a role on a database of this server."""
        return databases.socket_url(role, str(self.socket_folder), database)

    def create_database(self, name: str) -> None:
        """Create another database with the owner and grants of `vigie`, unless it exists."""
        asyncio.run(databases.create_database(self.superuser_url, name))

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, closing the connections to it."""
        asyncio.run(databases.drop_database(self.superuser_url, name))

    def start(self) -> None:
        """Start the server (or adopt the one that a killed `vigie run` left) and make its roles and database."""
        self._files.make_data_dir()
        self._take_lock()
        try:
            binaries = self._binaries or bundled_binaries()
            if self._account.switched and is_bundled(binaries):
                # The virtual environment may be below a folder that the server's account cannot enter.
                binaries = copy_bundled(binaries, self.data_dir / "binaries")
            self._files.make_cluster(binaries, durable=self._durable, say=self._say)
            self._files.make_socket_folder()
            self._run_until_it_accepts(binaries)
            asyncio.run(databases.create_roles(self.superuser_url))
            self.create_database(databases.DATABASE)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server: end the connections, write a checkpoint, wait. Does nothing when it is not running."""
        if self._lock is None:
            return
        if self._process is None:
            left = LeftPostmaster.of(self._files.cluster)
            if left is not None and self._listens():
                self._end(left.pid, lambda: LeftPostmaster.of(self._files.cluster) is None)
        elif self._process.poll() is None:
            self._end(self._process.pid, lambda: self._process is None or self._process.poll() is not None)
        self._process = None
        self._lock.close()
        self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _take_lock(self) -> None:
        # PostgreSQL has a lock of its own; this one covers initdb, adoption and the moments between them.
        lock = (self.data_dir / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise EmbeddedPostgresError(
                f"the database in {self.data_dir} is in use by another vigie (process {holder}): "
                "stop it first, or choose another folder with VIGIE_DATA_DIR"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _run_until_it_accepts(self, binaries: Path) -> None:
        # After a kill -9 of the postmaster, its children live on for a moment and PostgreSQL refuses to start
        # beside them; after a kill -9 of everything it first recovers. Both end by themselves: try again.
        deadline = time.monotonic() + _START_TIMEOUT_S
        attempts = 0
        if self._listens():
            self._say("Taking over the PostgreSQL that a killed run left behind")
        while not self._accepts():
            ended = self._process is None or self._process.poll() is not None
            if ended and not self._listens():
                if attempts == _START_ATTEMPTS:
                    raise EmbeddedPostgresError(f"PostgreSQL does not start:\n{self._files.log_tail()}")
                attempts += 1
                self._spawn(binaries, announce=attempts == 1)
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL accepts no connection:\n{self._files.log_tail()}")
            time.sleep(0.05 if attempts < 2 else 0.3)

    def _spawn(self, binaries: Path, *, announce: bool) -> None:
        if announce:
            self._say(f"Starting PostgreSQL on {self._files.cluster}")
        settings = _SETTINGS | (_DURABLE if self._durable else _NOT_DURABLE)
        settings["unix_socket_directories"] = str(self.socket_folder)
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        environment = children_environment()
        left = LeftPostmaster.of(self._files.cluster)
        if left is not None:
            # Nobody answers at the socket, yet its process id may by now belong to something else, and
            # PostgreSQL would then refuse to start. It takes this variable's id (set by pg_ctl) for harmless,
            # and still checks the shared memory: deleting postmaster.pid instead would skip that check.
            environment["PG_GRANDPARENT_PID"] = str(left.pid)
        with (self.data_dir / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the program is the wheel's or the operator's
                [binaries / "postgres", "-D", self._files.cluster, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._files.cluster,
                env=environment,
                # Ctrl-C goes to the terminal's whole session: the service must end before its database.
                start_new_session=True,
                **self._account.popen_arguments(),
            )

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_folder / ".s.PGSQL.5432"))
            except OSError:
                return False
            return True

    def _accepts(self) -> bool:
        async def connect() -> None:
            await (await asyncpg.connect(self.superuser_url, timeout=5)).close()

        try:
            asyncio.run(connect())
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            return False
        return True

    @staticmethod
    def _end(pid: int, ended: Callable[[], bool]) -> None:
        # SIGINT is PostgreSQL's fast shutdown; SIGQUIT leaves the rest to crash recovery.
        for order in (signal.SIGINT, signal.SIGQUIT):
            os.kill(pid, order)
            deadline = time.monotonic() + _STOP_TIMEOUT_S
            while time.monotonic() < deadline:
                if ended():
                    return
                time.sleep(0.02)
        raise EmbeddedPostgresError(f"PostgreSQL (process {pid}) does not stop")
