"""Longitudinal summaries over HTTP: what they rest on, what the baseline may be, and who may read them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.answers import PAIN_MILD, PAIN_NONE, PAIN_WORST
from tests.api.problems import problem
from tests.support.service import CALM, INSTRUMENT, Service, days

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
PAIN = "pain_composite"


async def _ask(
    service: Service, patient: str, name: str = PAIN, *, role: Role = Role.CLINICIAN, **query: Any
) -> httpx.Response:
    headers = service.as_(role, patient if role is Role.PATIENT else None)
    path = f"/v1/patients/{patient}/scores/{name}/longitudinal"
    return await service.client.get(path, params={"instrument": INSTRUMENT, **query}, headers=headers)


async def _read(service: Service, patient: str, name: str = PAIN, **query: Any) -> dict[str, Any]:
    answer = await _ask(service, patient, name, **query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def _told(service: Service, *course: tuple[float, Mapping[str, Any]]) -> tuple[str, list[str]]:
    """A patient who answered so many days ago; gives the ids of the responses too."""
    service.clock.shown = NOON
    patient = await service.register()
    sent = [await service.submit(patient, dict(answers), authored=NOON - days(ago)) for ago, answers in course]
    return patient, [answer.json()["id"] for answer in sent]


async def test_the_summaries_of_a_course_and_the_responses_they_rest_on(service: Service) -> None:
    # Composite grades 1, 3, not scored, 0 on days 0, 7, 14, 28. Against the baseline 1: 0, 2, (left out), -1.
    # 0..7: 7 * 2 / 2 = 7. 7..28 falls by 3 in 21 days, crossing after 14: above 14 * 2 / 2 = 14, below 7 * 1 / 2 = 3.5.
    # Toxicity index of 3, 1, 0: 3 + 1/4.
    patient, ids = await _told(service, (28, PAIN_MILD), (21, PAIN_WORST), (14, CALM), (0, PAIN_NONE))
    body = await _read(service, patient)
    assert body["summaries"] == {
        "max": {"value": 3},
        "max_post_bl": {"value": 3},
        "bl_adjusted": {"value": 3},
        "toxicity_index": {"value": 3.25},
        "auc_worsening": {"value": 21},
        "auc_improvement": {"value": -3.5},
        "observed_days": {"value": 28},
    }
    assert [(point["day"], point["response"]["id"]) for point in body["points"]] == list(
        zip([0, 7, 14, 28], ids, strict=True)
    )
    assert body["points"][2]["result"]["not_scored"] == "skipped"
    assert body["points"][3]["result"] == {"value": 0, "imputed": ["pain-severity", "pain-interference"]}
    assert body["baseline"] == body["points"][0]
    assert (body["unit_of_time"], body["higher_is"], body["range"]) == ("day", "worse", [0, 3])
    assert (body["concept"], body["scale"], body["left_out"]) == ("pain", "composite-grade-0-3", [])


async def test_where_higher_is_better_falling_is_worsening_and_there_is_no_toxicity_index(service: Service) -> None:
    course = ((10, CALM | {"quality-of-life": 6}), (0, CALM | {"quality-of-life": 4}))
    patient, _ = await _told(service, *course)
    body = await _read(service, patient, "quality_of_life")
    assert body["summaries"]["auc_worsening"] == {"value": 10}
    assert body["summaries"]["auc_improvement"] == {"value": 0}
    assert body["summaries"]["toxicity_index"] == {"not_defined": "higher_is_better"}


async def test_the_baseline_may_be_a_response_or_a_day(service: Service) -> None:
    patient, ids = await _told(service, (28, PAIN_WORST), (21, PAIN_MILD), (0, PAIN_MILD))
    by_response = await _read(service, patient, baseline=ids[1])
    assert by_response["baseline"]["response"]["id"] == ids[1]
    assert [point["day"] for point in by_response["points"]] == [-7, 0, 21]
    assert by_response["summaries"]["max"] == {"value": 3}
    assert by_response["summaries"]["bl_adjusted"] == {"value": 0}
    # The first on or after a day. In Paris, where the centre is, it is winter: noon in UTC is 13:00.
    for day, place in (("2026-02-09", 0), ("2026-02-10", 1), ("2026-02-16", 1), ("2026-02-17", 2)):
        assert (await _read(service, patient, baseline=day))["baseline"]["response"]["id"] == ids[place], day
    after_all = await _read(service, patient, baseline="2026-03-10")
    assert after_all["baseline"] is None
    assert after_all["points"][0]["day"] is None
    assert after_all["summaries"]["max_post_bl"] == {"not_defined": "no_baseline"}


async def test_a_day_begins_at_midnight_of_the_centre(service: Service) -> None:
    # 23:30 in UTC is half past midnight of the next day in Paris.
    patient, ids = await _told(service, (7.5 + 1 / 48, PAIN_MILD), (0, PAIN_MILD))
    assert (await _read(service, patient, baseline="2026-03-02"))["points"][0]["authored_at"] == "2026-03-01T23:30:00Z"
    assert (await _read(service, patient, baseline="2026-03-02"))["baseline"]["response"]["id"] == ids[0]
    assert (await _read(service, patient, baseline="2026-03-03"))["baseline"]["response"]["id"] == ids[1]


async def test_the_period_bounds_what_is_read_but_not_the_baseline_that_is_named(service: Service) -> None:
    patient, ids = await _told(service, (28, PAIN_NONE), (21, PAIN_WORST), (7, PAIN_MILD), (0, PAIN_MILD))
    since = (NOON - days(10)).isoformat()
    first = await _read(service, patient, since=since)
    assert first["baseline"]["response"]["id"] == ids[2]
    assert first["summaries"]["max"] == {"value": 1}
    named = await _read(service, patient, since=since, baseline=ids[0])
    assert [point["response"]["id"] for point in named["points"]] == [ids[0], ids[2], ids[3]]
    assert named["summaries"]["bl_adjusted"] == {"value": 1}
    assert len((await _read(service, patient, until=(NOON - days(10)).isoformat()))["points"]) == 2


async def test_a_corrected_response_counts_as_it_is_now_and_one_in_error_not_at_all(service: Service) -> None:
    patient, ids = await _told(service, (14, PAIN_NONE), (7, PAIN_WORST), (0, PAIN_MILD))
    headers = service.as_(Role.NURSE) | {"If-Match": '"1"'}
    body = {"answers": PAIN_MILD, "reason": "misread"}
    assert (await service.client.put(f"/v1/responses/{ids[2]}", json=body, headers=headers)).status_code == 200
    path = f"/v1/responses/{ids[1]}/entered-in-error"
    marked = await service.client.post(path, json={"reason": "another patient"}, headers=headers)
    assert marked.status_code == 200, marked.text
    found = await _read(service, patient)
    assert [point["response"] for point in found["points"]] == [
        {"id": ids[0], "revision": 1},
        {"id": ids[2], "revision": 2},
    ]
    assert found["summaries"]["max"] == {"value": 1}
    problem(await _ask(service, patient, baseline=ids[1]), 404, "not-found")


async def test_without_responses_every_summary_says_why(service: Service) -> None:
    body = await _read(service, await service.register())
    assert body["summaries"]["max"] == {"not_defined": "no_value"}
    assert body["summaries"]["auc_worsening"] == {"not_defined": "no_baseline"}
    assert (body["points"], body["baseline"]) == ([], None)


async def test_what_there_is_not_is_answered_with_what_there_is(service: Service) -> None:
    patient, _ = await _told(service, (0, CALM))
    assert PAIN in problem(await _ask(service, patient, "pain"), 404, "unknown-score")["known"]
    answer = await _ask(service, patient, instrument="nothing-of-ours")
    assert INSTRUMENT in problem(answer, 404, "unknown-questionnaire")["known"]
    problem(await _ask(service, str(new_id())), 404, "not-found")
    problem(await _ask(service, patient, baseline=str(new_id())), 404, "not-found")
    for wrong in ("yesterday", "2026-02-30", "1700-01-01", "20260209"):
        problem(await _ask(service, patient, baseline=wrong), 422, "request-invalid")


async def test_the_baseline_of_another_patient_is_out_of_reach(service: Service) -> None:
    patient, _ = await _told(service, (0, PAIN_MILD))
    _, others = await _told(service, (0, PAIN_WORST))
    problem(await _ask(service, patient, baseline=others[0]), 404, "not-found")


async def test_another_centre_does_not_see_the_patient(service: Service) -> None:
    patient, ids = await _told(service, (0, PAIN_MILD))
    elsewhere = await service.with_new_centre()
    problem(await _ask(elsewhere, patient), 404, "not-found")
    own = await elsewhere.register()
    problem(await _ask(elsewhere, own, baseline=ids[0]), 404, "not-found")


async def test_it_is_read_by_whoever_reads_scores(service: Service) -> None:
    patient, _ = await _told(service, (0, PAIN_MILD))
    for role in (Role.CLINICIAN, Role.NURSE, Role.SYSTEM):
        assert (await _ask(service, patient, role=role)).status_code == 200
    for role in (Role.PATIENT, Role.ADMIN):
        problem(await _ask(service, patient, role=role), 403, "not-permitted")
