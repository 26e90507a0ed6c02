"""An alert as sentences in the reader's language: what each rule saw, against what, and where the rule comes from."""

from dataclasses import dataclass

from babel.lists import format_list
from babel.numbers import format_decimal

from app.services.evaluation import Basis
from app.wording import Wording
from questionnaires.definition import Item
from questionnaires.instrument_files import Reference
from questionnaires.translations import Text
from scoring.alerts import Alert, Trigger
from scoring.history import ResponseRef
from scoring.rulebook import Rulebook
from scoring.rules import AlertRule
from scoring.score import Number


@dataclass(frozen=True, slots=True)
class Reason:
    """One trigger with its evidence: the response that a change was seen against, the rule's source, a sentence.

    `reference` is the key of the source in the instrument's references, `source` what stands there; both are None
    where the scoring version does not know the rule any more, which only an instrument in the making can bring about.
    """

    trigger: Trigger
    compared_with: ResponseRef | None
    reference: str | None
    source: Reference | None
    sentence: str


@dataclass(frozen=True, slots=True)
class AlertInWords:
    """An alert with a reason for each of its triggers."""

    alert: Alert
    reasons: tuple[Reason, ...]


def alert_in_words(alert: Alert, basis: Basis, text: Text | None, wording: Wording) -> AlertInWords:
    """Every trigger of an alert with its evidence.

    `text` gives the questionnaire's own words; without it (wording that a centre has not loaded) names stand instead.
    """
    sentences = _Sentences(basis, text, wording)
    return AlertInWords(alert, tuple(sentences.reason(trigger) for trigger in alert.triggers))


class _Sentences:
    def __init__(self, basis: Basis, text: Text | None, wording: Wording) -> None:
        self.basis = basis
        self.questionnaire = basis.rulebook.questionnaire
        self.text = text
        self.wording = wording

    def say(self, key: str, **parts: object) -> str:
        return self.wording.say(f"alert.{key}", **parts)

    def reason(self, trigger: Trigger) -> Reason:
        rule = _rule_of(self.basis.rulebook, trigger)
        return Reason(
            trigger=trigger,
            compared_with=self.basis.compared_with.get(trigger.since) if trigger.since else None,
            reference=rule.reference if rule else None,
            source=self.basis.rulebook.references.get(rule.reference) if rule else None,
            sentence=self.sentence(trigger, rule),
        )

    def sentence(self, trigger: Trigger, rule: AlertRule | None) -> str:
        sentence = self.fired(trigger, rule)
        if trigger.and_seen:
            scores = {when.score for when in rule.and_when} if rule else set()
            others = [self.seen(also.on, also.value, also.on in scores) for also in trigger.and_seen]
            listed = format_list(others, locale=self.wording.language)
            sentence = self.say("together", reason=sentence, others=listed)
        if rule is not None and rule.during_treatment and self.basis.on_treatment is None:
            return self.say("treatment_not_known", reason=sentence)
        return sentence

    def fired(self, trigger: Trigger, rule: AlertRule | None) -> str:
        """What was seen, and what about it made the rule fire."""
        value, previous = trigger.value, trigger.previous
        seen = self.seen(trigger.on, value, rule is not None and (rule.score or rule.scores) is not None)
        if trigger.since is not None and previous is not None and not isinstance(value, str):
            change = value - previous
            return self.say(
                "rise" if change > 0 else "fall",
                seen=seen,
                change=self.number(change if change > 0 else -change),
                since=self.say(f"since_{trigger.since.value}"),
                previous=self.number(previous),
                value=self.number(value),
            )
        if rule is not None and rule.at_least is not None:
            return self.say("at_least", seen=seen, bound=self.number(rule.at_least))
        if rule is not None and rule.at_most is not None:
            return self.say("at_most", seen=seen, bound=self.number(rule.at_most))
        return seen

    def seen(self, on: str, value: Number | str, of_score: bool) -> str:
        """An item or a score, and the value that it had."""
        item = None if of_score else self.questionnaire.item(on)
        if isinstance(value, str):
            return self.say("seen", what=self.question(on), value=self.answer(item, value))
        number = self.number(value)
        if item is None:
            return self.say("seen", what=self.score(on), value=number)
        what = self.measured(item)
        if item.unit and item.unit not in what:
            number = self.say("amount", number=number, unit=item.unit)
        chosen = next((option.code for option in item.options if option.weight == value), None)
        if chosen is not None and item.attribute is None and self.text is not None:
            number = self.say("graded", answer=self.answer(item, chosen), number=number)
        return self.say("seen", what=what, value=number)

    def score(self, name: str) -> str:
        bound = self.basis.rulebook.rules.get(name)
        words = self.text.score_name(name, bound.rule.concept if bound else "") if self.text else None
        return self.say("name", name=words or name)

    def measured(self, item: Item) -> str:
        """What a number is of: the concept's words are shorter than the question's, where they say the same."""
        concept = self.text.concepts.get(item.concept or "") if self.text else None
        if concept is None or (item.options and item.attribute is None):
            return self.question(item.link_id)
        if item.attribute is None:
            return self.say("name", name=concept)
        aspect = self.say(f"aspect_{item.attribute.value}")
        return self.say("name", name=self.say("aspect", concept=concept, aspect=aspect))

    def question(self, link_id: str) -> str:
        words = self.text.items.get(link_id) if self.text else None
        return words or self.say("name", name=link_id)

    def answer(self, item: Item | None, code: str) -> str:
        return (self.text.option(item, code) if self.text and item else None) or code

    def number(self, value: Number) -> str:
        return str(format_decimal(value, format="#,##0.######", locale=self.wording.language))


def _rule_of(rulebook: Rulebook, trigger: Trigger) -> AlertRule | None:
    watches = (*rulebook.item_watches, *rulebook.score_watches)
    return next((w.rule for w in watches if (w.rule.name, w.on) == (trigger.rule, trigger.on)), None)
