"""The load generator: a closed loop of keep-alive HTTP/1.1 connections on raw sockets, in a process of its own.

It only ever talks to 127.0.0.1, and stops at a time or a count, whichever comes first.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self, cast

import uvloop

from app.store.ids import new_id

HOST = "127.0.0.1"
KEY = b"@a-fresh-word-of-36-characters-here@"
NOW = b"@the-time-in-32-characters-here@"
"""What a request may hold in their place: both are replaced by something of the same length when it is sent."""

_BUSY = b"503"
_GRACE_S = 15.0


class LoadFailed(Exception):
    """The server refused, closed a connection or did not answer: what was measured would mean nothing."""


@dataclass(frozen=True, slots=True)
class Template:
    """One request, but for its placeholders. Bodies are shared between templates."""

    head: bytes
    body: bytes = b""

    @classmethod
    def of(cls, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Self:
        """A request with its Host and Content-Length."""
        fields = {"Host": HOST, "Content-Length": str(len(body)), **headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        return cls("\r\n".join([*lines, "", ""]).encode(), body)

    def filled(self) -> bytes:
        """The bytes to send."""
        now = datetime.now(UTC).isoformat(timespec="microseconds").encode()
        return (self.head + self.body).replace(KEY, str(new_id()).encode()).replace(NOW, now)


@dataclass(frozen=True, slots=True)
class Load:
    """What came of one run. `refused` were answered 503 and are in no other figure; `cpu_s` is the generator's own."""

    requests: int
    refused: int
    seconds: float
    latencies_ms: list[float]
    cpu_s: float


@dataclass(slots=True)
class _Run:
    """What the connections of one run share."""

    templates: Sequence[Template]
    position: int
    expected: bytes
    deadline: float
    count: int
    sent: int = 0
    refused: int = 0
    latencies_ms: list[float] = field(default_factory=list)

    def next_request(self) -> bytes | None:
        """The next request, or None when it is time to stop."""
        if self.sent >= self.count or time.perf_counter() >= self.deadline:
            return None
        template = self.templates[(self.position + self.sent) % len(self.templates)]
        self.sent += 1
        return template.filled()


class _Connection(asyncio.Protocol):
    """One client: sends, waits for the whole answer, sends again."""

    def __init__(self, run: _Run, done: "asyncio.Future[None]") -> None:
        self._run = run
        self._done = done
        self._received = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own does not inherit from it
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or len(self._received) < end + 4 + _content_length(self._received[:end]):
            return
        status = self._received[9:12]
        if status == self._run.expected:
            self._run.latencies_ms.append((time.perf_counter() - self._sent_at) * 1000)
        elif status == _BUSY:
            self._run.refused += 1
        else:
            self._fail(f"expected {self._run.expected.decode()}, got: {self._received.decode(errors='replace')}")
            return
        self._received = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._fail("the server closed the connection")

    def _send(self) -> None:
        request = self._run.next_request()
        self._sent_at = time.perf_counter()
        if request is not None:
            self._transport.write(request)
        elif not self._done.done():
            self._done.set_result(None)
            self._transport.close()

    def _fail(self, why: str) -> None:
        if not self._done.done():
            self._done.set_exception(LoadFailed(why))
            self._transport.abort()


class LoadGenerator:
    """A process that holds the requests of every scenario, and sends those of one when told. A context manager."""

    def __init__(self, scenarios: Mapping[str, Sequence[Template]]) -> None:
        self._positions = dict.fromkeys(scenarios, 0)
        spawn = multiprocessing.get_context("spawn")
        self._process = ProcessPoolExecutor(1, mp_context=spawn, initializer=_keep, initargs=(dict(scenarios),))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.shutdown()

    def run(self, scenario: str, port: int, connections: int, *, status: int, seconds: float, count: int) -> Load:
        """Send for so long or so many. Goes on where the scenario's last run stopped. Raises LoadFailed."""
        position = self._positions[scenario]
        told = self._process.submit(_run, scenario, position, port, connections, status, seconds, count)
        load = told.result(timeout=seconds + 2 * _GRACE_S)
        self._positions[scenario] += load.requests + load.refused
        if not load.requests:
            raise LoadFailed(f"{scenario}: none of {load.refused} requests was answered with {status}")
        return load


_scenarios: dict[str, Sequence[Template]] = {}


def _keep(scenarios: dict[str, Sequence[Template]]) -> None:
    _scenarios.update(scenarios)


def _run(scenario: str, position: int, port: int, connections: int, status: int, seconds: float, count: int) -> Load:
    run = _Run(_scenarios[scenario], position, str(status).encode(), time.perf_counter() + seconds, count)
    cpu, start = time.process_time(), time.perf_counter()
    uvloop.run(_drive(run, port, connections, seconds + _GRACE_S))
    elapsed = time.perf_counter() - start
    return Load(len(run.latencies_ms), run.refused, elapsed, run.latencies_ms, time.process_time() - cpu)


async def _drive(run: _Run, port: int, connections: int, limit_s: float) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(limit_s):
        await asyncio.gather(*(_one(run, loop, port) for _ in range(connections)))


async def _one(run: _Run, loop: asyncio.AbstractEventLoop, port: int) -> None:
    done: asyncio.Future[None] = loop.create_future()
    await loop.create_connection(lambda: _Connection(run, done), HOST, port)
    await done


def _content_length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    return int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
