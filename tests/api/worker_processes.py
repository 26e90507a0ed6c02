"""The service as it runs in production: processes of its own, over real HTTP."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.unit.security.forge import issuer

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Workers:
    """Running worker processes, and where they write their logs."""

    pid: int
    base_url: str
    log: Path

    def logged(self) -> list[dict[str, Any]]:
        """What the workers have logged; the supervisor that starts them writes plain text."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def serving(self) -> dict[int, int]:
        """Which worker serves each open connection: the client's port -> the worker's pid."""
        port = httpx.URL(self.base_url).port
        workers = psutil.Process(self.pid).children(recursive=True)
        sockets = ((worker.pid, c) for worker in workers for c in worker.net_connections("tcp"))
        return {c.raddr.port: pid for pid, c in sockets if c.laddr.port == port and c.raddr}


@contextmanager
def worker_processes(service_url: str, folder: Path, count: int = 2) -> Iterator[Workers]:
    """Start so many workers on a free port of the loopback; stop them by the pid of what was started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "stderr.log"
    environment = os.environ | {
        "DATABASE_URL": service_url,
        "VIGIE_ISSUERS": json.dumps([issuer().model_dump(mode="json")]),
        "VIGIE_DEMO": "false",
    }
    command = [sys.executable, "-m", "uvicorn", "app.main:app_from_environment", "--factory"]
    options = ["--host=127.0.0.1", f"--port={port}", f"--workers={count}", "--no-access-log", "--timeout-keep-alive=60"]
    with log.open("wb") as stderr:
        process = subprocess.Popen([*command, *options], cwd=PROJECT, env=environment, stderr=stderr)
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}", log)
            yield Workers(process.pid, f"http://127.0.0.1:{port}", log)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_ready(process: "subprocess.Popen[bytes]", base_url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            if httpx.get(f"{base_url}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text(encoding="utf-8"))
