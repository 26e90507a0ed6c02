"""A file that appears complete or not at all: written beside its place, then moved there in one step."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.tables.errors import TableError


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Where to write. Moved to `target` when the block ends, removed when it raises. Raises TableError at once where
    nothing can be written there.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    if target.is_dir():
        raise TableError(f"{target}: is a folder: name a file")
    try:
        part.touch()
    except OSError as error:
        raise TableError(f"{target}: cannot be written: {error.strerror}") from None
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
