"""Every operation keeps to `openapi.yaml`, whatever it is sent: no defect, nothing that is not documented."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import anyio.from_thread
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import create_app
from app.security.caller import Role
from app.services.installation import load_knowledge
from app.settings import Settings
from app.store.embedded import EmbeddedPostgres
from tests.fhir.declared import fresh, furnish
from tests.support.service import CALM, Service, running_service
from tests.unit.security.forge import issuer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
ROLES = (Role.PATIENT, Role.NURSE, Role.SYSTEM)

_settings = Settings()
SCHEMA = schemathesis.openapi.from_dict(create_app(_settings, load_knowledge(_settings)).openapi())
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}


# What a request needs to get past "not found" and "invalid": real ids, and a body of real answers.
REAL_BODY: dict[str, Any] = {
    "questionnaire": "pre-consultation",
    "version": "1.0.0",
    "language": "fr",
    "answers": CALM,
    "authored": "2026-03-02T09:00:00Z",
    "sent_at": "2026-03-02T09:00:00Z",
    "begun_at": None,
    "answered_by": None,
    "start": "2026-03-02T09:00:00Z",
    "instruments": ["pre-consultation"],
    "treatment_line": 2,
    "treatment_cycle": 4,
    "clinician": None,
    "instrument": "pre-consultation",
    "consultation_id": None,
    "expires_at": None,
}
LOGIN = "https://login.hospital.example"


@dataclass(frozen=True)
class Known:
    """A running service, the ids of one patient's things, and resources to be sent: by the path that takes them."""

    portal: anyio.from_thread.BlockingPortal
    service: Service
    ids: dict[str, str]
    resources: dict[str, Any]

    def send(self, case: Case[Any], role: Role) -> httpx.Response:
        """Send what was generated, with a token of the role and nothing else of ours."""
        arguments = case.as_transport_kwargs(base_url="http://testserver")
        arguments.pop("cookies", None)
        patient = self.ids["patient_id"] if role is Role.PATIENT else None
        sent = {**arguments.pop("headers", {}), **self.service.as_(role, patient)}
        # A form is a dict; other text than JSON is sent as it is.
        is_text = not isinstance(arguments.get("data"), dict)
        content = {"content" if name == "data" and is_text else name: value for name, value in arguments.items()}
        answer: httpx.Response = self.portal.call(self._send, {**content, "headers": sent})
        return answer

    def make_real(self, case: Case[Any], label: str) -> None:
        """Put what is there in the place of what was made up, wherever the generated request has that place."""
        ids = self.ids
        if label.startswith(("PUT /v1/responses", "POST /v1/responses")):
            ids = {**ids, "response_id": self.portal.call(_submit, self.service, ids["patient_id"])}
        if "/fhir" in label:
            ids = self.make_fhir_real(case, label)
        for place in (case.path_parameters, case.query):
            for name in place or {}:
                if name in ids:
                    place[name] = ids[name]
        if isinstance(case.body, dict) and "/fhir" not in label:
            case.body |= {name: value for name, value in REAL_BODY.items() if name in case.body}
        if label.endswith("/replaced-by"):
            case.body = {"patient_id": ids["other_patient_id"]}
        if "drafts" in label:
            self.portal.call(_furnish_draft, self.service, ids["patient_id"], label.startswith("PUT"))
            case.headers.pop("If-Match", None)
            name, value = ("If-Match", '"1"') if label.startswith("DELETE") else ("If-None-Match", "*")
            case.headers[name] = value
        elif "response_id" in case.path_parameters and label.startswith(("PUT", "POST")):
            case.headers["If-Match"] = '"1"'

    def make_fhir_real(self, case: Case[Any], label: str) -> dict[str, str]:
        """The same below `/fhir`: gives the ids, that of the resource type's example among them."""
        method, _, path = label.partition(" ")
        type_ = path.removeprefix("/fhir").strip("/").partition("/")[0]
        resource_id = self.ids.get(type_, self.ids["response_id"])
        if method in ("PUT", "DELETE"):
            resource_id = self.portal.call(_submit, self.service, self.ids["patient_id"])
            case.headers["If-Match"] = 'W/"1"'
        ids = {**self.ids, "resource_id": resource_id, "_id": resource_id}
        ids["version_id"] = self.ids.get(f"version of {type_}", "1")
        # Made-up values of the other parameters would refuse every search.
        case.query = {name: text for name, text in (case.query or {}).items() if name in ids}
        if path.endswith("_search"):
            case.body = {"_id": resource_id}
        elif method == "PUT":
            where = f"/fhir/{type_}/{resource_id}"
            read = self.portal.call(
                self._send, {"method": "GET", "url": where, "headers": self.service.as_(Role.NURSE)}
            )
            case.body = read.json()
        elif method == "POST":
            case.body = self.resources.get(path, case.body)
            for condition in ("If-None-Exist", "Idempotency-Key"):
                case.headers.pop(condition, None)
        elif path.endswith("$questionnaire-package"):
            case.query["url"] = ids["url"]
        return ids

    async def _send(self, arguments: dict[str, Any]) -> httpx.Response:
        return await self.service.client.request(**arguments)


async def _submit(service: Service, patient: str) -> str:
    answer = await service.submit(patient, CALM)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _furnish_draft(service: Service, patient: str, room_for_another: bool) -> None:
    """A draft where one is to be read or discarded; none where one is to be saved for the first time."""
    where, staff = f"/v1/patients/{patient}/drafts/pre-consultation", service.as_(Role.NURSE)
    there = await service.client.get(where, headers=staff)
    if there.status_code == 200:
        await service.client.delete(where, headers={**staff, "If-Match": there.headers["ETag"]})
    if not room_for_another:
        body = {"version": "1.0.0", "answers": CALM}
        saved = await service.client.put(where, json=body, headers={**staff, "If-None-Match": "*"})
        assert saved.status_code == 200, saved.text


async def _furnish(started: Service) -> tuple[Service, dict[str, str], dict[str, Any]]:
    own = await started.with_new_centre()
    world = await furnish(own)
    patient = world.ids["Patient"]
    response = await _submit(own, patient)
    stored = await own.client.get(f"/v1/responses/{response}", headers=own.as_(Role.NURSE))
    asked, answered = [await world.example(type_) for type_ in ("Questionnaire", "QuestionnaireResponse")]
    canonical = f"{asked['url']}|{asked['version']}"
    linked = await own.client.post(
        f"/v1/patients/{patient}/links", json={"instrument": "pre-consultation"}, headers=own.as_(Role.NURSE)
    )
    named = {"name": "canonical", "valueCanonical": canonical}
    ids = {
        **world.ids,
        "patient_id": patient,
        "patient": f"Patient/{patient}",
        "other_patient_id": await own.register(),
        "response_id": response,
        "consultation_id": world.ids["Encounter"],
        "instrument": "pre-consultation",
        "version": "1.0.0",
        "version of Questionnaire": asked["meta"]["versionId"],
        "questionnaire": canonical,
        "url": asked["url"],
        "revision": "1",
        "link_id": linked.json()["id"],
        "name": next(iter(stored.json()["scores"])),
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-12-31T00:00:00Z",
        "as_of": "2026-12-31T00:00:00Z",
    }
    responses = "/fhir/QuestionnaireResponse"
    resources = {
        "/fhir": {
            "resourceType": "Bundle",
            "type": "batch",
            "entry": [{"request": {"method": "GET", "url": "metadata"}}],
        },
        "/fhir/Patient": {"resourceType": "Patient", "identifier": [{"system": "urn:test:ipp", "value": "contract"}]},
        "/fhir/Questionnaire/$populate": {"resourceType": "Parameters", "parameter": [named]},
        "/fhir/Questionnaire/{resource_id}/$populate": {"resourceType": "Parameters"},
        responses: fresh(answered),
        **{f"{responses}/{where}": answered for where in ("$validate", "$extract", "{resource_id}/$validate")},
    }
    return own, ids, resources


@pytest.fixture(scope="module")
def known(postgres: EmbeddedPostgres) -> Iterator[Known]:
    told = issuer(token_endpoint=f"{LOGIN}/token", grant_types=("client_credentials",))
    service = running_service(postgres.service_url, postgres.owner_url, issuers=(told,))
    with anyio.from_thread.start_blocking_portal() as portal, portal.wrap_async_context_manager(service) as started:
        yield Known(portal, *portal.call(_furnish, started))


@pytest.mark.slow
@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_keeps_its_contract(known: Known, label: str) -> None:
    operation = OPERATIONS[label]
    cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if operation.body or list(operation.iter_parameters()):
        cases |= operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    seen: Counter[int] = Counter()

    @settings(
        max_examples=60,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, role=st.sampled_from(ROLES), real=st.booleans())
    def law(case: Case[Any], role: Role, real: bool) -> None:
        if real:
            known.make_real(case, label)
        answer = known.send(case, role)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    law()
    assert any(status < 300 for status in seen), f"nothing ever succeeded: {dict(seen)}"


def test_every_operation_is_here() -> None:
    assert len(OPERATIONS) >= 32
