"""A person with the trace and the published table in hand gets the same number."""

from decimal import Decimal

import pytest

from questionnaires.response import Absence
from scoring.engine import score
from scoring.rules import Direction, MissingPolicy
from scoring.score import NotScored, Score
from scoring.trace import Trace, TracedInput, explain
from tests.support.scoring import DECLINED, checked, pre_consultation, published_cell

BOOK = pre_consultation()
RESPONSES: dict[str, dict[str, object]] = {
    "nothing": {},
    "some": {
        "nausea-frequency": "3",
        "nausea-severity": "2",
        "pain-frequency": "0",
        "fatigue-severity": "2",
        "anxiety-frequency": DECLINED,
        "rash-presence": "1",
        "quality-of-life": 7,
    },
}


def full(code: int) -> dict[str, object]:
    answers: dict[str, object] = {"quality-of-life": 10 - code, "treatment-tolerance": str(code)}
    for bound in BOOK.rules.values():
        for item in bound.items:
            if item.attribute:
                answers[item.link_id] = str(min(code, len([o for o in item.options if not o.opt_out]) - 1))
    return answers


RESPONSES |= {f"all {code}": full(code) for code in range(1, 5)}


def by_hand(trace: Trace) -> Score | NotScored:
    """What the words of the trace say, worked without the engine."""
    without_number = [i for i in trace.inputs if i.number is None]
    if without_number:
        absence = without_number[0].absence
        assert absence is not None
        return NotScored(absence, tuple(i.link_id for i in trace.inputs if i.absence is not None))
    numbers = [i.number for i in trace.inputs if i.number is not None]
    imputed = tuple(i.link_id for i in trace.inputs if i.imputed)
    if imputed:
        assert trace.policy is MissingPolicy.ZERO_IF_LEAD_ZERO
        assert numbers[0] == 0
    if trace.operator == "value":
        assert trace.table is None
        return Score(numbers[0], imputed)
    assert trace.operator == "lookup"
    assert trace.table is not None
    return Score(published_cell(trace.table, numbers), imputed)


@pytest.mark.parametrize("which", RESPONSES)
def test_every_score_is_recomputed_from_its_trace_alone(which: str) -> None:
    response = checked(BOOK, {"can-wait": "yes"} | RESPONSES[which])
    traces = {name: explain(BOOK, response, name) for name in BOOK.rules}
    results = score(BOOK, response)
    assert {name: by_hand(trace) for name, trace in traces.items()} == results
    assert {name: trace.result for name, trace in traces.items()} == results


def test_a_trace_names_everything_that_the_number_rests_on() -> None:
    response = checked(BOOK, {"can-wait": "yes", "pain-frequency": "0"})
    trace = explain(BOOK, response, "pain_composite")
    assert trace == Trace(
        name="pain_composite",
        result=Score(0, ("pain-severity", "pain-interference")),
        operator="lookup",
        inputs=(
            TracedInput("pain-frequency", "0", 0, None, imputed=False),
            TracedInput("pain-severity", None, 0, Absence.HIDDEN, imputed=True),
            TracedInput("pain-interference", None, 0, Absence.HIDDEN, imputed=True),
        ),
        policy=MissingPolicy.ZERO_IF_LEAD_ZERO,
        table="frequency_severity_interference",
        range=(Decimal(0), Decimal(3)),
        higher_is=Direction.WORSE,
        scale="composite-grade-0-3",
        reference_key="basch-2021-composite",
        reference=BOOK.references["basch-2021-composite"],
        questionnaire="https://vigie.example/fhir/Questionnaire/pre-consultation|1.0.0",
        definition_digest=BOOK.questionnaire.digest,
        scoring_version="1.0.0",
        scoring_digest=BOOK.digest,
    )
    assert trace.reference.doi == "10.1177/1740774520975120"


def test_the_trace_of_what_is_not_scored_names_each_absence() -> None:
    response = checked(BOOK, {"can-wait": "yes", "anxiety-frequency": "2", "anxiety-severity": DECLINED})
    trace = explain(BOOK, response, "anxiety_composite")
    assert trace.result == NotScored(Absence.DECLINED, ("anxiety-severity", "anxiety-interference"))
    assert trace.inputs == (
        TracedInput("anxiety-frequency", "2", 2, None, imputed=False),
        TracedInput("anxiety-severity", DECLINED, None, Absence.DECLINED, imputed=False),
        TracedInput("anxiety-interference", None, None, Absence.SKIPPED, imputed=False),
    )


def test_the_trace_of_a_number_item_shows_the_number_that_was_given() -> None:
    trace = explain(BOOK, checked(BOOK, {"can-wait": "yes", "quality-of-life": 0}), "quality_of_life")
    assert trace.inputs == (TracedInput("quality-of-life", "0", 0, None, imputed=False),)
    assert (trace.operator, trace.table, trace.higher_is) == ("value", None, Direction.BETTER)


def test_a_score_that_there_is_not_has_no_trace() -> None:
    with pytest.raises(KeyError, match="no_such_score"):
        explain(BOOK, checked(BOOK, {"can-wait": "yes"}), "no_such_score")
