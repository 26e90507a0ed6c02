"""`/fhir/metadata`: the CapabilityStatement of this very server."""

from datetime import date

from fastapi import Request, Response

from app import __version__
from app.fhir.exchange import answer, service_base
from app.fhir.offers import OFFERS
from app.fhir.routing import fhir_router
from app.fhir.stating import stated_resource
from fhir_export.capability import Statement, capability_statement

STATED_ON = date(2026, 11, 22)
"""When what the capability statement says last changed."""

router = fhir_router()


@router.get("/metadata")
async def metadata(request: Request) -> Response:
    """The capability statement: exactly what this server does. It needs no token."""
    base = request.app.state.settings.canonical_base.rstrip("/")
    stated = Statement(
        service_base=service_base(request),
        software_version=__version__,
        date=STATED_ON.isoformat(),
        resources=[stated_resource(offer, base) for offer in OFFERS],
    )
    return answer(request, capability_statement(stated))
