"""Around the lines: modes, topics, completeness, what was not answered, and what the synthesis used."""

import pytest

from questionnaires.response import ResponseStatus
from scoring.history import Respondent, ResponseRef
from scoring.synthesis import Answered, Mode
from tests.support.scoring import (
    C_START,
    CONSULTATION,
    DECLINED,
    NAUSEA,
    PREVIOUS,
    WEEKLY,
    answered,
    day,
    pre_consultation,
    small_rulebook,
    synthesis_of,
)
from tests.unit.scoring.synthesis.reading import since_of, used_of

BASELINE = answered(day(-90), {"nausea": 1}, id="baseline")
REFERENCE = answered(day(-2), {"nausea": 0}, id="reference")
FIRST = answered(day(3), {"nausea": 3}, id="first")
LAST = answered(day(9), {"nausea": 1, "topics": ["work"]}, id="last", revision=2)


@pytest.mark.parametrize("mode", list(Mode))
def test_every_output_names_its_mode_consultations_and_moment(mode: Mode) -> None:
    synthesis = synthesis_of(FIRST, mode=mode, as_of=day(5))
    assert (synthesis.mode, synthesis.as_of) == (mode, day(5))
    assert (synthesis.consultation, synthesis.previous) == (CONSULTATION, PREVIOUS)


def test_record_shows_the_answers_in_order_of_time_and_nothing_else() -> None:
    synthesis = synthesis_of(LAST, REFERENCE, FIRST, baseline=BASELINE, mode=Mode.RECORD)
    assert [(r.response.id, r.answers) for r in synthesis.responses] == [
        ("first", FIRST.answers),
        ("last", LAST.answers),
    ]
    assert (synthesis.lines, synthesis.points) == ((), ())
    # It reads neither reference nor baseline, and says so.
    assert used_of(synthesis) == ["first", "last"]


@pytest.mark.parametrize(("mode", "points"), [(Mode.SCORE, 0), (Mode.ALERT, 1)])
def test_score_shows_scores_and_change_and_only_alert_urgency(mode: Mode, points: int) -> None:
    synthesis = synthesis_of(LAST, REFERENCE, FIRST, baseline=BASELINE, mode=mode)
    assert synthesis.lines == synthesis_of(REFERENCE, FIRST, LAST, baseline=BASELINE).lines
    assert synthesis.lines[0].rows[0].label.value == "new"
    assert [r.answers for r in synthesis.responses] == [None, None]
    assert len(synthesis.points) == points


def test_used_are_baseline_reference_and_since_each_once() -> None:
    synthesis = synthesis_of(LAST, REFERENCE, FIRST, baseline=BASELINE)
    assert used_of(synthesis) == ["baseline", "reference", "first", "last"]
    assert synthesis.used[-1] == ResponseRef("last", 2)
    assert used_of(synthesis_of(LAST, REFERENCE, FIRST, baseline=REFERENCE)) == ["reference", "first", "last"]


def test_what_was_not_read_was_not_used() -> None:
    ancient = answered(day(-60), {"nausea": 1}, id="ancient")
    wrong = answered(day(2), {"nausea": 1}, id="wrong", status=ResponseStatus.ENTERED_IN_ERROR)
    later = answered(day(29), {"nausea": 1}, id="later")
    assert used_of(synthesis_of(ancient, wrong, FIRST, later, as_of=C_START)) == ["first"]
    assert used_of(synthesis_of(baseline=BASELINE)) == []


def test_the_completeness_of_a_response() -> None:
    # Six measures, topics and own words are eight questions; the hidden device item is nobody's question.
    at, stored = day(3), day(4)
    response = answered(
        at,
        {"nausea": 2, "pain": DECLINED, "topics": ["work"], "device": "phone"},
        id="r",
        revision=2,
        status=ResponseStatus.AMENDED,
        stored_at=stored,
        by=Respondent.RELATED_PERSON,
    )
    assert synthesis_of(response).responses == (
        Answered(
            response=ResponseRef("r", 2),
            questionnaire=WEEKLY.questionnaire.canonical,
            authored_at=at,
            stored_at=stored,
            status="amended",
            answered_by=Respondent.RELATED_PERSON,
            answered=2,
            asked=8,
            skipped=("cough", "rash", "fever", "well", "own-words"),
            declined=("pain",),
            answers=None,
        ),
    )


@pytest.mark.parametrize(
    ("answers", "answered_of_asked", "declined"),
    [
        # 62 questions, 26 of them follow-ups: what branching hides is not asked.
        ({}, (1, 36), 0),
        ({"nausea-frequency": 0}, (2, 36), 0),
        ({"nausea-frequency": 1}, (2, 37), 0),
        ({"nausea-frequency": 1, "nausea-severity": 0}, (3, 37), 0),
        ({"pain-frequency": 2}, (2, 38), 0),
        ({"sexual-interest-severity": DECLINED}, (1, 36), 1),
        ({"anxiety-frequency": DECLINED}, (1, 36), 1),
    ],
)
def test_n_of_the_questions_that_branching_left_open(
    answers: dict[str, object], answered_of_asked: tuple[int, int], declined: int
) -> None:
    book = pre_consultation()
    [response] = synthesis_of(answered(day(3), {"can-wait": "yes"} | answers, book)).responses
    assert (response.answered, response.asked) == answered_of_asked
    assert len(response.declined) == declined
    assert response.answered + len(response.skipped) + declined == response.asked


def test_topics_of_every_response_since_the_latest_first() -> None:
    synthesis = synthesis_of(
        answered(day(-1), {"topics": ["family"]}, id="before"),
        answered(day(2), {"topics": ["work", "family"], "own-words": "Puis-je voyager ?"}, id="first"),
        answered(day(5), {"nausea": 1}, id="silent"),
        answered(day(9), {"own-words": "كيف أنام؟"}, id="last"),
    )
    assert [(t.response.id, t.authored_at, t.answers) for t in synthesis.topics] == [
        ("last", day(9), {"own-words": ("كيف أنام؟",)}),
        ("first", day(2), {"topics": ("work", "family"), "own-words": ("Puis-je voyager ?",)}),
    ]
    assert {t.questionnaire for t in synthesis.topics} == {WEEKLY.questionnaire.canonical}


@pytest.mark.parametrize(
    ("answers", "topics"),
    [
        ({"topics": ["none"]}, []),
        ({"topics": ["none"], "own-words": "Merci"}, [{"own-words": ("Merci",)}]),
        ({"topics": ["family"]}, [{"topics": ("family",)}]),
        ({}, []),
    ],
)
def test_nothing_to_discuss_is_no_topic(answers: dict[str, object], topics: list[dict[str, object]]) -> None:
    assert [found.answers for found in synthesis_of(answered(day(3), answers)).topics] == topics


@pytest.mark.parametrize("mode", list(Mode))
def test_topics_are_shown_in_every_mode(mode: Mode) -> None:
    assert len(synthesis_of(LAST, mode=mode).topics) == 1


@pytest.mark.parametrize("mode", list(Mode))
def test_a_due_questionnaire_without_a_response_since_is_named(mode: Mode) -> None:
    clinic = small_rulebook(NAUSEA, instrument="clinic")
    newer = small_rulebook(NAUSEA, version="2.0.0")
    canonicals = (clinic.questionnaire.canonical,)
    # Any version of the weekly questionnaire answers what was due.
    assert synthesis_of(FIRST, due=[newer, clinic], mode=mode).not_answered == canonicals
    assert synthesis_of(REFERENCE, due=[clinic], mode=mode).not_answered == canonicals
    assert synthesis_of(FIRST, mode=mode).not_answered == ()


def test_no_response_at_all_gives_an_empty_synthesis() -> None:
    synthesis = synthesis_of()
    assert (synthesis.lines, synthesis.points, synthesis.topics, synthesis.used) == ((), (), (), ())
    assert since_of(synthesis) == []
