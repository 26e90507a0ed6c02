"""FHIR over HTTP: which form a client wants and sends, versions, conditions. https://hl7.org/fhir/R4/http.html"""

import re
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final

from fastapi import Request, Response

from app.http.preconditions import PreconditionRequired
from app.http.refusal import refusal
from app.http.strict_json import StrictRoute, parse
from fhir_export.encoding import CONTENT_TYPE, FHIR_JSON, Resource, encode

_JSON: Final = frozenset({FHIR_JSON, "application/json", "text/json", "json"})
_ANY: Final = frozenset({"*/*", "application/*"})
_FORM: Final = "application/x-www-form-urlencoded"
_VERSION: Final = re.compile(r'(?:W/)?"([A-Za-z0-9.-]{1,64})"')


class FhirRoute(StrictRoute):
    """A route that speaks FHIR's JSON: it refuses what asks for or sends another form, before anything is done."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler behind the negotiation."""
        handler = super().get_route_handler()

        async def negotiated(request: Request) -> Response:
            _check_wanted(request)
            _check_sent(request)
            return await handler(request)

        return negotiated


def service_base(request: Request) -> str:
    """Where this server's resources are for the client: the setting, else as the request was addressed."""
    configured: str | None = request.app.state.settings.service_base
    return configured.rstrip("/") if configured else str(request.base_url).rstrip("/") + "/fhir"


def prefers(request: Request, name: str) -> str | None:
    """What the client prefers (RFC 7240): `handling`, `return`."""
    for part in request.headers.get("prefer", "").replace(",", ";").split(";"):
        key, _, value = part.strip().partition("=")
        if key.lower() == name:
            return value.strip('"')
    return None


async def read_body(request: Request) -> tuple[bytes, Any]:
    """The body as it came, and as plain data. Raises MalformedBody."""
    body = await request.body()
    return body, parse(body)


def answer(
    request: Request, resource: Resource, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A resource with its version and time, or 304 where the client has it already (`If-None-Match`, R4 3.1.0.5.2)."""
    sent = {"Content-Type": CONTENT_TYPE, **(headers or {})}
    meta = resource.get("meta", {})
    if version := meta.get("versionId"):
        sent["ETag"] = f'W/"{version}"'
        if (updated := meta.get("lastUpdated")) is not None:
            sent["Last-Modified"] = format_datetime(datetime.fromisoformat(updated).astimezone(UTC), usegmt=True)
        if request.method == "GET" and _is_known(request, version, updated):
            return Response(status_code=304, headers={k: v for k, v in sent.items() if k != "Content-Type"})
    return Response(encode(resource), status_code=status, headers=sent)


def seen_revision(request: Request) -> int:
    """The revision that a change is made to (`If-Match: W/"2"`). Raises PreconditionRequired, Refused."""
    stated = request.headers.get("if-match")
    if stated is None:
        raise PreconditionRequired
    found = _VERSION.fullmatch(stated.strip())
    if found is None or not found[1].isdecimal() or len(found[1]) > 9:
        text = 'the ETag of the version that was read, such as W/"1"'
        raise refusal("request-invalid", "If-Match cannot be read", _header_issue("If-Match", text))
    return int(found[1])


def _is_known(request: Request, version: str, updated: str | None) -> bool:
    """RFC 9110, 13.1.3: `If-Modified-Since` counts only where there is no `If-None-Match`."""
    stated = request.headers.get("if-none-match")
    if stated is not None:
        return stated.strip() == "*" or version in _VERSION.findall(stated)
    since = request.headers.get("if-modified-since")
    if since is None or updated is None:
        return False
    try:
        return datetime.fromisoformat(updated).replace(microsecond=0) <= parsedate_to_datetime(since).astimezone(UTC)
    except ValueError:
        return False


def _check_wanted(request: Request) -> None:
    """`_format` overrules `Accept` (R4 3.1.0.1.11)."""
    # A `+` that was not written as %2B has become a space on its way.
    wanted = request.query_params.get("_format", "").replace(" ", "+") or request.headers.get("accept", "*/*")
    forms = {part.partition(";")[0].strip().lower() for part in wanted.split(",")}
    if not forms & (_JSON | _ANY):
        raise refusal("not-acceptable", f"resources are given as {FHIR_JSON}")


def _check_sent(request: Request) -> None:
    if request.method not in ("POST", "PUT"):
        return
    form = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    accepted = {_FORM} if request.url.path.endswith("/_search") else _JSON
    # A search or an operation may have all that it needs in its URL.
    if form not in accepted and (form or request.headers.get("content-length", "0") != "0"):
        raise refusal("unsupported-media-type", f"send {' or '.join(sorted(accepted - {'json'}))}")


def _header_issue(name: str, text: str) -> dict[str, str]:
    return {"code": "invalid", "expression": f"http.{name}", "text": text}
