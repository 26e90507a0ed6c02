"""A checked response: answers that fit their questionnaire, and what their branching left enabled."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from questionnaires.definition import Questionnaire, Value

Answers = Mapping[str, tuple[Value, ...]]
"""link_id -> the answers given, never empty; an item that was not answered is not in the mapping."""


class ResponseStatus(StrEnum):
    """R4 value set questionnaire-answers-status, as far as a stored response uses it."""

    COMPLETED = "completed"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"


class Absence(StrEnum):
    """Why an item has no usable answer."""

    SKIPPED = "skipped"
    DECLINED = "declined"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class CheckedResponse:
    """Answers that passed validation against one questionnaire version.

    `enabled` holds the link ids of the items that branching leaves open for these answers.
    """

    questionnaire: Questionnaire
    answers: Answers
    enabled: frozenset[str]
