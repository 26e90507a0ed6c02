"""What a change is seen against: in the order of answering, however late a response arrives or is corrected."""

from datetime import timedelta
from typing import Any

import pytest

from app.security.caller import Role
from tests.api.database import Database
from tests.api.watched_patient import NOON, WatchedPatient, ref
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio


async def test_each_change_is_seen_against_the_response_that_its_rule_names(watched: WatchedPatient) -> None:
    await watched.service.plan(watched.id, NOON - days(10), "finished")
    first = await watched.sent(0, at=NOON - days(30))
    eve = await watched.sent(1, at=NOON - days(11))
    previous = await watched.sent(2, at=NOON - days(3))
    now = await watched.sent(4)
    found = await watched.triggers(now)
    assert {concept: (t["since"], t["compared_with"], t["previous"]) for concept, t in found.items()} == {
        "before": ("previous", ref(previous), 2),
        "first": ("baseline", ref(first), 0),
        "visit": ("last_consultation", ref(eve), 1),
    }
    assert {t["value"] for t in found.values()} == {4}
    assert found["first"]["reason"] == "Burden: 4, rose by 4 since the baseline (0 to 4)"
    assert found["before"]["reason"] == "Burden: 4, rose by 2 since the previous response (2 to 4)"
    assert found["visit"]["reason"] == "Pain, severity: 4, rose by 3 since the last consultation (1 to 4)"
    assert found["visit"]["reference"] == {
        "key": "star",
        "citation": "A published trial.",
        "doi": "10.1000/trial",
        "url": None,
        "page": None,
    }


async def test_the_first_response_of_all_is_compared_with_nothing(watched: WatchedPatient, database: Database) -> None:
    assert await watched.triggers(await watched.sent(4)) == {}
    (row,) = await database.responses(watched.id)
    assert '"compared_with": {}' in row["evaluation"]


async def test_a_fall_is_a_change_too(watched: WatchedPatient) -> None:
    first = await watched.sent(0, 4, at=NOON - days(7))
    found = await watched.triggers(await watched.sent(0, 1))
    assert (found["relief"]["compared_with"], found["relief"]["previous"], found["relief"]["value"]) == (
        ref(first),
        4,
        1,
    )
    assert found["relief"]["reason"] == "Nausea, frequency: 1, fell by 3 since the baseline (4 to 1)"


@pytest.mark.parametrize(
    ("before_the_visit", "compares"),
    [(days(0), True), (days(28), True), (days(28) + timedelta(seconds=1), False), (-timedelta(seconds=1), False)],
)
async def test_the_reference_of_the_last_consultation_is_of_its_four_weeks(
    watched: WatchedPatient, before_the_visit: timedelta, compares: bool
) -> None:
    visit = NOON - days(10)
    await watched.service.plan(watched.id, visit, "finished")
    await watched.sent(0, at=visit - before_the_visit)
    assert ("visit" in await watched.triggers(await watched.sent(4))) is compares


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
async def test_a_consultation_that_fell_through_is_not_the_last_one(watched: WatchedPatient, status: str) -> None:
    await watched.service.plan(watched.id, NOON - days(10), "finished")
    await watched.service.plan(watched.id, NOON - days(2), status)
    await watched.service.plan(watched.id, NOON)  # it begins at that moment: not before the answers
    eve = await watched.sent(0, at=NOON - days(11))
    await watched.sent(3, at=NOON - days(3))
    assert (await watched.triggers(await watched.sent(4)))["visit"]["compared_with"] == ref(eve)


async def test_without_a_consultation_nothing_is_compared_with_one(watched: WatchedPatient) -> None:
    await watched.sent(0, at=NOON - days(7))
    assert set(await watched.triggers(await watched.sent(4))) == {"before", "first"}


async def test_a_baseline_is_as_corrected_and_never_entered_in_error(
    watched: WatchedPatient,
) -> None:
    wrong = await watched.sent(0, at=NOON - days(30))
    first = await watched.sent(4, at=NOON - days(20))
    await watched.mark(wrong)
    assert await watched.triggers(await watched.sent(4, at=NOON - days(10))) == {}
    await watched.correct(first, {"pain": "1", "nausea": "0"})
    found = await watched.triggers(await watched.sent(4, at=NOON - days(5)))
    assert {concept: (t["compared_with"], t["previous"]) for concept, t in found.items()} == {
        "first": (ref(first, 2), 1)
    }


async def test_responses_of_others_and_to_other_instruments_do_not_compare(
    watched: WatchedPatient,
) -> None:
    other = WatchedPatient(watched.service, await watched.service.register())
    await other.sent(0, at=NOON - days(7))
    assert (await watched.service.submit(watched.id, CALM, authored=NOON - days(7))).status_code == 201
    assert await watched.triggers(await watched.sent(4)) == {}


async def test_a_score_that_was_not_scored_is_no_evidence_of_a_change(watched: WatchedPatient) -> None:
    await watched.sent(0, None, at=NOON - days(7))
    assert await watched.triggers(await watched.sent(4)) == {}


async def test_a_response_that_arrives_late_is_evaluated_where_it_belongs_and_says_how_late_it_is(
    watched: WatchedPatient,
) -> None:
    first = await watched.sent(0, at=NOON - days(14))
    last = await watched.sent(2, at=NOON)
    before = await watched.read(last)
    late = await watched.sent(4, at=NOON - days(7))
    found = await watched.triggers(late)
    assert found["before"]["compared_with"] == found["first"]["compared_with"] == ref(first)
    assert (await watched.read(late))["late_by_hours"] == 7 * 24
    # What was already evaluated stays as it was: the answers between were not known then.
    assert await watched.read(last) == before
    assert [t["compared_with"] for a in before["alerts"] for t in a["triggers"]] == [ref(first)] * 2
    assert before["late_by_hours"] is None


async def test_a_response_older_than_all_the_others_is_compared_with_none_of_them(watched: WatchedPatient) -> None:
    await watched.sent(0, at=NOON)
    assert await watched.triggers(await watched.sent(4, at=NOON - days(7))) == {}


@pytest.mark.parametrize(
    ("age", "hours"),
    [
        (timedelta(), None),
        (timedelta(hours=24), None),
        (timedelta(hours=24, seconds=1), 24),
        (timedelta(hours=26, minutes=59), 26),
    ],
)
async def test_a_response_is_late_from_a_day_on(watched: WatchedPatient, age: timedelta, hours: int | None) -> None:
    assert (await watched.read(await watched.sent(0, at=NOON - age)))["late_by_hours"] == hours


async def test_a_correction_is_evaluated_anew_and_each_revision_keeps_its_evaluation(
    watched: WatchedPatient, database: Database
) -> None:
    first = await watched.sent(0, at=NOON - days(10))
    hot = {"temperature": 38.4}
    response_id = await watched.sent(4, at=NOON - days(2), answers=hot, context={"on_treatment": False})
    before = await watched.read(response_id)
    assert {alert["concept"] for alert in before["alerts"]} == {"before", "first"}
    watched.service.clock.shown = NOON + days(3)
    corrected = await watched.correct(response_id, {"pain": "0", "nausea": "3", **hot})
    assert {a["concept"]: a["triggers"][0]["value"] for a in corrected["alerts"]} == {"before": 3, "first": 3}
    # What was said of treatment, and how late the answers came, are of the time when they were given.
    assert (corrected["context"], corrected["late_by_hours"]) == ({"on_treatment": False}, 48)
    assert await watched.read(f"{response_id}/revisions/1") == before
    assert await watched.read(f"{response_id}/revisions/2") == await watched.read(response_id)
    assert len(await database.responses(watched.id)) == 3
    again = await watched.triggers(response_id)
    assert again["first"]["compared_with"] == ref(first)


async def test_a_correction_may_take_back_what_was_said_of_treatment(watched: WatchedPatient) -> None:
    hot = {"temperature": 38.4}
    response_id = await watched.sent(0, at=NOON, answers=hot, context={"on_treatment": False})
    assert (await watched.read(response_id))["alerts"] == []
    corrected = await watched.correct(response_id, {"pain": "0", **hot}, context={"on_treatment": True})
    assert corrected["context"] == {"on_treatment": True}
    assert "temperature" in {trigger["on"] for alert in corrected["alerts"] for trigger in alert["triggers"]}


async def test_the_change_of_a_score_is_seen_where_only_the_previous_response_is_read(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    asked: dict[str, Any] = {"questionnaire": "ecog-pro", "version": "1.0", "language": "en"}
    first = await service.submit(patient, {"ECOG": "0"}, authored=NOON - days(7), **asked)
    second = await service.submit(patient, {"ECOG": "2"}, authored=NOON, **asked)
    headers = service.as_(Role.NURSE) | {"Accept-Language": "en"}
    read = (await service.client.get(f"/v1/responses/{second.json()['id']}", headers=headers)).json()
    (trigger,) = read["alerts"][0]["triggers"]
    assert (trigger["rule"], trigger["since"]) == ("worsened-performance", "previous")
    assert trigger["compared_with"] == ref(first.json()["id"])
    assert trigger["reason"] == "ECOG_SCORE: 2, rose by 2 since the previous response (0 to 2)"
