"""A response as a FHIR client sent it: what its resource says, read and checked, before anybody was looked up."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.store.patient import Identifier
from app.store.received_resource import ReceivedResource
from questionnaires.definition import Questionnaire
from questionnaires.response import CheckedResponse, ResponseStatus
from scoring.history import Respondent


@dataclass(frozen=True, slots=True)
class Referred:
    """Whom or what a reference names: by its id on this server, else by an identifier (an empty system: none was said).

    With neither it names nothing that could be found here.
    """

    id: UUID | None = None
    identifier: Identifier | None = None


class Reference(StrEnum):
    """The references of a response that must lead to something known here, by their R4 names."""

    SUBJECT = "subject"
    ENCOUNTER = "encounter"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a resource says; None for what it does not say, or what nobody can read.

    `checked`: the answers, where they fit. `answered_by` None: nobody said, so the patient. `reason`: why it is
    corrected. `received`: the resource byte for byte. `idempotency_key` and `body_sha256` as of a `Submission`.
    """

    questionnaire: Questionnaire | None
    status: ResponseStatus | None
    subject: Referred | None
    visit: Referred | None
    authored: datetime | None
    answered_by: Respondent | None
    language: str | None
    text_digest: str | None
    identifier: Identifier | None
    reason: str | None
    checked: CheckedResponse | None
    received: ReceivedResource | None = None
    idempotency_key: str | None = None
    body_sha256: bytes | None = None
