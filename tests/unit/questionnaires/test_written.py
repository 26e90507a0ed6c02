"""Answers as people write them: typed, read as they were meant, and without what branching hides."""

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from questionnaires.definition import AnswerOption, EnableOperator, EnableWhen, Item, ItemType, Questionnaire
from questionnaires.written import form_answers, raw_answers, shown_answers
from tests.support.scoring import WEEKLY

LEVELS = (AnswerOption("0", 0), AnswerOption("1", 1))
ITEMS = (
    Item("pain", ItemType.CHOICE, options=LEVELS),
    Item(
        "where",
        ItemType.TEXT,
        enable_when=(
            EnableWhen("pain", EnableOperator.EXISTS, True),
            EnableWhen("pain", EnableOperator.NOT_EQUAL, "0"),
        ),
    ),
    Item("weight", ItemType.DECIMAL, minimum=Decimal(20)),
    Item("stools", ItemType.INTEGER),
    Item("topics", ItemType.CHOICE, repeats=True, options=LEVELS),
    Item("names", ItemType.STRING, repeats=True),
    Item("at", ItemType.TIME),
)


def asking(*items: Item) -> Questionnaire:
    return replace(WEEKLY.questionnaire, items=items)


def test_written_answers_become_what_a_client_sends() -> None:
    items = (
        Item("yes", ItemType.BOOLEAN),
        Item("no", ItemType.BOOLEAN),
        Item("perhaps", ItemType.BOOLEAN),
        Item("whole", ItemType.INTEGER),
        Item("weight", ItemType.DECIMAL),
        Item("many", ItemType.INTEGER),
        Item("many-kilos", ItemType.DECIMAL),
        Item("several", ItemType.CHOICE, repeats=True, options=(AnswerOption("a"), AnswerOption("b"))),
    )
    questionnaire = replace(WEEKLY.questionnaire, items=items)
    written: dict[str, str | tuple[str, ...]] = {
        "yes": "true",
        "no": "false",
        "perhaps": "perhaps",
        "whole": "7",
        "weight": "62.50",
        "many": "seven",
        "many-kilos": "heavy",
        "several": ("a", "b"),
        "unknown": "x",
    }
    assert raw_answers(questionnaire, written) == {
        "yes": True,
        "no": False,
        "perhaps": "perhaps",
        "whole": 7,
        "weight": Decimal("62.50"),
        "many": "seven",
        "many-kilos": "heavy",
        "several": ["a", "b"],
        "unknown": "x",
    }


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("68,5", Decimal("68.5")),
        (" 68.50 ", Decimal("68.50")),
        ("٦٨٫٥", Decimal("68.5")),
        ("۶۸٫۵", Decimal("68.5")),
        ("68,5 kg", "68.5 kg"),
        ("0,500", Decimal("0.500")),
        ("1234,567", Decimal("1234.567")),
        ("١٫٠٠٠", Decimal("1.000")),
        ("1,000", "1,000"),
        ("-12,500", "-12,500"),
        ("١,٠٠٠", "١,٠٠٠"),
        ("1_0", "1_0"),
        ("nan", "nan"),
        ("６８", "６８"),
        ("-0", Decimal("-0")),
        ("1e1", Decimal(10)),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, expected: object) -> None:
    questionnaire = asking(*ITEMS)
    assert raw_answers(questionnaire, form_answers(questionnaire, {"weight": [typed]})) == {"weight": expected}


@pytest.mark.parametrize("typed", ["1_0", "７", "9" * 5_000, "1e1", "7.0", "1,000"])
def test_what_python_alone_calls_a_whole_number_is_none(typed: str) -> None:
    questionnaire = asking(*ITEMS)
    (given,) = raw_answers(questionnaire, form_answers(questionnaire, {"stools": [typed]})).values()
    assert isinstance(given, str)


def test_a_form_says_what_was_answered_and_nothing_else() -> None:
    questionnaire = asking(*ITEMS)
    fields = {
        "pain": [""],
        "where": ["in the back\r\nat night "],
        "stools": ["٣"],
        "topics": ["1", "", "0"],
        "names": ["Ann\r\n\r\nBo"],
        "at": ["08:30"],
        "unheard-of": ["x"],
    }
    assert form_answers(questionnaire, fields) == {
        "where": "in the back\nat night ",
        "stools": "3",
        "topics": ("1", "0"),
        "names": ("Ann", "Bo"),
        "at": "08:30:00",
    }


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-03-02T08:30", "2026-03-02T08:30:00+01:00"),
        ("2026-07-02T08:30", "2026-07-02T08:30:00+02:00"),
        ("2026-03-02T08:30:00Z", "2026-03-02T08:30:00Z"),
        ("in the morning", "in the morning"),
    ],
)
def test_a_date_and_time_is_meant_where_the_form_was_filled_in(typed: str, expected: str) -> None:
    questionnaire = asking(Item("when", ItemType.DATE_TIME))
    assert form_answers(questionnaire, {"when": [typed]}, ZoneInfo("Europe/Paris")) == {"when": expected}


def test_what_branching_hides_is_left_out() -> None:
    shown = shown_answers(asking(*ITEMS), {"pain": "0", "where": "in the back", "weight": Decimal(70)})
    assert shown.raw == {"pain": "0", "weight": Decimal(70)}
    assert shown.fitting == {"pain": ("0",), "weight": (Decimal(70),)}
    assert "where" not in shown.enabled


def test_what_does_not_fit_stays_so_that_its_fault_is_told() -> None:
    shown = shown_answers(asking(*ITEMS), {"pain": "1", "where": "here", "weight": "much", "topics": ["0", "1"]})
    assert shown.raw == {"pain": "1", "where": "here", "weight": "much", "topics": ["0", "1"]}
    assert shown.fitting == {"pain": ("1",), "where": ("here",), "topics": ("0", "1")}


def test_a_faulty_answer_hides_nothing() -> None:
    assert shown_answers(asking(*ITEMS), {"pain": "unbearable"}).raw == {"pain": "unbearable"}
