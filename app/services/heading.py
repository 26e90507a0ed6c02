"""What stands at the head of every page and document about one patient: whose data, of which centre, in which mode."""

from dataclasses import dataclass

from babel.dates import format_date

from app.store.centre import Centre
from app.store.patient import Patient
from app.wording import Wording


@dataclass(frozen=True, slots=True)
class Heading:
    """Centre, patient and mode, in words."""

    centre: str
    patient: str
    patient_id: str
    born: str | None
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
        mode=wording.say(f"synthesis.mode_{centre.mode.value}"),
    )
