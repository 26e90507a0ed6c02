"""Reading responses: one, its history, a patient's; for those who may read alerts, with the reasons in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.security.caller import Role
from app.security.operations import Operation, authorise
from app.services.alert_in_words import AlertInWords, alert_in_words
from app.services.call import Call, opened
from app.services.evaluation import basis_of
from app.services.history import alerts_from
from app.services.installation import Installation
from app.services.words import words_of
from app.store.errors import NotFound
from app.store.patient import read_patient
from app.store.response import StoredResponse
from app.store.response_reading import read_current, read_page, read_revisions
from app.store.transaction import Transaction

PAGE_SIZE = 50
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a patient's responses begins: after this response, in the order newest first."""

    authored_at: datetime = _END_OF_TIME
    response_id: UUID = _LAST_ID


@dataclass(frozen=True, slots=True)
class ResponseRead:
    """One revision of a response as it is read. `alerts` is None for patients, who read none."""

    stored: StoredResponse
    alerts: tuple[AlertInWords, ...] | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a patient's responses, newest first, and where the next page begins."""

    responses: tuple[ResponseRead, ...]
    next: Place | None


async def read_response(installation: Installation, call: Call, response_id: UUID) -> ResponseRead:
    """The latest revision of a response. Raises NotFound."""
    async with opened(installation, call, Operation.READ_RESPONSE) as tx:
        stored = await read_current(tx, response_id)
        authorise(call.caller, Operation.READ_RESPONSE, stored.patient_id)
        tx.audit.about(response_id, stored.patient_id, stored.revision)
        (read,) = await as_read(installation, call, tx, [stored])
    return read


async def read_history(installation: Installation, call: Call, response_id: UUID) -> list[ResponseRead]:
    """Every revision of a response, first one first. Raises NotFound."""
    async with opened(installation, call, Operation.READ_RESPONSE) as tx:
        revisions = await read_revisions(tx, response_id)
        authorise(call.caller, Operation.READ_RESPONSE, revisions[0].patient_id)
        tx.audit.about(response_id, revisions[0].patient_id)
        return await as_read(installation, call, tx, revisions)


async def read_revision(installation: Installation, call: Call, response_id: UUID, revision: int) -> ResponseRead:
    """One revision of a response. Raises NotFound."""
    for read in await read_history(installation, call, response_id):
        if read.stored.revision == revision:
            return read
    raise NotFound


async def list_responses(
    installation: Installation, call: Call, patient_id: UUID, *, after: Place, count: int = PAGE_SIZE
) -> Page:
    """A page of a patient's responses, their latest revisions, newest first. Raises NotFound."""
    async with opened(installation, call, Operation.LIST_RESPONSES, patient_id) as tx:
        await read_patient(tx, patient_id)
        found = await read_page(tx, patient_id, before=after.authored_at, before_id=after.response_id, count=count + 1)
        page = tuple(await as_read(installation, call, tx, found[:count]))
    last = page[-1].stored if len(found) > count else None
    return Page(page, Place(last.authored_at, last.response_id) if last else None)


async def as_read(
    installation: Installation, call: Call, tx: Transaction, responses: Sequence[StoredResponse]
) -> list[ResponseRead]:
    """Stored responses as the caller reads them: alerts with their reasons in the caller's language."""
    if call.caller.role is Role.PATIENT:
        return [ResponseRead(stored, None) for stored in responses]
    words = await words_of(tx, installation, {s.instrument for s in responses if s.evaluation["alerts"]})
    wording = installation.wordings.best(call.languages)
    read: list[ResponseRead] = []
    for stored in responses:
        alerts = alerts_from(stored.evaluation["alerts"])
        basis = basis_of(installation, stored)
        theirs = words.of_responses([stored])
        text = theirs.best(basis.rulebook.questionnaire, (wording.language,)) if alerts else None
        read.append(ResponseRead(stored, tuple(alert_in_words(alert, basis, text, wording) for alert in alerts)))
    return read
