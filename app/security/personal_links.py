"""A personal link's secret part: sealed, so that it tells nothing of anybody and nobody can make or change one.

AES-SIV (RFC 5297): it needs no nonce, so that one link has one address, which is short enough for a text message.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from app.security.caller import Caller, Role
from app.security.demo_issuer import DemoIssuer
from app.security.errors import LinkUnreadable
from app.security.scopes import parse_scopes
from app.settings import Settings

_PURPOSE: Final = [b"vigie personal link 1"]
_ID_BYTES: Final = 16
# What one needs to answer one questionnaire, and nothing else: the link is not good for any other door.
_SCOPES: Final = (
    "patient/Questionnaire.r patient/QuestionnaireResponse.cru patient/Encounter.r patient/Organization.r "
    "patient/Patient.r"
)


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """What a link says: which one it is, of which patient of which centre."""

    centre_id: UUID
    patient_id: UUID
    link_id: UUID

    @property
    def caller(self) -> Caller:
        """Whoever holds the link: the patient, with just enough rights to answer."""
        return Caller(
            centre_id=self.centre_id,
            role=Role.PATIENT,
            subject=f"link|{self.link_id}",
            patient_id=self.patient_id,
            scopes=parse_scopes(_SCOPES),
        )


class LinkSealer:
    """Writes links and reads them again, with the installation's key."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESSIV(hashlib.sha512(secret.encode()).digest())

    def seal(self, claim: LinkClaim) -> str:
        """The secret part of a link's address: 86 characters of base64url."""
        plain = b"".join(part.bytes for part in (claim.centre_id, claim.patient_id, claim.link_id))
        return base64.urlsafe_b64encode(self._cipher.encrypt(plain, _PURPOSE)).rstrip(b"=").decode()

    def open(self, text: str) -> LinkClaim:
        """What a link of ours says. Raises LinkUnreadable."""
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(sealed, _PURPOSE)
        except (ValueError, binascii.Error, InvalidTag):
            raise LinkUnreadable from None
        parts = (plain[start : start + _ID_BYTES] for start in range(0, 3 * _ID_BYTES, _ID_BYTES))
        return LinkClaim(*(UUID(bytes=part) for part in parts))


def open_sealer(settings: Settings, demo_issuer: DemoIssuer | None) -> LinkSealer | None:
    """By the operator's key; in demo mode, where none was chosen, by a key of the development issuer's; else None."""
    if settings.link_key is not None:
        return LinkSealer(settings.link_key.get_secret_value())
    return LinkSealer(demo_issuer.secret_for("personal links")) if demo_issuer else None
