"""A response that is begun and not yet given: every item of its questionnaire, answered only where the patient has.

Nothing else is ever filled in. A question that looks back on a recall period is not answered by an older answer: it
would put the last report into the next one. What is carried is the patient's own draft, which is this very report.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fhir_export.encoding import Resource, instant
from fhir_export.response_parts import ItemParts, Worded, parts_of
from fhir_export.typed_values import typed
from questionnaires.definition import Questionnaire
from questionnaires.enablement import enabled_items
from questionnaires.response import Answers
from questionnaires.translations import Text


@dataclass(frozen=True, slots=True)
class Begun:
    """Answers that a patient has begun to give, and when they were saved."""

    answers: Answers
    saved_at: datetime


def populated_response(
    questionnaire: Questionnaire, text: Text, patient_id: str | None, begun: Begun | None = None
) -> Resource:
    """The response in the making: `in-progress`, of no id, for nothing is stored.

    Every item is there in the order of the definition (SDC `$populate`), but what stands under a question that has no
    answer, which R4 has no place for. Answers that branching hides at the moment are left out.
    """
    parts = parts_of(Worded(questionnaire, text))
    resource: Resource = {
        "resourceType": "QuestionnaireResponse",
        "language": text.language,
        "extension": parts.extension,
        "questionnaire": parts.canonical,
        "status": "in-progress",
    }
    if patient_id is not None:
        resource["subject"] = {"reference": f"Patient/{patient_id}"}
    if begun is not None:
        resource["authored"] = instant(begun.saved_at)
    answers = _open_answers(questionnaire, begun.answers) if begun else {}
    return resource | {"item": _items(questionnaire, parts.items, answers)}


def _open_answers(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """Without those that branching hides: sent back as they are, they would be refused."""
    enabled = enabled_items(questionnaire, answers)
    return {link_id: values for link_id, values in answers.items() if link_id in enabled}


def _items(questionnaire: Questionnaire, parts: Iterable[ItemParts], answers: Answers) -> list[Resource]:
    return [_item(questionnaire, part, answers) for part in parts]


def _item(questionnaire: Questionnaire, part: ItemParts, answers: Answers) -> Resource:
    item = part.item
    inside = _items(questionnaire, part.items, answers)
    if not item.is_question:
        return part.begun | {"item": inside} if inside else part.begun
    values = answers.get(item.link_id, ())
    given = [part.chosen.get(value) or typed("value", questionnaire, item, value, None) for value in values]
    if inside and (given or _any_answered(part.items, answers)):
        # qrs-1: under the first answer; where the question itself is open, under an answer without a value.
        first, *others = given or [{}]
        given = [first | {"item": inside}, *others]
    return part.begun | {"answer": given} if given else part.begun


def _any_answered(parts: Iterable[ItemParts], answers: Answers) -> bool:
    return any(part.item.link_id in answers or _any_answered(part.items, answers) for part in parts)
