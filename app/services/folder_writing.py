"""Writing an instrument folder that was not there before: all of its files, or none."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

_NOTHING: Mapping[str, str] = {}


class AlreadyThere(Exception):
    """Something stands where a file or the folder would; nothing was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already")


def write_folder(root: Path, name: str, inside: Mapping[str, str], beside: Mapping[str, str] = _NOTHING) -> None:
    """Write the folder `name` below `root`, and the files `beside` it: file name -> text.

    They are written into a folder of their own and then moved, so that nobody ever finds a part of them. Raises
    AlreadyThere, OSError.
    """
    targets = [root / name, *(root / file for file in beside)]
    for target in targets:
        if target.exists():
            raise AlreadyThere(target)
    part = root / f".{name}.{os.getpid()}.part"
    part.mkdir(parents=True)
    moved: list[Path] = []
    try:
        for file, text in ({f"{name}/{file}": text for file, text in inside.items()} | dict(beside)).items():
            path = part / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        # The folder comes first: of all moves only that of a folder fails where somebody was faster.
        for target in targets:
            (part / target.name).rename(target)
            moved.append(target)
    except BaseException:
        for target in moved:
            shutil.rmtree(target) if target.is_dir() else target.unlink()
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
