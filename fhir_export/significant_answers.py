"""Which answers are Observations of their own, beside the scores, and which number each has in an Observation id."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from questionnaires.definition import Item, ItemType
from questionnaires.response import Answers
from scoring.inputs import Input
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import MOST_SCORES

FIRST_ANSWER: Final = MOST_SCORES + 1
"""The number of a definition's first item: those of scores end before it."""


@dataclass(frozen=True, slots=True)
class SignificantAnswer:
    """A question whose answer is an Observation. `number`: by its place in the definition, which never changes."""

    number: int
    item: Item


def significant_answers(rulebook: Rulebook) -> tuple[SignificantAnswer, ...]:
    """The significant questions of a questionnaire, in its order.

    A question is significant where it asks for a concept, where a score rests on it directly, or where an alert rule
    watches it; and where no score's Observation says its answer already (`said_by`). Never significant: what a patient
    writes in their own words, topics for the conversation that no alert rule watches, lists of anything but options.
    """
    said = {link_id for bound in rulebook.rules.values() for link_id in said_by(bound)}
    direct = {source.name for bound in rulebook.rules.values() for source in bound.inputs if source.item}
    watched = {watch.on for watch in rulebook.item_watches}
    found: list[SignificantAnswer] = []
    for place, reach in enumerate(rulebook.questionnaire.reaches):
        item = reach.item
        asks = item.concept is not None and item.link_id not in rulebook.topics
        counts = item.link_id in watched or item.link_id in direct or asks
        if counts and item.link_id not in said and _can_be_observed(item):
            found.append(SignificantAnswer(FIRST_ANSWER + place, item))
    return tuple(found)


def said_by(bound: BoundRule) -> frozenset[str]:
    """The link ids whose answer the score's own Observation says: as its value, or as one of its components."""
    components = {item.link_id for item in bound.items if item.attribute}
    return frozenset(components | {source.name for source in bound.inputs if _is_the_value(bound, source)})


def members(bound: BoundRule, rulebook: Rulebook) -> tuple[int, ...]:
    """The numbers of the Observations that a score is made of: its input scores, and its input items as far as its own
    Observation does not say them. An item that another score's Observation says is a member as that score.
    """
    by_answer = {answer.item.link_id: answer.number for answer in significant_answers(rulebook)}
    by_value = {
        source.name: other.rule.number
        for other in tuple(rulebook.rules.values())[::-1]  # of several, the first one
        for source in other.inputs
        if _is_the_value(other, source)
    }
    own = said_by(bound)
    found: list[int] = []
    for source in bound.inputs:
        if source.item is None:
            found.append(rulebook.rules[source.name].rule.number)
        elif source.name not in own:
            found.append((by_value | by_answer)[source.name])
    return tuple(found)


def given(rulebook: Rulebook, answers: Answers) -> Mapping[int, str]:
    """Number -> code, for every Observation of a response: all its scores, and the significant answers that it has."""
    scores = {bound.rule.number: name for name, bound in rulebook.rules.items()}
    return scores | dict(_given_answers(rulebook, answers))


def _given_answers(rulebook: Rulebook, answers: Answers) -> Iterator[tuple[int, str]]:
    for answer in significant_answers(rulebook):
        if answer.item.link_id in answers:
            yield answer.number, answer.item.link_id


def _is_the_value(bound: BoundRule, source: Input) -> bool:
    """Whether the score is this input's answer, unchanged (as `scoring.engine` publishes it)."""
    as_answered = bound.operator.gives_the_answer and bound.rule.decimals is None
    return as_answered and source.item is not None and not source.is_reversed


def _can_be_observed(item: Item) -> bool:
    return item.is_question and item.type is not ItemType.TEXT and (item.type is ItemType.CHOICE or not item.repeats)
