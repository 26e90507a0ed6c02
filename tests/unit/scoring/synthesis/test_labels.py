"""Every row of the label table of the synthesis, in its order: the first match from the top is the label."""

from typing import Literal

import pytest

from questionnaires.response import Absence
from scoring.comparability import NoComparisonReason
from tests.support.scoring import DECLINED, NAUSEA, WEEKLY, WELL, Measure, answered, day, small_rulebook, synthesis_of
from tests.unit.scoring.synthesis.reading import lines_of, row_of

Cell = int | Literal["-", "skipped", "declined"]
"""What one response says of nausea: a number, nothing, "I prefer not to answer"; "-" where there is no response."""


def says(cell: Cell) -> dict[str, object]:
    words: dict[Cell, dict[str, object]] = {"skipped": {"pain": 0}, "declined": {"nausea": DECLINED}}
    return words.get(cell, {"nausea": cell})


@pytest.mark.parametrize(
    ("reference", "now", "due", "label"),
    [
        # not_asked: no eligible response since P asks the concept, and none was due.
        (2, "-", False, "not_asked"),
        (0, "-", False, "not_asked"),
        ("skipped", "-", False, "not_asked"),
        # not_answered: a due questionnaire has no eligible response,
        (2, "-", True, "not_answered"),
        ("-", "-", True, "not_answered"),
        # or the latest answer is skipped, declined or not scorable.
        (2, "skipped", False, "not_answered"),
        (2, "skipped", True, "not_answered"),
        (0, "declined", False, "not_answered"),
        ("-", "skipped", False, "not_answered"),
        ("-", "declined", True, "not_answered"),
        # no_comparison: known now, and there is no reference.
        ("-", 0, False, "no_comparison"),
        ("-", 3, False, "no_comparison"),
        ("skipped", 1, False, "no_comparison"),
        ("declined", 0, True, "no_comparison"),
        # Known now and then.
        (0, 0, False, "absent"),
        (0, 1, False, "new"),
        (0, 3, True, "new"),
        (1, 2, False, "worse"),
        (1, 3, False, "worse"),
        (2, 3, False, "worse"),
        (1, 1, False, "unchanged"),
        (3, 3, True, "unchanged"),
        (3, 2, False, "better"),
        (3, 1, False, "better"),
        (2, 1, False, "better"),
        (1, 0, False, "resolved"),
        (3, 0, True, "resolved"),
    ],
)
def test_the_label_of_a_symptom(reference: Cell, now: Cell, due: bool, label: str) -> None:
    before = [] if reference == "-" else [answered(day(-3), says(reference))]
    after = [] if now == "-" else [answered(day(20), says(now))]
    row = row_of(synthesis_of(*before, *after, due=[WEEKLY] if due else []), "nausea")
    assert row.label.value == label
    assert (row.now.value if row.now else None) == (now if isinstance(now, int) else None)
    assert (row.reference.value if row.reference else None) == (reference if isinstance(reference, int) else None)


@pytest.mark.parametrize(
    ("threshold", "reference", "now", "label"),
    [
        (("2", "1"), 5, 7, "better"),
        (("2", "1"), 5, 6, "unchanged"),
        (("2", "1"), 5, 5, "unchanged"),
        (("2", "1"), 5, 4, "worse"),
        (("2", "1"), 0, 0, "unchanged"),
        (None, 5, 9, "not_rated"),
        (None, 5, 5, "not_rated"),
        (None, 0, 0, "not_rated"),
        (None, None, 5, "no_comparison"),
        (("2", "1"), None, 5, "no_comparison"),
    ],
)
def test_the_label_of_a_scale(threshold: tuple[str, str] | None, reference: int | None, now: int, label: str) -> None:
    book = small_rulebook(Measure("well", WELL.kind, WELL.scale, WELL.higher_is, threshold))
    before = [] if reference is None else [answered(day(-3), {"well": reference}, book)]
    row = row_of(synthesis_of(*before, answered(day(20), {"well": now}, book)), "well")
    assert row.label.value == label
    assert (row.rise is None) is (reference is None)


@pytest.mark.parametrize(
    ("now", "absence"), [("skipped", Absence.SKIPPED), ("declined", Absence.DECLINED), (1, None), ("-", None)]
)
def test_why_there_is_no_value_now(now: Cell, absence: Absence | None) -> None:
    after = [] if now == "-" else [answered(day(20), says(now), id="now")]
    row = row_of(synthesis_of(answered(day(-3), says(2)), *after), "nausea")
    assert row.absence is absence
    assert (row.asked_in.id if row.asked_in else None) == (None if now == "-" else "now")


def test_the_latest_answer_is_now_even_where_an_earlier_one_is_known() -> None:
    row = row_of(
        synthesis_of(
            answered(day(-3), {"nausea": 1}),
            answered(day(2), {"nausea": 3}, id="oldest"),
            answered(day(5), {"nausea": 2}, id="older"),
            answered(day(12), {"nausea": DECLINED}, id="latest"),
        ),
        "nausea",
    )
    assert row.label.value == "not_answered"
    assert row.now is None
    # The older value is shown with its date, never in the place of now.
    assert row.last_known is not None
    assert (row.last_known.value, row.last_known.response.id, row.last_known.authored_at) == (2, "older", day(5))


@pytest.mark.parametrize("due", [False, True])
def test_the_last_known_value_may_be_the_reference(due: bool) -> None:
    row = row_of(synthesis_of(answered(day(-3), {"nausea": 2}, id="r"), due=[WEEKLY] if due else []), "nausea")
    assert row.last_known is not None
    assert row.last_known.response.id == "r"
    assert row.last_known == row.reference
    assert row.now is row.worst_since is None


def test_what_was_never_known_has_no_last_known_value() -> None:
    assert row_of(synthesis_of(due=[WEEKLY]), "nausea").last_known is None
    assert row_of(synthesis_of(answered(day(5), says("skipped"))), "nausea").last_known is None


def test_a_known_value_now_needs_no_last_known_one() -> None:
    synthesis = synthesis_of(answered(day(-3), {"nausea": 2}), answered(day(5), {"nausea": 0}))
    assert row_of(synthesis, "nausea").last_known is None


@pytest.mark.parametrize(
    ("reference", "now", "reason"),
    [
        ("-", 1, NoComparisonReason.NO_REFERENCE),
        ("declined", 1, NoComparisonReason.NO_REFERENCE),
        (1, 1, None),
        ("-", "skipped", None),
    ],
)
def test_why_nothing_is_compared(reference: Cell, now: Cell, reason: NoComparisonReason | None) -> None:
    before = [] if reference == "-" else [answered(day(-3), says(reference))]
    assert row_of(synthesis_of(*before, answered(day(5), says(now))), "nausea").no_comparison is reason


def test_a_concept_that_nobody_asked_has_no_line() -> None:
    assert lines_of(synthesis_of(answered(day(5), {}, small_rulebook(NAUSEA))), "pain") == []
    assert synthesis_of().lines == ()


def test_a_due_questionnaire_that_no_longer_asks_a_concept_does_not_owe_it() -> None:
    # Version 2 asks nausea only. Pain was asked by version 1 before P: not due, so not asked.
    newer = small_rulebook(NAUSEA, version="2.0.0")
    synthesis = synthesis_of(answered(day(-3), {"nausea": 1, "pain": 2}), due=[newer])
    assert row_of(synthesis, "nausea").label.value == "not_answered"
    # What was answered last is read by its own version: a newer one that is due takes nothing away from it.
    assert row_of(synthesis, "nausea").questionnaire == WEEKLY.questionnaire.canonical
    assert (known := row_of(synthesis, "nausea").last_known) is not None
    assert known.value == 1
    assert row_of(synthesis, "pain").label.value == "not_asked"
    assert row_of(synthesis, "pain").questionnaire == WEEKLY.questionnaire.canonical


def test_an_answered_questionnaire_that_no_longer_asks_a_concept() -> None:
    newer = small_rulebook(NAUSEA, version="2.0.0")
    synthesis = synthesis_of(answered(day(-3), {"nausea": 1, "pain": 2}), answered(day(3), {"nausea": 1}, newer))
    assert row_of(synthesis, "pain").label.value == "not_asked"
    assert row_of(synthesis, "nausea").label.value == "no_comparison"


def test_a_due_questionnaire_answered_in_a_version_that_does_not_ask_the_concept_is_not_owed() -> None:
    older = small_rulebook(NAUSEA, version="0.9.0")
    synthesis = synthesis_of(answered(day(-3), {"pain": 2}), answered(day(3), {"nausea": 1}, older), due=[WEEKLY])
    assert row_of(synthesis, "pain").label.value == "not_asked"
    assert synthesis.not_answered == ()
