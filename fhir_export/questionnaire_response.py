"""A stored response as an R4 QuestionnaireResponse, nested as its questionnaire is."""

from collections.abc import Iterable
from typing import Final

from fhir_export.encoding import Resource, instant
from fhir_export.people import author, source, subject
from fhir_export.response_parts import ItemParts, Worded, parts_of
from fhir_export.source import ExportedResponse
from fhir_export.stored_version import meta
from fhir_export.typed_values import typed
from questionnaires.definition import Questionnaire
from questionnaires.response import Answers
from questionnaires.translations import Text

RESOURCE_TYPE: Final = "QuestionnaireResponse"


def questionnaire_response(exported: ExportedResponse, text: Text | None = None) -> Resource:
    """One revision of a response.

    `text` is the pinned text, the words that the person saw; None where the installation has none.
    """
    past = exported.response
    questionnaire = past.rulebook.questionnaire
    parts = parts_of(Worded(questionnaire, text))
    resource: Resource = {
        "resourceType": RESOURCE_TYPE,
        "id": past.ref.id,
        "meta": meta(exported),
        "language": exported.language,
        "extension": parts.extension,
        **_identifier(exported),
        "questionnaire": parts.canonical,
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
    items = _items(questionnaire, parts.items, past.answers)
    return resource | {"item": items} if items else resource


def _identifier(exported: ExportedResponse) -> Resource:
    """What another system knows the response by."""
    if exported.identifier is None:
        return {}
    system, value = exported.identifier
    return {"identifier": {"value": value} if system is None else {"system": system, "value": value}}


def _items(questionnaire: Questionnaire, parts: Iterable[ItemParts], answers: Answers) -> list[Resource]:
    """The items that were answered, and those that hold some that were."""
    found: list[Resource] = []
    for part in parts:
        item = part.item
        values = answers.get(item.link_id, ())
        if part.whole and len(values) == 1:
            found.append(part.whole[values[0]])
            continue
        inside = _items(questionnaire, part.items, answers)
        if not item.is_question and inside:
            found.append(part.begun | {"item": inside})
        elif values or inside:
            given = [part.chosen.get(value) or typed("value", questionnaire, item, value, None) for value in values]
            found.append(part.begun | {"answer": _with_children(given, inside)})
    return found


def _with_children(given: list[Resource], inside: list[Resource]) -> list[Resource]:
    """qrs-1: what stands under a question goes under its answer. Answers are known per link id, so children stand under
    the first; where the question itself was left open, under an answer without a value (R4: value[x] is 0..1).
    """
    if not inside:
        return given
    first, *others = given or [{}]
    return [first | {"item": inside}, *others]
