"""YAML without surprises."""

from typing import Any

import pytest

from questionnaires.errors import FileProblem
from questionnaires.strict_yaml import MAX_DEPTH, Document, parse


def read(text: str) -> Document:
    document = parse("file.yaml", text)
    assert isinstance(document, Document), document
    return document


def problem(text: str) -> str:
    found = parse("file.yaml", text)
    assert isinstance(found, FileProblem), found
    return str(found)


@pytest.mark.parametrize(
    "written", ["no", "yes", "on", "1.10", "0x1F", "010", "1e3", "null", "~", "2026-01-31", "12:30:00", "1_000", ".inf"]
)
def test_a_plain_word_stays_what_was_written(written: str) -> None:
    assert read(f"key: {written}").data == {"key": written}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", {}),
        ("# only a comment\n", {}),
        ("key:", {"key": ""}),
        ("1: one", {"1": "one"}),
        ("key: |\n  two\n  lines\n", {"key": "two\nlines\n"}),
        ("key: >-\n  folded\n  text\n", {"key": "folded text"}),
        ('key: "\\u0627\\u0644\\u0645"', {"key": "الم"}),
        ("key: [a, {b: c}, [d]]", {"key": ["a", {"b": "c"}, ["d"]]}),
        ("\ufeffkey: value", {"key": "value"}),
        ("<<: {a: b}", {"<<": {"a": "b"}}),
    ],
)
def test_lists_mappings_and_texts(text: str, data: Any) -> None:
    assert read(text).data == data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "3: the key 'a' stands twice (first on line 1)"),
        ("a:\n  b: 1\n  c: {d: 1}\n  b: 2\n", "4: the key 'b' stands twice (first on line 2)"),
        ("a: &x 1\nb: 2\n", "1: anchors and aliases are not allowed: write the value out"),
        ("b: 2\na: *x\n", "2: anchors and aliases are not allowed: write the value out"),
        ("a:\n  - &x {b: c}\n", "2: anchors and aliases are not allowed: write the value out"),
        ("a: 1\nb: !!int 3\n", "2: tags (!...) are not allowed: write plain values"),
        ("a: !!python/object:os.system []\n", "1: tags (!...) are not allowed: write plain values"),
        ("a: ! 3\n", "1: tags (!...) are not allowed: write plain values"),
        ("a: 1\n? [b, c]\n: d\n", "2: a key must be a word"),
        ("a: 1\nb: {c\n", "3: not YAML: did not find expected ',' or '}'"),
        ("a: 1\n---\nb: 2\n", "2: not YAML: but found another document"),
        ("a:\n\tb: 1\n", "2: not YAML: found character that cannot start any token"),
        ("a: b: c\n", "1: not YAML: mapping values are not allowed in this context"),
        ("a: \x00\n", "1: not YAML: unacceptable character #x0000: control characters are not allowed"),
        ("a: \x07\n", "1: not YAML: unacceptable character #x0007: control characters are not allowed"),
    ],
)
def test_what_is_refused_says_where(text: str, expected: str) -> None:
    assert problem(text) == f"file.yaml:{expected}"


def test_a_nesting_that_no_shape_has_is_refused_before_it_is_read() -> None:
    deep = MAX_DEPTH
    assert read("[" * deep + "]" * deep).line_of((0, 0)) == 1
    assert "inside one another" in problem("\n" + "[" * (deep + 1) + "]" * (deep + 1))
    assert problem("a: 1\nb: " + "[" * 100_000).startswith("file.yaml:2: more than 50 ")


def test_lists_beside_one_another_are_no_nesting() -> None:
    assert len(read("- [a]\n" * 1_000).data) == 1_000


def test_every_path_has_its_line() -> None:
    document = read("a: 1\n\nitems:\n  - name: x\n    words: {fr: un}\n  # a comment\n  - name: y\nlast: >-\n  text\n")
    assert document.lines == {
        (): 1,
        ("a",): 1,
        ("items",): 3,
        ("items", 0): 4,
        ("items", 0, "name"): 4,
        ("items", 0, "words"): 5,
        ("items", 0, "words", "fr"): 5,
        ("items", 1): 7,
        ("items", 1, "name"): 7,
        ("last",): 8,
    }


def test_a_path_that_the_file_has_not_has_the_line_of_what_stands_above() -> None:
    document = read("\na: 1\nitems:\n  - name: x\n")
    assert document.line_of(("items", 0, "type", "none")) == 4
    assert document.line_of(("items", 7)) == 3
    assert document.line_of(("nowhere",)) == 2
    assert Document("empty.yaml", {}).line_of(("nowhere",)) == 1
