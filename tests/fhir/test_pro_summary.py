"""`Patient/{id}/$pro-summary`: the document of the consultation that comes next, for who knows the patient only."""

from datetime import datetime, timedelta

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.test_synthesis import EVE, LAST_VISIT, VISIT
from tests.fhir.client import get, outcome, resource
from tests.fhir.reading_documents import read_document
from tests.fhir.visits import Visit
from tests.support.service import Service, days

pytestmark = pytest.mark.anyio


@pytest.fixture
async def visit(service: Service) -> Visit:
    return await Visit(service).planned()


async def summarised(visit: Visit, at: datetime) -> str:
    """The consultation whose document is given at a time."""
    visit.service.clock.shown = at
    found = resource(await get(visit.service, f"/fhir/Patient/{visit.patient}/$pro-summary"))
    assert found["type"] == "document"
    identifier: str = found["identifier"]["value"]
    return identifier


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
async def test_it_is_the_document_of_the_next_consultation(visit: Visit, language: str) -> None:
    await visit.answered()
    answer = await get(visit.service, f"/fhir/Patient/{visit.patient}/$pro-summary", languages=language)
    assert resource(answer) == (await read_document(visit.service, visit.id, language)).bundle
    assert answer.headers["Vary"] == "Accept-Language"


async def test_the_consultation_that_is_meant(visit: Visit) -> None:
    service = visit.service
    later = await service.plan(visit.patient, VISIT + days(30))
    called_off = await service.plan(visit.patient, VISIT - timedelta(hours=1), "cancelled")
    assert await summarised(visit, EVE) == visit.id
    # Of today, not over yet: it is the one that is being held.
    assert await summarised(visit, VISIT + timedelta(hours=3)) == visit.id
    assert await summarised(visit, VISIT + days(1)) == later
    await visit.becomes("finished")
    assert await summarised(visit, VISIT + timedelta(hours=3)) == later
    # None ahead: the last one that was held.
    await service.plan(visit.patient, VISIT + days(60), "noshow")
    assert await summarised(visit, VISIT + days(90)) == later != called_off


async def test_today_is_the_day_of_the_centre(visit: Visit) -> None:
    """In Paris, 23:30 UTC on 22 March is the day of the visit already, and 23:30 on the 23rd is not any more."""
    night = await visit.service.plan(visit.patient, datetime.fromisoformat("2026-03-22T23:10:00Z"))
    later = await visit.service.plan(visit.patient, VISIT + days(30))
    assert await summarised(visit, datetime.fromisoformat("2026-03-22T23:30:00Z")) == night
    assert await summarised(visit, datetime.fromisoformat("2026-03-23T23:30:00Z")) == later


async def test_without_a_consultation_there_is_no_document(service: Service) -> None:
    service.clock.shown = EVE
    patient = await service.register()
    outcome(await get(service, f"/fhir/Patient/{patient}/$pro-summary"), 404, "no-consultation")
    await service.plan(patient, LAST_VISIT, "noshow")
    outcome(await get(service, f"/fhir/Patient/{patient}/$pro-summary"), 404, "no-consultation")


async def test_it_is_for_the_care_team(visit: Visit) -> None:
    where = f"/fhir/Patient/{visit.patient}/$pro-summary"
    for role in (Role.NURSE, Role.SYSTEM):
        assert (await get(visit.service, where, role)).status_code == 200
    outcome(await get(visit.service, where, Role.PATIENT, visit.patient), 403, "not-permitted")
    elsewhere = await visit.service.with_new_centre()
    outcome(await get(elsewhere, where), 404, "not-found")
    outcome(await get(visit.service, f"/fhir/Patient/{new_id()}/$pro-summary"), 404, "not-found")
    outcome(await get(visit.service, "/fhir/Patient/nobody/$pro-summary"), 404, "not-found")
