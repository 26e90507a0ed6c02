"""The application under test: the real one, over HTTP's own interface, on a real PostgreSQL, with forged identities."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from app.main import create_app
from app.security.caller import Role
from app.security.operations import default_scopes
from app.services.installation import Knowledge, load_knowledge
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.centre import Centre, EmergencyContact, FhirProfile, add_centre
from app.store.ids import new_id
from app.store.pool import Pool
from app.store.transaction import Scope, transaction
from scoring.synthesis import Mode
from tests.unit.security.forge import claims, ec_token, issuer

INSTRUMENT = "pre-consultation"
LINK_KEY = "a key for the personal links of tests"
CALM = {"can-wait": "yes"}
"""The fewest answers that a response to the shipped instrument may have."""


class MovableClock:
    """The service's clock. It shows the real time until a test sets it."""

    def __init__(self) -> None:
        self.shown: datetime | None = None

    def __call__(self) -> datetime:
        return self.shown or datetime.now(UTC)


@dataclass(frozen=True)
class Service:
    """A running application and one of its centres."""

    app: FastAPI
    client: httpx.AsyncClient
    clock: MovableClock
    owner_url: str
    settings: Settings
    centre_id: UUID

    async def with_new_centre(
        self, mode: Mode = Mode.ALERT, profiles: frozenset[FhirProfile] = frozenset()
    ) -> "Service":
        """The same application, seen from a fresh centre."""
        centre = Centre(
            centre_id=new_id(),
            name="Test centre",
            mode=mode,
            languages=("fr", "en", "ar"),
            time_zone="Europe/Paris",
            emergency_contacts=(EmergencyContact("15", {"fr": "SAMU", "en": "Emergency"}),),
            consultation_instruments=(INSTRUMENT,),
            fhir_profiles=profiles,
        )
        owner = await Pool.open(self.owner_url, self.settings)
        async with transaction(
            owner, Scope(centre.centre_id), AuditEntry("test", "operator", "add_centre", "test")
        ) as tx:
            await add_centre(tx, centre)
        await owner.close()
        self.clock.shown = None
        return replace(self, centre_id=centre.centre_id)

    def token(
        self,
        role: Role,
        patient_id: str | None = None,
        *,
        acts_for: tuple[str, ...] = (),
        scope: str | None = None,
        centre_id: UUID | None = None,
        **changes: object,
    ) -> str:
        """A signed token of the configured issuer."""
        content = claims(
            exp=time.time() + 600,
            vigie_centre=str(centre_id or self.centre_id),
            vigie_role=role.value,
            vigie_patient=patient_id,
            vigie_acts_for=list(acts_for) or None,
            scope=default_scopes(role) if scope is None else scope,
            **changes,
        )
        return ec_token(content)

    def as_(self, role: Role, patient_id: str | None = None, **token: Any) -> dict[str, str]:
        """The headers of a caller."""
        return {"Authorization": f"Bearer {self.token(role, patient_id, **token)}"}

    async def register(self, identifier: str | None = None) -> str:
        """A fresh patient of the centre; gives its id."""
        body = {"identifiers": [{"system": "urn:test:ipp", "value": identifier or str(new_id())}]}
        answer = await self.client.post("/v1/patients", json=body, headers=self.as_(Role.SYSTEM))
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["id"])

    async def submit(
        self,
        patient_id: str,
        answers: dict[str, Any],
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        authored: datetime | None = None,
        **fields: Any,
    ) -> httpx.Response:
        """Submit a response, as the patient unless other headers are given."""
        body = {
            "questionnaire": INSTRUMENT,
            "version": "1.0.0",
            "language": "fr",
            "answers": answers,
            "authored": (authored or self.clock()).isoformat(),
            **fields,
        }
        sent = {"Idempotency-Key": key or str(new_id()), **(headers or self.as_(Role.PATIENT, patient_id))}
        return await self.client.post(f"/v1/patients/{patient_id}/responses", json=body, headers=sent)

    async def plan(self, patient_id: str, start: datetime, status: str = "planned", visit_id: str | None = None) -> str:
        """A consultation; gives its id."""
        answer = await self.client.put(
            f"/v1/patients/{patient_id}/consultations/{visit_id or new_id()}",
            json={"start": start.isoformat(), "status": status},
            headers=self.as_(Role.SYSTEM),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])


@asynccontextmanager
async def running_service(
    service_url: str, owner_url: str, knowledge: Callable[[Settings], Knowledge] = load_knowledge, **settings: Any
) -> AsyncIterator[Service]:
    """Start the application in this process; callers make centres with `with_new_centre`."""
    chosen = Settings.model_validate(
        {"DATABASE_URL": service_url, "issuers": (issuer(),), "link_key": LINK_KEY, **settings}
    )
    clock = MovableClock()
    app = create_app(chosen, knowledge(chosen), clock=clock)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        yield Service(app, client, clock, owner_url, chosen, new_id())


def days(count: float) -> timedelta:
    """So many days."""
    return timedelta(days=count)
