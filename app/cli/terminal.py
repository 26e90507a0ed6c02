"""What every verb says and asks in the same way: where it prints, how it stops, which folder it works on."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

out = Console(markup=False, highlight=False, soft_wrap=True)
err = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)

Root = Annotated[Path | None, typer.Option("--instruments", help="The folder of instrument folders.")]


def stop(text: str) -> NoReturn:
    """End the command with a sentence for the person who can mend it."""
    err.print(text, style="red")
    raise SystemExit(1)
