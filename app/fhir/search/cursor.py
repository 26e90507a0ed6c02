"""Cursors: where a page of a search goes on. Signed, and good for the same search of the same centre only.

The key comes from the database's address and password, which every worker and replica of an installation shares and
nobody else knows: there is nothing to set, and a cursor outlives a restart.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final
from uuid import UUID

import orjson
from fastapi import Request

from app.fhir.search.query import SearchQuery
from app.http.refusal import refusal
from app.settings import Settings

_SIGNATURE_BYTES: Final = 16

Place = list[str | int]
"""What the search needs to go on: plain words and numbers."""


def cursor_of(request: Request, centre_id: UUID, query: SearchQuery, place: Place) -> str:
    """The cursor of a place."""
    content = orjson.dumps(place)
    return base64.urlsafe_b64encode(_signature(request, centre_id, query, content) + content).rstrip(b"=").decode()


def place_of(request: Request, centre_id: UUID, query: SearchQuery) -> Place | None:
    """The place that the search's cursor names; None where it has none. Raises Refused."""
    if query.cursor is None:
        return None
    try:
        packed = base64.urlsafe_b64decode(query.cursor + "=" * (-len(query.cursor) % 4))
    except (ValueError, binascii.Error):
        packed = b""
    signature, content = packed[:_SIGNATURE_BYTES], packed[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(request, centre_id, query, content)):
        text = "take `next` of a page as it is; to change the search, begin it again"
        issue = {"code": "cursor", "expression": "http._cursor", "text": text}
        raise refusal("search-invalid", "the cursor is none that a page of this search gave", issue)
    place: Place = orjson.loads(content)
    return place


def _signature(request: Request, centre_id: UUID, query: SearchQuery, content: bytes) -> bytes:
    settings: Settings = request.app.state.settings
    key = hashlib.sha256(f"vigie cursor {settings.database_url}".encode()).digest()
    asked = orjson.dumps([request.url.path.removesuffix("/_search"), str(centre_id), sorted(query.understood)])
    return hmac.digest(key, asked + content, "sha256")[:_SIGNATURE_BYTES]
