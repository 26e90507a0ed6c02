"""What every verb says and asks in the same way: where it prints, how it stops, which folder it works on."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

out = Console(markup=False, highlight=False, soft_wrap=True)
err = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)

LONGEST_LINE = 200

Root = Annotated[Path | None, typer.Option("--instruments", help="The folder of instrument folders.")]


def one_line(option: str, said: str) -> str:
    """What an option says for the records, without spaces around it; ends the command where that is no line to read."""
    text = said.strip()
    if not text or len(text) > LONGEST_LINE or not text.isprintable():
        stop(f"{option} is one line of up to {LONGEST_LINE} characters, and not empty")
    return text


def stop(text: str) -> NoReturn:
    """End the command with a sentence for the person who can mend it."""
    err.print(text, style="red")
    raise SystemExit(1)
