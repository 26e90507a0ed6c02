"""Find, load and cross-check the instrument folders; index what they hold by `url|version`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from questionnaires.claims import breaches
from questionnaires.definition import PublicationStatus, Questionnaire
from questionnaires.definition_reading import read_definition
from questionnaires.errors import FileProblem, InstrumentInvalid, UnknownQuestionnaire
from questionnaires.folder import Folder, instrument_folders
from questionnaires.instrument_files import (
    DefinitionFile,
    InstrumentFile,
    LicenceFile,
    Reference,
    ReferencesFile,
    TextFile,
)
from questionnaires.translations import Text, gaps, read_text


@dataclass(frozen=True)
class Instrument:
    """One family: its versions (oldest first), its words by language (newest revision last), its sources."""

    id: str
    about: InstrumentFile
    licence: LicenceFile
    references: Mapping[str, Reference]
    versions: Mapping[str, Questionnaire]
    texts: Mapping[str, tuple[Text, ...]]

    @property
    def is_restricted(self) -> bool:
        """Whether its wording may not be shipped: each centre loads its own, by its own permission."""
        return self.licence.redistribution == "restricted"

    def text(self, questionnaire: Questionnaire, language: str) -> Text | None:
        """The newest words of that language for that version, or None where there are none.

        A draft comes only where nothing is published: the next revision that somebody works on takes nothing away.
        """
        fitting = [t for t in self.texts.get(language, ()) if questionnaire.version in t.definitions]
        published = [t for t in fitting if t.status != "draft"]
        newest = (published or fitting)[-1:]
        return newest[0] if newest else None

    def text_of(self, digest: str) -> Text | None:
        """The words of that digest, whatever their revision: what a response was answered to."""
        return next((text for revisions in self.texts.values() for text in revisions if text.digest == digest), None)


@dataclass(frozen=True)
class Catalogue:
    """Every instrument that the installation knows."""

    instruments: Mapping[str, Instrument]

    def get(self, instrument: str, version: str | None = None) -> Questionnaire:
        """One version of an instrument, or its newest active one. Raises UnknownQuestionnaire."""
        family = self.instruments.get(instrument)
        if family is None:
            raise UnknownQuestionnaire(tuple(self.instruments))
        found = family.versions.get(version) if version is not None else self.newest(instrument)
        if found is None:
            raise UnknownQuestionnaire(tuple(q.canonical for q in family.versions.values()))
        return found

    def newest(self, instrument: str) -> Questionnaire | None:
        """The newest active version of an instrument, or None where there is none (any more)."""
        family = self.instruments.get(instrument)
        versions = family.versions.values() if family else ()
        return next((q for q in reversed(list(versions)) if q.status is PublicationStatus.ACTIVE), None)

    def asked_on(self, instrument: str, day: str) -> Questionnaire:
        """The version that was asked on a day (ISO 8601): the newest that is dated by then and was not retired yet.

        Where all are dated later, it is the oldest of them. Raises UnknownQuestionnaire.
        """
        family = self.instruments.get(instrument)
        versions = family.versions.values() if family else ()
        asked = [q for q in versions if q.status is not PublicationStatus.DRAFT and (q.retired_on or day) >= day]
        dated = [q for q in asked if q.date <= day]
        return [*asked[:1], *dated][-1] if asked else self.get(instrument)

    def by_canonical(self, canonical: str) -> Questionnaire:
        """The version that a pinned canonical `url|version` names. Raises UnknownQuestionnaire."""
        found = self._by_canonical.get(canonical)
        if found is None:
            raise UnknownQuestionnaire(tuple(self._by_canonical))
        return found

    @cached_property
    def _by_canonical(self) -> Mapping[str, Questionnaire]:
        return {questionnaire.canonical: questionnaire for questionnaire in self.questionnaires}

    @property
    def questionnaires(self) -> Iterator[Questionnaire]:
        """Every version of every instrument."""
        return (q for family in self.instruments.values() for q in family.versions.values())

    def digests(self) -> dict[str, str]:
        """Artefact name -> digest, of everything here that is published."""
        found: dict[str, str] = {}
        for family in self.instruments.values():
            for q in family.versions.values():
                if q.status is not PublicationStatus.DRAFT:
                    found[f"definition:{q.instrument}|{q.version}"] = q.digest
            published = (t for revisions in family.texts.values() for t in revisions if t.status != "draft")
            for text in published:
                found[f"text:{text.instrument}|{text.language}|{text.revision}"] = text.digest
        return found


def load_catalogue(root: Path, canonical_base: str) -> Catalogue:
    """Load every instrument folder below `root`. Raises InstrumentInvalid with every damage of all of them."""
    catalogue, problems = read_catalogue(root, canonical_base)
    if problems:
        raise InstrumentInvalid(problems)
    return catalogue


def read_catalogue(root: Path, canonical_base: str) -> tuple[Catalogue, tuple[FileProblem, ...]]:
    """The instruments whose definitions are sound, and every damage of all: what an author's check goes on from."""
    problems: list[FileProblem] = []
    families: dict[str, Instrument] = {}
    for path in instrument_folders(root):
        folder = Folder(path)
        family = _load_instrument(folder, canonical_base)
        problems.extend(folder.problems)
        if family is not None:
            families[family.id] = family
    if not families and not problems:
        problems.append(FileProblem(root.name, 1, "there is no instrument folder here"))
    return Catalogue(families), tuple(sorted(problems))


def _load_instrument(folder: Folder, canonical_base: str) -> Instrument | None:
    about = folder.read("instrument.yaml", InstrumentFile)
    licence = folder.read("licence.yaml", LicenceFile)
    references = folder.read("references.yaml", ReferencesFile)
    folder.require("README.md")
    folder.require("CHANGELOG.md")
    versions = _load_versions(folder, canonical_base)
    texts = _load_texts(folder, versions)
    if about is not None:
        folder.must_match("instrument.yaml", "id", about.id, folder.name)
    if licence is not None and licence.redistribution == "restricted" and folder.files("text", ".yaml"):
        text = "texts stand inside a restricted instrument: a centre loads its own"
        folder.problem("licence.yaml", ("redistribution",), text)
    if about is not None and licence is not None:
        for breach in breaches(about, licence, versions, texts):
            folder.problem(*breach)
    definitions_are_sound = len(versions) == len(folder.files("definition", ".yaml"))
    if about is None or licence is None or references is None or not definitions_are_sound:
        return None
    return Instrument(about.id, about, licence, references.references, versions, texts)


def _load_versions(folder: Folder, canonical_base: str) -> dict[str, Questionnaire]:
    versions: dict[str, Questionnaire] = {}
    names = folder.files("definition", ".yaml")
    for name in names:
        read = folder.read_with_document(name, DefinitionFile)
        if read is None:
            continue
        file, document = read
        folder.must_match(name, "instrument", file.instrument, folder.name)
        folder.must_match(name, "version", file.version, _place(name, "definition"))
        found = read_definition(file, document, canonical_base)
        if isinstance(found, Questionnaire):
            versions[file.version] = found
        else:
            folder.problems.extend(found)
    if not names:
        folder.problem("definition", (), "there is no definition: add definition/1.0.0.yaml")
    return dict(sorted(versions.items(), key=lambda entry: _order(entry[0])))


def _load_texts(folder: Folder, versions: Mapping[str, Questionnaire]) -> dict[str, tuple[Text, ...]]:
    texts: dict[str, list[Text]] = {}
    # A damaged definition is there: that it is damaged was said already.
    there = {_place(name, "definition") for name in folder.files("definition", ".yaml")}
    for name in folder.files("text", ".yaml"):
        file = folder.read(name, TextFile)
        if file is None:
            continue
        language, _, revision = _place(name, "text").rpartition("/")
        folder.must_match(name, "instrument", file.instrument, folder.name)
        folder.must_match(name, "language", file.language, language)
        folder.must_match(name, "revision", str(file.revision), revision)
        for version in sorted(set(file.definitions) - there):
            folder.problem(name, ("definitions",), f"there is no definition {version}")
        text = read_text(file)
        served = tuple(versions[v] for v in file.definitions if v in versions)
        if file.status != "draft" and served:
            for gap in gaps(text, served):
                folder.problem(name, ("status",), f"the text claims to be {file.status}, but {gap}")
        texts.setdefault(file.language, []).append(text)
    return {language: tuple(sorted(found, key=lambda t: t.revision)) for language, found in texts.items()}


def _place(name: str, below: str) -> str:
    """What the place of a YAML file says of it: its name below that sub-folder, without the suffix."""
    return str(PurePosixPath(name).relative_to(below).with_suffix(""))


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
