"""Whose clock says when: phones are wrong by minutes or by millennia, and no patient is refused for it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from tests.api.database import Database
from tests.api.problems import MARK, problem
from tests.api.published_since import with_retired_version
from tests.support.service import CALM, INSTRUMENT, Service, days, running_service

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def _stored(service: Service, patient: str, role: Role, **fields: Any) -> dict[str, Any]:
    """Submit, and read what became of the times."""
    headers = service.as_(role, patient if role is Role.PATIENT else None)
    sent = await service.submit(patient, CALM, headers=headers, **fields)
    assert sent.status_code == 201, sent.text
    answer = await service.client.get(f"/v1/responses/{sent.json()['id']}", headers=service.as_(Role.NURSE))
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("off", [timedelta(hours=2), timedelta(hours=-2), days(400), days(-20_000), timedelta()])
async def test_the_phones_clock_is_corrected_by_when_it_says_that_it_sent(service: Service, off: timedelta) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    said, sent = NOON - 10 * MINUTE + off, NOON + off
    stored = await _stored(service, patient, Role.PATIENT, authored=said, sent_at=sent.isoformat())
    assert (stored["authored_at"], stored["flags"]) == ("2026-03-09T11:50:00Z", [])
    assert datetime.fromisoformat(stored["authored"]) == said
    assert datetime.fromisoformat(stored["sent_at"]) == sent


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE])
@pytest.mark.parametrize(
    "fields",
    [
        {"authored": NOON + days(1)},
        {"authored": NOON + timedelta(milliseconds=1)},
        {"authored": NOON + MINUTE, "sent_at": NOON.isoformat()},
        {"authored": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)},
    ],
)
async def test_what_would_still_be_in_the_future_is_now_and_flagged_for_persons(
    service: Service, role: Role, fields: dict[str, Any]
) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    stored = await _stored(service, patient, role, **fields)
    assert (stored["authored_at"], stored["flags"]) == ("2026-03-09T12:00:00Z", ["authored-in-future"])


async def test_a_system_may_be_a_minute_ahead_and_no_more(service: Service, database: Database) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    stored = await _stored(service, patient, Role.SYSTEM, authored=NOON + MINUTE)
    assert (stored["authored_at"], stored["flags"]) == ("2026-03-09T12:00:00Z", ["authored-in-future"])
    before = await database.rows(service.centre_id)
    headers = service.as_(Role.SYSTEM)
    ahead = NOON + MINUTE + timedelta(seconds=1)
    refused = await service.submit(patient, CALM, headers=headers, authored=ahead, key="of-the-ehr")
    problem(refused, 422, "authored-in-future")
    assert await database.rows(service.centre_id) == before
    corrected = await service.submit(
        patient, CALM, headers=headers, authored=ahead, key="of-the-ehr", sent_at=ahead.isoformat()
    )
    assert corrected.status_code == 201
    assert corrected.json()["authored_at"] == "2026-03-09T12:00:00Z"


@pytest.mark.parametrize(
    "said",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0099-06-01T00:00:00Z",
        "1899-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59.999999-14:00",
    ],
)
@pytest.mark.parametrize("sent_at", [None, "same", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_clock_that_is_off_by_millennia_never_refuses_a_patient_nor_spoils_what_is_read(
    service: Service, said: str, sent_at: str | None
) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    visit = await service.plan(patient, NOON + days(1))
    fields: dict[str, Any] = {"authored": _AsIs(said), "begun_at": said}
    if sent_at:
        fields["sent_at"] = said if sent_at == "same" else sent_at
    stored = await _stored(service, patient, Role.PATIENT, **fields)
    assert stored["authored_at"] == "2026-03-09T12:00:00Z"
    nurse = service.as_(Role.NURSE)
    for path in (f"/v1/patients/{patient}/responses", f"/v1/patients/{patient}/scores"):
        assert (await service.client.get(path, headers=nurse)).status_code == 200
    synthesis = await service.client.get(f"/v1/consultations/{visit}/synthesis", headers=nurse)
    assert [r["response"]["id"] for r in synthesis.json()["responses"]] == [stored["id"]]
    to_do = await service.client.get("/v1/me/to-do", headers=service.as_(Role.PATIENT, patient))
    assert to_do.json() == {"to_do": []}


async def test_a_time_that_nobody_can_know_is_flagged(service: Service) -> None:
    patient = await service.register()
    stored = await _stored(service, patient, Role.PATIENT, authored=datetime(1, 1, 1, tzinfo=UTC))
    assert stored["flags"] == ["authored-unknown"]


@pytest.mark.parametrize(
    "value",
    [
        "2026",
        "2026-03-09",
        "2026-03-09T12:00:00",
        "2026-02-30T12:00:00Z",
        "1773057600",
        1773057600,
        1.5,
        True,
        [],
        MARK,
    ],
)
@pytest.mark.parametrize("field", ["authored", "sent_at", "begun_at"])
async def test_what_is_no_date_and_time_with_its_offset_is_refused(service: Service, field: str, value: Any) -> None:
    patient = await service.register()
    body = {
        "questionnaire": INSTRUMENT,
        "version": "1.0.0",
        "language": "fr",
        "answers": CALM,
        "authored": NOON.isoformat(),
        field: value,
    }
    headers = service.as_(Role.PATIENT, patient) | {"Idempotency-Key": "from-the-phone"}
    answer = await service.client.post(f"/v1/patients/{patient}/responses", json=body, headers=headers)
    assert [issue["pointer"] for issue in problem(answer, 422, "request-invalid")["issues"]] == [f"/body/{field}"]


RETIRED_ON = date(2026, 3, 1)
LAST_DAY = datetime(2026, 3, 1, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
async def retiring(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service in which version 1.0.0 was retired on the 1st of March."""
    root: Path = with_retired_version(tmp_path_factory.mktemp("retired"), RETIRED_ON)
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as service:
        yield service


@pytest.fixture
async def after_retirement(retiring: Service) -> Service:
    """The same on the 9th of March, from a fresh centre."""
    service = await retiring.with_new_centre()
    service.clock.shown = NOON
    return service


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE, Role.SYSTEM])
@pytest.mark.parametrize(
    "fields",
    [
        {"authored": LAST_DAY},
        {"authored": NOON, "begun_at": LAST_DAY.isoformat()},
        {"authored": NOON + days(30), "sent_at": (NOON + days(38)).isoformat()},
    ],
)
async def test_what_was_begun_before_retirement_is_accepted(
    after_retirement: Service, role: Role, fields: dict[str, Any]
) -> None:
    patient = await after_retirement.register()
    stored = await _stored(after_retirement, patient, role, **fields)
    assert stored["version"] == "1.0.0"
    assert stored["scores"]


async def test_what_was_begun_before_retirement_is_accepted_from_a_phone_that_is_ahead(
    after_retirement: Service,
) -> None:
    patient = await after_retirement.register()
    ahead = days(2)
    begun, sent = (LAST_DAY + ahead).isoformat(), (NOON + ahead).isoformat()
    await _stored(after_retirement, patient, Role.PATIENT, authored=NOON + ahead, begun_at=begun, sent_at=sent)


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE, Role.SYSTEM])
@pytest.mark.parametrize(
    "fields",
    [
        {"authored": LAST_DAY + days(1)},
        {"authored": NOON, "begun_at": (LAST_DAY + days(1)).isoformat()},
        {"authored": NOON - days(50), "sent_at": (NOON - days(45)).isoformat(), "begun_at": NOON.isoformat()},
    ],
)
async def test_what_was_begun_after_retirement_is_refused(
    after_retirement: Service, database: Database, role: Role, fields: dict[str, Any]
) -> None:
    service = after_retirement
    patient = await service.register()
    before = await database.rows(service.centre_id)
    headers = service.as_(role, patient if role is Role.PATIENT else None)
    problem(await service.submit(patient, CALM, headers=headers, **fields), 422, "questionnaire-retired")
    assert await database.rows(service.centre_id) == before


async def test_a_draft_from_before_retirement_may_be_finished(after_retirement: Service, database: Database) -> None:
    service = after_retirement
    patient = await service.register()
    saved = await service.client.put(
        f"/v1/patients/{patient}/drafts/{INSTRUMENT}",
        json={"version": "1.0.0", "answers": CALM},
        headers=service.as_(Role.PATIENT, patient) | {"If-None-Match": "*"},
    )
    assert saved.status_code == 200
    sql = "UPDATE draft SET begun_at = $2 WHERE patient_id = $1::text::uuid RETURNING revision"
    assert len(await database.fetch(sql, patient, LAST_DAY)) == 1
    assert (await service.submit(patient, CALM, authored=NOON)).status_code == 201


async def test_a_replay_after_retirement_gives_the_same_answer(
    service: Service, retiring: Service, database: Database
) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    first = await service.submit(patient, CALM, key="from-the-phone", authored=NOON)
    body = {
        "questionnaire": INSTRUMENT,
        "version": "1.0.0",
        "language": "fr",
        "answers": CALM,
        "authored": NOON.isoformat(),
    }
    headers = service.as_(Role.PATIENT, patient) | {"Idempotency-Key": "from-the-phone"}
    path = f"/v1/patients/{patient}/responses"
    again = await retiring.client.post(path, json=body, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    other = await retiring.client.post(path, json=body | {"language": "en"}, headers=headers)
    problem(other, 422, "idempotency-key-reused")
    fresh = await retiring.client.post(path, json=body, headers=headers | {"Idempotency-Key": "another-key"})
    problem(fresh, 422, "questionnaire-retired")
    assert len(await database.responses(patient)) == 1


async def test_a_response_to_a_retired_version_is_read_explained_and_corrected(
    service: Service, retiring: Service
) -> None:
    patient = await service.register()
    sent = await service.submit(patient, CALM | {"quality-of-life": 4})
    path, nurse = f"/v1/responses/{sent.json()['id']}", service.as_(Role.NURSE)
    before = (await service.client.get(path, headers=nurse)).json()
    assert (await retiring.client.get(path, headers=nurse)).json() == before
    trace = await retiring.client.get(f"{path}/scores/quality_of_life", headers=nurse)
    assert trace.json()["result"] == {"value": 4}
    corrected = await retiring.client.put(
        path,
        json={"answers": CALM | {"quality-of-life": 5}, "reason": "a slip of the finger"},
        headers=nurse | {"If-Match": '"1"'},
    )
    assert corrected.status_code == 200
    assert corrected.json()["pins"] == before["pins"]
    assert corrected.json()["scores"]["quality_of_life"] == {"value": 5}


async def test_the_newest_active_version_is_what_is_asked(after_retirement: Service) -> None:
    service = after_retirement
    patient = await service.register()
    await service.plan(patient, NOON + days(1))
    headers = service.as_(Role.PATIENT, patient)
    newest = await service.client.get(f"/v1/questionnaires/{INSTRUMENT}", headers=headers)
    assert newest.json()["version"] == "1.1.0"
    old = await service.client.get(f"/v1/questionnaires/{INSTRUMENT}/versions/1.0.0", headers=headers)
    assert old.json()["status"] == "retired"
    listed = await service.client.get("/v1/questionnaires", headers=headers)
    versions = [q["version"] for q in listed.json()["questionnaires"] if q["instrument"] == INSTRUMENT]
    assert versions == ["1.0.0", "1.1.0"]
    to_do = await service.client.get("/v1/me/to-do", headers=headers)
    assert [item["version"] for item in to_do.json()["to_do"]] == ["1.1.0"]


class _AsIs:
    """A text where a time is expected: written as it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def isoformat(self) -> str:
        """The text."""
        return self.text
