"""`POST /fhir/Patient`: a hospital registers a patient, or is given the one whom an identifier names already."""

from fastapi import Request, Response

from app.fhir.exchange import answer_written, read_body, service_base
from app.fhir.patient_condition import patient_condition
from app.fhir.patient_reading import read_patient
from app.http.refusal import refusal
from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.installation import Installation
from app.services.store_together import EntryNotStored, NewPatient, StoredPatient, store_together
from app.store.ids import new_id


async def create_patient(request: Request, installed: Installation, call: Call) -> Response:
    """201 for a new patient, 200 for a known one: with no more than where they are, to a caller who may not read them.

    Raises Refused, and whatever storing raises.
    """
    authorise(call.caller, Operation.REGISTER_PATIENT)
    _, resource = await read_body(request)
    if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
        issue = {"code": "type", "expression": "Patient.resourceType", "text": "a Patient is needed here"}
        raise refusal("resource-invalid", "the body is no Patient", issue)
    header = request.headers.get("if-none-exist")
    condition = patient_condition(request, header) if header is not None else ()
    reading = read_patient(resource, "Patient", installed.knowledge.settings)
    if reading.who is None:
        slug = "request-invalid" if reading.is_r4 else "resource-invalid"
        raise refusal(slug, f"{len(reading.issues)} issue(s) in the resource", *reading.issues)
    try:
        (stored,) = await store_together(installed, call, [NewPatient(new_id(), reading.who, condition)])
    except EntryNotStored as error:
        raise error.cause from error
    assert isinstance(stored, StoredPatient), "a patient is stored as one"
    where = f"Patient/{stored.resource['id']}"
    if not stored.may_be_read:
        return Response(status_code=200, headers={"Location": f"{service_base(request)}/{where}"})
    return answer_written(request, stored.resource, 201 if stored.created else 200, where, has_history=False)
