"""One score in a patient's past: only values that compare, in days, against the response that is the baseline."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pytest

from scoring.comparability import NoComparisonReason
from scoring.history import PastResponse
from scoring.longitudinal import Undefined
from scoring.score_history import ScoreHistory, days_between, score_history
from tests.support.scoring import NAUSEA, PAIN, WEEKLY, WELL, Measure, answered, day, small_rulebook

NAME = "nausea_composite_grade"
NEWER = small_rulebook(NAUSEA, WELL, version="2.0.0")
COMPARABLE = small_rulebook(NAUSEA, WELL, version="1.1.0", comparable=("1.0.0",))
RESCALED = small_rulebook(Measure("nausea", scale="grade-0-4"), version="3.0.0", comparable=("1.0.0", "2.0.0"))
HOURLY = small_rulebook(NAUSEA, version="4.0.0", recall="PT12H", comparable=("1.0.0",))


def history(responses: Sequence[PastResponse], baseline_at: int | None = 0) -> ScoreHistory:
    return score_history(responses[-1].rulebook, NAME, responses, baseline_at)


def test_areas_are_in_days() -> None:
    # Grades 0, 2 after a week, 2 after another half a day: 7 * 2 / 2 + 0.5 * 2 = 8.
    found = history([answered(day(d), {"nausea": n}) for d, n in ((0, 0), (7, 2), (7.5, 2))])
    assert found.summaries.auc_worsening == 8
    assert found.summaries.observed == Fraction(15, 2)
    assert found.baseline == found.compared[0]


def test_time_is_exact_to_the_microsecond() -> None:
    assert days_between(day(0), day(3)) == 3
    assert isinstance(days_between(day(0), day(3)), int)
    assert days_between(day(0), day(0) + timedelta(microseconds=1)) == Fraction(1, 86_400_000_000)
    assert days_between(day(1), day(0)) == -1


def test_a_version_that_does_not_compare_is_left_out_and_says_why() -> None:
    old, new = answered(day(0), {"nausea": 3}), answered(day(7), {"nausea": 1}, NEWER)
    found = history([old, new])
    assert [(left.past, left.reason) for left in found.left_out] == [(old, NoComparisonReason.VERSION_CHANGED)]
    assert found.compared == (new,)
    assert found.baseline == old
    assert (found.summaries.max, found.summaries.max_post_bl) == (1, 1)
    assert found.summaries.auc_worsening is Undefined.BASELINE_NOT_COMPARABLE


def test_a_version_that_is_declared_comparable_is_read_on() -> None:
    found = history([answered(day(0), {"nausea": 3}), answered(day(7), {"nausea": 1}, COMPARABLE)])
    assert found.left_out == ()
    assert found.summaries.auc_improvement == -7


@pytest.mark.parametrize("newer", [RESCALED, HOURLY])
def test_another_scale_or_recall_is_never_mixed(newer: object) -> None:
    responses = [answered(day(0), {"nausea": 3}), answered(day(7), {"nausea": 1}, newer)]  # type: ignore[arg-type]
    found = history(responses)
    assert [left.reason for left in found.left_out] == [NoComparisonReason.SCALE_CHANGED]
    assert found.summaries.max == 1


def test_a_response_without_such_a_score_is_no_part_of_it() -> None:
    without = small_rulebook(PAIN, version="1.1.0")
    found = history([answered(day(0), {"pain": 3}, without), answered(day(7), {"nausea": 1})])
    assert (len(found.compared), found.left_out) == (1, ())
    assert found.summaries.bl_adjusted is Undefined.BASELINE_NOT_COMPARABLE


def test_any_response_may_be_the_baseline() -> None:
    responses = [answered(day(d), {"nausea": n}) for d, n in ((0, 3), (7, 1), (14, 2))]
    found = history(responses, baseline_at=1)
    assert (found.summaries.max, found.summaries.max_post_bl, found.summaries.bl_adjusted) == (3, 2, 2)
    assert found.summaries.auc_worsening == Fraction(7, 2)


def test_without_a_baseline_there_is_still_a_highest_value() -> None:
    found = history([answered(day(0), {"nausea": 3}), answered(day(7), {})], baseline_at=None)
    assert found.baseline is None
    assert (found.summaries.max, found.summaries.max_post_bl) == (3, Undefined.NO_BASELINE)


def test_no_responses_give_no_value() -> None:
    found = score_history(WEEKLY, NAME, (), None)
    assert found.summaries.max is Undefined.NO_VALUE
