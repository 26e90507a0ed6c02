"""Documents in their shape, and what is said where they do not fit."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from questionnaires.errors import FileProblem
from questionnaires.shapes import Shape, advise, fit
from questionnaires.strict_yaml import Document, parse


class Leaf(Shape):
    colour: Literal["green", "red"] = "green"
    size: Annotated[int, Field(ge=1)] | None = None


class Branch(Shape):
    name: str
    leaves: tuple[Leaf, ...] = ()
    branches: tuple["Branch", ...] = ()


class Tree(Shape):
    kind: Annotated[str, Field(alias="class")]
    branch: Branch | None = None
    by_name: dict[str, Branch] = {}
    groups: dict[str, tuple[Leaf, ...]] = {}
    words: dict[str, str | tuple[str, ...]] = {}


def problems(text: str) -> list[str]:
    document = parse("tree.yaml", text)
    assert isinstance(document, Document), document
    found = fit(Tree, document)
    assert isinstance(found, tuple), found
    return [str(problem) for problem in found]


def test_a_document_that_fits_becomes_its_shape() -> None:
    document = parse("tree.yaml", "class: oak\nbranch: {name: ' low ', leaves: [{size: 3}]}\n")
    assert isinstance(document, Document)

    tree = fit(Tree, document)

    assert isinstance(tree, Tree)
    assert (tree.kind, tree.branch) == ("oak", Branch(name="low", leaves=(Leaf(size=3),)))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(tree, "kind", "ash")  # noqa: B010 (mypy knows that it may not)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class: oak\nbrnch: {}\n", ["2: unknown key 'brnch': did you mean 'branch'? " + "allowed: {tree}"]),
        ("class: oak\nzzz: 1\n", ["2: unknown key 'zzz': allowed: {tree}"]),
        ("class: oak\nkind: ash\n", ["2: unknown key 'kind': allowed: {tree}"]),
        ("class: oak\nbranch:\n  name: x\n  leafs: []\n", ["4: unknown key 'branch.leafs': {near} allowed: {branch}"]),
        (
            "class: oak\nby_name:\n  low:\n    name: x\n    bud: 1\n",
            ["5: unknown key 'by_name.low.bud': allowed: {branch}"],
        ),
        (
            "class: oak\ngroups:\n  a:\n    - {size: 1}\n    - {color: red}\n",
            ["5: unknown key 'groups.a.1.color': did you mean 'colour'? allowed: colour, size"],
        ),
        (
            "class: oak\nbranch:\n  name: x\n  branches:\n    - name: y\n      leaves:\n        - sise: 1\n",
            ["7: unknown key 'branch.branches.0.leaves.0.sise': did you mean 'size'? allowed: colour, size"],
        ),
        ("branch: {name: x}\n", ["1: 'class' is missing"]),
        ("class: oak\nbranch:\n  leaves: []\n", ["2: 'branch.name' is missing"]),
        ("class: oak\nby_name:\n  a: {name: x}\n  b: {leaves: []}\n", ["4: 'by_name.b.name' is missing"]),
        ("class: ''\n", ["1: 'class': string should have at least 1 character"]),
        ("class:\n", ["1: 'class': string should have at least 1 character"]),
        ("class: '   '\n", ["1: 'class': string should have at least 1 character"]),
        ("class: [oak]\n", ["1: 'class': input should be a valid string"]),
        (
            "class: oak\nbranch:\n  name: x\n  leaves:\n    - size: 0\n",
            ["5: 'branch.leaves.0.size': input should be greater than or equal to 1"],
        ),
        (
            "class: oak\nbranch: {name: x, leaves: [{colour: blue}]}\n",
            ["2: 'branch.leaves.0.colour': input should be 'green' or 'red'"],
        ),
        ("- class\n", ["1: the file: input should be a valid dictionary or instance of Tree"]),
        ("oak\n", ["1: the file: input should be a valid dictionary or instance of Tree"]),
        (
            "branch: {leafs: []}\nclas: oak\n",
            [
                "1: 'branch.name' is missing",
                "1: 'class' is missing",
                "1: unknown key 'branch.leafs': {near} allowed: {branch}",
                "2: unknown key 'clas': did you mean 'class'? allowed: {tree}",
            ],
        ),
    ],
)
def test_every_problem_is_named_with_its_line_and_what_is_allowed(text: str, expected: list[str]) -> None:
    words = {
        "tree": "class, branch, by_name, groups, words",
        "branch": "name, leaves, branches",
        "near": "did you mean 'leaves'?",
    }
    assert problems(text) == [f"tree.yaml:{line.format(**words)}" for line in expected]


def test_a_problem_in_a_value_of_several_types_stands_on_its_line() -> None:
    found = problems("class: oak\nwords:\n  a: b\n  c: {d: e}\n")
    assert {line.split(" ")[0] for line in found} == {"tree.yaml:4:"}


def test_advice_without_anything_allowed() -> None:
    assert advise("word", ()) == "allowed: nothing"
    assert advise("wrod", ("other", "word")) == "did you mean 'word'? allowed: other, word"
    assert advise("xyz", ("other", "word")) == "allowed: other, word"


def test_problems_sort_by_place_and_read_as_editors_do() -> None:
    later, sooner = FileProblem("b.yaml", 1, "x"), FileProblem("a.yaml", 10, "y")
    assert sorted([later, sooner, FileProblem("a.yaml", 9, "z")]) == [FileProblem("a.yaml", 9, "z"), sooner, later]
    assert str(sooner) == "a.yaml:10: y"
