"""Small questionnaires with fixed values, and the shipped ones."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from questionnaires.catalogue import Catalogue, load_catalogue
from questionnaires.definition import (
    AnswerOption,
    EnableOperator,
    EnableWhen,
    Item,
    ItemType,
    PublicationStatus,
    Questionnaire,
    Value,
)

CANONICAL_BASE = "https://vigie.example/fhir"
INSTRUMENTS = Path(__file__).parents[2] / "questionnaires" / "instruments"


@cache
def shipped() -> Catalogue:
    """The catalogue of the shipped instruments."""
    return load_catalogue(INSTRUMENTS, CANONICAL_BASE)


def questionnaire(*items: Item, status: PublicationStatus = PublicationStatus.ACTIVE) -> Questionnaire:
    """A questionnaire of these items; everything else is fixed."""
    return Questionnaire(
        instrument="sample",
        version="1.0.0",
        url=f"{CANONICAL_BASE}/Questionnaire/sample",
        status=status,
        date="2026-01-31",
        recall_period="P7D",
        items=items,
        digest="sha256:" + "0" * 64,
    )


def item(link_id: str, type_: ItemType, **fields: Any) -> Item:
    """One item of any type."""
    return Item(link_id, type_, **fields)


def choice(link_id: str, *codes: str, **fields: Any) -> Item:
    """A choice among these codes, which are "0" to "4" where none is named."""
    options = tuple(AnswerOption(code) for code in codes or "01234")
    return Item(link_id, ItemType.CHOICE, **({"options": options} | fields))


def group(link_id: str, *items: Item, **fields: Any) -> Item:
    """A group of these items."""
    return Item(link_id, ItemType.GROUP, items=items, **fields)


def when(question: str, operator: str, answer: Value) -> tuple[EnableWhen, ...]:
    """One condition, as `enable_when` holds it."""
    return (EnableWhen(question, EnableOperator(operator), answer),)


EVERYTHING = questionnaire(
    item("introduction", ItemType.DISPLAY),
    choice("lead", required=True),
    choice("severity", enable_when=when("lead", "!=", "0"), required=True),
    choice("interference", enable_when=when("severity", "exists", True)),
    choice("none-of-it", enable_when=when("severity", "exists", False)),
    group(
        "body",
        item("temperature", ItemType.DECIMAL, minimum=Decimal("34.0"), maximum=Decimal("43.5"), unit="Cel"),
        item("fever-since", ItemType.DATE, enable_when=when("temperature", ">", Decimal("38.5"))),
        item("cold-since", ItemType.TIME, enable_when=when("temperature", "<", Decimal(35))),
        group(
            "weight-group",
            item("weight", ItemType.INTEGER, minimum=Decimal(20)),
            item("height", ItemType.INTEGER, maximum=Decimal(250)),
            enable_when=when("fever-since", ">=", "2020-01-01") + when("cold-since", "<=", "12:00:00"),
            enable_any=True,
        ),
        enable_when=when("lead", "=", "3") + when("lead", "=", "4"),
        enable_any=True,
    ),
    item("smokes", ItemType.BOOLEAN, repeats=False),
    item("smokes-what", ItemType.STRING, enable_when=when("smokes", "=", True), required=True),
    choice(
        "topics",
        options=(
            AnswerOption("pain"),
            AnswerOption("sleep"),
            AnswerOption("work"),
            AnswerOption("nothing", exclusive=True),
            AnswerOption("declined", opt_out=True),
        ),
        repeats=True,
    ),
    item("words", ItemType.TEXT, max_length=50, enable_when=when("topics", "=", "work"), items=(choice("urgent"),)),
    item("seen-at", ItemType.DATE_TIME),
    item("count", ItemType.INTEGER, repeats=True, minimum=Decimal(0), maximum=Decimal(1000)),
    item("dose", ItemType.DECIMAL),
)
"""Every type, every operator, all and any, groups inside groups, an item below a question, repeats and exclusives."""
