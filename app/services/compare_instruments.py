"""`vigie diff`: two versions of an instrument, and the clinical impact of everything that changed between them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from app.services.instrument_side import Form, NoSuchSide, ScoringForms, Side, read_side
from questionnaires.definition import Questionnaire
from questionnaires.definition_comparison import Stakes, compare_definitions
from questionnaires.differences import Difference, Impact, compare_forms, highest, shown
from questionnaires.differences import Path as FormPath
from questionnaires.text_comparison import compare_texts

# Keys of a score, of an alert rule and of their files that move no number and no alert. Every other key, one that is
# invented tomorrow included, counts as `scoring`; in an alert rule as `safety`.
_SOURCES = frozenset({"reference", "bands_reference"})
_OF_FILE = {"definitions": Impact.NONE, "not_scored": Impact.NONE, "topics": Impact.DISPLAY}
_WHICH_SCORING = frozenset({"instrument", "version", "scoring"})
_NO_WATCH = frozenset({"name", "concept", "severity", "reference"})
_RISES = frozenset({"rise_of", "fall_of"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every difference between two sides, the most serious first."""

    before: str
    after: str
    differences: tuple[Difference, ...]

    @property
    def impact(self) -> Impact:
        """The impact of the whole change: that of its most serious part."""
        return highest(difference.impact for difference in self.differences)


def compare_instruments(before: str, after: str, root: Path, canonical_base: str) -> Comparison:
    """Compare what two names stand for (`read_side` says which). Raises NoSuchSide, InstrumentInvalid."""
    old, new = (read_side(asked, root, canonical_base) for asked in (before, after))
    if old.part != new.part:
        text = f"'{before}' names a {old.part}, '{after}' a {new.part}: compare like with like"
        raise NoSuchSide(text)
    order = list(Impact)
    found = sorted(_differences(old, new), key=lambda difference: -order.index(difference.impact))
    return Comparison(before, after, tuple(found))


def _differences(old: Side, new: Side) -> Iterator[Difference]:
    computed = _Computed(old, new)
    if old.part in ("whole", "definition"):
        yield from compare_definitions(old.questionnaire, new.questionnaire, computed.stakes)
    if old.part in ("whole", "scoring"):
        yield from computed.differences()
    yield from compare_texts(old.texts, new.texts)
    for name in old.documents.keys() & new.documents.keys():
        yield from compare_forms(name, "", old.documents[name], new.documents[name], _impact_of_document)


class _Computed:
    """What both sides compute: scores, alert rules and tables, and the items that these rest on."""

    def __init__(self, old: Side, new: Side) -> None:
        self.sides = [side.scoring for side in (old, new) if side.scoring is not None]
        self.old, self.new = old.scoring, new.scoring
        questionnaires = (old.questionnaire, new.questionnaire)
        scores = [score for side in self.sides for score in side.file.get("scores", ())]
        rules = [rule for side in self.sides for rule in side.alerts.get("rules", ())]
        link_ids = {reach.item.link_id for version in questionnaires for reach in version.reaches}
        self.watched_scores = _watched_scores(rules, scores)
        self.compares_in_time = any(_RISES & rule.keys() for rule in rules)
        scored = {word for score in scores for word in _reads(score)} & link_ids
        watched = _watched_items(rules, questionnaires)
        watched |= {w for score in scores if score["name"] in self.watched_scores for w in _reads(score)} & link_ids
        # Where nothing is scored yet, nothing says that a change moves no score.
        self.stakes = Stakes.of(questionnaires, scored if self.sides else link_ids, watched)

    def differences(self) -> Iterator[Difference]:
        """The scoring files, the alert rules and the tables of both sides."""
        if self.old is None or self.new is None:
            if self.old is not self.new:
                was, now = (side.version if side else None for side in (self.old, self.new))
                yield Difference("scoring", "", "added" if self.new else "removed", was, now, Impact.SAFETY)
            return
        yield from self.file(self.old, self.new)
        scores = (_by_name(self.old.file["scores"]), _by_name(self.new.file["scores"]))
        yield from _named("scoring", *scores, self.weigh)
        rules = (_by_name(self.old.alerts["rules"]), _by_name(self.new.alerts["rules"]))
        yield from _named("alerts", *rules, lambda _: Impact.SAFETY)
        yield from self.tables(self.old, self.new)

    def file(self, old: ScoringForms, new: ScoringForms) -> Iterator[Difference]:
        """What a scoring file says outside of its scores, and an alert file outside of its rules."""

        def impact(path: FormPath) -> Impact:
            if path[0] == "comparable_definitions" and self.compares_in_time:
                return Impact.SAFETY
            return _OF_FILE.get(path[0], Impact.SCORING)

        yield from compare_forms("scoring", "", _rest(old.file, "scores"), _rest(new.file, "scores"), impact)
        rest = (_rest(old.alerts, "rules"), _rest(new.alerts, "rules"))
        yield from compare_forms("alerts", "", *rest, partial(_always, Impact.SAFETY))

    def tables(self, old: ScoringForms, new: ScoringForms) -> Iterator[Difference]:
        """Cell by cell, with the impact of the scores that look there."""
        for name in dict.fromkeys((*new.tables, *old.tables)):
            users = [s for side in (old, new) for s in side.file["scores"] if s.get("table") == name]
            impact = highest((Impact.SCORING, *(self.weigh(score["name"]) for score in users)))
            cells = (old.tables.get(name, {}), new.tables.get(name, {}))
            yield from compare_forms(f"table {name}", "", *cells, partial(_always, impact))

    def weigh(self, score: str) -> Impact:
        """What a change of a score means."""
        return Impact.SAFETY if score in self.watched_scores else Impact.SCORING


def _named(
    part: str, old: Mapping[str, Form], new: Mapping[str, Form], weigh: Callable[[str], Impact]
) -> Iterator[Difference]:
    """Scores or rules, matched by their names: those that came, those that went, and what changed in the others."""
    for name in dict.fromkeys((*new, *old)):
        impact = weigh(name)
        if name not in old or name not in new:
            was, now = shown(old.get(name)), shown(new.get(name))
            yield Difference(part, name, "added" if name in new else "removed", was, now, impact)
            continue

        def impact_of(path: FormPath, impact: Impact = impact) -> Impact:
            return Impact.NONE if path[-1] in _SOURCES else impact

        yield from compare_forms(part, name, old[name], new[name], impact_of)


def _always(impact: Impact, _path: FormPath) -> Impact:
    return impact


def _impact_of_document(path: FormPath) -> Impact:
    """Documents reach nobody who answers, except whether the words may be shown and who may be asked."""
    return Impact.DISPLAY if path[0] in ("redistribution", "respondents") else Impact.NONE


def _watched_items(rules: Iterable[Form], questionnaires: Iterable[Questionnaire]) -> set[str]:
    """The items that alert rules watch themselves: named by link id anywhere in a rule, or by their attribute."""
    rules = tuple(rules)
    named = {word for rule in rules for word in _words(_rest(rule, *_NO_WATCH, "attributes", "scores"))}
    attributes = {word for rule in rules for word in rule.get("attributes", ())}
    items = (reach.item for version in questionnaires for reach in version.reaches)
    return {item.link_id for item in items if item.link_id in named or item.attribute in attributes}


def _watched_scores(rules: Iterable[Form], scores: Iterable[Form]) -> frozenset[str]:
    """The scores that alert rules watch, by name or by kind, and the scores that those are made of."""
    rules, scores = tuple(rules), tuple(scores)
    named = {word for rule in rules for word in _words(_rest(rule, *_NO_WATCH, "attributes", "scores"))}
    kinds = {rule["scores"] for rule in rules if "scores" in rule}
    names = {score["name"] for score in scores}
    waiting = [score["name"] for score in scores if score["name"] in named or score["kind"] in kinds]
    watched: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in watched:
            watched.add(name)
            waiting.extend(w for score in scores if score["name"] == name for w in _reads(score) if w in names)
    return frozenset(watched)


def _reads(score: Form) -> Iterator[str]:
    """What a score is made of: every text in it that could be a link id or the name of a score."""
    return _words(_rest(score, "name", "concept", "scale", "kind", *_SOURCES))


def _words(form: Any) -> Iterator[str]:
    """Every text that stands anywhere in a form."""
    if isinstance(form, str):
        yield form
    elif isinstance(form, Mapping):
        yield from (word for value in form.values() for word in _words(value))
    elif isinstance(form, list | tuple):
        yield from (word for value in form for word in _words(value))


def _rest(form: Form, *without: str) -> dict[str, Any]:
    return {key: value for key, value in form.items() if key not in without and key not in _WHICH_SCORING}


def _by_name(forms: Iterable[Form]) -> dict[str, Form]:
    return {form["name"]: form for form in forms}
