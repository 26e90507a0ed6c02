"""A person with the trace and the published table in hand gets the same number."""

from dataclasses import replace

import pytest

from questionnaires.response import Absence
from scoring.engine import score
from scoring.operators import OPERATORS
from scoring.rules import Direction
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
    without_number = [i for i in trace.inputs if i.used is None]
    if without_number:
        absence = without_number[0].absence
        assert absence is not None
        return NotScored(absence, tuple(i.name for i in trace.inputs if i.absence is not None))
    numbers = [i.used for i in trace.inputs if i.used is not None]
    imputed = tuple(i.name for i in trace.inputs if i.imputed)
    if imputed:
        assert trace.policy == "zero_if_lead_zero"
        assert numbers[0] == 0
    if trace.rule.operator == "value":
        assert trace.rule.table is None
        assert isinstance(numbers[0], int)
        return Score(numbers[0], imputed)
    assert trace.rule.operator == "lookup"
    assert trace.rule.table is not None
    cell = published_cell(trace.rule.table, [int(number) for number in numbers])
    assert trace.rows == ((*map(str, numbers), str(cell)),)
    return Score(cell, imputed)


@pytest.mark.parametrize("which", RESPONSES)
def test_every_score_is_recomputed_from_its_trace_alone(which: str) -> None:
    response = checked(BOOK, {"can-wait": "yes"} | RESPONSES[which])
    traces = {name: explain(BOOK, response, name) for name in BOOK.rules}
    results = score(BOOK, response)
    assert {name: by_hand(trace) for name, trace in traces.items()} == results
    assert {name: trace.result for name, trace in traces.items()} == results


def _item(link_id: str, answer: str | None, number: int | None) -> TracedInput:
    """An item of the shipped instrument with codes 0 to 4, as a trace shows it."""
    return TracedInput(
        name=link_id,
        is_score=False,
        answer=answer,
        number=number,
        used=number,
        absence=None,
        imputed=False,
        is_reversed=False,
        low=0,
        high=4,
        band=None,
    )


def test_a_trace_names_everything_that_the_number_rests_on() -> None:
    response = checked(BOOK, {"can-wait": "yes", "pain-frequency": "0"})
    trace = explain(BOOK, response, "pain_composite")
    assert trace == Trace(
        name="pain_composite",
        result=Score(0, ("pain-severity", "pain-interference")),
        exact=0,
        rule=BOOK.rules["pain_composite"].rule,
        formula=OPERATORS["lookup"].formula,
        inputs=(
            _item("pain-frequency", "0", 0),
            replace(_item("pain-severity", None, None), absence=Absence.HIDDEN, imputed=True, used=0),
            replace(_item("pain-interference", None, None), absence=Absence.HIDDEN, imputed=True, used=0),
        ),
        policy="zero_if_lead_zero",
        needed=3,
        beside=None,
        rows=(("0", "0", "0", "0"),),
        band=None,
        reference=BOOK.references["basch-2021-composite"],
        bands_reference=None,
        change_reference=None,
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
        _item("anxiety-frequency", "2", 2),
        replace(_item("anxiety-severity", DECLINED, None), absence=Absence.DECLINED),
        replace(_item("anxiety-interference", None, None), absence=Absence.SKIPPED),
    )


def test_the_trace_of_a_number_item_shows_the_number_that_was_given() -> None:
    trace = explain(BOOK, checked(BOOK, {"can-wait": "yes", "quality-of-life": 0}), "quality_of_life")
    assert trace.inputs == (replace(_item("quality-of-life", "0", 0), high=10),)
    assert (trace.rule.operator, trace.rule.table, trace.rule.higher_is) == ("value", None, Direction.BETTER)


def test_a_score_that_there_is_not_has_no_trace() -> None:
    with pytest.raises(KeyError, match="no_such_score"):
        explain(BOOK, checked(BOOK, {"can-wait": "yes"}), "no_such_score")
