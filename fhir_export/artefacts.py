"""The published artefacts behind a resource, with their digests, so that its numbers can be recomputed years later."""

from collections.abc import Iterable

from fhir_export import systems
from fhir_export.encoding import Resource
from questionnaires.definition import Questionnaire
from questionnaires.translations import Text
from scoring.rulebook import Rulebook


def definition_and_text(questionnaire: Questionnaire, text: Text | None) -> Resource:
    """The extension of what was answered: the definition and the words that the response pins, where it does.

    Without the status of the words, which may change after the response was stored.
    """
    return _extension(questionnaire, [_text(text)] if text else [])


def definition_and_shown_texts(questionnaire: Questionnaire, texts: Iterable[Text]) -> Resource:
    """The extension of what is shown: the definition, and the revision and status of each language's words."""
    return _extension(questionnaire, [_text(text, {"url": "status", "valueCode": text.status}) for text in texts])


def definition_and_scoring(rulebook: Rulebook) -> Resource:
    """The extension of what was computed: the definition and the scoring version."""
    scoring = [
        {"url": "scoringVersion", "valueString": rulebook.version},
        {"url": "scoringDigest", "valueString": rulebook.digest},
    ]
    return _extension(rulebook.questionnaire, scoring)


def _extension(questionnaire: Questionnaire, others: list[Resource]) -> Resource:
    definition = [
        {"url": "definition", "valueCanonical": questionnaire.canonical},
        {"url": "definitionDigest", "valueString": questionnaire.digest},
    ]
    return {"url": systems.pinned_artefacts(questionnaire), "extension": [*definition, *others]}


def _text(text: Text, *more: Resource) -> Resource:
    return {
        "url": "text",
        "extension": [
            {"url": "language", "valueCode": text.language},
            {"url": "revision", "valuePositiveInt": text.revision},
            {"url": "digest", "valueString": text.digest},
            *more,
        ],
    }
