"""The synthesis of a consultation: its history read once, synthesised purely."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.alert_in_words import AlertInWords, alert_in_words
from app.services.call import Call, opened
from app.services.evaluation import Basis, basis_of
from app.services.history import past_response
from app.services.installation import Installation
from app.services.words import Words, words_of
from app.store.centre import Centre, read_centre
from app.store.consultation import StoredConsultation, consultations_of, read_consultation
from app.store.patient import Patient, read_patient
from app.store.response_reading import find_first, read_between
from app.store.transaction import Transaction
from app.wording import Wording
from scoring.history import ResponseRef, last_consultation
from scoring.synthesis import REFERENCE_DAYS, Past, Synthesis, synthesise
from scoring.vigilance import Point

_BEGINNING_OF_TIME = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SynthesisOfPatient:
    """A synthesis with whom it is about, the words of what was asked, and what the alerts in it were raised on."""

    synthesis: Synthesis
    patient: Patient
    centre: Centre
    consultation: StoredConsultation
    words: Words
    bases: Mapping[ResponseRef, Basis]

    def alert_of(self, point: Point, wording: Wording) -> AlertInWords | None:
        """The urgent alert of a point of vigilance, with its reasons in words; None where it is none."""
        if point.alert is None:
            return None
        basis = self.bases[point.evidence[-1]]
        text = self.words.best(basis.rulebook.questionnaire, (wording.language,))
        return alert_in_words(point.alert, basis, text, wording)


async def read_synthesis(
    installation: Installation, call: Call, consultation_id: UUID, *, as_of: datetime | None = None
) -> SynthesisOfPatient:
    """Everything since the last consultation before this one, as of a moment (now, where none is named).

    Raises NotFound.
    """
    async with opened(installation, call, Operation.READ_SYNTHESIS) as tx:
        visit = await read_consultation(tx, consultation_id)
        authorise(call.caller, Operation.READ_SYNTHESIS, visit.patient_id)
        tx.audit.about(consultation_id, visit.patient_id)
        centre = await read_centre(tx)
        patient = await read_patient(tx, visit.patient_id)
        moment = as_of or call.received_at
        stored = await _read(tx, visit)
        past = await _past(installation, tx, visit, stored, asked_on=moment if moment < call.received_at else None)
        words = await words_of(tx, installation, _instruments(past))
    bases = {ref: basis_of(installation, row) for past_, row in zip(past)}
    synthesis = synthesise(visit.domain, past, mode=centre.mode, as_of=moment)
    return SynthesisOfPatient(synthesis, patient, centre, visit, words, bases)


async def _past(
    installation: Installation, tx: Transaction, visit: StoredConsultation
) -> tuple[Past, dict[ResponseRef, Basis]]:
    """What the synthesis reads: from the reference period on, not the patient's whole life. And what the alerts of
    those responses were raised on.
    """
    consultations = [stored.domain for stored in await consultations_of(tx, visit.patient_id)]
    previous = last_consultation(visit.domain, consultations)
    earliest = previous.start - timedelta(days=REFERENCE_DAYS) if previous else _BEGINNING_OF_TIME
    stored = await read_between(tx, visit.patient_id, earliest, visit.starts_at)
    first = await find_first(tx, visit.patient_id)
    asked = (installation.catalogue.get(instrument) for instrument in visit.instruments)
    responses = [past_response(installation, row) for row in stored]
    bases = {past.ref: basis_of(installation, row) for past, row in zip(responses, stored, strict=True) if past.alerts}
    past = Past(
        consultations=consultations,
        responses=responses,
        baseline=past_response(installation, first) if first else None,
        due=[installation.rulebooks.current(questionnaire) for questionnaire in asked],
    )
    return past, bases


def _instruments(past: Past) -> set[str]:
    """Every instrument that a synthesis of that past may name."""
    answered = (*past.responses, past.baseline) if past.baseline else past.responses
    books = (*(response.rulebook for response in answered), *past.due)
    return {book.questionnaire.instrument for book in books}
