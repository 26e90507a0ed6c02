"""What needs a person: threshold and worsening rules, evaluated when a response is stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from questionnaires.definition import Item, Questionnaire
from questionnaires.response import Absence, CheckedResponse
from scoring.inputs import can_be_scored, read_input
from scoring.rulebook import Rulebook, Watch
from scoring.rules import AlertSeverity
from scoring.score import Number, Score, Scores

_SEVERITIES = list(AlertSeverity)


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why an alert was raised: the rule, the item or score that it watched, and what was seen there.

    `value` is the number, or the option code for a rule on a code; `previous` the earlier number for a rise.
    """

    rule: str
    on: str
    value: Number | str
    previous: Number | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert a concept, as severe as the most severe of its triggers."""

    concept: str
    severity: AlertSeverity
    triggers: tuple[Trigger, ...]


def evaluate_alerts(
    rulebook: Rulebook, response: CheckedResponse, scores: Scores, previous: CheckedResponse | None
) -> tuple[Alert, ...]:
    """The alerts of a response, most severe first.

    `previous` is the patient's latest earlier response to a comparable version; without one no rise is seen.
    """
    before = item_numbers(rulebook, previous) if previous else {}
    raised: dict[str, list[tuple[AlertSeverity, Trigger]]] = {}
    for watch, trigger in _triggers(rulebook, response, scores, before):
        raised.setdefault(watch.concept, []).append((watch.rule.severity, trigger))
    alerts = (
        Alert(concept, max((s for s, _ in found), key=_SEVERITIES.index), tuple(t for _, t in found))
        for concept, found in raised.items()
    )
    return tuple(sorted(alerts, key=lambda alert: -_SEVERITIES.index(alert.severity)))


def item_numbers(rulebook: Rulebook, response: CheckedResponse) -> Mapping[str, Number]:
    """The numbers of the watched items and of their leads, by link id.

    As worsening sees them: a follow-up that is hidden under a lead of 0 counts as 0.
    """
    read = {item.link_id: read_input(response, item) for item in _watched_items(rulebook, response.questionnaire)}
    numbers: dict[str, Number] = {}
    for link_id, value in read.items():
        if not isinstance(value, Absence):
            numbers[link_id] = value
        elif value is Absence.HIDDEN and read.get(rulebook.leads.get(link_id, "")) == 0:
            numbers[link_id] = 0
    return numbers


def _watched_items(rulebook: Rulebook, questionnaire: Questionnaire) -> Iterable[Item]:
    """The watched items as a version asks them: the rulebook's own, or an earlier one that it compares with."""
    if questionnaire is rulebook.questionnaire:
        return rulebook.watched_items
    theirs = (questionnaire.item(item.link_id) for item in rulebook.watched_items)
    return [item for item in theirs if item is not None and can_be_scored(item)]


def _triggers(
    rulebook: Rulebook, response: CheckedResponse, scores: Scores, before: Mapping[str, Number]
) -> Iterator[tuple[Watch, Trigger]]:
    now = item_numbers(rulebook, response)
    for watch in rulebook.item_watches:
        rule = watch.rule
        if rule.equals is not None:
            if rule.equals in response.answers.get(watch.on, ()):
                yield watch, Trigger(rule.name, watch.on, rule.equals)
        elif watch.on in now:
            found = _fires(watch, now[watch.on], before.get(watch.on))
            if found:
                yield watch, found
    for watch in rulebook.score_watches:
        result = scores[watch.on]
        if isinstance(result, Score) and (found := _fires(watch, result.value, None)):
            yield watch, found


def _fires(watch: Watch, value: Number, previous: Number | None) -> Trigger | None:
    rule = watch.rule
    if rule.at_least is not None:
        return Trigger(rule.name, watch.on, value) if value >= rule.at_least else None
    if rule.rise_of is None or previous is None or value - previous < rule.rise_of:
        return None
    return Trigger(rule.name, watch.on, value, previous)
