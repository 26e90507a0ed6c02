"""What can go wrong between a bearer token and an operation; none of these knows HTTP.

SecurityError
├── TokenRejected        the caller is not known: `reason`, and the name of the `claim` at fault
├── KeysUnavailable      the issuer's keys were never fetched: try again after `retry_after_s`
├── NotPermitted         the caller is known, but its role or its scopes do not allow the `operation`
├── PatientOutOfReach    the caller may do this, but not to this patient: shown as if the patient did not exist
├── LinkUnreadable       the address is no personal link of this installation
├── LinksUnavailable     the installation has no key to make personal links with
└── DemoIssuerRefused    the development issuer was asked for outside demo mode

No error carries a token, a claim's value or a patient's id: they end up in logs and in answers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.security.operations import Operation


class Rejection(StrEnum):
    """Why a token was rejected: a closed list, safe to log, to count and to show."""

    MISSING = "missing"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    WRONG_TYPE = "wrong_type"
    CRITICAL_HEADER = "critical_header"
    ALGORITHM_NOT_ALLOWED = "algorithm_not_allowed"
    UNKNOWN_ISSUER = "unknown_issuer"
    UNKNOWN_KEY = "unknown_key"
    KEY_UNFIT = "key_unfit"
    BAD_SIGNATURE = "bad_signature"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_AUDIENCE = "wrong_audience"
    CLAIM_MISSING = "claim_missing"
    CLAIM_INVALID = "claim_invalid"


class SecurityError(Exception):
    """The root of this package's errors."""


class TokenRejected(SecurityError):
    """The token proves nothing; `claim` is the configured name of the claim at fault, when it is one."""

    def __init__(self, reason: Rejection, claim: str | None = None) -> None:
        super().__init__(reason.value if claim is None else f"{reason.value}: {claim}")
        self.reason = reason
        self.claim = claim


class KeysUnavailable(SecurityError):
    """The issuer's keys could not be fetched yet, so that its tokens can neither be accepted nor rejected."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("the keys of the issuer are not available")
        self.retry_after_s = retry_after_s


class NotPermitted(SecurityError):
    """The role may never do the operation, or (then `missing_scope` says which) the token has no scope for it."""

    def __init__(self, operation: Operation, missing_scope: str | None = None) -> None:
        super().__init__(operation.value)
        self.operation = operation
        self.missing_scope = missing_scope


class PatientOutOfReach(SecurityError):
    """The caller may not touch this patient."""


class LinkUnreadable(SecurityError):
    """The address is no personal link of this installation: cut short, changed, or of another key."""


class LinksUnavailable(SecurityError):
    """The installation has no key to make personal links with."""


class DemoIssuerRefused(SecurityError):
    """The development issuer exists in demo mode only."""
