"""What a FHIR client sent, as it came."""

from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.installation import Installation
from app.store.errors import Gone
from app.store.received_resource import ReceivedResource, read_received
from app.store.response_reading import read_current


async def read_received_resource(
    installation: Installation, call: Call, response_id: UUID, revision: int | None = None
) -> ReceivedResource:
    """The resource that became the latest revision of a response, or the one that is named.

    Raises NotFound (also where that revision did not come as FHIR), Gone.
    """
    async with opened(installation, call, Operation.READ_RESPONSE) as tx:
        current = await read_current(tx, response_id)
        authorise(call.caller, Operation.READ_RESPONSE, current.patient_id)
        tx.audit.about(response_id, current.patient_id, revision or current.revision)
        if current.is_deleted and revision is None:
            raise Gone
        return await read_received(tx, response_id, revision or current.revision)
