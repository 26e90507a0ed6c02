"""Which folder an author means by the name of an instrument."""

from pathlib import Path

from questionnaires.folder import instrument_folders
from questionnaires.shapes import advise


class NoSuchInstrument(Exception):
    """There is no such instrument, or no such version of it; the message says what there is."""


def folder_meant(name: str, root: Path) -> Path:
    """The folder of an instrument: `name` is its id, below `root`, or a path to the folder itself.

    A path is what has a `/` in it, or leads to an instrument.yaml from the current folder. It is resolved, so that
    the folder's name is the instrument's id however the path was written. Raises NoSuchInstrument.
    """
    is_path = "/" in name or (Path(name) / "instrument.yaml").is_file()
    folder = Path(name).resolve() if is_path else root / name
    if not (folder / "definition").is_dir():
        there = tuple(path.name for path in instrument_folders(root))
        raise NoSuchInstrument(f"there is no instrument '{name}': {advise(name, there)}; or give the path of a folder")
    return folder
