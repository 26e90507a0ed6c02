"""Score a file with many responses, a row each, into a file with their scores. No database, constant memory."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from app.services.installation import Knowledge
from app.services.table_scorer import scorer_for
from app.tables.bad_cells import BadCell, BadCellList
from app.tables.columns import ColumnRoles, roles_of
from app.tables.csv_source import CsvSource
from app.tables.encoding import Encoder
from app.tables.errors import TableError
from app.tables.formats import Format, format_of
from app.tables.ndjson_source import NdjsonSource
from app.tables.parquet_source import ParquetSource
from app.tables.score_columns import score_frame, score_type
from app.tables.sinks import write_table
from app.tables.source import Block, Source
from app.tables.texts import as_texts
from app.tables.whole_file import whole_file
from questionnaires.definition import Questionnaire

Advance = Callable[[int], None]
"""Told how much of the source is read, out of `TableScoring.size`."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to score, how, and where to. `errors`: the file for every bad cell. `strict`: stop at the first of them."""

    source: Path
    target: Path
    policy: str | None = None
    separator: str | None = None
    errors: Path | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it: rows, bad cells and the first of these."""

    rows: int
    bad_cells: int
    first_bad: tuple[BadCell, ...]


class TableScoring:
    """One job, its files looked at and found fit. Raises TableError where they are not."""

    def __init__(self, knowledge: Knowledge, questionnaire: Questionnaire, job: Job) -> None:
        self.job = job
        self.format = format_of(job.target)
        _check_paths(job)
        self.scorer = scorer_for(knowledge.rulebooks.current(questionnaire), job.policy)
        self.source = _open(job, [item.link_id for item in questionnaire.questions])
        names = [planned.name for planned in self.scorer.planned]
        self.roles: ColumnRoles = roles_of(tuple(self.source.types), questionnaire, self.scorer.cells.keys(), names)
        self._check_types()
        self.score_types = {planned.name: score_type(planned, self.format) for planned in self.scorer.planned}
        self.encoder = Encoder({name: self.scorer.cells[name] for name in self.roles.read})
        self.rows = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of the columns before anything is scored."""
        near = (
            f"the column {name!r} is no link id and is carried along: did you mean '{link_id}'?"
            for name, link_id in self.roles.near.items()
        )
        return (*near, *self.roles.warnings)

    @property
    def size(self) -> int:
        """What `advance` reaches at the end."""
        return self.source.size

    def run(self, advance: Advance) -> Report:
        """Read, score and write. The target is there when this returns, and untouched when it raises."""
        carried = {name: self.source.types[name] for name in self.roles.carried}
        schema = pl.Schema(carried | self.score_types)
        separator = self.source.separator if isinstance(self.source, CsvSource) else ","
        with ExitStack() as files:
            target = files.enter_context(whole_file(self.job.target))
            listed = BadCellList()
            if self.job.errors is not None:
                place = files.enter_context(whole_file(self.job.errors))
                listed.file = files.enter_context(place.open("w", encoding="utf-8", newline=""))
                listed.begin()
            write_table(target, self.format, self._scored(listed, advance), schema, separator)
        return Report(self.rows, listed.count, tuple(listed.first))

    def _scored(self, listed: BadCellList, advance: Advance) -> Iterator[pl.DataFrame]:
        for block in self.source.blocks({*self.roles.read, *self.roles.carried}):
            yield self._score(block, listed)
            self.rows += block.frame.height
            advance(block.done)

    def _score(self, block: Block, listed: BadCellList) -> pl.DataFrame:
        frame = block.frame
        encoded = self.encoder.encode(as_texts(frame.select(self.roles.read)))
        scored = self.scorer.score({name: found.column for name, found in encoded.items()}, frame.height)
        bad = {name: found.bad for name, found in encoded.items() if found.bad is not None}
        listed.add(bad, scored.not_enabled, block.first)
        if self.job.strict and listed.count:
            raise TableError(f"{listed.first[0]}: with --strict nothing is written")
        scores = score_frame(scored.scores, self.score_types)
        # Where nothing is carried along, polars takes the frame without columns for one without rows.
        return frame.select(self.roles.carried).hstack(scores) if self.roles.carried else scores

    def _check_types(self) -> None:
        for name in (*self.roles.read, *self.roles.carried):
            type_ = self.source.types[name]
            if type_.is_nested() or type_ in (pl.Binary, pl.Object):
                raise TableError(f"the column {name!r} holds {type_}: a cell holds one text, number or boolean")


def _open(job: Job, known: list[str]) -> Source:
    format_ = format_of(job.source)
    if job.separator is not None and format_ is not Format.CSV:
        raise TableError(f"--separator goes with a CSV file, and {job.source} is none: leave it out")
    if job.source.exists() and not job.source.is_file():
        raise TableError(f"{job.source}: no file that can be read more than once: name a regular one")
    try:
        if format_ is Format.CSV:
            return CsvSource(job.source, known, job.separator)
        return NdjsonSource(job.source, known) if format_ is Format.NDJSON else ParquetSource(job.source)
    except OSError as error:
        raise TableError(f"{job.source}: cannot be read: {error.strerror}") from None


def _check_paths(job: Job) -> None:
    """No file is both read and written, or written twice."""
    if job.errors is not None and job.errors.suffix.lower() != ".csv":
        raise TableError(f"{job.errors}: the list of bad cells is a CSV file: let its name end in .csv")
    named = [("the table", job.source), ("--out", job.target), ("--errors", job.errors)]
    places = [(what, path.resolve()) for what, path in named if path is not None]
    for number, (what, place) in enumerate(places):
        for earlier, other in places[:number]:
            if place == other:
                raise TableError(f"{earlier} and {what} name the same file, {place}: name another")
