"""Stored responses as FHIR is made from them: each with what is known around it, and the words that it is shown in."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.services.call import Call
from app.services.history import past_response
from app.services.installation import Installation
from app.services.words import Words, words_of
from app.store.centre import Centre, read_centre
from app.store.response import StoredResponse
from app.store.transaction import Transaction
from fhir_export.encoding import Resource
from fhir_export.observation import observations
from fhir_export.questionnaire_response import questionnaire_response
from fhir_export.source import ExportedResponse, Recorder


@dataclass(frozen=True, slots=True)
class WordedResponse:
    """A response, with the words of its questionnaire."""

    exported: ExportedResponse
    words: Words

    def as_response(self) -> Resource:
        """In the words that the response pins, and no others."""
        questionnaire = self.exported.response.rulebook.questionnaire
        return questionnaire_response(self.exported, self.words.pinned(questionnaire, self.exported.text_digest))

    def as_observations(self, call: Call) -> tuple[Resource, ...]:
        """In the words for who reads them: in the reader's language where there is one, else the patient's; as they
        were when the response was stored.
        """
        questionnaire = self.exported.response.rulebook.questionnaire
        return observations(self.exported, self.words.best(questionnaire, (*call.languages, self.exported.language)))


async def worded(tx: Transaction, installation: Installation, stored: Iterable[StoredResponse]) -> list[WordedResponse]:
    """Rows of the transaction's centre as they are exported, in their order. Raises NotFound without a centre."""
    rows = list(stored)
    centre = await read_centre(tx)
    words = await words_of(tx, installation, {row.instrument for row in rows})
    return [WordedResponse(_exported(installation, centre, row), words.of_responses([row])) for row in rows]


def _exported(installation: Installation, centre: Centre, stored: StoredResponse) -> ExportedResponse:
    return ExportedResponse(
        response=past_response(installation, stored),
        patient_id=str(stored.patient_id),
        encounter_id=str(stored.consultation_id) if stored.consultation_id else None,
        language=stored.language,
        text_digest=stored.text_digest,
        is_restricted=installation.catalogue.instruments[stored.instrument].is_restricted,
        mode=centre.mode,
        recorded_by=Recorder(stored.recorded_by),
        is_rescored="rescored" in stored.evaluation,
    )
