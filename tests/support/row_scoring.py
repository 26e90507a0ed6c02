"""What batch scoring must give for one row, worked out by validation, branching and the row engine alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from questionnaires.answer_types import Fault
from questionnaires.definition import Questionnaire, Value
from questionnaires.enablement import enabled_items
from questionnaires.response import Absence, CheckedResponse
from scoring.batch.cells import Cells
from scoring.engine import score
from scoring.inputs import read_input
from scoring.missing import Reason
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import MissingPolicy
from scoring.score import NotScored, Number, Result, State

Cell = Number | str | Reason | None
"""A value, a state, the reason why there is none, or None where a bad cell leaves the score empty."""


@dataclass(frozen=True)
class ScoredRow:
    """The scores of one row, and its answers to hidden items."""

    scores: Mapping[str, Cell]
    not_enabled: frozenset[str]


def score_row(rulebook: Rulebook, row: Mapping[str, str], policy: MissingPolicy | None) -> ScoredRow:
    """Score the cells of one row; an empty text is no answer."""
    questionnaire = rulebook.questionnaire
    book = rulebook if policy is None else rulebook.under(policy)
    read = {name: Cells(item).read(row[name]) for item in questionnaire.questions if row.get(name := item.link_id)}
    unreadable = {name for name, answer in read.items() if isinstance(answer, Fault)}
    answers: dict[str, tuple[Value, ...]] = {
        name: (answer,) for name, answer in read.items() if not isinstance(answer, Fault)
    }
    enabled = enabled_items(questionnaire, answers)
    doubtful = _doubtful(questionnaire, unreadable)
    not_enabled = frozenset(answers.keys() - enabled - doubtful)
    bad = unreadable | doubtful | not_enabled
    response = CheckedResponse(questionnaire, {n: a for n, a in answers.items() if n not in bad}, enabled)
    if policy is MissingPolicy.ZERO_IF_LEAD_ZERO:
        passed_over = {name for name, lead in book.leads.items() if name not in read and _is_zero(response, lead)}
        response = CheckedResponse(questionnaire, response.answers, enabled - passed_over)
    results = score(book, response)
    uses = {name: _items_below(book, bound) for name, bound in book.rules.items()}
    return ScoredRow({n: None if uses[n] & bad else _cell(result) for n, result in results.items()}, not_enabled)


def _doubtful(questionnaire: Questionnaire, unreadable: set[str]) -> set[str]:
    """The items whose branching hangs on a cell that cannot be read."""
    found: set[str] = set()
    for reach in questionnaire.reaches:
        asked = {condition.question for condition in reach.item.enable_when}
        if asked & (unreadable | found) or set(reach.ancestors) & found:
            found.add(reach.item.link_id)
    return found


def _is_zero(response: CheckedResponse, lead: str) -> bool:
    item = response.questionnaire.item(lead)
    assert item is not None
    number = read_input(response, item)
    return not isinstance(number, Absence) and number == 0


def _items_below(book: Rulebook, bound: BoundRule) -> set[str]:
    """Every item that a score rests on, by way of others too."""
    found = {item.link_id for item in (*bound.items, *bound.asked_beside)}
    for source in bound.inputs:
        if source.item is None:
            found |= _items_below(book, book.rules[source.name])
    return found


def _cell(result: Result) -> Cell:
    if isinstance(result, NotScored):
        return result.reason
    return result.code if isinstance(result, State) else result.value
