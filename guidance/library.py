"""All advice that there is: the newest version of each piece, and every earlier one, which stays readable for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from guidance.advice import Advice, AdviceRef
from guidance.advice_files import AdviceFile, advice_of
from questionnaires.errors import InstrumentInvalid
from questionnaires.folder import Folder
from questionnaires.instrument_files import Reference, ReferencesFile
from questionnaires.shapes import advise

ADVICE_FOLDER: Final = Path(__file__).parent
"""Where the files are that are shipped: beside this one."""


@dataclass(frozen=True)
class AdviceLibrary:
    """Every version of every piece of advice; `newest` is by concept. `references` are the sources that they cite."""

    versions: Mapping[AdviceRef, Advice]
    newest: Mapping[str, Advice]
    references: Mapping[str, Reference]

    @classmethod
    def load(cls, place: Path = ADVICE_FOLDER) -> Self:
        """Read the files of a folder. Raises InstrumentInvalid with every damage of all of them."""
        folder = Folder(place)
        sources = folder.read("references.yaml", ReferencesFile)
        references = sources.references if sources else None
        found = [advice for name in folder.files("advice", ".yaml") for advice in _read(folder, name, references)]
        if folder.problems:
            raise InstrumentInvalid(tuple(sorted(folder.problems)))
        versions = {advice.ref: advice for advice in found}
        # Versions stand in rising order in a file: the last one of a concept is its newest.
        return cls(versions, {advice.ref.concept: advice for advice in found}, references or {})

    def find(self, ref: AdviceRef) -> Advice | None:
        """The advice in that very version; None where it is not here."""
        return self.versions.get(ref)

    def digests(self) -> dict[str, str]:
        """Artefact name -> digest, of every version. What stands in a file is published."""
        return {f"advice:{ref.concept}|{ref.version}": advice.digest for ref, advice in self.versions.items()}


def _read(folder: Folder, name: str, references: Mapping[str, Reference] | None) -> list[Advice]:
    """The versions of one file, oldest first; none, and problems, where it is damaged.

    `references` None: they could not be read, which was said already.
    """
    file = folder.read(name, AdviceFile)
    if file is None:
        return []
    folder.must_match(name, "concept", file.concept, Path(name).stem)
    for number, entry in enumerate(file.versions):
        for position, key in enumerate(entry.references):
            if references is not None and key not in references:
                text = f"there is no reference '{key}': {advise(key, tuple(references))}"
                folder.problem(name, ("versions", number, "references", position), text)
    return [advice_of(file.concept, entry) for entry in file.versions]
