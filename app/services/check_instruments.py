"""`vigie check`: each package's own checks, put together. The same in CI, on the command line and in the image."""

from dataclasses import dataclass
from pathlib import Path

from questionnaires.catalogue import Catalogue, read_catalogue
from questionnaires.digests import read_lock, write_lock
from questionnaires.errors import FileProblem, InstrumentInvalid
from questionnaires.folder import Folder
from scoring.example_coverage import example_problems
from scoring.loading import Rulebooks, load_rulebooks

LOCK = "published.lock"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `digests` names every published artefact; empty where the folders could not be loaded."""

    problems: tuple[FileProblem, ...]
    digests: dict[str, str]


def check_instruments(root: Path, canonical_base: str) -> Report:
    """Load everything below `root`, work every example, compare every digest with the lock beside `root`."""
    catalogue, damages = read_catalogue(root, canonical_base)
    try:
        rulebooks = load_rulebooks(root, catalogue)
        locked = _lock(root)
    except InstrumentInvalid as invalid:
        return Report(tuple(sorted({*damages, *invalid.problems})), {})
    if damages:
        return Report(damages, {})
    problems: list[FileProblem] = []
    for instrument in catalogue.instruments.values():
        problems.extend(example_problems(Folder(root / instrument.id), instrument, rulebooks))
    digests = published_digests(catalogue, rulebooks)
    problems.extend(_lock_problems(locked, digests))
    return Report(tuple(sorted(problems)), digests)


def publish(root: Path, canonical_base: str) -> tuple[Report, tuple[str, ...]]:
    """Add what is new to the lock, after a check that finds nothing else. Gives the report and what was added.

    What the lock names already is never changed: a difference stays a problem.
    """
    report = check_instruments(root, canonical_base)
    left = tuple(p for p in report.problems if not (p.file == LOCK and p.text.startswith(_NOT_LOCKED)))
    if left:
        return Report(left, report.digests), ()
    locked = _lock(root)
    added = tuple(sorted(report.digests.keys() - locked.keys()))
    (root.parent / LOCK).write_text(write_lock(locked | report.digests), encoding="utf-8")
    return Report((), report.digests), added


def published_digests(catalogue: Catalogue, rulebooks: Rulebooks) -> dict[str, str]:
    """Artefact name -> digest, of every definition, scoring and text that is published."""
    return catalogue.digests() | rulebooks.digests()


_NOT_LOCKED = "not locked yet: "


def _lock(root: Path) -> dict[str, str]:
    path = root.parent / LOCK
    return read_lock(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _lock_problems(locked: dict[str, str], digests: dict[str, str]) -> list[FileProblem]:
    problems: list[FileProblem] = []
    for name, digest in digests.items():
        if name not in locked:
            problems.append(FileProblem(LOCK, 1, f"{_NOT_LOCKED}{name}. `vigie publish` adds it"))
        elif locked[name] != digest:
            text = "was published and has changed since: undo that, or publish it as a new version or revision"
            problems.append(FileProblem(LOCK, 1, f"{name} {text}"))
    gone = sorted(locked.keys() - digests.keys())
    text = "was published and is gone: bring it back"
    return [*problems, *(FileProblem(LOCK, 1, f"{name} {text}") for name in gone)]
