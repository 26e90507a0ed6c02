"""Questionnaires to be shown: a version with the words of the best language."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.errors import LanguageUnavailable
from app.services.installation import Installation
from app.wording import choose_language
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
        _rendered(installation, q, _text(installation, q, call.languages))
        for q in installation.catalogue.questionnaires
    ]


def render_questionnaire(installation: Installation, call: Call, instrument: str, version: str | None) -> Rendered:
    """One version (the newest active one, where none is named) in the caller's language, else in another it has.

    Raises UnknownQuestionnaire, LanguageUnavailable.
    """
    authorise(call.caller, Operation.READ_QUESTIONNAIRE)
    questionnaire = installation.catalogue.get(instrument, version)
    text = _text(installation, questionnaire, call.languages)
    if text is None:
        raise LanguageUnavailable
    return _rendered(installation, questionnaire, text)


def languages_of(installation: Installation, questionnaire: Questionnaire) -> tuple[str, ...]:
    """The languages in which a version may be shown. A draft text is shown in demo mode only."""
    family = installation.catalogue.instruments[questionnaire.instrument]
    return tuple(lang for lang in family.texts if _showable(installation, family, questionnaire, lang) is not None)


def _text(installation: Installation, questionnaire: Questionnaire, wanted: Sequence[str]) -> Text | None:
    available = languages_of(installation, questionnaire)
    language = choose_language((*wanted, "en"), available) or next(iter(available), None)
    family = installation.catalogue.instruments[questionnaire.instrument]
    return _showable(installation, family, questionnaire, language) if language else None


def _showable(
    installation: Installation, family: Instrument, questionnaire: Questionnaire, language: str
) -> Text | None:
    text = family.text(questionnaire, language)
    allowed = text is not None and (text.status != "draft" or installation.knowledge.settings.demo)
    return text if allowed else None


def _rendered(installation: Installation, questionnaire: Questionnaire, text: Text | None) -> Rendered:
    rulebook = installation.rulebooks.current(questionnaire)
    family = installation.catalogue.instruments[questionnaire.instrument]
    return Rendered(family, questionnaire, text, rulebook.version, rulebook.digest)
