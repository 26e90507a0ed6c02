"""`vigie text`: the words of restricted instruments, which a centre loads by its own permission."""

import asyncio
import hashlib
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.cli.database import Database
from app.cli.terminal import err, one_line, out, stop
from app.services.import_text import empty_text, read_licensed_text
from app.services.installation import load_knowledge
from app.settings import Settings
from app.store.centre_text import Provenance
from app.store.errors import Conflict, NotFound
from questionnaires.errors import UnknownQuestionnaire
from questionnaires.text_import import Head
from questionnaires.translations import TextStatus

text = typer.Typer(no_args_is_help=True, help="The licensed words of a centre: what is wanted, and loading them.")

Instrument = Annotated[str, typer.Argument(help="The instrument, such as phq-9.")]
Definitions = Annotated[
    list[str] | None,
    typer.Option("--definition", help="A definition version that the words are for; by default the newest active one."),
]


@text.command()
def template(instrument: Instrument, definition: Definitions = None) -> None:
    """Print the empty CSV file: a row for everything that takes words. Help, concepts and scores may stay empty."""
    try:
        written = empty_text(load_knowledge(Settings()), instrument, tuple(definition or ()))
    except UnknownQuestionnaire as unknown:
        stop(_unknown(unknown))
    sys.stdout.write(written)


@text.command("import")
def import_(
    instrument: Instrument,
    language: Annotated[str, typer.Argument(help="The language of the words, such as fr.")],
    file: Annotated[Path, typer.Argument(help="A CSV file (see `template`) or a FHIR R4 Questionnaire in JSON.")],
    centre: Annotated[UUID, typer.Option(help="The centre that has the permission.")],
    permission: Annotated[str, typer.Option(help="By what right: the agreement, its number, its date.")],
    status: Annotated[TextStatus, typer.Option(help="How far the translation is.")] = "local",
    translator: Annotated[str, typer.Option(help="Who translated.")] = "not stated",
    definition: Definitions = None,
    title: Annotated[str | None, typer.Option(help="The title, in place of the file's.")] = None,
    introduction: Annotated[str | None, typer.Option(help="The introduction, in place of the file's.")] = None,
    by: Annotated[str | None, typer.Option(help="Who loads the words.")] = None,
) -> None:
    """Load words for one centre, as the schema's owner. Loading a language again adds its next revision."""
    if not permission.strip():
        stop("--permission says by what right the centre uses the words: the agreement, its number, its date")
    permission = one_line("--permission", permission)
    by = None if by is None else one_line("--by", by)
    settings = Settings()
    try:
        data = file.read_bytes()
    except OSError as error:
        stop(f"{file}: {error.strerror}")
    head = Head(language, status, translator, file.name, title, introduction)
    try:
        read = read_licensed_text(load_knowledge(settings), instrument, tuple(definition or ()), head, data)
    except UnknownQuestionnaire as unknown:
        stop(_unknown(unknown))
    for unused in read.unused:
        err.print(f"{file}: not used: {unused}")
    for problem in read.problems:
        err.print(f"{file}: {problem}")
    if read.text is None:
        stop(f"{len(read.problems)} problem(s): nothing was loaded")
    provenance = Provenance(permission, hashlib.sha256(data).digest(), by or "operator")
    try:
        with Database(settings, say=err.print) as database:
            stored = asyncio.run(database.import_text(centre, read.text, provenance, by))
    except NotFound:
        stop(f"there is no centre {centre}: nothing was loaded")
    except Conflict:
        stop(f"somebody else loads '{language}' at this moment: nothing was loaded, try again")
    said = f"{instrument} {language} revision {stored.text.revision} ({stored.text.status}), {stored.text.digest}"
    out.print(f"loaded {said}" if stored.is_new else f"nothing new, the words are there: {said}")


def _unknown(unknown: UnknownQuestionnaire) -> str:
    return f"there is no such questionnaire or version; there is: {', '.join(unknown.known)}"
