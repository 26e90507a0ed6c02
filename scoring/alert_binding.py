"""What the rules of `alerts.yaml` watch in a questionnaire and its scores, and what they say against them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from questionnaires.definition import Item, Questionnaire
from questionnaires.shapes import advise
from scoring.inputs import can_be_scored, range_of
from scoring.rules import AlertCondition, AlertRule, ScoreKind, ScoreRule
from scoring.score import Exact


def watched(
    rule: AlertRule, questionnaire: Questionnaire, scores: Sequence[ScoreRule]
) -> tuple[tuple[Item, ...], tuple[ScoreRule, ...]]:
    """The items and the scores that a rule watches."""
    named = {rule.item, *rule.items}
    items = (i for i in questionnaire.questions if i.link_id in named or i.attribute in rule.attributes)
    of_kind = (s for s in scores if s.name == rule.score or (rule.scores is not None and s.kind is rule.scores))
    return tuple(items), tuple(of_kind)


def watch_problems(rule: AlertRule, questionnaire: Questionnaire, scores: Sequence[ScoreRule]) -> Iterator[str]:
    """What a rule says against the items and scores that it names."""
    items, of_kind = watched(rule, questionnaire, scores)
    unknown = sorted({name for name in (rule.item, *rule.items) if name} - {item.link_id for item in items})
    for link_id in unknown:
        yield _no_question(link_id, questionnaire)
    if rule.score is not None and not of_kind:
        yield _no_score(rule.score, scores)
    elif not items and not of_kind and not unknown:
        yield f"it watches nothing in definition {questionnaire.version}"
    for item in items:
        yield from _problems_of_item(item, rule.equals)
        yield from _unreachable(rule, item.link_id, range_of(item))
    for score in of_kind:
        yield from _problems_of_score(score, rule.equals)
        yield from _unreachable(rule, score.name, score.range)
    for when in rule.and_when:
        yield from _problems_of_condition(when, questionnaire, scores)


def _problems_of_condition(
    when: AlertCondition, questionnaire: Questionnaire, scores: Sequence[ScoreRule]
) -> Iterator[str]:
    if when.item is not None:
        item = questionnaire.item(when.item)
        if item is None or not item.is_question:
            yield _no_question(when.item, questionnaire)
        else:
            yield from _problems_of_item(item, when.equals)
            yield from _unreachable(when, item.link_id, range_of(item))
    else:
        score = next((score for score in scores if score.name == when.score), None)
        if score is None:
            yield _no_score(when.score or "", scores)
        else:
            yield from _problems_of_score(score, when.equals)
            yield from _unreachable(when, score.name, score.range)


def _unreachable(
    rule: AlertRule | AlertCondition, on: str, ends: tuple[Exact | Decimal, Exact | Decimal] | None
) -> Iterator[str]:
    """A threshold that no value reaches is an alert that is never raised: most likely a slip of the pen."""
    if ends is None:
        return
    low, high = (Fraction(end) for end in ends)
    if rule.at_least is not None and rule.at_least > high:
        yield f"'{on}' never reaches {rule.at_least}"
    if rule.at_most is not None and rule.at_most < low:
        yield f"'{on}' is never as low as {rule.at_most}"
    changes = (rule.rise_of, rule.fall_of) if isinstance(rule, AlertRule) else ()
    if any(change is not None and change > high - low for change in changes):
        yield f"'{on}' never changes by so much"


def _problems_of_item(item: Item, code: str | None) -> Iterator[str]:
    if code is not None:
        if code not in item.option_by_code:
            yield f"'{code}' is no option of '{item.link_id}': {advise(code, tuple(item.option_by_code))}"
    elif not can_be_scored(item):
        yield f"'{item.link_id}' gives no number to compare"


def _problems_of_score(score: ScoreRule, code: str | None) -> Iterator[str]:
    if code is not None:
        yield f"'{score.name}' is a score: it has no option code, use at_least or at_most"
    elif score.kind is ScoreKind.STATE:
        yield f"'{score.name}' is a state: it gives no number to compare"


def _no_question(link_id: str, questionnaire: Questionnaire) -> str:
    hint = advise(link_id, tuple(question.link_id for question in questionnaire.questions))
    return f"definition {questionnaire.version} has no question '{link_id}': {hint}"


def _no_score(name: str, scores: Sequence[ScoreRule]) -> str:
    return f"there is no score '{name}': {advise(name, tuple(score.name for score in scores))}"
