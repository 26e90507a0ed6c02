"""What a use case cannot go on from; none of these knows HTTP. `app.http.problems` gives each its answer.

ServiceError
├── ResponseInvalid          the answers do not fit their questionnaire: every issue
├── QuestionnaireRetired     the version was retired before the answers were begun
├── QuestionnaireNotActive   the version is a draft: it takes no responses
├── AuthoredInFuture         a system says that the answers will be given later
├── NotInEffect              the response was entered in error: it can be read, not changed
├── LanguageUnavailable      the questionnaire has no words that may be shown
├── LicenceRestricted        its wording is licensed, and the centre has loaded none
├── ReferencesUnknown        a response names a patient or a visit that is not known here: all of them
├── ResponseDiffers          a correction changes what a response keeps: every element
├── SeveralMatch             the condition of a creation fits more than one response
├── UnknownScore             the questionnaire has no score of that name
├── IdentifierConflict       the identifiers belong to more than one patient
├── IdentifierInvalid        an identifier is not what its system promises: every one
├── MergeConflict            the patient cannot be replaced by that one
├── NoConsultation           the patient has no consultation that a document could be about
├── LinkEndInvalid           a personal link would end in the past, or too far ahead
├── LinkClosed               a personal link opens nothing any more: revoked, or its time is over
└── PatientDiffers           a page was opened for another patient than the consultation's
"""

from app.services.incoming_response import Reference
from questionnaires.issues import Issue


class ServiceError(Exception):
    """Anything a use case cannot go on from."""


class ResponseInvalid(ServiceError):
    """The answers do not fit their questionnaire. `issues` lists everything."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__(f"{len(issues)} issue(s)")
        self.issues = issues


class QuestionnaireRetired(ServiceError):
    """The version was retired before the answers were begun."""


class QuestionnaireNotActive(ServiceError):
    """The version is a draft."""


class AuthoredInFuture(ServiceError):
    """A system's clock, or what it says of it, is ahead of ours."""


class NotInEffect(ServiceError):
    """The response was entered in error."""


class LanguageUnavailable(ServiceError):
    """The questionnaire has no words that may be shown."""


class LicenceRestricted(ServiceError):
    """The questionnaire's wording belongs to somebody who does not let it be shipped, and the centre loaded none."""

    def __init__(self, instrument: str, version: str) -> None:
        super().__init__(
            f"this centre has loaded no words of {instrument} {version}: its operator does it with "
            f"`vigie text import {instrument} LANGUAGE FILE --centre UUID --permission TEXT`"
        )


class ReferencesUnknown(ServiceError):
    """A response names whom or what nobody here knows, or what is out of the caller's reach. `references`: its
    elements.
    """

    def __init__(self, references: tuple[Reference, ...]) -> None:
        super().__init__(f"{len(references)} reference(s) lead nowhere")
        self.references = references


class ResponseDiffers(ServiceError):
    """A correction says something else of what a response keeps for ever. `elements`: their R4 names."""

    def __init__(self, elements: tuple[str, ...]) -> None:
        super().__init__(f"{len(elements)} element(s) cannot change")
        self.elements = elements


class SeveralMatch(ServiceError):
    """The condition of a creation fits more than one response."""


class UnknownScore(ServiceError):
    """The questionnaire has no score of that name. `known` lists those that it has."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__("no score of that name")
        self.known = known


class IdentifierConflict(ServiceError):
    """The identifiers belong to more than one patient: merging them is a person's decision."""


class IdentifierInvalid(ServiceError):
    """Some identifiers are not what their systems promise. `issues`: the place of each in the list, and why."""

    def __init__(self, issues: tuple[tuple[int, str], ...]) -> None:
        super().__init__(f"{len(issues)} identifier(s) cannot be right")
        self.issues = issues


class MergeConflict(ServiceError):
    """The patient is replaced by somebody else already, or would in the end be replaced by themselves."""


class NoConsultation(ServiceError):
    """The patient has no consultation that took place or is ahead."""


class LinkEndInvalid(ServiceError):
    """A personal link would end in the past, or further ahead than `longest_days`."""

    def __init__(self, longest_days: int) -> None:
        super().__init__(f"a link ends in the future, within {longest_days} days")
        self.longest_days = longest_days


class LinkClosed(ServiceError):
    """A personal link takes no answers any more."""


class PatientDiffers(ServiceError):
    """Whoever opened the page meant another patient than the one whose consultation it is."""
