"""A second, naive scorer: plain loops over the YAML and CSV files, written without looking at the engine.

It shares only the reader of YAML text with the project: no shape, no rulebook, no operator, no policy, no branching
code. Slow and literal on purpose. What it does not know it refuses, so that a new operator must be added here too.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from questionnaires.strict_yaml import Document, parse

Result = tuple[str, Decimal] | tuple[str, str, tuple[str, ...]]
"""("value", number), or ("missing", why the first absent input is absent, the absent inputs)."""


@cache
def _read(path: Path) -> Any:
    document = parse(path.name, path.read_text(encoding="utf-8"))
    assert isinstance(document, Document), document
    return document.data


@cache
def _table(path: Path) -> Mapping[tuple[Decimal, ...], Decimal]:
    cells = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        *key, value = (Decimal(cell) for cell in line.split(","))
        cells[tuple(key)] = value
    return cells


def reference_scores(folder: Path, definition: str, scoring: str, answers: Mapping[str, object]) -> dict[str, Result]:
    """Every score of one response, by the rules of an instrument folder. `answers` is as a client sends it."""
    asked = _read(folder / "definition" / f"{definition}.yaml")
    rules = _read(folder / "scoring" / scoring / "scoring.yaml")
    questions: dict[str, Any] = {}
    visible: dict[str, bool] = {}
    _walk(asked["items"], True, answers, questions, visible)
    results = {}
    for rule in rules["scores"]:
        numbers = {}
        why = {}
        for link_id in rule["inputs"]:
            number = _number(questions[link_id], asked["option_sets"], answers.get(link_id))
            if number is not None:
                numbers[link_id] = number
            elif link_id in answers:
                why[link_id] = "declined"
            elif visible[link_id]:
                why[link_id] = "skipped"
            else:
                why[link_id] = "hidden"
        if rule["missing"] == "zero_if_lead_zero":
            lead = rule["inputs"][0]
            if numbers.get(lead) == 0 and all(reason == "hidden" for reason in why.values()):
                for link_id in list(why):
                    numbers[link_id] = Decimal(0)
                    del why[link_id]
        else:
            assert rule["missing"] == "complete", rule["missing"]
        results[rule["name"]] = _result(rule, numbers, why, folder / "scoring" / scoring / "tables")
    return results


def _result(rule: Any, numbers: Mapping[str, Decimal], why: Mapping[str, str], tables: Path) -> Result:
    if why:
        return "missing", next(iter(why.values())), tuple(why)
    in_order = tuple(numbers[link_id] for link_id in rule["inputs"])
    if rule["operator"] == "value":
        return "value", in_order[0]
    assert rule["operator"] == "lookup", rule["operator"]
    return "value", _table(tables / f"{rule['table']}.csv")[in_order]


def _walk(
    items: list[Any],
    above: bool,
    answers: Mapping[str, object],
    questions: dict[str, Any],
    visible: dict[str, bool],
) -> None:
    for item in items:
        questions[item["link_id"]] = item
        assert item.get("enable_behavior", "all") == "all"
        shown = above
        for condition in item.get("enable_when", []):
            asked = condition["question"]
            given = answers.get(asked) if visible[asked] else None
            if condition["operator"] == "exists":
                shown = shown and (given is not None) == (condition["answer"] == "true")
            else:
                assert condition["operator"] == "!=", condition["operator"]
                shown = shown and given != condition["answer"]
        visible[item["link_id"]] = shown
        _walk(item.get("items", []), shown, answers, questions, visible)


def _number(item: Any, option_sets: Any, answer: object) -> Decimal | None:
    if answer is None:
        return None
    if item["type"] == "integer":
        assert isinstance(answer, int)
        return Decimal(answer)
    assert item["type"] == "choice", item["type"]
    for option in option_sets[item["option_set"]]:
        if option["code"] == answer:
            return Decimal(option["weight"]) if "weight" in option else None
    raise AssertionError(f"{answer} is no option of {item['link_id']}")
