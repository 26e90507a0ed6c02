"""What every Observation of one score or one answer has in common, whoever answered: built once, and shared.

A page holds hundreds of Observations of a few dozen rules. Whatever does not depend on the response (codes, words,
sources, options) is built once for a rulebook and its words; resources share it, so nobody may change one in place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fhir_export import systems
from fhir_export.artefacts import definition_and_scoring
from fhir_export.encoding import Resource
from fhir_export.measures import unit_of, vital_sign
from fhir_export.phrases import Phrase, say
from fhir_export.significant_answers import SignificantAnswer, members, said_by, significant_answers
from fhir_export.typed_values import option_coding, ordinal
from questionnaires.definition import Item, Questionnaire
from questionnaires.response import Absence
from questionnaires.translations import Text
from scoring.missing import Reason
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import AlertSeverity, ScoreKind, ScoreRule
from scoring.score import NoValue

# Why somebody left an open question out is not known, so `unknown`, never `asked-declined`.
_ABSENCES: Final[Mapping[Reason, str]] = {
    Absence.SKIPPED: "unknown",
    Absence.DECLINED: "asked-declined",
    Absence.HIDDEN: "not-asked",
    NoValue.NO_GRADE: "not-applicable",
    NoValue.TOO_FEW_ANSWERED: "unknown",
}
# v3-ObservationInterpretation has two degrees of abnormal; our own code beside it tells routine from soon.
_INTERPRETATIONS: Final[Mapping[AlertSeverity, str]] = {
    AlertSeverity.ROUTINE: "A",
    AlertSeverity.SOON: "A",
    AlertSeverity.URGENT: "AA",
}
_SURVEY: Final[Resource] = {"coding": [{"system": systems.CATEGORY, "code": "survey", "display": "Survey"}]}
_VITAL: Final[Resource] = {"coding": [{"system": systems.CATEGORY, "code": "vital-signs", "display": "Vital Signs"}]}
_PERCENTAGES: Final = frozenset({"percent_loss", "percent_gain"})
_MOST_REMEMBERED: Final = 256


def absent(code: str) -> Resource:
    """The element that says why there is no value. `code` is of data-absent-reason."""
    return {"dataAbsentReason": {"coding": [{"system": systems.DATA_ABSENT_REASON, "code": code}]}}


ABSENT: Final[Mapping[Reason, Resource]] = {reason: absent(code) for reason, code in _ABSENCES.items()}
"""Why there is no value -> the element that says so."""


@dataclass(frozen=True, slots=True)
class Input:
    """One item as Observations show it. `chosen`: option code -> its value, or that the patient declined."""

    item: Item
    code: Resource
    chosen: Mapping[str, Resource]
    unit: Resource


@dataclass(frozen=True, slots=True)
class Parts:
    """The constant parts of one Observation."""

    number: int
    code: Resource
    category: Sequence[Resource]


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """Those of a score. `says`: the names under which alerts are raised on what it says; `members` are numbers."""

    head: Parts
    rule: ScoreRule
    unit: Resource
    method: Resource
    says: tuple[str, ...]
    components: tuple[Input, ...]
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnswerParts:
    """Those of a significant answer. `concept`: the one whose alerts it shows, None where a score shows them."""

    head: Parts
    input: Input
    concept: str | None


@dataclass(frozen=True, slots=True)
class RulebookParts:
    """Those of all Observations of a rulebook in one language."""

    extension: Sequence[Resource]
    scores: tuple[ScoreParts, ...]
    answers: tuple[AnswerParts, ...]
    interpretations: Mapping[AlertSeverity, Sequence[Resource]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the constant parts depend on: the rules, the words (None where there are none), the language."""

    rulebook: Rulebook
    text: Text | None
    language: str
    is_restricted: bool

    def __hash__(self) -> int:
        """By the digests of what was published: it would take long to go through the rules."""
        questionnaire = self.rulebook.questionnaire
        words = self.text.digest if self.text else None
        return hash((questionnaire.canonical, self.rulebook.digest, words, self.language, self.is_restricted))


@lru_cache(maxsize=_MOST_REMEMBERED)
def parts_of(shown: Shown) -> RulebookParts:
    """The constant parts, built when they are asked for first."""
    return _Building(shown).parts()


def score_code(questionnaire: Questionnaire, name: str, words: str | None, *others: Resource) -> Resource:
    """A score's own code, with other codings beside it and the words that it is shown with."""
    own: Resource = {"system": systems.scores(questionnaire), "code": name}
    if words is None:
        return {"coding": [own, *others]}
    return {"coding": [own | {"display": words}, *others], "text": words}


def item_code(questionnaire: Questionnaire, item: Item, text: Text | None) -> Resource:
    """An item's own code, what it asks of its symptom, which vital sign it is, and the question's words."""
    coding = [{"system": systems.items(questionnaire), "code": item.link_id}]
    if item.attribute is not None:
        coding.append({"system": systems.attributes(questionnaire), "code": item.attribute.value})
    if (loinc := vital_sign(item)) is not None:
        coding.append(_loinc(loinc))
    code: Resource = {"coding": coding}
    words = text.items.get(item.link_id) if text else None
    return code | {"text": words} if words is not None else code


def category(item: Item | None) -> Sequence[Resource]:
    """Always a survey; a body weight or temperature is a vital sign besides (R4, vital signs profile)."""
    return [_SURVEY, _VITAL] if item is not None and vital_sign(item) else [_SURVEY]


class _Building:
    """The parts of one rulebook in one language, being built."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.rulebook = shown.rulebook
        self.questionnaire = shown.rulebook.questionnaire

    def parts(self) -> RulebookParts:
        levels = systems.alert_severities(self.questionnaire)
        return RulebookParts(
            extension=[definition_and_scoring(self.rulebook)],
            scores=tuple(self.score(bound) for bound in self.rulebook.rules.values()),
            answers=tuple(self.answer(answer) for answer in significant_answers(self.rulebook)),
            interpretations={
                level: [
                    {
                        "coding": [
                            {"system": systems.INTERPRETATION, "code": code},
                            {"system": levels, "code": level.value},
                        ]
                    }
                ]
                for level, code in _INTERPRETATIONS.items()
            },
        )

    def score(self, bound: BoundRule) -> ScoreParts:
        rule, text = bound.rule, self.shown.text
        says = said_by(bound)
        # An item without an attribute is the score itself (a scale of one question): it would say the number twice.
        components = tuple(self.input(item) for item in bound.items if item.attribute)
        itself = next((item for item in bound.items if item.link_id in says and not item.attribute), None)
        others = [_loinc(code) for code in (rule.loinc, itself and vital_sign(itself)) if code]
        words = text.score_name(rule.name, rule.concept) if text else None
        return ScoreParts(
            head=Parts(rule.number, score_code(self.questionnaire, rule.name, words, *others), category(itself)),
            rule=rule,
            unit=_unit_of_score(rule, itself),
            method={"text": self.method(rule)},
            says=(rule.name, *sorted(says)),
            components=components,
            members=members(bound, self.rulebook),
        )

    def answer(self, answer: SignificantAnswer) -> AnswerParts:
        item = answer.item
        code = item_code(self.questionnaire, item, self.shown.text)
        of_scores = {bound.rule.concept for bound in self.rulebook.rules.values()}
        return AnswerParts(
            head=Parts(answer.number, code, category(item)),
            input=self.input(item),
            concept=None if item.concept in of_scores else item.concept,
        )

    def input(self, item: Item) -> Input:
        chosen: dict[str, Resource] = {}
        for option in item.options:
            if option.opt_out:
                chosen[option.code] = ABSENT[Absence.DECLINED]
            else:
                coding = option_coding(self.questionnaire, item, option.code, self.shown.text)
                weight = {"extension": [ordinal(option.weight)]} if option.weight is not None else {}
                chosen[option.code] = {"valueCodeableConcept": {"coding": [weight | coding]}}
        return Input(item, item_code(self.questionnaire, item, self.shown.text), chosen, unit_of(item))

    def method(self, rule: ScoreRule) -> str:
        citation = self.rulebook.references[rule.reference].citation
        if rule.kind is not ScoreKind.COMPOSITE_GRADE:
            return citation
        said = [say(Phrase.COMPOSITE_METHOD, self.shown.language)]
        if not self.shown.is_restricted:  # Of questions in their owner's words it would be untrue.
            said.append(say(Phrase.LOCAL_WORDS, self.shown.language))
        return " ".join((*said, citation))


def _unit_of_score(rule: ScoreRule, itself: Item | None) -> Resource:
    """That of the item where the score is its answer; else its scale, since values compare only on the same scale."""
    unit = unit_of(itself) if itself is not None else {}
    if "code" in unit:
        return unit
    code = "%" if rule.operator in _PERCENTAGES else "{score}"
    return {"unit": rule.scale, "system": systems.UCUM, "code": code}


def _loinc(code: str) -> dict[str, str]:
    return {"system": systems.LOINC, "code": code}
