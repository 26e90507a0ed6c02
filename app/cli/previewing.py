"""`vigie preview`: an instrument in a browser on this machine, with what each answer does."""

from functools import partial
from typing import Annotated

import typer

from app.cli.naming import split_version
from app.cli.run import refuse_used_port
from app.cli.terminal import Root, out, stop
from app.services.instrument_folder import NoSuchInstrument
from app.services.preview import load_preview
from app.settings import Settings

_HERE = "127.0.0.1"


def preview(
    instrument: Annotated[
        str, typer.Argument(help="The instrument or the path of its folder, or either with @version; drafts too.")
    ],
    language: Annotated[str | None, typer.Option(help="The language to begin with.")] = None,
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8010,
    instruments: Root = None,
) -> None:
    """Show an instrument in a browser, with its branching, issues, scores and alerts. Ctrl-C stops it."""
    # The pages take a second to load, that every other command is spared.
    import uvicorn  # noqa: PLC0415

    from app.pages.preview import create_preview  # noqa: PLC0415

    settings = Settings()
    name, version = split_version(instrument)
    root = instruments or settings.instruments_dir
    load = partial(load_preview, root, name, version, settings.canonical_base)
    try:
        app = create_preview(load, language)
    except NoSuchInstrument as nothing:
        stop(str(nothing))
    refuse_used_port(_HERE, port)
    out.print(f"Preview of {instrument}: http://{_HERE}:{port}/ (Ctrl-C stops it)")
    uvicorn.run(app, host=_HERE, port=port, log_level="warning")
