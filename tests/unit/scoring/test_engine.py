from dataclasses import replace

import pytest

from questionnaires.definition import EnableOperator, EnableWhen
from questionnaires.response import Absence
from scoring.engine import score, work_out
from scoring.score import NotScored, Score
from tests.support.scoring import DECLINED, bound_rule, checked, pre_consultation

BOOK = pre_consultation()


def test_a_response_has_a_result_for_every_score_in_the_order_of_the_rules() -> None:
    results = score(BOOK, checked(BOOK, {"can-wait": "yes"}))
    assert list(results) == list(BOOK.rules)
    assert len(results) == 33
    assert all(isinstance(result, NotScored) for result in results.values())


@pytest.mark.parametrize(
    ("answers", "name", "expected"),
    [
        ({"dry-mouth-severity": "4"}, "dry_mouth_composite", Score(3)),
        ({"diarrhea-frequency": "2"}, "diarrhea_composite", Score(1)),
        ({"hair-loss-amount": "4"}, "hair_loss_composite", Score(2)),
        ({"rash-presence": "1"}, "rash_presence", Score(1)),
        ({"quality-of-life": 0}, "quality_of_life", Score(0)),
        ({"treatment-tolerance": "4"}, "treatment_tolerance", Score(4)),
        ({"nausea-frequency": "3", "nausea-severity": "2"}, "nausea_composite", Score(2)),
        ({"urine-leaks-frequency": "3", "urine-leaks-interference": "3"}, "urine_leaks_composite", Score(3)),
        (
            {"pain-frequency": "1", "pain-severity": "2", "pain-interference": "4"},
            "pain_composite",
            Score(3),
        ),
        # A hidden follow-up of a lead of 0 counts as 0 and is named as imputed.
        ({"nausea-frequency": "0"}, "nausea_composite", Score(0, ("nausea-severity",))),
        ({"pain-frequency": "0"}, "pain_composite", Score(0, ("pain-severity", "pain-interference"))),
        # What was skipped or declined is missing; the reason is that of the first absent input.
        ({}, "dry_mouth_composite", NotScored(Absence.SKIPPED, ("dry-mouth-severity",))),
        ({"nausea-frequency": "1"}, "nausea_composite", NotScored(Absence.SKIPPED, ("nausea-severity",))),
        ({}, "nausea_composite", NotScored(Absence.SKIPPED, ("nausea-frequency", "nausea-severity"))),
        (
            {"pain-frequency": "2", "pain-severity": "0"},
            "pain_composite",
            NotScored(Absence.SKIPPED, ("pain-interference",)),
        ),
        (
            {"sexual-interest-severity": DECLINED},
            "sexual_interest_composite",
            NotScored(Absence.DECLINED, ("sexual-interest-severity",)),
        ),
        (
            {"anxiety-frequency": "2", "anxiety-severity": DECLINED, "anxiety-interference": "1"},
            "anxiety_composite",
            NotScored(Absence.DECLINED, ("anxiety-severity",)),
        ),
    ],
)
def test_one_score_of_the_shipped_instrument(
    answers: dict[str, object], name: str, expected: Score | NotScored
) -> None:
    response = checked(BOOK, {"can-wait": "yes"} | answers)
    assert work_out(BOOK.rules[name], response, {}).result == expected
    assert score(BOOK, response)[name] == expected


def test_a_declined_lead_is_the_reason_and_not_the_follow_ups_that_it_hides() -> None:
    response = checked(BOOK, {"can-wait": "yes", "anxiety-frequency": DECLINED})
    assert work_out(BOOK.rules["anxiety_composite"], response, {}).result == NotScored(
        Absence.DECLINED, ("anxiety-frequency", "anxiety-severity", "anxiety-interference")
    )


def test_a_follow_up_hidden_by_anything_but_a_lead_of_zero_is_missing() -> None:
    # Frequency 2, severity 0, interference skipped by branching on severity: the published reference gives missing.
    bound = BOOK.rules["pain_composite"]
    lead, severity, interference = (replace(item, enable_when=()) for item in bound.items)
    unless_zero = (EnableWhen(severity.link_id, EnableOperator.NOT_EQUAL, "0"),)
    interference = replace(interference, enable_when=unless_zero)
    questionnaire = replace(BOOK.questionnaire, items=(lead, severity, interference))
    book = replace(BOOK, questionnaire=questionnaire)
    rule = bound_rule(bound.rule, (lead, severity, interference), bound.operands.table)
    two_and_zero = checked(book, {"pain-frequency": "2", "pain-severity": "0"})
    assert work_out(rule, two_and_zero, {}).result == NotScored(Absence.HIDDEN, ("pain-interference",))
    zeros = checked(book, {"pain-frequency": "0", "pain-severity": "0"})
    assert work_out(rule, zeros, {}).result == Score(0, ("pain-interference",))
