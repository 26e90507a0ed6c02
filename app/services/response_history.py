"""The history of a response, and of all responses: every revision, and when one was withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.security.caller import Role
from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.exported_response import worded
from app.services.installation import Installation
from app.store.response_history import Revisions, read_changes, read_history
from app.store.response_wanted import BEGINNING, Order, Place
from app.store.transaction import Transaction
from fhir_export.history import Version
from fhir_export.questionnaire_response import RESOURCE_TYPE

_AFTER_EVERY_REVISION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class HistoryPosition:
    """Where a history goes on: after this revision. `horizon` is that of the first page."""

    horizon: datetime
    after: Place
    revision: int

    @classmethod
    def of(cls, plain: Sequence[str | int]) -> "HistoryPosition":
        """The position that `plain` was."""
        horizon, at, response_id, revision = plain
        place = Place(datetime.fromisoformat(str(at)), UUID(str(response_id)))
        return cls(datetime.fromisoformat(str(horizon)), place, int(revision))

    @property
    def plain(self) -> list[str | int]:
        """The position in words and numbers that a cursor can hold."""
        return [self.horizon.isoformat(), self.after.at.isoformat(), str(self.after.response_id), self.revision]


@dataclass(frozen=True, slots=True)
class HistorySearch:
    """What is asked: what was stored from a time on. `position`: None for the first page."""

    count: int
    since: datetime = BEGINNING
    order: Order = Order.STORED_LAST
    position: HistoryPosition | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some versions. `horizon`: up to when none is missing; `next`: where the following page begins."""

    versions: Sequence[Version]
    horizon: datetime
    next: HistoryPosition | None


async def read_response_history(
    installation: Installation, call: Call, response_id: UUID, search: HistorySearch
) -> HistoryPage:
    """The revisions of one response, the latest first. Raises NotFound."""
    async with opened(installation, call, Operation.READ_RESPONSE, with_horizon=True) as tx:
        before = search.position.revision if search.position else _AFTER_EVERY_REVISION
        found = await read_history(tx, response_id, since=search.since, before_revision=before, count=search.count)
        patient_id = found.responses[0].patient_id if found.responses else None
        authorise(call.caller, Operation.READ_RESPONSE, patient_id)
        tx.audit.about(response_id, patient_id)
        return await _page(tx, installation, search, found)


async def read_changed_responses(installation: Installation, call: Call, search: HistorySearch) -> HistoryPage:
    """What happened to the responses of the centre, or of those whom a patient answers for."""
    caller = call.caller
    async with opened(installation, call, Operation.LIST_RESPONSES, with_horizon=True) as tx:
        own = None
        if caller.role is Role.PATIENT:
            assert caller.patient_id is not None, "a patient caller is one patient"
            own = caller.acts_for | {caller.patient_id}
        position = search.position
        found = await read_changes(
            tx,
            own,
            search.order,
            since=search.since,
            after=position.after if position else Place.first(search.order),
            after_revision=position.revision if position else 0,
            as_of=position.horizon if position else None,
            count=search.count,
        )
        return await _page(tx, installation, search, found)


async def _page(tx: Transaction, installation: Installation, search: HistorySearch, found: Revisions) -> HistoryPage:
    horizon = search.position.horizon if search.position else found.horizon.at
    following: HistoryPosition | None = None
    if found.has_more:
        last = found.responses[-1]
        following = HistoryPosition(horizon, Place(last.stored_at, last.response_id), last.revision)
    versions = [
        Version(
            resource_type=RESOURCE_TYPE,
            id=str(stored.response_id),
            version=stored.revision,
            stored_at=stored.stored_at,
            resource=None if stored.is_deleted else one.as_response(),
        )
        for stored, one in zip(
            found.responses, await worded(tx, installation, found.responses, found.centre), strict=True
        )
    ]
    return HistoryPage(versions, horizon, following)
