"""Strategies made from a questionnaire: completed valid answers, and answers with exactly one fault.

Branching is decided here by a second, naive reading of R4's words, so that the one under test has an opponent.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from questionnaires.answer_types import MAX_INTEGER, MAX_LENGTH
from questionnaires.definition import EnableOperator, EnableWhen, Item, ItemType, Questionnaire
from questionnaires.issues import IssueCode
from questionnaires.validation import MAX_ANSWERS

Raw = dict[str, Any]

_WRITING = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
)


@dataclass(frozen=True)
class Mutation:
    """Answers with one fault put into them, and the issue that it must give."""

    raw: Raw
    code: IssueCode
    link_id: str
    pointer: str


def is_open(questionnaire: Questionnaire, link_id: str, raw: Mapping[str, Any]) -> bool:
    """Whether an item is enabled by raw answers, by asking again for everything that it hangs on."""
    reach = next(reach for reach in questionnaire.reaches if reach.item.link_id == link_id)
    if not all(is_open(questionnaire, above, raw) for above in reach.ancestors[-1:]):
        return False
    results = [_holds(questionnaire, condition, raw) for condition in reach.item.enable_when]
    return not results or (any(results) if reach.item.enable_any else all(results))


def _holds(questionnaire: Questionnaire, condition: EnableWhen, raw: Mapping[str, Any]) -> bool:
    counts = condition.question in raw and is_open(questionnaire, condition.question, raw)
    given = raw[condition.question] if counts else []
    values = given if isinstance(given, list) else [given]
    wanted: Any = condition.answer
    if condition.operator is EnableOperator.EXISTS:
        return bool(values) is wanted
    if condition.operator is EnableOperator.NOT_EQUAL:
        return all(value != wanted for value in values)
    return any(
        {"=": value == wanted, ">": value > wanted, "<": value < wanted, ">=": value >= wanted, "<=": value <= wanted}[
            condition.operator.value
        ]
        for value in values
    )


@st.composite
def valid_answers(draw: DrawFn, questionnaire: Questionnaire) -> Raw:
    """Answers of a completed response that respects branching: required items answered, the others perhaps."""
    raw: Raw = {}
    for item in questionnaire.questions:
        if is_open(questionnaire, item.link_id, raw) and (item.required or draw(st.booleans())):
            raw[item.link_id] = draw(answers_to(item))
    return raw


def answers_to(item: Item) -> SearchStrategy[Any]:
    """Any valid answer to one item; a list where it repeats."""
    if not item.repeats:
        return values_for(item)
    alone = [code for code, option in item.option_by_code.items() if option.exclusive or option.opt_out]
    beside = [code for code in item.option_by_code if code not in alone]
    values = st.sampled_from(beside) if beside else values_for(item)
    return st.one_of(st.lists(values, min_size=1, max_size=5, unique=True), *(st.just([code]) for code in alone))


def values_for(item: Item) -> SearchStrategy[Any]:
    """Any valid single value of one item."""
    match item.type:
        case ItemType.CHOICE:
            return st.sampled_from(sorted(item.option_by_code))
        case ItemType.BOOLEAN:
            return st.booleans()
        case ItemType.INTEGER:
            return _whole_numbers(item)
        case ItemType.DECIMAL:
            return _decimals(item)
        case ItemType.DATE:
            return st.dates().map(str).flatmap(lambda day: st.sampled_from([day, day[:7], day[:4]]))
        case ItemType.TIME:
            return st.times().map(str)
        case ItemType.DATE_TIME:
            offsets = st.integers(-14 * 60, 14 * 60).map(lambda m: dt.timezone(dt.timedelta(minutes=m)))
            return st.datetimes(timezones=offsets).map(dt.datetime.isoformat)
        case _:
            longest = min(30, item.max_length or MAX_LENGTH[item.type])
            return st.text(_WRITING, min_size=1, max_size=longest).filter(str.strip)


def _whole_numbers(item: Item) -> SearchStrategy[int]:
    lowest, highest = (None if bound is None else int(bound) for bound in (item.minimum, item.maximum))
    return st.integers(-MAX_INTEGER if lowest is None else lowest, MAX_INTEGER if highest is None else highest)


def _decimals(item: Item) -> SearchStrategy[int | Decimal]:
    lowest, highest = item.minimum or Decimal(-(10**9)), item.maximum or Decimal(10**9)
    exact = st.decimals(lowest, highest, places=2, allow_nan=False, allow_infinity=False)
    return exact | st.integers(int(lowest) + 1, int(highest) - 1)


@st.composite
def mutations(draw: DrawFn, questionnaire: Questionnaire) -> Mutation:
    """Valid answers with exactly one fault."""
    raw = draw(valid_answers(questionnaire))
    open_ones = [i for i in questionnaire.questions if is_open(questionnaire, i.link_id, raw)]
    faults: list[SearchStrategy[Mutation]] = [_unknown(questionnaire, raw)]
    groups = [reach.item for reach in questionnaire.reaches if not reach.item.is_question]
    faults += [_put(raw, i, st.just("0"), IssueCode.NOT_A_QUESTION) for i in groups]
    for item in open_ones:
        faults += _faults_of(raw, item)
    asked = {c.question for reach in questionnaire.reaches for c in reach.item.enable_when}
    for item in open_ones:
        # Taking away what others hang on would change them as well, which is more than one fault.
        if item.required and item.link_id not in asked:
            faults.append(st.just(_without(raw, item)))
    closed = [i for i in questionnaire.questions if i not in open_ones]
    faults += [_put(raw, i, answers_to(i), IssueCode.NOT_ENABLED) for i in closed]
    return draw(st.sampled_from(faults).flatmap(lambda fault: fault))


def _faults_of(raw: Raw, item: Item) -> list[SearchStrategy[Mutation]]:
    """The faults that an answer to one open item may have."""
    if item.repeats:
        return _faults_of_list(raw, item)
    return [_put(raw, item, values, code) for code, values in _unfitting(item).items()]


def _faults_of_list(raw: Raw, item: Item) -> list[SearchStrategy[Mutation]]:
    lists = answers_to(item)
    faults = [
        _put(raw, item, st.sampled_from([[], {}, None, "0", 1]), IssueCode.WRONG_TYPE),
        _put(raw, item, values_for(item).map(lambda value: [value] * (MAX_ANSWERS + 1)), IssueCode.TOO_MANY_ANSWERS),
        _put(raw, item, lists.map(lambda given: [*given, given[0]]), IssueCode.REPEATED_ANSWER, last=True),
    ]
    for code, values in _unfitting(item).items():
        wrong = st.tuples(lists, values).map(lambda pair: [*pair[0], pair[1]])
        faults.append(_put(raw, item, wrong, code, last=True))
    alone = [code for code, option in item.option_by_code.items() if option.exclusive or option.opt_out]
    if alone:
        pairs = st.permutations(sorted(item.option_by_code)).map(lambda codes: codes[:2])
        crowded = pairs.filter(lambda codes: any(code in alone for code in codes))
        faults.append(_put(raw, item, crowded, IssueCode.EXCLUSIVE_OPTION))
    return faults


def _unfitting(item: Item) -> dict[IssueCode, SearchStrategy[Any]]:
    """Values that do not fit one item, by the issue that each must give."""
    of_no_type = st.sampled_from([None, [], {}, ["0"], {"value": "0"}, 1.5])
    match item.type:
        case ItemType.CHOICE:
            others = st.text(max_size=10).filter(lambda code: code not in item.option_by_code)
            return {
                IssueCode.WRONG_TYPE: of_no_type | st.integers() | st.booleans(),
                IssueCode.NOT_AN_OPTION: others,
            }
        case ItemType.BOOLEAN:
            return {IssueCode.WRONG_TYPE: of_no_type | st.sampled_from(["true", 0, 1])}
        case ItemType.INTEGER | ItemType.DECIMAL:
            above = MAX_INTEGER if item.type is ItemType.INTEGER else 10**18
            lowest, highest = int(item.minimum or -above), int(item.maximum or above)
            return {
                IssueCode.WRONG_TYPE: of_no_type | st.booleans() | st.integers(0, 10).map(str),
                IssueCode.OUT_OF_RANGE: st.integers(min_value=highest + 1) | st.integers(max_value=lowest - 1),
            }
        case ItemType.STRING | ItemType.TEXT:
            limit = item.max_length or MAX_LENGTH[item.type]
            bad = st.sampled_from(["\x00", "\x1b[31m", "\ud800", "\udfff", "\x7f", "\uffff"])
            return {
                IssueCode.WRONG_TYPE: of_no_type | st.integers() | st.booleans(),
                IssueCode.TOO_LONG: st.integers(1, 50).map(lambda more: "x" * (limit + more)),
                IssueCode.INVALID_TEXT: bad.map(lambda sign: f"pain {sign} here") | st.sampled_from(["", " ", "\n\t"]),
            }
        case _:
            of_no_day = ["2025-02-30", "2025-13", "0000", "24:00:00", "2025-01-01T10:00:00", "now", "", "٢٠٢٥"]
            return {IssueCode.WRONG_TYPE: of_no_type | st.sampled_from(of_no_day) | st.integers()}


def _unknown(questionnaire: Questionnaire, raw: Raw) -> SearchStrategy[Mutation]:
    known = {reach.item.link_id for reach in questionnaire.reaches}
    names = st.text(max_size=64).filter(lambda name: name not in known)
    return names.map(
        lambda name: Mutation(raw | {name: "0"}, IssueCode.UNKNOWN_ITEM, name, f"/answers/{_escaped(name)}")
    )


def _put(raw: Raw, item: Item, values: SearchStrategy[Any], code: IssueCode, last: bool = False) -> Any:
    """The answers with another value for one item; `last` where the fault is that of the list's last value."""

    def mutation(value: Any) -> Mutation:
        pointer = f"/answers/{item.link_id}" + (f"/{len(value) - 1}" if last else "")
        return Mutation(raw | {item.link_id: value}, code, item.link_id, pointer)

    return values.map(mutation)


def _without(raw: Raw, item: Item) -> Mutation:
    left = {link_id: value for link_id, value in raw.items() if link_id != item.link_id}
    return Mutation(left, IssueCode.REQUIRED, item.link_id, f"/answers/{item.link_id}")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def json_values(leaves: SearchStrategy[Any] | None = None) -> SearchStrategy[Any]:
    """Anything that JSON can say, numbers as the edge reads them."""
    if leaves is None:
        numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
        leaves = st.none() | st.booleans() | numbers | st.text(st.characters(codec=None), max_size=20)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    )


def arbitrary_answers(questionnaire: Questionnaire, values: SearchStrategy[Any]) -> SearchStrategy[Raw]:
    """Anything for any item, and for items that there are not."""
    link_ids = st.sampled_from([reach.item.link_id for reach in questionnaire.reaches])
    return st.dictionaries(link_ids | st.text(st.characters(codec=None), max_size=80), values, max_size=12)
