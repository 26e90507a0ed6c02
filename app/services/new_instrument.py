"""`vigie new`: a small instrument to start from. It is complete, a draft, and passes the check as it stands."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from string import Template

from pydantic import TypeAdapter, ValidationError

from app.services.folder_writing import AlreadyThere, write_folder
from questionnaires.instrument_files import InstrumentId, Language

_START = Path(__file__).parent / "starting_folder"
_IDS: TypeAdapter[str] = TypeAdapter(InstrumentId)
_LANGUAGES: TypeAdapter[str] = TypeAdapter(Language)
_TO_TRANSLATE = "# These words are English. Put yours in their place.\n"


class CannotStart(Exception):
    """The folder cannot be made; the message says why, and what would do."""


def new_instrument(root: Path, instrument: str, title: str, languages: Sequence[str], today: date) -> tuple[str, ...]:
    """Write the folder; gives the names of its files. Raises CannotStart, OSError; nothing is written then."""
    refuse_wrong_id(instrument)
    for language in languages:
        if not _fits(_LANGUAGES, language):
            raise CannotStart(f"'{language}' is no language code: write it as fr, en or pt-BR")
    if not title.strip() or len(title.splitlines()) > 1:
        raise CannotStart("the title is one line of words")
    said = {"id": instrument, "title": _quoted(title.strip()), "date": today.isoformat()}
    of_page = said | {"title": title.strip()}
    files = {
        name: Template(text).substitute(of_page if name.endswith(".md") else said) for name, text in _files(languages)
    }
    try:
        write_folder(root, instrument, files)
    except AlreadyThere as there:
        raise CannotStart(f"{there}: choose another id, or edit what is there") from None
    return tuple(files)


def refuse_wrong_id(instrument: str) -> None:
    """Raises CannotStart for what no instrument may be called."""
    if not _fits(_IDS, instrument):
        raise CannotStart(f"'{instrument}' is no instrument id: 2 to 40 of a-z, 0-9 and -, a letter first")


def _files(languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name -> text with its blanks, in the order in which an author reads them."""
    for name in ("instrument.yaml", "licence.yaml", "references.yaml", "README.md", "CHANGELOG.md"):
        yield name, _text(name)
    yield "definition/1.0.0.yaml", _text("definition/1.0.0.yaml")
    for name in ("scoring.yaml", "alerts.yaml"):
        yield f"scoring/1.0.0/{name}", _text(f"scoring/{name}")
    for language in dict.fromkeys(languages):
        words = _START / "text" / f"{language.partition('-')[0]}.yaml"
        text = words.read_text(encoding="utf-8") if words.is_file() else _TO_TRANSLATE + _text("text/en.yaml")
        yield f"text/{language}/1.yaml", text.replace("$language", language)
    for path in sorted((_START / "examples").iterdir()):
        yield f"examples/{path.name}", path.read_text(encoding="utf-8")


def _text(name: str) -> str:
    return (_START / name).read_text(encoding="utf-8")


def _quoted(text: str) -> str:
    """As a double-quoted YAML text, so that a title may hold a colon or a quote."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _fits(shape: TypeAdapter[str], text: str) -> bool:
    try:
        shape.validate_python(text)
    except ValidationError:
        return False
    return True
