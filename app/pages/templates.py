"""Rendering pages: Jinja with escaping always on, and headers that let nothing from elsewhere in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

_HERE = Path(__file__).parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "html"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# What a script reads from an attribute: short, for a phone loads it.
_ENVIRONMENT.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STATIC_FILES = {
    path.name: (_MEDIA_TYPES[path.suffix], path.read_bytes()) for path in sorted((_HERE / "static").iterdir())
}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SCRIPTS = "; script-src 'self'; connect-src 'self'"
"""What a page may do besides that runs a script of ours."""


@dataclass(frozen=True, slots=True)
class Look:
    """Where a page finds a centre's style sheet and its logo; None where the centre has none."""

    style: str | None
    logo: str | None


def render_page(
    template: str, status: int = 200, *, runs_scripts: bool = False, look: Look | None = None, **content: Any
) -> HTMLResponse:
    """One page, in Vigie's own look where no centre's is named. Nothing between the service and the reader keeps it.

    The page is told its own `policy`: a copy that it keeps for a time without a network must be held to the same.
    """
    content |= {"look": look.style if look else None, "logo": look.logo if look else None}
    policy = _POLICY + _SCRIPTS if runs_scripts else _POLICY
    html = _rendered(_ENVIRONMENT.get_template(template), {"policy": policy, **content})
    return HTMLResponse(
        html, status_code=status, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    )


def _rendered(template: Template, content: dict[str, Any]) -> str:
    """What `Template.render` does, and then the circle is broken: macros hold their context, which holds them, and with
    it everything that the page was made of would wait for a garbage collection.
    """
    context = template.new_context(content)
    try:
        return "".join(template.root_render_func(context))
    finally:
        context.vars.clear()
