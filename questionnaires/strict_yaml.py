"""YAML without surprises.

Every plain scalar is a string until a shape says otherwise (`no` stays "no", `1.10` stays "1.10"); a key that
stands twice, an anchor, an alias or a tag is an error; and every value keeps its line for error messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from questionnaires.errors import FileProblem

Path = tuple[str | int, ...]

MAX_DEPTH = 50
"""Lists and mappings inside one another: far more than any shape has, far less than Python's stack."""


@dataclass(frozen=True)
class Document:
    """The parsed text of one file: plain dicts, lists and strings, with the line of every path."""

    file: str
    data: Any
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """The line of a path, or of the nearest thing above it that the file has."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(file: str, text: str) -> Document | FileProblem:
    """Parse one YAML text. `file` is the name that errors show."""
    reader = _Reader(file)
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            reader.refuse_cleverness(event)
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
        data = reader.read(root, ()) if root is not None else {}
    except yaml.MarkedYAMLError as error:
        return FileProblem(file, _line(error.problem_mark), f"not YAML: {error.problem}")
    except yaml.YAMLError as error:
        return FileProblem(file, 1, f"not YAML: {str(error).splitlines()[0]}")
    except _Refused as refused:
        return refused.problem
    return Document(file, data, reader.lines)


class _Refused(Exception):
    def __init__(self, problem: FileProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.depth = 0

    def refuse_cleverness(self, event: yaml.Event) -> None:
        line = _line(event.start_mark)
        self.depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if self.depth > MAX_DEPTH:
            raise _Refused(FileProblem(self.file, line, f"more than {MAX_DEPTH} lists and mappings inside one another"))
        if getattr(event, "anchor", None):
            raise _Refused(FileProblem(self.file, line, "anchors and aliases are not allowed: write the value out"))
        if getattr(event, "tag", None):
            raise _Refused(FileProblem(self.file, line, "tags (!...) are not allowed: write plain values"))

    def read(self, node: yaml.Node, path: Path) -> Any:
        self.lines[path] = _line(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, Any] = {}
            for key_node, value_node in node.value:
                line = _line(key_node.start_mark)
                if not isinstance(key_node, yaml.ScalarNode):
                    raise _Refused(FileProblem(self.file, line, "a key must be a word"))
                key = key_node.value
                if key in mapping:
                    text = f"the key '{key}' stands twice (first on line {self.lines[(*path, key)]})"
                    raise _Refused(FileProblem(self.file, line, text))
                mapping[key] = self.read(value_node, (*path, key))
                self.lines[(*path, key)] = line
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, number)) for number, child in enumerate(node.value)]
        return node.value


def _line(mark: Any) -> int:
    """Lines as an editor counts them. PyYAML's types allow a thing without a mark; the C parser gives none."""
    return int(mark.line) + 1
