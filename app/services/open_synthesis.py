"""A synthesis as somebody of the care team opens it: its version, who saw or printed it, what has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.errors import PatientDiffers
from app.services.installation import Installation
from app.services.patients import find_known
from app.services.versioned_synthesis import VersionedSynthesis, read_versioned
from app.store.consultation import read_consultation
from app.store.ids import new_id
from app.store.patient import Identifier
from app.store.response import StoredResponse
from app.store.response_reading import read_revisions
from app.store.synthesis_mark import MarkKind, SynthesisMark, add_mark, marks_on
from app.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class MeantPatient:
    """Whose record is open where the page was opened from: by our id, or by a hospital's number. None: nobody said."""

    id: UUID | None = None
    identifier: Identifier | None = None


@dataclass(frozen=True, slots=True)
class ChangedResponse:
    """A response that was stored after a mark: as it is now, and as it was then (None: it was not there)."""

    now: StoredResponse
    before: StoredResponse | None


@dataclass(frozen=True, slots=True)
class OpenedSynthesis:
    """What the page shows. `changed_since`: the mark that it has changed since, with the responses stored since.

    A print lies about until the newer version is printed: a version that somebody only saw does not take it back.
    `is_outdated`: a mark was wanted on another version than this one, and was not made.
    """

    versioned: VersionedSynthesis
    marks: tuple[SynthesisMark, ...]
    changed_since: SynthesisMark | None
    changes: tuple[ChangedResponse, ...]
    is_outdated: bool = False


async def open_synthesis(
    installation: Installation,
    call: Call,
    consultation_id: UUID,
    *,
    meant: MeantPatient | None = None,
    mark: MarkKind | None = None,
    shown: int | None = None,
) -> OpenedSynthesis:
    """The synthesis of a consultation; with `mark`, that the caller saw or printed this very version is kept.

    `shown`: the version that they had before them. Nobody has seen what came in the meantime: then there is no mark.
    Raises NotFound, and PatientDiffers where another patient was meant.
    """
    operation = Operation.MARK_SYNTHESIS if mark else Operation.READ_SYNTHESIS
    async with opened(installation, call, operation) as tx:
        visit = await read_consultation(tx, consultation_id)
        authorise(call.caller, operation, visit.patient_id)
        tx.audit.about(consultation_id, visit.patient_id)
        if meant is not None and not await _is_meant(tx, visit.patient_id, meant):
            raise PatientDiffers
        versioned = await read_versioned(installation, call, tx, visit)
        is_outdated = shown not in (None, versioned.version.number)
        marks = await marks_on(tx, consultation_id)
        # Before the mark of this very moment: the sheet that is being printed says what changed since the last one.
        since = _changed_since(marks, versioned.version.number)
        changes = await _changes(tx, versioned, since) if since else []
        if mark is not None and not is_outdated:
            await add_mark(tx, _mark(call, versioned, mark))
            marks = await marks_on(tx, consultation_id)
    return OpenedSynthesis(versioned, tuple(marks), since, tuple(changes), is_outdated)


def _changed_since(marks: Sequence[SynthesisMark], version: int) -> SynthesisMark | None:
    """The latest print of an older version, until this one is printed; else the latest older mark, until it has one."""
    printed = [mark for mark in marks if mark.kind is MarkKind.PRINTED]
    for kept in (printed, marks):
        if any(mark.document_version == version for mark in kept):
            return None
        if kept:
            return kept[-1]
    return None


async def _is_meant(tx: Transaction, patient_id: UUID, meant: MeantPatient) -> bool:
    if meant.id is not None and meant.id != patient_id:
        return False
    return meant.identifier is None or await find_known(tx, meant.identifier) == patient_id


def _mark(call: Call, versioned: VersionedSynthesis, kind: MarkKind) -> SynthesisMark:
    visit = versioned.material.visit
    return SynthesisMark(
        consultation_id=visit.consultation_id,
        mark_id=new_id(),
        patient_id=visit.patient_id,
        kind=kind,
        document_version=versioned.version.number,
        role=call.caller.role.value,
        name=call.caller.name,
    )


async def _changes(tx: Transaction, versioned: VersionedSynthesis, since: SynthesisMark) -> list[ChangedResponse]:
    """The responses of the synthesis that were stored after a mark, oldest first."""
    assert since.marked_at is not None, "a mark that was read has its time"
    stored = [row for row in versioned.material.rows_shown if row.stored_at > since.marked_at]
    return [ChangedResponse(row, await _as_it_was(tx, row, since.marked_at)) for row in stored]


async def _as_it_was(tx: Transaction, row: StoredResponse, then: datetime) -> StoredResponse | None:
    if row.revision == 1:
        return None
    revisions: Sequence[StoredResponse] = await read_revisions(tx, row.response_id)
    return next((old for old in reversed(revisions) if old.stored_at <= then), None)
