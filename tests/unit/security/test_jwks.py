"""Fetched keys, against an HTTP server of our own on the loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from app.security import jwks
from app.security.errors import KeysUnavailable, Rejection, TokenRejected
from app.security.jwks import FetchedKeys, StaticKeys
from app.security.tokens import TokenReader
from app.settings import Issuer
from tests.unit.security.forge import AUDIENCE, ISSUER, Clock, claims, issuer, jwk, rsa_key, rsa_token

pytestmark = pytest.mark.anyio


class KeyServer:
    """Publishes what it is told to, and counts who asks."""

    def __init__(self) -> None:
        self.requests = 0
        self.status = "200 OK"
        self.body = b""
        self.headers = ""
        self.arrived = asyncio.Condition()
        self.open = asyncio.Event()
        self.open.set()
        self.url = ""
        self.answering: set[asyncio.Task[Any]] = set()

    def publish(self, *names: str) -> None:
        self.body = json.dumps({"keys": [jwk(rsa_key(name), name) for name in names]}).encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.answering.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await reader.readuntil(b"\r\n\r\n")
                async with self.arrived:
                    self.requests += 1
                    self.arrived.notify_all()
                body, status = self.body, self.status
                await self.open.wait()
                head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{self.headers}Connection: close\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def asked(self, requests: int) -> None:
        """Wait until it was asked this many times."""
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: self.requests >= requests)

    async def stop(self) -> None:
        """Before Python 3.12 a server does not wait for the connections that it is answering."""
        for task in self.answering:
            task.cancel()
        await asyncio.gather(*self.answering, return_exceptions=True)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[KeyServer]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    key_server = KeyServer()
    key_server.publish("r1")
    async with await asyncio.start_server(key_server.answer, "127.0.0.1", 0) as listening:
        key_server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/keys"
        yield key_server
        await key_server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock(0.0)


@pytest.fixture
def keys(server: KeyServer, clock: Clock) -> FetchedKeys:
    return FetchedKeys(fetched(server.url), clock)


def fetched(url: str) -> Issuer:
    return issuer(jwks=None, jwks_url=url)


async def reason(keys: FetchedKeys, kid: str) -> Rejection:
    with pytest.raises(TokenRejected) as rejected:
        await keys.key(kid, "RS256")
    return rejected.value.reason


def is_key(found: object, name: str) -> bool:
    return found == rsa_key(name).public_key()


async def test_fetched_once_and_kept_ten_minutes(server: KeyServer, keys: FetchedKeys, clock: Clock) -> None:
    assert server.requests == 0
    for _ in range(3):
        assert is_key(await keys.key("r1", "RS256"), "r1")
    clock.now = 599.9
    await keys.key("r1", "RS256")
    assert server.requests == 1
    clock.now = 600
    await keys.key("r1", "RS256")
    assert server.requests == 2
    assert keys.generation == 1


async def test_fifty_at_once_are_one_fetch(server: KeyServer, keys: FetchedKeys) -> None:
    server.open.clear()
    asking = asyncio.gather(*(keys.key("r1", "RS256") for _ in range(50)))
    await server.asked(1)
    server.open.set()
    assert all(is_key(key, "r1") for key in await asking)
    assert server.requests == 1


async def test_fifty_at_once_after_a_rotation_are_one_fetch(server: KeyServer, keys: FetchedKeys) -> None:
    await keys.key("r1", "RS256")
    server.publish("r1", "r2")
    server.open.clear()
    asking = asyncio.gather(*(keys.key("r2", "RS256") for _ in range(50)))
    await server.asked(2)
    server.open.set()
    assert all(is_key(key, "r2") for key in await asking)
    assert server.requests == 2


async def test_an_unknown_kid_refetches_at_once_and_then_every_30_seconds_at_most(
    server: KeyServer, keys: FetchedKeys, clock: Clock
) -> None:
    await keys.key("r1", "RS256")
    for _ in range(5):
        assert await reason(keys, "invented") is Rejection.UNKNOWN_KEY
    assert server.requests == 2
    server.publish("r1", "r2")
    assert await reason(keys, "r2") is Rejection.UNKNOWN_KEY
    clock.now += 30
    assert is_key(await keys.key("r2", "RS256"), "r2")
    assert server.requests == 3


async def test_a_known_kid_that_does_not_fit_fetches_nothing(server: KeyServer, keys: FetchedKeys) -> None:
    await keys.key("r1", "RS256")
    with pytest.raises(TokenRejected) as rejected:
        await keys.key("r1", "ES256")
    assert rejected.value.reason is Rejection.KEY_UNFIT
    assert server.requests == 1


BAD_ANSWERS: list[dict[str, Any]] = [
    {"status": "500 Oops"},
    {"status": "404 Gone"},
    {"status": "302 Found", "headers": "Location: /keys\r\n"},
    {"body": b"<html>"},
    {"body": b"\xff"},
    {"body": b"[]"},
    {"body": b"[" * 100_000},
    {"body": b" " * (jwks.MAX_BYTES + 1)},
]


@pytest.mark.parametrize("bad", BAD_ANSWERS, ids=range(len(BAD_ANSWERS)))
async def test_bad_answers_keep_the_keys_at_hand(
    server: KeyServer, keys: FetchedKeys, clock: Clock, bad: dict[str, Any]
) -> None:
    await keys.key("r1", "RS256")
    for name, value in bad.items():
        setattr(server, name, value)
    clock.now = 601
    for _ in range(3):
        assert is_key(await keys.key("r1", "RS256"), "r1")
    assert server.requests == 2
    clock.now += 30
    await keys.key("r1", "RS256")
    assert server.requests == 3


async def test_keys_never_fetched_are_unavailable_and_soon_asked_for_again(
    server: KeyServer, keys: FetchedKeys, clock: Clock
) -> None:
    server.status = "503 Later"
    for _ in range(4):
        with pytest.raises(KeysUnavailable) as unavailable:
            await keys.key("r1", "RS256")
    assert unavailable.value.retry_after_s == 5
    assert server.requests == 1
    server.status = "200 OK"
    clock.now += 5
    assert is_key(await keys.key("r1", "RS256"), "r1")


async def test_nobody_listening(clock: Clock) -> None:
    async with await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
    with pytest.raises(KeysUnavailable):
        await FetchedKeys(fetched(f"http://127.0.0.1:{port}/"), clock).key("r1", "RS256")


async def test_a_slow_server_is_given_up(server: KeyServer, keys: FetchedKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "FETCH_TIMEOUT_S", 0.05)
    server.open.clear()
    with pytest.raises(KeysUnavailable):
        await keys.key("r1", "RS256")


async def test_while_one_refetches_the_others_do_not_wait(server: KeyServer, keys: FetchedKeys, clock: Clock) -> None:
    await keys.key("r1", "RS256")
    clock.now = 601
    server.open.clear()
    refetching = asyncio.create_task(keys.key("r1", "RS256"))
    await server.asked(2)
    assert is_key(await keys.key("r1", "RS256"), "r1")
    assert not refetching.done()
    server.open.set()
    assert is_key(await refetching, "r1")


async def test_a_cancelled_fetch_leaves_it_to_the_next(server: KeyServer, keys: FetchedKeys) -> None:
    server.open.clear()
    first = asyncio.create_task(keys.key("r1", "RS256"))
    second = asyncio.create_task(keys.key("r1", "RS256"))
    await server.asked(1)
    first.cancel()
    server.open.set()
    assert is_key(await second, "r1")
    assert server.requests == 2


async def test_an_emptied_set_is_a_revocation(server: KeyServer, keys: FetchedKeys, clock: Clock) -> None:
    await keys.key("r1", "RS256")
    server.publish()
    clock.now = 601
    assert await reason(keys, "r1") is Rejection.UNKNOWN_KEY


async def test_remembered_tokens_leave_with_the_old_keys(server: KeyServer) -> None:
    now, monotonic = Clock(), Clock(0.0)
    by = TokenReader((fetched(server.url),), now=now, monotonic=monotonic)
    old, new = rsa_token(), rsa_token(claims(sub="u-18"), key="r2")
    first = await by.read(old)
    assert await by.read(old) is first
    server.publish("r2")
    assert (await by.read(new)).subject.endswith("u-18")
    with pytest.raises(TokenRejected) as rejected:
        await by.read(old)
    assert rejected.value.reason is Rejection.UNKNOWN_KEY


@pytest.mark.parametrize(
    "url",
    [
        "http://login.hospital.example/keys",
        "http://127.0.0.1.evil.example/keys",
        "http://localhost.evil.example/keys",
        "http://10.0.0.1/keys",
        "ftp://localhost/keys",
        "file:///etc/keys",
        "//localhost/keys",
        "",
        "http://[::1/keys",
    ],
)
def test_keys_come_by_https(url: str) -> None:
    with pytest.raises(ValueError, match="jwks_url"):
        FetchedKeys(fetched(url), Clock())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"])
def test_but_from_this_machine(host: str) -> None:
    assert FetchedKeys(fetched(f"http://{host}:8080/keys"), Clock()).generation == 0
    assert FetchedKeys(fetched("https://login.hospital.example/keys"), Clock()).generation == 0


def test_static_keys_without_a_usable_one_are_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="no usable key"):
        StaticKeys(Issuer(issuer=ISSUER, audience=AUDIENCE, jwks={"keys": [{"kty": "oct", "k": "AAAA"}]}))
