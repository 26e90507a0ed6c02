"""The parts of batch scoring on values worked out by hand; that all of it equals the row engine is a law of its own."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from questionnaires.answer_types import Fault
from questionnaires.definition import ItemType, Value
from questionnaires.issues import IssueCode
from questionnaires.response import Absence
from scoring.batch.cells import MOST_LISTED, Cells
from scoring.batch.columns import Column, empty_column, rows_where, state_type
from scoring.batch.rationals import Rationals, decimals_of, integer_type, numerators_of, rounded
from scoring.batch.results import ScoreColumn
from scoring.batch.scorer import BatchScorer, NotForTables, ScoredRows
from scoring.missing import Reason
from scoring.rounding import published
from scoring.rules import MissingPolicy
from scoring.score import Number
from tests.support.questionnaires import choice, item
from tests.support.scoring import shipped
from tests.support.wide_instrument import Q, wide_rulebook


def column(cells: Sequence[str], scorer: BatchScorer, link_id: str) -> Column:
    """The column of these cells, read one by one."""
    of_item = scorer.cells[link_id]
    read = [of_item.read(cell) if cell else None for cell in cells]
    answers: list[Value] = list(of_item.listed or ())
    for answer in read:
        if not isinstance(answer, Fault) and answer is not None and answer not in answers:
            answers.append(answer)
    states = [
        len(answers) if answer is None else len(answers) + 2 if isinstance(answer, Fault) else answers.index(answer)
        for answer in read
    ]
    return Column(np.array(states, state_type(len(answers))), of_item.listed or tuple(answers))


def scored(scorer: BatchScorer, table: Mapping[str, Sequence[str]]) -> ScoredRows:
    count = len(next(iter(table.values())))
    return scorer.score({name: column(cells, scorer, name) for name, cells in table.items()}, count)


def cells_of(found: ScoreColumn) -> list[Number | str | Reason | None]:
    return [found.at(row) for row in range(len(found.reasons))]


# --- what stands in a cell ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "text", "expected"),
    [
        (choice("a", "0", "1"), "1", "1"),
        (item("a", ItemType.BOOLEAN), "true", True),
        (item("a", ItemType.BOOLEAN), "false", False),
        (item("a", ItemType.INTEGER), "007", 7),
        (item("a", ItemType.INTEGER), "-3", -3),
        (item("a", ItemType.DECIMAL), "38.20", Decimal("38.20")),
        (item("a", ItemType.DECIMAL), "1e2", Decimal(100)),
        (item("a", ItemType.DATE), "2026-01", "2026-01"),
        (item("a", ItemType.TEXT), "words", "words"),
    ],
)
def test_a_cell_is_read_as_its_item_says(of: object, text: str, expected: Value) -> None:
    read = Cells(of).read(text)  # type: ignore[arg-type]
    assert (read, type(read)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("of", "text", "code"),
    [
        (choice("a", "0", "1"), "2", IssueCode.NOT_AN_OPTION),
        (choice("a", "0", "1"), "1.0", IssueCode.NOT_AN_OPTION),
        (item("a", ItemType.BOOLEAN), "yes", IssueCode.WRONG_TYPE),
        (item("a", ItemType.INTEGER), "7.0", IssueCode.WRONG_TYPE),
        (item("a", ItemType.INTEGER), "٧", IssueCode.WRONG_TYPE),
        (item("a", ItemType.INTEGER), "9" * 500, IssueCode.WRONG_TYPE),
        (item("a", ItemType.INTEGER), "9" * 20, IssueCode.OUT_OF_RANGE),
        (item("a", ItemType.DECIMAL), "NaN", IssueCode.WRONG_TYPE),
        (item("a", ItemType.DECIMAL), "38,2", IssueCode.WRONG_TYPE),
        (item("a", ItemType.DECIMAL), "1e99", IssueCode.OUT_OF_RANGE),
    ],
)
def test_a_cell_that_does_not_fit_is_a_fault(of: object, text: str, code: IssueCode) -> None:
    read = Cells(of).read(text)  # type: ignore[arg-type]
    assert isinstance(read, Fault)
    assert read.code is code


def test_answers_are_listed_where_they_are_few() -> None:
    assert Cells(choice("a", "0", "declined")).texts == ("0", "declined")
    assert Cells(item("a", ItemType.BOOLEAN)).texts == ("true", "false")
    between = Cells(item("a", ItemType.INTEGER, minimum=Decimal("0.5"), maximum=Decimal("3.5")))
    assert between.listed == (1, 2, 3)
    too_many = item("a", ItemType.INTEGER, minimum=Decimal(0), maximum=Decimal(MOST_LISTED))
    for of in (too_many, item("a", ItemType.INTEGER), item("a", ItemType.DECIMAL, minimum=Decimal(0))):
        assert Cells(of).listed is None
        assert Cells(of).texts == ()


@pytest.mark.parametrize(("answers", "type_"), [(5, np.uint8), (253, np.uint8), (254, np.uint16), (70_000, np.uint32)])
def test_states_fit_into_their_type(answers: int, type_: type) -> None:
    made = empty_column(2, tuple(range(answers)))
    assert made.states.dtype == type_
    assert made.bad <= np.iinfo(type_).max
    assert made.bad_rows is None
    assert rows_where(made.states, [False] * answers + [True]).all()


# --- exact fractions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1, 10**15])
def test_rounding_is_that_of_one_number(scale: int) -> None:
    """Half away from zero, below and above it; with Python's integers where int64 has too little room."""
    numerators, common = [n * scale for n in (-5, -3, -1, 0, 1, 3, 5, 7, 1001)], 8 * scale
    values = Rationals(np.array(numerators, integer_type(2000 * scale)), common, 2000 * scale)
    for decimals in (0, 1, 2, 3):
        found = [Fraction(value, 10**decimals) for value in rounded(values, decimals).tolist()]
        assert found == [published(Fraction(n, common), decimals) for n in numerators]


def test_fractions_share_the_smallest_denominator() -> None:
    assert numerators_of([1, Fraction(1, 6), Fraction(-1, 4)]) == ([12, 2, -3], 12)
    assert [decimals_of(n) for n in (1, 2, 4, 5, 8, 10, 80)] == [0, 1, 2, 1, 3, 1, 4]
    assert integer_type(2**40) is np.int64
    assert integer_type(2**63) is object


# --- scores ------------------------------------------------------------------------------------------------------


def test_means_take_the_place_of_absent_answers_exactly() -> None:
    """Seven of thirteen answered: 13/7 of their sum. Half rounds away from zero."""
    scorer = BatchScorer(wide_rulebook())
    table = {name: ["1", "1", "", "private"] for name in Q[:6]} | {"q7": ["1", "4", "4", "2"]}
    found = scored(scorer, table).scores
    # q2 and q5 are reversed: 4 + 3 + 3 + 4 = 11, that is 11 * 13 / 7.
    assert cells_of(found["prorated"])[0] == published(Fraction(11 * 13, 7), 1)
    assert cells_of(found["prorated"])[2:] == [Absence.SKIPPED, Absence.DECLINED]
    assert cells_of(found["mean_of_half"]) == [1, 1, Absence.SKIPPED, Absence.DECLINED]
    assert cells_of(found["rising"])[0] == 25
    assert cells_of(found["falling"])[0] == 75


def test_what_exceeds_64_bits_is_still_exact() -> None:
    """18 digits in a temperature, and a percentage of two such weights."""
    scorer = BatchScorer(wide_rulebook())
    table = {
        "temperature": ["38.1234567890123456", "36.5"],
        "weight": ["70.1234567890123456", "50"],
        "baseline": ["80.6543210987654321", "50"],
    }
    found = scored(scorer, table).scores
    assert cells_of(found["degrees"]) == [Decimal("38.1234567890123456"), Decimal("36.5")]
    loss = (Fraction("80.6543210987654321") - Fraction("70.1234567890123456")) / Fraction("80.6543210987654321") * 100
    assert cells_of(found["loss"]) == [published(loss, 1), 0]
    assert cells_of(found["loss_again"]) == [published(loss, 3), 0]
    assert cells_of(found["loss_grade"])[0] == 2


def test_a_bad_cell_empties_what_rests_on_it_and_nothing_else() -> None:
    scorer = BatchScorer(wide_rulebook())
    found = scored(scorer, {name: ["1", "x"] for name in ("q1",)} | {name: ["1", "1"] for name in Q[1:]}).scores
    assert found["highest"].at(1) is None
    assert found["highest_again"].at(1) is None
    assert found["total"].at(1) is None
    assert found["smoked"].at(1) is Absence.HIDDEN


def test_an_answer_to_a_hidden_item_is_told_and_one_that_hangs_on_a_bad_cell_is_not() -> None:
    scorer = BatchScorer(wide_rulebook())
    found = scored(scorer, {"lead": ["0", "x", "2", "", "0"], "follow-up": ["2", "2", "2", "2", ""]})
    assert {name: rows.tolist() for name, rows in found.not_enabled.items()} == {
        "follow-up": [True, False, False, True, False]
    }
    assert cells_of(found.scores["worst_of_two"]) == [None, None, 2, None, Absence.HIDDEN]
    shaken = scored(scorer, {"temperature": ["x", "39", "37"], "shivers": ["1", "1", ""], "notes": ["a", "", "a"]})
    assert cells_of(shaken.scores["shaken"]) == [None, 1, Absence.HIDDEN]


def test_after_a_lead_of_0_empty_counts_as_hidden_only_under_the_policy_that_says_so() -> None:
    table = {"lead": ["0", "1", ""], "follow-up": ["", "", ""]}
    own = scored(BatchScorer(wide_rulebook()), table).scores["worst_of_two"]
    assert cells_of(own) == [Absence.HIDDEN, Absence.SKIPPED, Absence.SKIPPED]
    asked = scored(BatchScorer(wide_rulebook(), MissingPolicy.ZERO_IF_LEAD_ZERO), table).scores["worst_of_two"]
    assert cells_of(asked) == [0, Absence.SKIPPED, Absence.SKIPPED]


def test_without_rows_and_without_columns_there_is_still_every_score() -> None:
    scorer = BatchScorer(wide_rulebook())
    assert all(len(found.reasons) == 0 for found in scorer.score({}, 0).scores.values())
    alone = scorer.score({}, 2).scores
    assert list(alone) == list(scorer.rulebook.rules)
    assert not any(found.scored.any() for found in alone.values())


def test_whole_numbers_and_states_are_known_beforehand() -> None:
    planned = {one.name: one for one in BatchScorer(wide_rulebook()).planned}
    assert {name for name, one in planned.items() if one.is_text} == {"long_state", "short_state"}
    whole = {name for name, one in planned.items() if one.is_whole and not one.is_text}
    assert {"highest", "high_ones", "falling", "fever", "loss_grade", "far", "highest_again"} <= whole
    assert not {"prorated", "with_halves", "degrees", "loss", "index", "shaken"} & whole
    assert planned["total"].rests_on == frozenset(Q)


def test_a_policy_that_no_rule_offers_and_branching_that_no_cell_can_answer_are_refused() -> None:
    catalogue, rulebooks = shipped()
    with pytest.raises(KeyError):
        BatchScorer(rulebooks.current(catalogue.get("hads")), MissingPolicy.HALF)
    with pytest.raises(NotForTables, match="branching asks 'topics', which repeats"):
        BatchScorer(wide_rulebook(asks_topics=True))
