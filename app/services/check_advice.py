"""The advice that is shipped, in `vigie check` and `vigie publish`: its files are sound, and its versions are kept."""

from pathlib import Path

from app.services.published_lock import LOCK, Report, lock_problems, publish_checked, read_locked
from guidance.library import ADVICE_FOLDER, AdviceLibrary
from questionnaires.errors import InstrumentInvalid


def check_advice(place: Path = ADVICE_FOLDER) -> Report:
    """Load every piece of advice, and compare the digest of every version with the lock among the files."""
    try:
        digests = AdviceLibrary.load(place).digests()
        problems = lock_problems(read_locked(place), digests, f"{place.name}/{LOCK}")
    except InstrumentInvalid as invalid:
        return Report(invalid.problems, {})
    return Report(tuple(sorted(problems)), digests)


def publish_advice(place: Path = ADVICE_FOLDER) -> tuple[Report, tuple[str, ...]]:
    """Add new versions of advice to the lock among the files, after a check that finds nothing else."""
    return publish_checked(check_advice(place), place)
