"""Every operation keeps to `openapi.yaml`, whatever it is sent: no defect, no status, type or shape that is not documented."""

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
from app.store.ids import new_id
from tests.support.service import CALM, Service, running_service

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
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}


@dataclass(frozen=True)
class Known:
    """A running service, and the ids of one patient's things, so that not everything ends at "not found"."""

    portal: anyio.from_thread.BlockingPortal
    service: Service
    ids: dict[str, str]

    def send(self, case: Case, role: Role) -> httpx.Response:
        arguments = case.as_transport_kwargs(base_url="http://testserver")
        arguments.pop("cookies", None)
        patient = self.ids["patient_id"] if role is Role.PATIENT else None
        sent = {**arguments.pop("headers", {}), **self.service.as_(role, patient)}
        content = {"content" if name == "data" else name: value for name, value in arguments.items()}
        return self.portal.call(self._send, {**content, "headers": sent})

    async def _send(self, arguments: dict[str, Any]) -> httpx.Response:
        return await self.service.client.request(**arguments)


@pytest.fixture(scope="module")
def known(postgres: EmbeddedPostgres) -> Iterator[Known]:
    async def furnish(service: Service) -> tuple[Service, dict[str, str]]:
        own = await service.with_new_centre()
        patient = await own.register()
        response = (await own.submit(patient, CALM)).json()["id"]
        consultation = await own.plan(patient, own.clock())
        return own, {
            "patient_id": patient,
            "response_id": response,
            "consultation_id": consultation,
            "instrument": "pre-consultation",
            "version": "1.0.0",
            "revision": "1",
            "patient": f"Patient/{patient}",
            "resource_id": f"{response}.1",
            "visit_id": str(new_id()),
            "name": "pain",
        }

    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(running_service(postgres.service_url, postgres.owner_url)) as started,
    ):
        own, ids = portal.call(furnish, started)
        yield Known(portal, own, ids)


def _name_what_is_there(case: Case, known: Known, data: st.DataObject) -> None:
    for place in (case.path_parameters, case.query):
        for name in place or {}:
            if name in known.ids and data.draw(st.booleans(), label=f"the real {name}"):
                place[name] = known.ids[name]


@pytest.mark.slow
@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_keeps_its_contract(known: Known, label: str) -> None:
    operation = OPERATIONS[label]
    cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if operation.body or list(operation.iter_parameters()):
        cases |= operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    seen: set[int] = set()

    @settings(
        max_examples=25,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, role=st.sampled_from(ROLES), data=st.data())
    def law(case: Case, role: Role, data: st.DataObject) -> None:
        _name_what_is_there(case, known, data)
        answer = known.send(case, role)
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    law()
    assert seen, "something was sent"


def test_every_operation_is_here() -> None:
    assert len(OPERATIONS) >= 32
