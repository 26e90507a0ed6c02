"""The typed columns of Parquet and NDJSON as texts, as they would stand in a CSV file."""

import polars as pl

_MOST_EXACT = 2**53


def as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """The same cells, all columns as texts."""
    return frame.with_columns(_as_text(name, type_) for name, type_ in frame.schema.items() if type_ != pl.String)


def _as_text(name: str, type_: pl.DataType) -> pl.Expr:
    """A whole float has no fraction: what writes columns with gaps makes 3.0 of a code 3."""
    cells = pl.col(name)
    if not type_.is_float():
        return cells.cast(pl.String)
    is_whole = cells.is_finite() & (cells == cells.floor()) & (cells.abs() < _MOST_EXACT)
    return pl.when(is_whole).then(cells.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(cells.cast(pl.String))
