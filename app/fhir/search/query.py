"""A search as it was asked, read by what the resource's offer declares: nothing else is understood.

What is not understood is refused where the client wants it (`Prefer: handling=strict`), else left out and named in the
answer. A value that cannot be read is always refused: to leave it out would find more than was asked for. So is a
modifier that is not offered (R4 Search, "Modifiers"): without its `:not` a parameter says the opposite. And so is a
parameter that is chained, either way (R4 Search, 3.1.1.4.7 and 3.1.1.4.8): without it the resources of everybody match.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request

from app.fhir.exchange import prefers, service_base
from app.fhir.offer import ParameterType, ResourceOffer, SearchParameter
from app.fhir.search.cursor import OpenedCursor, open_cursor
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
_MAX_PARAMETERS: Final = 1000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z_:.-]{0,63}")
_REVERSE_CHAIN: Final = "_has"
_NO_CHAINS: Final = "no chained parameters: first find the resource that is referred to, then name it by its id"
_KEPT_OUT_OF_URLS: Final = frozenset({"identifier"})
"""What a POST to `_search` is for: names of patients that must not stand in the links of its answer either."""
_TRANSPORT: Final = frozenset({"_format", "_pretty", "_cursor"})
"""Read before the search."""

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
    `understood` are the parameters of the self link, in the order in which they were sent, `hidden` those that are kept
    out of it; `ignored` the names of what was not understood; `cursor` where a page goes on, `opened` what it holds.
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
    hidden: tuple[tuple[str, str], ...] = ()
    opened: OpenedCursor | None = None

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
            raise unreadable(name, "send it once, its values separated by commas")
        return criteria[0] if criteria else None


async def read_query(request: Request, offer: ResourceOffer) -> SearchQuery:
    """The search of a GET, or of a POST to `_search`. Raises Refused."""
    sent = list(request.query_params.multi_items())
    if request.method == "POST":
        body = (await request.body()).decode("utf-8", errors="replace")
        try:
            sent += parse_qsl(body, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
        except ValueError:
            raise refusal("search-invalid", f"a search has at most {_MAX_PARAMETERS} parameters") from None
    reading = _Reading(offer, service_base(request), strict=prefers(request, "handling") == "strict")
    cursors = [text for name, text in sent if name == "_cursor" and text]
    if cursors:
        reading.cursor, reading.opened = cursors[-1], open_cursor(request, cursors[-1])
    return reading.read(sent, kept_out=_KEPT_OUT_OF_URLS if request.method == "POST" else frozenset())


def read_condition(request: Request, offer: ResourceOffer, text: str) -> SearchQuery:
    """The search of a condition such as `If-None-Exist`. What is not understood is always refused: without it more
    could be found than was meant. Raises Refused.
    """
    sent = parse_qsl(text, keep_blank_values=True)
    return _Reading(offer, service_base(request), strict=True).read(sent, kept_out=frozenset())


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
        self.opened: OpenedCursor | None = None

    def read(self, sent: Sequence[tuple[str, str]], kept_out: AbstractSet[str]) -> SearchQuery:
        for name, text in sent:
            self.take(name, text)
        hidden = [pair for pair in self.understood if pair[0].partition(":")[0] in kept_out]
        visible = [pair for pair in self.understood if pair not in hidden]
        for name, text in self.opened.hidden if self.opened else ():
            self.take(name, text)
            hidden.append((name, text))
        if self.ignored and self.strict:
            issues = (
                {"code": "unknown-parameter", "expression": place_of_parameter(name), "text": self.allowed}
                for name in self.ignored
            )
            detail = "parameters that this search does not understand"
            raise refusal("search-parameter-unknown", detail, *issues)
        return SearchQuery(
            criteria=self.criteria,
            count=self.count() or self.offer.default_count,
            sort=self.sort(),
            includes=self.includes(),
            summary=self.summary(),
            elements=tuple(part for text in self.result.get("_elements", ()) for part in text.split(",") if part),
            wants_total=self.wants_total(),
            cursor=self.cursor,
            understood=tuple(visible),
            ignored=tuple(self.ignored),
            hidden=tuple(hidden),
            opened=self.opened,
        )

    @property
    def allowed(self) -> str:
        return "understood are " + ", ".join((*self.offer.by_name, *_RESULT_PARAMETERS))

    def take(self, name: str, text: str) -> None:
        if name in _TRANSPORT or not text:  # R4: a parameter without a value is ignored
            return
        plain, _, modifier = name.partition(":")
        chained = plain.partition(".")[0]
        if chained == _REVERSE_CHAIN or ("." in name and chained in self.offer.by_name):
            raise unreadable(chained, _NO_CHAINS)
        parameter = self.offer.by_name.get(plain)
        if name in _RESULT_PARAMETERS:
            self.result.setdefault(name, []).append(text)
        elif parameter is not None:
            self.criteria[plain] = (*self.criteria.get(plain, ()), self.values(parameter, modifier, text))
        else:
            self.ignored.append(name)
            return
        self.understood.append((name, text))

    def values(self, parameter: SearchParameter, modifier: str, text: str) -> tuple[Value, ...]:
        if modifier and modifier not in parameter.targets:
            raise unreadable(parameter.name, f"modifiers: {', '.join(parameter.targets) or 'none'}")
        if _CONTROL.search(text):
            raise unreadable(parameter.name, "no control characters")
        parts = split_escaped(text, ",")
        if len(parts) > _MAX_VALUES:
            raise unreadable(parameter.name, f"at most {_MAX_VALUES} values")
        try:
            values = tuple(self.value(parameter, part) for part in parts)
        except ValueError as error:
            raise unreadable(parameter.name, str(error)) from None
        return tuple(_typed(parameter, modifier, v) if isinstance(v, ReferenceValue) else v for v in values)

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
            raise unreadable("_count", "a whole number")
        return min(int(text), MAX_COUNT)

    def sort(self) -> tuple[SortKey, ...]:
        names = [name for text in self.result.get("_sort", ()) for name in text.split(",")]
        keys = tuple(SortKey(name.removeprefix("-"), name.startswith("-")) for name in names)
        if len(keys) > 1 or any(key.parameter not in self.offer.sorts for key in keys):
            raise unreadable("_sort", f"one of {', '.join(self.offer.sorts) or 'nothing: this search has one order'}")
        return keys

    def includes(self) -> frozenset[str]:
        wanted = frozenset(self.result.get("_include", ()))
        if wanted - set(self.offer.includes):
            raise unreadable("_include", f"one of {', '.join(self.offer.includes) or 'nothing'}")
        return wanted

    def summary(self) -> Summary:
        if self.count() == 0:  # R4 Search, "Page Count": the same as `_summary=count`
            return Summary.COUNT
        try:
            return Summary(self.result.get("_summary", ["false"])[-1])
        except ValueError:
            raise unreadable("_summary", ", ".join(Summary)) from None

    def wants_total(self) -> bool:
        wanted = self.result.get("_total", ["none"])[-1]
        if wanted not in ("none", "estimate", "accurate"):
            raise unreadable("_total", "none, estimate, accurate")
        return wanted != "none"


def _typed(parameter: SearchParameter, modifier: str, value: ReferenceValue) -> ReferenceValue:
    """`subject:Patient=1` and `subject=Patient/1` say the same. Raises Refused for what the parameter never names."""
    if value.version and not parameter.versioned:
        raise unreadable(parameter.name, "it refers to a resource, not to one version of it")
    allowed = (modifier,) if modifier else parameter.targets
    if value.type is not None and value.type not in allowed:
        raise unreadable(parameter.name, f"it refers to {' or '.join(allowed)}")
    return ReferenceValue(value.type or modifier or None, value.id, value.version)


def place_of_parameter(name: str) -> str:
    """Where in the request a parameter is. What does not look like a parameter's name is not repeated."""
    return f"http.{name}" if _NAME.fullmatch(name) else "http"


def unreadable(name: str, allowed: str) -> Exception:
    """The refusal of a parameter whose value makes no sense, with what would."""
    issue = {"code": "invalid", "expression": f"http.{name}", "text": allowed}
    return refusal("search-invalid", f"the search parameter {name} cannot be read", issue)
