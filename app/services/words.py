"""Which words of a questionnaire are shown to whom: the one place that chooses."""

from collections.abc import Sequence

from app.services.installation import Installation
from app.wording import choose_language
from questionnaires.definition import Questionnaire
from questionnaires.translations import Text


def showable_words(installation: Installation, questionnaire: Questionnaire) -> dict[str, Text]:
    """Language -> the newest words of a version that may be shown. A draft is shown in demo mode only."""
    family = installation.catalogue.instruments[questionnaire.instrument]
    newest = {language: family.text(questionnaire, language) for language in family.texts}
    demo = installation.knowledge.settings.demo
    return {lang: text for lang, text in newest.items() if text is not None and (text.status != "draft" or demo)}


def words_for(installation: Installation, questionnaire: Questionnaire, wanted: Sequence[str]) -> Text | None:
    """The words of the first wanted language, else English ones, else any that may be shown; None without any."""
    showable = showable_words(installation, questionnaire)
    language = choose_language((*wanted, "en"), tuple(showable)) or next(iter(showable), None)
    return showable[language] if language else None


def words_answered_to(
    installation: Installation, questionnaire: Questionnaire, language: str, digest: str | None
) -> Text | None:
    """The words that a response was given to: those of the digest, which the client knows; else the newest of the
    language that it names. None where the installation has neither.
    """
    family = installation.catalogue.instruments[questionnaire.instrument]
    if digest is not None and (named := family.text_of(digest)) is not None:
        return named
    showable = showable_words(installation, questionnaire)
    found = choose_language((language,), tuple(showable))
    return showable[found] if found else None
