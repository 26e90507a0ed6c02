"""Lines and their sub-rows: what is compared with what, and what is never merged."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from questionnaires.response import ResponseStatus
from scoring.comparability import NoComparisonReason
from scoring.history import PastResponse, Respondent
from scoring.rulebook import Rulebook
from scoring.rules import Direction, ScoreKind
from tests.support.scoring import (
    COUGH,
    DECLINED,
    NAUSEA,
    P_START,
    PAIN,
    SECOND,
    WEEKLY,
    WELL,
    Measure,
    answered,
    day,
    pre_consultation,
    small_rulebook,
    synthesis_of,
)
from tests.unit.scoring.synthesis.reading import lines_of, row_of

WEEK = timedelta(days=7)
CLINIC = small_rulebook(NAUSEA, WELL, instrument="clinic")


@pytest.mark.parametrize(
    ("weekly", "clinic", "first"),
    [
        (1, 3, "clinic"),
        (3, 1, "weekly"),
        (0, 1, "clinic"),
        (1, 0, "weekly"),
        (2, DECLINED, "weekly"),
        (DECLINED, 0, "clinic"),
        (0, DECLINED, "weekly"),
    ],
)
def test_two_questionnaires_that_ask_one_symptom_are_two_rows_and_the_worse_places_the_line(
    weekly: object, clinic: object, first: str
) -> None:
    [line] = lines_of(
        synthesis_of(answered(day(3), {"nausea": weekly}), answered(day(5), {"nausea": clinic}, CLINIC)), "nausea"
    )
    assert (line.scale, line.recall_period) == ("grade-0-3", "P7D")
    expected = {"weekly": weekly, "clinic": clinic}
    found = {row.questionnaire.split("/")[-1].split("|")[0]: row for row in line.rows}
    assert next(iter(found)) == first
    for instrument, row in found.items():
        value = expected[instrument]
        assert (row.now.value if row.now else DECLINED) == value
        assert row.now is None or row.now.response.id.startswith(instrument)


def test_each_row_is_compared_with_its_own_questionnaire() -> None:
    [line] = lines_of(
        synthesis_of(
            answered(day(-3), {"nausea": 0}),
            answered(day(-2), {"nausea": 3}, CLINIC),
            answered(day(3), {"nausea": 1}),
            answered(day(5), {"nausea": 2}, CLINIC),
        ),
        "nausea",
    )
    assert [(row.score, row.label.value, row.rise) for row in line.rows] == [
        ("nausea_composite_grade", "new", 1),
        ("nausea_composite_grade", "better", -1),
    ]
    assert [row.questionnaire for row in line.rows] == [
        WEEKLY.questionnaire.canonical,
        CLINIC.questionnaire.canonical,
    ]


def test_of_two_rows_of_a_scale_where_higher_is_better_the_lower_is_the_worse() -> None:
    [line] = lines_of(synthesis_of(answered(day(3), {"well": 9}), answered(day(5), {"well": 2}, CLINIC)), "well")
    assert [row.now.value for row in line.rows if row.now] == [2, 9]


def test_a_row_that_was_not_answered_stands_after_one_that_was() -> None:
    [line] = lines_of(synthesis_of(answered(day(3), {"nausea": 0}), due=[CLINIC]), "nausea")
    assert [row.label.value for row in line.rows] == ["no_comparison", "not_answered"]


def test_twelve_hour_values_never_fill_a_seven_day_row() -> None:
    watch = small_rulebook(NAUSEA, instrument="symptom-watch", recall="PT12H")
    synthesis = synthesis_of(
        answered(day(-1), {"nausea": 3}, watch),
        answered(day(3), {"nausea": 1}),
        answered(day(20), {"nausea": 3}, watch),
    )
    found = {line.recall_period: line.rows for line in lines_of(synthesis, "nausea")}
    assert found.keys() == {"P7D", "PT12H"}
    [[week], [half_day]] = found["P7D"], found["PT12H"]
    assert week.now is not None
    assert (week.now.value, week.worst_since, week.reference) == (1, week.now, None)
    assert half_day.reference is not None
    assert (half_day.label.value, half_day.reference.value) == ("unchanged", 3)


def test_a_line_says_on_what_scale_it_stands() -> None:
    [line] = lines_of(synthesis_of(answered(day(3), {"well": 4})), "well")
    assert (line.kind, line.scale, line.higher_is) == (ScoreKind.SCALE, "scale-0-10", Direction.BETTER)
    assert line.range == (0, 10)


def test_lines_stand_in_the_order_in_which_the_latest_questionnaire_asks() -> None:
    older, newer = small_rulebook(COUGH, PAIN), small_rulebook(PAIN, NAUSEA, version="2.0.0")
    due = small_rulebook(WELL, instrument="due")
    synthesis = synthesis_of(answered(day(3), {}, older), answered(day(5), {}, newer), due=[due])
    assert [line.concept for line in synthesis.lines] == ["pain", "nausea", "cough", "well"]


V1 = WEEKLY


def version_2(*measures: Measure, recall: str = "P7D", comparable: tuple[str, ...] = ()) -> Rulebook:
    return small_rulebook(*(measures or (NAUSEA,)), version="2.0.0", recall=recall, comparable=comparable)


@pytest.mark.parametrize(
    ("newer", "reason"),
    [
        (version_2(), NoComparisonReason.VERSION_CHANGED),
        (version_2(comparable=("0.9.0",)), NoComparisonReason.VERSION_CHANGED),
        (version_2(comparable=("1.0.0",)), None),
        (version_2(Measure("nausea", scale="grade-0-4")), NoComparisonReason.SCALE_CHANGED),
        (version_2(Measure("nausea", scale="grade-0-4"), comparable=("1.0.0",)), NoComparisonReason.SCALE_CHANGED),
        (version_2(recall="P1D", comparable=("1.0.0",)), NoComparisonReason.SCALE_CHANGED),
    ],
)
def test_a_change_of_version_or_scale_is_no_change_of_the_patient(
    newer: Rulebook, reason: NoComparisonReason | None
) -> None:
    old = answered(day(-3), {"nausea": 1}, V1)
    synthesis = synthesis_of(
        old, answered(day(3), {"nausea": 3}, V1), answered(day(9), {"nausea": 2}, newer), baseline=old
    )
    row = row_of(synthesis, "nausea")
    assert row.no_comparison is reason
    assert row.label.value == ("worse" if reason is None else "no_comparison")
    assert row.now is not None
    assert row.worst_since is not None
    assert row.now.value == 2
    # What does not compare is no reference, no baseline, and not the worst since.
    assert (row.reference is None) is (row.baseline is None) is (reason is not None)
    assert row.worst_since.value == (3 if reason is None else 2)


def test_what_does_not_compare_is_not_the_last_known_value() -> None:
    row = row_of(
        synthesis_of(answered(day(3), {"nausea": 3}, V1), answered(day(9), {}, version_2())),
        "nausea",
    )
    assert (row.label.value, row.last_known, row.worst_since) == ("not_answered", None, None)


def test_the_worst_since_is_the_highest_value_and_of_equal_ones_the_latest() -> None:
    synthesis = synthesis_of(
        answered(day(-1), {"nausea": 3}),
        answered(day(3), {"nausea": 2}, id="first"),
        answered(day(9), {"nausea": 2}, id="second"),
        answered(day(15), {"nausea": 1}),
    )
    worst = row_of(synthesis, "nausea").worst_since
    assert worst is not None
    assert (worst.value, worst.response.id) == (2, "second")


def test_the_worst_of_a_scale_is_in_its_own_direction() -> None:
    synthesis = synthesis_of(*(answered(day(n), {"well": n}) for n in (3, 9, 5)))
    worst = row_of(synthesis, "well").worst_since
    assert worst is not None
    assert worst.value == 3


def test_a_value_names_its_response_items_and_what_was_imputed() -> None:
    book = pre_consultation()
    synthesis = synthesis_of(
        answered(day(5), {"can-wait": "yes", "pain-frequency": 0}, book, id="r", revision=2, by=Respondent.PRACTITIONER)
    )
    now = row_of(synthesis, "pain").now
    assert now is not None
    assert (now.response.id, now.response.revision, now.authored_at) == ("r", 2, day(5))
    assert now.items == ("pain-frequency", "pain-severity", "pain-interference")
    assert now.imputed == ("pain-severity", "pain-interference")
    assert now.answered_by is Respondent.PRACTITIONER


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (Respondent.PATIENT, Respondent.PATIENT, False),
        (Respondent.PATIENT, Respondent.RELATED_PERSON, True),
        (Respondent.RELATED_PERSON, Respondent.PATIENT, True),
        (Respondent.RELATED_PERSON, Respondent.PRACTITIONER, True),
        (Respondent.RELATED_PERSON, Respondent.RELATED_PERSON, False),
    ],
)
def test_another_respondent_is_compared_and_flagged(before: Respondent, after: Respondent, changed: bool) -> None:
    synthesis = synthesis_of(
        answered(day(-1), {"nausea": 1}, by=before), answered(day(9), {"nausea": 2, "pain": 1}, by=after)
    )
    row = row_of(synthesis, "nausea")
    assert (row.label.value, row.respondent_changed) == ("worse", changed)
    # Pain has no reference: nothing that could have changed.
    assert row_of(synthesis, "pain").respondent_changed is False


@pytest.mark.parametrize(
    ("recall", "at", "overlap"),
    [
        ("P7D", P_START + SECOND, True),
        ("P7D", P_START + WEEK - SECOND, True),
        ("P7D", P_START + WEEK, False),
        ("PT12H", P_START + timedelta(hours=11), True),
        ("PT12H", P_START + timedelta(hours=12), False),
        ("PT0S", P_START + SECOND, False),
    ],
)
def test_an_answer_that_looks_back_beyond_the_last_consultation(recall: str, at: datetime, overlap: bool) -> None:
    book = small_rulebook(NAUSEA, recall=recall)
    assert row_of(synthesis_of(answered(at, {"nausea": 1}, book)), "nausea").recall_overlap is overlap
    assert row_of(synthesis_of(answered(at, {}, book)), "nausea").recall_overlap is False


def test_the_baseline_stands_beside_the_reference() -> None:
    baseline = answered(day(-90), {"nausea": 1, "well": 8}, id="baseline")
    synthesis = synthesis_of(answered(day(-3), {"nausea": 3}), answered(day(5), {"nausea": 2}), baseline=baseline)
    row = row_of(synthesis, "nausea")
    assert row.baseline is not None
    assert row.reference is not None
    assert (row.baseline.value, row.baseline.response.id, row.reference.value) == (1, "baseline", 3)
    assert row.label.value == "better"
    assert baseline.ref in synthesis.used


@pytest.mark.parametrize(
    "baseline",
    [
        None,
        answered(day(-90), {"pain": 1}, id="baseline"),
        answered(day(-90), {"nausea": 1}, CLINIC, id="baseline"),
        answered(day(-90), {}, small_rulebook(PAIN, comparable=("1.0.0",)), id="baseline"),
        answered(day(-90), {"nausea": 1}, id="baseline", status=ResponseStatus.ENTERED_IN_ERROR),
        answered(day(28) + SECOND, {"nausea": 1}, id="baseline"),
    ],
)
def test_a_baseline_that_does_not_compare_or_does_not_count(
    baseline: PastResponse | None,
) -> None:
    row = row_of(synthesis_of(answered(day(5), {"nausea": 2}), baseline=baseline), "nausea")
    assert row.baseline is None


def test_a_score_that_was_not_stored_leaves_its_row_unanswered_without_a_reason() -> None:
    stored = replace(answered(day(5), {"nausea": 2}), scores={})
    row = row_of(synthesis_of(stored), "nausea")
    assert (row.label.value, row.now, row.absence) == ("not_answered", None, None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 2, 2), day(4)),
        ((2, 1, 3), day(6)),
        ((3, DECLINED, 2), day(2)),
        ((DECLINED, 2), day(4)),
        ((2, 1), None),
        ((1,), None),
        ((0,), None),
    ],
)
def test_since_when_it_has_been_worse_than_at_the_last_consultation(
    values: tuple[object, ...], expected: datetime | None
) -> None:
    since = [answered(day(2 + 2 * place), {"nausea": value}) for place, value in enumerate(values)]
    row = row_of(synthesis_of(answered(day(-3), {"nausea": 1}), *since), "nausea")
    assert (row.onset.authored_at if row.onset else None) == expected


def test_nothing_to_compare_with_has_no_onset() -> None:
    assert row_of(synthesis_of(answered(day(3), {"nausea": 3})), "nausea").onset is None


def test_the_trend_has_every_response_that_asked_with_its_gaps() -> None:
    row = row_of(
        synthesis_of(
            answered(day(-3), {"nausea": 1}),
            answered(day(2), {"nausea": DECLINED}),
            answered(day(4), {"nausea": 2}, by=Respondent.RELATED_PERSON),
        ),
        "nausea",
    )
    assert [(point.authored_at, point.value, point.answered_by) for point in row.trend] == [
        (day(-3), 1, Respondent.PATIENT),
        (day(2), None, Respondent.PATIENT),
        (day(4), 2, Respondent.RELATED_PERSON),
    ]


def test_a_value_of_a_version_that_does_not_compare_is_a_gap_in_the_trend() -> None:
    newer = small_rulebook(NAUSEA, version="2.0.0")
    row = row_of(synthesis_of(answered(day(-3), {"nausea": 3}), answered(day(4), {"nausea": 2}, newer)), "nausea")
    assert [point.value for point in row.trend] == [None, 2]
