"""What is wrong with a response: values, all of them at once, none of which repeats what was answered."""

from dataclasses import dataclass
from enum import StrEnum


class IssueCode(StrEnum):
    """Every kind of fault that validation can find."""

    UNKNOWN_ITEM = "unknown-item"
    NOT_A_QUESTION = "not-a-question"
    WRONG_TYPE = "wrong-type"
    NOT_AN_OPTION = "not-an-option"
    OUT_OF_RANGE = "out-of-range"
    TOO_LONG = "too-long"
    INVALID_TEXT = "invalid-text"
    TOO_MANY_ANSWERS = "too-many-answers"
    REPEATED_ANSWER = "repeated-answer"
    EXCLUSIVE_OPTION = "exclusive-option"
    REQUIRED = "required"
    NOT_ENABLED = "not-enabled"


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault: what, where, and what would be allowed.

    `pointer` is a JSON Pointer (RFC 6901) into the answers; `allowed` and `text` come from the questionnaire,
    never from the answer.
    """

    code: IssueCode
    link_id: str
    pointer: str
    text: str
    allowed: tuple[str, ...] = ()
