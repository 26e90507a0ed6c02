"""A transaction: patients are registered and their responses stored, all of them or none.

What each response was sent as is kept byte for byte, cut out of the Bundle: with the references that it was sent with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, TypeVar

from fastapi import Request

from app.fhir.bundles.answers import entry_answer, response_bundle
from app.fhir.bundles.reading import BundleType, ReadBundle, ReadEntry, fault
from app.fhir.conditional_create import condition_in
from app.fhir.exchange import prefers, service_base
from app.fhir.incoming import fault_of, unknown_faults
from app.fhir.patient_condition import patient_condition
from app.fhir.patient_reading import read_patient
from app.fhir.response_reading.faults import Fault, FaultCode, refused
from app.fhir.response_reading.reading import ResponseReader
from app.http.problems import problem_of
from app.http.refusal import Refused, refusal
from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.errors import AuthoredInFuture, QuestionnaireRetired, ReferencesUnknown
from app.services.incoming_response import Incoming, Reference, Referred
from app.services.installation import Installation
from app.services.receive_response import Received
from app.services.store_together import EntryNotStored, NewPatient, NewResponse, StoredPatient, store_together
from app.store.ids import new_id
from app.store.received_resource import ReceivedResource
from fhir_export.encoding import FHIR_JSON, Resource

Stated = TypeVar("Stated")

_OPERATIONS = {"Patient": Operation.REGISTER_PATIENT, "QuestionnaireResponse": Operation.SUBMIT_RESPONSE}


async def answer_transaction(request: Request, installed: Installation, call: Call, bundle: ReadBundle) -> Resource:
    """Store the entries and say what became of each. Raises Refused, with the place of every fault."""
    for type_ in {entry.type for entry in bundle.entries} & set(_OPERATIONS):
        authorise(call.caller, _OPERATIONS[str(type_)])  # before anything is said of what was sent
    entries = _Reading(request, installed, bundle).read()
    if not entries:
        return response_bundle(BundleType.TRANSACTION, [])
    try:
        stored = await store_together(installed, call, entries)
    except EntryNotStored as error:
        raise _at_entry(bundle.entries[error.number], error.cause) from error
    is_minimal = prefers(request, "return") == "minimal"
    return response_bundle(BundleType.TRANSACTION, [_entry(one, is_minimal=is_minimal) for one in stored])


def _entry(stored: StoredPatient | Received, *, is_minimal: bool) -> Resource:
    resource = stored.resource if isinstance(stored, StoredPatient) else stored.response.as_response()
    version = resource["meta"]["versionId"]
    where = f"{resource['resourceType']}/{resource['id']}"
    if isinstance(stored, StoredPatient) and not stored.may_be_read:
        return entry_answer(200, location=where)
    return entry_answer(
        201 if stored.created else 200,
        # A patient has no history to be read.
        location=where if isinstance(stored, StoredPatient) else f"{where}/_history/{version}",
        etag=f'W/"{version}"',
        last_modified=resource["meta"].get("lastUpdated"),
        resource=None if is_minimal else resource,
    )


def _at_entry(entry: ReadEntry, cause: Exception) -> Exception:
    """The refusal of an entry with its place in the Bundle; what is no domain exception stays a defect."""
    at = f"{entry.at}.resource"
    if isinstance(cause, ReferencesUnknown):
        return refused(unknown_faults(cause.references), at)
    problem = problem_of(cause)
    if problem is None:
        return cause
    place, text = at, problem.detail
    if isinstance(cause, AuthoredInFuture | QuestionnaireRetired):
        late = fault_of(cause)
        place, text = f"{at}.{late.place[0]}", late.text
    return Refused(replace(problem, issues=({"code": problem.kind.slug, "text": text, "expression": place},)))


_NOWHERE = (
    "nothing of that name is within reach: the fullUrl of a Patient in this Bundle, or an id or identifier known here"
)
_TAKEN = (
    "a transaction creates Patient and QuestionnaireResponse (POST, url = the type); for anything else send a batch"
)


@dataclass(slots=True)
class _Reading:
    """The entries being read. Everything that is wrong with them is refused together."""

    request: Request
    installed: Installation
    bundle: ReadBundle
    issues: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    slugs: set[str] = field(default_factory=set)
    stand_ins: dict[str, str] = field(default_factory=dict)

    def read(self) -> list[NewPatient | NewResponse]:
        """Patients first, so that responses can name them. Raises Refused."""
        found: dict[int, NewPatient | NewResponse | None] = {}
        for wanted, read in (("Patient", self.patient), ("QuestionnaireResponse", self.response)):
            for number, entry in enumerate(self.bundle.entries):
                if self.is_taken(entry) and entry.type == wanted:
                    found[number] = read(entry)
        for entry in self.bundle.entries:
            self.note(entry, "request-invalid", *entry.faults)
            if not entry.faults and not self.is_taken(entry):
                place = "request.method" if entry.method != "POST" else "request.url"
                self.note(entry, "request-invalid", fault("not-supported", f"{entry.at}.{place}", _TAKEN))
        if self.issues:
            self.refuse()
        return [one for number in range(len(self.bundle.entries)) if (one := found[number]) is not None]

    def is_taken(self, entry: ReadEntry) -> bool:
        return entry.method == "POST" and entry.type in _OPERATIONS and entry.url == entry.type

    def refuse(self) -> None:
        """In the order of the entries. The kind is that of the worst: a Bundle, then a resource that is no R4."""
        listed = [issue for _, issue in sorted(self.issues, key=itemgetter(0))]
        slug = next(s for s in ("request-invalid", "resource-invalid", "response-invalid") if s in self.slugs)
        raise refusal(slug, f"{len(listed)} issue(s) in the Bundle: nothing of it is stored", *listed)

    def note(self, entry: ReadEntry, slug: str, *issues: dict[str, Any]) -> None:
        self.issues += ((entry.number, issue) for issue in issues)
        self.slugs |= {slug} if issues else set()

    def patient(self, entry: ReadEntry) -> NewPatient | None:
        assert entry.resource is not None, "a POST has a resource"
        at = f"{entry.at}.resource"
        reading = read_patient(entry.resource, at, self.installed.knowledge.settings)
        self.note(entry, "request-invalid" if reading.is_r4 else "resource-invalid", *reading.issues)
        stand_in = new_id()
        if entry.full_url is not None:
            self.stand_ins[entry.full_url] = f"Patient/{stand_in}"
        condition = self.condition(entry, lambda stated: patient_condition(self.request, stated)) or ()
        return None if reading.who is None else NewPatient(stand_in, reading.who, condition)

    def response(self, entry: ReadEntry) -> NewResponse | None:
        at = f"{entry.at}.resource"
        reader = ResponseReader(self.installed.catalogue, service_base(self.request), self.named_by(entry))
        reading = reader.read(entry.resource)
        faults = [*reading.faults, *(_leading_nowhere(reading.incoming) if reading.incoming else ())]
        if faults:
            problem = refused(faults, at).problem
            self.note(entry, problem.kind.slug, *problem.issues)
        catalogue = self.installed.catalogue
        condition = self.condition(entry, lambda stated: condition_in(self.request, stated, catalogue))
        if faults or reading.incoming is None or entry.original is None:
            return None
        received = ReceivedResource(FHIR_JSON, entry.original)
        return NewResponse(replace(reading.incoming, received=received), condition)

    def condition(self, entry: ReadEntry, read: Callable[[str], Stated]) -> Stated | None:
        """What `ifNoneExist` says, by the reader of the header of that name."""
        stated = entry.conditions.get("ifNoneExist")
        if stated is None:
            return None
        try:
            return read(stated)
        except Refused as error:
            text = error.problem.issues[0]["text"] if error.problem.issues else error.problem.detail
            self.note(entry, "request-invalid", fault("value", f"{entry.at}.request.ifNoneExist", text))
            return None

    def named_by(self, entry: ReadEntry) -> Mapping[str, str]:
        """How the entry may name the patients of the Bundle: by fullUrl, or relative to its own (R4 Bundle, 2.36.4)."""
        base, _, _ = (entry.full_url or "").rpartition("/QuestionnaireResponse/")
        relative = {
            url.removeprefix(f"{base}/"): patient
            for url, patient in self.stand_ins.items()
            if base and url.startswith(f"{base}/")
        }
        return relative | self.stand_ins


def _leading_nowhere(incoming: Incoming) -> list[Fault]:
    """References that name nothing at all: no entry, nothing of this server, no identifier."""
    named = {Reference.SUBJECT: incoming.subject, Reference.ENCOUNTER: incoming.visit}
    return [
        Fault(FaultCode.UNKNOWN_REFERENCE, (name.value,), _NOWHERE) for name, to in named.items() if to == Referred()
    ]
