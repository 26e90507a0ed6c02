"""What an EHR pulls: the same responses and scores as `/v1`, spoken in FHIR."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.exported_response import WordedResponse, worded
from app.services.installation import Installation
from app.services.read_response import Place
from app.services.words import read_words
from app.store.errors import NotFound
from app.store.patient import read_patient
from app.store.response_reading import read_current, read_page
from fhir_export.bundle import collection_bundle
from fhir_export.observation import split_observation_id
from fhir_export.questionnaire import questionnaire_id, questionnaire_resource

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Some resources of a search, and where the next page begins."""

    resources: tuple[Resource, ...]
    next: Place | None


async def read_questionnaire(installation: Installation, call: Call, resource_id: str) -> Resource:
    """One questionnaire version with all its words. Raises NotFound, LicenceRestricted, LanguageUnavailable."""
    authorise(call.caller, Operation.READ_QUESTIONNAIRE)
    for questionnaire in installation.catalogue.questionnaires:
        if questionnaire_id(questionnaire) == resource_id:
            words = await read_words(installation, call, [questionnaire.instrument])
            shown = words.demanded(questionnaire, call.languages)
            return dict(questionnaire_resource(questionnaire, words.showable(questionnaire), shown.language))
    raise NotFound


async def read_questionnaire_response(installation: Installation, call: Call, resource_id: str) -> Resource:
    """The latest revision of a response. Raises NotFound."""
    return (await _one(installation, call, resource_id, Operation.READ_RESPONSE)).as_response()


async def read_observation(installation: Installation, call: Call, resource_id: str) -> Resource:
    """One score of a response. Raises NotFound."""
    split = split_observation_id(resource_id)
    if split is None:
        raise NotFound
    found = await _one(installation, call, split[0], Operation.READ_SCORES)
    for observation in found.as_observations(call):
        if observation["id"] == resource_id:
            return observation
    raise NotFound


async def read_collection(installation: Installation, call: Call, resource_id: str, service_base: str) -> Resource:
    """One response with its Observations in a collection Bundle. Raises NotFound."""
    found = await _one(installation, call, resource_id, Operation.READ_RESPONSE, Operation.READ_SCORES)
    return dict(collection_bundle(found.as_response(), found.as_observations(call), service_base))


async def responses_of_patient(
    installation: Installation, call: Call, patient_id: UUID, *, after: Place, count: int
) -> Found:
    """A patient's responses, newest first. Raises NotFound."""
    page, following = await _page(installation, call, patient_id, Operation.LIST_RESPONSES, after, count)
    return Found(tuple(one.as_response() for one in page), following)


async def observations_of_patient(
    installation: Installation, call: Call, patient_id: UUID, *, after: Place, count: int
) -> Found:
    """The Observations of a patient's responses, those of the newest response first; `count` responses a page.

    Raises NotFound.
    """
    page, following = await _page(installation, call, patient_id, Operation.LIST_SCORES, after, count)
    return Found(tuple(observation for one in page for observation in one.as_observations(call)), following)


async def _one(
    installation: Installation, call: Call, resource_id: str, operation: Operation, *also: Operation
) -> WordedResponse:
    response_id = _uuid(resource_id)
    async with opened(installation, call, operation) as tx:
        stored = await read_current(tx, response_id)
        for needed in (operation, *also):
            authorise(call.caller, needed, stored.patient_id)
        tx.audit.about(response_id, stored.patient_id, stored.revision)
        (found,) = await worded(tx, installation, [stored])
    return found


async def _page(
    installation: Installation, call: Call, patient_id: UUID, operation: Operation, after: Place, count: int
) -> tuple[Sequence[WordedResponse], Place | None]:
    async with opened(installation, call, operation, patient_id) as tx:
        await read_patient(tx, patient_id)
        found = await read_page(tx, patient_id, before=after.authored_at, before_id=after.response_id, count=count + 1)
        page = await worded(tx, installation, found[:count])
    following = Place(found[count - 1].authored_at, found[count - 1].response_id) if len(found) > count else None
    return page, following


def _uuid(text: str) -> UUID:
    """The response that a FHIR id names. Raises NotFound: what is no UUID was never the id of one."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
