"""FHIR over HTTP: which form a client wants and sends, versions, conditions. https://hl7.org/fhir/R4/http.html"""

import re
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

from fastapi import Request, Response

from app.http.preconditions import PreconditionRequired
from app.http.refusal import refusal
from app.http.strict_json import StrictRoute, parse
from fhir_export.encoding import CONTENT_TYPE, FHIR_JSON, Resource, encode
from fhir_export.operation_outcome import OutcomeIssue, operation_outcome

_JSON: Final = frozenset({FHIR_JSON, "application/json", "text/json", "json"})
_ANY: Final = frozenset({"*/*", "application/*"})
_FORM: Final = "application/x-www-form-urlencoded"
_FHIR_VERSIONS: Final = frozenset({"", "4.0", "4.0.1"})
_UTF_8: Final = frozenset({"", "utf-8", "utf8"})
_VERSION: Final = re.compile(r'(?:W/)?"([A-Za-z0-9.-]{1,64})"')
LANGUAGE_DEPENDENT: Final[Mapping[str, str]] = {"Vary": "Accept-Language"}
"""The header of what is said in the reader's language."""
_Q: Final = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?", re.ASCII)


class FhirRoute(StrictRoute):
    """A route that speaks FHIR's JSON: it refuses what asks for or sends another form, before anything is done."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler behind the negotiation."""
        handler = super().get_route_handler()

        async def negotiated(request: Request) -> Response:
            _check_wanted(request)
            _check_sent(request)
            _check_no_condition(request)
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
    request: Request,
    resource: Resource,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    by_reader: bool = False,
) -> Response:
    """A resource with its version and time, or 304 where the client has it already (`If-None-Match`, R4 3.1.0.5.2).

    `by_reader`: one version reads differently in another language or mode of the centre. It is never 304 then.
    """
    sent = {"Content-Type": CONTENT_TYPE, **(LANGUAGE_DEPENDENT if by_reader else {}), **(headers or {})}
    meta = resource.get("meta", {})
    if version := meta.get("versionId"):
        sent["ETag"] = f'W/"{version}"'
        if (updated := meta.get("lastUpdated")) is not None:
            sent["Last-Modified"] = format_datetime(datetime.fromisoformat(updated).astimezone(UTC), usegmt=True)
        if request.method == "GET" and not by_reader and _is_known(request, version):
            return Response(status_code=304, headers={k: v for k, v in sent.items() if k != "Content-Type"})
    indented = request.query_params.get("_pretty", "").lower() == "true"
    return Response(encode(resource, indented=indented), status_code=status, headers=sent)


def answer_written(
    request: Request, resource: Resource, status: int, location: str, *, has_history: bool = True
) -> Response:
    """What a create or an update answers with: the resource, or what the client prefers (`Prefer: return`): only where
    it is, or an OperationOutcome.

    `location` is `Type/id`; the header names the version too, where it can be read (R4 3.1.0.8).
    """
    version = f"/_history/{resource['meta']['versionId']}" if has_history else ""
    headers = {"Location": f"{service_base(request)}/{location}{version}"}
    whole = answer(request, resource, status, headers)
    preferred = prefers(request, "return")
    if preferred == "OperationOutcome":
        base = request.app.state.settings.canonical_base.rstrip("/")
        whole.body = encode(operation_outcome([OutcomeIssue("information", "informational", None, "stored")], base))
        whole.headers["Content-Length"] = str(len(whole.body))
        return whole
    if preferred != "minimal":
        return whole
    kept = {name: value for name, value in whole.headers.items() if name not in ("content-type", "content-length")}
    return Response(status_code=status, headers=kept)


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


def _is_known(request: Request, version: str) -> bool:
    """By the version only: `If-Modified-Since` counts in seconds, and would hide the second correction within one."""
    stated = request.headers.get("if-none-match", "")
    return stated.strip() == "*" or version in _VERSION.findall(stated)


def _check_wanted(request: Request) -> None:
    """`_format` overrules `Accept` (R4 3.1.0.1.11)."""
    # A `+` that was not written as %2B has become a space on its way.
    wanted = request.query_params.get("_format", "").replace(" ", "+") or request.headers.get("accept") or "*/*"
    if not any(_is_given(*_media_type(part)) for part in wanted.split(",")):
        raise refusal("not-acceptable", f"resources are given as {FHIR_JSON}, in FHIR 4.0")


def _is_given(form: str, parameters: Mapping[str, str]) -> bool:
    """Whether we have what is asked for; `q=0` says what is not wanted (RFC 9110, 12.4.2)."""
    quality = parameters.get("q", "1")
    return (
        form in _JSON | _ANY
        and parameters.get("fhirversion", "") in _FHIR_VERSIONS
        and not (_Q.fullmatch(quality) and float(quality) == 0)
    )


def _check_sent(request: Request) -> None:
    if request.method not in ("POST", "PUT"):
        return
    form, parameters = _media_type(request.headers.get("content-type", ""))
    accepted = {_FORM} if request.url.path.endswith("/_search") else _JSON
    known = (
        form in accepted
        and parameters.get("fhirversion", "") in _FHIR_VERSIONS
        and parameters.get("charset", "").lower() in _UTF_8
    )
    # A search or an operation may have all that it needs in its URL.
    if not known and (form or request.headers.get("content-length", "0") != "0"):
        what = _FORM if accepted == {_FORM} else f"{FHIR_JSON} (or application/json), in FHIR 4.0"
        raise refusal("unsupported-media-type", f"send {what}, in UTF-8", _header_issue("Content-Type", what))


def _check_no_condition(request: Request) -> None:
    """A condition in the URL of a create or an update is not R4's, or a conditional update, which is not offered. Left
    unread, a client that means "unless it is there" would store a second one.
    """
    last = request.url.path.rpartition("/")[2]
    others = request.query_params.keys() - {"_format", "_pretty"}
    if others and request.method in ("POST", "PUT") and not last.startswith(("$", "_")):
        text = "a new resource takes its condition in the header If-None-Exist, an update its version in If-Match"
        issue = {"code": "unknown-parameter", "expression": "http.url", "text": text}
        raise refusal("search-parameter-unknown", "a change takes no parameters in its URL", issue)


def _media_type(text: str) -> tuple[str, Mapping[str, str]]:
    """A media type and its parameters, in small letters (RFC 9110, 8.3.1)."""
    form, *parameters = (part.strip() for part in text.split(";"))
    pairs = (parameter.partition("=") for parameter in parameters)
    return form.lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _header_issue(name: str, text: str) -> dict[str, str]:
    return {"code": "invalid", "expression": f"http.{name}", "text": text}
