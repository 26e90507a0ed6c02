"""Worked examples: each is computed again, and together they must reach every end of every rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from questionnaires.catalogue import Instrument
from questionnaires.definition import Questionnaire
from questionnaires.folder import Folder
from questionnaires.instrument_files import ExampleFile
from questionnaires.issues import Issue
from questionnaires.response import CheckedResponse
from questionnaires.shapes import advise
from questionnaires.validation import validate
from questionnaires.written import Written, raw_answers
from scoring.alerts import Circumstances, Earlier, evaluate_alerts
from scoring.engine import score
from scoring.loading import Rulebooks
from scoring.rulebook import Rulebook
from scoring.rules import MissingPolicy, Since
from scoring.score import Number, Score, Scores, State

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
        book = _under(fitting[0], example.policy)
        if book is None:
            offered = tuple(policy.value for policy in fitting[0].policies)
            folder.problem(name, ("policy",), f"no score offers the policy: {advise(example.policy or '', offered)}")
            continue
        for text in _not_shown_problems(example, book.questionnaire):
            folder.problem(name, ("not_shown",), text)
        found.append(WorkedExample(f"{folder.name}/{name}", example, book))
    return found


def _under(rulebook: Rulebook, policy: str | None) -> Rulebook | None:
    """The rulebook under the policy that an example names; None where no score offers it."""
    if policy is None:
        return rulebook
    return rulebook.under(MissingPolicy(policy)) if policy in [p.value for p in rulebook.policies] else None


def _not_shown_problems(example: ExampleFile, questionnaire: Questionnaire) -> Iterator[str]:
    for link_id in example.not_shown:
        item = questionnaire.item(link_id)
        if item is None or not item.is_question:
            hint = advise(link_id, tuple(question.link_id for question in questionnaire.questions))
            yield f"definition {questionnaire.version} has no question '{link_id}': {hint}"
        elif link_id in example.response:
            yield f"'{link_id}' has an answer: what was not shown has none"


def checked_response(worked: WorkedExample) -> CheckedResponse | tuple[Issue, ...]:
    """The example's response as scoring takes it, or its issues. What the display left out is not enabled."""
    checked = validate(worked.questionnaire, raw_answers(worked.questionnaire, worked.example.response))
    if not isinstance(checked, CheckedResponse):
        return checked
    return replace(checked, enabled=checked.enabled - frozenset(worked.example.not_shown))


def differences(worked: WorkedExample) -> Iterator[str]:
    """Where the computed results differ from what the example expects."""
    expect = worked.example.expect
    checked = checked_response(worked)
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
        earlier: dict[Since, Earlier] = {}
        for since, written in _earlier(worked.example):
            fitting = fitting_response(worked.questionnaire, written)
            if fitting is None:
                yield f"the response '{since.value}' does not fit the questionnaire"
            else:
                earlier[since] = Earlier(fitting, score(worked.rulebook, fitting))
        alerts = evaluate_alerts(worked.rulebook, checked, scores, Circumstances(earlier, worked.example.on_treatment))
        raised = sorted((alert.concept, alert.severity.value) for alert in alerts)
        wanted = sorted((alert.concept, alert.severity) for alert in expect.alerts)
        if raised != wanted:
            yield f"the alerts are {raised}, the example expects {wanted}"


def _score_differences(wanted: Mapping[str, str], not_scored: Mapping[str, str], scores: Scores) -> Iterator[str]:
    for name in sorted((wanted.keys() | not_scored.keys()) - {ANY_OTHER} - scores.keys()):
        yield f"there is no score '{name}'"
    for name, result in scores.items():
        if isinstance(result, (Score, State)):
            found = result.code if isinstance(result, State) else result.value
            if name not in wanted:
                yield f"'{name}' is {found}, the example expects it not scored"
            elif wanted[name] != found and not (isinstance(result, Score) and _is_number(wanted[name], result.value)):
                yield f"'{name}' is {found}, the example expects {wanted[name]}"
        else:
            reason = not_scored.get(name, not_scored.get(ANY_OTHER))
            if name in wanted or reason != result.reason.value:
                yield f"'{name}' is not scored ({result.reason.value}), the example expects {wanted.get(name, reason)}"


def _earlier(example: ExampleFile) -> Iterator[tuple[Since, Written]]:
    """The earlier responses that an example gives."""
    given = {
        Since.PREVIOUS: example.previous,
        Since.BASELINE: example.baseline,
        Since.LAST_CONSULTATION: example.last_consultation,
    }
    return ((since, written) for since, written in given.items() if written is not None)


def _is_number(written: str, value: Number) -> bool:
    try:
        return Decimal(written) == value
    except InvalidOperation:
        return False


def fitting_response(questionnaire: Questionnaire, written: Written) -> CheckedResponse | None:
    """What an example writes, checked; None where it does not fit the questionnaire."""
    checked = validate(questionnaire, raw_answers(questionnaire, written))
    return checked if isinstance(checked, CheckedResponse) else None
