"""From the body of a request to a response that can be stored: read, hashed, its faults told."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import orjson
from fastapi import Request

from app.fhir.exchange import service_base
from app.fhir.response_reading.faults import Fault, FaultCode
from app.fhir.response_reading.reading import Purpose, Reading, ResponseReader
from app.http.refusal import Refused, refusal
from app.services.errors import AuthoredInFuture, QuestionnaireRetired
from app.services.incoming_response import Reference
from app.services.installation import Installation
from app.store import jsonb
from app.store.received_resource import ReceivedResource
from fhir_export.encoding import FHIR_JSON

_UNKNOWN: Final = {
    Reference.SUBJECT: "no patient of that reference is known here: `Patient/<id>` of this server, or an identifier "
    "with its system, of a patient who is registered",
    Reference.ENCOUNTER: "no visit of that reference is known here for the patient: `Encounter/<id>` of this server, "
    "or the hospital's visit id as an identifier",
}


def read_incoming(
    request: Request,
    installed: Installation,
    body: bytes,
    resource: Any,
    purpose: Purpose = Purpose.CREATE,
    key: str | None = None,
) -> Reading:
    """Read a body. What may be stored carries the bytes as they came, and the digest of what they say."""
    reading = ResponseReader(installed.catalogue, service_base(request)).read(resource, purpose)
    if reading.incoming is None:
        return reading
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower() or FHIR_JSON
    incoming = replace(
        reading.incoming,
        received=ReceivedResource(media_type, body),
        idempotency_key=key,
        body_sha256=digest_of(body, resource),
    )
    return replace(reading, incoming=incoming)


def digest_of(body: bytes, resource: Any) -> bytes:
    """The sha256 of what a body says, however its members are ordered and spaced."""
    try:
        canonical = orjson.dumps(resource, default=jsonb.number, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits, deep in an extension
        canonical = body
    return hashlib.sha256(canonical).digest()


def unknown_faults(references: Iterable[Reference]) -> list[Fault]:
    """The faults of references that lead nowhere."""
    return [Fault(FaultCode.UNKNOWN_REFERENCE, (reference.value,), _UNKNOWN[reference]) for reference in references]


def fault_of(error: AuthoredInFuture | QuestionnaireRetired) -> Fault:
    """The fault behind a refusal that only storing finds."""
    if isinstance(error, AuthoredInFuture):
        text = "the answers cannot have been given later than now: set the clock of the system that sends them"
        return Fault(FaultCode.AUTHORED_IN_FUTURE, ("authored",), text)
    text = "the version was retired before these answers were begun: ask the newest one"
    return Fault(FaultCode.QUESTIONNAIRE_RETIRED, ("questionnaire",), text)


def refused_late(error: AuthoredInFuture | QuestionnaireRetired) -> Refused:
    """The same problem as on `/v1`, with its place."""
    fault = fault_of(error)
    issue = {"code": fault.code.value, "expression": f"QuestionnaireResponse.{fault.place[0]}", "text": fault.text}
    return refusal(fault.code.value, fault.text, issue)
