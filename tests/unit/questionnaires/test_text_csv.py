"""Words in a CSV file, as spreadsheets write it."""

import pytest

from questionnaires.text_csv import NAMES, csv_template, csv_text, read_csv
from questionnaires.text_parts import Entry, Kind, Part

PARTS = (Part(Kind.TITLE), Part(Kind.ITEM, "pain"), Part(Kind.OPTION, "pain", "0"))


def test_the_template_has_a_row_for_each_part() -> None:
    assert csv_template(PARTS) == "kind,key,code,text\ntitle,,,\nitem,pain,,\noption,pain,0,\n"


def test_the_template_filled_in_is_read_back() -> None:
    rows = csv_template(PARTS).splitlines()
    read = read_csv("\n".join([rows[0], *(f"{row}words" for row in rows[1:])]))
    assert read.entries == tuple(Entry(part, "words", f"row {n}") for n, part in enumerate(PARTS, start=2))
    assert (read.problems, read.unused, read.names) == ((), (), NAMES)


def test_words_are_written_as_they_are_read_back() -> None:
    words = {Part(Kind.TITLE): "One, two", Part(Kind.ITEM, "pain"): 'Two "lines"\nof words', PARTS[2]: "=1+1"}
    read = read_csv(csv_text(words))
    assert ({entry.part: entry.words for entry in read.entries}, read.problems) == (words, ())


def test_the_template_as_it_is_has_no_words() -> None:
    assert {entry.words for entry in read_csv(csv_template(PARTS)).entries} == {""}


@pytest.mark.parametrize(
    "text",
    [
        "kind,key,code,text\nitem,pain,,Did it hurt?\n",
        "kind;key;code;text\r\nitem;pain;;Did it hurt?\r\n",
        "Kind, Key, Code, Text\n item , pain ,, Did it hurt? \n",
        '"kind","key","code","text"\n"item","pain","","Did it hurt?"\n',
        "kind;key;code;text;;\nitem;pain;;Did it hurt?;;\n;;;;;\n",
    ],
    ids=["commas", "semicolons", "spaces", "quotes", "trailing"],
)
def test_what_spreadsheets_make_of_it_is_read(text: str) -> None:
    assert read_csv(text).entries == (Entry(Part(Kind.ITEM, "pain"), "Did it hurt?", "row 2"),)


def test_rows_are_counted_as_a_spreadsheet_does() -> None:
    text = 'kind,key,code,text\nitem,a,,"two\nlines, one row"\n\n,,,\nitem,b,,B\n'
    assert [(entry.place, entry.words) for entry in read_csv(text).entries] == [
        ("row 2", "two\nlines, one row"),
        ("row 5", "B"),
    ]


@pytest.mark.parametrize("text", ["", "\n", "kind,key,text\n", "item,pain,,Did it hurt?\n", "kind\tkey\tcode\ttext\n"])
def test_a_file_without_the_header_says_what_it_should_be(text: str) -> None:
    read = read_csv(text)
    assert read.entries == ()
    assert read.problems == (
        "row 1: the first row names the columns: kind,key,code,text (with commas, or with semicolons)",
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("item,pain,,Well, did it?", "row 2, column text: the row has 5 cells, the header 4: "),
        ("item,pain", "row 2, column text: the row has 2 cells, the header 4: "),
        ("itm,pain,,Did it?", "row 2, column kind: there is no kind 'itm': did you mean 'item'? allowed: title, "),
        (",pain,,Did it?", "row 2, column kind: there is no kind '': allowed: title, "),
        ('item,pain,,"Did it?" he said', "row 2: not CSV: "),
        ('item,pain,,"Did it?', "row 2: not CSV: "),
    ],
)
def test_a_row_that_is_none_says_where_and_why(row: str, problem: str) -> None:
    (said,) = read_csv(f"kind,key,code,text\n{row}\n").problems
    assert said.startswith(problem)


def test_the_rows_around_a_bad_one_are_read() -> None:
    read = read_csv("kind,key,code,text\nitem,a,,A\nitm,b,,B\nitem,c,,C\n")
    assert [entry.part.key for entry in read.entries] == ["a", "c"]
    assert len(read.problems) == 1
