"""Binding a scoring version to the questionnaire versions that it scores, and every contradiction between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from questionnaires.catalogue import Instrument
from questionnaires.definition import Item, Questionnaire
from questionnaires.digests import canonical, digest
from questionnaires.errors import FileProblem
from questionnaires.shapes import advise
from questionnaires.strict_yaml import Document, Path
from scoring.inputs import can_be_scored
from scoring.operators import OPERATORS
from scoring.rulebook import BoundRule, Rulebook, Watch
from scoring.rules import AlertRule, AlertsFile, Direction, MissingPolicy, ScoreKind, ScoreRule, ScoringFile
from scoring.tables import Table


@dataclass(frozen=True, slots=True)
class ScoringSource:
    """The parsed files of one scoring version."""

    file: ScoringFile
    document: Document
    alerts: AlertsFile
    alerts_document: Document
    tables: Mapping[str, Table]

    @property
    def digest(self) -> str:
        """Of the rules, the alert rules and every cell of the tables."""
        cells = {
            name: [list(table.columns), sorted([*key, value] for key, value in table.cells.items())]
            for name, table in self.tables.items()
        }
        return digest({"scoring": canonical(self.file), "alerts": canonical(self.alerts), "tables": cells})


def bind(source: ScoringSource, instrument: Instrument) -> tuple[Rulebook, ...] | tuple[FileProblem, ...]:
    """One rulebook for every definition version that the scoring version names, or all the problems."""
    binder = _Binder(source, instrument)
    binder.check_file()
    versions = [v for v in source.file.definitions if v in instrument.versions]
    rulebooks = tuple(binder.rulebook(instrument.versions[version]) for version in versions)
    return tuple(sorted(set(binder.problems))) if binder.problems else rulebooks


class _Binder:
    def __init__(self, source: ScoringSource, instrument: Instrument) -> None:
        self.source = source
        self.instrument = instrument
        self.problems: list[FileProblem] = []

    def problem(self, path: Path, text: str, *, in_alerts: bool = False) -> None:
        document = self.source.alerts_document if in_alerts else self.source.document
        self.problems.append(FileProblem(document.file, document.line_of(path), text))

    def check_file(self) -> None:
        """What can be seen without a questionnaire: versions, numbers, names, references, unused tables."""
        file = self.source.file
        known = tuple(self.instrument.versions)
        for key, named in (("definitions", file.definitions), ("comparable_definitions", file.comparable_definitions)):
            for version in (version for version in named if version not in known):
                self.problem((key,), f"there is no definition {version}: {advise(version, known)}")
        for position, rule in enumerate(file.scores):
            path: Path = ("scores", position)
            for key, value in (("number", rule.number), ("name", rule.name)):
                if any(getattr(other, key) == value for other in file.scores[:position]):
                    self.problem((*path, key), f"the {key} '{value}' is given to an earlier score")
            self.check_reference(rule.reference, (*path, "reference"))
            if rule.meaningful_change:
                self.check_reference(rule.meaningful_change.reference, (*path, "meaningful_change", "reference"))
        for position, alert in enumerate(self.source.alerts.rules):
            self.check_reference(alert.reference, ("rules", position, "reference"), in_alerts=True)
        for name in self.source.tables.keys() - {rule.table for rule in file.scores}:
            self.problem(("scores",), f"no score uses the table '{name}'")

    def check_reference(self, key: str, path: Path, *, in_alerts: bool = False) -> None:
        if key not in self.instrument.references:
            hint = advise(key, tuple(self.instrument.references))
            self.problem(path, f"references.yaml has no '{key}': {hint}", in_alerts=in_alerts)

    def rulebook(self, questionnaire: Questionnaire) -> Rulebook:
        """The rulebook for one version. What cannot be bound is a problem and is left out."""
        bound = (self.rule(rule, questionnaire, n) for n, rule in enumerate(self.source.file.scores))
        rules = {found.rule.name: found for found in bound if found is not None}
        self.check_every_item_is_accounted_for(questionnaire)
        item_watches, score_watches = self.watches(questionnaire)
        return Rulebook(
            questionnaire=questionnaire,
            version=self.source.file.version,
            digest=self.source.digest,
            rules=rules,
            item_watches=item_watches,
            score_watches=score_watches,
            comparable=frozenset({questionnaire.version, *self.source.file.comparable_definitions}),
            topics=self.source.file.topics,
            references=self.instrument.references,
        )

    def rule(self, rule: ScoreRule, questionnaire: Questionnaire, position: int) -> BoundRule | None:
        path: Path = ("scores", position)
        operator = OPERATORS.get(rule.operator)
        if operator is None:
            hint = advise(rule.operator, tuple(OPERATORS))
            self.problem((*path, "operator"), f"there is no operator '{rule.operator}': {hint}")
        items = [item for link_id in rule.inputs if (item := self.question(link_id, questionnaire, (*path, "inputs")))]
        table = self.source.tables.get(rule.table or "")
        if operator is None or len(items) < len(rule.inputs):
            return None
        if len(items) > operator.max_inputs:
            self.problem((*path, "inputs"), f"'{operator.name}' takes at most {operator.max_inputs} input(s)")
        if operator.needs_table != (rule.table is not None):
            wants = "needs a table" if operator.needs_table else "takes no table"
            self.problem((*path, "table"), f"'{operator.name}' {wants}")
        elif rule.table is not None and table is None:
            hint = advise(rule.table, tuple(self.source.tables))
            self.problem((*path, "table"), f"there is no table '{rule.table}': {hint}")
        bound = BoundRule(rule, operator, tuple(items), table)
        for text in (*_rule_contradictions(bound), *_result_contradictions(bound)):
            self.problem(path, f"score '{rule.name}': {text}")
        return bound

    def question(self, link_id: str, questionnaire: Questionnaire, path: Path) -> Item | None:
        item = questionnaire.item(link_id)
        if item is None or not item.is_question:
            hint = advise(link_id, tuple(question.link_id for question in questionnaire.questions))
            self.problem(path, f"definition {questionnaire.version} has no question '{link_id}': {hint}")
            return None
        if not can_be_scored(item):
            self.problem(path, f"'{link_id}' gives no number: a choice needs a weight on every option, and no repeats")
            return None
        return item

    def check_every_item_is_accounted_for(self, questionnaire: Questionnaire) -> None:
        file = self.source.file
        used = {link_id for rule in file.scores for link_id in rule.inputs}
        known = {item.link_id for item in questionnaire.questions}
        for link_id in sorted(known - used - set(file.not_scored)):
            self.problem(("not_scored",), f"no score uses '{link_id}': add it to a score, or to not_scored")
        for link_id in sorted(set(file.not_scored) & used):
            self.problem(("not_scored",), f"'{link_id}' is listed as not scored, but a score uses it")
        for key, listed in (("not_scored", file.not_scored), ("topics", file.topics)):
            for link_id in sorted(set(listed) - known):
                self.problem((key,), f"definition {questionnaire.version} has no question '{link_id}'")

    def watches(self, questionnaire: Questionnaire) -> tuple[tuple[Watch, ...], tuple[Watch, ...]]:
        """What the alert rules watch: items, and scores."""
        items: list[Watch] = []
        scores: list[Watch] = []
        for position, rule in enumerate(self.source.alerts.rules):
            path: Path = ("rules", position)
            watched = list(_watched_items(rule, questionnaire))
            watched_scores = [score for score in self.source.file.scores if score.kind is rule.scores]
            problems = [text for item in watched for text in _watch_contradictions(rule, item)]
            if not watched and not watched_scores:
                problems.append(f"it watches nothing in definition {questionnaire.version}")
            if watched_scores and rule.at_least is None:
                problems.append("a rule on scores fires on at_least")
            for text in problems:
                self.problem(path, f"alert rule '{rule.name}': {text}", in_alerts=True)
            items.extend(Watch(rule, item.link_id, rule.concept or item.concept or item.link_id) for item in watched)
            scores.extend(Watch(rule, score.name, rule.concept or score.concept) for score in watched_scores)
        return tuple(items), tuple(scores)


def _rule_contradictions(bound: BoundRule) -> Iterator[str]:
    """What the rule says against itself or its items."""
    rule, items = bound.rule, bound.items
    low, high = rule.range
    if low >= high:
        yield "the range goes from the lowest to the highest value"
    if rule.kind is not ScoreKind.SCALE and rule.higher_is is not Direction.WORSE:
        yield f"a {rule.kind.value} is worse where it is higher: another score is of the kind scale"
    if rule.missing is MissingPolicy.ZERO_IF_LEAD_ZERO and len(items) < 2:
        yield "the policy zero_if_lead_zero needs a lead and at least one follow-up"
    strangers = [item.link_id for item in items if item.concept not in (None, rule.concept)]
    if strangers:
        yield f"it measures '{rule.concept}', but {', '.join(strangers)} ask another concept"


def _result_contradictions(bound: BoundRule) -> Iterator[str]:
    """Where an answer would have no result, or one outside the rule's range."""
    table, items = bound.table, bound.items
    low, high = bound.rule.range
    if table is None:
        if not bound.operator.needs_table:
            yield from (text for item in items for text in _outside(item, low, high))
        return
    attributes = tuple(item.attribute.value if item.attribute else item.link_id for item in items)
    if len(table.columns) != len(items) or any(a != c for a, c in zip(attributes, table.columns, strict=False)):
        yield f"table '{table.name}' has the columns {', '.join(table.columns)}, the inputs are {', '.join(attributes)}"
        return
    weights = [[option.weight for option in item.options if option.weight is not None] for item in items]
    whole = [sorted(weight for weight in of_item if isinstance(weight, int)) for of_item in weights]
    if any(len(kept) < len(of_item) or not kept for kept, of_item in zip(whole, weights, strict=True)):
        yield "a lookup reads choices with whole weights"
        return
    holes = table.holes(whole)
    if holes:
        shown = "; ".join(", ".join(map(str, hole)) for hole in holes[:5])
        yield f"table '{table.name}' has no row for {len(holes)} combination(s): {shown}"
    outside = sorted({value for value in table.cells.values() if not low <= value <= high})
    if outside:
        yield f"table '{table.name}' gives {', '.join(map(str, outside))}, outside the range {low} to {high}"


def _outside(item: Item, low: Decimal, high: Decimal) -> Iterator[str]:
    """Where an item's own number may lie outside a score's range."""
    weights = [option.weight for option in item.options if option.weight is not None]
    lowest, highest = (min(weights), max(weights)) if weights else (item.minimum, item.maximum)
    if lowest is None or highest is None:
        yield f"'{item.link_id}' needs a minimum and a maximum, so that it stays within {low} to {high}"
    elif lowest < low or highest > high:
        yield f"'{item.link_id}' goes from {lowest} to {highest}, outside the range {low} to {high}"


def _watched_items(rule: AlertRule, questionnaire: Questionnaire) -> Iterator[Item]:
    for item in questionnaire.questions:
        if item.link_id == rule.item or item.attribute in rule.attributes:
            yield item


def _watch_contradictions(rule: AlertRule, item: Item) -> Iterator[str]:
    if rule.equals is not None:
        if rule.equals not in item.option_by_code:
            yield f"'{rule.equals}' is no option of '{item.link_id}': {advise(rule.equals, tuple(item.option_by_code))}"
    elif not can_be_scored(item):
        yield f"'{item.link_id}' gives no number to compare"
