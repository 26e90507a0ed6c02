"""The fields that several bodies share, each with the limits that its documentation shows."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Header, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

# No control characters: PostgreSQL cannot store NUL, and nobody's name or visit id has any.
_PLAIN = r"^[^\x00-\x1f\x7f]+$"

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PLAIN)]
Uri = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f]+$")
]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
InstrumentId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+(\.\d+)?$", max_length=20)]
Timestamp = AwareDatetime

_ANSWER = {
    "description": (
        "An option's code, a text, a number, a date or time in ISO 8601, or true/false; "
        "a list of them for an item that repeats."
    ),
    "anyOf": [
        {"type": "string"},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}},
    ],
}
Answers = Annotated[
    dict[str, Annotated[Any, WithJsonSchema(_ANSWER)]],
    Field(max_length=2_000, description="link id -> answer. Leave an item out where nothing was answered."),
]

InstrumentPath = Annotated[InstrumentId, Path(description="The instrument, such as `pre-consultation`.")]
VersionPath = Annotated[Version, Path(description="The version, such as `1.0.0`.")]

IfMatch = Annotated[
    Annotated[str, StringConstraints(pattern=r'^(W/)?"[1-9]\d{0,8}"$')] | None,
    Header(description="The ETag that was read: the revision that this changes."),
]
IfNoneMatch = Annotated[Literal["*"] | None, Header(description="`*`: there must be nothing yet.")]


class Body(BaseModel):
    """What every request body shares: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _number(value: Any) -> Any:
    """Plain JSON: a Decimal as a number (pydantic would write a text). Up to 15 digits it is the same number."""
    if isinstance(value, dict):
        return {key: _number(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_number(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


Plain = Annotated[Any, PlainSerializer(_number, when_used="json")]
"""Plain data of an answer, such as answers and scores."""


def etag(revision: int) -> str:
    """The ETag of a revision."""
    return f'"{revision}"'


def revision_of(if_match: str) -> int:
    """The revision that an ETag names."""
    return int(if_match.removeprefix("W/").strip('"'))
