"""The file of a FHIR Questionnaire -> an instrument folder on disk: what `vigie import-questionnaire` does."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.fhir.questionnaire_import.folder import files_of
from app.fhir.questionnaire_import.questionnaire import Imported, import_questionnaire
from app.fhir.questionnaire_import.reading import read_resource
from app.fhir.questionnaire_import.validity import faults_of
from app.services.folder_writing import write_folder
from app.services.new_instrument import refuse_wrong_id


@dataclass(frozen=True)
class FileImport:
    """What came of a file. `faults`: what it gets wrong by FHIR; `written`: the folder, then what is beside it."""

    imported: Imported
    faults: tuple[str, ...]
    written: tuple[Path, ...]


def import_file(file: Path, root: Path, *, today: date, wanted_id: str | None, own_wording: bool) -> FileImport:
    """Read the file and write the instrument's folder below `root`, with the words beside it where they are not ours.

    Raises CannotStart, NotAQuestionnaire, AlreadyThere, OSError; nothing is written then.
    """
    if wanted_id is not None:
        refuse_wrong_id(wanted_id)
    resource = read_resource(file)
    imported = import_questionnaire(resource, today=today, wanted_id=wanted_id)
    faults = faults_of(resource)
    files = files_of(imported, faults, own_wording=own_wording)
    write_folder(root, imported.instrument, files.inside, files.beside)
    return FileImport(imported, faults, tuple(root / name for name in (imported.instrument, *files.beside)))
