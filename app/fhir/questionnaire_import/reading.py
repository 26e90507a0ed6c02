"""The file of a resource, read without guessing: what JSON leaves open is refused, with the place."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.fhir.questionnaire_import.questionnaire import NotAQuestionnaire
from questionnaires.strict_yaml import MAX_DEPTH


def read_resource(path: Path) -> Any:
    """The parsed JSON of a file, its numbers exact. Raises NotAQuestionnaire."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise NotAQuestionnaire(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise NotAQuestionnaire(f"{path}: not UTF-8 (byte {error.start}): save it as UTF-8") from None
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise NotAQuestionnaire(f"{path}: not JSON (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise NotAQuestionnaire(f"{path}: {_TOO_DEEP}") from None
    except ValueError as error:
        raise NotAQuestionnaire(f"{path}: {error}") from None
    if _is_too_deep(found):
        raise NotAQuestionnaire(f"{path}: {_TOO_DEEP}")
    return found


_TOO_DEEP = f"more than {MAX_DEPTH} objects and lists inside one another: no instrument file holds that"


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one that has a key twice is refused, because one of the two would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"an object has the same key twice ({', '.join(twice)}): keep one of them")
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON number: write a number")


def _is_too_deep(found: Any) -> bool:
    level = [found]
    for _ in range(MAX_DEPTH):
        level = [i for v in level for i in (v.values() if isinstance(v, dict) else v if isinstance(v, list) else ())]
    return any(isinstance(value, dict | list) for value in level)
