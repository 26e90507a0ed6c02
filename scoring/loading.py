"""Find and load the scoring folders beside the definitions: files -> rulebooks, or every damage."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from questionnaires.catalogue import Catalogue, Instrument
from questionnaires.definition import PublicationStatus, Questionnaire
from questionnaires.errors import FileProblem, InstrumentInvalid
from questionnaires.folder import Folder, instrument_folders
from scoring.binding import ScoringSource, bind
from scoring.rulebook import Rulebook
from scoring.rules import AlertsFile, ScoringFile
from scoring.tables import AnyTable, read_table


@dataclass(frozen=True)
class Rulebooks:
    """Every scoring version, bound to every questionnaire version that it scores."""

    by_canonical: Mapping[str, tuple[Rulebook, ...]]

    def current(self, questionnaire: Questionnaire) -> Rulebook:
        """The newest scoring version of a questionnaire version. Loading made sure that there is one."""
        return self.by_canonical[questionnaire.canonical][-1]

    def of(self, questionnaire: Questionnaire, version: str) -> Rulebook:
        """The scoring version that a stored response was scored by. Raises KeyError where it is not here."""
        for rulebook in self.by_canonical[questionnaire.canonical]:
            if rulebook.version == version:
                return rulebook
        raise KeyError(version)

    def digests(self) -> dict[str, str]:
        """Artefact name -> digest, of every scoring version that is published: one that scores more than drafts."""
        every = (rulebook for rulebooks in self.by_canonical.values() for rulebook in rulebooks)
        published = (book for book in every if book.questionnaire.status is not PublicationStatus.DRAFT)
        return {f"scoring:{book.questionnaire.instrument}|{book.version}": book.digest for book in published}


def load_rulebooks(root: Path, catalogue: Catalogue) -> Rulebooks:
    """Load the scoring folders of every instrument. Raises InstrumentInvalid with every damage of all of them.

    Where an instrument's definitions are damaged, it is not in the catalogue: then its scoring files are only read.
    """
    problems: list[FileProblem] = []
    found: dict[str, list[Rulebook]] = {q.canonical: [] for q in catalogue.questionnaires}
    for path in instrument_folders(root):
        folder = Folder(path)
        instrument = catalogue.instruments.get(path.name)
        for name in sorted(folder.files("scoring", "scoring.yaml"), key=_version_order):
            source = _read_version(folder, name)
            if instrument is not None and source is not None:
                for rulebook in _bind(folder, source, instrument):
                    found[rulebook.questionnaire.canonical].append(rulebook)
        if instrument is not None and not folder.problems:
            unscored = [q.version for q in instrument.versions.values() if not found[q.canonical]]
            for version in unscored:
                folder.problem("scoring", (), f"no scoring version scores definition {version}")
        problems.extend(folder.problems)
    if problems:
        raise InstrumentInvalid(tuple(sorted(problems)))
    return Rulebooks({canonical: tuple(rulebooks) for canonical, rulebooks in found.items()})


def _read_version(folder: Folder, name: str) -> ScoringSource | None:
    """The files of one scoring version, or None (and problems) where they are damaged."""
    place = Path(name).parent
    read = folder.read_with_document(name, ScoringFile)
    alerts_name = str(place / "alerts.yaml")
    read_alerts = folder.read_with_document(alerts_name, AlertsFile)
    tables = _load_tables(folder, str(place / "tables"))
    if read is None or read_alerts is None:
        return None
    file, document = read
    alerts, alerts_document = read_alerts
    for file_name, said in ((name, file.instrument), (alerts_name, alerts.instrument)):
        folder.must_match(file_name, "instrument", said, folder.name)
    folder.must_match(name, "version", file.version, place.name)
    folder.must_match(alerts_name, "scoring", alerts.scoring, place.name)
    return ScoringSource(file, document, alerts, alerts_document, tables)


def _bind(folder: Folder, source: ScoringSource, instrument: Instrument) -> tuple[Rulebook, ...]:
    bound = bind(source, instrument)
    folder.problems.extend(found for found in bound if isinstance(found, FileProblem))
    return tuple(found for found in bound if isinstance(found, Rulebook))


def _load_tables(folder: Folder, place: str) -> dict[str, AnyTable]:
    tables: dict[str, AnyTable] = {}
    for name in folder.files(place, ".csv"):
        text = folder.read_text(name)
        if text is None:
            continue
        table = read_table(f"{folder.name}/{name}", Path(name).stem, text)
        if isinstance(table, tuple):
            folder.problems.extend(table)
        else:
            tables[table.name] = table
    return tables


def _version_order(name: str) -> tuple[int, ...]:
    parts = Path(name).parts[-2].split(".")
    return tuple(int(part) if part.isdigit() else 0 for part in parts)
