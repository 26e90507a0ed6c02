"""`POST /fhir`: many requests in one Bundle. https://hl7.org/fhir/R4/http.html#transaction."""

from typing import Final

from fastapi import Request, Response

from app.fhir.bundles.batch import answer_batch
from app.fhir.bundles.reading import BundleType, read_bundle
from app.fhir.bundles.transaction import answer_transaction
from app.fhir.exchange import answer, read_body, service_base
from app.fhir.routing import documented_body, fhir_router
from app.http.dependencies import Authenticated, Installed
from app.http.refusal import refusal

router = fhir_router()

# A key names one response (docs/decisions/0007). Left unread, a Bundle that is sent again would be stored again.
_NO_KEY: Final = "a key names one response, and a Bundle may have many: give each entry its ifNoneExist"


@router.post("", openapi_extra=documented_body())
async def post_bundle(request: Request, installed: Installed, call: Authenticated) -> Response:
    """A `transaction` stores all of its entries or none; a `batch` answers each of its entries by itself."""
    if "idempotency-key" in request.headers:
        issue = {"code": "not-supported", "expression": "http.Idempotency-Key", "text": _NO_KEY}
        raise refusal("request-invalid", "a Bundle takes no idempotency key", issue)
    body, data = await read_body(request)
    bundle = read_bundle(body, data, service_base(request))
    if bundle.type is BundleType.BATCH:
        return answer(request, await answer_batch(request, bundle))
    return answer(request, await answer_transaction(request, installed, call, bundle))


# The service base with a slash behind it is what many clients have in their settings.
router.add_api_route("/", post_bundle, methods=["POST"], include_in_schema=False)
