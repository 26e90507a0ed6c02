"""Reading responses: one, its history, a patient's."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.installation import Installation
from app.store.errors import NotFound
from app.store.patient import read_patient
from app.store.response import StoredResponse
from app.store.response_reading import read_current, read_page, read_revisions

PAGE_SIZE = 50
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a patient's responses begins: after this response, in the order newest first."""

    authored_at: datetime = _END_OF_TIME
    response_id: UUID = _LAST_ID


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a patient's responses, newest first, and where the next page begins."""

    responses: tuple[StoredResponse, ...]
    next: Place | None


async def read_response(installation: Installation, call: Call, response_id: UUID) -> StoredResponse:
    """The latest revision of a response. Raises NotFound."""
    async with opened(installation, call, Operation.READ_RESPONSE) as tx:
        stored = await read_current(tx, response_id)
        authorise(call.caller, Operation.READ_RESPONSE, stored.patient_id)
        tx.audit.about(response_id, stored.patient_id, stored.revision)
    return stored


async def read_history(installation: Installation, call: Call, response_id: UUID) -> list[StoredResponse]:
    """Every revision of a response, first one first. Raises NotFound."""
    async with opened(installation, call, Operation.READ_RESPONSE) as tx:
        revisions = await read_revisions(tx, response_id)
        authorise(call.caller, Operation.READ_RESPONSE, revisions[0].patient_id)
        tx.audit.about(response_id, revisions[0].patient_id)
    return revisions


async def read_revision(installation: Installation, call: Call, response_id: UUID, revision: int) -> StoredResponse:
    """One revision of a response. Raises NotFound."""
    for stored in await read_history(installation, call, response_id):
        if stored.revision == revision:
            return stored
    raise NotFound


async def list_responses(
    installation: Installation, call: Call, patient_id: UUID, *, after: Place, count: int = PAGE_SIZE
) -> Page:
    """A page of a patient's responses, their latest revisions, newest first. Raises NotFound."""
    async with opened(installation, call, Operation.LIST_RESPONSES, patient_id) as tx:
        await read_patient(tx, patient_id)
        found = await read_page(tx, patient_id, before=after.authored_at, before_id=after.response_id, count=count + 1)
    page = tuple(found[:count])
    more = len(found) > count
    return Page(page, Place(page[-1].authored_at, page[-1].response_id) if more else None)
