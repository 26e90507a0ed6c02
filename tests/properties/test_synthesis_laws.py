"""Laws of the synthesis, on any past of small questionnaires."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.response import ResponseStatus
from scoring.history import Consultation, ConsultationStatus, PastResponse, Respondent, ResponseRef
from scoring.lines import SubRow
from scoring.synthesis import Mode, Past, Synthesis, synthesise
from tests.support.scoring import (
    C_START,
    CONSULTATION,
    DECLINED,
    NAUSEA,
    P_START,
    PAIN,
    PREVIOUS,
    RASH,
    SECOND,
    WELL,
    Measure,
    answered,
    small_rulebook,
    urgent,
)

LAW = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])

BOOKS = [
    small_rulebook(NAUSEA, PAIN, RASH, WELL),
    small_rulebook(NAUSEA, PAIN, version="1.1.0", comparable=("1.0.0",)),
    small_rulebook(NAUSEA, WELL, version="2.0.0"),
    small_rulebook(Measure("nausea", scale="grade-0-4"), version="3.0.0", comparable=("1.0.0", "2.0.0")),
    small_rulebook(NAUSEA, RASH, instrument="clinic"),
    small_rulebook(NAUSEA, PAIN, instrument="watch", recall="PT12H"),
]
# Days around the last consultation and this one, with the boundaries themselves and a second beside them.
MOMENTS = st.builds(
    lambda start, days, seconds: start + timedelta(days=days) + seconds * SECOND,
    st.sampled_from([P_START, C_START]),
    st.sampled_from([-29, -28, -14, -3, 0, 0, 3, 6, 7]),
    st.sampled_from([-1, 0, 0, 1]),
)


class Story:
    """A past, and what to print of it where a law fails: the whole of it would fill pages."""

    def __init__(self, past: Past) -> None:
        self.past = past

    @property
    def _told(self) -> list[str]:
        past = self.past
        baseline = [past.baseline] if past.baseline else []
        return [
            *(f"visit {visit.start:%m-%d %H:%M:%S} {visit.status}" for visit in past.consultations),
            *(
                f"{r.ref.id} {r.rulebook.questionnaire.canonical[-20:]} {r.authored_at:%m-%d %H:%M:%S} {r.status} "
                f"{dict(r.answers)}{' alerts' * bool(r.alerts)}"
                for r in (*past.responses, *baseline)
            ),
            *(f"due {book.questionnaire.canonical[-20:]}" for book in past.due),
        ]

    def __repr__(self) -> str:
        return "\n".join(["", *self._told])


@st.composite
def stories(draw: st.DrawFn) -> Story:
    responses = [draw(_response(f"r{n}")) for n in range(draw(st.integers(0, 7)))]
    statuses = st.sampled_from(list(ConsultationStatus))
    others = [Consultation(f"v{n}", draw(MOMENTS), draw(statuses)) for n in range(draw(st.integers(0, 3)))]
    known = [PREVIOUS] if draw(st.booleans()) else []
    baseline = draw(st.one_of(st.none(), _response("baseline"), *([st.sampled_from(responses)] if responses else [])))
    due = draw(st.lists(st.sampled_from(BOOKS), max_size=2, unique_by=lambda book: book.questionnaire.instrument))
    return Story(Past([CONSULTATION, *known, *others], responses, baseline, due))


@st.composite
def _response(draw: st.DrawFn, name: str) -> PastResponse:
    book = draw(st.sampled_from(BOOKS))
    answers: dict[str, Any] = {}
    for concept in book.line_rules:
        cell = draw(st.sampled_from([None, DECLINED, 0, 1, 2, 3]))
        if cell is not None and not (concept == "well" and cell == DECLINED):
            answers[concept] = cell
    authored_at = draw(MOMENTS)
    return answered(
        authored_at,
        answers,
        book,
        id=name,
        revision=draw(st.integers(1, 3)),
        status=draw(st.sampled_from([*ResponseStatus, ResponseStatus.COMPLETED])),
        stored_at=authored_at + draw(st.integers(0, 1)) * SECOND,
        by=draw(st.sampled_from(list(Respondent))),
        alerts=(urgent("nausea"), urgent("can_wait")) if draw(st.integers(0, 9)) == 0 else (),
    )


def synthesis_of(past: Past, mode: Mode = Mode.ALERT, as_of: timedelta = timedelta()) -> Synthesis:
    return synthesise(CONSULTATION, past, mode=mode, as_of=C_START + as_of)


AS_OF = st.sampled_from([timedelta(), timedelta(days=-20), timedelta(days=-35), timedelta(days=5)])
MODES = st.sampled_from(list(Mode))


def rows_of(synthesis: Synthesis) -> list[SubRow]:
    return [row for line in synthesis.lines for row in line.rows]


def cited_by(synthesis: Synthesis) -> set[ResponseRef]:
    """Every response that any part of the synthesis names."""
    values = [v for r in rows_of(synthesis) for v in (r.now, r.reference, r.baseline, r.worst_since, r.last_known) if v]
    return {
        *(value.response for value in values),
        *(row.asked_in for row in rows_of(synthesis) if row.asked_in),
        *(ref for point in synthesis.points for ref in point.evidence),
        *(topics.response for topics in synthesis.topics),
        *(response.response for response in synthesis.responses),
    }


@LAW
@given(stories(), MODES, AS_OF)
def test_everything_cited_is_in_used(story: Story, mode: Mode, as_of: timedelta) -> None:
    synthesis = synthesis_of(story.past, mode, as_of)
    assert cited_by(synthesis) <= set(synthesis.used)
    assert len(set(synthesis.used)) == len(synthesis.used)


@LAW
@given(stories(), MODES, AS_OF)
def test_nothing_in_error_or_of_later_is_cited_or_used(story: Story, mode: Mode, as_of: timedelta) -> None:
    synthesis = synthesis_of(story.past, mode, as_of)
    until = C_START + min(as_of, timedelta())
    allowed = {
        response.ref
        for response in (*story.past.responses, *([story.past.baseline] if story.past.baseline else []))
        if response.status is not ResponseStatus.ENTERED_IN_ERROR and response.authored_at <= until
    }
    assert cited_by(synthesis) | set(synthesis.used) <= allowed


@LAW
@given(stories())
def test_points_are_sorted_by_tier_and_stand_once_a_line(story: Story) -> None:
    points = synthesis_of(story.past).points
    assert [point.tier for point in points] == sorted(point.tier for point in points)
    assert all(1 <= point.tier <= 6 for point in points)
    assert all((point.tier == 1) is (point.alert is not None) for point in points)
    urgent_concepts = [point.concept for point in points if point.tier == 1]
    assert len(urgent_concepts) == len(set(urgent_concepts))
    assert not {point.concept for point in points if point.tier > 1} & set(urgent_concepts)
    for earlier, later in pairwise(points):
        if earlier.tier == later.tier and earlier.row and later.row and earlier.row.now and later.row.now:
            assert earlier.row.now.value >= later.row.now.value


@LAW
@given(st.data(), stories(), MODES)
def test_the_order_of_what_the_store_gives_is_irrelevant(data: st.DataObject, story: Story, mode: Mode) -> None:
    shuffled = Past(
        data.draw(st.permutations(list(story.past.consultations))),
        data.draw(st.permutations(list(story.past.responses))),
        story.past.baseline,
        story.past.due,
    )
    assert synthesis_of(shuffled, mode) == synthesis_of(story.past, mode)


@LAW
@given(stories())
def test_the_mode_record_ranks_nothing(story: Story) -> None:
    synthesis = synthesis_of(story.past, Mode.RECORD)
    assert (synthesis.lines, synthesis.points) == ((), ())
    moments = [response.authored_at for response in synthesis.responses]
    assert moments == sorted(moments)
    assert all(response.answers is not None for response in synthesis.responses)


@LAW
@given(stories())
def test_the_mode_score_says_what_alert_says_without_urgency(story: Story) -> None:
    scored, alerting = synthesis_of(story.past, Mode.SCORE), synthesis_of(story.past, Mode.ALERT)
    assert scored.points == ()
    assert (scored.lines, scored.used, scored.responses) == (alerting.lines, alerting.used, alerting.responses)


def _number(row: SubRow) -> tuple[int | None, int | None]:
    return (
        int(row.reference.value) if row.reference else None,
        int(row.now.value) if row.now else None,
    )


# The label table once more, as conditions that exclude each other: exactly one holds for a known pair.
KNOWN: dict[str, Callable[[int, int], bool]] = {
    "absent": lambda reference, now: reference == 0 and now == 0,
    "new": lambda reference, now: reference == 0 and now >= 1,
    "worse": lambda reference, now: now > reference >= 1,
    "unchanged": lambda reference, now: now == reference >= 1,
    "better": lambda reference, now: reference > now >= 1,
    "resolved": lambda reference, now: reference >= 1 and now == 0,
}


@LAW
@given(stories())
def test_every_label_is_the_one_of_the_table(story: Story) -> None:
    synthesis = synthesis_of(story.past)
    for line in synthesis.lines:
        for row in line.rows:
            reference, now = _number(row)
            label = row.label.value
            if now is None:
                assert label in ("not_asked", "not_answered")
                owed = _owed(synthesis, story.past, row, line.concept)
                assert (label == "not_asked") is (row.asked_in is None and not owed)
            elif reference is None:
                assert label == "no_comparison"
            elif line.kind.value == "scale":
                assert label == "not_rated"
            else:
                assert [name for name, holds in KNOWN.items() if holds(reference, now)] == [label]
            assert (row.no_comparison is not None) is (label == "no_comparison")


def _owed(synthesis: Synthesis, past: Past, row: SubRow, concept: str) -> bool:
    """Whether its questionnaire was due in a version that asks the concept, with no response of any version."""
    url = row.questionnaire.split("|")[0]
    answered_urls = {response.questionnaire.split("|")[0] for response in synthesis.responses}
    due = [book for book in past.due if book.questionnaire.url == url]
    return url not in answered_urls and any(concept in book.line_rules for book in due)


@LAW
@given(stories())
def test_rows_never_merge_and_lines_never_mix_scales_or_recalls(story: Story) -> None:
    synthesis = synthesis_of(story.past)
    keys = [(line.concept, line.scale, line.recall_period) for line in synthesis.lines]
    assert len(keys) == len(set(keys))
    by_ref = {
        response.ref: response
        for response in (*story.past.responses, *([story.past.baseline] if story.past.baseline else []))
    }
    for line in synthesis.lines:
        assert len({row.questionnaire for row in line.rows}) == len(line.rows)
        for row in line.rows:
            values = [v for v in (row.now, row.reference, row.baseline, row.worst_since, row.last_known) if v]
            books = [by_ref[value.response].rulebook for value in values]
            assert {book.line_rules[line.concept].scale for book in books} <= {line.scale}
            assert {book.questionnaire.recall_period for book in books} <= {line.recall_period}
            assert {book.questionnaire.url for book in books} <= {row.questionnaire.split("|")[0]}
