"""What is said of composite grades: always that they are no CTCAE grades; that they are no PRO-CTCAE scores only of
questions that are worded locally, and nothing where there are none.
"""

from datetime import timedelta
from typing import Any

import pytest

from app.security.caller import Role
from tests.api.answers import PAIN_MILD
from tests.support.service import INSTRUMENT, Service

pytestmark = pytest.mark.anyio

OWNERS, OWNERS_ANSWERS = "pro-ctcae", {"PROCTCAE_1A_SCL": "2"}
NEUTRAL = "Composite grades 0 to 3 are the published PRO-CTCAE lookup. They are not CTCAE grades."
LOCAL = "The questions of Before your visit are worded locally: their grades are not PRO-CTCAE scores."


async def sent(service: Service, patient: str, instrument: str, version: str, answers: dict[str, Any]) -> str:
    """The id of a new response."""
    authored = service.clock() - timedelta(hours=1)
    answer = await service.submit(
        patient, answers, authored=authored, questionnaire=instrument, version=version, language="en"
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def synthesis_page(service: Service, patient: str, *instruments: str) -> str:
    """The page of a visit before which these instruments are asked."""
    visit = await service.client.put(
        f"/v1/patients/{patient}/consultations/visit-{patient}",
        json={"start": (service.clock() + timedelta(days=1)).isoformat(), "instruments": list(instruments)},
        headers=service.as_(Role.SYSTEM),
    )
    path = f"/pages/synthesis?consultation={visit.json()['id']}&lang=en"
    page = await service.client.get(path, headers=service.as_(Role.CLINICIAN))
    assert page.status_code == 200, page.text
    return page.text


async def method(service: Service, response_id: str, number: int) -> str:
    """What FHIR says of how a score came about."""
    headers = service.as_(Role.CLINICIAN) | {"Accept-Language": "en"}
    answer = await service.client.get(f"/fhir/Observation/{response_id}.{number}", headers=headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["method"]["text"])


async def test_of_the_owners_questions_nothing_is_said_of_local_words(service: Service) -> None:
    patient = await service.register()
    response = await sent(service, patient, OWNERS, "1.0", OWNERS_ANSWERS)
    page = await synthesis_page(service, patient, OWNERS)
    assert NEUTRAL in page
    assert "worded" not in page
    said = await method(service, response, 1)
    assert said.startswith("A published composite lookup. Not a CTCAE grade. ")
    assert "locally worded" not in said


async def test_of_questions_of_our_own_it_is_said_that_they_are(service: Service) -> None:
    patient = await service.register()
    await sent(service, patient, OWNERS, "1.0", OWNERS_ANSWERS)
    response = await sent(service, patient, INSTRUMENT, "1.0.0", PAIN_MILD)
    page = await synthesis_page(service, patient, OWNERS, INSTRUMENT)
    assert NEUTRAL in page
    assert LOCAL in page
    assert "Applied to locally worded items: not a PRO-CTCAE score." in await method(service, response, 1)


async def test_without_a_composite_nothing_is_said_of_composites(service: Service) -> None:
    patient = await service.register()
    await sent(service, patient, "ecog-pro", "1.0", {})
    page = await synthesis_page(service, patient, "ecog-pro")
    assert "omposite" not in page
    assert "footnote" not in page
