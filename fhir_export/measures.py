"""What a number is measured in, and the vital signs among what patients measure themselves."""

from typing import Final

from fhir_export import systems
from fhir_export.encoding import Resource
from questionnaires.definition import Item

# A definition's unit is words. Only these are surely the same in UCUM.
_UCUM: Final = {"kg": "kg", "°C": "Cel", "%": "%"}

# What is measured, in which unit -> LOINC. These codes name the quantity, whoever reads the scales: on a patient's own
# measurement they mean the patient's report, unlike the code of a rating that a clinician gives.
_VITAL_SIGNS: Final = {("weight", "kg"): "29463-7", ("temperature", "°C"): "8310-5"}


def unit_of(item: Item) -> Resource:
    """The elements of a Quantity beside its value: none where the number has no unit."""
    if item.unit is None:
        return {}
    code = _UCUM.get(item.unit)
    return {"unit": item.unit} | ({"system": systems.UCUM, "code": code} if code else {})


def vital_sign(item: Item) -> str | None:
    """The LOINC code of a body weight or a body temperature; None for anything else.

    Known by the concept, or where there is none by the link id, and by the unit: R4 asks that these codes have it.
    """
    return _VITAL_SIGNS.get((item.concept or item.link_id, item.unit or ""))
