from datetime import timedelta

import pytest

from questionnaires.response import ResponseStatus
from scoring.history import DID_NOT_HAPPEN, Consultation, ConsultationStatus, in_order, last_consultation, recall_length
from tests.support.scoring import C_START, CONSULTATION, P_START, PREVIOUS, SECOND, answered, day

HAPPENED = sorted(set(ConsultationStatus) - DID_NOT_HAPPEN)


def visit(id: str, days: float, status: ConsultationStatus = ConsultationStatus.FINISHED) -> Consultation:  # noqa: A002
    return Consultation(id, P_START + timedelta(days=days), status)


def test_what_did_not_happen() -> None:
    assert {status.value for status in DID_NOT_HAPPEN} == {"cancelled", "noshow", "entered-in-error"}


@pytest.mark.parametrize("status", sorted(DID_NOT_HAPPEN))
def test_the_last_consultation_skips_what_did_not_happen(status: ConsultationStatus) -> None:
    assert last_consultation(CONSULTATION, [PREVIOUS, visit("later", 14, status), CONSULTATION]) == PREVIOUS


@pytest.mark.parametrize("status", HAPPENED)
def test_every_other_status_counts(status: ConsultationStatus) -> None:
    later = visit("later", 14, status)
    assert last_consultation(CONSULTATION, [PREVIOUS, later, CONSULTATION]) == later


def test_the_last_consultation_started_before_this_one() -> None:
    same_start = Consultation("twin", C_START, ConsultationStatus.FINISHED)
    after = visit("after", 40)
    assert last_consultation(CONSULTATION, [after, CONSULTATION, same_start, PREVIOUS]) == PREVIOUS
    a_second_before = Consultation("morning", C_START - SECOND, ConsultationStatus.FINISHED)
    assert last_consultation(CONSULTATION, [PREVIOUS, a_second_before]) == a_second_before


def test_two_consultations_of_one_day_are_told_apart_by_their_start() -> None:
    morning, noon = visit("z", 27.75), visit("a", 27.9)
    assert last_consultation(CONSULTATION, [noon, morning, PREVIOUS]) == noon


def test_two_at_the_same_moment_are_told_apart_by_their_id_in_any_order() -> None:
    first, second = visit("a", 14), visit("b", 14)
    assert (
        last_consultation(CONSULTATION, [first, second]) == last_consultation(CONSULTATION, [second, first]) == second
    )


def test_there_may_be_no_last_consultation() -> None:
    assert last_consultation(CONSULTATION, []) is None
    assert last_consultation(CONSULTATION, [CONSULTATION]) is None


def test_responses_are_in_order_of_authoring_then_storing_then_id() -> None:
    late = answered(day(2), {}, stored_at=day(9), id="late")
    tied = [
        answered(day(3), {}, stored_at=day(3), id="b"),
        answered(day(3), {}, stored_at=day(3), id="c"),
        answered(day(3), {}, stored_at=day(3) + SECOND, id="a"),
    ]
    assert [r.ref.id for r in in_order([tied[2], tied[1], late, tied[0]])] == ["late", "b", "c", "a"]


def test_what_was_entered_in_error_is_not_eligible() -> None:
    wrong = answered(day(1), {}, status=ResponseStatus.ENTERED_IN_ERROR)
    amended = answered(day(2), {}, status=ResponseStatus.AMENDED)
    completed = answered(day(3), {})
    assert in_order([completed, wrong, amended]) == [amended, completed]


@pytest.mark.parametrize(
    ("recall_period", "length"),
    [
        ("P7D", timedelta(days=7)),
        ("P1D", timedelta(days=1)),
        ("P2W", timedelta(days=14)),
        ("PT12H", timedelta(hours=12)),
        ("PT0S", timedelta(0)),
    ],
)
def test_the_length_of_a_recall_period(recall_period: str, length: timedelta) -> None:
    assert recall_length(recall_period) == length
