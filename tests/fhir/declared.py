"""What the test of the CapabilityStatement tries: an example of every resource type, and what is asked of it.

Whoever offers a resource type, a search parameter or an operation adds an example here: without one the test fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from app.security.caller import Role
from app.store.audit import AuditEntry
from app.store.centre_text import Provenance, add_text
from app.store.ids import new_id
from app.store.pool import Pool
from app.store.transaction import Scope, transaction
from tests.fhir.client import PAIN, get, resource
from tests.support.licensed import filler_file
from tests.support.service import CALM, Service, days

Resource = dict[str, Any]

IPP = "urn:oid:1.2.250.1.99999.1"
TERMINOLOGY = ("CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition", "OperationDefinition")


@dataclass(frozen=True)
class World:
    """One centre with something of everything. `ids`: resource type -> the id of its example, which is read once."""

    service: Service
    statement: Resource
    ids: Mapping[str, str]
    examples: dict[str, Resource] = field(default_factory=dict)

    async def example(self, type_: str) -> Resource:
        """The resource of that type that everything is tried on."""
        assert type_ in self.ids, f"{type_} is declared: give an example of it in tests/fhir/declared.py"
        if type_ not in self.examples:
            read = await get(self.service, f"/fhir/{type_}/{self.ids[type_]}", Role.SYSTEM)
            self.examples[type_] = resource(read)
        return self.examples[type_]

    def declared(self, type_: str) -> Resource:
        """What the CapabilityStatement says of it."""
        found: Resource = next(one for one in self.statement["rest"][0]["resource"] if one["type"] == type_)
        return found


async def furnish(service: Service) -> World:
    """A patient with a consultation and responses: by a system, corrected, and one that came as FHIR from a nurse."""
    statement = resource(await service.client.get("/fhir/metadata"))
    registered = await service.client.post(
        "/v1/patients",
        json={"identifiers": [{"system": IPP, "value": str(new_id())}], "family_name": "Example", "language": "fr"},
        headers=service.as_(Role.SYSTEM),
    )
    patient = str(registered.json()["id"])
    now = service.clock()
    visit = await service.plan(patient, now + days(1))
    stored = []
    for back in (3, 2):
        headers = service.as_(Role.SYSTEM)
        answer = await service.submit(
            patient, PAIN, authored=now - days(back), headers=headers, consultation_id=visit, answered_by="patient"
        )
        assert answer.status_code == 201, answer.text
        stored.append(str(answer.json()["id"]))
    corrected = await service.client.put(
        f"/v1/responses/{stored[1]}",
        json={"answers": CALM | {"pain-frequency": "0"}, "reason": "a slip"},
        headers={**service.as_(Role.NURSE), "If-Match": '"1"'},
    )
    assert corrected.status_code == 200, corrected.text
    by_system = resource(await get(service, f"/fhir/QuestionnaireResponse/{stored[0]}", Role.SYSTEM))
    await _load_words(service)
    return World(service, statement, await _ids(service, patient, visit, by_system, stored[1]))


async def _load_words(service: Service) -> None:
    """Words for the PHQ-9, which has a code of LOINC: ours have none."""
    questionnaire = service.app.state.installation.catalogue.get("phq-9", "1.0")
    owner = await Pool.open(service.owner_url, service.settings)
    audit = AuditEntry("test", "operator", "import_text", "test")
    async with transaction(owner, Scope(service.centre_id), audit) as tx:
        await add_text(tx, filler_file(questionnaire), Provenance("a permission for tests", bytes(32), "test"))
    await owner.close()


async def _ids(service: Service, patient: str, visit: str, by_system: Resource, corrected: str) -> dict[str, str]:
    headers = {**service.as_(Role.NURSE), "Content-Type": "application/fhir+json"}
    posted = await service.client.post("/fhir/QuestionnaireResponse", json=fresh(by_system), headers=headers)
    by_nurse = resource(posted, 201)
    scores = resource(await get(service, f"/fhir/Observation?derived-from=QuestionnaireResponse/{by_nurse['id']}"))
    scored = next(e["resource"]["id"] for e in scores["entry"] if "valueQuantity" in e["resource"])
    told = resource(await get(service, f"/fhir/Provenance?target=QuestionnaireResponse/{corrected}", Role.SYSTEM))
    published = {
        type_: resource(await get(service, f"/fhir/{type_}?_count=1", Role.SYSTEM))["entry"][0]["resource"]["id"]
        for type_ in TERMINOLOGY
    }
    return published | {
        "Questionnaire": "phq-9-1.0",
        "QuestionnaireResponse": by_nurse["id"],
        "Observation": scored,
        "Patient": patient,
        "Encounter": visit,
        "Composition": visit,
        "Organization": str(service.centre_id),
        "Practitioner": by_nurse["author"]["reference"].partition("/")[2],
        "Device": by_system["author"]["reference"].partition("/")[2],
        "Provenance": told["entry"][0]["resource"]["id"],
    }


def fresh(response: Resource) -> Resource:
    """The same answers as a new response of an EHR's own."""
    kept = {name: value for name, value in response.items() if name not in ("id", "meta", "author", "extension")}
    return kept | {"identifier": {"system": "urn:ehr:responses", "value": str(new_id())}}


# --- search parameters: from the example, a value that finds it ------------------------------------------------------


def _reference(*names: str) -> Callable[[Resource], str]:
    def value(found: Resource) -> str:
        stated = next(found[name] for name in names if name in found)
        return str((stated[0] if isinstance(stated, list) else stated)["reference"])

    return value


def _token(name: str) -> Callable[[Resource], str]:
    """`system|code` of a code, Coding, CodeableConcept or Identifier."""

    def value(found: Resource) -> str:
        stated = found[name][0] if isinstance(found[name], list) else found[name]
        if isinstance(stated, str):
            return f"|{stated}"  # of no system: a code says none
        coding = stated["coding"][0] if "coding" in stated else stated
        return f"{coding['system']}|{coding.get('code', coding.get('value'))}"

    return value


def _instant(*path: str) -> Callable[[Resource], str]:
    def value(found: Resource) -> str:
        stated: Any = found
        for name in path:
            stated = stated[name]
        return str(stated)

    return value


def _item_code(found: Resource) -> str:
    """R4's `code` of a Questionnaire is that of its items."""
    coded = [item for item in _items(found) if "code" in item]
    return f"{coded[0]['code'][0]['system']}|{coded[0]['code'][0]['code']}"


def _items(parent: Resource) -> list[Resource]:
    return [inner for item in parent.get("item", ()) for inner in (item, *_items(item))]


FINDS: Mapping[str, Callable[[Resource], str]] = {
    "_id": lambda found: str(found["id"]),
    "_lastUpdated": _instant("meta", "lastUpdated"),
    "subject": _reference("subject"),
    "author": _reference("author"),
    "source": _reference("source"),
    "encounter": _reference("encounter"),
    "target": _reference("target"),
    "derived-from": _reference("derivedFrom"),
    "questionnaire": lambda found: str(found["questionnaire"]),
    "identifier": _token("identifier"),
    "code": _token("code"),
    "category": _token("category"),
    "status": _token("status"),
    "authored": _instant("authored"),
    "url": _instant("url"),
    "version": _instant("version"),
    "title": _instant("title"),
    "name": _instant("name"),
    "Observation.date": lambda found: f"ge{found['effectivePeriod']['start']}",
    "Encounter.date": _instant("period", "start"),
    "Questionnaire.code": _item_code,
    "questionnaire-code": _token("code"),
    "value-quantity": lambda found: str(found["valueQuantity"]["value"]),
}
"""Search parameter -> what finds the example; `Type.name` where a type needs a value of its own."""

NOTHING: Mapping[str, str] = {
    "token": "urn:nothing|of-that-code",
    "date": "lt1901",
    "uri": "urn:nothing",
    "quantity": "gt99999",
    "string": "nothing of that name",
}
"""Type of a parameter -> what finds nothing; a reference is to something that was never there."""


async def finds(world: World, type_: str, name: str) -> str:
    """A value by which the parameter finds the example."""
    if name == "patient":
        return f"Patient/{world.ids['Patient']}"
    value = FINDS.get(f"{type_}.{name}") or FINDS.get(name)
    assert value is not None, f"{type_} declares {name}: say what finds the example in tests/fhir/declared.py"
    return quote(value(await world.example(type_)), safe="|/:,")


def finds_nothing(kind: str, example_value: str) -> str:
    """A value of the parameter's type by which nothing is found."""
    if kind == "reference":
        return f"{example_value.partition('/')[0]}/{new_id()}" if "/" in example_value else str(new_id())
    return NOTHING[kind]


# --- operations: how each is asked ------------------------------------------------------------------------------------

OPERATIONS: Mapping[str, tuple[str, str]] = {
    "QuestionnaireResponse.collection instance": ("GET", "{type}/{id}/$collection"),
    "QuestionnaireResponse.received instance": ("GET", "{type}/{id}/$received"),
    "QuestionnaireResponse.validate instance": ("POST", "{type}/{id}/$validate"),
    "QuestionnaireResponse.validate type": ("POST", "{type}/$validate"),
    "QuestionnaireResponse.extract instance": ("POST", "{type}/{id}/$extract"),
    "QuestionnaireResponse.extract type": ("POST", "{type}/$extract"),
    "Questionnaire.populate instance": ("GET", "{type}/{id}/$populate?subject=Patient/{patient}"),
    "Questionnaire.populate type": ("GET", "{type}/$populate?questionnaire={url}&subject=Patient/{patient}"),
    "Questionnaire.questionnaire-package instance": ("GET", "{type}/{id}/$questionnaire-package"),
    "Questionnaire.questionnaire-package type": ("GET", "{type}/$questionnaire-package?url={url}"),
    "Patient.pro-summary instance": ("GET", "{type}/{id}/$pro-summary"),
    "Composition.document instance": ("GET", "{type}/{id}/$document"),
}
"""`Type.operation level` -> the method and the address that ask for it of the example."""
