"""A block of rows as rules see it, and one row of it as a response."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questionnaires.definition import Questionnaire, Value
from questionnaires.response import CheckedResponse
from scoring.batch.columns import Column
from scoring.batch.results import ScoreColumn


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The columns of the items that scores read, and the scores worked out so far.

    The columns are settled: no cell is bad (those were put to skipped and are remembered elsewhere), and where an item
    is hidden its state says so.
    """

    columns: Mapping[str, Column]
    results: Mapping[str, ScoreColumn]


def response_in(
    questionnaire: Questionnaire,
    link_ids: Sequence[str],
    answers: Sequence[tuple[Value, ...]],
    states: Sequence[int],
) -> CheckedResponse:
    """The response in which each of these items is in its state, as `Column` says what a state means."""
    given: dict[str, tuple[Value, ...]] = {}
    shown: list[str] = []
    for link_id, of_item, state in zip(link_ids, answers, states, strict=True):
        if state < len(of_item):
            given[link_id] = (of_item[state],)
        if state <= len(of_item):
            shown.append(link_id)
    return CheckedResponse(questionnaire, given, frozenset(shown))
