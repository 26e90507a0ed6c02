"""What a stored response comes to, as R4 Observations: its scores, and its significant answers, with their ids."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from fhir_export.answer_observation import answer_observation
from fhir_export.encoding import Resource
from fhir_export.observation_frame import RESOURCE_TYPE, ObservationFrame, observation_id
from fhir_export.observation_parts import Parts, Shown, parts_of
from fhir_export.score_observation import score_observation
from fhir_export.source import ExportedResponse
from fhir_export.withdrawn_observation import withdrawn_observation, withdrawn_parts
from questionnaires.translations import Text
from scoring.synthesis import Mode

__all__ = ["RESOURCE_TYPE", "any_observation", "observation_id", "observations", "split_observation_id"]

_OBSERVATION_ID: Final = re.compile(r"(.+)\.([1-9][0-9]{0,3})")


def split_observation_id(identifier: str) -> tuple[str, int] | None:
    """The response and the number of an Observation id, or None for what never was one."""
    found = _OBSERVATION_ID.fullmatch(identifier)
    return (found[1], int(found[2])) if found else None


def any_observation(_parts: Parts) -> bool:
    """Whatever it says."""
    return True


def observations(
    exported: ExportedResponse, text: Text | None = None, wanted: Callable[[Parts], bool] = any_observation
) -> tuple[Resource, ...]:
    """Everything that a response says: one Observation for every score of its rulebook, scored or not, in the order of
    the rules; one for every significant answer (`significant_answers`) that was given, in the order of the
    questionnaire; and those that only an earlier revision gave, entered in error.

    `text` gives the words to show, in any language. In the mode `record` there are none: that mode says no scores. The
    resources share their constant parts: they are not to be changed. `wanted` says by number and code which of them are
    built at all.
    """
    if exported.mode is Mode.RECORD:
        return ()
    return tuple(_observations(exported, text, wanted))


def _observations(exported: ExportedResponse, text: Text | None, wanted: Callable[[Parts], bool]) -> Iterator[Resource]:
    language = text.language if text else exported.language
    parts = parts_of(Shown(exported.response.rulebook, text, language, exported.is_restricted))
    frame = ObservationFrame(exported, parts, language)
    for score in parts.scores:
        if wanted(score.head):
            yield score_observation(frame, score)
    for answer in parts.answers:
        given = exported.response.answers.get(answer.input.item.link_id)
        if given is not None and wanted(answer.head):
            yield answer_observation(frame, answer, given)
    for number, code in exported.withdrawn.items():
        head = withdrawn_parts(frame, text, number, code)
        if wanted(head):
            yield withdrawn_observation(frame, head)
