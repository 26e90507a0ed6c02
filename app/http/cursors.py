"""Cursors of paged lists: a place in the order newest first, in a word that a URL can carry."""

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID

from fastapi.exceptions import RequestValidationError

from app.services.read_response import Place


def cursor_of(place: Place) -> str:
    """The cursor of a place."""
    plain = f"{place.authored_at.astimezone(UTC).isoformat()}|{place.response_id}"
    return base64.urlsafe_b64encode(plain.encode()).decode()


def place_of(cursor: str, parameter: str) -> Place:
    """The place that a cursor names. Raises RequestValidationError, naming the query parameter."""
    try:
        at, _, response_id = base64.urlsafe_b64decode(cursor).decode().partition("|")
        return Place(datetime.fromisoformat(at).astimezone(UTC), UUID(response_id))
    except (ValueError, OverflowError, binascii.Error):
        fault = {
            "type": "cursor",
            "loc": ("query", parameter),
            "msg": "the cursor is none that a page gave",
            "input": None,
        }
        raise RequestValidationError([fault]) from None
