"""The fields that several bodies share, each with the limits that its documentation shows."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Header, Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from app.services.clocks import storable
from app.store.centre import ContactKind

# No control characters: PostgreSQL cannot store NUL, and nobody's name or visit id has any.
_PLAIN = r"^[^\x00-\x1f\x7f]+$"

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PLAIN)]
Uri = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f]+$")
]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
InstrumentId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+(\.\d+)?$", max_length=20)]

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.]\d{1,9})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _written_as_timestamp(value: Any) -> Any:
    """Refuse what pydantic would read as seconds since 1970: a number, or a text of digits such as a year."""
    if isinstance(value, str) and not _TIMESTAMP.fullmatch(value):
        raise PydanticCustomError("datetime_parsing", "not RFC 3339")
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("datetime_type", "a text is needed: a date and time with its offset (RFC 3339)")
    return value


def _written_as_day(value: Any) -> Any:
    if not (isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value))):
        raise PydanticCustomError("date_parsing", "not a date")
    return value


def _within_reason(moment: datetime) -> datetime:
    if not 1900 <= moment.year < 2200:
        raise PydanticCustomError("datetime_out_of_range", "a date between 1900 and 2199 is needed")
    return moment


def _of_a_life(day: date) -> date:
    if not 1850 <= day.year < 2200:
        raise PydanticCustomError("date_out_of_range", "a date between 1850 and 2199 is needed")
    return day


Timestamp = Annotated[AwareDatetime, BeforeValidator(_written_as_timestamp), AfterValidator(storable)]
"""What a client's clock said. Any clock is let through: an answer is not refused for it."""

Moment = Annotated[Timestamp, AfterValidator(_within_reason), Field(description="Between 1900 and 2199.")]
"""A moment that somebody chose, such as a visit's."""

Day = Annotated[date, BeforeValidator(_written_as_day), AfterValidator(_of_a_life)]
"""A day of a living person's calendar."""

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


class ContactOut(BaseModel):
    """A number to call in an emergency, and who answers there. A `helpline` is for thoughts of dying."""

    number: str
    name: str
    kind: ContactKind


class RefOut(BaseModel):
    """One revision of one response."""

    id: UUID
    revision: int


class Documented(BaseModel):
    """What is written elsewhere and described here: nothing more, nothing less."""

    model_config = ConfigDict(extra="forbid")


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
