"""The client's word for one response, so that sending it again stores it once (docs/decisions/0007)."""

from typing import Annotated

from pydantic import StringConstraints

KeyText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{8,128}$")]

KEY_DESCRIPTION = "A fresh random word a response, such as a UUID; the same on every retry."
