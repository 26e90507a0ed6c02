"""`vigie check`: each package's own checks, put together. The same in CI, on the command line and in the image."""

from pathlib import Path

from app.services.published_lock import Report, lock_problems, publish_checked, read_locked
from questionnaires.catalogue import Catalogue, read_catalogue
from questionnaires.errors import FileProblem, InstrumentInvalid
from questionnaires.folder import Folder
from scoring.example_coverage import example_problems
from scoring.loading import Rulebooks, load_rulebooks


def check_instruments(root: Path, canonical_base: str) -> Report:
    """Load everything below `root`, work every example, compare every digest with the lock beside `root`."""
    catalogue, damages = read_catalogue(root, canonical_base)
    try:
        rulebooks = load_rulebooks(root, catalogue)
        locked = read_locked(root.parent)
    except InstrumentInvalid as invalid:
        return Report(tuple(sorted({*damages, *invalid.problems})), {})
    if damages:
        return Report(damages, {})
    problems: list[FileProblem] = []
    for instrument in catalogue.instruments.values():
        problems.extend(example_problems(Folder(root / instrument.id), instrument, rulebooks))
    digests = published_digests(catalogue, rulebooks)
    problems.extend(lock_problems(locked, digests))
    return Report(tuple(sorted(problems)), digests)


def publish(root: Path, canonical_base: str) -> tuple[Report, tuple[str, ...]]:
    """Add what is new to the lock beside `root`, after a check that finds nothing else."""
    return publish_checked(check_instruments(root, canonical_base), root.parent)


def published_digests(catalogue: Catalogue, rulebooks: Rulebooks) -> dict[str, str]:
    """Artefact name -> digest, of every definition, scoring and text that is published."""
    return catalogue.digests() | rulebooks.digests()
