"""Answers as people and files write them (texts) -> as clients send them (JSON types), without what is hidden."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from questionnaires.definition import Item, ItemType, Questionnaire, Value
from questionnaires.enablement import enabled_items
from questionnaires.response import Answers
from questionnaires.validation import validate_draft

Written = Mapping[str, str | tuple[str, ...]]
"""link_id -> the text of an answer, a tuple for an item that repeats."""


@dataclass(frozen=True, slots=True)
class ShownAnswers:
    """Answers as a form shows them.

    `raw`: what is to be sent: without what branching hides, with what does not fit, so that its fault is told.
    `fitting`: those that fit their items. `enabled`: the link ids that branching leaves open for these.
    """

    raw: Mapping[str, Any]
    fitting: Answers
    enabled: frozenset[str]


_OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$", re.ASCII)
# Decimal separators of Arabic and of French, and the digits of Arabic and Persian keyboards: a phone writes what its
# language writes.
_DIGITS = str.maketrans({chr(first + n): str(n) for first in (0x660, 0x6F0) for n in range(10)})
_SEPARATORS = str.maketrans({",": ".", "٫": "."})
# A thousand to some, one to others: nobody but who typed it knows.
_AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def form_answers(questionnaire: Questionnaire, fields: Mapping[str, Sequence[str]], zone: tzinfo = UTC) -> Written:
    """The fields of an HTML form as answers: empty ones were not answered, and what is no item is left out.

    A repeating item that is typed has one answer a line. Free text stays as written, but for a form's own line ends.
    `zone`: where a date and time is meant that a form has without its offset.
    """
    found: dict[str, str | tuple[str, ...]] = {}
    for item in questionnaire.questions:
        given = tuple(value for value in fields.get(item.link_id, ()) if value.strip())
        if not given:
            continue
        if not item.repeats:
            found[item.link_id] = _typed(item, given[-1], zone)
        elif item.options:
            found[item.link_id] = given
        else:
            lines = [line for value in given for line in value.splitlines() if line.strip()]
            found[item.link_id] = tuple(_typed(item, line, zone) for line in lines)
    return found


def raw_answers(questionnaire: Questionnaire, written: Written) -> dict[str, Any]:
    """The answers with the types of their items. What has not the form of its type stays a text."""
    return {link_id: _raw(questionnaire.item(link_id), answer) for link_id, answer in written.items()}


def shown_answers(questionnaire: Questionnaire, raw: Mapping[str, Any]) -> ShownAnswers:
    """Leave out what branching hides. Branching is judged by the answers that fit: a faulty one hides nothing else."""
    faulty = {issue.link_id for issue in validate_draft(questionnaire, raw)}
    fitting = {link_id: _values(given) for link_id, given in raw.items() if link_id not in faulty}
    enabled = enabled_items(questionnaire, fitting)
    return ShownAnswers(
        raw={link_id: given for link_id, given in raw.items() if link_id in enabled or link_id in faulty},
        fitting={link_id: values for link_id, values in fitting.items() if link_id in enabled},
        enabled=enabled,
    )


def _typed(item: Item, text: str, zone: tzinfo) -> str:
    if item.type in (ItemType.INTEGER, ItemType.DECIMAL):
        return _typed_number(text.strip())
    if item.type is ItemType.TIME:
        return f"{text}:00" if len(text) == len("hh:mm") else text
    if item.type is ItemType.DATE_TIME and not _OFFSET.search(text):
        return _in_zone(text, zone)
    return text.replace("\r\n", "\n")


def _typed_number(text: str) -> str:
    """In our digits and with our separator; what can be read in two ways stays as typed, and so is asked again."""
    digits = text.translate(_DIGITS)
    return text if _AMBIGUOUS.fullmatch(digits) else digits.translate(_SEPARATORS)


def _in_zone(text: str, zone: tzinfo) -> str:
    """A browser's own field for a date and time gives them without an offset. What is none stays as it is."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat(timespec="seconds")
    except ValueError:
        return text


def _raw(item: Item | None, answer: str | tuple[str, ...]) -> Any:
    if not isinstance(answer, str):
        return [_raw(item, one) for one in answer]
    if item is not None and item.type is ItemType.BOOLEAN:
        return {"true": True, "false": False}.get(answer, answer)
    if item is not None and item.type in (ItemType.INTEGER, ItemType.DECIMAL):
        return _number(item, answer)
    return answer


def _number(item: Item, answer: str) -> int | Decimal | str:
    """Python itself reads more as a number than a person would: underscores, `nan`, the digits of every script."""
    form = _INTEGER if item.type is ItemType.INTEGER else _DECIMAL
    if not form.fullmatch(answer):
        return answer
    try:
        return int(answer) if item.type is ItemType.INTEGER else Decimal(answer)
    except (ValueError, InvalidOperation):  # longer than Python converts
        return answer


def _values(given: object) -> tuple[Value, ...]:
    return tuple(cast(Sequence[Value], given)) if isinstance(given, list) else (cast(Value, given),)
