"""Scores as the columns of a table: numbers, states as texts, empty where not scored."""

import numpy as np
import polars as pl

from app.tables.formats import Format
from scoring.batch.columns import Ints
from scoring.batch.planning import PlannedScore
from scoring.batch.results import ScoreColumn


def score_type(planned: PlannedScore, format_: Format) -> pl.DataType:
    """The type of a score's column. CSV holds decimals as they are published, the others as the nearest float."""
    if planned.is_text or (format_ is Format.CSV and not planned.is_whole):
        return pl.String()
    return pl.Int64() if planned.is_whole else pl.Float64()


def score_series(scores: ScoreColumn, type_: pl.DataType) -> pl.Series:
    """The cells of one score, null where there is none."""
    if type_ == pl.Int64:
        values = pl.Series(scores.values.astype(np.int64))
    elif type_ == pl.Float64:
        values = pl.Series(_floats(scores))
    else:
        values = _texts(scores)
    cells = pl.DataFrame({"values": values, "scored": scores.scored})
    return cells.select(pl.when("scored").then("values").alias(scores.name)).to_series()


def _floats(scores: ScoreColumn) -> Ints:
    """Both are exact as floats, so that what is divided is the nearest float to the published decimal."""
    found: Ints = (scores.values / 10**scores.decimals).astype(np.float64)
    return found


def _texts(scores: ScoreColumn) -> pl.Series:
    """The published text of each row; what stands where nothing is scored has no meaning."""
    distinct, places = np.unique(np.where(scores.scored, scores.values, 0), return_inverse=True)
    if scores.codes is not None:
        shown = [scores.codes[value] for value in distinct.tolist()] if scores.codes else [""]
    else:
        numbers = [scores.number(value) for value in distinct.tolist()]
        shown = [str(number) if isinstance(number, int) else f"{number:f}" for number in numbers]
    return pl.Series(shown, dtype=pl.String).gather(places)
