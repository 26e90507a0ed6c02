"""What needs a person: threshold, worsening and combined rules, evaluated when a response is stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from questionnaires.definition import Item, Questionnaire
from questionnaires.response import Absence, CheckedResponse
from scoring.inputs import can_be_scored, read_input
from scoring.rulebook import Rulebook, Watch
from scoring.rules import AlertCondition, AlertSeverity, Since
from scoring.score import Number, Score, Scores

SELF_HARM = "self-harm"
"""The concept of alerts about thoughts of dying or of hurting oneself: whoever has them is given a helpline first."""

_SEVERITIES = list(AlertSeverity)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier comparable response of the patient, with the scores that were stored with it."""

    response: CheckedResponse
    scores: Scores


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What alert rules need to know beside the answers.

    `earlier` holds the responses that changes are seen against; what is not there is no reason for an alert.
    `on_treatment`: None where nobody said; then a rule for the time of treatment holds, to be on the safe side.
    """

    earlier: Mapping[Since, Earlier]
    on_treatment: bool | None = None


NOTHING_KNOWN = Circumstances({})


@dataclass(frozen=True, slots=True)
class Seen:
    """A further condition that held: on which item or score, and what was seen there."""

    on: str
    value: Number | str


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why an alert was raised: the rule, the item or score that it watched, and what was seen there.

    `value` is the number, or the option code for a rule on a code; for a change, `previous` is the earlier number and
    `since` says of which response; `and_seen` is what a combined rule saw beside it.
    """

    rule: str
    on: str
    value: Number | str
    previous: Number | None = None
    since: Since | None = None
    and_seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert a concept, as severe as the most severe of its triggers."""

    concept: str
    severity: AlertSeverity
    triggers: tuple[Trigger, ...]


def evaluate_alerts(
    rulebook: Rulebook, response: CheckedResponse, scores: Scores, circumstances: Circumstances = NOTHING_KNOWN
) -> tuple[Alert, ...]:
    """The alerts of a response, most severe first."""
    raised: dict[str, list[tuple[AlertSeverity, Trigger]]] = {}
    for watch, trigger in _Evaluation(rulebook, response, scores, circumstances).triggers():
        raised.setdefault(watch.concept, []).append((watch.rule.severity, trigger))
    alerts = (
        Alert(concept, max((s for s, _ in found), key=_SEVERITIES.index), tuple(t for _, t in found))
        for concept, found in raised.items()
    )
    return tuple(sorted(alerts, key=lambda alert: -_SEVERITIES.index(alert.severity)))


def item_numbers(rulebook: Rulebook, response: CheckedResponse) -> Mapping[str, Number]:
    """The numbers of the watched items and of their leads, by link id.

    As worsening sees them: a follow-up that was not asked under a lead of 0 counts as 0. Where the questionnaire has no
    branching of its own, the display may have left it out, and nothing tells that from skipping: it counts as 0 too,
    so that a rise is seen. What was declined stays unknown.
    """
    items = {item.link_id: item for item in _watched_items(rulebook, response.questionnaire)}
    read = {link_id: read_input(response, item) for link_id, item in items.items()}
    numbers: dict[str, Number] = {}
    for link_id, value in read.items():
        if not isinstance(value, Absence):
            numbers[link_id] = value
        elif _may_not_have_been_asked(items[link_id], value) and read.get(rulebook.leads.get(link_id, "")) == 0:
            numbers[link_id] = 0
    return numbers


def _may_not_have_been_asked(item: Item, absence: Absence) -> bool:
    return absence is Absence.HIDDEN or (absence is Absence.SKIPPED and not item.enable_when)


def _watched_items(rulebook: Rulebook, questionnaire: Questionnaire) -> Iterable[Item]:
    """The watched items as a version asks them: the rulebook's own, or an earlier one that it compares with."""
    if questionnaire is rulebook.questionnaire:
        return rulebook.watched_items
    theirs = (questionnaire.item(item.link_id) for item in rulebook.watched_items)
    return [item for item in theirs if item is not None and can_be_scored(item)]


@dataclass(frozen=True, slots=True)
class _Compared:
    """Numbers by name, in this response and in the earlier ones."""

    now: Mapping[str, Number]
    before: Mapping[Since, Mapping[str, Number]]

    def reached(self, watch: Watch) -> tuple[Number, Number | None] | None:
        """The number where a rule on a level or a change fires, and for a change the earlier one; else None.

        Where there is nothing to compare with, nothing changed.
        """
        rule = watch.rule
        number = self.now.get(watch.on)
        if number is None:
            return None
        if rule.at_least is not None:
            return (number, None) if number >= rule.at_least else None
        if rule.at_most is not None:
            return (number, None) if number <= rule.at_most else None
        previous = self.before.get(rule.since, {}).get(watch.on)
        if previous is None:
            return None
        change = number - previous
        fires = change >= rule.rise_of if rule.rise_of is not None else -change >= (rule.fall_of or 0)
        return (number, previous) if fires else None


class _Evaluation:
    """One response, what it is compared with, and the numbers of both."""

    def __init__(
        self, rulebook: Rulebook, response: CheckedResponse, scores: Scores, circumstances: Circumstances
    ) -> None:
        self.rulebook = rulebook
        self.response = response
        self.circumstances = circumstances
        self.items = _Compared(
            item_numbers(rulebook, response),
            {since: item_numbers(rulebook, then.response) for since, then in circumstances.earlier.items()},
        )
        self.scores = _Compared(
            _score_numbers(rulebook, scores),
            {since: _score_numbers(rulebook, then.scores) for since, then in circumstances.earlier.items()},
        )

    def triggers(self) -> Iterator[tuple[Watch, Trigger]]:
        for watches, numbers in ((self.rulebook.item_watches, self.items), (self.rulebook.score_watches, self.scores)):
            for watch in watches:
                code = watch.rule.equals
                found: tuple[Number | str, Number | None] | None
                if code is None:
                    found = numbers.reached(watch)
                else:
                    found = (code, None) if self.is_answered(watch.on, code) else None
                if found is not None and (trigger := self.trigger(watch, *found)):
                    yield watch, trigger

    def trigger(self, watch: Watch, value: Number | str, previous: Number | None) -> Trigger | None:
        """The trigger of a rule that fires, where every further condition holds."""
        rule = watch.rule
        seen = self.conditions(watch)
        if seen is None or (rule.during_treatment and self.circumstances.on_treatment is False):
            return None
        return Trigger(rule.name, watch.on, value, previous, rule.since if rule.compares else None, seen)

    def conditions(self, watch: Watch) -> tuple[Seen, ...] | None:
        """What each further condition saw, or None where one does not hold. What is not known does not hold."""
        found = [self.condition(when) for when in watch.rule.and_when]
        held = tuple(seen for seen in found if seen is not None)
        return held if len(held) == len(found) else None

    def condition(self, when: AlertCondition) -> Seen | None:
        on = when.item or when.score or ""
        if when.equals is not None:
            return Seen(on, when.equals) if self.is_answered(on, when.equals) else None
        number = (self.items if when.item else self.scores).now.get(on)
        return Seen(on, number) if number is not None and _within(when.at_least, when.at_most, number) else None

    def is_answered(self, link_id: str, code: str) -> bool:
        return code in self.response.answers.get(link_id, ())


def _within(at_least: Number | None, at_most: Number | None, number: Number) -> bool:
    return (at_least is None or number >= at_least) and (at_most is None or number <= at_most)


def _score_numbers(rulebook: Rulebook, scores: Scores) -> dict[str, Number]:
    """The scores that are watched or asked in a condition, where they are numbers."""
    return {name: found.value for name in rulebook.watched_scores if isinstance(found := scores.get(name), Score)}
