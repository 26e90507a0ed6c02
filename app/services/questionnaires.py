"""Questionnaires to be shown: a version with the words of the best language."""

from dataclasses import dataclass

from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.installation import Installation
from app.services.words import Words, read_words
from questionnaires.catalogue import Instrument
from questionnaires.definition import Questionnaire
from questionnaires.translations import Text


@dataclass(frozen=True, slots=True)
class Rendered:
    """One version with its words, and the languages that it may be shown in; `text` None where it may be scored but
    has no words to show.
    """

    instrument: Instrument
    questionnaire: Questionnaire
    text: Text | None
    languages: tuple[str, ...]
    scoring_version: str
    scoring_digest: str


async def list_questionnaires(installation: Installation, call: Call) -> list[Rendered]:
    """Every version of every instrument, with its title in the caller's language where there is one."""
    authorise(call.caller, Operation.READ_QUESTIONNAIRE)
    words = await read_words(installation, call, installation.catalogue.instruments)
    return [
        _rendered(installation, q, words, words.best(q, call.languages)) for q in installation.catalogue.questionnaires
    ]


async def render_questionnaire(
    installation: Installation, call: Call, instrument: str, version: str | None
) -> Rendered:
    """One version (the newest active one, where none is named) in the caller's language, else in another it has.

    Raises UnknownQuestionnaire, LicenceRestricted, LanguageUnavailable.
    """
    authorise(call.caller, Operation.READ_QUESTIONNAIRE)
    questionnaire = installation.catalogue.get(instrument, version)
    words = await read_words(installation, call, [questionnaire.instrument])
    return _rendered(installation, questionnaire, words, words.demanded(questionnaire, call.languages))


def _rendered(installation: Installation, questionnaire: Questionnaire, words: Words, text: Text | None) -> Rendered:
    rulebook = installation.rulebooks.current(questionnaire)
    family = installation.catalogue.instruments[questionnaire.instrument]
    languages = tuple(words.showable(questionnaire))
    return Rendered(family, questionnaire, text, languages, rulebook.version, rulebook.digest)
