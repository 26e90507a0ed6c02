"""Personal links: made for one patient and one questionnaire, listed, revoked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.errors import LinkClosed, LinkEndInvalid
from app.services.installation import Installation
from app.services.words import words_of
from app.store.consultation import StoredConsultation, read_consultation, read_consultations
from app.store.errors import NotFound
from app.store.ids import new_id
from app.store.patient import read_patient
from app.store.personal_link import (
    PersonalLink,
    add_personal_link,
    personal_links_of,
    read_personal_link,
    revoke_personal_link,
)
from app.store.response_reading import find_by_link
from app.store.transaction import PatientLock, Transaction
from questionnaires.definition import Questionnaire
from scoring.history import DID_NOT_HAPPEN

LONGEST: Final = timedelta(days=92)
"""How far ahead a link may end: a message that is found years later must open nothing."""

USUAL: Final = timedelta(days=14)
"""How long a link is good that belongs to no consultation, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class WantedLink:
    """What a link is to be for. `expires_at` None: until the consultation, or for the usual time."""

    instrument: str
    consultation_id: UUID | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DatedLink:
    """A link, and until when it gives out its questionnaire."""

    link: PersonalLink
    closes_at: datetime


async def make_link(installation: Installation, call: Call, patient_id: UUID, wanted: WantedLink) -> DatedLink:
    """Make a link for the newest version of an instrument, in whatever languages it has.

    Raises UnknownQuestionnaire, LicenceRestricted or LanguageUnavailable where it has no words to show, NotFound (also
    where the consultation is another patient's), LinkEndInvalid.
    """
    authorise(call.caller, Operation.MAKE_LINK, patient_id)
    questionnaire = installation.catalogue.get(wanted.instrument)
    async with opened(installation, call, Operation.MAKE_LINK, patient_id) as tx:
        await _check_words(tx, installation, call, patient_id, questionnaire)
        return await _make(tx, call, patient_id, wanted)


async def link_to_answer(installation: Installation, call: Call, patient_id: UUID, wanted: WantedLink) -> DatedLink:
    """The patient's link for an instrument and consultation that is open and not answered; made where there is none.

    However often it is asked for, also at once, there is one. Raises as `make_link`, and LinkClosed where the
    consultation was cancelled or has begun: nothing is asked for it any more.
    """
    authorise(call.caller, Operation.MAKE_LINK, patient_id)
    questionnaire = installation.catalogue.get(wanted.instrument)
    async with opened(installation, call, Operation.MAKE_LINK, patient_id, PatientLock(patient_id)) as tx:
        await _check_words(tx, installation, call, patient_id, questionnaire)
        visit = await _visit(tx, patient_id, wanted)
        if visit is not None and visit.status in DID_NOT_HAPPEN:
            raise LinkClosed
        for link in await personal_links_of(tx, patient_id):
            if (link.instrument, link.consultation_id) == (wanted.instrument, wanted.consultation_id):
                known = await dated(tx, link)
                if await _is_open(tx, call, known):
                    tx.audit.operation = Operation.OPEN_LINK.value
                    tx.audit.about(link.link_id, patient_id)
                    return known
        if visit is not None and visit.starts_at <= call.received_at:
            raise LinkClosed
        return await _make(tx, call, patient_id, wanted)


async def _check_words(
    tx: Transaction, installation: Installation, call: Call, patient_id: UUID, questionnaire: Questionnaire
) -> None:
    """Raises NotFound for a patient who is not here; LicenceRestricted, LanguageUnavailable."""
    await read_patient(tx, patient_id)
    (await words_of(tx, installation, [questionnaire.instrument])).demanded(questionnaire, call.languages)


async def _visit(tx: Transaction, patient_id: UUID, wanted: WantedLink) -> StoredConsultation | None:
    """The consultation that a link is for. Raises NotFound, also where it is another patient's."""
    visit = await read_consultation(tx, wanted.consultation_id) if wanted.consultation_id else None
    if visit is not None and visit.patient_id != patient_id:
        raise NotFound
    return visit


async def _make(tx: Transaction, call: Call, patient_id: UUID, wanted: WantedLink) -> DatedLink:
    visit = await _visit(tx, patient_id, wanted)
    expires_at = wanted.expires_at or (None if visit else call.received_at + USUAL)
    link = PersonalLink(new_id(), patient_id, wanted.instrument, wanted.consultation_id, expires_at)
    made = DatedLink(link, closes_at(link, visit))
    if not call.received_at < made.closes_at <= call.received_at + LONGEST:
        raise LinkEndInvalid(LONGEST.days)
    await add_personal_link(tx, link)
    tx.audit.about(link.link_id, patient_id)
    return made


async def _is_open(tx: Transaction, call: Call, known: DatedLink) -> bool:
    """Whether a link still gives out its questionnaire."""
    link = known.link
    if link.revoked_at is not None or known.closes_at <= call.received_at:
        return False
    return await find_by_link(tx, link.patient_id, link.response_key) is None


async def list_links(installation: Installation, call: Call, patient_id: UUID) -> list[DatedLink]:
    """Every link of a patient, revoked ones too. Raises NotFound."""
    async with opened(installation, call, Operation.LIST_LINKS, patient_id) as tx:
        await read_patient(tx, patient_id)
        links = await personal_links_of(tx, patient_id)
        visits = await read_consultations(tx, {link.consultation_id for link in links if link.consultation_id})
        by_id = {visit.consultation_id: visit for visit in visits}
        return [
            DatedLink(link, closes_at(link, by_id.get(link.consultation_id) if link.consultation_id else None))
            for link in links
        ]


async def revoke_link(installation: Installation, call: Call, link_id: UUID) -> DatedLink:
    """Say that a link opens nothing any more; saying it again changes nothing. Raises NotFound."""
    async with opened(installation, call, Operation.REVOKE_LINK) as tx:
        found = await read_personal_link(tx, link_id)
        authorise(call.caller, Operation.REVOKE_LINK, found.patient_id)
        await revoke_personal_link(tx, link_id)
        tx.audit.about(link_id, found.patient_id)
        return await dated(tx, await read_personal_link(tx, link_id))


async def dated(tx: Transaction, link: PersonalLink) -> DatedLink:
    """A link with its end. Raises NotFound."""
    visit = await read_consultation(tx, link.consultation_id) if link.consultation_id else None
    return DatedLink(link, closes_at(link, visit))


def closes_at(link: PersonalLink, visit: StoredConsultation | None) -> datetime:
    """When a link ends: at its own time, else when its consultation begins, even where that was moved since."""
    if link.expires_at is not None:
        return link.expires_at
    assert visit is not None, "the store demands one of the two"
    return visit.starts_at
