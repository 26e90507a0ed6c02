"""Cursors: where a page of a search goes on. Sealed, and good for the same search of the same centre only.

A cursor carries what a POST to `_search` keeps out of URLs, so that `next` can be followed with a GET: it is encrypted,
and whoever reads the address reads nothing without the key. The key comes from `VIGIE_CURSOR_KEY`; where that is not
set, from `DATABASE_URL`, which every worker and replica shares too, so that a cursor outlives a restart. That is a
secret where the URL has a password. Where it has none (peer authentication, a certificate, the embedded database) the
key can be guessed: whoever does can read a cursor, and make one. It opens nothing that its caller may not see, because
every page is searched with the caller's own rights; but what a cursor holds is never trusted to make sense.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Request

from app.http.refusal import refusal
from app.settings import Settings

if TYPE_CHECKING:
    from app.fhir.search.query import SearchQuery

_NONCE_BYTES: Final = 12  # NIST SP 800-38D, section 8.2

Place = list[str | int]
"""What the search needs to go on: plain words and numbers."""
Position = TypeVar("Position")


@dataclass(frozen=True, slots=True)
class OpenedCursor:
    """What a cursor holds: of which search, where that goes on, and its parameters that stand in no URL."""

    search: str
    place: Place
    hidden: tuple[tuple[str, str], ...]


def cursor_of(request: Request, centre_id: UUID, query: "SearchQuery", place: Place) -> str:
    """The cursor of a place."""
    content = orjson.dumps([_search(request, centre_id, query), place, query.hidden])
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(_key(request)).encrypt(nonce, content, None)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def open_cursor(request: Request, text: str) -> OpenedCursor:
    """What a cursor of ours holds. Raises Refused."""
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        content = AESGCM(_key(request)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        search, place, hidden = orjson.loads(content)
        return OpenedCursor(str(search), list(place), tuple((str(name), str(value)) for name, value in hidden))
    except (ValueError, TypeError, binascii.Error, InvalidTag):
        raise _not_ours() from None


def place_of(
    request: Request, centre_id: UUID, query: "SearchQuery", read: Callable[[Place], Position]
) -> Position | None:
    """The place that the search's cursor names, as `read` takes it; None where it has none.

    Raises Refused, also where `read` can make nothing of the place.
    """
    if query.opened is None:
        return None
    if query.opened.search != _search(request, centre_id, query):
        raise _not_ours()
    try:
        return read(query.opened.place)
    except (ValueError, TypeError, LookupError):
        raise _not_ours() from None


def _search(request: Request, centre_id: UUID, query: "SearchQuery") -> str:
    """A digest of everything that the search found by."""
    parameters: Sequence[tuple[str, str]] = sorted((*query.understood, *query.hidden))
    asked = orjson.dumps([request.url.path.removesuffix("/_search"), str(centre_id), parameters])
    return hashlib.sha256(asked).hexdigest()[:32]


def _key(request: Request) -> bytes:
    settings: Settings = request.app.state.settings
    source = settings.cursor_key.get_secret_value() if settings.cursor_key else settings.database_url
    return hashlib.sha256(f"vigie cursor {source}".encode()).digest()


def _not_ours() -> Exception:
    text = "take `next` of a page as it is; to change the search, begin it again"
    issue = {"code": "cursor", "expression": "http._cursor", "text": text}
    return refusal("search-invalid", "the cursor is none that a page of this search gave", issue)
