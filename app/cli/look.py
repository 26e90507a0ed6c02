"""`vigie look`: the colour, the logo and the name by which patients and the care team know their centre's pages."""

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.cli.database import Database
from app.cli.terminal import err, one_line, out, stop
from app.pages.papers import papers
from app.services.centre_look import Logo, LookWithoutColour, WantedLook
from app.services.contrast import ENOUGH, contrast, is_colour, readable
from app.services.logo import LARGEST, LogoRefused, media_type_of
from app.settings import Settings
from app.store.centre_look import CentreLook
from app.store.errors import NotFound

_BLACK, _WHITE = "#000000", "#ffffff"

By = Annotated[str | None, typer.Option(help="Who does it, for the audit trail.")]


def look(
    centre: Annotated[UUID, typer.Argument(help="The centre.")],
    colour: Annotated[str | None, typer.Option(help="Its colour on light pages, as #rrggbb.")] = None,
    dark_colour: Annotated[
        str | None, typer.Option(help="The same on dark pages. Without it: the colour, lightened as far as it must be.")
    ] = None,
    logo: Annotated[Path | None, typer.Option(help="Its logo, an SVG or a PNG of up to 100 kB.")] = None,
    without_logo: Annotated[bool, typer.Option("--without-logo", help="Take the logo away.")] = False,
    name: Annotated[str | None, typer.Option(help="Its name, where that is to change.")] = None,
    by: By = None,
) -> None:
    """Choose what a centre's pages look like, as the schema's owner. What is not named stays as it is."""
    if logo is not None and without_logo:
        stop("either --logo or --without-logo")
    wanted = WantedLook(*_colours(colour, dark_colour), _logo(logo) if logo else None, without_logo)
    name = None if name is None else one_line("--name", name)
    if wanted == WantedLook() and name is None:
        stop("nothing was asked for: name a --colour, a --logo or a --name")
    by = None if by is None else one_line("--by", by)
    try:
        with Database(Settings(), say=err.print) as database:
            chosen = asyncio.run(database.change_look(centre, wanted, name, by))
    except NotFound:
        stop(f"there is no centre {centre}: nothing was changed")
    except LookWithoutColour:
        stop("this centre has no colour yet: name a --colour beside the rest")
    out.print(_said(chosen, name))


def _colours(colour: str | None, dark_colour: str | None) -> tuple[str | None, str | None]:
    """The two colours, checked; the dark one made of the light one where only that is named."""
    light = None if colour is None else _checked("--colour", colour, papers().light, towards=_BLACK)
    if dark_colour is not None:
        return light, _checked("--dark-colour", dark_colour, papers().dark, towards=_WHITE)
    return light, None if light is None else readable(light, papers().dark, _WHITE)


def _checked(option: str, given: str, grounds: tuple[str, ...], *, towards: str) -> str:
    colour = given.strip().lower()
    if not is_colour(colour):
        stop(f"{option} is written as # and six digits from 0 to f, such as '#0b5c74' (in quotes: # is a comment)")
    worst = min(grounds, key=lambda paper: contrast(colour, paper))
    ratio = contrast(colour, worst)
    if ratio < ENOUGH:
        shown = int(ratio * 100) / 100  # cut, not rounded: 4.499 that is shown as 4.5 explains nothing
        stop(
            f"{option} {colour} cannot be read well: its contrast with the page's {worst} is {shown}:1, and must be "
            f"{ENOUGH}:1 (WCAG 2.1, 1.4.3). This one near it can: {readable(colour, grounds, towards)}"
        )
    return colour


def _logo(file: Path) -> Logo:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
        return Logo(content, media_type_of(content))
    except OSError as error:
        stop(f"{file}: {error.strerror}")
    except LogoRefused as refused:
        stop(f"{file} cannot be the logo: {refused}")


def _said(chosen: CentreLook | None, name: str | None) -> str:
    parts = [f"name: {name}"] if name else []
    if chosen is not None:
        drawn = f"{chosen.logo_media_type}, {len(chosen.logo)} bytes" if chosen.logo else "none"
        parts += [f"colour on light pages: {chosen.colour}", f"on dark pages: {chosen.dark_colour}", f"logo: {drawn}"]
    return "\n".join(parts)
