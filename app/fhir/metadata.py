"""`/fhir/metadata`: the CapabilityStatement of this very server."""

from datetime import date
from typing import Final

from fastapi import Request, Response

from app import __version__
from app.fhir.bundles.reading import MAX_ENTRIES
from app.fhir.exchange import answer, service_base
from app.fhir.offers import OFFERS
from app.fhir.routing import fhir_router
from app.fhir.search.query import MAX_COUNT
from app.fhir.stating import stated_resource
from app.settings import Issuer, Settings
from fhir_export.capability import Statement, capability_statement

STATED_ON = date(2026, 11, 22)
"""When what the capability statement says last changed."""

_DOCUMENTATION: Final = (
    "What a search does not understand is named in an OperationOutcome entry of its answer; with `Prefer: "
    f"handling=strict` it is refused. `_count` is at most {MAX_COUNT}. A Bundle has at most {MAX_ENTRIES} entries; a "
    "transaction creates Patient and QuestionnaireResponse, a batch takes what is stated here."
)

router = fhir_router()


@router.get("/metadata")
async def metadata(request: Request) -> Response:
    """The capability statement: exactly what this server does. It needs no token."""
    settings: Settings = request.app.state.settings
    base = settings.canonical_base.rstrip("/")
    stated = Statement(
        service_base=service_base(request),
        software_version=__version__,
        date=STATED_ON.isoformat(),
        resources=[stated_resource(offer, base) for offer in OFFERS],
        interactions=("transaction", "batch"),
        documentation=_DOCUMENTATION,
        endpoints=_endpoints(settings.told_issuer),
    )
    return answer(request, capability_statement(stated))


def _endpoints(issuer: Issuer | None) -> dict[str, str]:
    told = {"token": issuer.token_endpoint, "authorize": issuer.authorization_endpoint} if issuer else {}
    return {name: address for name, address in told.items() if address is not None}
