"""A parsed YAML document -> a frozen pydantic shape, or every problem with its line and the nearest right word."""

import difflib
import types
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from questionnaires.errors import FileProblem
from questionnaires.strict_yaml import Document


class Shape(BaseModel):
    """What every file shape shares: frozen; an unknown key is an error, and so is an empty text."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, str_min_length=1)


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
    where = f"'{'.'.join(str(step) for step in path)}'" if path else "the file"
    line = document.line_of(path)
    if fault["type"] == "extra_forbidden":
        allowed = _allowed_keys(shape, path[:-1])
        return FileProblem(document.file, line, f"unknown key {where}: {advise(str(path[-1]), allowed)}")
    if fault["type"] == "missing":
        return FileProblem(document.file, line, f"{where} is missing")
    return FileProblem(document.file, line, f"{where}: {fault['msg'][0].lower()}{fault['msg'][1:]}")


def advise(word: str, allowed: tuple[str, ...]) -> str:
    """What is allowed in the place of a word, the nearest first when one is near."""
    nearest = difflib.get_close_matches(word, allowed, n=1)
    hint = f"did you mean '{nearest[0]}'? " if nearest else ""
    return f"{hint}allowed: {', '.join(allowed) or 'nothing'}"


def _allowed_keys(shape: type[Shape], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys of the shape that a path leads to."""
    here: list[Any] = [shape]
    for step in path:
        here = [inner for annotation in here for inner in _inside(annotation, step)]
    return tuple(name for annotation in here for name in _fields(annotation))


def _inside(annotation: Any, step: str | int) -> tuple[Any, ...]:
    """What stands one step further down: the values of a list or a mapping, or a field of a shape."""
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        return _alternatives(arguments[0])
    if get_origin(annotation) is dict:
        return _alternatives(arguments[1])
    return _alternatives(_fields(annotation).get(str(step)))


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _fields(annotation: Any) -> dict[str, Any]:
    """The keys of a shape as its file writes them, each with what stands there; nothing for what is no shape."""
    fields = getattr(annotation, "model_fields", {})
    return {info.alias or name: info.annotation for name, info in fields.items()}
