"""Reading the files of one instrument folder, and collecting what is wrong with them."""

from pathlib import Path
from typing import TypeVar

from questionnaires.errors import FileProblem
from questionnaires.shapes import Shape, fit
from questionnaires.strict_yaml import Document, parse
from questionnaires.strict_yaml import Path as YamlPath

S = TypeVar("S", bound=Shape)


def instrument_folders(root: Path) -> list[Path]:
    """The instrument folders below a root, by name. A hidden one is somebody's half-written copy."""
    return sorted(path for path in root.glob("[!.]*") if path.is_dir())


class Folder:
    """One instrument folder. Problems add up in `problems`, so that an author sees all of them at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.problems: list[FileProblem] = []
        self._documents: dict[str, Document] = {}

    def files(self, below: str, suffix: str) -> list[str]:
        """The files of that suffix anywhere below a sub-folder, as names relative to the instrument folder."""
        found = sorted((self.path / below).rglob(f"*{suffix}"))
        return [path.relative_to(self.path).as_posix() for path in found if path.is_file()]

    def require(self, name: str) -> None:
        """A file that must exist, whatever it says."""
        if not (self.path / name).is_file():
            self.problem(name, (), "the file is missing")

    def read_text(self, name: str) -> str | None:
        """The text of a file, or None (and a problem) where there is none or it is not UTF-8."""
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            self.problem(name, (), "the file is missing")
        except OSError as error:
            self.problem(name, (), f"the file cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            self.problem(name, (), f"the file is not UTF-8 (byte {error.start})")
        return None

    def read_with_document(self, name: str, shape: type[S]) -> tuple[S, Document] | None:
        """A YAML file in its shape, with the document that knows its lines; None (and problems) where it is damaged."""
        text = self.read_text(name)
        if text is None:
            return None
        document = parse(self._shown(name), text)
        if isinstance(document, FileProblem):
            self.problems.append(document)
            return None
        self._documents[name] = document
        found = fit(shape, document)
        if isinstance(found, Shape):
            return found, document
        self.problems.extend(found)
        return None

    def read(self, name: str, shape: type[S]) -> S | None:
        """A YAML file in its shape; None (and problems) where it is damaged."""
        read = self.read_with_document(name, shape)
        return read[0] if read else None

    def problem(self, name: str, path: YamlPath, text: str) -> None:
        """Note one problem at a path of a file that was read, or at the file's first line."""
        document = self._documents.get(name)
        self.problems.append(FileProblem(self._shown(name), document.line_of(path) if document else 1, text))

    def must_match(self, name: str, key: str, said: str, expected: str) -> None:
        """What a file says of itself must be what its place says."""
        if said != expected:
            self.problem(name, (key,), f"the file says {key} '{said}', its place says '{expected}'")

    def _shown(self, name: str) -> str:
        return f"{self.name}/{name}"
