"""Whom and what the references of a response lead to, for the caller who sends it."""

from dataclasses import dataclass
from uuid import UUID

from app.services.call import Call
from app.services.incoming_response import Incoming, Reference, Referred
from app.services.installation import Installation
from app.services.patients import find_known
from app.store.consultation import StoredConsultation, consultations_by_visit, read_consultation
from app.store.errors import NotFound
from app.store.patient import read_patient
from app.store.transaction import Transaction
from fhir_export import systems


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was found. `unknown`: the references that lead to nothing in the caller's reach."""

    patient_id: UUID | None
    visit_id: UUID | None
    unknown: tuple[Reference, ...]


async def look_up(tx: Transaction, installation: Installation, call: Call, incoming: Incoming) -> LookedUp:
    """Follow every reference of a response. What could not be read is neither found nor unknown."""
    unknown: list[Reference] = []
    patient_id = await _patient_in_reach(tx, call, incoming.subject) if incoming.subject is not None else None
    if incoming.subject is not None and patient_id is None:
        unknown.append(Reference.SUBJECT)
    visit = await visit_named(tx, installation, incoming.visit) if incoming.visit is not None else None
    if incoming.visit is not None and (visit is None or patient_id not in (None, visit.patient_id)):
        unknown.append(Reference.ENCOUNTER)
    return LookedUp(patient_id, visit.consultation_id if visit else None, tuple(unknown))


async def patient_named(tx: Transaction, subject: Referred) -> UUID | None:
    """Whom a reference names. That one named by an id exists is not asked."""
    return subject.id if subject.identifier is None else await find_known(tx, subject.identifier)


async def visit_named(tx: Transaction, installation: Installation, visit: Referred) -> StoredConsultation | None:
    """The visit that a reference names: by our id, or by the hospital's visit id under its namespace or under none."""
    if visit.id is not None:
        try:
            return await read_consultation(tx, visit.id)
        except NotFound:
            return None
    base = installation.knowledge.settings.canonical_base.rstrip("/")
    own = ("", systems.visits(base, str(tx.scope.centre_id)))
    if visit.identifier is None or visit.identifier.system not in own:
        return None
    return next(iter(await consultations_by_visit(tx, [visit.identifier.value])), None)


async def _patient_in_reach(tx: Transaction, call: Call, subject: Referred) -> UUID | None:
    patient_id = await patient_named(tx, subject)
    if patient_id is None or not call.caller.may_touch(patient_id):
        return None
    try:
        return (await read_patient(tx, patient_id)).patient_id
    except NotFound:
        return None
