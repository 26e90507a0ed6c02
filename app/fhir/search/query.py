"""A search as it was asked, read by what the resource's offer declares: nothing else is understood.

What is not understood is refused where the client wants it (`Prefer: handling=strict`), else left out and named in the
answer. A value that cannot be read is always refused: to leave it out would find more than was asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request

from app.fhir.exchange import prefers, service_base
from app.fhir.offer import ParameterType, ResourceOffer, SearchParameter
from app.fhir.search.values import (
    CanonicalValue,
    DateValue,
    QuantityValue,
    ReferenceValue,
    StringValue,
    TokenValue,
    Value,
    read_canonical,
    read_date,
    read_quantity,
    read_reference,
    read_token,
    split_escaped,
    unescaped,
)
from app.http.refusal import refusal

MAX_COUNT: Final = 200
_MAX_VALUES: Final = 100
_RESULT_PARAMETERS: Final = ("_count", "_sort", "_include", "_summary", "_elements", "_total")
_TRANSPORT: Final = frozenset({"_format", "_pretty"})
"""Read before the search (`app.fhir.exchange`)."""

AnyValue = TypeVar("AnyValue", TokenValue, DateValue, ReferenceValue, CanonicalValue, QuantityValue, StringValue)


class Summary(StrEnum):
    """R4: which elements of a resource are given."""

    FALSE = "false"
    TRUE = "true"
    TEXT = "text"
    DATA = "data"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class SortKey:
    """One parameter of `_sort`."""

    parameter: str
    descending: bool


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search that was understood.

    `criteria`: for each parameter the criteria that must all hold; each holds where one of its values does.
    `understood` are the parameters of the self link, in the order in which they were sent; `ignored` the names of what
    was not understood; `cursor` where a page goes on.
    """

    criteria: Mapping[str, tuple[tuple[Value, ...], ...]]
    count: int
    sort: tuple[SortKey, ...]
    includes: frozenset[str]
    summary: Summary
    elements: tuple[str, ...]
    wants_total: bool
    cursor: str | None
    understood: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]

    def all_of(self, name: str, kind: type[AnyValue]) -> tuple[tuple[AnyValue, ...], ...]:
        """The criteria of one parameter, whose values are of that type by its declaration."""
        return tuple(
            tuple(value for value in values if isinstance(value, kind)) for values in self.criteria.get(name, ())
        )

    def one_of(self, name: str, kind: type[AnyValue]) -> tuple[AnyValue, ...] | None:
        """The values of a parameter that may be sent once; None where it was not sent.

        Raises Refused where it was sent twice: for a resource with one such value, both could hold of none.
        """
        criteria = self.all_of(name, kind)
        if len(criteria) > 1:
            raise _wrong(name, "send it once, its values separated by commas")
        return criteria[0] if criteria else None


async def read_query(request: Request, offer: ResourceOffer) -> SearchQuery:
    """The search of a GET, or of a POST to `_search`. Raises Refused."""
    sent = list(request.query_params.multi_items())
    if request.method == "POST":
        body = (await request.body()).decode("utf-8", errors="replace")
        sent += parse_qsl(body, keep_blank_values=True, max_num_fields=1000)
    return _Reading(offer, service_base(request), strict=prefers(request, "handling") == "strict").read(sent)


class _Reading:
    """One search being read."""

    def __init__(self, offer: ResourceOffer, base: str, *, strict: bool) -> None:
        self.offer = offer
        self.base = base
        self.strict = strict
        self.criteria: dict[str, tuple[tuple[Value, ...], ...]] = {}
        self.result: dict[str, list[str]] = {}
        self.understood: list[tuple[str, str]] = []
        self.ignored: list[str] = []
        self.cursor: str | None = None

    def read(self, sent: Sequence[tuple[str, str]]) -> SearchQuery:
        for name, text in sent:
            self.take(name, text)
        if self.ignored and self.strict:
            issues = (_issue(name, self.allowed, "unknown-parameter") for name in self.ignored)
            detail = "parameters that this search does not understand"
            raise refusal("search-parameter-unknown", detail, *issues)
        return SearchQuery(
            criteria=self.criteria,
            count=self.count(),
            sort=self.sort(),
            includes=self.includes(),
            summary=self.summary(),
            elements=tuple(part for text in self.result.get("_elements", ()) for part in text.split(",") if part),
            wants_total=self.wants_total(),
            cursor=self.cursor,
            understood=tuple(self.understood),
            ignored=tuple(self.ignored),
        )

    @property
    def allowed(self) -> str:
        return "understood are " + ", ".join((*self.offer.by_name, *_RESULT_PARAMETERS))

    def take(self, name: str, text: str) -> None:
        if name in _TRANSPORT or not text:  # R4: a parameter without a value is ignored
            return
        if name == "_cursor":
            self.cursor = text
            return
        plain, _, modifier = name.partition(":")
        parameter = self.offer.by_name.get(plain)
        if name in _RESULT_PARAMETERS:
            self.result.setdefault(name, []).append(text)
        elif parameter is not None and _takes(parameter, modifier):
            values = self.values(parameter, modifier, text)
            self.criteria[plain] = (*self.criteria.get(plain, ()), values)
        else:
            self.ignored.append(name[:64])
            return
        self.understood.append((name, text))

    def values(self, parameter: SearchParameter, modifier: str, text: str) -> tuple[Value, ...]:
        parts = split_escaped(text, ",")
        if len(parts) > _MAX_VALUES:
            raise _wrong(parameter.name, f"at most {_MAX_VALUES} values")
        try:
            values = tuple(self.value(parameter, part) for part in parts)
        except ValueError as error:
            raise _wrong(parameter.name, str(error)) from None
        for value in values:
            # `subject:Patient=1` and `subject=Patient/1` say the same.
            stated = modifier or (value.type if isinstance(value, ReferenceValue) else None)
            if stated and parameter.targets and stated not in parameter.targets:
                raise _wrong(parameter.name, f"it refers to {' or '.join(parameter.targets)}")
        return tuple(
            ReferenceValue(modifier, v.id) if modifier and isinstance(v, ReferenceValue) else v for v in values
        )

    def value(self, parameter: SearchParameter, text: str) -> Value:
        match parameter.type:
            case ParameterType.TOKEN:
                return read_token(text)
            case ParameterType.DATE:
                return read_date(text)
            case ParameterType.REFERENCE:
                return read_reference(text, self.base) if parameter.targets else read_canonical(text)
            case ParameterType.URI:
                return CanonicalValue(unescaped(text), None)
            case ParameterType.QUANTITY:
                return read_quantity(text)
            case ParameterType.STRING:
                return StringValue(unescaped(text))

    def count(self) -> int:
        text = self.result.get("_count", [str(self.offer.default_count)])[-1]
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise _wrong("_count", "a whole number")
        return min(int(text), MAX_COUNT)

    def sort(self) -> tuple[SortKey, ...]:
        names = [name for text in self.result.get("_sort", ()) for name in text.split(",")]
        keys = tuple(SortKey(name.removeprefix("-"), name.startswith("-")) for name in names)
        if len(keys) > 1 or any(key.parameter not in self.offer.sorts for key in keys):
            raise _wrong("_sort", f"one of {', '.join(self.offer.sorts) or 'nothing: this search has one order'}")
        return keys

    def includes(self) -> frozenset[str]:
        wanted = frozenset(self.result.get("_include", ()))
        if unknown := wanted - set(self.offer.includes):
            del unknown
            raise _wrong("_include", f"one of {', '.join(self.offer.includes) or 'nothing'}")
        return wanted

    def summary(self) -> Summary:
        try:
            return Summary(self.result.get("_summary", ["false"])[-1])
        except ValueError:
            raise _wrong("_summary", ", ".join(Summary)) from None

    def wants_total(self) -> bool:
        wanted = self.result.get("_total", ["none"])[-1]
        if wanted not in ("none", "estimate", "accurate"):
            raise _wrong("_total", "none, estimate, accurate")
        return wanted != "none"


def _takes(parameter: SearchParameter, modifier: str) -> bool:
    """Modifiers: the type of a reference, and no other."""
    return not modifier or (parameter.type is ParameterType.REFERENCE and modifier in parameter.targets)


def _issue(name: str, text: str, code: str) -> dict[str, str]:
    return {"code": code, "expression": f"http.{name}", "text": text}


def _wrong(name: str, allowed: str) -> Exception:
    return refusal("search-invalid", f"the search parameter {name} cannot be read", _issue(name, allowed, "invalid"))
