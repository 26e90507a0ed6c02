"""`vigie import-questionnaire`: a FHIR Questionnaire as an instrument folder, and the list of what did not fit."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.terminal import out, stop
from app.services.folder_writing import AlreadyThere
from app.services.new_instrument import CannotStart
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
    from app.fhir.questionnaire_import.file_import import import_file  # noqa: PLC0415
    from app.fhir.questionnaire_import.questionnaire import NotAQuestionnaire  # noqa: PLC0415
    from app.fhir.questionnaire_import.report import plain_report  # noqa: PLC0415

    root, today = folder or Settings().instruments_dir, datetime.now(UTC).date()
    try:
        done = import_file(file, root, today=today, wanted_id=instrument, own_wording=own_wording)
    except (NotAQuestionnaire, CannotStart) as refused:
        stop(str(refused))
    except AlreadyThere as there:
        stop(f"{there}: name another id with --id, or another place with --out")
    except OSError as error:
        stop(f"{root}: {error.strerror}")
    if as_json:
        out.print_json(json.dumps(plain_report(done.imported, done.faults)))
        return
    for found in done.imported.ledger.findings:
        places = f" ({len(found.paths)} places)" if len(found.paths) > 1 else f" ({found.paths[0]})"
        out.print(f"{found.what}{places}: {found.why}. To do: {found.todo}.")
    made, *beside = done.written
    out.print(f"wrote {made}; IMPORT.md there lists the same, place by place")
    for path in beside:
        out.print(f"wrote {path}: the words stay outside of the folder, because its licence is restricted")
