"""JSON columns: numbers stay exact. PostgreSQL's jsonb keeps a number's digits, so `62.50` comes back as it went in."""

import json
from decimal import Decimal
from typing import Any

import orjson

_DECODER = json.JSONDecoder(parse_float=Decimal)


def dump(value: Any) -> str:
    """The JSON text of plain data; a Decimal is written as the number that it is."""
    return orjson.dumps(value, default=number).decode()


def load(text: str) -> Any:
    """Plain data from JSON text, numbers with a fraction as Decimal."""
    return _DECODER.decode(text)


def number(value: object) -> orjson.Fragment:
    """What orjson calls for a Decimal: the number that it is. Raises TypeError for anything else."""
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(type(value).__name__)
