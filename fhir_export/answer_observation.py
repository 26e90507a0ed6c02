"""One significant answer as an R4 Observation."""

from typing import Final

from fhir_export.encoding import Resource
from fhir_export.observation_frame import ObservationFrame
from fhir_export.observation_parts import ABSENT, AnswerParts, Input
from questionnaires.definition import ItemType, Value
from questionnaires.response import Absence

_VALUES: Final = {
    ItemType.BOOLEAN: "valueBoolean",
    ItemType.DATE: "valueDateTime",
    ItemType.DATE_TIME: "valueDateTime",
    ItemType.TIME: "valueTime",
    ItemType.STRING: "valueString",
}


def answer_observation(frame: ObservationFrame, answer: AnswerParts, given: tuple[Value, ...]) -> Resource:
    """The answer as it was given. What was skipped or hidden has no Observation; who declined has one that says so."""
    resource = frame.begin(answer.head)
    asked = answer.input
    components: list[Resource] = []
    if asked.item.repeats:
        components = _several(asked, given)
        resource |= _in_words(components) if components else ABSENT[Absence.DECLINED]
    elif asked.chosen:
        resource |= asked.chosen[str(given[0])]
    elif asked.item.type in _VALUES:
        resource[_VALUES[asked.item.type]] = given[0]
    else:
        resource["valueQuantity"] = {"value": given[0]} | asked.unit
    frame.interpret(resource, answer.concept, (asked.item.link_id,))
    resource["derivedFrom"] = frame.evidence
    if components:
        resource["component"] = components
    return resource


def _several(asked: Input, given: tuple[Value, ...]) -> list[Resource]:
    """A component for each option chosen: several codings in one value would all have to mean the same (R4 2.24.0.9).

    Empty where the patient declined, which stands beside no other answer.
    """
    chosen = [asked.chosen[str(value)] for value in given]
    return [
        {"code": option["valueCodeableConcept"], "valueBoolean": True}
        for option in chosen
        if "valueCodeableConcept" in option
    ]


def _in_words(components: list[Resource]) -> Resource:
    """The options chosen, for people; their codes are in the components."""
    codings = [component["code"]["coding"][0] for component in components]
    return {"valueString": "; ".join(coding.get("display", coding["code"]) for coding in codings)}
