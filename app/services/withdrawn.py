"""Observations that only earlier revisions of a response gave: kept with it, so that FHIR never loses one silently."""

from collections.abc import Mapping
from typing import Any

from app.services.history import answers_from
from app.store.response import StoredResponse
from fhir_export.withdrawn_observation import withdrawn
from scoring.rulebook import Rulebook

_FIELD = "withdrawn"


def withdrawn_of(stored: StoredResponse) -> dict[int, str]:
    """Number -> code. Rows from before this was noted, and those that withdrew nothing, have none."""
    return {int(number): code for number, code in stored.evaluation.get(_FIELD, {}).items()}


def noting_withdrawn(
    evaluation: Mapping[str, Any],
    current: StoredResponse,
    rulebook: Rulebook,
    *,
    answers: Mapping[str, Any],
    scored_by: Rulebook,
) -> dict[str, Any]:
    """The evaluation column of the revision after `current`, with what it withdraws, where it withdraws anything.

    `rulebook` is that of the current revision; `answers` (as their column has them) and `scored_by` are the next one's.
    """
    gone = withdrawn(
        (rulebook, answers_from(current.answers)), withdrawn_of(current), (scored_by, answers_from(answers))
    )
    kept = {name: value for name, value in evaluation.items() if name != _FIELD}
    return kept | {_FIELD: {str(number): code for number, code in gone.items()}} if gone else kept
