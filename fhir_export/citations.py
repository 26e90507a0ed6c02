"""What stands behind the sections of the document: for each value the Observation that holds it, else the response."""

from collections.abc import Iterable

from fhir_export import observation, questionnaire_response
from fhir_export.significant_answers import significant_answers
from scoring.history import PastResponse, ResponseRef
from scoring.lines import Line, SubRow
from scoring.rules import ScoreKind
from scoring.synthesis import Synthesis
from scoring.vigilance import Point

References = tuple[str, ...]
"""`Observation/<id>`, `QuestionnaireResponse/<id>`: each once, in the order in which they are cited."""


class Citations:
    """The evidence of one synthesis. `responses`: at least those that it read."""

    def __init__(self, synthesis: Synthesis, responses: Iterable[PastResponse]) -> None:
        self._synthesis = synthesis
        self._responses = {response.ref: response for response in responses}

    @property
    def used(self) -> References:
        """Every response that was read."""
        return tuple(_response(ref) for ref in self._synthesis.used)

    @property
    def answered(self) -> References:
        """The responses since the last consultation."""
        return tuple(_response(answered.response) for answered in self._synthesis.responses)

    @property
    def topics(self) -> References:
        """The responses in which the patient named something to talk about."""
        return _each_once(_response(topics.response) for topics in self._synthesis.topics)

    @property
    def points(self) -> References:
        """What every point of vigilance rests on, and the values that it shows."""
        return _each_once(cited for point in self._synthesis.points for cited in self._of_point(point))

    @property
    def symptoms(self) -> References:
        """The values of every symptom."""
        return self._of_lines(line for line in self._synthesis.lines if line.kind is not ScoreKind.SCALE)

    @property
    def scales(self) -> References:
        """The values of quality of life, tolerance and the like."""
        return self._of_lines(line for line in self._synthesis.lines if line.kind is ScoreKind.SCALE)

    @property
    def observed(self) -> frozenset[str]:
        """The ids of the responses whose Observations are cited."""
        split = (reference.partition("/") for reference in (*self.points, *self.symptoms, *self.scales))
        return frozenset(
            identifier.rpartition(".")[0] for kind, _, identifier in split if kind == observation.RESOURCE_TYPE
        )

    def _of_lines(self, lines: Iterable[Line]) -> References:
        return _each_once(cited for line in lines for row in line.rows for cited in self._of_row(line.concept, row))

    def _of_point(self, point: Point) -> Iterable[str]:
        for ref in point.evidence:
            yield from self._of_evidence(point.concept, ref)
        if point.row:
            yield from self._of_row(point.concept, point.row)

    def _of_evidence(self, concept: str, ref: ResponseRef) -> Iterable[str]:
        """The concept's score in a response; else the answers that raised its alert ("cannot wait" has no score)."""
        past = self._responses[ref]
        if concept in past.rulebook.line_rules:
            return [self._score(concept, ref)]
        raised_on = {trigger.on for alert in past.alerts if alert.concept == concept for trigger in alert.triggers}
        answers = [a.number for a in significant_answers(past.rulebook) if a.item.link_id in raised_on]
        return [_observation(ref, number) for number in answers] or [_response(ref)]

    def _of_row(self, concept: str, row: SubRow) -> Iterable[str]:
        for value in (row.now, row.reference, row.worst_since, row.last_known, row.baseline):
            if value:
                yield self._score(concept, value.response)
        if row.now is None and row.asked_in:  # an Observation that says why there is no value
            yield self._score(concept, row.asked_in)

    def _score(self, concept: str, ref: ResponseRef) -> str:
        return _observation(ref, self._responses[ref].rulebook.line_rules[concept].number)


def _observation(ref: ResponseRef, number: int) -> str:
    return f"{observation.RESOURCE_TYPE}/{observation.observation_id(ref.id, number)}"


def _response(ref: ResponseRef) -> str:
    return f"{questionnaire_response.RESOURCE_TYPE}/{ref.id}"


def _each_once(references: Iterable[str]) -> References:
    return tuple(dict.fromkeys(references))
