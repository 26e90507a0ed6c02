"""Two registered patients who turned out to be one: said once, and nothing that was stored is rewritten."""

from uuid import UUID

from app.security.operations import Operation
from app.services.call import Call, opened
from app.services.errors import MergeConflict
from app.services.installation import Installation
from app.services.patients import PatientRead, read_within
from app.store.patient import read_patient
from app.store.patient_link import add_link, find_replacement, queue_merges
from app.store.transaction import Transaction


async def merge_patients(installation: Installation, call: Call, patient_id: UUID, replaced_by: UUID) -> PatientRead:
    """Say that a patient turned out to be another one. To say it again changes nothing.

    The other may be replaced in turn. Each response stays with the patient that it was given for, and answers for
    either are still stored. Raises NotFound, MergeConflict.
    """
    async with opened(installation, call, Operation.MERGE_PATIENTS, patient_id) as tx:
        await queue_merges(tx)
        for existing in (patient_id, replaced_by):
            await read_patient(tx, existing)
        before = await find_replacement(tx, patient_id)
        if before is None:
            await _refuse_circle(tx, patient_id, replaced_by)
            await add_link(tx, patient_id, replaced_by)
        elif before != replaced_by:
            raise MergeConflict("the patient is replaced by another one already")
        tx.audit.about(patient_id, patient_id)
        return await read_within(tx, patient_id)


async def _refuse_circle(tx: Transaction, patient_id: UUID, replaced_by: UUID) -> None:
    """Raises MergeConflict where the chain of replacements leads back to the patient."""
    following: UUID | None = replaced_by
    while following is not None:
        if following == patient_id:
            raise MergeConflict("the patient would in the end be replaced by themselves")
        following = await find_replacement(tx, following)
