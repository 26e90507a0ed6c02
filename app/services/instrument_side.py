"""One side of a comparison: a version of an instrument, its scoring and its words, read as plain forms."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from app.services.instrument_folder import NoSuchInstrument, folder_meant
from questionnaires.definition import Questionnaire
from questionnaires.definition_reading import read_definition
from questionnaires.digests import canonical
from questionnaires.errors import InstrumentInvalid
from questionnaires.folder import Folder
from questionnaires.instrument_files import DefinitionFile, InstrumentFile, LicenceFile, ReferencesFile, TextFile
from questionnaires.shapes import Shape
from scoring.rules import AlertsFile, ScoringFile

Form = Mapping[str, Any]

_DOCUMENTS: dict[str, type[Shape]] = {
    "instrument": InstrumentFile,
    "licence": LicenceFile,
    "references": ReferencesFile,
}
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)+")


class NoSuchSide(Exception):
    """What a comparison should read is not there; the message says what is."""


@dataclass(frozen=True, slots=True)
class ScoringForms:
    """The files of one scoring version as plain forms; a table is its rows, by their inputs."""

    version: str
    file: Form
    alerts: Form
    tables: Mapping[str, Form]


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared. `part` is what was asked for: the `whole`, or one `definition`, `scoring` or `text` alone."""

    name: str
    part: str
    questionnaire: Questionnaire
    scoring: ScoringForms | None
    texts: Mapping[str, TextFile]
    documents: Mapping[str, Form]


def read_side(asked: str, root: Path, canonical_base: str) -> Side:
    """Read `instrument`, `instrument@1.0.0`, `instrument@definition/1.0.0`, `@scoring/1.0.0` or `@text/fr/1`.

    In place of the instrument's id a path to its folder may stand. Without a version it is the newest definition,
    with the newest scoring and the newest words that name it. Raises NoSuchSide, InstrumentInvalid.
    """
    name, _, which = asked.partition("@")
    try:
        folder = folder_meant(name, root)
    except NoSuchInstrument as nothing:
        raise NoSuchSide(str(nothing)) from None
    reader = _Reader(asked, folder, canonical_base)
    side = reader.read(which)
    if reader.folder.problems:
        raise InstrumentInvalid(tuple(sorted(reader.folder.problems)))
    assert side is not None, "a folder without problems gives its files"
    return side


class _Reader:
    """Reads from one folder the files that one side needs, and only those."""

    def __init__(self, asked: str, path: Path, canonical_base: str) -> None:
        self.asked = asked
        self.folder = Folder(path.resolve())
        self.canonical_base = canonical_base

    def read(self, which: str) -> Side | None:
        """The side, or None (and problems in the folder) where a file is damaged."""
        part, _, version = which.rpartition("/") if "/" in which else ("whole", "", which)
        if part not in ("whole", "definition", "scoring") and not part.startswith("text/"):
            raise self.nothing(which)
        if part == "scoring":
            scoring = self.scoring(version, which)
            named = scoring.file["definitions"] if scoring else ()
            return self.side(part, max(named, key=_order, default=""), scoring, {})
        if part.startswith("text/"):
            text = self.text(part.removeprefix("text/"), version, which)
            named = text.definitions if text else ()
            return self.side("text", max(named, key=_order, default=""), None, {text.language: text} if text else {})
        found = version or max(self.versions("definition"), key=_order, default="")
        if found not in self.versions("definition"):
            raise self.nothing(which)
        newest = [v for v in sorted(self.versions("scoring"), key=_order) if found in self.scores_what(v)]
        scoring = self.scoring(newest[-1], which) if newest else None
        return self.side(part, found, scoring, self.newest_texts(found) if part == "whole" else {})

    def side(self, part: str, version: str, scoring: ScoringForms | None, texts: Mapping[str, TextFile]) -> Side | None:
        """The side around one definition version; None where that is damaged, or what should name it is."""
        questionnaire = self.definition(version) if version else None
        if questionnaire is None:
            return None
        return Side(self.asked, part, questionnaire, scoring, texts, self.documents() if part == "whole" else {})

    def documents(self) -> dict[str, Form]:
        found: dict[str, Form] = {}
        for name, shape in _DOCUMENTS.items():
            document = self.folder.read(f"{name}.yaml", shape)
            if document is not None:
                found[name] = canonical(document)
        return found

    def definition(self, version: str) -> Questionnaire | None:
        read = self.folder.read_with_document(f"definition/{version}.yaml", DefinitionFile)
        found = read_definition(*read, self.canonical_base) if read else None
        if isinstance(found, tuple):
            self.folder.problems.extend(found)
            return None
        return found

    def scoring(self, version: str, which: str) -> ScoringForms | None:
        place = f"scoring/{version}"
        if version not in self.versions("scoring"):
            raise self.nothing(which)
        file = self.folder.read(f"{place}/scoring.yaml", ScoringFile)
        alerts = self.folder.read(f"{place}/alerts.yaml", AlertsFile)
        tables = {PurePosixPath(n).stem: self.table(n) for n in self.folder.files(f"{place}/tables", ".csv")}
        if file is None or alerts is None:
            return None
        return ScoringForms(version, canonical(file), canonical(alerts), tables)

    def scores_what(self, version: str) -> tuple[str, ...]:
        """The definitions that a scoring version names; a damaged one names none (and the damage is told)."""
        file = self.folder.read(f"scoring/{version}/scoring.yaml", ScoringFile)
        return file.definitions if file else ()

    def table(self, name: str) -> Form:
        rows = list(csv.reader(io.StringIO(self.folder.read_text(name) or "")))
        columns, cells = rows[0] if rows else [], rows[1:]
        return {"columns": ", ".join(columns)} | {", ".join(row[:-1]): row[-1] for row in cells if row}

    def text(self, language: str, revision: str, which: str) -> TextFile | None:
        name = f"text/{language}/{revision}.yaml"
        if name not in self.folder.files("text", ".yaml"):
            raise self.nothing(which)
        return self.folder.read(name, TextFile)

    def newest_texts(self, version: str) -> dict[str, TextFile]:
        """Language -> the newest revision that names the definition; a draft only where nothing else does."""
        texts = [self.folder.read(name, TextFile) for name in self.folder.files("text", ".yaml")]
        fitting = [text for text in texts if text is not None and version in text.definitions]
        fitting.sort(key=lambda text: (text.status != "draft", text.revision))
        return {text.language: text for text in fitting}

    def versions(self, part: str) -> tuple[str, ...]:
        """The versions of the definition or of the scoring that the folder holds."""
        if part == "scoring":
            names = [PurePosixPath(name).parent.name for name in self.folder.files(part, "scoring.yaml")]
        else:
            names = [PurePosixPath(name).stem for name in self.folder.files(part, ".yaml")]
        return tuple(name for name in names if _VERSION.fullmatch(name))

    def nothing(self, which: str) -> NoSuchSide:
        there = [f"{part}/{version}" for part in ("definition", "scoring") for version in self.versions(part)]
        there += [name.removesuffix(".yaml") for name in self.folder.files("text", ".yaml")]
        return NoSuchSide(f"{self.folder.name} has no '{which}'; there is: {', '.join(there)}")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
