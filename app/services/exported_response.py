"""Stored responses as FHIR is made from them: each with what is known around it, and the words that it is shown in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.services.call import Call
from app.services.history import past_response
from app.services.installation import Installation
from app.services.withdrawn import withdrawn_of
from app.services.words import Words, words_of
from app.store.centre import FhirProfile, read_centre
from app.store.response import StoredResponse
from app.store.response_in_centre import ExportCentre, export_centre
from app.store.transaction import Transaction
from fhir_export import systems
from fhir_export.encoding import Resource
from fhir_export.observation import any_observation, observations
from fhir_export.observation_parts import Parts
from fhir_export.questionnaire_response import questionnaire_response
from fhir_export.source import ExportedResponse, Recorder

_OBSERVATION_PROFILES: Final[Mapping[FhirProfile, str]] = {
    FhirProfile.TELESURVEILLANCE: systems.TELESURVEILLANCE_OBSERVATION,
}


@dataclass(frozen=True, slots=True)
class WordedResponse:
    """A response, with the words of its questionnaire."""

    exported: ExportedResponse
    words: Words

    def as_response(self) -> Resource:
        """In the words that the response pins, and no others."""
        questionnaire = self.exported.response.rulebook.questionnaire
        return questionnaire_response(self.exported, self.words.pinned(questionnaire, self.exported.text_digest))

    def as_observations(self, call: Call, wanted: Callable[[Parts], bool] = any_observation) -> tuple[Resource, ...]:
        """In the words for who reads them: in the reader's language where there is one, else the patient's; as they
        were when the response was stored. `wanted` says by number and code which of them.
        """
        questionnaire = self.exported.response.rulebook.questionnaire
        words = self.words.best(questionnaire, (*call.languages, self.exported.language))
        return observations(self.exported, words, wanted)


async def worded(
    tx: Transaction, installation: Installation, stored: Iterable[StoredResponse], centre: ExportCentre | None = None
) -> list[WordedResponse]:
    """Rows of the transaction's centre as they are exported, in their order.

    `centre` is what the rows brought along; None reads it. Raises NotFound without a centre.
    """
    rows = list(stored)
    if not rows:
        return []
    centre = centre or export_centre(await read_centre(tx))
    words = await words_of(tx, installation, {row.instrument for row in rows})
    return [worded_response(installation, words, centre, row) for row in rows]


def worded_response(
    installation: Installation, words: Words, centre: ExportCentre, stored: StoredResponse
) -> WordedResponse:
    """One row, in words of its instrument that were read already."""
    return WordedResponse(_exported(installation, centre, stored), words.of_responses([stored]))


def _exported(installation: Installation, centre: ExportCentre, stored: StoredResponse) -> ExportedResponse:
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
        recorder_id=str(stored.recorder_id) if stored.recorder_id else None,
        profiles=tuple(_OBSERVATION_PROFILES[profile] for profile in sorted(centre.fhir_profiles)),
        withdrawn=withdrawn_of(stored),
        identifier=(stored.identifier_system or None, stored.identifier_value) if stored.identifier_value else None,
    )
