from typing import Any

import pytest
from pydantic import ValidationError

from scoring.rules import AlertRule, ChangeSize, ChangeThreshold, ScoreRule
from tests.support.scoring import WELL

ALERT: dict[str, Any] = {"name": "rule", "severity": "soon", "reference": "own"}


@pytest.mark.parametrize("watched", [{"attributes": ["severity"]}, {"scores": "presence"}, {"item": "wait"}])
@pytest.mark.parametrize("fires", [{"at_least": "3"}, {"rise_of": "2"}, {"equals": "no"}])
def test_an_alert_rule_watches_one_thing_and_fires_on_one(watched: dict[str, Any], fires: dict[str, Any]) -> None:
    rule = AlertRule.model_validate(ALERT | watched | fires)
    assert rule.model_dump(mode="json", exclude_defaults=True) == ALERT | watched | fires


@pytest.mark.parametrize("watched", [{}, {"attributes": []}, {"item": "wait", "scores": "presence"}])
def test_an_alert_rule_that_watches_none_or_two(watched: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="watches exactly one of attributes, scores, items, item, score"):
        AlertRule.model_validate(ALERT | watched | {"at_least": "3"})


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ({"at_least": "3", "since": "baseline"}, "since goes with rise_of or fall_of"),
        ({"at_least": "3", "and_when": [{"at_least": "1"}]}, "asks exactly one of item, score"),
        (
            {"at_least": "3", "and_when": [{"item": "a", "score": "b", "at_least": "1"}]},
            "asks exactly one of item, score",
        ),
        ({"at_least": "3", "and_when": [{"item": "a"}]}, "has exactly one of at_least, at_most, equals"),
        ({"at_least": "3", "and_when": [{"item": "a", "at_least": "1", "at_most": "2"}]}, "has exactly one of"),
    ],
)
def test_an_alert_rule_that_contradicts_itself(written: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        AlertRule.model_validate(ALERT | {"item": "wait"} | written)


def test_sizes_of_change_rise() -> None:
    sizes = [{"at_least": "5", "size": "small"}, {"at_least": "5", "size": "moderate"}]
    with pytest.raises(ValidationError, match="each size of change begins above the one before it"):
        ChangeThreshold.model_validate({"improved": "5", "worsened": "5", "sizes": sizes, "reference": "own"})


@pytest.mark.parametrize("bounds", [{}, {"at_least": "5", "above": "5"}])
def test_a_change_size_begins_with_one_bound(bounds: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="exactly one of at_least, above"):
        ChangeSize.model_validate({"size": "small"} | bounds)


@pytest.mark.parametrize("fires", [{}, {"at_least": "3", "rise_of": "2"}])
def test_an_alert_rule_that_fires_on_none_or_two(fires: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="fires on exactly one of at_least, at_most, rise_of, fall_of, equals"):
        AlertRule.model_validate(ALERT | {"item": "wait"} | fires)


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"number": 1_001},
        {"name": "has space"},
        {"kind": "ctcae_grade"},
        {"inputs": []},
        {"missing": "guess"},
        {"range": ["0"]},
        {"range": ["0", "NaN"]},
        {"range": ["0", "Infinity"]},
        {"higher_is": "up"},
        {"meaningful_change": {"improved": "0", "worsened": "1", "reference": "own"}},
        {"meaningful_change": {"improved": "1", "worsened": "-1", "reference": "own"}},
        {"weight": "2"},
    ],
)
def test_a_score_rule_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    sound = WELL.bound(1).rule.model_dump(mode="json", exclude_defaults=True)
    assert ScoreRule.model_validate(sound) == WELL.bound(1).rule
    assert ScoreRule.model_validate(sound | {"number": 1_000}).number == 1_000
    with pytest.raises(ValidationError):
        ScoreRule.model_validate(sound | change)
