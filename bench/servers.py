"""Starting the two services as processes, exactly as production starts the first, and stopping them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.load import HOST

WORKERS = 2
_START_S = 60.0
_STOP_S = 20.0


class ServerDidNotStart(Exception):
    """The message is what the server wrote last."""


@dataclass(frozen=True)
class Server:
    """A running service: its port, and the process above its workers."""

    port: int
    pid: int


@contextmanager
def vigie(database_url: str, issuers: str, instruments: Path, folder: Path) -> Iterator[Server]:
    """Our service by its own command, `vigie serve`."""
    port = free_port()
    environment = {
        "DATABASE_URL": database_url,
        "VIGIE_ISSUERS": issuers,
        "VIGIE_INSTRUMENTS_DIR": str(instruments),
        "VIGIE_HOST": HOST,
        "VIGIE_PORT": str(port),
        "VIGIE_WORKERS": str(WORKERS),
        "VIGIE_DEMO": "false",
    }
    with _running(
        [str(Path(sys.executable).with_name("vigie")), "serve"], environment, port, folder / "vigie.log"
    ) as s:
        yield s


@contextmanager
def floor(database_url: str, document: Path, folder: Path) -> Iterator[Server]:
    """The floor under the same uvicorn: as many workers, the same loop, the same parser."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "bench.floor:app_from_environment", "--host", HOST]
    command += ["--port", str(port), "--workers", str(WORKERS), "--loop", "uvloop", "--http", "httptools"]
    command += ["--no-access-log", "--no-server-header"]
    environment = {"DATABASE_URL": database_url, "BENCH_DOCUMENT": str(document)}
    with _running(command, environment, port, folder / "floor.log") as server:
        yield server


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], port: int, log: Path) -> Iterator[Server]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=_inherited() | dict(environment), cwd=Path(__file__).parent.parent, stdout=out, stderr=out
        )
    try:
        _wait_until_it_answers(process, port, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _inherited() -> dict[str, str]:
    """Our environment without settings that somebody has for an installation of theirs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connection = HTTPConnection(HOST, port, timeout=2)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status < 500:  # the floor has no such path, and says so
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise ServerDidNotStart(log.read_text(errors="replace")[-4000:])
