"""Scoring tables: full PRO-CTCAE forms in memory and from file to file, beside what does as little as can be done."""

import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.services.installation import Knowledge
from app.services.score_table import Job, TableScoring
from bench.plan import Plan
from questionnaires.definition import Questionnaire
from questionnaires.response import CheckedResponse
from scoring.batch.columns import Column
from scoring.batch.scorer import BatchScorer
from scoring.engine import score
from scoring.rulebook import Rulebook
from scoring.tables import Table

FORM, TOTAL = "pro-ctcae", "phq-9"
_BLOCK = 20_000
_RESPONSES = 200
_LEVELS, _PRESENCE = 5, 2

Codes = dict[str, NDArray[np.uint8]]


@dataclass(frozen=True)
class BatchCost:
    """Forms a second, the best of several rounds of each contender, and microseconds of one response."""

    answers: int
    scores: int
    in_memory: float
    bare_lookup: float
    file_to_file: float
    bare_files: float
    response_us: float
    hand_written_us: float
    total_us: float

    @property
    def in_memory_ratio(self) -> float:
        """Our forms a second as a share of a bare numpy lookup's."""
        return self.in_memory / self.bare_lookup

    @property
    def response_ratio(self) -> float:
        """How many times as long the row engine takes as look-ups written by hand."""
        return self.response_us / self.hand_written_us


def run(knowledge: Knowledge, plan: Plan) -> BatchCost:
    """Measure the four aims, each contender in turn, again and again."""
    questionnaire = knowledge.catalogue.get(FORM)
    rulebook = knowledge.rulebooks.current(questionnaire)
    codes = _codes(questionnaire, _BLOCK)
    scorer = BatchScorer(rulebook)
    columns = {name: Column(codes[name], cells.listed or ()) for name, cells in scorer.cells.items()}
    lookups = _lookups(rulebook)
    ours, bare = _fastest(
        [lambda: scorer.score(columns, _BLOCK), lambda: [_looked_up(codes, names, t) for names, t in lookups]],
        plan.batch_rounds,
    )
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as place:
        filed, copied = _files(knowledge, questionnaire, Path(place), plan)
    one, by_hand = _one_response(questionnaire, rulebook, codes, lookups, plan.batch_rounds)
    return BatchCost(
        answers=len(questionnaire.questions),
        scores=len(rulebook.rules),
        in_memory=_BLOCK / ours,
        bare_lookup=_BLOCK / bare,
        file_to_file=plan.batch_rows / filed,
        bare_files=plan.batch_rows / copied,
        response_us=one,
        hand_written_us=by_hand,
        total_us=_total(knowledge, plan.batch_rounds),
    )


def _codes(questionnaire: Questionnaire, rows: int) -> Codes:
    """Full forms: every item answered, with the codes that are also its weights."""
    chance = np.random.default_rng(1)
    levels = {item.link_id: min(_LEVELS, len(item.options)) for item in questionnaire.questions}
    return {name: chance.integers(0, count, rows, dtype=np.uint8) for name, count in levels.items()}


def _lookups(rulebook: Rulebook) -> list[tuple[list[str], NDArray[np.uint8]]]:
    """Each composite's items, and its table as a flat array."""
    found: list[tuple[list[str], NDArray[np.uint8]]] = []
    for bound in rulebook.rules.values():
        table = bound.operands.table
        assert isinstance(table, Table), "every score of the form is a lookup"
        flat = np.zeros(_LEVELS ** len(table.columns), np.uint8)
        for key, value in table.cells.items():
            place = 0
            for code in key:
                place = place * _LEVELS + code
            flat[place] = value
        found.append(([item.link_id for item in bound.items], flat))
    return found


def _looked_up(codes: Codes, names: Sequence[str], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One composite of complete forms: the least that numpy can do."""
    place = codes[names[0]]
    for name in names[1:]:
        place = place * np.uint8(_LEVELS) + codes[name]
    return table[place]


def _files(knowledge: Knowledge, questionnaire: Questionnaire, place: Path, plan: Plan) -> tuple[float, float]:
    """Seconds from CSV to CSV: ours, and polars reading every column and writing as many as there are scores."""
    source, target = place / "forms.csv", place / "scores.csv"
    codes = _codes(questionnaire, plan.batch_rows)
    pl.DataFrame({"id": range(plan.batch_rows)} | codes).write_csv(source)
    kept = list(codes)[: len(knowledge.rulebooks.current(questionnaire).rules)]
    job = Job(source, target)

    def ours() -> None:
        TableScoring(knowledge, questionnaire, job).run(lambda _: None)

    def bare() -> None:
        pl.read_csv(source).select("id", *kept).write_csv(target)

    filed, copied = _fastest([ours, bare], max(3, plan.batch_rounds // 4))
    return filed, copied


def _one_response(
    questionnaire: Questionnaire,
    rulebook: Rulebook,
    codes: Codes,
    lookups: list[tuple[list[str], NDArray[np.uint8]]],
    rounds: int,
) -> tuple[float, float]:
    """Microseconds of one full form: the row engine, and look-ups in lists of Python as somebody would write them."""
    shown = frozenset(codes)
    forms = [{name: int(column[row]) for name, column in codes.items()} for row in range(_RESPONSES)]
    responses = [
        CheckedResponse(questionnaire, {name: (str(code),) for name, code in form.items()}, shown) for form in forms
    ]
    tables = [(names, flat.tolist()) for names, flat in lookups]

    def ours() -> None:
        for response in responses:
            score(rulebook, response)

    def by_hand() -> None:
        for form in forms:
            for names, table in tables:
                place = 0
                for name in names:
                    place = place * _LEVELS + form[name]
                table[place]

    one, hand = _fastest([ours, by_hand], rounds)
    return one / _RESPONSES * 1e6, hand / _RESPONSES * 1e6


def _total(knowledge: Knowledge, rounds: int) -> float:
    """Microseconds of one total of nine items."""
    questionnaire = knowledge.catalogue.get(TOTAL)
    rulebook = knowledge.rulebooks.current(questionnaire)
    codes = {name: column % 4 for name, column in _codes(questionnaire, _RESPONSES).items()}
    shown = frozenset(codes)
    responses = [
        CheckedResponse(questionnaire, {name: (str(column[row]),) for name, column in codes.items()}, shown)
        for row in range(_RESPONSES)
    ]

    def work() -> None:
        for response in responses:
            score(rulebook, response)

    (taken,) = _fastest([work], rounds)
    return taken / _RESPONSES * 1e6


def _fastest(contenders: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Seconds of each contender's fastest round; they take turns, so that a busy moment hits them alike."""
    best = [float("inf")] * len(contenders)
    for _ in range(rounds):
        for number, work in enumerate(contenders):
            gc.collect()
            start = time.perf_counter()
            work()
            best[number] = min(best[number], time.perf_counter() - start)
    return best
