"""A centre's look: reading it for a page, and what an operator's wish makes of it."""

from dataclasses import dataclass

from app.security.operations import Operation
from app.services.call import Call, opened
from app.services.installation import Installation
from app.store.centre_look import CentreLook, find_look
from app.store.errors import NotFound


class LookWithoutColour(Exception):
    """A first look needs a colour: a logo alone is none."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that was checked (`app.services.logo`), and its media type."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class WantedLook:
    """What is to change of a look: None stays as it is. `without_logo`: the logo goes."""

    colour: str | None = None
    dark_colour: str | None = None
    logo: Logo | None = None
    without_logo: bool = False

    def onto(self, before: CentreLook | None) -> CentreLook | None:
        """The look that comes of the one before; None where there was none and nothing is wanted.

        Raises LookWithoutColour.
        """
        if self == WantedLook():
            return before
        colour = self.colour or (before and before.colour)
        dark_colour = self.dark_colour or (before and before.dark_colour)
        if not colour or not dark_colour:
            raise LookWithoutColour
        if self.logo is not None:
            return CentreLook(colour, dark_colour, self.logo.content, self.logo.media_type)
        if before is None or self.without_logo:
            return CentreLook(colour, dark_colour, None, None)
        return CentreLook(colour, dark_colour, before.logo, before.logo_media_type)


async def read_look(installation: Installation, call: Call) -> CentreLook:
    """The look of the caller's centre. Raises NotFound where it has chosen none."""
    async with opened(installation, call, Operation.READ_SELF) as tx:
        found = await find_look(tx)
        if found is None:
            raise NotFound
        return found
