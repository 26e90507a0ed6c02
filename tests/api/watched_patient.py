"""A patient who answers the instrument `watching`, and what a nurse reads of it."""

from datetime import UTC, datetime
from typing import Any

import httpx

from app.security.caller import Role
from tests.api.watching import WATCHING
from tests.support.service import Service

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
"""Now, for every patient of these tests."""


class WatchedPatient:
    """One patient of a fresh centre that asks the instrument `watching`."""

    def __init__(self, service: Service, patient_id: str) -> None:
        self.service = service
        self.id = patient_id

    async def send(
        self, pain: int | None, nausea: int | None = 0, *, at: datetime = NOON, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """Submit a response."""
        answers = {"pain": pain, "nausea": nausea}
        given = {name: str(level) for name, level in answers.items() if level is not None} | more.pop("answers", {})
        fields = {"questionnaire": WATCHING, "language": "en", **more}
        return await self.service.submit(self.id, given, authored=at, key=key, **fields)

    async def sent(self, pain: int | None, nausea: int | None = 0, *, at: datetime = NOON, **more: Any) -> str:
        """Submit a response that is stored; gives its id."""
        answer = await self.send(pain, nausea, at=at, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def read(self, path: str, language: str = "en") -> dict[str, Any]:
        """A response as a nurse reads it."""
        headers = self.service.as_(Role.NURSE) | {"Accept-Language": language}
        answer = await self.service.client.get(f"/v1/responses/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def triggers(self, response_id: str) -> dict[str, dict[str, Any]]:
        """Concept -> the one trigger of its alert."""
        found: dict[str, dict[str, Any]] = {}
        for alert in (await self.read(response_id))["alerts"]:
            (found[alert["concept"]],) = alert["triggers"]
        return found

    async def correct(self, response_id: str, answers: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Correct revision 1, with more keys of the body; gives the answer."""
        headers = self.service.as_(Role.NURSE) | {"If-Match": '"1"', "Accept-Language": "en"}
        body = {"answers": answers, "reason": "mistaken"} | more
        answer = await self.service.client.put(f"/v1/responses/{response_id}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        corrected: dict[str, Any] = answer.json()
        return corrected

    async def mark(self, response_id: str) -> None:
        """Say that a response should never have been."""
        answer = await self.service.client.post(
            f"/v1/responses/{response_id}/entered-in-error",
            json={"reason": "mistaken"},
            headers=self.service.as_(Role.NURSE) | {"If-Match": '"1"'},
        )
        assert answer.status_code == 200, answer.text


def ref(response_id: str, revision: int = 1) -> dict[str, Any]:
    """A revision as bodies name it."""
    return {"id": response_id, "revision": revision}
