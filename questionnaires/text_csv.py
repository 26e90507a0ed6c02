"""The words of a questionnaire as a CSV file: the empty one to fill in, and a filled-in one read back."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from questionnaires.shapes import advise
from questionnaires.text_parts import Entry, FileWords, Kind, Part

COLUMNS = ("kind", "key", "code", "text")
NAMES = {"key": "column key", "code": "column code", "words": "column text"}

_SEPARATORS = (",", ";")
_HEADER = "the first row names the columns: kind,key,code,text (with commas, or with semicolons)"


def csv_template(parts: Iterable[Part]) -> str:
    """A file with a row for each part and an empty column for its words."""
    return csv_text(dict.fromkeys(parts, ""))


def csv_text(words: Mapping[Part, str]) -> str:
    """A file with a row for each part and its words, which `read_csv` reads back."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((part.kind.value, part.key, part.code, said) for part, said in words.items())
    return out.getvalue()


def read_csv(text: str) -> FileWords:
    """The words of a CSV file. Rows are counted as a spreadsheet does, the header being row 1."""
    separator = _separator(text)
    if separator is None:
        return FileWords(problems=(f"row 1: {_HEADER}",))
    entries: list[Entry] = []
    problems: list[str] = []
    for number, cells in _rows(text, separator, problems):
        place = f"row {number}"
        if fault := _fault(cells):
            problems.append(f"{place}, {fault}")
        else:
            kind, key, code, words = (cell.strip() for cell in cells[: len(COLUMNS)])
            entries.append(Entry(Part(Kind(kind), key, code), words, place))
    return FileWords(tuple(entries), NAMES, tuple(problems))


def _separator(text: str) -> str | None:
    """What stands between the cells of the header; None where the header is not ours."""
    first, _, _ = text.partition("\n")
    cells = {separator: first.strip().rstrip(separator).replace('"', "").split(separator) for separator in _SEPARATORS}
    return next((s for s in _SEPARATORS if tuple(cell.strip().lower() for cell in cells[s]) == COLUMNS), None)


def _rows(text: str, separator: str, problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header that say something, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > 1 and any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        problems.append(f"row {number + 1}: not CSV: {error}")


def _fault(cells: list[str]) -> str | None:
    """Why a row is none of ours, or None."""
    if len(cells) < len(COLUMNS) or any(cell.strip() for cell in cells[len(COLUMNS) :]):
        said = f"the row has {len(cells)} cells, the header {len(COLUMNS)}"
        return f"column text: {said}: a text that holds the separator stands between double quotes"
    kind = cells[0].strip()
    if kind not in tuple(Kind):
        return f"column kind: there is no kind '{kind}': {advise(kind, tuple(k.value for k in Kind))}"
    return None
