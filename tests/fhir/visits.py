"""A visit that is ahead, and what may become of it."""

from datetime import datetime, timedelta
from typing import Any

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.test_synthesis import EVE, LAST_VISIT, VISIT
from tests.fhir.reading_documents import Document, read_document
from tests.support.service import CALM, Service


class Visit:
    """A patient with a last consultation and one that is ahead, before which the questionnaire opens by itself."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.patient = self.id = self.visit_id = ""

    async def planned(self) -> "Visit":
        """Plan it."""
        self.service.clock.shown = EVE
        self.patient, self.visit_id = await self.service.register(), str(new_id())
        await self.service.plan(self.patient, LAST_VISIT, "finished")
        self.id = await self.service.plan(self.patient, VISIT, visit_id=self.visit_id)
        return self

    async def answered(self, answers: dict[str, Any] | None = None, at: datetime | None = None) -> str:
        """A response; gives its id."""
        sent = await self.service.submit(self.patient, answers or CALM | {"pain-frequency": "3"}, authored=at or EVE)
        assert sent.status_code == 201, sent.text
        return str(sent.json()["id"])

    async def becomes(self, status: str, start: datetime = VISIT) -> None:
        """The hospital says what became of it."""
        assert await self.service.plan(self.patient, start, status, self.visit_id) == self.id

    async def corrected(self, response_id: str, answers: dict[str, Any], revision: int = 1) -> None:
        """A correction by a nurse."""
        answer = await self.service.client.put(
            f"/v1/responses/{response_id}",
            json={"answers": answers, "reason": "misread"},
            headers=self.service.as_(Role.NURSE) | {"If-Match": f'"{revision}"'},
        )
        assert answer.status_code == 200, answer.text

    async def document(self, language: str = "fr", after: timedelta | None = None) -> Document:
        """The document, some time later."""
        if after:
            assert self.service.clock.shown is not None
            self.service.clock.shown += after
        return await read_document(self.service, self.id, language)
