"""`vigie run`: one command from nothing to a service, ended in every way that a terminal knows."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from app.demo.seed import CENTRE_ID
from app.security.caller import Role
from app.security.demo_issuer import DemoIssuer
from app.settings import Settings
from tests.support.processes import kill_9

PROJECT = Path(__file__).parents[2]
VIGIE = Path(sys.executable).with_name("vigie")

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Run:
    """One `vigie run`, as in a terminal of its own."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.port = port
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.parent / f"run-{time.monotonic_ns()}.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VIGIE_", "DATABASE_"))}
        self.environment = kept | {"VIGIE_DATA_DIR": str(data_dir), "PATH": f"{VIGIE.parent}:{os.environ['PATH']}"}
        self.began = time.monotonic()
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [VIGIE, "run", "--port", str(self.port), "--workers", "2"],
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_until_ready(self, seconds: float = 120) -> float:
        """How long it took from the start to the first "ready"."""
        while time.monotonic() - self.began < seconds:
            assert self.process.poll() is None, self.said
            try:
                if httpx.get(f"{self.base}/health/ready", timeout=5).status_code == 200:
                    return time.monotonic() - self.began
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        pytest.fail(f"not ready after {seconds} s:\n{self.said}")

    def everything(self) -> list[psutil.Process]:
        """The command, its workers, and its database, which has a session of its own."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def interrupt(self, order: signal.Signals = signal.SIGINT) -> int:
        """What Ctrl-C does: the signal goes to the whole group of the terminal."""
        os.killpg(self.process.pid, order)
        return self.process.wait(60)

    def curl_lines(self) -> str:
        """The lines that a person is asked to type."""
        typed = self.said.split("Type (", 1)[1].split("\n", 1)[1].split("\n\nCtrl-C", 1)[0]
        assert typed.count("curl") == 2, typed
        return typed

    def type(self, lines: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", lines],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


def of_cluster(data_dir: Path) -> list[psutil.Process]:
    """The processes of the database of a data folder, by their working folder: nobody else's."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == data_dir / "cluster" and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, FileNotFoundError):
            continue
    return found


def of_group(leader: int) -> list[psutil.Process]:
    """The processes of a run's own process group."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == leader:
                found.append(process)
        except ProcessLookupError:
            continue
    return found


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Not tmp_path: as root, PostgreSQL runs as another account."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-run-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder / "data"
    kill_9(of_cluster(folder / "data"))
    shutil.rmtree(folder)


@pytest.fixture
def start(data_dir: Path) -> Iterator[Any]:
    started: list[Run] = []

    def start_one(port: int | None = None) -> Run:
        started.append(Run(data_dir, port or free_port()))
        return started[-1]

    yield start_one
    for run in started:
        if run.process.poll() is None:
            kill_9(run.everything())
            run.process.wait(30)
        kill_9(of_group(run.process.pid))  # workers that outlived their command


def as_(role: Role, data_dir: Path) -> dict[str, str]:
    """The headers of a caller, with a token like those of `vigie token`."""
    token = DemoIssuer.open(Settings(demo=True), data_dir).mint(role, CENTRE_ID)
    return {"Authorization": f"Bearer {token}"}


def responses_of(run: Run, patient: str, headers: dict[str, str]) -> list[str]:
    answer = httpx.get(f"{run.base}/v1/patients/{patient}/responses?count=200", headers=headers)
    return [response["id"] for response in answer.raise_for_status().json()["responses"]]


def test_a_first_look_and_everything_that_may_end_it(start: Any, data_dir: Path) -> None:
    first: Run = start()
    first.wait_until_ready()
    assert "DEMONSTRATION with synthetic patients" in first.said
    assert re.search(r"\d+ of \d+ patients", first.said), "steps that take time show progress"
    assert httpx.get(f"{first.base}/demo").status_code == 200
    assert f"{first.base}/demo" in first.said
    assert f"{first.base}/docs" in first.said
    opened = re.search(rf"{first.base}/demo/open\?consultation=(\S+)", first.said)
    assert opened is not None
    page = httpx.get(opened[0], follow_redirects=False)
    assert page.status_code == 303

    # What a person types: submit, then look again.
    synthesis = f"{first.base}/v1/consultations/{opened[1]}/synthesis"
    staff = as_(Role.NURSE, data_dir)
    before = httpx.get(synthesis, headers=staff).raise_for_status().text
    printed = first.type(first.curl_lines())
    submitted, after = (line for line in printed.replace("}{", "}\n{").splitlines() if line)
    response = re.search(r'"id":"([0-9a-f-]{36})"', submitted)
    assert response is not None, printed
    assert response[1] in after, first.said
    assert response[1] not in before

    # A second run on the same folder is told why it cannot, and does no harm.
    second: Run = start()
    assert second.process.wait(60) == 1
    assert "in use by another vigie" in second.said
    assert "Traceback" not in second.said
    assert httpx.get(f"{first.base}/health/ready").status_code == 200

    # Ctrl-C ends everything, and says nothing that frightens.
    running = first.everything()
    assert of_cluster(data_dir)
    first.interrupt()
    assert "Traceback" not in first.said
    gone, alive = psutil.wait_procs(running, timeout=10)
    assert not alive
    assert len(gone) > 3
    assert of_cluster(data_dir) == []

    # The next one starts in seconds, with the data, and without seeding again.
    again: Run = start()
    assert again.wait_until_ready() < 30
    assert "patients\n" not in again.said.split("DEMONSTRATION")[0]
    patient = re.search(r"/v1/patients/([0-9a-f-]{36})/responses", again.said)
    assert patient is not None
    assert response[1] in responses_of(again, patient[1], staff)

    # kill -9 of everything: the next one recovers, with every acknowledged response.
    body = {"questionnaire": "pre-consultation", "version": "1.0.0", "language": "fr", "answers": {"can-wait": "yes"}}
    acknowledged = httpx.post(
        f"{again.base}/v1/patients/{patient[1]}/responses",
        json=body | {"authored": datetime.now(UTC).isoformat()},
        headers={**staff, "Idempotency-Key": "before-the-kill"},
    )
    assert acknowledged.status_code == 201, acknowledged.text
    known = {response[1], acknowledged.json()["id"]}
    killed = again.everything()
    kill_9(killed)
    again.process.wait(30)
    psutil.wait_procs([*killed, *of_cluster(data_dir)], timeout=10)
    recovered: Run = start()
    recovered.wait_until_ready()
    assert known <= set(responses_of(recovered, patient[1], staff))

    # kill -9 of the command alone: its workers end by themselves, and the next one takes over database and port.
    left = recovered.everything()[1:]
    os.kill(recovered.process.pid, signal.SIGKILL)
    recovered.process.wait(30)
    gone, alive = psutil.wait_procs([process for process in left if process not in of_cluster(data_dir)], timeout=20)
    assert not alive, "workers without their command go on listening"
    assert of_cluster(data_dir)
    last: Run = start(recovered.port)
    last.wait_until_ready()
    assert "Taking over the PostgreSQL that a killed run left behind" in last.said
    assert known <= set(responses_of(last, patient[1], staff))
    last.interrupt(signal.SIGTERM)
    assert of_cluster(data_dir) == []


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [VIGIE, "run", "--port", str(port)],
            env={**os.environ, "VIGIE_DATA_DIR": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"something listens on 127.0.0.1:{port} already" in done.stderr
    assert not (tmp_path / "data").exists()
