"""A centre's agenda with synthetic patients, and the page that lists a day of it."""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from app.security.caller import Role
from app.store.ids import new_id
from tests.support.service import Service

DOCTOR = "synthetic-doctor"


@dataclass(frozen=True)
class Agenda:
    """The visits of one centre."""

    service: Service

    async def patient(self, family: str | None = None, given: str | None = None, born: str | None = None) -> str:
        """A fresh synthetic patient; gives their id."""
        named = {"family_name": family, "given_name": given, "birth_date": born}
        body = {"identifiers": [{"system": "urn:test:ipp", "value": str(new_id())}]}
        body |= {name: value for name, value in named.items() if value}  # type: ignore[misc]
        answer = await self.service.client.post("/v1/patients", json=body, headers=self.service.as_(Role.SYSTEM))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def visit(self, patient: str, start: datetime, visit_id: str | None = None, **told: Any) -> str:
        """A visit of a patient; gives its id."""
        answer = await self.service.client.put(
            f"/v1/patients/{patient}/consultations/{visit_id or new_id()}",
            json={"start": start.isoformat(), "status": "planned", **told},
            headers=self.service.as_(Role.SYSTEM),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def named(self, family: str, start: datetime, visit_id: str | None = None, **told: Any) -> str:
        """A visit of a fresh patient of this name; gives the patient's id."""
        patient = await self.patient(family)
        await self.visit(patient, start, visit_id, **told)
        return patient

    async def open(self, role: Role = Role.CLINICIAN, language: str = "en", **asked: Any) -> httpx.Response:
        """The page, as it is opened."""
        return await self.service.client.get(
            "/pages/consultations", params=asked, headers=self._headers(role, language)
        )

    async def search(self, words: str, language: str = "en", **asked: Any) -> httpx.Response:
        """The page, as a search gives it."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.service.client.post(
            "/pages/consultations",
            params=asked,
            content=urlencode({"q": words}),
            headers=self._headers(Role.CLINICIAN, language) | form,
        )

    def _headers(self, role: Role, language: str) -> dict[str, str]:
        patient = str(new_id()) if role is Role.PATIENT else None
        return self.service.as_(role, patient, sub=DOCTOR) | {"Accept-Language": language}


def rows_of(page: httpx.Response) -> list[str]:
    """What each row of the list says, without its tags."""
    assert page.status_code == 200, page.text
    rows = re.findall(r'<tr role="row"(?: class="is-off")?>\n<td(.*?)</tr>', page.text, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", f"<td{row}")).split()) for row in rows]


def names_of(page: httpx.Response) -> list[str]:
    """The patients that are listed, in their order."""
    assert page.status_code == 200, page.text
    return [html.unescape(name) for name in re.findall(r'class="open" href="[^"]*"><bdi>(.*?)</bdi>', page.text)]


def choices_of(page: httpx.Response) -> dict[str, int]:
    """The filters and their counts."""
    found = re.findall(r"<(?:a|button)[^>]*>([^<]*) <b>(\d+)</b></(?:a|button)>", page.text)
    return {html.unescape(words): int(count) for words, count in found}
