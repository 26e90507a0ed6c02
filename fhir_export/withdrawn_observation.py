"""An Observation that an earlier revision gave and the current one does not: it stays, entered in error."""

from collections.abc import Mapping

from fhir_export.encoding import Resource
from fhir_export.observation_frame import ObservationFrame
from fhir_export.observation_parts import Parts, absent, category, item_code, score_code
from fhir_export.significant_answers import FIRST_ANSWER, given
from questionnaires.response import Answers
from questionnaires.translations import Text
from scoring.rulebook import Rulebook


def withdrawn(
    before: tuple[Rulebook, Answers], already: Mapping[int, str], now: tuple[Rulebook, Answers]
) -> dict[int, str]:
    """Number -> code of what the earlier revisions gave and the next one does not.

    `already`: what was withdrawn before it. What comes back is withdrawn no longer.
    """
    gone = {**already, **given(*before)}
    stays = given(*now)
    return {number: code for number, code in sorted(gone.items()) if number not in stays}


def withdrawn_parts(frame: ObservationFrame, text: Text | None, number: int, code: str) -> Parts:
    """What it was about."""
    questionnaire = frame.response.rulebook.questionnaire
    item = questionnaire.item(code) if number >= FIRST_ANSWER else None
    if item is not None:
        named = item_code(questionnaire, item, text)
    else:
        named = score_code(questionnaire, code, text.scores.get(code) if text else None)
    return Parts(number, named, category(item))


def withdrawn_observation(frame: ObservationFrame, parts: Parts) -> Resource:
    """The Observation without its value: whoever fetched it before learns that it no longer holds."""
    return frame.begin(parts, "entered-in-error") | absent("error") | {"derivedFrom": frame.evidence}
