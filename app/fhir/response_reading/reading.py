"""The whole of a resource, read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from app.fhir.response_reading.answers import check_answers
from app.fhir.response_reading.faults import Fault, in_document_order
from app.fhir.response_reading.header import read_header
from app.fhir.response_reading.places import Place
from app.fhir.response_reading.references import Known
from app.fhir.response_reading.structure import other_type, structure_faults
from app.services.incoming_response import Incoming
from questionnaires.catalogue import Catalogue
from questionnaires.response import ResponseStatus


class Purpose(Enum):
    """What the resource was sent for: by it, which status it may have."""

    CREATE = frozenset({ResponseStatus.COMPLETED})
    CHANGE = frozenset(ResponseStatus)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the resource says, as far as it could be read, and every fault of it in the order of the document.

    `incoming` is None where it is no QuestionnaireResponse at all. With faults nothing of it may be stored.
    """

    incoming: Incoming | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class ResponseReader:
    """Reads resources. `service_base`: of this server; `entries`: full URL of a Bundle's entry -> `Type/id` here."""

    catalogue: Catalogue
    service_base: str
    entries: Mapping[str, str] = field(default_factory=dict)

    def read(self, resource: Any, purpose: Purpose = Purpose.CREATE) -> Reading:
        """Read parsed JSON, numbers with a fraction as Decimal."""
        fault = other_type(resource)
        if fault is not None:
            return Reading(None, (fault,))
        faults = structure_faults(resource)
        broken = frozenset(fault.place for fault in faults)
        known = Known(self.service_base, _contained(resource), self.entries)
        incoming, stated = read_header(resource, self.catalogue, known, purpose.value)
        # What is broken has its fault; the header's reader only stumbled over it a second time.
        faults += (fault for fault in stated if not _is_in(fault.place, broken))
        if incoming.questionnaire is not None and incoming.status is not ResponseStatus.ENTERED_IN_ERROR:
            checked, more = check_answers(incoming.questionnaire, resource, broken)
            faults += more
            incoming = replace(incoming, checked=checked)
        if _is_in(("subject",), broken):
            incoming = replace(incoming, subject=None)
        if _is_in(("encounter",), broken):
            incoming = replace(incoming, visit=None)
        return Reading(incoming, in_document_order(faults, resource))


def _is_in(place: Place, broken: frozenset[Place]) -> bool:
    return any(other[:1] == place[:1] for other in broken)


def _contained(resource: Mapping[str, Any]) -> dict[str, str]:
    """The types of the contained resources by their ids."""
    stated = resource.get("contained")
    listed = stated if isinstance(stated, list) else []
    return {
        str(inner["id"]): str(inner["resourceType"])
        for inner in listed
        if isinstance(inner, dict) and "id" in inner and "resourceType" in inner
    }
