"""What can be wrong with a resource: each kind with its code of R4, value-free, and with its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.fhir.response_reading.places import Place, order_of, path_of
from app.http.refusal import Refused, refusal
from fhir_export.operation_outcome import OutcomeIssue
from questionnaires.issues import IssueCode


class FaultCode(StrEnum):
    """Every kind of fault that reading finds beside those of the answers (`questionnaires.issues.IssueCode`)."""

    # It is no R4 QuestionnaireResponse.
    OTHER_RESOURCE_TYPE = "other-resource-type"
    UNKNOWN_ELEMENT = "unknown-element"
    MISSING_ELEMENT = "missing-element"
    EMPTY_ELEMENT = "empty-element"
    WRONG_JSON_TYPE = "wrong-json-type"
    WRONG_FORMAT = "wrong-format"
    UNKNOWN_CODE = "unknown-code"
    TWO_VALUES = "two-values"
    ANSWER_BESIDE_ITEM = "answer-beside-item"
    # It is one, and says what we cannot take.
    MODIFIER_EXTENSION = "modifier-extension"
    IMPLICIT_RULES = "implicit-rules"
    STATUS_NOT_TAKEN = "status-not-taken"
    NO_QUESTIONNAIRE = "no-questionnaire"
    NO_VERSION = "no-version"
    UNKNOWN_QUESTIONNAIRE = "unknown-questionnaire"
    QUESTIONNAIRE_NOT_ACTIVE = "questionnaire-not-active"
    QUESTIONNAIRE_RETIRED = "questionnaire-retired"
    NO_SUBJECT = "no-subject"
    UNKNOWN_REFERENCE = "unknown-reference"
    WRONG_TARGET = "wrong-target"
    NOT_THE_SUBJECT = "not-the-subject"
    IMPRECISE_TIME = "imprecise-time"
    AUTHORED_IN_FUTURE = "authored-in-future"
    OTHER_ID = "other-id"
    UNCHANGEABLE = "unchangeable"
    # Its items do not stand as the questionnaire's do.
    WRONG_NESTING = "wrong-nesting"
    REPEATED_ITEM = "repeated-item"
    WRONG_SYSTEM = "wrong-system"


NOT_R4: Final = frozenset(
    {
        FaultCode.OTHER_RESOURCE_TYPE,
        FaultCode.UNKNOWN_ELEMENT,
        FaultCode.MISSING_ELEMENT,
        FaultCode.EMPTY_ELEMENT,
        FaultCode.WRONG_JSON_TYPE,
        FaultCode.WRONG_FORMAT,
        FaultCode.UNKNOWN_CODE,
        FaultCode.TWO_VALUES,
        FaultCode.ANSWER_BESIDE_ITEM,
    }
)
"""The faults that make a resource no R4 QuestionnaireResponse: 400, not 422 (R4 http, 3.1.0.8.3)."""

# R4 value set issue-type.
FHIR_CODES: Final[dict[FaultCode | IssueCode, str]] = {
    FaultCode.OTHER_RESOURCE_TYPE: "structure",
    FaultCode.UNKNOWN_ELEMENT: "structure",
    FaultCode.MISSING_ELEMENT: "required",
    FaultCode.EMPTY_ELEMENT: "structure",
    FaultCode.WRONG_JSON_TYPE: "structure",
    FaultCode.WRONG_FORMAT: "value",
    FaultCode.UNKNOWN_CODE: "code-invalid",
    FaultCode.TWO_VALUES: "structure",
    FaultCode.ANSWER_BESIDE_ITEM: "invariant",
    FaultCode.MODIFIER_EXTENSION: "extension",
    FaultCode.IMPLICIT_RULES: "not-supported",
    FaultCode.STATUS_NOT_TAKEN: "business-rule",
    FaultCode.NO_QUESTIONNAIRE: "required",
    FaultCode.NO_VERSION: "required",
    FaultCode.UNKNOWN_QUESTIONNAIRE: "not-found",
    FaultCode.QUESTIONNAIRE_NOT_ACTIVE: "business-rule",
    FaultCode.QUESTIONNAIRE_RETIRED: "business-rule",
    FaultCode.NO_SUBJECT: "required",
    FaultCode.UNKNOWN_REFERENCE: "not-found",
    FaultCode.WRONG_TARGET: "value",
    FaultCode.NOT_THE_SUBJECT: "business-rule",
    FaultCode.IMPRECISE_TIME: "value",
    FaultCode.AUTHORED_IN_FUTURE: "business-rule",
    FaultCode.OTHER_ID: "value",
    FaultCode.UNCHANGEABLE: "business-rule",
    FaultCode.WRONG_NESTING: "structure",
    FaultCode.REPEATED_ITEM: "structure",
    FaultCode.WRONG_SYSTEM: "code-invalid",
    IssueCode.UNKNOWN_ITEM: "not-found",
    IssueCode.NOT_A_QUESTION: "structure",
    IssueCode.WRONG_TYPE: "value",
    IssueCode.NOT_AN_OPTION: "code-invalid",
    IssueCode.OUT_OF_RANGE: "value",
    IssueCode.TOO_LONG: "too-long",
    IssueCode.INVALID_TEXT: "value",
    IssueCode.TOO_MANY_ANSWERS: "structure",
    IssueCode.REPEATED_ANSWER: "value",
    IssueCode.EXCLUSIVE_OPTION: "business-rule",
    IssueCode.REQUIRED: "required",
    IssueCode.NOT_ENABLED: "business-rule",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `text` says what is allowed and never what was sent."""

    code: FaultCode | IssueCode
    place: Place
    text: str

    @property
    def fhir_code(self) -> str:
        """Its code of R4's issue-type."""
        return FHIR_CODES[self.code]


def in_document_order(faults: Iterable[Fault], resource: Any) -> tuple[Fault, ...]:
    """The faults as somebody reading the resource from its top meets them."""
    return tuple(sorted(faults, key=lambda fault: order_of(fault.place, resource)))


def refused(faults: Iterable[Fault], at: str = "QuestionnaireResponse") -> Refused:
    """The refusal that lists the faults of the resource that stands at that FHIRPath of what was sent."""
    listed = tuple(faults)
    issues = (
        {
            "fhir_code": fault.fhir_code,
            "code": fault.code.value,
            "fault": fault.code.value,
            "expression": path_of(fault.place, at),
            "text": fault.text,
        }
        for fault in listed
    )
    return refusal(_slug_of(listed), f"{len(listed)} issue(s) in the resource", *issues)


def issues_of(faults: Iterable[Fault], at: str = "QuestionnaireResponse") -> list[OutcomeIssue]:
    """The same as the issues of an OperationOutcome that is no refusal."""
    listed = tuple(faults)
    slug = _slug_of(listed)
    return [
        OutcomeIssue("error", fault.fhir_code, slug, fault.text, path_of(fault.place, at), fault=fault.code.value)
        for fault in listed
    ]


def _slug_of(faults: Iterable[Fault]) -> str:
    return "resource-invalid" if any(fault.code in NOT_R4 for fault in faults) else "response-invalid"
