"""Rendering pages: Jinja with escaping always on, and headers that let nothing from elsewhere in."""

from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "html"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STATIC_FILES = {
    path.name: ({".css": "text/css", ".svg": "image/svg+xml"}[path.suffix], path.read_bytes())
    for path in sorted((_HERE / "static").iterdir())
}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def render_page(template: str, status: int = 200, **content: Any) -> HTMLResponse:
    """One page. Nothing of it is cached by anything between the service and the reader."""
    html = _ENVIRONMENT.get_template(template).render(**content)
    return HTMLResponse(
        html, status_code=status, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    )
