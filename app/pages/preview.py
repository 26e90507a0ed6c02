"""The preview of an instrument: a small application of its own, on this machine only, without a database."""

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import Body, FastAPI, Query, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse

from app.http.answering import answer_error, install_problem_handlers
from app.http.envelope import Envelope
from app.pages.templates import STATIC_FILES, render_page
from app.services.preview import Preview, judge
from app.store.errors import NotFound
from app.wording import RIGHT_TO_LEFT, Wordings
from questionnaires.differences import shown
from questionnaires.errors import FileProblem, InstrumentInvalid

_HOSTS = ("127.0.0.1", "localhost")

Lang = Annotated[str | None, Query(max_length=35, description="The language of the words.")]
Answers = Annotated[dict[str, str | list[str]], Body(description="Link id -> what the form holds.")]


def create_preview(load: Callable[[], Preview], language: str | None = None) -> FastAPI:
    """The application. `load` reads the folder: again for each page, so that an author edits and reloads."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install_problem_handlers(app)
    app.add_middleware(Envelope, answer_error)
    # A page of elsewhere may have its own name lead to this machine: it is not to read an author's answers.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(_HOSTS), www_redirect=False)
    wording = Wordings.load().by_language["en"]
    # What the form that is open was made of: its answers are judged by that, whatever has been edited since.
    loaded = [load()]

    @app.get("/")
    async def page(lang: Lang = None) -> HTMLResponse:
        """The form, and beside it what the answers come to."""
        problems: tuple[FileProblem, ...] = ()
        try:
            loaded[0] = load()
        except InstrumentInvalid as invalid:
            problems = invalid.problems
        preview = loaded[0]
        text = preview.text(lang or language)
        return render_page(
            "preview.html",
            runs_scripts=True,
            preview=preview,
            problems=problems or preview.problems,
            is_stale=bool(problems),
            text=text,
            direction="rtl" if text and text.language.partition("-")[0] in RIGHT_TO_LEFT else "ltr",
            wording=wording,
            shown=shown,
        )

    @app.post("/answers")
    async def answers(written: Answers, lang: Lang = None) -> Response:
        """What these answers come to."""
        preview = loaded[0]
        given = {link_id: tuple(a) if isinstance(a, list) else a for link_id, a in written.items()}
        found = judge(preview, given, preview.text(lang or language))
        return Response(orjson.dumps(found, default=_plain), media_type="application/json")

    @app.get("/pages/{name}")
    async def static_file(name: str) -> Response:
        """The style sheets, the script and the icon. Raises NotFound."""
        if name not in STATIC_FILES:
            raise NotFound
        media_type, content = STATIC_FILES[name]
        return Response(content, media_type=media_type)

    return app


def _plain(value: Any) -> str:
    """Decimals as they are written: a page shows them, no program computes with them."""
    return str(value)
