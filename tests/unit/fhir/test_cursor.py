"""A cursor goes on with the same search of the same centre, and tells nobody anything."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from app.fhir.search.cursor import Place, cursor_of, place_of
from app.fhir.search.query import read_query
from app.http.refusal import Refused
from app.services.response_history import HistoryPosition
from app.services.response_pages import Position
from app.store.revision import RevisionPlace
from tests.unit.fhir.asked import DATABASE, OFFER, Parameters, request

pytestmark = pytest.mark.anyio

CENTRE = UUID("018f0000-0000-7000-8000-0000000000c1")
OTHER = UUID("018f0000-0000-7000-8000-0000000000c2")
PLACE: Place = ["2026-03-02T09:00:00+00:00", 7, "018f0000-0000-7000-8000-0000000000a1"]
SEARCH = (("code", "a,b"), ("_count", "2"))
SECRET = "Colette-0612345678"


async def made(search: Parameters = SEARCH, posted: Parameters | None = None, place: Place = PLACE) -> str:
    asked = request(search, posted)
    return cursor_of(asked, CENTRE, await read_query(asked, OFFER), place)


async def gone_on(
    cursor: str, search: Parameters = SEARCH, *, centre: UUID = CENTRE, posted: bool = False, **more: Any
) -> Place | None:
    sent = [*search, ("_cursor", cursor)]
    asked = request((), sent, **more) if posted else request(sent, **more)
    return place_of(asked, centre, await read_query(asked, OFFER), list)


async def refused(cursor: str, search: Parameters = SEARCH, **more: Any) -> None:
    with pytest.raises(Refused) as caught:
        await gone_on(cursor, search, **more)
    problem = caught.value.problem
    assert (problem.kind.slug, problem.issues[0]["expression"]) == ("search-invalid", "http._cursor")
    assert len(cursor) < 8 or cursor not in repr(problem)


async def test_a_search_goes_on_where_its_page_ended() -> None:
    assert await gone_on(await made()) == PLACE
    asked = request(SEARCH)
    assert place_of(asked, CENTRE, await read_query(asked, OFFER), list) is None


async def test_the_order_of_the_parameters_and_how_they_are_sent_do_not_matter() -> None:
    assert await gone_on(await made(), SEARCH[::-1]) == PLACE
    assert await gone_on(await made(), posted=True) == PLACE


async def test_it_outlives_a_restart_and_is_good_on_every_worker() -> None:
    # Each request of these tests is of an application of its own.
    assert [await gone_on(await made()) for _ in range(2)] == [PLACE, PLACE]


async def test_another_installation_takes_none_of_it() -> None:
    await refused(await made(), database="postgresql://service:another@db.example/vigie")


async def test_another_centre_takes_none_of_it() -> None:
    with pytest.raises(Refused):
        await gone_on(await made(), centre=OTHER)


@pytest.mark.parametrize(
    "search",
    [(), (("code", "a"), ("_count", "2")), (("code", "a,b"), ("_count", "3")), (*SEARCH, ("date", "2026"))],
)
async def test_another_search_takes_none_of_it(search: Parameters) -> None:
    await refused(await made(), search)


async def test_the_search_of_another_type_takes_none_of_it() -> None:
    await refused(await made(), path="/fhir/QuestionnaireResponse")


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "=", "A" * 5000, base64.urlsafe_b64encode(b"\x00" * 60).decode()])
async def test_what_was_never_one_is_refused(cursor: str) -> None:
    await refused(cursor)


@given(data=st.data())
async def test_one_that_was_changed_is_refused(data: st.DataObject) -> None:
    cursor = await made()
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    changed = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    await refused(changed)
    await refused(cursor[: data.draw(st.integers(1, len(cursor) - 2))])


async def test_two_of_one_place_are_not_alike_and_nothing_can_be_read_in_them() -> None:
    first, second = await made(), await made()
    assert first != second
    for cursor in (first, second):
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        assert b"2026" not in plain
        assert b"code" not in plain


async def test_a_posted_identifier_is_searched_for_on_the_next_page_too() -> None:
    cursor = await made((), [("identifier", f"urn:s|{SECRET}"), ("code", "a")])
    assert SECRET not in cursor
    asked = request([("code", "a"), ("_cursor", cursor)])
    query = await read_query(asked, OFFER)
    assert query.criteria["identifier"][0][0].code == SECRET  # type: ignore[union-attr]
    assert query.understood == (("code", "a"),)
    assert place_of(asked, CENTRE, query, list) == PLACE
    following = cursor_of(asked, CENTRE, query, PLACE)
    assert await gone_on(following, (("code", "a"),)) == PLACE


@given(place=st.lists(st.one_of(st.text(alphabet="abc-:", max_size=40), st.integers(0, 2**53)), max_size=4))
async def test_every_place_comes_back(place: Place) -> None:
    assert await gone_on(await made(place=place)) == place


KEY = "one-that-nobody-can-guess-0123456789"


async def test_with_a_key_of_its_own_the_address_of_the_database_opens_none() -> None:
    asked = request(SEARCH, cursor_key=KEY)
    cursor = cursor_of(asked, CENTRE, await read_query(asked, OFFER), PLACE)
    await refused(cursor)
    assert await gone_on(cursor, database="postgresql://service@other.example/vigie", cursor_key=KEY) == PLACE
    assert KEY not in repr(asked.app.state.settings)


def sealed(content: object) -> str:
    """What somebody makes who knows the key."""
    key, nonce = hashlib.sha256(f"vigie cursor {DATABASE}".encode()).digest(), secrets.token_bytes(12)
    made_up = AESGCM(key).encrypt(nonce, content if isinstance(content, bytes) else orjson.dumps(content), None)
    return base64.urlsafe_b64encode(nonce + made_up).rstrip(b"=").decode()


@pytest.mark.parametrize("content", [b"", b"{", None, 1, [], ["x", []], ["x", 1, []], ["x", [], 1], ["x", [], [["a"]]]])
async def test_one_that_is_sealed_and_holds_something_else_is_refused(content: object) -> None:
    await refused(sealed(content))


READERS = [Position.of, HistoryPosition.of, RevisionPlace.of]
NONSENSE: list[Place] = [[], ["x"], ["x", "x", "x"], ["x"] * 4, [1] * 6, ["2026-03-02", "x", "y"], ["2026-03-02"] * 4]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("place", NONSENSE)
async def test_a_place_that_makes_no_sense_is_refused(place: Place, read: Callable[[Place], object]) -> None:
    cursor = await made(place=place)
    asked = request([*SEARCH, ("_cursor", cursor)])
    with pytest.raises(Refused) as caught:
        place_of(asked, CENTRE, await read_query(asked, OFFER), read)
    assert caught.value.problem.issues[0]["expression"] == "http._cursor"
