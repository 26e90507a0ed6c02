"""JSON laid out for a reviewer, every number with the digits that were sent."""

import json
from typing import Any, Self


class _Digits(float):
    """A number that prints as it was written."""

    def __new__(cls, digits: str) -> Self:
        number = super().__new__(cls, digits)
        number.digits = digits
        return number

    digits: str

    def __repr__(self) -> str:
        return self.digits


def indented(sent: bytes) -> str:
    """The same JSON, two spaces a level, with a newline at its end."""
    return _written(json.loads(sent, parse_float=_Digits), "") + "\n"


def _written(value: Any, indent: str) -> str:
    deeper = indent + "  "
    if isinstance(value, dict):
        fields = (f"{deeper}{json.dumps(key)}: {_written(one, deeper)}" for key, one in value.items())
        return "{\n" + ",\n".join(fields) + f"\n{indent}}}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + _written(one, deeper) for one in value) + f"\n{indent}]"
    return repr(value) if isinstance(value, _Digits) else json.dumps(value, ensure_ascii=False)
