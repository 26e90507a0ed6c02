"""`vigie contacts`: whom a centre's patients call, and how those are named in each language."""

import asyncio
import re
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

import typer

from app.cli.database import Database
from app.cli.look import By
from app.cli.terminal import err, one_line, out, stop
from app.settings import Settings
from app.store.centre import Centre, ContactKind, EmergencyContact
from app.store.errors import NotFound

_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]{0,28}[0-9]", re.ASCII)
_LANGUAGE = re.compile(r"([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*):(.*)", re.ASCII)

_Contacts = list[str] | None


class _NotNamed(Exception):
    """A number has no name in any language of the centre: a sentence that says which."""


def contacts(
    centre: Annotated[UUID, typer.Argument(help="The centre.")],
    emergency_number: Annotated[
        _Contacts, typer.Option(help="NUMBER=NAME, or NUMBER=fr:NAME|en:NAME. May be repeated, the first one first.")
    ] = None,
    helpline: Annotated[
        _Contacts, typer.Option(help="The same, of whom to talk to about thoughts of dying. May be repeated.")
    ] = None,
    by: By = None,
) -> None:
    """Replace all the numbers that a centre's patients are shown, as the schema's owner."""
    if not emergency_number:
        stop("patients need somebody to call: name at least one --emergency-number, such as 15=SAMU")
    wanted = (
        *_read("--emergency-number", emergency_number, ContactKind.EMERGENCY),
        *_read("--helpline", helpline or (), ContactKind.HELPLINE),
    )
    by = None if by is None else one_line("--by", by)
    try:
        with Database(Settings(), say=err.print) as database:
            stored = asyncio.run(database.change_contacts(centre, lambda found: _named(found, wanted), by))
    except NotFound:
        stop(f"there is no centre {centre}: nothing was changed")
    except _NotNamed as error:
        stop(str(error))
    for contact in stored:
        names = ", ".join(f"{language}: {name}" for language, name in contact.names.items())
        out.print(f"{contact.kind.value} {contact.number} ({names})")


_Named = tuple[ContactKind, str, dict[str, str]]
"""A kind, a number, and names by language; a name for every language stands under `""`."""


def _read(option: str, given: Iterable[str], kind: ContactKind) -> list[_Named]:
    found = []
    for text in given:
        number, _, names = (part.strip() for part in text.partition("="))
        if not _NUMBER.fullmatch(number):
            stop(f"{option} begins with a number to call, such as '15=SAMU' or '+33 1 23 45 67 89=fr:...|en:...'")
        found.append((kind, number, _names(option, names)))
    return found


def _names(option: str, text: str) -> dict[str, str]:
    named = [_LANGUAGE.fullmatch(part.strip()) for part in text.split("|")]
    if named[0] is None:
        return {"": one_line(f"the name of {option}", text)}
    if not all(named):
        stop(f"{option}: once a name has its language, each needs one, such as 15=fr:SAMU|en:Emergency")
    return {found[1]: one_line(f"the name of {option}", found[2]) for found in named if found}


def _named(centre: Centre, wanted: Iterable[_Named]) -> tuple[EmergencyContact, ...]:
    """The contacts, each with a name that the centre's pages can show. Raises _NotNamed."""
    found = []
    for kind, number, names in wanted:
        given = {centre.languages[0]: names[""]} if "" in names else names
        if not set(given) & set(centre.languages):
            raise _NotNamed(f"{number} needs a name in a language of the centre: {', '.join(centre.languages)}")
        found.append(EmergencyContact(number, given, kind))
    return tuple(found)
