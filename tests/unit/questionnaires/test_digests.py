"""Digests of published artefacts, and the lock that keeps them."""

from pathlib import Path

import pytest

from questionnaires.catalogue import load_catalogue
from questionnaires.digests import canonical, digest, read_lock, write_lock
from questionnaires.errors import InstrumentInvalid
from questionnaires.shapes import Shape
from tests.support.instrument_folders import DEFINITION, TEXT, write_instrument
from tests.support.questionnaires import CANONICAL_BASE


class Before(Shape):
    name: str
    status: str = "active"


class After(Shape):
    """The same shape, grown by an optional field."""

    name: str
    status: str = "active"
    colour: str | None = None


def test_a_digest_is_of_the_canonical_json() -> None:
    # printf '{"a":"é","b":[1,2]}' | sha256sum
    expected = "sha256:9cfb1f938a87f2b8f3b8cc429c7a09116d54f048322742d4c23d4767b85f85da"
    assert digest({"b": [1, 2], "a": "é"}) == digest({"a": "é", "b": [1, 2]}) == expected


def test_a_new_optional_field_changes_no_digest_until_it_is_used() -> None:
    old, new = canonical(Before(name="x")), canonical(After(name="x"))
    assert digest(old) == digest(new)
    assert digest(canonical(After(name="x", colour="red"))) != digest(new)


def test_what_stands_outside_is_left_out() -> None:
    outside = frozenset({"status"})
    assert canonical(Before(name="x", status="draft"), without=outside) == {"name": "x"}
    assert canonical(Before(name="x", status="draft")) == {"name": "x", "status": "draft"}


def digests_of(root: Path, file: str, content: str) -> tuple[str, str]:
    """The digests of the only definition and the only text, with one file changed."""
    catalogue = load_catalogue(write_instrument(root, {file: content}), CANONICAL_BASE)
    (text,) = catalogue.instruments["sample"].texts["en"]
    return catalogue.get("sample", "1.0.0").digest, text.digest


@pytest.mark.parametrize(
    ("written", "instead", "changes"),
    [
        ("status: active", "status: draft", False),
        ("status: active", 'status: retired\nretired_on: "2026-12-31"', False),
        ("status: active", "# a comment\nstatus:   'active'", False),
        ("type: choice\n    concept: pain", "concept: pain\n    type: choice", False),
        ("concept: pain", "concept: pain\n    required: no", False),
        ("concept: pain", "concept: pain\n    required: yes", True),
        ("2026-01-31", "2026-02-01", True),
        ("P7D", "P1D", True),
        ("weight: 1}", "weight: 2}", True),
        ("weight: 1}", "weight: 1, exclusive: true}", True),
        ('{code: "yes"}, {code: "no"}', '{code: "no"}, {code: "yes"}', True),
        ('operator: "!=", answer: "0"', 'operator: "!=", answer: "1"', True),
        ('operator: "!="', 'operator: "="', True),
    ],
)
def test_the_digest_of_a_definition(tmp_path: Path, written: str, instead: str, changes: bool) -> None:
    assert DEFINITION.count(written) == 1
    before = digests_of(tmp_path, "definition/1.0.0.yaml", DEFINITION)
    after = digests_of(tmp_path, "definition/1.0.0.yaml", DEFINITION.replace(written, instead))
    assert (after[0] != before[0]) is changes
    assert after[1] == before[1]


@pytest.mark.parametrize(
    ("written", "instead", "changes"),
    [
        ("status: local", "status: validated", False),
        ("status: local", "status: draft", False),
        ("title: A sample", "title:  A sample   # spaces are no words", False),
        ("title: A sample", "title: A simple", True),
        ("translator: nobody", "translator: somebody", True),
        ("Did it hurt?", "Does it hurt?", True),
        ("A little", "Un peu", True),
        ('"yes": "Yes"', '"yes": "yes"', True),
    ],
)
def test_the_digest_of_a_text(tmp_path: Path, written: str, instead: str, changes: bool) -> None:
    assert TEXT.count(written) == 1
    before = digests_of(tmp_path, "text/en/1.yaml", TEXT)
    after = digests_of(tmp_path, "text/en/1.yaml", TEXT.replace(written, instead))
    assert (after[1] != before[1]) is changes
    assert after[0] == before[0]


def test_a_lock_is_read_as_it_was_written() -> None:
    entries = {"text:b|en|1": "sha256:bb", "definition:a|1.0.0": "sha256:aa"}
    text = write_lock(entries)
    assert text.splitlines()[1:] == ["definition:a|1.0.0 sha256:aa", "text:b|en|1 sha256:bb"]
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert read_lock(text) == entries
    assert read_lock("\n  \n# nothing yet\n") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# head\ndefinition:a|1\n", ["2: a line is a name and its digest: `name sha256:...`"]),
        ("a sha256:x y\n", ["1: a line is a name and its digest: `name sha256:...`"]),
        ("a sha256:x\n\na sha256:y\n", ["3: a stands twice"]),
        ("a sha256:x\na sha256:x\n", ["2: a stands twice"]),
        (
            "<<<<<<< HEAD\na sha256:x\n=======\na sha256:y\n>>>>>>> other\n",
            [
                "1: a line is a name and its digest: `name sha256:...`",
                "3: a line is a name and its digest: `name sha256:...`",
                "4: a stands twice",
                "5: a line is a name and its digest: `name sha256:...`",
            ],
        ),
    ],
)
def test_a_lock_that_a_merge_damaged_decides_nothing(text: str, said: list[str]) -> None:
    with pytest.raises(InstrumentInvalid) as caught:
        read_lock(text)
    assert [str(problem) for problem in caught.value.problems] == [f"published.lock:{line}" for line in said]
