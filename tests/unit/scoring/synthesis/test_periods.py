"""Since, now and reference: which responses a synthesis reads, to the second."""

from datetime import datetime, timedelta

import pytest

from questionnaires.response import ResponseStatus
from scoring.comparability import NoComparisonReason
from scoring.history import Consultation, ConsultationStatus
from tests.support.scoring import (
    C_START,
    CONSULTATION,
    P_START,
    PAIN,
    PREVIOUS,
    SECOND,
    WEEKLY,
    answered,
    day,
    small_rulebook,
    synthesis_of,
)
from tests.unit.scoring.synthesis.reading import ids, now_of, reference_of, row_of, since_of, used_of

MONTH = timedelta(days=28)


@pytest.mark.parametrize(
    ("at", "period"),
    [
        (P_START - MONTH - SECOND, "neither"),
        (P_START - MONTH, "reference"),
        (P_START - SECOND, "reference"),
        (P_START, "reference"),
        (P_START + SECOND, "since"),
        (C_START - SECOND, "since"),
        (C_START, "since"),
        (C_START + SECOND, "neither"),
    ],
)
def test_the_boundaries_of_since_and_reference(at: datetime, period: str) -> None:
    # As of later than C: what was authored after C.start belongs to the next consultation.
    synthesis = synthesis_of(answered(at, {"nausea": 1}, id="r"), due=[WEEKLY], as_of=C_START + MONTH)
    assert since_of(synthesis) == (["r"] if period == "since" else [])
    assert now_of(synthesis, "nausea") == ("r" if period == "since" else None)
    assert reference_of(synthesis, "nausea") == ("r" if period == "reference" else None)
    assert used_of(synthesis) == ([] if period == "neither" else ["r"])


@pytest.mark.parametrize(("at", "seen"), [(day(10) - SECOND, True), (day(10), True), (day(10) + SECOND, False)])
def test_nothing_authored_after_as_of_is_read(at: datetime, seen: bool) -> None:
    synthesis = synthesis_of(answered(at, {"nausea": 1}, id="r"), as_of=day(10))
    assert since_of(synthesis) == (["r"] if seen else [])
    assert synthesis.as_of == day(10)


def test_as_of_before_the_last_consultation_reads_no_later_reference() -> None:
    synthesis = synthesis_of(
        answered(day(-5), {"nausea": 1}, id="old"), answered(day(-1), {"nausea": 2}, id="new"), as_of=day(-3)
    )
    assert since_of(synthesis) == []
    assert reference_of(synthesis, "nausea") == "old"


@pytest.mark.parametrize(("days", "found"), [(7, "r"), (6, None), (28, "r")])
def test_the_length_of_the_reference_period_is_a_setting(days: int, found: str | None) -> None:
    synthesis = synthesis_of(
        answered(day(-7), {"nausea": 1}, id="r"), answered(day(1), {"nausea": 1}), reference_days=days
    )
    assert reference_of(synthesis, "nausea") == found


def test_the_reference_is_the_latest_of_its_period_and_now_the_latest_since() -> None:
    synthesis = synthesis_of(
        answered(day(-20), {"nausea": 3}),
        answered(day(-2), {"nausea": 1}, id="reference"),
        answered(day(4), {"nausea": 0}),
        answered(day(11), {"nausea": 2}, id="now"),
    )
    assert (reference_of(synthesis, "nausea"), now_of(synthesis, "nausea")) == ("reference", "now")
    assert row_of(synthesis, "nausea").label.value == "worse"
    assert row_of(synthesis, "nausea").rise == 1


def test_a_response_of_another_questionnaire_does_not_hide_the_reference() -> None:
    other = small_rulebook(PAIN, instrument="other")
    synthesis = synthesis_of(
        answered(day(-9), {"nausea": 1}, id="reference"),
        answered(day(-2), {"pain": 1}, other),
        answered(day(3), {"nausea": 1}, id="now"),
        answered(day(5), {"pain": 1}, other),
    )
    assert (reference_of(synthesis, "nausea"), now_of(synthesis, "nausea")) == ("reference", "now")


@pytest.mark.parametrize(
    "status", [ConsultationStatus.CANCELLED, ConsultationStatus.NO_SHOW, ConsultationStatus.ENTERED_IN_ERROR]
)
def test_a_consultation_that_fell_through_starts_no_period(status: ConsultationStatus) -> None:
    fell_through = Consultation("x", day(14), status)
    synthesis = synthesis_of(
        answered(day(7), {"nausea": 1}, id="before"),
        answered(day(20), {"nausea": 1}, id="after"),
        consultations=[PREVIOUS, fell_through, CONSULTATION],
    )
    assert synthesis.previous == PREVIOUS
    assert since_of(synthesis) == ["before", "after"]


def test_a_consultation_that_took_place_starts_one() -> None:
    synthesis = synthesis_of(
        answered(day(7), {"nausea": 1}, id="before"),
        answered(day(20), {"nausea": 1}, id="after"),
        consultations=[PREVIOUS, Consultation("x", day(14), ConsultationStatus.FINISHED), CONSULTATION],
    )
    assert since_of(synthesis) == ["after"]
    assert reference_of(synthesis, "nausea") == "before"


def test_two_consultations_of_one_day() -> None:
    morning = Consultation("morning", C_START - timedelta(hours=2), ConsultationStatus.FINISHED)
    synthesis = synthesis_of(
        answered(C_START - timedelta(hours=3), {"nausea": 1}, id="before both"),
        answered(C_START - timedelta(hours=1), {"nausea": 2}, id="between"),
        consultations=[PREVIOUS, morning, CONSULTATION],
    )
    assert synthesis.previous == morning
    assert since_of(synthesis) == ["between"]
    assert reference_of(synthesis, "nausea") == "before both"


def test_without_an_earlier_consultation_everything_is_since_and_nothing_is_compared() -> None:
    years = answered(day(-900), {"nausea": 2}, id="years ago")
    synthesis = synthesis_of(years, answered(day(3), {"nausea": 1}, id="now"), consultations=[CONSULTATION])
    assert synthesis.previous is None
    assert since_of(synthesis) == ["years ago", "now"]
    row = row_of(synthesis, "nausea")
    assert row.label.value == "no_comparison"
    assert row.no_comparison is NoComparisonReason.NO_PREVIOUS_CONSULTATION
    assert row.reference is None
    assert row.worst_since is not None
    assert row.worst_since.response.id == "years ago"
    assert row.recall_overlap is False


def test_what_was_entered_in_error_is_never_read() -> None:
    wrong = ResponseStatus.ENTERED_IN_ERROR
    synthesis = synthesis_of(
        answered(day(-9), {"nausea": 1}, id="reference"),
        answered(day(-2), {"nausea": 3}, id="wrong before", status=wrong, revision=2),
        answered(day(5), {"nausea": 1}, id="now"),
        answered(day(9), {"nausea": 3}, id="wrong since", status=wrong, revision=3),
    )
    assert (reference_of(synthesis, "nausea"), now_of(synthesis, "nausea")) == ("reference", "now")
    assert since_of(synthesis) == ["now"]
    assert used_of(synthesis) == ["reference", "now"]
    row = row_of(synthesis, "nausea")
    assert row.worst_since is not None
    assert row.worst_since.value == 1


def test_a_due_questionnaire_whose_only_response_is_in_error_is_not_answered() -> None:
    wrong = answered(day(5), {"nausea": 1}, status=ResponseStatus.ENTERED_IN_ERROR)
    synthesis = synthesis_of(wrong, due=[WEEKLY])
    assert row_of(synthesis, "nausea").label.value == "not_answered"
    assert synthesis.not_answered == (WEEKLY.questionnaire.canonical,)


def test_a_correction_is_read_in_its_latest_revision() -> None:
    corrected = answered(day(5), {"nausea": 2}, id="r", revision=3, status=ResponseStatus.AMENDED)
    synthesis = synthesis_of(corrected)
    now = row_of(synthesis, "nausea").now
    assert now is not None
    assert (now.response.id, now.response.revision) == ("r", 3)
    assert [(r.status, r.response.revision) for r in synthesis.responses] == [("amended", 3)]


def test_a_draft_can_be_no_past_response() -> None:
    assert {status.value for status in ResponseStatus} == {"completed", "amended", "entered-in-error"}


def test_what_arrives_late_stands_where_it_was_authored() -> None:
    offline = answered(day(3), {"nausea": 3}, id="offline", stored_at=day(20))
    online = answered(day(10), {"nausea": 1}, id="online")
    synthesis = synthesis_of(online, offline)
    assert since_of(synthesis) == ["offline", "online"]
    assert now_of(synthesis, "nausea") == "online"


@pytest.mark.parametrize("turned", [False, True])
def test_responses_of_one_moment_are_in_order_of_storing_then_of_id(turned: bool) -> None:
    same = day(10)
    responses = [
        answered(same, {"nausea": 1}, id="b", stored_at=same),
        answered(same, {"nausea": 1}, id="c", stored_at=same),
        answered(same, {"nausea": 1}, id="a", stored_at=same + SECOND),
    ]
    synthesis = synthesis_of(*(reversed(responses) if turned else responses))
    assert since_of(synthesis) == ids(*responses) == ["b", "c", "a"]
    assert now_of(synthesis, "nausea") == "a"
