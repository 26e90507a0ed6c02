"""Verified claims -> the Caller: the claims of RFC 7519, then ours, under the names that the issuer uses."""

import math
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from app.security.caller import Caller, Role
from app.security.errors import Rejection, TokenRejected
from app.security.scopes import parse_scopes
from app.settings import Issuer

LEEWAY_S: Final = 30.0
_MAX_SUBJECT: Final = 255  # OpenID Connect Core 1.0 section 2
_MAX_NAME: Final = 120


def check_audience_and_times(claims: Mapping[str, object], issuer: Issuer, now: float) -> float:
    """Check `aud`, `exp` and `nbf` (RFC 7519 section 4.1) and return `exp`; raises TokenRejected."""
    audience = _required(claims, "aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not all(isinstance(one, str) for one in audiences):
        raise TokenRejected(Rejection.CLAIM_INVALID, "aud")
    if issuer.audience not in audiences:
        raise TokenRejected(Rejection.WRONG_AUDIENCE)
    expires_at = _time(_required(claims, "exp"), "exp")
    if now >= expires_at + LEEWAY_S:
        raise TokenRejected(Rejection.EXPIRED)
    if "nbf" in claims and now < _time(claims["nbf"], "nbf") - LEEWAY_S:
        raise TokenRejected(Rejection.NOT_YET_VALID)
    return expires_at


def caller_of(claims: Mapping[str, object], issuer: Issuer) -> Caller:
    """Build the caller; raises TokenRejected naming the claim that is missing or invalid.

    A patient claim in the token of another role is the launch context of SMART, not an identity: it is left alone.
    """
    names = issuer.claims
    role = _role(_text(claims, names.role), names.role)
    is_patient = role is Role.PATIENT
    return Caller(
        centre_id=_centre(_text(claims, names.centre), issuer),
        role=role,
        subject=f"{issuer.issuer}|{_subject(claims)}",
        patient_id=_uuid(_text(claims, names.patient), names.patient) if is_patient else None,
        acts_for=_acts_for(claims.get(names.acts_for), names.acts_for) if is_patient else frozenset(),
        scopes=parse_scopes(_text(claims, names.scope)),
        name=_name(claims.get(names.name)),
    )


def _required(claims: Mapping[str, object], name: str) -> object:
    value = claims.get(name)
    if value is None:
        raise TokenRejected(Rejection.CLAIM_MISSING, name)
    return value


def _text(claims: Mapping[str, object], name: str) -> str:
    value = _required(claims, name)
    if not isinstance(value, str):
        raise TokenRejected(Rejection.CLAIM_INVALID, name)
    return value


def _time(value: object, name: str) -> float:
    # NumericDate. JSON's true is an int to Python, and its parser lets NaN and Infinity through.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRejected(Rejection.CLAIM_INVALID, name)
    try:
        seconds = float(value)
    except OverflowError:
        raise TokenRejected(Rejection.CLAIM_INVALID, name) from None
    if not math.isfinite(seconds):
        raise TokenRejected(Rejection.CLAIM_INVALID, name)
    return seconds


def _subject(claims: Mapping[str, object]) -> str:
    # It goes into the audit trail, where PostgreSQL takes no NUL and nobody wants line breaks.
    subject = _text(claims, "sub")
    if not (0 < len(subject) <= _MAX_SUBJECT and subject.isprintable()):
        raise TokenRejected(Rejection.CLAIM_INVALID, "sub")
    return subject


def _name(value: object) -> str | None:
    """A name for people to read: one that is not fit to be shown stops nobody."""
    fits = isinstance(value, str) and 0 < len(value) <= _MAX_NAME and value.isprintable()
    return str(value) if fits else None


def _role(value: str, name: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise TokenRejected(Rejection.CLAIM_INVALID, name) from None


def _centre(value: str, issuer: Issuer) -> UUID:
    name = issuer.claims.centre
    if issuer.centres is None:
        return _uuid(value, name)
    if value not in issuer.centres:
        raise TokenRejected(Rejection.CLAIM_INVALID, name)
    return issuer.centres[value]


def _acts_for(value: object, name: str) -> frozenset[UUID]:
    if value is None:
        return frozenset()
    if not isinstance(value, list):
        raise TokenRejected(Rejection.CLAIM_INVALID, name)
    return frozenset(_uuid(one, name) for one in value)


def _uuid(value: object, name: str) -> UUID:
    # Only the canonical form of RFC 9562: Python would also read braces, `urn:uuid:` and stray hyphens.
    try:
        identifier = UUID(value) if isinstance(value, str) else None
    except ValueError:
        identifier = None
    if identifier is None or str(identifier) != str(value).lower():
        raise TokenRejected(Rejection.CLAIM_INVALID, name)
    return identifier
