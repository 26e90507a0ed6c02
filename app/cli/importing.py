"""`vigie import-questionnaire`: a FHIR Questionnaire as an instrument folder, and the list of what did not fit."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.terminal import out, stop
from app.services.new_instrument import CannotStart, refuse_wrong_id
from app.settings import Settings


def import_questionnaire(
    file: Annotated[Path, typer.Argument(help="A FHIR R4 Questionnaire as JSON.")],
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where the instrument's folder is made; by default beside the others.")
    ] = None,
    instrument: Annotated[
        str | None, typer.Option("--id", help="The instrument's id; by default made of the file's.")
    ] = None,
    own_wording: Annotated[
        bool, typer.Option("--own-wording", help="The words are ours: put them into the folder, as drafts.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON, for a program.")] = False,
) -> None:
    """Make an instrument folder of a FHIR Questionnaire, and list everything that did not come over as it was."""
    # fhir.resources takes a second to load, that every other command is spared.
    from app.fhir.questionnaire_import.folder import files_of  # noqa: PLC0415
    from app.fhir.questionnaire_import.questionnaire import NotAQuestionnaire  # noqa: PLC0415
    from app.fhir.questionnaire_import.questionnaire import import_questionnaire as read  # noqa: PLC0415
    from app.fhir.questionnaire_import.reading import read_resource  # noqa: PLC0415
    from app.fhir.questionnaire_import.report import plain_report  # noqa: PLC0415
    from app.fhir.questionnaire_import.validity import faults_of  # noqa: PLC0415

    try:
        if instrument is not None:
            refuse_wrong_id(instrument)
        resource = read_resource(file)
        imported = read(resource, today=datetime.now(UTC).date(), wanted_id=instrument)
    except (NotAQuestionnaire, CannotStart) as refused:
        stop(str(refused))
    faults = faults_of(resource)
    files = files_of(imported, faults, own_wording=own_wording)
    root = folder or Settings().instruments_dir
    _write(root, imported.instrument, files.inside, files.beside)
    if as_json:
        out.print_json(json.dumps(plain_report(imported, faults)))
        return
    for found in imported.ledger.findings:
        places = f" ({len(found.paths)} places)" if len(found.paths) > 1 else f" ({found.paths[0]})"
        out.print(f"{found.what}{places}: {found.why}. To do: {found.todo}.")
    out.print(f"wrote {root / imported.instrument}; IMPORT.md there lists the same, place by place")
    for name in files.beside:
        out.print(f"wrote {root / name}: the words stay outside of the folder, because its licence is restricted")


def _write(root: Path, instrument: str, inside: Mapping[str, str], beside: Mapping[str, str]) -> None:
    """Write the files. What is there already is never written over."""
    there = [path for path in (root / instrument, *(root / name for name in beside)) if path.exists()]
    if there:
        stop(f"{there[0]} exists already: name another id with --id, or another place with --out")
    try:
        for name, text in ({f"{instrument}/{name}": text for name, text in inside.items()} | dict(beside)).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        stop(f"{root}: {error.strerror}")
