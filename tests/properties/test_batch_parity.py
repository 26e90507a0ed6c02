"""Batch scoring gives for every row of a table what the row engine gives for its response."""

import random
from collections.abc import Mapping, Sequence
from functools import cache

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.tables.encoding import Encoder
from questionnaires.definition import Item, ItemType
from scoring.batch.scorer import BatchScorer, ScoredRows
from scoring.rulebook import Rulebook
from tests.support.row_scoring import score_row
from tests.support.scoring import shipped
from tests.support.wide_instrument import wide_rulebook

Table = Mapping[str, Sequence[str]]

_CATALOGUE, _RULEBOOKS = shipped()
_BOOKS = [*(_RULEBOOKS.current(questionnaire) for questionnaire in _CATALOGUE.questionnaires), wide_rulebook()]
CASES = {
    f"{book.questionnaire.instrument} {book.questionnaire.version} {policy.value if policy else 'by its rules'}": (
        book,
        policy,
    )
    for book in _BOOKS
    for policy in (None, *book.policies)
}

LAW = settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
ROWS = 8


@cache
def scorer_of(case: str) -> BatchScorer:
    return BatchScorer(*CASES[case])


def cell(item: Item, chance: random.Random, missing: float, bad: float) -> str:
    """A cell of one item: nothing, what is no answer, an answer, at times written in an unusual way."""
    drawn = chance.random()
    if drawn < missing:
        return ""
    if drawn < missing + bad:
        return chance.choice(["no answer at all", "-1", "1e99", "NaN", " ", "1,5", "99999999999999999999"])
    match item.type:
        case ItemType.CHOICE:
            return chance.choice([option.code for option in item.options])
        case ItemType.INTEGER | ItemType.DECIMAL:
            low, high = int(item.minimum or 0), int(item.maximum or 1000)
            number = chance.choice([low, high, chance.randint(low, high)])
            if item.type is ItemType.INTEGER or number == high:
                return chance.choice(["{}", "{}", "{}", "0{}", "+{}"]).format(number)
            places = chance.choice([1, 1, 1, 3, 16])
            return f"{number}.{chance.randint(0, 10**places - 1):0{places}}"
        case ItemType.BOOLEAN:
            return chance.choice(["true", "false"])
        case ItemType.DATE:
            return chance.choice(["2019", "2019-12-31", "2020-01", "2021-06-05"])
        case _:
            return chance.choice(["word", "words"])


def table_of(book: Rulebook, seed: int, missing: float, bad: float) -> Table:
    """A table with most of the columns that a questionnaire can have, by a seed."""
    chance = random.Random(seed)
    asked = [item for item in book.questionnaire.questions if not item.repeats and chance.random() > 0.03]
    return {item.link_id: [cell(item, chance, missing, bad) for _ in range(ROWS)] for item in asked}


def scored(case: str, table: Table) -> ScoredRows:
    scorer = scorer_of(case)
    read = {name: scorer.cells[name] for name in table if name in scorer.cells}
    frame = pl.DataFrame({name: table[name] for name in read}, schema=dict.fromkeys(read, pl.String()))
    encoded = Encoder(read).encode(frame) if read else {}
    return scorer.score({name: found.column for name, found in encoded.items()}, ROWS)


@pytest.mark.parametrize("case", CASES)
@LAW
@given(
    seed=st.integers(0, 2**32),
    missing=st.sampled_from([0.0, 0.03, 0.2, 0.6]),
    bad=st.sampled_from([0.0, 0.0, 0.02, 0.3]),
)
def test_every_row_scores_as_its_response_does(case: str, seed: int, missing: float, bad: float) -> None:
    book, policy = CASES[case]
    table = table_of(book, seed, missing, bad)
    found = scored(case, table)
    assert list(found.scores) == list(book.rules)
    for row in range(ROWS):
        expected = score_row(book, {name: cells[row] for name, cells in table.items()}, policy)
        # A value is compared as a number: 38.0, as the row engine keeps an answer that is a score, is 38 in a table.
        assert {name: column.at(row) for name, column in found.scores.items()} == expected.scores
        strays = {name for name, rows in found.not_enabled.items() if rows[row]}
        read = {item.link_id for bound in book.rules.values() for item in (*bound.items, *bound.asked_beside)}
        assert strays & read == expected.not_enabled & read
