"""One value against one item."""

from decimal import Decimal
from typing import Any

import pytest

from questionnaires.answer_types import MAX_INTEGER, MAX_LENGTH, fault_of
from questionnaires.definition import Item, ItemType
from questionnaires.issues import IssueCode
from tests.support.questionnaires import choice, item


def code_of(asked: Item, value: Any) -> IssueCode | None:
    fault = fault_of(asked, value)
    return fault.code if fault else None


WRONG, RANGE, TEXT = IssueCode.WRONG_TYPE, IssueCode.OUT_OF_RANGE, IssueCode.INVALID_TEXT
NOTHING_LIKE_IT: list[Any] = [None, [], {}, ["0"], {"code": "0"}, 1.5, float("nan")]


@pytest.mark.parametrize("type_", [t for t in ItemType if t not in (ItemType.GROUP, ItemType.DISPLAY)])
@pytest.mark.parametrize("value", NOTHING_LIKE_IT, ids=repr)
def test_no_type_takes_nothing_a_list_an_object_or_a_float(type_: ItemType, value: Any) -> None:
    asked = choice("x") if type_ is ItemType.CHOICE else item("x", type_)
    assert code_of(asked, value) is WRONG


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", None),
        ("4", None),
        ("5", IssueCode.NOT_AN_OPTION),
        ("", IssueCode.NOT_AN_OPTION),
        (" 0", IssueCode.NOT_AN_OPTION),
        ("٠", IssueCode.NOT_AN_OPTION),
        ("\ud800", IssueCode.NOT_AN_OPTION),
        (0, WRONG),
        (False, WRONG),
    ],
)
def test_choice(value: Any, expected: IssueCode | None) -> None:
    assert code_of(choice("x"), value) is expected


def test_a_choice_names_its_options() -> None:
    asked = choice("x", "yes", "no")
    for value in ("maybe", 1):
        fault = fault_of(asked, value)
        assert fault is not None
        assert fault.allowed == ("yes", "no")


@pytest.mark.parametrize(
    ("value", "expected"), [(True, None), (False, None), ("true", WRONG), (1, WRONG), (0, WRONG), (Decimal(1), WRONG)]
)
def test_boolean(value: Any, expected: IssueCode | None) -> None:
    assert code_of(item("x", ItemType.BOOLEAN), value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, None),
        (10, None),
        (-1, RANGE),
        (11, RANGE),
        (True, WRONG),
        (Decimal(5), WRONG),
        (Decimal("5.0"), WRONG),
        ("5", WRONG),
        (10**4000, RANGE),
        (-(10**4000), RANGE),
    ],
    ids=lambda value: str(value)[:12],
)
def test_integer_in_a_range(value: Any, expected: IssueCode | None) -> None:
    asked = item("x", ItemType.INTEGER, minimum=Decimal(0), maximum=Decimal(10))
    fault = fault_of(asked, value)
    assert (fault.code if fault else None) is expected
    assert fault is None or fault.allowed == (">= 0", "<= 10")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (MAX_INTEGER, None),
        (-MAX_INTEGER, None),
        (MAX_INTEGER + 1, RANGE),
        (-MAX_INTEGER - 1, RANGE),
    ],
)
def test_integer_without_a_range_has_that_of_fhir(value: int, expected: IssueCode | None) -> None:
    assert code_of(item("x", ItemType.INTEGER), value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("34.5"), None),
        (Decimal("34.50"), None),
        (Decimal(43), None),
        (40, None),
        (Decimal("34.49"), RANGE),
        (Decimal("43.000000000000001"), RANGE),
        (True, WRONG),
        ("40", WRONG),
        (Decimal("NaN"), RANGE),
        (Decimal("sNaN"), RANGE),
        (Decimal("Infinity"), RANGE),
        (Decimal("-Infinity"), RANGE),
        (Decimal("1E+1000000"), RANGE),
        (Decimal("1E-1000000"), RANGE),
        (10**400, RANGE),
    ],
    ids=lambda value: str(value)[:12],
)
def test_decimal_in_a_range(value: Any, expected: IssueCode | None) -> None:
    assert code_of(item("x", ItemType.DECIMAL, minimum=Decimal("34.5"), maximum=Decimal(43)), value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("123456789012345678", None),
        ("1234567890123456789", RANGE),
        ("0.12345678901234567", None),
        ("-0", None),
        ("1E+18", None),
        ("1E+19", RANGE),
        ("1E-18", None),
        ("1E-19", RANGE),
    ],
)
def test_decimal_keeps_eighteen_digits(value: str, expected: IssueCode | None) -> None:
    assert code_of(item("x", ItemType.DECIMAL), Decimal(value)) is expected


@pytest.mark.parametrize("type_", [ItemType.STRING, ItemType.TEXT])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("pain", None),
        ("ألم في الظهر \u200f(شديد)", None),
        ("line\n\tline\r\n", None),
        ("👩‍👩‍👧 e\u0301", None),
        ("\U0010fffd", None),
        ("", TEXT),
        (" \n\t\u00a0\u3000", TEXT),
        ("pain\x00", TEXT),
        ("\x1b[31mred", TEXT),
        ("a\x7fb", TEXT),
        ("a\x0bb", TEXT),
        ("\ud800", TEXT),
        ("a\udfffb", TEXT),
        ("a\ufffe", TEXT),
        ("a\uffff", TEXT),
        (5, WRONG),
        (True, WRONG),
        (Decimal(5), WRONG),
    ],
)
def test_text(type_: ItemType, value: Any, expected: IssueCode | None) -> None:
    assert code_of(item("x", type_), value) is expected


@pytest.mark.parametrize(
    ("asked", "limit"),
    [
        (item("x", ItemType.STRING), 255),
        (item("x", ItemType.TEXT), 4_000),
        (item("x", ItemType.TEXT, max_length=10), 10),
    ],
)
def test_text_has_a_limit_in_characters(asked: Item, limit: int) -> None:
    assert code_of(asked, "é" * limit) is None
    fault = fault_of(asked, "é" * (limit + 1))
    assert fault is not None
    assert (fault.code, fault.allowed) == (IssueCode.TOO_LONG, (f"at most {limit} characters",))
    assert MAX_LENGTH[asked.type] >= limit


@pytest.mark.parametrize(
    "value",
    ["2025-02-28", "2024-02-29", "2000-02-29", "2025-12-31", "2025-02", "2025-12", "2025", "0001", "9999-12-31"],
)
def test_days_months_and_years_that_exist(value: str) -> None:
    assert fault_of(item("x", ItemType.DATE), value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2025-02-30",
        "2025-02-29",
        "1900-02-29",
        "2025-04-31",
        "2025-13",
        "2025-00",
        "2025-01-00",
        "0000",
        "0000-01-01",
        "25-01-01",
        "2025-1-1",
        "20250101",
        "2025-W01-1",
        "2025-01-01T00:00:00Z",
        "2025-01-01\n",
        " 2025-01-01",
        "٢٠٢٥-01-01",
        "",
        20250101,
    ],
)
def test_days_that_do_not_exist(value: Any) -> None:
    assert code_of(item("x", ItemType.DATE), value) is WRONG


@pytest.mark.parametrize("value", ["00:00:00", "23:59:59", "12:30:00.5", "12:30:00.123456"])
def test_times_of_day(value: str) -> None:
    assert fault_of(item("x", ItemType.TIME), value) is None


@pytest.mark.parametrize(
    "value",
    [
        "24:00:00",
        "12:60:00",
        "12:00:60",
        "12:30",
        "1:30:00",
        "12:30:00Z",
        "12:30:00.1234567",
        "1٢:00:00",
        "12:00:00\n",
        12,
    ],
)
def test_what_is_no_time_of_day(value: Any) -> None:
    assert code_of(item("x", ItemType.TIME), value) is WRONG


@pytest.mark.parametrize(
    "value",
    [
        "2025-01-31T10:00:00Z",
        "2024-02-29T23:59:59.123+05:30",
        "2025-01-31T10:00:00.1-12:00",
        "2025-01-31T10:00:00+14:00",
        "2025-01-31T10:00:00-00:00",
    ],
)
def test_moments(value: str) -> None:
    assert fault_of(item("x", ItemType.DATE_TIME), value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2025-02-30T10:00:00Z",
        "2025-02-29T10:00:00Z",
        "2025-01-31T24:00:00Z",
        "2025-01-31T10:00:00",
        "2025-01-31T10:00Z",
        "2025-01-31 10:00:00Z",
        "2025-01-31T10:00:00+14:01",
        "2025-01-31T10:00:00+1:00",
        "2025-01-31T10:00:00+01:60",
        "2025-01-31",
        "٢٠٢٥-01-31T10:00:00Z",
        "2025-01-31T10:00:00Z\n",
        1738317600,
    ],
)
def test_what_is_no_moment(value: Any) -> None:
    assert code_of(item("x", ItemType.DATE_TIME), value) is WRONG
