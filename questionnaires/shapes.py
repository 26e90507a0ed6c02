"""A parsed YAML document -> a frozen pydantic shape, or every problem with its line and the nearest right word."""

import difflib
import types
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from questionnaires.errors import FileProblem
from questionnaires.strict_yaml import Document


class Shape(BaseModel):
    """What every file shape shares: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


S = TypeVar("S", bound=Shape)


def fit(shape: type[S], document: Document) -> S | tuple[FileProblem, ...]:
    """Read a document as that shape. Returns every problem at once, each on its line."""
    try:
        return shape.model_validate(document.data)
    except ValidationError as error:
        problems = (_problem(shape, document, fault) for fault in error.errors(include_url=False))
        return tuple(sorted(problems))


def _problem(shape: type[Shape], document: Document, fault: Any) -> FileProblem:
    path = tuple(fault["loc"])
    where = ".".join(str(step) for step in path)
    line = document.line_of(path)
    if fault["type"] == "extra_forbidden":
        allowed = _allowed_keys(shape, path[:-1])
        return FileProblem(document.file, line, f"unknown key '{where}': {advise(str(path[-1]), allowed)}")
    if fault["type"] == "missing":
        return FileProblem(document.file, line, f"'{where}' is missing")
    return FileProblem(document.file, line, f"'{where}': {fault['msg'][0].lower()}{fault['msg'][1:]}")


def advise(word: str, allowed: tuple[str, ...]) -> str:
    """What is allowed in the place of a word, the nearest first when one is near."""
    nearest = difflib.get_close_matches(word, allowed, n=1)
    hint = f"did you mean '{nearest[0]}'? " if nearest else ""
    return f"{hint}allowed: {', '.join(allowed) or 'nothing'}"


def _allowed_keys(shape: type[Shape], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys of the shape that a path leads to."""
    here: Any = shape
    for step in path:
        here = _step(here, step)
    return tuple(name for found in _shapes_in(here) for name in _names(found))


def _names(shape: type[Shape]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in shape.model_fields.items())


def _step(here: Any, step: str | int) -> Any:
    """The annotation one step further down: a field of a shape, or the values of a list or a mapping."""
    for shape in _shapes_in(here):
        for name, info in shape.model_fields.items():
            if step in (name, info.alias):
                return info.annotation
    for inner in _alternatives(here):
        arguments = get_args(inner)
        if get_origin(inner) in (tuple, list):
            return arguments[0]
        if get_origin(inner) is dict:
            return arguments[1]
    return None


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _shapes_in(annotation: Any) -> list[type[Shape]]:
    return [a for a in _alternatives(annotation) if isinstance(a, type) and issubclass(a, Shape)]
