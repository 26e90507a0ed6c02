"""An instrument folder is written whole or not at all, and never over what is there."""

from pathlib import Path

import pytest

from app.services.folder_writing import AlreadyThere, write_folder

INSIDE = {"README.md": "# Mine\n", "text/en/1.yaml": "title: é\n"}


def files(root: Path) -> dict[str, str]:
    return {str(p.relative_to(root)): p.read_text(encoding="utf-8") for p in root.rglob("*") if p.is_file()}


def test_the_folder_and_what_stands_beside_it_are_written(tmp_path: Path) -> None:
    root = tmp_path / "a" / "b"
    write_folder(root, "mine", INSIDE, {"mine.csv": "kind\n"})
    assert files(root) == {"mine/README.md": "# Mine\n", "mine/text/en/1.yaml": "title: é\n", "mine.csv": "kind\n"}
    assert sorted(path.name for path in root.iterdir()) == ["mine", "mine.csv"]


@pytest.mark.parametrize("there", ["mine", "mine.csv"])
def test_what_is_there_stays_and_nothing_is_written(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("own words", encoding="utf-8")
    with pytest.raises(AlreadyThere, match=f"{there} exists already"):
        write_folder(tmp_path, "mine", INSIDE, {"mine.csv": "kind\n"})
    assert files(tmp_path) == {there: "own words"}


@pytest.mark.parametrize(
    ("inside", "beside"),
    [
        ({"a": "", "a/b": ""}, {}),
        (INSIDE | {"x" * 300: ""}, {}),
        (INSIDE, {"x" * 250 + ".csv": "", "y" * 300: ""}),
        (INSIDE | {"a": "\ud800"}, {}),
    ],
)
def test_what_cannot_be_written_in_full_is_not_written_at_all(
    tmp_path: Path, inside: dict[str, str], beside: dict[str, str]
) -> None:
    with pytest.raises((OSError, UnicodeEncodeError)):
        write_folder(tmp_path, "mine", inside, beside)
    assert list(tmp_path.iterdir()) == []


def test_what_was_moved_is_taken_back_where_the_rest_cannot_be_moved(tmp_path: Path) -> None:
    """A file beside it that stands in another folder is written there, but that folder is not one to move into."""
    with pytest.raises(OSError, match="No such file"):
        write_folder(tmp_path, "mine", INSIDE, {"first.csv": "", "elsewhere/second.csv": ""})
    assert list(tmp_path.iterdir()) == []
