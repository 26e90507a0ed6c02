"""Raw answers -> a checked response, or every issue there is."""

from collections.abc import Mapping
from typing import cast

from questionnaires.answer_types import Fault, fault_of
from questionnaires.definition import Item, Questionnaire, Value
from questionnaires.enablement import enabled_items
from questionnaires.issues import Issue, IssueCode
from questionnaires.response import CheckedResponse

MAX_ANSWERS = 100
"""Answers to one repeating item: more than any list of options or topics needs."""

MAX_NAMED = 64
"""Characters of an unknown link id that an issue repeats: the longest that a link id may have."""


def validate(questionnaire: Questionnaire, raw: Mapping[str, object]) -> CheckedResponse | tuple[Issue, ...]:
    """Check the answers of a completed response.

    `raw` maps link ids to JSON values, numbers as `int` or `Decimal`: one value for an item, a list for an item
    that repeats. Returns the checked response, or all its issues in document order (unknown items last, by name).
    A required item that branching hides is not missing; an answered item that branching hides is `not-enabled`.
    """
    answers, issues = _read(questionnaire, raw)
    enabled = enabled_items(questionnaire, answers)
    doubtful = _hang_on(questionnaire, {issue.link_id for issue in issues}) if issues else frozenset()
    for item in questionnaire.questions:
        if item.link_id in doubtful:
            continue
        if item.link_id in enabled:
            if item.required and item.link_id not in raw:
                issues.append(_issue(item.link_id, Fault(IssueCode.REQUIRED, "the item needs an answer")))
        elif item.link_id in raw:
            text = "branching hides this item for these answers: leave it out"
            issues.append(_issue(item.link_id, Fault(IssueCode.NOT_ENABLED, text)))
    if issues:
        return _in_document_order(questionnaire, issues)
    return CheckedResponse(questionnaire, answers, enabled)


def validate_draft(questionnaire: Questionnaire, raw: Mapping[str, object]) -> tuple[Issue, ...]:
    """The issues of a draft.

    What was answered must fit its item, but anything may be missing, and answers that branching hides at the moment
    may wait there.
    """
    _, issues = _read(questionnaire, raw)
    return _in_document_order(questionnaire, issues)


def _hang_on(questionnaire: Questionnaire, faulty: set[str]) -> frozenset[str]:
    """The items whose branching hangs on a faulty answer.

    Whether they are hidden is unknown: one fault must not be reported a second time as what it would hide or show.
    """
    doubtful: set[str] = set()
    for reach in questionnaire.reaches:
        asked = {condition.question for condition in reach.item.enable_when}
        if asked & (faulty | doubtful) or (reach.ancestors and reach.ancestors[-1] in doubtful):
            doubtful.add(reach.item.link_id)
    return frozenset(doubtful)


def _read(questionnaire: Questionnaire, raw: Mapping[str, object]) -> tuple[dict[str, tuple[Value, ...]], list[Issue]]:
    answers: dict[str, tuple[Value, ...]] = {}
    issues: list[Issue] = []
    for link_id, given in raw.items():
        item = questionnaire.item(link_id)
        if item is None:
            issues.append(_unknown(link_id))
        elif not item.is_question:
            issues.append(_issue(link_id, Fault(IssueCode.NOT_A_QUESTION, f"a {item.type.value} takes no answer")))
        elif item.repeats:
            values = _read_list(item, given, issues)
            if values:
                answers[link_id] = values
        elif fault := fault_of(item, given):
            issues.append(_issue(link_id, fault))
        else:
            answers[link_id] = (cast(Value, given),)
    return answers, issues


def _read_list(item: Item, given: object, issues: list[Issue]) -> tuple[Value, ...]:
    """The values of a repeating item that fit; faults are added to the issues, each with its position."""
    if not isinstance(given, list) or not given:
        text = "an item that repeats takes a list of at least one answer"
        issues.append(_issue(item.link_id, Fault(IssueCode.WRONG_TYPE, text, tuple(item.option_by_code))))
        return ()
    if len(given) > MAX_ANSWERS:
        fault = Fault(IssueCode.TOO_MANY_ANSWERS, "the item has too many answers", (f"at most {MAX_ANSWERS} answers",))
        issues.append(_issue(item.link_id, fault))
        return ()
    fitting: list[Value] = []
    for position, value in enumerate(given):
        fault_here = fault_of(item, value)
        if fault_here is None and value in fitting:
            fault_here = Fault(IssueCode.REPEATED_ANSWER, "the same answer is given twice")
        if fault_here:
            issues.append(_issue(item.link_id, fault_here, position))
        else:
            fitting.append(value)
    exclusive = [code for code, option in item.option_by_code.items() if option.exclusive or option.opt_out]
    if len(fitting) > 1 and any(code in fitting for code in exclusive):
        text = "an option that excludes the others stands beside another answer"
        issues.append(_issue(item.link_id, Fault(IssueCode.EXCLUSIVE_OPTION, text, tuple(exclusive))))
    return tuple(fitting)


def _unknown(link_id: str) -> Issue:
    # The link id is the client's text: it is named, cut short, only where an issue says where, never in a sentence.
    # No item's link id holds the sign of the cut, so that the cut cannot make it that of a real item.
    named = link_id if len(link_id) <= MAX_NAMED else link_id[: MAX_NAMED - 1] + "…"
    return _issue(named, Fault(IssueCode.UNKNOWN_ITEM, "the questionnaire has no item of this link id"))


def _issue(link_id: str, fault: Fault, position: int | None = None) -> Issue:
    escaped = link_id.replace("~", "~0").replace("/", "~1")
    pointer = f"/answers/{escaped}" if position is None else f"/answers/{escaped}/{position}"
    return Issue(fault.code, link_id, pointer, fault.text, fault.allowed)


def _in_document_order(questionnaire: Questionnaire, issues: list[Issue]) -> tuple[Issue, ...]:
    order = {reach.item.link_id: number for number, reach in enumerate(questionnaire.reaches)}
    return tuple(sorted(issues, key=lambda issue: (order.get(issue.link_id, len(order)), issue.link_id)))
