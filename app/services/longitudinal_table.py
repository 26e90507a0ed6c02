"""A table of responses -> a table of longitudinal summaries, one row an id."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.services.table_scorer import scorer_for
from app.tables.bad_cells import BadCellList
from app.tables.columns import roles_of
from app.tables.csv_source import CsvSource
from app.tables.errors import TableError
from app.tables.formats import Format, format_of
from app.tables.scored_responses import ScoredResponse, numeric_scores, scored_responses
from app.tables.times import TimeScale, time_scale
from app.tables.whole_file import whole_file
from questionnaires.shapes import advise
from scoring.batch.scorer import BatchScorer
from scoring.longitudinal import SUMMARIES, SUMMARY_DECIMALS, Point, Series, Summary, Undefined, summarise
from scoring.rounding import published
from scoring.rulebook import Rulebook
from scoring.rules import ScoreRule
from scoring.score import Exact

_MOST_REMEMBERED = 100_000

_Times = Mapping[Exact, ScoredResponse]
_Values = tuple[Exact | None, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a person should know of the table that was written."""

    ids: int
    rows: int
    without_baseline: int
    warnings: tuple[str, ...]
    bad_cells: BadCellList


@dataclass(frozen=True, slots=True)
class Job:
    """What is read and written, and how: `baseline` is the time of the baseline, as the time column writes it."""

    source: Path
    target: Path
    id_column: str
    time_column: str
    baseline: str
    policy: str | None = None
    separator: str | None = None


def write_longitudinal(rulebook: Rulebook, job: Job) -> Report:
    """Read responses from a CSV file, and write the summaries of every numeric score, whole or not at all.

    Rows of one id may stand anywhere. Raises TableError.
    """
    scorer = scorer_for(rulebook, job.policy)
    table = _open(rulebook, job)
    rules = [scorer.rulebook.rules[name].rule for name in numeric_scores(scorer)]
    coming = [f"{rule.name}__{summary}" for rule in rules for summary in SUMMARIES]
    warnings = _check_columns(table, scorer, job, coming)
    bad_cells = BadCellList()
    with whole_file(job.target) as part:
        responses = scored_responses(table, scorer, job.id_column, job.time_column, bad_cells)
        at, patients = _by_id(responses, job)
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([job.id_column, *coming])
            writer.writerows(_rows(rules, patients, at))
    return Report(
        ids=len(patients),
        rows=sum(len(times) for times in patients.values()),
        without_baseline=sum(at not in times for times in patients.values()),
        warnings=warnings,
        bad_cells=bad_cells,
    )


def _open(rulebook: Rulebook, job: Job) -> CsvSource:
    if job.source.resolve() == job.target.resolve():
        raise TableError(f"{job.target}: is the table that is read: name another file")
    for path in (job.source, job.target):
        if format_of(path) is not Format.CSV:
            raise TableError(f"{path}: is no CSV file: tables over time are read and written as .csv only")
    try:
        return CsvSource(job.source, [item.link_id for item in rulebook.questionnaire.questions], job.separator)
    except OSError as error:
        raise TableError(f"{job.source}: cannot be read: {error.strerror}") from None


def _check_columns(table: CsvSource, scorer: BatchScorer, job: Job, coming: Sequence[str]) -> tuple[str, ...]:
    """What to say of the columns. Raises TableError where one is missing, misspelt or named as one that comes out."""
    names, id_column, time_column = tuple(table.types), job.id_column, job.time_column
    for option, column in (("--id", id_column), ("--time", time_column)):
        if column not in names:
            raise TableError(f"{option}: there is no column '{column}': {advise(column, names)}")
    if id_column == time_column:
        raise TableError(f"--id and --time both name '{id_column}': an id and a time are two columns")
    if id_column in coming:
        raise TableError(f"--id: the column '{id_column}' has a name that comes out: rename it")
    answers = [name for name in names if name not in (id_column, time_column)]
    roles = roles_of(answers, scorer.rulebook.questionnaire, scorer.cells, coming)
    for name, link_id in roles.near.items():
        raise TableError(f"the column '{name}' is no link id: did you mean '{link_id}'? Rename or remove it")
    ignored = f"not used: the column(s) {', '.join(roles.carried)}"
    return (*roles.warnings, ignored) if roles.carried else roles.warnings


def _by_id(responses: Iterator[ScoredResponse], job: Job) -> tuple[Exact, dict[str, dict[Exact, ScoredResponse]]]:
    """The time of the baseline; by id, as they come, the responses by time. Raises TableError."""
    scale: TimeScale | None = None
    patients: dict[str, dict[Exact, ScoredResponse]] = {}
    for response in responses:
        where = f"row {response.row}, column '{job.time_column}'"
        scale = scale or time_scale(response.time, where)
        times = patients.setdefault(response.id, {})
        twice = times.setdefault(scale.at(response.time, where), response)
        if twice is not response:
            raise TableError(f"row {response.row} has the id and the time of row {twice.row}: keep one of them")
    if scale is None:
        raise TableError("the table has a header and no rows: there is nothing to summarise")
    return scale.at(job.baseline, "--baseline"), patients


def _rows(rules: Sequence[ScoreRule], patients: Mapping[str, _Times], at: Exact) -> Iterator[list[str]]:
    # Many ids have the same few values at the same times: what is worked out once is not worked out again.
    known: dict[tuple[int, int, _Values], list[str]] = {}
    schedules: dict[tuple[Exact, ...], int] = {}
    for id_, responses in patients.items():
        times = tuple(sorted(responses))
        schedule = schedules.setdefault(times, len(schedules))
        row = [id_]
        for place, values in enumerate(zip(*(responses[time].values for time in times), strict=True)):
            cells = known.get((place, schedule, values))
            if cells is None:
                cells = _cells(rules[place], times, values, at)
                if len(known) < _MOST_REMEMBERED:
                    known[place, schedule, values] = cells
            row += cells
        yield row


def _cells(rule: ScoreRule, times: Sequence[Exact], values: _Values, at: Exact) -> list[str]:
    points = [Point(time, value) for time, value in zip(times, values, strict=True)]
    baseline = next((point for point in points if point.time == at), Undefined.NO_BASELINE)
    before = [point for point in points if point.time < at]
    after = [point for point in points if point.time > at]
    summaries = summarise(rule, Series(before, baseline, after))
    return [_cell(getattr(summaries, name)) for name in SUMMARIES]


def _cell(summary: Summary) -> str:
    if isinstance(summary, Undefined):
        return ""
    shown = published(summary, SUMMARY_DECIMALS)
    return str(shown) if isinstance(shown, int) else f"{shown:f}"
