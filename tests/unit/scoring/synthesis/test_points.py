"""Points of vigilance: every tier of the definition, who is in none, and the order within a tier."""

from typing import Literal

import pytest

from questionnaires.response import ResponseStatus
from scoring.history import PastResponse
from scoring.rules import AlertSeverity
from scoring.synthesis import Mode, Synthesis
from tests.support.scoring import (
    COUGH,
    DECLINED,
    FEVER,
    NAUSEA,
    PAIN,
    RASH,
    WEEKLY,
    WELL,
    answered,
    day,
    small_rulebook,
    synthesis_of,
    urgent,
)
from tests.unit.scoring.synthesis.reading import row_of

Cell = int | Literal["skipped", "declined"]


def says(concept: str, cell: Cell) -> dict[str, object]:
    words: dict[Cell, dict[str, object]] = {"skipped": {}, "declined": {concept: DECLINED}}
    return words.get(cell, {concept: cell})


def course(concept: str, reference: int | None, *since: Cell) -> list[PastResponse]:
    """One concept's reference before the last consultation, and the answers since, a week apart."""
    before = [] if reference is None else [answered(day(-1), {concept: reference})]
    return before + [answered(day(1 + 7 * n), says(concept, cell)) for n, cell in enumerate(since)]


def points_of(synthesis: Synthesis) -> list[tuple[int, str]]:
    return [(point.tier, point.concept) for point in synthesis.points]


@pytest.mark.parametrize("concept", ["nausea", "fever"])
@pytest.mark.parametrize(
    ("reference", "since", "tier"),
    [
        # 2: now = 3, whatever it was.
        (None, [3], 2),
        (0, [3], 2),
        (1, [3], 2),
        (3, [3], 2),
        (2, [3, 1, 3], 2),
        # 3: worst since = 3, now lower: a severe week in between is never lost.
        (None, [3, 2], 3),
        (0, [3, 1], 3),
        (0, [3, 0], 3),
        (3, [3, 2], 3),
        (1, [0, 3, 0], 3),
        # And where the latest answer is missing (a reading of ours: the severe week stays).
        (0, [3, "skipped"], 3),
        (0, [3, "declined"], 3),
        (None, [3, "skipped"], 3),
        # 4: new or worse, now = 2.
        (0, [2], 4),
        (1, [2], 4),
        (0, [1, 2], 4),
        # 5: now = 2, unchanged or no_comparison.
        (2, [2], 5),
        (None, [2], 5),
        # 6: new or worse, now = 1.
        (0, [1], 6),
        (0, [2, 1], 6),
        # Better and resolved appear only by tiers 1 to 3; the rest in none.
        (3, [2], None),
        (3, [1], None),
        (2, [1], None),
        (2, [0], None),
        (3, [0], None),
        (1, [1], None),
        (None, [1], None),
        (0, [0], None),
        (None, [0], None),
        (3, [], None),
        (2, ["skipped"], None),
        (3, ["declined"], None),
        (0, [2, "skipped"], None),
    ],
)
def test_the_tier_of_a_course(concept: str, reference: int | None, since: list[Cell], tier: int | None) -> None:
    synthesis = synthesis_of(*course(concept, reference, *since))
    assert points_of(synthesis) == ([] if tier is None else [(tier, concept)])


@pytest.mark.parametrize(
    ("reference", "since", "tier"), [(0, [1], 6), (1, [1], None), (None, [1], None), (1, [0], None)]
)
def test_the_tier_of_a_presence(reference: int | None, since: list[Cell], tier: int | None) -> None:
    synthesis = synthesis_of(*course("rash", reference, *since))
    assert points_of(synthesis) == ([] if tier is None else [(tier, "rash")])


@pytest.mark.parametrize(("reference", "now"), [(10, 0), (0, 10), (None, 3), (None, 2), (1, 2)])
def test_a_scale_is_no_point_of_vigilance(reference: int | None, now: int) -> None:
    assert synthesis_of(*course("well", reference, now)).points == ()


def test_a_questionnaire_that_was_not_answered_is_no_point() -> None:
    assert synthesis_of(*course("nausea", 3), due=[WEEKLY]).points == ()


def test_a_point_names_its_evidence() -> None:
    severe = answered(day(2), {"nausea": 3}, id="severe", revision=2)
    now = answered(day(9), {"nausea": 1, "pain": 3}, id="now")
    pain, nausea = synthesis_of(answered(day(-1), {"nausea": 1}), severe, now).points
    assert (pain.tier, pain.evidence, pain.authored_at, pain.alert) == (2, (now.ref,), day(9), None)
    # Tier 3 rests on the severe week, not on the answer now.
    assert (nausea.tier, nausea.evidence, nausea.authored_at) == (3, (severe.ref,), day(2))
    assert nausea.row is not None
    assert nausea.row.now is not None
    assert nausea.row.now.response == now.ref


def test_tiers_stand_in_their_order() -> None:
    measures = [NAUSEA, PAIN, COUGH, FEVER, RASH, WELL]
    book = small_rulebook(*measures)
    synthesis = synthesis_of(
        answered(day(-1), {"nausea": 0, "pain": 2, "cough": 1, "fever": 0, "rash": 0}, book),
        answered(day(2), {"fever": 3}, book),
        answered(
            day(9),
            {"nausea": 1, "pain": 2, "cough": 2, "fever": 1, "rash": 3, "well": 0, "topics": ["work"]},
            book,
            alerts=(urgent("wait"),),
        ),
    )
    assert points_of(synthesis) == [
        (1, "wait"),
        (2, "rash"),
        (3, "fever"),
        (4, "cough"),
        (5, "pain"),
        (6, "nausea"),
    ]


def test_within_a_tier_the_higher_value_now_comes_first_and_the_unknown_last() -> None:
    now: dict[str, object] = {"cough": 0, "nausea": 2, "pain": 1}
    synthesis = synthesis_of(answered(day(2), {"cough": 3, "nausea": 3, "pain": 3, "fever": 3}), answered(day(9), now))
    assert points_of(synthesis) == [(3, "nausea"), (3, "pain"), (3, "cough"), (3, "fever")]


def test_then_the_larger_rise_and_none_last() -> None:
    synthesis = synthesis_of(
        answered(day(-1), {"pain": 0, "nausea": 2, "cough": 3}),
        answered(day(9), {"cough": 3, "fever": 3, "nausea": 3, "pain": 3}),
    )
    assert points_of(synthesis) == [(2, "pain"), (2, "nausea"), (2, "cough"), (2, "fever")]
    assert [point.row.rise for point in synthesis.points if point.row] == [3, 1, 0, None]


def test_a_rise_below_zero_still_comes_before_none() -> None:
    synthesis = synthesis_of(
        answered(day(-1), {"pain": 3}),
        answered(day(2), {"cough": 3, "pain": 3}),
        answered(day(9), {"cough": 1, "pain": 1}),
    )
    assert points_of(synthesis) == [(3, "pain"), (3, "cough")]
    assert [point.row.rise for point in synthesis.points if point.row] == [-2, None]


def test_then_the_more_recent_then_the_name() -> None:
    other = small_rulebook(PAIN, COUGH, instrument="other")
    synthesis = synthesis_of(
        answered(day(5), {"nausea": 3, "fever": 3}), answered(day(9), {"pain": 3, "cough": 3}, other)
    )
    assert points_of(synthesis) == [(2, "cough"), (2, "pain"), (2, "fever"), (2, "nausea")]


def test_the_worse_of_two_rows_places_the_line_once() -> None:
    clinic = small_rulebook(NAUSEA, instrument="clinic")
    synthesis = synthesis_of(answered(day(3), {"nausea": 2}), answered(day(5), {"nausea": 3}, clinic))
    [point] = synthesis.points
    assert (point.tier, point.concept) == (2, "nausea")
    assert point.row is not None
    assert point.row.questionnaire == clinic.questionnaire.canonical


def test_two_lines_of_one_concept_are_two_points() -> None:
    watch = small_rulebook(NAUSEA, instrument="symptom-watch", recall="PT12H")
    synthesis = synthesis_of(answered(day(3), {"nausea": 2}), answered(day(5), {"nausea": 3}, watch))
    assert points_of(synthesis) == [(2, "nausea"), (5, "nausea")]


def test_an_urgent_alert_since_the_last_consultation_is_tier_one_and_stands_once() -> None:
    synthesis = synthesis_of(
        answered(day(-1), {"pain": 1}, alerts=(urgent("cough"),)),
        answered(day(3), {"pain": 3}, id="first", alerts=(urgent("pain"), urgent("wait"))),
        answered(day(6), {"pain": 1}, id="between"),
        answered(day(9), {"pain": 2, "cough": 1}, id="last", alerts=(urgent("pain"),)),
    )
    assert points_of(synthesis) == [(1, "pain"), (1, "wait")]
    pain, wait = synthesis.points
    assert [ref.id for ref in pain.evidence] == ["first", "last"]
    assert pain.authored_at == day(9)
    assert pain.alert == urgent("pain")
    assert pain.row is not None
    assert pain.row.now is not None
    assert pain.row.now.value == 2
    assert wait.row is None
    assert [ref.id for ref in wait.evidence] == ["first"]


@pytest.mark.parametrize("severity", [AlertSeverity.SOON, AlertSeverity.ROUTINE])
def test_an_alert_that_is_not_urgent_is_no_tier_one(severity: AlertSeverity) -> None:
    assert synthesis_of(answered(day(3), {"pain": 1}, alerts=(urgent("pain", severity),))).points == ()


def test_an_urgent_alert_of_a_response_in_error_is_none() -> None:
    wrong = answered(day(3), {"pain": 1}, alerts=(urgent("pain"),), status=ResponseStatus.ENTERED_IN_ERROR)
    assert synthesis_of(wrong).points == ()


@pytest.mark.parametrize(("week", "half_day", "shown"), [(3, 1, 3), (1, 3, 3), (2, 2, 2)])
def test_an_urgent_concept_with_two_lines_shows_the_worse(week: int, half_day: int, shown: int) -> None:
    watch = small_rulebook(NAUSEA, instrument="symptom-watch", recall="PT12H")
    synthesis = synthesis_of(
        answered(day(3), {"nausea": week}, alerts=(urgent("nausea"),)), answered(day(5), {"nausea": half_day}, watch)
    )
    [point] = synthesis.points
    assert point.tier == 1
    assert point.row is not None
    assert point.row.now is not None
    assert point.row.now.value == shown


def test_tier_one_is_sorted_as_the_others() -> None:
    synthesis = synthesis_of(
        answered(day(3), {"cough": 1, "pain": 3}, alerts=(urgent("cough"), urgent("wait"), urgent("pain"))),
        answered(day(4), {"cough": 1, "pain": 3}, alerts=(urgent("call"),)),
    )
    assert points_of(synthesis) == [(1, "pain"), (1, "cough"), (1, "call"), (1, "wait")]


@pytest.mark.parametrize("mode", [Mode.RECORD, Mode.SCORE])
def test_only_the_mode_alert_has_points(mode: Mode) -> None:
    severe = answered(day(3), {"pain": 3}, alerts=(urgent("pain"),))
    assert synthesis_of(severe, mode=mode).points == ()
    assert points_of(synthesis_of(severe, mode=Mode.ALERT)) == [(1, "pain")]


def test_a_severe_week_under_another_version_is_not_lost() -> None:
    newer = small_rulebook(NAUSEA, version="2.0.0")
    synthesis = synthesis_of(
        answered(day(-3), {"nausea": 1}),
        answered(day(2), {"nausea": 3}),
        answered(day(6), {"nausea": 1}, newer),
    )
    (point,) = synthesis.points
    row = row_of(synthesis, "nausea")
    assert point.tier == 3
    assert (row.worst_since.value if row.worst_since else None) == 1
    assert (row.worst_elsewhere.value if row.worst_elsewhere else None) == 3
    assert (row.reference_elsewhere.value if row.reference_elsewhere else None) == 1
    assert point.authored_at == day(2)
