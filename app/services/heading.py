"""What stands at the head of every page and document about one patient: whose data, of which centre, in which mode."""

from dataclasses import dataclass

from babel.dates import format_date

from app.services.patients import given_out
from app.store.centre import Centre
from app.store.patient import Patient
from app.wording import Wording
from fhir_export.ins import ins_system


@dataclass(frozen=True, slots=True)
class Heading:
    """Centre, patient and mode, in words. `identity`: how far it is trusted, and the numbers that are given out."""

    centre: str
    patient: str
    patient_id: str
    born: str | None
    identity: tuple[str, ...]
    mode: str


def heading(centre: Centre, patient: Patient, wording: Wording) -> Heading:
    """The head of a page or document. Where no name is known the patient's id stands."""
    names = " ".join(name for name in (patient.family_name, patient.given_name) if name)
    born = patient.birth_date
    return Heading(
        centre=centre.name,
        patient=names or str(patient.patient_id),
        patient_id=str(patient.patient_id),
        born=format_date(born, format="long", locale=wording.language) if born else None,
        identity=_identity(given_out(patient), wording),
        mode=wording.say(f"synthesis.mode_{centre.mode.value}"),
    )


def _identity(patient: Patient, wording: Wording) -> tuple[str, ...]:
    """The status of the identity, then the patient's numbers: those that a FHIR Patient would carry."""
    status = patient.identity_status
    key = f"identity.{status}" if f"identity.{status}" in wording.words else "identity.other"
    said = [wording.say(key, code=status) if status else wording.say("identity.none")]
    for identifier in patient.identifiers:
        kind = "ins" if ins_system(identifier.system) else "local"
        said.append(wording.say(f"identity.{kind}", value=f"\u2066{identifier.value}\u2069"))
    return tuple(said)
