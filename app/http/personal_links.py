"""Personal links as HTTP knows them: the installation's sealer, and the address that a patient opens."""

from fastapi import Request

from app.security.errors import LinksUnavailable
from app.security.personal_links import LinkSealer

PREFIX = "/q"
"""Where personal links are: short, for a text message."""


def sealer_of(request: Request) -> LinkSealer:
    """What seals and opens the links of this installation. Raises LinksUnavailable."""
    sealer: LinkSealer | None = request.app.state.link_sealer
    if sealer is None:
        raise LinksUnavailable("the operator has chosen no VIGIE_LINK_KEY")
    return sealer


def address_of(request: Request, token: str) -> str:
    """The whole address of a link."""
    base = request.app.state.settings.pages_base or str(request.base_url)
    return f"{base.rstrip('/')}{PREFIX}/{token}"
