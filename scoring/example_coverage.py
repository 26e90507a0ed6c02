"""What the worked examples of a rulebook must reach together: every end of every rule, both sides of every policy."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from questionnaires.catalogue import Instrument
from questionnaires.errors import FileProblem
from questionnaires.folder import Folder
from questionnaires.response import Absence, CheckedResponse
from scoring.engine import score
from scoring.examples import WorkedExample, checked_response, differences, load_examples
from scoring.loading import Rulebooks
from scoring.missing import POLICIES
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import MissingPolicy
from scoring.score import NotScored, NoValue, Number, Result, Score, State
from scoring.tables import CutPoints, Table


def example_problems(folder: Folder, instrument: Instrument, rulebooks: Rulebooks) -> list[FileProblem]:
    """Every example of an instrument worked again: files that are damaged, results that differ, ends not reached."""
    examples = load_examples(folder, instrument, rulebooks)
    problems = list(folder.problems)
    for worked in examples:
        problems.extend(FileProblem(worked.file, 1, text) for text in differences(worked))
    for version in instrument.versions.values():
        for book in rulebooks.by_canonical[version.canonical]:
            mine = [w for w in examples if w.rulebook.version == book.version and w.questionnaire is version]
            place = f"{instrument.id}/examples"
            problems.extend(FileProblem(place, 1, text) for text in unreached(mine, book))
    return problems


def unreached(examples: Iterable[WorkedExample], rulebook: Rulebook) -> Iterator[str]:
    """What no example of a rulebook reaches: an end of a score's range, a missing score, a side of a branch.

    A missing-data policy that the scoring only offers must be reached by examples that name it.
    """
    by_policy: dict[str | None, list[CheckedResponse]] = {None: []}
    for worked in examples:
        response = checked_response(worked)
        if isinstance(response, CheckedResponse):
            by_policy.setdefault(worked.example.policy, []).append(response)
    responses = by_policy[None]
    results = [score(rulebook, response) for response in responses]
    for name, bound in rulebook.rules.items():
        yield from _unreached_of_rule(bound, [scores[name] for scores in results])
        for policy in bound.rule.policies:
            book = rulebook.under(policy.missing)
            offered = [score(book, response)[name] for response in by_policy.get(policy.missing.value, ())]
            for text in _unreached_of_policy(book.rules[name], offered):
                yield f"{text} under the policy {policy.missing.value}"
    every = [response for found in by_policy.values() for response in found]
    for item in (item for item in rulebook.questionnaire.questions if item.enable_when):
        if not any(item.link_id in response.enabled for response in every):
            yield f"no example shows '{item.link_id}'"
        if all(item.link_id in response.enabled for response in every):
            yield f"no example hides '{item.link_id}'"


def _unreached_of_rule(bound: BoundRule, results: list[Result]) -> Iterator[str]:
    name = bound.rule.name
    values = {result.value for result in results if isinstance(result, Score)}
    values |= {Decimal(result.code) for result in results if isinstance(result, State)}
    lowest, highest = _ends(bound)
    if lowest not in values:
        yield f"no example gives '{name}' its lowest value {lowest}"
    if highest not in values:
        yield f"no example gives '{name}' its highest value {highest}"
    if not any(isinstance(result, NotScored) for result in results):
        yield f"no example leaves '{name}' not scored"
    if bound.rule.answered_share is not None and NoValue.TOO_FEW_ANSWERED not in _reasons(results):
        yield f"no example gives '{name}' all its inputs, but too few answered items"
    yield from _unreached_of_policy(bound, results)


def _unreached_of_policy(bound: BoundRule, results: list[Result]) -> Iterator[str]:
    """The two sides of what a missing-data policy decides."""
    name, inputs = bound.rule.name, len(bound.inputs)
    if inputs < 2:
        return
    kind = POLICIES[bound.policy.missing]
    most_missing = inputs - kind.needed(inputs, bound.policy.min_answered) if kind.needed else 0
    imputed = {len(result.imputed) for result in results if isinstance(result, Score)}
    missing = {len(r.missing) for r in results if isinstance(r, NotScored) and r.reason is not NoValue.TOO_FEW_ANSWERED}
    if kind.by_mean and most_missing not in imputed:
        yield f"no example scores '{name}' with {most_missing} input(s) missing, the most that are allowed"
    if bound.policy.missing is MissingPolicy.ZERO_IF_LEAD_ZERO and imputed <= {0}:
        yield f"no example counts a hidden follow-up of '{name}' as 0"
    if most_missing + 1 not in missing:
        lacking = "just one input" if most_missing == 0 else f"just {most_missing + 1} inputs, one too many,"
        yield f"no example lacks {lacking} of '{name}'"


def _reasons(results: list[Result]) -> set[Absence | NoValue]:
    return {result.reason for result in results if isinstance(result, NotScored)}


def _ends(bound: BoundRule) -> tuple[Number, Number]:
    """The lowest and highest value that a score can take: of its table's values, or of its range."""
    table = bound.operands.table
    if isinstance(table, (Table, CutPoints)):
        return min(table.values), max(table.values)
    return bound.rule.range
