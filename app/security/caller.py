"""Who is calling, as the rest of the service knows them: one frozen object for `/v1`, `/fhir` and pages."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.security.scopes import Grant


class Role(StrEnum):
    """What the caller is in the centre; exactly one per token."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    NURSE = "nurse"
    SYSTEM = "system"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller of one centre.

    `subject` is opaque and qualified by its issuer: two issuers may give the same `sub` (RFC 7519 section 4.1.2).
    `patient_id` is the patient that a patient caller is; `acts_for` are the others that they answer for. `name` is what
    the issuer calls them, None where it does not say: shown beside a mark that they leave, and nowhere else.
    """

    centre_id: UUID
    role: Role
    subject: str
    patient_id: UUID | None = None
    acts_for: frozenset[UUID] = frozenset()
    scopes: frozenset[Grant] = frozenset()
    name: str | None = None

    def __post_init__(self) -> None:
        if (self.role is Role.PATIENT) != (self.patient_id is not None):
            raise ValueError("a patient caller is one patient, another caller is none")
        if self.acts_for and self.role is not Role.PATIENT:
            raise ValueError("only a patient caller acts for others")

    @property
    def recorder_id(self) -> UUID | None:
        """By what id others may know who of the staff, or which system, recorded something; None for a patient.

        The same for every token of the subject, and tells nothing of it: UUID version 8 (RFC 9562) of a digest.
        """
        if self.role is Role.PATIENT:
            return None
        digest = hashlib.sha256(f"{self.centre_id}|{self.subject}".encode()).digest()
        value = int.from_bytes(digest[:16])
        return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62)

    def may_touch(self, patient_id: UUID) -> bool:
        """Whether this patient of the caller's own centre is within reach: a patient's own and entrusted, else all."""
        return self.role is not Role.PATIENT or patient_id == self.patient_id or patient_id in self.acts_for
