"""Questionnaires as FHIR gives them: one version with its words in all the languages that the centre may show.

Draft versions are given too, with that status, as `/v1` does; they take no responses. A version whose wording is
licensed and not loaded by the caller's centre cannot be rendered: it is refused by name, and found by no search.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.installation import Installation
from app.services.words import Words, read_words
from app.store.errors import NotFound
from fhir_export.encoding import Resource
from fhir_export.questionnaire import Publication, last_updated, questionnaire_id, questionnaire_resource
from fhir_export.significant_answers import significant_answers
from questionnaires.catalogue import Instrument
from questionnaires.definition import Questionnaire
from questionnaires.translations import Text


@dataclass(frozen=True, slots=True)
class Shown:
    """One version that may be shown: its words by language, and which of them the caller reads."""

    instrument: Instrument
    questionnaire: Questionnaire
    texts: dict[str, Text]
    language: str

    @property
    def id(self) -> str:
        """The logical id."""
        return questionnaire_id(self.questionnaire)

    @property
    def updated_at(self) -> datetime:
        """When it last changed."""
        return last_updated(self.questionnaire, self.texts)

    def as_resource(self, installation: Installation, language: str | None = None) -> Resource:
        """The resource, in the caller's language unless another one is named."""
        publication = publication_of(installation, self.questionnaire)
        return questionnaire_resource(self.questionnaire, self.texts, language or self.language, publication)


def publication_of(installation: Installation, questionnaire: Questionnaire) -> Publication:
    """What this installation says of a version beside its definition and words, wherever the resource is given."""
    rulebook = installation.rulebooks.current(questionnaire)
    return Publication(
        codes=installation.catalogue.instruments[questionnaire.instrument].about.codes,
        extracted=frozenset(answer.item.link_id for answer in significant_answers(rulebook)),
        terminology_server=installation.knowledge.settings.service_base,
    )


async def read_shown(installation: Installation, call: Call, resource_id: str) -> Shown:
    """One version by its logical id. Raises NotFound, LicenceRestricted, LanguageUnavailable."""
    authorise(call.caller, Operation.READ_QUESTIONNAIRE)
    for questionnaire in installation.catalogue.questionnaires:
        if questionnaire_id(questionnaire) == resource_id:
            words = await read_words(installation, call, [questionnaire.instrument])
            text = words.demanded(questionnaire, call.languages)
            return _shown(installation, questionnaire, words, text)
    raise NotFound


async def list_shown(installation: Installation, call: Call) -> list[Shown]:
    """Every version that the caller's centre may show, in the order of the logical ids."""
    authorise(call.caller, Operation.LIST_QUESTIONNAIRES)
    instruments = installation.catalogue.instruments
    words = await read_words(installation, call, instruments, Operation.LIST_QUESTIONNAIRES)
    return sorted(_all(installation, call, words), key=lambda shown: shown.id)


def _all(installation: Installation, call: Call, words: Words) -> Iterator[Shown]:
    for questionnaire in installation.catalogue.questionnaires:
        text = words.best(questionnaire, call.languages)
        if text is not None:
            yield _shown(installation, questionnaire, words, text)


def _shown(installation: Installation, questionnaire: Questionnaire, words: Words, text: Text) -> Shown:
    instrument = installation.catalogue.instruments[questionnaire.instrument]
    return Shown(instrument, questionnaire, words.showable(questionnaire), text.language)
