"""Definition files become questionnaires, or every contradiction in them is named with its line."""

from decimal import Decimal

import pytest

from questionnaires.definition import (
    AnswerOption,
    EnableOperator,
    EnableWhen,
    ItemType,
    PublicationStatus,
    Questionnaire,
)
from questionnaires.definition_reading import read_definition
from questionnaires.errors import FileProblem
from questionnaires.instrument_files import DefinitionFile
from questionnaires.shapes import fit
from questionnaires.strict_yaml import Document, parse

HEAD = """\
instrument: sample
version: "1.0.0"
status: active
date: "2026-01-31"
recall_period: P7D
"""


def result(body: str, head: str = HEAD) -> Questionnaire | tuple[FileProblem, ...]:
    document = parse("d.yaml", head + body)
    assert isinstance(document, Document), document
    file = fit(DefinitionFile, document)
    assert isinstance(file, DefinitionFile), file
    return read_definition(file, document, "https://vigie.example/fhir/")


def sound(body: str, head: str = HEAD) -> Questionnaire:
    questionnaire = result(body, head)
    assert isinstance(questionnaire, Questionnaire), questionnaire
    return questionnaire


def problems(body: str, head: str = HEAD) -> list[str]:
    """Each problem with its line in the body."""
    found = result(body, head)
    assert isinstance(found, tuple), found
    assert {problem.file for problem in found} == {"d.yaml"}
    return [f"{problem.line - head.count(chr(10))}: {problem.text}" for problem in found]


def items(*lines: str) -> str:
    """One item a line, as YAML flow."""
    return "items:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


QUESTIONS = (
    "link_id: word, type: string",
    "link_id: number, type: integer, minimum: 0, maximum: 10",
    "link_id: exact, type: decimal",
    "link_id: day, type: date",
    "link_id: moment, type: dateTime",
    "link_id: hour, type: time",
    "link_id: flag, type: boolean",
    "link_id: pick, type: choice, options: [{code: 'yes'}, {code: 'no'}]",
)


def test_a_questionnaire_says_all_that_its_file_says() -> None:
    head = HEAD.replace("status: active", 'status: retired\nretired_on: "2026-06-30"')
    body = """\
option_sets:
  grade:
    - {code: "0", weight: 0}
    - {code: "1", weight: 1.50}
    - {code: none, opt_out: true, exclusive: true}
items:
  - link_id: all
    type: group
    items:
      - {link_id: pain, type: choice, concept: pain, attribute: severity, option_set: grade, required: yes, repeats: on}
      - link_id: words
        type: text
        hidden: true
        max_length: 500
        enable_behavior: any
        enable_when:
          - {question: pain, operator: "=", answer: "1"}
          - {question: pain, operator: exists, answer: "false"}
  - {link_id: warmth, type: decimal, minimum: 34.5, maximum: 43, unit: Cel}
  - {link_id: thanks, type: display}
"""
    q = sound(body, head)

    assert (q.canonical, q.instrument) == ("https://vigie.example/fhir/Questionnaire/sample|1.0.0", "sample")
    assert (q.status, q.date, q.retired_on) == (PublicationStatus.RETIRED, "2026-01-31", "2026-06-30")
    assert q.recall_period == "P7D"
    assert [reach.item.link_id for reach in q.reaches] == ["all", "pain", "words", "warmth", "thanks"]
    assert [reach.ancestors for reach in q.reaches] == [(), ("all",), ("all",), (), ()]
    assert [question.link_id for question in q.questions] == ["pain", "words", "warmth"]
    pain, words, warmth = q.questions
    assert pain.options == (
        AnswerOption("0", 0),
        AnswerOption("1", Decimal("1.50")),
        AnswerOption("none", None, opt_out=True, exclusive=True),
    )
    assert type(pain.options[0].weight) is int
    assert (pain.required, pain.repeats, pain.hidden, pain.option_set) == (True, True, False, "grade")
    assert (pain.concept, pain.attribute, pain.option_by_code["1"]) == ("pain", "severity", pain.options[1])
    assert (words.hidden, words.max_length, words.enable_any, pain.enable_any) == (True, 500, True, False)
    assert words.enable_when == (
        EnableWhen("pain", EnableOperator.EQUAL, "1"),
        EnableWhen("pain", EnableOperator.EXISTS, False),
    )
    assert (warmth.minimum, warmth.maximum, warmth.unit) == (Decimal("34.5"), Decimal(43), "Cel")
    assert q.item("warmth") == warmth
    assert q.item("cold") is None


@pytest.mark.parametrize(
    ("question", "operator", "answer", "read"),
    [
        ("word", "=", "12", "12"),
        ("number", ">", "3", 3),
        ("exact", "<=", "1.10", Decimal("1.10")),
        ("day", ">=", "2026-02", "2026-02"),
        ("hour", "<", "12:00:00", "12:00:00"),
        ("moment", "=", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("flag", "=", "true", True),
        ("flag", "!=", "false", False),
        ("pick", "!=", "no", "no"),
        ("pick", "exists", "false", False),
        ("number", "exists", "true", True),
    ],
)
def test_a_conditions_answer_has_the_type_of_its_question(
    question: str, operator: str, answer: str, read: object
) -> None:
    asking = (
        f"link_id: x, type: text, enable_when: [{{question: {question}, operator: '{operator}', answer: '{answer}'}}]"
    )
    item = sound(items(*QUESTIONS, asking)).item("x")
    assert item is not None
    (condition,) = item.enable_when
    assert (condition.question, condition.operator.value, condition.answer) == (question, operator, read)
    assert type(condition.answer) is type(read)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("type: choice", "a choice takes its answers from exactly one of options and option_set"),
        ("type: choice, options: []", "a choice takes its answers from exactly one of options and option_set"),
        ("type: text, options: [{code: a}]", "only a choice has options"),
        ("type: group", "a group holds items, a display holds none"),
        ("type: display, items: [{link_id: y, type: text}]", "a group holds items, a display holds none"),
        (
            "type: display, required: true",
            "a display is not answered: required, repeats and attribute are for questions",
        ),
        (
            "type: group, repeats: true, items: [{link_id: y, type: text}]",
            "a group is not answered: required, repeats and attribute are for questions",
        ),
        (
            "type: display, concept: pain, attribute: severity",
            "a display is not answered: required, repeats and attribute are for questions",
        ),
        ("type: text, attribute: severity", "an attribute needs the concept that it is an attribute of"),
        ("type: text, minimum: 1", "minimum and maximum are for numbers"),
        ("type: boolean, maximum: 1", "minimum and maximum are for numbers"),
        ("type: integer, minimum: 2, maximum: 1", "the minimum is above the maximum"),
        ("type: integer, max_length: 5", "max_length is for string and text"),
    ],
)
def test_an_item_that_contradicts_itself(item: str, said: str) -> None:
    assert problems(items("link_id: before, type: text", f"link_id: x, {item}")) == [f"3: item 'x': {said}"]


def test_bounds_may_be_equal_and_stand_alone() -> None:
    q = sound(items("link_id: a, type: integer, minimum: 1, maximum: 1", "link_id: b, type: decimal, maximum: 0"))
    assert [(i.minimum, i.maximum) for i in q.questions] == [(Decimal(1), Decimal(1)), (None, Decimal(0))]


def test_a_question_may_hold_items() -> None:
    q = sound(items("link_id: a, type: boolean, items: [{link_id: b, type: text}]"))
    assert [reach.ancestors for reach in q.reaches] == [(), ("a",)]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (
            "question: later, operator: exists, answer: 'true'",
            "the condition asks 'later', which is no question before this item: allowed: {before}",
        ),
        (
            "question: x, operator: exists, answer: 'true'",
            "the condition asks 'x', which is no question before this item: allowed: {before}",
        ),
        (
            "question: nummer, operator: '=', answer: '1'",
            (
                "the condition asks 'nummer', which is no question before this item: "
                "did you mean 'number'? allowed: {before}"
            ),
        ),
        (
            "question: word, operator: '>', answer: a",
            "'>' needs a number, a date or a time; 'word' is none",
        ),
        (
            "question: pick, operator: '<=', answer: 'yes'",
            "'<=' needs a number, a date or a time; 'pick' is none",
        ),
        (
            "question: moment, operator: '<', answer: '2026-01-31T10:00:00Z'",
            "'<' needs a number, a date or a time; 'moment' is none",
        ),
        (
            "question: pick, operator: '=', answer: maybe",
            (
                "no answer to 'pick' can be what the condition names: the answer is not one of the item's options "
                "(allowed: yes, no)"
            ),
        ),
        (
            "question: pick, operator: exists, answer: 'yes'",
            "no answer to 'pick' can be what the condition names: the answer is true or false (allowed: true, false)",
        ),
        (
            "question: flag, operator: '=', answer: '1'",
            "no answer to 'flag' can be what the condition names: the answer is true or false (allowed: true, false)",
        ),
        (
            "question: number, operator: '=', answer: '1.5'",
            (
                "no answer to 'number' can be what the condition names: the answer is a whole number "
                "(allowed: >= 0, <= 10)"
            ),
        ),
        (
            "question: number, operator: '>', answer: '11'",
            (
                "no answer to 'number' can be what the condition names: the number is outside the item's range "
                "(allowed: >= 0, <= 10)"
            ),
        ),
        (
            "question: exact, operator: '>', answer: much",
            "no answer to 'exact' can be what the condition names: the answer is a number",
        ),
        (
            "question: exact, operator: '>', answer: NaN",
            "no answer to 'exact' can be what the condition names: the number has more digits than can be kept exactly",
        ),
        (
            "question: day, operator: '>', answer: '2026-02-30'",
            (
                "no answer to 'day' can be what the condition names: the answer is a date "
                "(allowed: YYYY-MM-DD, YYYY-MM, YYYY)"
            ),
        ),
    ],
)
def test_a_condition_that_means_nothing(condition: str, said: str) -> None:
    before = ", ".join(question.split(",")[0].removeprefix("link_id: ") for question in QUESTIONS)
    asking = f"link_id: x, type: text, enable_when: [{{{condition}}}]"
    body = items(*QUESTIONS, asking, "link_id: later, type: text")
    assert problems(body) == [f"{len(QUESTIONS) + 2}: {said.format(before=before)}"]


def test_a_group_is_no_question_to_ask() -> None:
    body = items(
        "link_id: g, type: group, items: [{link_id: a, type: boolean}]",
        "link_id: x, type: text, enable_when: [{question: g, operator: exists, answer: 'true'}]",
    )
    assert problems(body) == ["3: the condition asks 'g', which is no question before this item: allowed: a"]


def test_option_sets_are_found_used_and_sound() -> None:
    body = """\
option_sets:
  grade:
    - {code: "0"}
    - {code: "0"}
    - {code: none, opt_out: true, weight: 1}
  empty: []
  unused: [{code: a}]
items:
  - link_id: a
    type: choice
    option_set: grad
  - {link_id: b, type: choice, option_set: empty}
  - {link_id: c, type: choice, option_set: grade}
  - {link_id: d, type: choice, option_set: grade}
  - {link_id: e, type: text, option_set: grade}
  - {link_id: f, type: choice, option_set: grade, options: [{code: a}]}
"""
    assert problems(body) == [
        "4: option set 'grade': the option code '0' stands twice",
        "5: option set 'grade': an option that opts out has no weight",
        "6: the option set 'empty' has no options",
        "7: no item uses the option set 'unused'",
        "11: there is no option set 'grad': did you mean 'grade'? allowed: grade, empty, unused",
        "15: item 'e': only a choice has options",
        "16: item 'f': a choice takes its answers from exactly one of options and option_set",
    ]


def test_own_options_are_sound() -> None:
    body = """\
items:
  - link_id: a
    type: choice
    options:
      - {code: "1"}
      - {code: "1"}
      - {code: none, opt_out: true, weight: 0}
"""
    assert problems(body) == [
        "6: item 'a': the option code '1' stands twice",
        "7: item 'a': an option that opts out has no weight",
    ]


def test_a_link_id_stands_once_in_the_whole_questionnaire() -> None:
    body = items(
        "link_id: a, type: text",
        "link_id: g, type: group, items: [{link_id: a, type: text}]",
        "link_id: a, type: text",
    )
    assert problems(body) == [
        "3: the link id 'a' stands twice (first on line 7)",
        "4: the link id 'a' stands twice (first on line 7)",
    ]


def test_a_retired_version_says_since_when() -> None:
    head = HEAD.replace("active", "retired")
    assert problems(items("link_id: a, type: text"), head) == ["-2: a retired version says since when: retired_on"]


def test_all_contradictions_come_at_once_in_the_order_of_the_file() -> None:
    body = items(
        "link_id: a, type: choice",
        "link_id: a, type: integer, minimum: 5, maximum: 1, max_length: 3",
        "link_id: c, type: text, enable_when: [{question: nobody, operator: exists, answer: 'true'}]",
    )
    assert [line.split(" ")[0] for line in problems(body)] == ["2:", "3:", "3:", "3:", "4:"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("date", '"2026-02-30"', "value error, day is out of range for month"),
        ("date", "2026", "string should match pattern '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'"),
        ("date", "86400", "string should match pattern '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'"),
        ("version", '"1"', r"string should match pattern '^[0-9]{1,9}\.[0-9]{1,9}(\.[0-9]{1,9})?$'"),
        ("version", '"١.٠"', r"string should match pattern '^[0-9]{1,9}\.[0-9]{1,9}(\.[0-9]{1,9})?$'"),
        ("status", "published", "input should be 'draft', 'active' or 'retired'"),
        ("recall_period", "a week", "string should match pattern '^(P[0-9]+[DW]|PT[0-9]+H|PT0S)$'"),
    ],
)
def test_the_head_of_the_file_is_checked(field: str, value: str, said: str) -> None:
    lines = [f"{field}: {value}" if line.startswith(f"{field}:") else line for line in HEAD.splitlines()]
    document = parse("d.yaml", "\n".join(lines) + "\n" + items("link_id: a, type: text"))
    assert isinstance(document, Document)
    found = fit(DefinitionFile, document)
    assert isinstance(found, tuple)
    line = next(number for number, text in enumerate(lines, start=1) if text.startswith(f"{field}:"))
    assert [str(problem) for problem in found] == [f"d.yaml:{line}: '{field}': {said}"]


def test_all_types_can_be_asked() -> None:
    asked = {item.type for item in sound(items(*QUESTIONS, "link_id: t, type: text")).questions}
    assert asked == set(ItemType) - {ItemType.GROUP, ItemType.DISPLAY}
