"""`published.lock` of a folder: which artefacts were published, and whether they are still what they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from questionnaires.digests import read_lock, write_lock
from questionnaires.errors import FileProblem

LOCK: Final = "published.lock"

_NOT_LOCKED: Final = "not locked yet: "


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `digests` names every published artefact; empty where the folders could not be loaded."""

    problems: tuple[FileProblem, ...]
    digests: dict[str, str]


def read_locked(folder: Path) -> dict[str, str]:
    """Artefact name -> digest, as the folder's lock has it; nothing without one. Raises InstrumentInvalid."""
    path = folder / LOCK
    return read_lock(path.read_text(encoding="utf-8")) if path.is_file() else {}


def lock_problems(locked: Mapping[str, str], digests: Mapping[str, str], shown: str = LOCK) -> list[FileProblem]:
    """Where the artefacts that are there differ from those that were published. `shown` is what the lock is called."""
    problems: list[FileProblem] = []
    for name, digest in digests.items():
        if name not in locked:
            problems.append(FileProblem(shown, 1, f"{_NOT_LOCKED}{name}. `vigie publish` adds it"))
        elif locked[name] != digest:
            text = "was published and has changed since: undo that, or publish it as a new version or revision"
            problems.append(FileProblem(shown, 1, f"{name} {text}"))
    gone = sorted(locked.keys() - digests.keys())
    text = "was published and is gone: bring it back"
    return [*problems, *(FileProblem(shown, 1, f"{name} {text}") for name in gone)]


def publish_checked(report: Report, folder: Path) -> tuple[Report, tuple[str, ...]]:
    """Add what is new to the folder's lock, after a check that found nothing else. Gives the report and what was added.

    What the lock names already is never changed: a difference stays a problem.
    """
    left = tuple(problem for problem in report.problems if not problem.text.startswith(_NOT_LOCKED))
    if left:
        return Report(left, report.digests), ()
    locked = read_locked(folder)
    added = tuple(sorted(report.digests.keys() - locked.keys()))
    if added:
        (folder / LOCK).write_text(write_lock(locked | report.digests), encoding="utf-8")
    return Report((), report.digests), added
