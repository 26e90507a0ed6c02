"""What a phone without a network must know of a questionnaire: its branching, and which answers are urgent."""

from typing import Any

from questionnaires.definition import EnableWhen, Questionnaire
from scoring.rulebook import Rulebook, Watch
from scoring.rules import AlertCondition, AlertRule, AlertSeverity
from scoring.synthesis import Mode


def phone_rules(rulebook: Rulebook, mode: Mode) -> dict[str, Any]:
    """Plain data for the page's script.

    `asked`: link ids of all items, in order, with those above them. `enable`: the conditions of those that have any.
    `weights`: the numbers of options. `urgent`: the alert rules of that severity that rest on these answers alone; in a
    mode without urgency none. What compares with earlier answers, or rests on a score, is judged by the service.
    """
    questionnaire = rulebook.questionnaire
    return {
        "asked": [[reach.item.link_id, list(reach.ancestors)] for reach in questionnaire.reaches],
        "enable": {
            reach.item.link_id: {
                "any": reach.item.enable_any,
                "when": [_condition(condition) for condition in reach.item.enable_when],
            }
            for reach in questionnaire.reaches
            if reach.item.enable_when
        },
        "numeric": [item.link_id for item in questionnaire.questions if item.type.value in ("integer", "decimal")],
        "weights": _weights(questionnaire),
        "urgent": [_urgent(watch) for watch in rulebook.item_watches if _is_known_on_a_phone(watch.rule)]
        if mode is Mode.ALERT
        else [],
    }


def _condition(condition: EnableWhen) -> dict[str, Any]:
    return {"question": condition.question, "operator": condition.operator.value, "answer": _plain(condition.answer)}


def _plain(value: object) -> object:
    """Numbers as JSON has them: a phone compares, it does not compute."""
    return value if isinstance(value, bool | int | str) else float(str(value))


def _weights(questionnaire: Questionnaire) -> dict[str, dict[str, float]]:
    return {
        item.link_id: {option.code: float(option.weight) for option in item.options if option.weight is not None}
        for item in questionnaire.questions
        if any(option.weight is not None for option in item.options)
    }


def _is_known_on_a_phone(rule: AlertRule) -> bool:
    return (
        rule.severity is AlertSeverity.URGENT
        and not rule.compares
        and all(condition.score is None for condition in rule.and_when)
    )


def _urgent(watch: Watch) -> dict[str, Any]:
    return {
        "concept": watch.concept,
        "when": [
            {"item": watch.on, **_bound(watch.rule)},
            *({"item": condition.item, **_bound(condition)} for condition in watch.rule.and_when),
        ],
    }


def _bound(rule: AlertRule | AlertCondition) -> dict[str, Any]:
    if rule.equals is not None:
        return {"equals": rule.equals}
    if rule.at_least is not None:
        return {"at_least": float(rule.at_least)}
    return {"at_most": float(rule.at_most or 0)}
