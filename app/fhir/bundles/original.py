"""The resources of a Bundle's entries, byte for byte as they were sent: they are kept as received."""

import json
import re
from collections.abc import Iterator
from typing import Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder()


def original_resources(body: bytes) -> list[bytes | None]:
    """For each entry the bytes of its resource; None where it has none.

    The body was parsed already: it is valid JSON without the same key twice.
    """
    text = body.decode("utf-8")
    found: list[bytes | None] = []
    for name, start in _members(text, _past_space(text, 0)):
        if name == "entry" and text[start] == "[":
            found = [_resource(text, entry) for entry in _elements(text, start)]
    return found


def _resource(text: str, entry: int) -> bytes | None:
    for name, start in _members(text, entry):
        if name == "resource":
            return text[start : _end(text, start)].encode()
    return None


def _members(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The name of each member of the object that begins there, and where its value begins."""
    if text[start] != "{":
        return
    place = _past_space(text, start + 1)
    while text[place] != "}":
        name, place = _DECODER.raw_decode(text, place)
        value = _past_space(text, _past_space(text, place) + 1)
        yield name, value
        place = _past_comma(text, _end(text, value))


def _elements(text: str, start: int) -> Iterator[int]:
    """Where each element of the array begins that begins there."""
    place = _past_space(text, start + 1)
    while text[place] != "]":
        yield place
        place = _past_comma(text, _end(text, place))


def _end(text: str, start: int) -> int:
    _, end = _DECODER.raw_decode(text, start)
    return int(end)


def _past_comma(text: str, place: int) -> int:
    place = _past_space(text, place)
    return _past_space(text, place + 1) if text[place] == "," else place


def _past_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    assert found is not None, "the pattern takes every text"
    return found.end()
