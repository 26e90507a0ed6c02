"""The typed columns of Parquet and NDJSON as texts, as they would stand in a CSV file."""

import polars as pl

_MOST_EXACT = 2**53


def as_texts(column: pl.Series) -> pl.Series:
    """The same cells as texts. A whole float has no fraction: what writes columns with gaps makes 3.0 of a code 3."""
    if not column.dtype.is_float():
        return column.cast(pl.String)
    is_whole = column.is_finite() & (column == column.floor()) & (column.abs() < _MOST_EXACT)
    frame = pl.DataFrame({"cells": column, "whole": is_whole})
    whole = pl.col("cells").cast(pl.Int64, strict=False).cast(pl.String)
    return frame.select(pl.when("whole").then(whole).otherwise(pl.col("cells").cast(pl.String))).to_series()
