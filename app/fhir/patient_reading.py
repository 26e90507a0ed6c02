"""A Patient that somebody else wrote -> who is to be registered, or every fault with its FHIRPath.

Kept are identifiers, the official name, a whole birth date, the preferred language, and how far the hospital trusts the
identity (FR Core). The rest of a Patient is the hospital's to keep.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from fhir.resources.R4B.patient import Patient as TypedPatient
from pydantic import ValidationError

from app.fhir.response_reading.faults import NOT_R4
from app.fhir.response_reading.places import Place, path_of
from app.fhir.response_reading.structure import is_below, json_faults
from app.services.errors import IdentifierInvalid
from app.services.ins_check import check_identifiers
from app.services.patients import Registration
from app.settings import Settings
from app.store.patient import Identifier
from fhir_export import systems
from fhir_export.ins import IdentityStatus

MAX_IDENTIFIERS: Final = 20
_SYSTEM: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f]{1,180}")
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FIRST_YEAR: Final = 1850

Issue = dict[str, str]


@dataclass(frozen=True, slots=True)
class PatientReading:
    """Who is to be registered; None with faults, of which `is_r4` says whether they are of the form or of the sense."""

    who: Registration | None
    issues: tuple[Issue, ...]
    is_r4: bool = True


def read_patient(resource: Mapping[str, Any], at: str, settings: Settings) -> PatientReading:
    """Read parsed JSON. `at`: its FHIRPath in what was sent."""
    faults = [_issue(at, place, "structure", text) for place, text in _not_r4(resource)]
    if faults:
        return PatientReading(None, tuple(faults), is_r4=False)
    reader = _Reader(resource, at, settings)
    who = reader.read()
    return PatientReading(None if reader.issues else who, tuple(reader.issues))


def _not_r4(resource: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """First what the typed reading lets through, such as a null; then what it finds elsewhere."""
    of_json = {fault.place: fault.text for fault in json_faults(resource) if fault.code in NOT_R4}
    yield from of_json.items()
    for place in _not_typed(resource):
        if not is_below(place, of_json):
            yield place, "this is no element or value that R4 has here"


def _not_typed(resource: Mapping[str, Any]) -> Iterator[Place]:
    try:
        TypedPatient.model_validate(dict(resource))
    except ValidationError as error:
        yield from dict.fromkeys(
            tuple(step for step in found["loc"] if step != "root")
            for found in error.errors(include_url=False, include_input=False)
        )


def _issue(at: str, place: Place, code: str, text: str) -> Issue:
    return {"code": code, "fhir_code": code, "expression": path_of(place, at), "text": text}


@dataclass(slots=True)
class _Reader:
    resource: Mapping[str, Any]
    at: str
    settings: Settings
    issues: list[Issue] = field(default_factory=list)

    def read(self) -> Registration:
        for name in ("modifierExtension", "implicitRules"):
            if name in self.resource:
                self.fault((name,), "extension", "what changes the meaning must not be ignored, and is not known here")
        if self.resource.get("active") is False:
            self.fault(("active",), "business-rule", "only a patient record in use is registered")
        family, given = self.name()
        return Registration(
            identifiers=self.identifiers(),
            family_name=family,
            given_name=given,
            birth_date=self.birth_date(),
            language=self.language(),
            identity_status=self.identity_status(),
        )

    def identifiers(self) -> tuple[Identifier, ...]:
        """Those in use that have a system and a value."""
        found: dict[Identifier, Place] = {}
        for number, stated in self.objects(self.resource, "identifier"):
            if stated.get("use") == "old" or not {"system", "value"} <= set(stated):
                continue
            place: Place = ("identifier", number)
            if not _fits(_SYSTEM, stated["system"]) or not _fits(_TEXT, stated["value"]):
                self.fault(place, "value", "a system (URI) and a value of at most 200 characters")
                continue
            found.setdefault(Identifier(stated["system"], stated["value"]), (*place, "value"))
        if not 1 <= len(found) <= MAX_IDENTIFIERS:
            text = f"1 to {MAX_IDENTIFIERS} identifiers with a system and a value: it is they that name a patient here"
            self.fault(("identifier",), "required", text)
        try:
            check_identifiers(self.settings, tuple(found))
        except IdentifierInvalid as error:
            places = tuple(found.values())
            for number, text in error.issues:
                self.fault(places[number], "invariant", text)
        return tuple(found)

    def name(self) -> tuple[str | None, str | None]:
        """Family and given names of the official name, else of the first that is not an old one."""
        stated = [name for _, name in self.objects(self.resource, "name") if name.get("use") != "old"]
        name = next((name for name in stated if name.get("use") == "official"), next(iter(stated), {}))
        given = name.get("given")
        joined = " ".join(part for part in given if isinstance(part, str)) if isinstance(given, list) else None
        return self.text(name.get("family")), self.text(joined)

    def text(self, stated: Any) -> str | None:
        if not stated:
            return None
        if not _fits(_TEXT, stated):
            self.fault(("name",), "too-long", "at most 200 characters, and no control characters")
            return None
        return str(stated)

    def birth_date(self) -> date | None:
        """A whole date: a year or a month is no day that could be stored."""
        stated = self.resource.get("birthDate")
        if stated is None or len(str(stated)) != len("YYYY-MM-DD"):
            return None
        born = date.fromisoformat(str(stated))
        if born.year < _FIRST_YEAR:
            self.fault(("birthDate",), "value", f"a date from {_FIRST_YEAR} on")
        return born

    def language(self) -> str | None:
        """The preferred one of `communication`, else the first of which there is a code."""
        stated = [entry for _, entry in self.objects(self.resource, "communication")]
        for entry in sorted(stated, key=lambda entry: entry.get("preferred") is not True):
            for _, coding in self.objects(entry.get("language"), "coding"):
                if _fits(_LANGUAGE, coding.get("code")):
                    return str(coding["code"])
        return None

    def identity_status(self) -> IdentityStatus | None:
        """FR Core: an extension with an inner one."""
        for _, extension in self.objects(self.resource, "extension"):
            if extension.get("url") == systems.FR_IDENTITY_RELIABILITY:
                for _, inner in self.objects(extension, "extension"):
                    code = inner["valueCoding"].get("code") if isinstance(inner.get("valueCoding"), dict) else None
                    if code in list(IdentityStatus):
                        return IdentityStatus(code)
        return None

    def objects(self, parent: Any, name: str) -> list[tuple[int, Mapping[str, Any]]]:
        """The objects of a list, numbered: the typed reading lets a text pass that holds JSON."""
        stated = parent.get(name) if isinstance(parent, dict) else None
        return [(number, one) for number, one in enumerate(stated or ()) if isinstance(one, dict)]

    def fault(self, place: Place, code: str, text: str) -> None:
        self.issues.append(_issue(self.at, place, code, text))


def _fits(pattern: re.Pattern[str], stated: Any) -> bool:
    return isinstance(stated, str) and pattern.fullmatch(stated) is not None
