"""Questionnaires to be shown: a version with the words of the best language."""

from dataclasses import dataclass

from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.errors import LanguageUnavailable
from app.services.installation import Installation
from app.services.words import showable_words, words_for
from questionnaires.catalogue import Instrument
from questionnaires.definition import Questionnaire
from questionnaires.translations import Text


@dataclass(frozen=True, slots=True)
class Rendered:
    """One version with its words; `text` None where it may be scored but has no words to show."""

    instrument: Instrument
    questionnaire: Questionnaire
    text: Text | None
    scoring_version: str
    scoring_digest: str


def list_questionnaires(installation: Installation, call: Call) -> list[Rendered]:
    """Every version of every instrument, with its title in the caller's language where there is one."""
    authorise(call.caller, Operation.READ_QUESTIONNAIRE)
    return [
        _rendered(installation, q, words_for(installation, q, call.languages))
        for q in installation.catalogue.questionnaires
    ]


def render_questionnaire(installation: Installation, call: Call, instrument: str, version: str | None) -> Rendered:
    """One version (the newest active one, where none is named) in the caller's language, else in another it has.

    Raises UnknownQuestionnaire, LanguageUnavailable.
    """
    authorise(call.caller, Operation.READ_QUESTIONNAIRE)
    questionnaire = installation.catalogue.get(instrument, version)
    text = words_for(installation, questionnaire, call.languages)
    if text is None:
        raise LanguageUnavailable
    return _rendered(installation, questionnaire, text)


def languages_of(installation: Installation, questionnaire: Questionnaire) -> tuple[str, ...]:
    """The languages in which a version may be shown."""
    return tuple(showable_words(installation, questionnaire))


def _rendered(installation: Installation, questionnaire: Questionnaire, text: Text | None) -> Rendered:
    rulebook = installation.rulebooks.current(questionnaire)
    family = installation.catalogue.instruments[questionnaire.instrument]
    return Rendered(family, questionnaire, text, rulebook.version, rulebook.digest)
