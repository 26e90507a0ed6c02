"""A stored response as an R4 QuestionnaireResponse, nested as its questionnaire is."""

from typing import Final

from fhir_export.artefacts import definition_and_text
from fhir_export.encoding import Resource, instant
from fhir_export.people import author, source, subject
from fhir_export.source import ExportedResponse
from fhir_export.stored_version import meta
from fhir_export.typed_values import typed
from questionnaires.definition import Item, Questionnaire
from questionnaires.response import Answers
from questionnaires.translations import Text

RESOURCE_TYPE: Final = "QuestionnaireResponse"


def questionnaire_response(exported: ExportedResponse, text: Text | None = None) -> Resource:
    """One revision of a response.

    `text` is the pinned text, the words that the person saw; None where the installation has none.
    """
    past = exported.response
    questionnaire = past.rulebook.questionnaire
    resource: Resource = {
        "resourceType": RESOURCE_TYPE,
        "id": past.ref.id,
        "meta": meta(exported),
        "language": exported.language,
        "extension": [definition_and_text(questionnaire, text)],
        "questionnaire": questionnaire.canonical,
        "status": past.status.value,
        "subject": subject(exported),
    }
    if exported.encounter_id is not None:
        resource["encounter"] = {"reference": f"Encounter/{exported.encounter_id}"}
    resource |= {
        "authored": instant(past.authored_at),
        "author": author(exported, exported.language),
        "source": source(exported, exported.language),
    }
    items = _items(questionnaire, questionnaire.items, past.answers, text)
    return resource | {"item": items} if items else resource


def _items(
    questionnaire: Questionnaire, items: tuple[Item, ...], answers: Answers, text: Text | None
) -> list[Resource]:
    """The items that were answered, and those that hold some that were."""
    found: list[Resource] = []
    for item in items:
        inside = _items(questionnaire, item.items, answers, text)
        entry: Resource = {"linkId": item.link_id}
        if text and item.link_id in text.items:
            entry["text"] = text.items[item.link_id]
        if not item.is_question:
            entry["item"] = inside
        else:
            given = [typed("value", questionnaire, item, value, text) for value in answers.get(item.link_id, ())]
            entry["answer"] = _with_children(given, inside)
        if inside or item.link_id in answers:
            found.append(entry)
    return found


def _with_children(given: list[Resource], inside: list[Resource]) -> list[Resource]:
    """qrs-1: what stands under a question goes under its answer. Answers are known per link id, so children stand under
    the first; where the question itself was left open, under an answer without a value (R4: value[x] is 0..1).
    """
    if not inside:
        return given
    first, *others = given or [{}]
    return [first | {"item": inside}, *others]
