"""One stored response as FHIR reads it: the resource itself, one of its Observations, or all of it together."""

from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.exported_response import WordedResponse, worded
from app.services.installation import Installation
from app.store.errors import NotFound
from app.store.response_in_centre import read_current_in_centre, read_revision_in_centre
from fhir_export.bundle import collection_bundle
from fhir_export.encoding import Resource
from fhir_export.extraction import stored_extraction


async def read_response_resource(
    installation: Installation, call: Call, response_id: UUID, revision: int | None = None
) -> Resource:
    """A response: its latest revision, or the one that is named. Raises NotFound, Gone."""
    return (await _read(installation, call, response_id, revision, Operation.READ_RESPONSE)).as_response()


async def read_observation_resource(
    installation: Installation, call: Call, response_id: UUID, number: int, revision: int | None = None
) -> Resource:
    """One Observation of a response: as of its latest revision, or of the one that is named. Raises NotFound, Gone."""
    found = await _read(installation, call, response_id, revision, Operation.READ_SCORES)
    for observation in found.as_observations(call, lambda parts: parts.number == number):
        return observation
    raise NotFound


async def read_collection(installation: Installation, call: Call, response_id: UUID, service_base: str) -> Resource:
    """A response with its Observations in a collection Bundle. Raises NotFound, Gone."""
    operations = (Operation.READ_RESPONSE, Operation.READ_SCORES)
    found = await _read(installation, call, response_id, None, *operations)
    return collection_bundle(found.as_response(), found.as_observations(call), service_base)


async def read_extraction(installation: Installation, call: Call, response_id: UUID, service_base: str) -> Resource:
    """The Observations of a response as a transaction Bundle. Raises NotFound, Gone."""
    operations = (Operation.READ_RESPONSE, Operation.READ_SCORES)
    found = await _read(installation, call, response_id, None, *operations)
    return stored_extraction(found.as_observations(call), service_base)


async def _read(
    installation: Installation, call: Call, response_id: UUID, revision: int | None, *operations: Operation
) -> WordedResponse:
    whole = Operation.READ_SCORES in operations
    async with opened(installation, call, operations[0]) as tx:
        if revision is None:
            stored, centre = await read_current_in_centre(tx, response_id, with_scores=whole)
        else:
            stored, centre = await read_revision_in_centre(tx, response_id, revision, with_scores=whole)
        for operation in operations:
            authorise(call.caller, operation, stored.patient_id)
        tx.audit.about(response_id, stored.patient_id, stored.revision)
        (found,) = await worded(tx, installation, [stored], centre)
    return found
