"""A synthetic patient with a personal link, as a browser without scripts uses it."""

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from app.security.caller import Role
from tests.support.service import INSTRUMENT, Service

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
VISIT = NOON + timedelta(days=2)


@dataclass(frozen=True)
class LinkedPatient:
    """One patient, the visit ahead, and the link's path."""

    service: Service
    id: str
    consultation_id: str | None
    link_id: str
    path: str

    async def open(self, language: str | None = "en", **parameters: str) -> httpx.Response:
        headers = {"Accept-Language": language} if language else {}
        return await self.service.client.get(self.path, params=parameters, headers=headers)

    async def post(self, fields: dict[str, Any], where: str = "", language: str = "en") -> httpx.Response:
        return await self.service.client.post(
            self.path + where,
            content=urlencode(fields, doseq=True),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": language},
        )

    async def send(self, answers: dict[str, Any], **more: str) -> httpx.Response:
        """Send the form with these answers."""
        fields = {f"answer.{name}": value for name, value in answers.items()}
        return await self.post({"version": "1.0.0", "action": "send", **fields, **more})

    async def seen(self) -> dict[str, str]:
        """What the page of topics says of the response and the revision that it shows."""
        page = await self.open()
        return dict(re.findall(r'<input type="hidden" name="(response|revision)" value="([^"]*)">', page.text))

    async def change_topics(self, fields: dict[str, Any]) -> httpx.Response:
        """Keep these topics, on a page that was opened just before."""
        return await self.post({**await self.seen(), **fields}, "/topics")

    async def responses(self) -> list[dict[str, Any]]:
        """Every response of the patient, newest first."""
        answer = await self.service.client.get(
            f"/v1/patients/{self.id}/responses", headers=self.service.as_(Role.NURSE)
        )
        found: list[dict[str, Any]] = answer.json()["responses"]
        return found

    async def revoke(self) -> None:
        answer = await self.service.client.post(
            f"/v1/links/{self.link_id}/revoke", headers=self.service.as_(Role.NURSE)
        )
        assert answer.status_code == 200, answer.text


async def linked_patient(service: Service, *, with_visit: bool = True, **body: Any) -> LinkedPatient:
    """A fresh patient with a link for the shipped questionnaire; the clock shows NOON."""
    service.clock.shown = service.clock.shown or NOON
    patient = await service.register()
    visit = await service.plan(patient, VISIT) if with_visit else None
    answer = await service.client.post(
        f"/v1/patients/{patient}/links",
        json={"instrument": INSTRUMENT, "consultation_id": visit, **body},
        headers=service.as_(Role.NURSE),
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return LinkedPatient(service, patient, visit, made["id"], urlsplit(made["url"]).path)


def text_of(page: httpx.Response) -> str:
    """What a page says, without its tags."""
    return re.sub(r"[ \n]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text))).strip()
