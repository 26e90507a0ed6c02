"""A search as it arrives: a request without a server, and an offer with a parameter of every type."""

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from starlette.types import Message

from app.fhir.offer import ID, LAST_UPDATED, ParameterType, ResourceOffer, SearchParameter
from app.fhir.search.query import SearchQuery, read_query
from app.settings import Settings

BASE = "http://vigie.example/fhir"
DATABASE = "postgresql://service:a-secret@db.example/vigie"

OFFER = ResourceOffer(
    type="Observation",
    interactions=("search-type",),
    parameters=(
        SearchParameter("patient", ParameterType.REFERENCE, "urn:patient", targets=("Patient",)),
        SearchParameter("performer", ParameterType.REFERENCE, "urn:performer", targets=("Patient", "Device")),
        SearchParameter("target", ParameterType.REFERENCE, "urn:target", targets=("Patient",), versioned=True),
        SearchParameter("questionnaire", ParameterType.REFERENCE, "urn:questionnaire"),
        SearchParameter("identifier", ParameterType.TOKEN, "urn:identifier"),
        SearchParameter("code", ParameterType.TOKEN, "urn:code"),
        SearchParameter("date", ParameterType.DATE, "urn:date"),
        SearchParameter("url", ParameterType.URI, "urn:url"),
        SearchParameter("value-quantity", ParameterType.QUANTITY, "urn:value"),
        SearchParameter("title", ParameterType.STRING, "urn:title"),
        *(ID, LAST_UPDATED),
    ),
    sorts=("date",),
    includes=("Observation:patient",),
    summary=frozenset({"code"}),
    mandatory=frozenset({"status"}),
    default_count=20,
)

Parameters = Sequence[tuple[str, str]]


def request(
    sent: Parameters = (),
    posted: Parameters | None = None,
    *,
    path: str = "/fhir/Observation",
    database: str = DATABASE,
    service_base: str | None = None,
    cursor_key: str | None = None,
    **headers: str,
) -> Request:
    """A GET, or where something is posted a POST to `_search`. `headers`: underscores for hyphens."""
    app = FastAPI()
    app.state.settings = Settings.model_validate(
        {"DATABASE_URL": database, "service_base": service_base, "cursor_key": cursor_key}
    )
    body = urlencode(posted or ()).encode()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "GET" if posted is None else "POST",
        "path": path if posted is None else f"{path}/_search",
        "query_string": urlencode(sent).encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "scheme": "http",
        "server": ("vigie.example", 80),
        "root_path": "",
        "app": app,
    }
    return Request(scope, receive)


async def read(sent: Parameters = (), posted: Parameters | None = None, **more: str) -> SearchQuery:
    """The search, by the offer of these tests."""
    return await read_query(request(sent, posted, **more), OFFER)
