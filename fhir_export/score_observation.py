"""One score as an R4 Observation, with the number that the page shows."""

from fhir_export.encoding import Resource
from fhir_export.observation_frame import RESOURCE_TYPE, ObservationFrame, observation_id
from fhir_export.observation_parts import ABSENT, Input, ScoreParts
from questionnaires.response import Absence
from scoring.score import Score, State


def score_observation(frame: ObservationFrame, score: ScoreParts) -> Resource:
    """The score, or why there is none; its members where it is a scale, its components where it is of one symptom."""
    resource = frame.begin(score.head)
    resource |= _value(frame, score)
    frame.interpret(resource, score.rule.concept, score.says)
    resource["method"] = score.method
    if score.members:
        # What was skipped gave no Observation: it is no member either.
        members = [number for number in score.members if number in frame.given]
        if members:
            response_id = frame.response.ref.id
            resource["hasMember"] = [
                {"reference": f"{RESOURCE_TYPE}/{observation_id(response_id, number)}"} for number in members
            ]
    resource["derivedFrom"] = frame.evidence
    if score.components:
        resource["component"] = [_component(frame, part) for part in score.components]
    return resource


def _value(frame: ObservationFrame, score: ScoreParts) -> Resource:
    """A Quantity for every score, grades included: exact with decimals, found by `value-quantity`, and of one type for
    all that a score may ever become. A score that could not be computed has no number at all (obs-6).
    """
    result = frame.response.scores[score.rule.name]
    if isinstance(result, Score):
        return {"valueQuantity": {"value": result.value} | score.unit}
    if isinstance(result, State):
        return {"valueString": result.code}
    return ABSENT[result.reason]


def _component(frame: ObservationFrame, part: Input) -> Resource:
    """One input: the option chosen with its weight, or why there is none. A follow-up that branching hid stays
    `not-asked` here, even where the policy let it count as 0: nobody answered it.
    """
    given = frame.response.answers.get(part.item.link_id)
    if given is None:
        reason = Absence.SKIPPED if part.item.link_id in frame.enabled else Absence.HIDDEN
        return {"code": part.code} | ABSENT[reason]
    (answer,) = given
    if part.chosen:
        return {"code": part.code} | part.chosen[str(answer)]
    return {"code": part.code, "valueQuantity": {"value": answer} | part.unit}
