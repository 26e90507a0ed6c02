"""Worked examples: each is computed again, and together they must reach every end of every rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from questionnaires.catalogue import Instrument
from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.errors import FileProblem
from questionnaires.folder import Folder
from questionnaires.instrument_files import ExampleFile
from questionnaires.response import CheckedResponse
from questionnaires.validation import validate
from scoring.alerts import evaluate_alerts
from scoring.engine import score
from scoring.loading import Rulebooks
from scoring.rulebook import BoundRule, Rulebook
from scoring.score import NotScored, Number, Score, Scores

ANY_OTHER = "*"
"""In `not_scored`: the reason of every score that the example does not name."""


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """One example with the file that it stands in and the rulebook that it is worked by."""

    file: str
    example: ExampleFile
    rulebook: Rulebook

    @property
    def questionnaire(self) -> Questionnaire:
        """The version that the example answers."""
        return self.rulebook.questionnaire


def example_problems(folder: Folder, instrument: Instrument, rulebooks: Rulebooks) -> list[FileProblem]:
    """Every example of an instrument worked again: files that are damaged, results that differ, ends not reached."""
    examples = load_examples(folder, instrument, rulebooks)
    problems = list(folder.problems)
    for worked in examples:
        problems.extend(FileProblem(worked.file, 1, text) for text in differences(worked))
    for version in instrument.versions.values():
        for book in rulebooks.by_canonical[version.canonical]:
            mine = [worked for worked in examples if worked.rulebook is book]
            place = f"{instrument.id}/examples"
            problems.extend(FileProblem(place, 1, text) for text in unreached(mine, book))
    return problems


def load_examples(folder: Folder, instrument: Instrument, rulebooks: Rulebooks) -> list[WorkedExample]:
    """The examples of an instrument. What is wrong with the files is added to the folder's problems."""
    found: list[WorkedExample] = []
    for name in folder.files("examples", ".yaml"):
        example = folder.read(name, ExampleFile)
        if example is None:
            continue
        questionnaire = instrument.versions.get(example.definition)
        books = rulebooks.by_canonical.get(questionnaire.canonical, ()) if questionnaire else ()
        fitting = [book for book in books if book.version == example.scoring]
        if not fitting:
            text = f"no scoring {example.scoring} of definition {example.definition}"
            folder.problem(name, ("scoring",), text)
            continue
        found.append(WorkedExample(f"{folder.name}/{name}", example, fitting[0]))
    return found


def differences(worked: WorkedExample) -> Iterator[str]:
    """Where the computed results differ from what the example expects."""
    expect = worked.example.expect
    checked = validate(worked.questionnaire, raw_answers(worked.questionnaire, worked.example.response))
    if not isinstance(checked, CheckedResponse):
        found = [{"code": issue.code.value, "link_id": issue.link_id} for issue in checked]
        if found != [dict(issue) for issue in expect.issues]:
            yield f"the issues are {found}"
        return
    if expect.issues:
        yield "the response has no issues"
    scores = score(worked.rulebook, checked)
    yield from _score_differences(expect.scores, expect.not_scored, scores)
    if expect.alerts is not None:
        written = worked.example.previous
        previous = None if written is None else _fitting(worked.questionnaire, written)
        if written is not None and previous is None:
            yield "the previous response does not fit the questionnaire"
        alerts = evaluate_alerts(worked.rulebook, checked, scores, previous)
        raised = sorted((alert.concept, alert.severity.value) for alert in alerts)
        wanted = sorted((alert.concept, alert.severity) for alert in expect.alerts)
        if raised != wanted:
            yield f"the alerts are {raised}, the example expects {wanted}"


def unreached(examples: list[WorkedExample], rulebook: Rulebook) -> Iterator[str]:
    """What no example of a rulebook reaches: an end of a score's range, a missing score, a side of a branch."""
    fitting = (_fitting(worked.questionnaire, worked.example.response) for worked in examples)
    checked = [response for response in fitting if response is not None]
    results = [score(rulebook, response) for response in checked]
    for name, bound in rulebook.rules.items():
        yield from _unreached_of_rule(bound, [scores[name] for scores in results])
    for item in (item for item in rulebook.questionnaire.questions if item.enable_when):
        if not any(item.link_id in response.enabled for response in checked):
            yield f"no example shows '{item.link_id}'"
        if all(item.link_id in response.enabled for response in checked):
            yield f"no example hides '{item.link_id}'"


def _unreached_of_rule(bound: BoundRule, results: list[Score | NotScored]) -> Iterator[str]:
    name = bound.rule.name
    values = {result.value for result in results if isinstance(result, Score)}
    lowest, highest = _ends(bound)
    if lowest not in values:
        yield f"no example gives '{name}' its lowest value {lowest}"
    if highest not in values:
        yield f"no example gives '{name}' its highest value {highest}"
    missing = [len(result.missing) for result in results if isinstance(result, NotScored)]
    if not missing:
        yield f"no example leaves '{name}' not scored"
    if len(bound.items) > 1 and 1 not in missing:
        yield f"no example lacks just one input of '{name}'"


def raw_answers(questionnaire: Questionnaire, written: Mapping[str, str | tuple[str, ...]]) -> dict[str, Any]:
    """Answers as an example writes them (all texts) -> as a client would send them (JSON types)."""
    return {link_id: _raw(questionnaire.item(link_id), answer) for link_id, answer in written.items()}


def _raw(item: Item | None, answer: str | tuple[str, ...]) -> Any:
    if not isinstance(answer, str):
        return [_raw(item, one) for one in answer]
    if item is not None and item.type is ItemType.BOOLEAN:
        return {"true": True, "false": False}.get(answer, answer)
    if item is not None and item.type in (ItemType.INTEGER, ItemType.DECIMAL):
        try:
            return int(answer) if item.type is ItemType.INTEGER else Decimal(answer)
        except (ValueError, InvalidOperation):
            return answer
    return answer


def _score_differences(wanted: Mapping[str, str], not_scored: Mapping[str, str], scores: Scores) -> Iterator[str]:
    for name in sorted((wanted.keys() | not_scored.keys()) - {ANY_OTHER} - scores.keys()):
        yield f"there is no score '{name}'"
    for name, result in scores.items():
        if isinstance(result, Score):
            if name not in wanted:
                yield f"'{name}' is {result.value}, the example expects it not scored"
            elif not _is_number(wanted[name], result.value):
                yield f"'{name}' is {result.value}, the example expects {wanted[name]}"
        else:
            reason = not_scored.get(name, not_scored.get(ANY_OTHER))
            if name in wanted or reason != result.reason.value:
                yield f"'{name}' is not scored ({result.reason.value}), the example expects {wanted.get(name, reason)}"


def _is_number(written: str, value: Number) -> bool:
    try:
        return Decimal(written) == value
    except InvalidOperation:
        return False


def _fitting(questionnaire: Questionnaire, written: Mapping[str, str | tuple[str, ...]]) -> CheckedResponse | None:
    checked = validate(questionnaire, raw_answers(questionnaire, written))
    return checked if isinstance(checked, CheckedResponse) else None


def _ends(bound: BoundRule) -> tuple[Number, Number]:
    """The lowest and highest value that a score can take: of its table's cells, or of its range."""
    if bound.table is not None:
        return min(bound.table.cells.values()), max(bound.table.cells.values())
    return bound.rule.range
