"""Scores as the columns of a table: numbers, states as texts, empty where not scored."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from app.tables.formats import Format
from scoring.batch.planning import PlannedScore
from scoring.batch.results import ScoreColumn


def score_type(planned: PlannedScore, format_: Format) -> pl.DataType:
    """The type of a score's column. CSV holds decimals as they are published, the others as the nearest float."""
    if planned.is_text or (format_ is Format.CSV and not planned.is_whole):
        return pl.String()
    return pl.Int64() if planned.is_whole else pl.Float64()


def score_frame(scores: Mapping[str, ScoreColumn], types: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The cells of all scores, in the order of `types`; null where there is none."""
    values = pl.DataFrame({name: _values(scores[name], type_) for name, type_ in types.items()})
    scored = pl.DataFrame({f"{name} is scored": scores[name].scored for name in types})
    cells = [pl.when(f"{name} is scored").then(pl.col(name).cast(type_)).alias(name) for name, type_ in types.items()]
    return values.hstack(scored).select(cells)


def _values(scores: ScoreColumn, type_: pl.DataType) -> pl.Series:
    """The values of every row; what stands where nothing is scored has no meaning."""
    if type_ == pl.Int64:
        return pl.Series(scores.values.astype(np.int64))
    if type_ == pl.Float64:
        # Both are exact as floats, so that what is divided is the nearest float to the published decimal.
        return pl.Series((scores.values / 10**scores.decimals).astype(np.float64))
    distinct, places = np.unique(np.where(scores.scored, scores.values, 0), return_inverse=True)
    if scores.codes is not None:
        shown = [scores.codes[value] for value in distinct.tolist()] if scores.codes else [""]
    else:
        numbers = [scores.number(value) for value in distinct.tolist()]
        shown = [str(number) if isinstance(number, int) else f"{number:f}" for number in numbers]
    return pl.Series(shown, dtype=pl.String).gather(places)
