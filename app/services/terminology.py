"""What our codes mean: the definitions of every instrument, in the words that the caller's centre may show."""

from collections.abc import Iterator, Sequence

from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.export_questionnaire import read_shown
from app.services.installation import Installation, Knowledge
from app.services.words import read_words
from fhir_export.definition import Definition
from fhir_export.encoding import Resource
from fhir_export.questionnaire import questionnaire_id
from fhir_export.questionnaire_package import needed, questionnaire_package
from fhir_export.terminology import instrument_definitions
from questionnaires.catalogue import Instrument
from questionnaires.definition import Questionnaire


def definitions(knowledge: Knowledge) -> Iterator[Definition]:
    """Those of every version of every instrument."""
    for family in knowledge.catalogue.instruments.values():
        yield from _definitions_of(knowledge, family)


async def in_words(
    installation: Installation, call: Call, found: Sequence[Definition], operation: Operation
) -> list[Resource]:
    """Definitions as resources, in the caller's language where there are words in it. Raises NotPermitted."""
    authorise(call.caller, operation)
    asked = {definition.questionnaire.instrument for definition in found if definition.questionnaire}
    words = await read_words(installation, call, asked, operation)
    spoken = installation.wordings.best(call.languages).language
    resources: list[Resource] = []
    for definition in found:
        if definition.questionnaire is None:
            resources.append(definition.resource({}, spoken))
        else:
            best = words.best(definition.questionnaire, call.languages)
            texts = words.showable(definition.questionnaire)
            resources.append(definition.resource(texts, best.language if best else spoken))
    return resources


async def read_package(
    installation: Installation, call: Call, questionnaire: Questionnaire, service_base: str
) -> Resource:
    """A questionnaire version with its code systems and value sets.

    Raises NotFound, LicenceRestricted, LanguageUnavailable.
    """
    asked = (await read_shown(installation, call, questionnaire_id(questionnaire))).as_resource(installation)
    family = installation.catalogue.instruments[questionnaire.instrument]
    chosen = needed(asked, _definitions_of(installation.knowledge, family))
    others = await in_words(installation, call, chosen, Operation.READ_QUESTIONNAIRE)
    return questionnaire_package(asked, others, service_base)


def _definitions_of(knowledge: Knowledge, family: Instrument) -> Iterator[Definition]:
    versions = family.versions.values()
    return instrument_definitions(
        [(version, knowledge.rulebooks.by_canonical[version.canonical]) for version in versions]
    )
