"""Binding a scoring version to the questionnaire versions that it scores, and every contradiction between them."""

from collections.abc import Mapping
from dataclasses import dataclass

from questionnaires.catalogue import Instrument
from questionnaires.definition import Item, Questionnaire
from questionnaires.digests import canonical, digest
from questionnaires.errors import FileProblem
from questionnaires.shapes import advise
from questionnaires.strict_yaml import Document, Path
from scoring.alert_binding import watch_problems, watched
from scoring.dependencies import in_order_of_need
from scoring.inputs import Input, can_be_scored, range_of
from scoring.operators import OPERATORS, Operands
from scoring.rounding import exact_of
from scoring.rule_contradictions import band_contradictions, result_contradictions, rule_contradictions
from scoring.rulebook import BoundRule, Rulebook, Watch
from scoring.rules import AlertsFile, ScoreKind, ScoreRule, ScoringFile
from scoring.tables import AnyTable


@dataclass(frozen=True, slots=True)
class ScoringSource:
    """The parsed files of one scoring version."""

    file: ScoringFile
    document: Document
    alerts: AlertsFile
    alerts_document: Document
    tables: Mapping[str, AnyTable]

    @property
    def digest(self) -> str:
        """Of the rules, the alert rules and every cell of the tables."""
        tables = {name: table.digest_form for name, table in self.tables.items()}
        return digest({"scoring": canonical(self.file), "alerts": canonical(self.alerts), "tables": tables})


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
        for position, alert in enumerate(self.source.alerts.rules):
            # Triggers name their rule, and a comparison of versions finds it by its name.
            if any(other.name == alert.name for other in self.source.alerts.rules[:position]):
                text = f"the name '{alert.name}' is given to an earlier alert rule"
                self.problem(("rules", position, "name"), text, in_alerts=True)
        self.check_references()
        for name in self.source.tables.keys() - {rule.table for rule in file.scores}:
            self.problem(("scores",), f"no score uses the table '{name}'")

    def check_references(self) -> None:
        """Every rule, band, threshold and alert names a source that exists."""
        for position, rule in enumerate(self.source.file.scores):
            path: Path = ("scores", position)
            self.check_reference(rule.reference, (*path, "reference"))
            if rule.bands_reference:
                self.check_reference(rule.bands_reference, (*path, "bands_reference"))
            if rule.meaningful_change:
                self.check_reference(rule.meaningful_change.reference, (*path, "meaningful_change", "reference"))
        for position, entry in enumerate(self.source.file.item_bands):
            self.check_reference(entry.reference, ("item_bands", position, "reference"))
        for position, alert in enumerate(self.source.alerts.rules):
            self.check_reference(alert.reference, ("rules", position, "reference"), in_alerts=True)

    def check_reference(self, key: str, path: Path, *, in_alerts: bool = False) -> None:
        if key not in self.instrument.references:
            hint = advise(key, tuple(self.instrument.references))
            self.problem(path, f"references.yaml has no '{key}': {hint}", in_alerts=in_alerts)

    def rulebook(self, questionnaire: Questionnaire) -> Rulebook:
        """The rulebook for one version. What cannot be bound is a problem and is left out."""
        file = self.source.file
        ordered, circles = in_order_of_need(file.scores, {reach.item.link_id for reach in questionnaire.reaches})
        for position, text in circles:
            self.problem(("scores", position, "inputs"), text)
        rules: dict[str, BoundRule] = {}
        for rule in ordered:
            bound = self.rule(rule, questionnaire, file.scores.index(rule), rules)
            if bound is not None:
                rules[rule.name] = bound
        self.check_every_item_is_accounted_for(questionnaire)
        self.check_item_bands(questionnaire)
        item_watches, score_watches = self.watches(questionnaire)
        return Rulebook(
            questionnaire=questionnaire,
            version=file.version,
            digest=self.source.digest,
            rules=rules,
            item_watches=item_watches,
            score_watches=score_watches,
            comparable=frozenset({questionnaire.version, *file.comparable_definitions}),
            topics=file.topics,
            references=self.instrument.references,
            item_bands=file.item_bands,
        )

    def rule(
        self, rule: ScoreRule, questionnaire: Questionnaire, position: int, earlier: Mapping[str, BoundRule]
    ) -> BoundRule | None:
        path: Path = ("scores", position)
        operator = OPERATORS.get(rule.operator)
        if operator is None:
            hint = advise(rule.operator, tuple(OPERATORS))
            self.problem((*path, "operator"), f"there is no operator '{rule.operator}': {hint}")
        inputs = [self.input(name, rule, questionnaire, (*path, "inputs"), earlier) for name in rule.inputs]
        beside = rule.answered_share.of if rule.answered_share else ()
        asked = [self.question(name, questionnaire, (*path, "answered_share", "of")) for name in beside]
        table = self.source.tables.get(rule.table or "")
        known = [source for source in inputs if source is not None]
        if operator is None or len(known) < len(inputs) or None in asked:
            return None
        if rule.table is not None and table is None:
            hint = advise(rule.table, tuple(self.source.tables))
            self.problem((*path, "table"), f"there is no table '{rule.table}': {hint}")
            return None
        items: dict[str, Item] = {}
        for source in known:
            below = (source.item,) if source.item else earlier[source.name].items
            items.update((item.link_id, item) for item in below)
        bound = BoundRule(
            rule=rule,
            operator=operator,
            operands=Operands(tuple(known), table, rule.at_least, rule.start),
            policy=rule.policy,
            items=tuple(items.values()),
            asked_beside=tuple(item for item in asked if item is not None),
        )
        contradictions = list(rule_contradictions(bound, questionnaire))
        # The result of a rule that contradicts itself cannot be foreseen.
        contradictions += result_contradictions(bound) if not contradictions else ()
        for text in contradictions:
            self.problem(path, f"score '{rule.name}': {text}")
        return bound

    def input(
        self,
        name: str,
        rule: ScoreRule,
        questionnaire: Questionnaire,
        path: Path,
        earlier: Mapping[str, BoundRule],
    ) -> Input | None:
        """An item of the questionnaire; where it has none of that name, a score of this file."""
        turned = name in rule.reverse
        if questionnaire.item(name) is None and any(other.name == name for other in self.source.file.scores):
            # One that could not be bound, or that stands in a circle, is a problem already.
            below = earlier.get(name)
            if below is None:
                return None
            if below.rule.kind is ScoreKind.STATE:
                self.problem(path, f"'{name}' is a state: no score can rest on it")
                return None
            low, high = (exact_of(end) for end in below.rule.range)
            return Input(name, None, low, high, turned)
        item = self.question(name, questionnaire, path)
        if item is None:
            return None
        ends = range_of(item)
        if ends is None:
            lacks = "an option with a weight" if item.options else "a minimum and a maximum"
            self.problem(path, f"'{name}' needs {lacks}, so that its scores have a range")
            return None
        return Input(name, item, *ends, turned)

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

    def check_item_bands(self, questionnaire: Questionnaire) -> None:
        for position, entry in enumerate(self.source.file.item_bands):
            path: Path = ("item_bands", position)
            for link_id in entry.items:
                item = self.question(link_id, questionnaire, (*path, "items"))
                ends = range_of(item) if item else None
                for text in band_contradictions(entry.bands, ends) if ends else ():
                    self.problem((*path, "bands"), f"'{link_id}': {text}")

    def watches(self, questionnaire: Questionnaire) -> tuple[tuple[Watch, ...], tuple[Watch, ...]]:
        """What the alert rules watch: items, and scores."""
        items: list[Watch] = []
        scores: list[Watch] = []
        for position, rule in enumerate(self.source.alerts.rules):
            on_items, on_scores = watched(rule, questionnaire, self.source.file.scores)
            for text in watch_problems(rule, questionnaire, self.source.file.scores):
                self.problem(("rules", position), f"alert rule '{rule.name}': {text}", in_alerts=True)
            items.extend(Watch(rule, item.link_id, rule.concept or item.concept or item.link_id) for item in on_items)
            scores.extend(Watch(rule, score.name, rule.concept or score.concept) for score in on_scores)
        return tuple(items), tuple(scores)
