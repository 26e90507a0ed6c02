"""Stored rows <-> what `scoring` reads: scores, alerts and past responses as plain data and back."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.services.installation import Installation
from app.store.response import StoredResponse
from questionnaires.definition import Questionnaire
from questionnaires.enablement import enabled_items
from questionnaires.response import Absence, Answers, CheckedResponse
from scoring.alerts import Alert, Seen, Trigger
from scoring.history import PastResponse, ResponseRef
from scoring.rulebook import Rulebook
from scoring.rules import AlertSeverity, Since
from scoring.score import NotScored, NoValue, Number, Result, Score, Scores, State


def rulebook_of(installation: Installation, stored: StoredResponse) -> Rulebook:
    """The scoring version that a response is pinned to."""
    questionnaire = installation.catalogue.get(stored.instrument, stored.version)
    return installation.rulebooks.of(questionnaire, stored.scoring_version)


def past_response(installation: Installation, stored: StoredResponse) -> PastResponse:
    """A stored response as the synthesis reads it; without scores and alerts where it was read without them."""
    return PastResponse(
        ref=ResponseRef(str(stored.response_id), stored.revision),
        rulebook=rulebook_of(installation, stored),
        status=stored.status,
        authored_at=stored.authored_at,
        stored_at=stored.stored_at,
        answered_by=stored.answered_by,
        answers=answers_from(stored.answers),
        scores=scores_from(stored.scores),
        alerts=alerts_from(stored.evaluation.get("alerts", ())),
    )


def checked_again(questionnaire: Questionnaire, plain: Mapping[str, Any]) -> CheckedResponse:
    """Stored answers as they were checked when they were stored; only their branching is worked out again."""
    answers = answers_from(plain)
    return CheckedResponse(questionnaire, answers, enabled_items(questionnaire, answers))


def answers_from(plain: Mapping[str, Any]) -> Answers:
    """The answers of a JSON column: one value or a list each."""
    return {link_id: tuple(value) if isinstance(value, list) else (value,) for link_id, value in plain.items()}


def plain_answers(response: CheckedResponse) -> dict[str, Any]:
    """Answers as JSON writes them: a list for an item that repeats, one value otherwise."""
    repeating = response.questionnaire.repeating
    return {
        link_id: list(values) if link_id in repeating else values[0] for link_id, values in response.answers.items()
    }


def plain_scores(scores: Scores) -> dict[str, Any]:
    """Scores as every answer writes them."""
    return {name: plain_score(result) for name, result in scores.items()}


def column_scores(scores: Scores) -> dict[str, Any]:
    """Scores as their column holds them: what is a number and nothing more, as that number."""
    return {
        name: result.code
        if isinstance(result, State)
        else result.value
        if isinstance(result, Score) and not result.imputed
        else plain_score(result)
        for name, result in scores.items()
    }


def plain_score(result: Result) -> dict[str, Any]:
    """One score: `value` (and `imputed`), or `not_scored` with the reason and the missing items."""
    if isinstance(result, State):
        return {"value": result.code}
    if isinstance(result, NotScored):
        return {"not_scored": result.reason.value, "missing": list(result.missing)}
    return {"value": result.value, "imputed": list(result.imputed)} if result.imputed else {"value": result.value}


def scores_from(plain: Mapping[str, Any]) -> Scores:
    """The scores of a JSON column."""
    return {name: _score_from(entry) for name, entry in plain.items()}


def plain_alerts(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """Alerts as JSON writes them."""
    return [
        {
            "concept": alert.concept,
            "severity": alert.severity.value,
            "triggers": [_plain_trigger(trigger) for trigger in alert.triggers],
        }
        for alert in alerts
    ]


def alerts_from(plain: Iterable[Mapping[str, Any]]) -> tuple[Alert, ...]:
    """The alerts of an evaluation column."""
    return tuple(
        Alert(
            alert["concept"],
            AlertSeverity(alert["severity"]),
            tuple(_trigger_from(trigger) for trigger in alert["triggers"]),
        )
        for alert in plain
    )


def _plain_trigger(trigger: Trigger) -> dict[str, Any]:
    plain: dict[str, Any] = {"rule": trigger.rule, "on": trigger.on, "value": trigger.value}
    if trigger.previous is not None and trigger.since is not None:
        plain |= {"previous": trigger.previous, "since": trigger.since.value}
    if trigger.and_seen:
        plain["and_seen"] = [{"on": seen.on, "value": seen.value} for seen in trigger.and_seen]
    return plain


def _trigger_from(plain: Mapping[str, Any]) -> Trigger:
    """One trigger of an evaluation column. Before changes were seen against several responses, it was the previous."""
    since = Since(plain.get("since", Since.PREVIOUS)) if "previous" in plain else None
    and_seen = tuple(Seen(seen["on"], seen["value"]) for seen in plain.get("and_seen", ()))
    return Trigger(plain["rule"], plain["on"], plain["value"], plain.get("previous"), since, and_seen)


def _score_from(entry: Number | str | Mapping[str, Any]) -> Result:
    if isinstance(entry, int):
        return _whole(entry)
    if isinstance(entry, Decimal):
        return Score(entry)
    if isinstance(entry, str):
        return State(entry)
    if "value" not in entry:
        return NotScored(_reason(entry["not_scored"]), tuple(entry["missing"]))
    value: int | Decimal = entry["value"]
    return Score(value, tuple(entry.get("imputed", ())))


@lru_cache(maxsize=1_024)
def _whole(value: int) -> Score:
    """Most scores are a few whole numbers. A Decimal is not remembered: 2.5 equals 2.50, and has other digits."""
    return Score(value)


def _reason(word: str) -> Absence | NoValue:
    return NoValue(word) if word in list(NoValue) else Absence(word)
