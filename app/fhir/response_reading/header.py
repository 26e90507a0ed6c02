"""What a resource says around its answers: of what, about whom, by whom, when."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from app.fhir.response_reading.faults import Fault, FaultCode
from app.fhir.response_reading.places import Place
from app.fhir.response_reading.references import MAX_IDENTIFIER, Known, read_identifier, read_reference
from app.services.clocks import storable
from app.services.incoming_response import Incoming, Referred
from app.store.patient import Identifier
from fhir_export import systems
from questionnaires.answer_types import NOT_WRITING
from questionnaires.catalogue import Catalogue
from questionnaires.definition import PublicationStatus, Questionnaire
from questionnaires.issues import IssueCode
from questionnaires.response import ResponseStatus
from scoring.history import Respondent

# R4 value set questionnaire-answers-status.
_STATUSES: Final = ("in-progress", "completed", "amended", "entered-in-error", "stopped")
_SOURCES: Final = {
    "Patient": Respondent.PATIENT,
    "RelatedPerson": Respondent.RELATED_PERSON,
    "Practitioner": Respondent.PRACTITIONER,
    "PractitionerRole": Respondent.PRACTITIONER,
}
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_MAX_LANGUAGE: Final = 35
_MAX_REASON: Final = 200
_T = TypeVar("_T")
_TIME: Final = "a date and time with its offset is needed: YYYY-MM-DDThh:mm:ss+hh:mm"


def read_header(
    resource: Mapping[str, Any], catalogue: Catalogue, known: Known, statuses: frozenset[ResponseStatus]
) -> tuple[Incoming, list[Fault]]:
    """What was said, without the answers, and the faults of it. `statuses`: those that the request may ask for."""
    reader = _Reader(resource, catalogue, known)
    questionnaire = reader.said(reader.questionnaire)
    incoming = Incoming(
        questionnaire=questionnaire,
        status=reader.said(lambda: reader.status(statuses)),
        subject=reader.said(reader.subject),
        visit=reader.said(reader.visit),
        authored=reader.said(reader.authored),
        answered_by=reader.said(reader.answered_by),
        language=reader.said(reader.language),
        text_digest=reader.text_digest(questionnaire) if questionnaire else None,
        identifier=reader.said(reader.identifier),
        reason=reader.said(lambda: reader.reason(questionnaire)) if questionnaire else None,
        checked=None,
    )
    return incoming, reader.faults


class _Faulty(Exception):
    """An element that cannot be read."""

    def __init__(self, code: FaultCode | IssueCode, place: Place, text: str) -> None:
        super().__init__(text)
        self.fault = Fault(code, place, text)


class _Reader:
    """One resource being read."""

    def __init__(self, resource: Mapping[str, Any], catalogue: Catalogue, known: Known) -> None:
        self.resource = resource
        self.catalogue = catalogue
        self.known = known
        self.faults: list[Fault] = []

    def said(self, read: Callable[[], _T | None]) -> _T | None:
        """What one element says; None where it cannot be read, and its fault is noted."""
        try:
            return read()
        except _Faulty as found:
            self.faults.append(found.fault)
            return None

    def questionnaire(self) -> Questionnaire | None:
        """The pinned version. A canonical without one is taken only where the instrument has no second version: which
        version was answered is a fact that nobody may guess.
        """
        stated = self.resource.get("questionnaire")
        if stated is None:
            text = "name the questionnaire, as its canonical `url|version`"
            raise _Faulty(FaultCode.NO_QUESTIONNAIRE, ("questionnaire",), text)
        url, _, version = stated.partition("|") if isinstance(stated, str) else ("", "", "")
        versions = [q for q in self.catalogue.questionnaires if q.url == url]
        named = [q for q in versions if q.version == version]
        if not version and len(versions) > 1:
            text = f"name the version that was answered: {', '.join(q.canonical for q in versions)}"
            raise _Faulty(FaultCode.NO_VERSION, ("questionnaire",), text)
        found = next(iter(named if version else versions), None)
        if found is None:
            known = ", ".join(q.canonical for q in versions or self.catalogue.questionnaires)
            text = f"no questionnaire of that canonical is known here. Known are {known}"
            raise _Faulty(FaultCode.UNKNOWN_QUESTIONNAIRE, ("questionnaire",), text)
        if found.status is PublicationStatus.DRAFT:
            text = "this version is a draft, and takes no responses until it is published"
            self.faults.append(Fault(FaultCode.QUESTIONNAIRE_NOT_ACTIVE, ("questionnaire",), text))
        return found

    def status(self, allowed: frozenset[ResponseStatus]) -> ResponseStatus | None:
        stated = self.resource.get("status")
        if stated is None:
            text = "R4 wants this element"
            raise _Faulty(FaultCode.MISSING_ELEMENT, ("status",), text)
        if stated not in _STATUSES:
            raise _Faulty(FaultCode.UNKNOWN_CODE, ("status",), f"one of {', '.join(_STATUSES)}")
        if stated not in {status.value for status in allowed}:
            words = " or ".join(status.value for status in ResponseStatus if status in allowed)
            text = f"{words} is taken here; answers in the making are drafts (/v1), a correction is an update"
            raise _Faulty(FaultCode.STATUS_NOT_TAKEN, ("status",), text)
        return ResponseStatus(stated)

    def subject(self) -> Referred | None:
        stated = self.resource.get("subject")
        if stated is None:
            text = "name the patient: `Patient/<id>` of this server, or an identifier with its system"
            raise _Faulty(FaultCode.NO_SUBJECT, ("subject",), text)
        target = read_reference(stated, self.known)
        if target.type not in (None, "Patient"):
            raise _Faulty(FaultCode.WRONG_TARGET, ("subject",), "the subject is a Patient")
        return target.referred

    def visit(self) -> Referred | None:
        if "encounter" not in self.resource:
            return None
        target = read_reference(self.resource["encounter"], self.known)
        if target.type not in (None, "Encounter"):
            raise _Faulty(FaultCode.WRONG_TARGET, ("encounter",), "the encounter is an Encounter")
        return target.referred

    def authored(self) -> datetime | None:
        stated = self.resource.get("authored")
        if stated is None:
            return None
        if not isinstance(stated, str):
            raise _Faulty(FaultCode.WRONG_JSON_TYPE, ("authored",), _TIME)
        try:
            moment = datetime.fromisoformat(stated)
        except ValueError:
            # A year or a month is R4 too; what is no date has its fault by the structure.
            raise _Faulty(FaultCode.IMPRECISE_TIME, ("authored",), _TIME) from None
        if moment.tzinfo is None:
            raise _Faulty(FaultCode.IMPRECISE_TIME, ("authored",), _TIME)
        return storable(moment)

    def answered_by(self) -> Respondent | None:
        stated = self.resource.get("source")
        if stated is None:
            return None
        target = read_reference(stated, self.known)
        subject = read_reference(self.resource.get("subject"), self.known).referred
        if target.type is None and Referred() != target.referred == subject:
            return Respondent.PATIENT  # An identifier tells no type, but it is the subject's.
        respondent = _SOURCES.get(target.type or "")
        if respondent is None:
            text = f"who answered is known by the type of the reference: {', '.join(_SOURCES)}"
            raise _Faulty(FaultCode.WRONG_TARGET, ("source",), text)
        if respondent is Respondent.PATIENT and not self.is_subject(stated, target.referred):
            text = "a patient answers for themselves: another person is a RelatedPerson or a Practitioner"
            raise _Faulty(FaultCode.NOT_THE_SUBJECT, ("source",), text)
        return respondent

    def is_subject(self, source: Mapping[str, Any], said: Referred) -> bool:
        """Whether the source is the subject, by whatever both are named. With only a type it is nobody else."""
        subject = self.resource.get("subject")
        if not isinstance(subject, dict) or not set(source) & {"reference", "identifier"}:
            return True
        same = read_reference(subject, self.known).referred
        if same == Referred():  # It has its fault already: the subject leads nowhere.
            return True
        if said.id is not None and same.id is not None:
            return said.id == same.id
        if said.identifier is not None and same.identifier is not None:
            return said.identifier == same.identifier
        # One by its id, the other by an identifier: only the database could tell, which is asked for the subject alone.
        return said != Referred()

    def language(self) -> str | None:
        stated = self.resource.get("language")
        if stated is None:
            return None
        if not isinstance(stated, str) or len(stated) > _MAX_LANGUAGE or not _LANGUAGE.fullmatch(stated):
            raise _Faulty(FaultCode.WRONG_FORMAT, ("language",), "a language tag (BCP 47), such as fr or fr-CA")
        first, *others = stated.split("-")
        return "-".join((first.lower(), *others))

    def identifier(self) -> Identifier | None:
        stated = self.resource.get("identifier")
        if not isinstance(stated, dict) or "value" not in stated:
            return None
        found = read_identifier(stated)
        if found is None:
            text = f"the system and the value have at most {MAX_IDENTIFIER} characters each, and no control characters"
            raise _Faulty(IssueCode.TOO_LONG, ("identifier",), text)
        return found

    def text_digest(self, questionnaire: Questionnaire) -> str | None:
        """The words that were shown, where the client gives our extension back."""
        for _, pinned in self.extensions(systems.pinned_artefacts(questionnaire)):
            for text in _inside(pinned, "text"):
                for digest in _inside(text, "digest"):
                    said = digest.get("valueString")
                    if isinstance(said, str) and _DIGEST.fullmatch(said):
                        return said
        return None

    def reason(self, questionnaire: Questionnaire) -> str | None:
        """Why it is corrected, where the client says it in our extension."""
        for place, extension in self.extensions(systems.correction_reason(questionnaire)):
            said = extension.get("valueString")
            if not isinstance(said, str) or len(said) > _MAX_REASON or NOT_WRITING.search(said) or "\n" in said:
                text = f"one line of at most {_MAX_REASON} characters, as valueString"
                raise _Faulty(FaultCode.WRONG_FORMAT, place, text)
            return said
        return None

    def extensions(self, url: str) -> list[tuple[Place, Mapping[str, Any]]]:
        stated = self.resource.get("extension")
        listed = stated if isinstance(stated, list) else []
        return [
            (("extension", number), extension)
            for number, extension in enumerate(listed)
            if isinstance(extension, dict) and extension.get("url") == url
        ]


def _inside(extension: Mapping[str, Any], url: str) -> list[Mapping[str, Any]]:
    stated = extension.get("extension")
    listed = stated if isinstance(stated, list) else []
    return [inner for inner in listed if isinstance(inner, dict) and inner.get("url") == url]
