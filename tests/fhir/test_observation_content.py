"""What Observations say over HTTP: the numbers of `/v1`, the answers beside them, what a correction leaves."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.security.caller import Role
from app.services.rescore import Decision, Rescoring, rescore, targets_of
from app.store.centre import FhirProfile
from app.store.embedded import EmbeddedPostgres
from scoring.synthesis import Mode
from tests.api.answers import URGENT
from tests.api.second_version import CHANGED, add_scoring, first_versions, take_out_first_score
from tests.fhir.client import PAIN, get, outcome, resource
from tests.support.service import CALM, Service, days, running_service

pytestmark = pytest.mark.anyio

TELESURVEILLANCE = "https://interop.esante.gouv.fr/ig/fhir/telesurveillance/StructureDefinition/tlsv-observation"
CAN_WAIT = 1072
WEIGHED = {
    "can-wait": "yes",
    "weight": 60.5,
    "weight-baseline": 66,
    "temperature": 38.4,
    "contacts": ["emergency"],
}


async def submitted(service: Service, answers: dict[str, Any], **more: Any) -> str:
    answer = await service.submit(await service.register(), answers, **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def corrected(service: Service, response: str, answers: dict[str, Any], seen: int) -> None:
    answer = await service.client.put(
        f"/v1/responses/{response}",
        json={"answers": answers, "reason": "a slip of the finger"},
        headers={**service.as_(Role.NURSE), "If-Match": f'"{seen}"'},
    )
    assert answer.status_code == 200, answer.text


async def observations(service: Service, response: str) -> dict[str, dict[str, Any]]:
    """The Observations of a response, by the end of their ids."""
    bundle = resource(await get(service, f"/fhir/QuestionnaireResponse/{response}/$collection"))
    return {e["resource"]["id"].rsplit(".", 1)[1]: e["resource"] for e in bundle["entry"][1:]}


def code(observation: dict[str, Any]) -> str:
    return str(observation["code"]["coding"][0]["code"])


async def test_the_numbers_are_those_of_v1(service: Service) -> None:
    response = await submitted(service, PAIN)
    stored = (await get(service, f"/v1/responses/{response}")).json()
    found = await observations(service, response)
    scores = {code(o): o for o in found.values() if o["code"]["coding"][0]["system"].endswith(".scores")}
    assert set(scores) == set(stored["scores"])
    for name, score in stored["scores"].items():
        if "value" in score:
            assert scores[name]["valueQuantity"]["value"] == Decimal(str(score["value"])), name
            assert "dataAbsentReason" not in scores[name]
        else:
            assert "valueQuantity" not in scores[name]
            assert scores[name]["dataAbsentReason"]["coding"], name
    assert any("value" in score for score in stored["scores"].values())
    assert any("not_scored" in score for score in stored["scores"].values())
    assert {code(o) for o in found.values()} - set(scores) == {"can-wait"}
    for one in found.values():
        assert resource(await get(service, f"/fhir/Observation/{one['id']}")) == one
        assert one["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{response}"}]


async def test_every_alert_of_v1_is_an_interpretation(service: Service) -> None:
    response = await submitted(service, PAIN | URGENT)
    alerts = (await get(service, f"/v1/responses/{response}")).json()["alerts"]
    assert {alert["concept"] for alert in alerts} >= {"pain", "can_wait"}
    found = await observations(service, response)
    levels = {
        code(o): [coding["code"] for coding in o["interpretation"][0]["coding"]]
        for o in found.values()
        if "interpretation" in o
    }
    assert len(levels) == len(alerts)
    assert levels["can-wait"] == ["AA", "urgent"]
    assert found[str(CAN_WAIT)]["valueCodeableConcept"]["coding"][0]["code"] == "no"


async def test_an_answer_is_read_by_its_id_in_the_reader_s_language(service: Service) -> None:
    response = await submitted(service, CALM)
    texts = set()
    for language in ("fr", "en", "ar"):
        one = resource(await get(service, f"/fhir/Observation/{response}.{CAN_WAIT}", languages=language))
        assert one["language"] == language
        texts.add(one["code"]["text"])
    assert len(texts) == 3


async def test_measurements_contacts_and_members(service: Service) -> None:
    response = await submitted(service, WEIGHED, questionnaire="oral-therapy-weekly")
    found = {code(o): o for o in (await observations(service, response)).values()}
    assert found["weight"]["valueQuantity"]["code"] == "kg"
    loss = [m["reference"] for m in found["weight_loss_percent"]["hasMember"]]
    assert loss == [f"Observation/{found[name]['id']}" for name in ("weight", "weight-baseline")]
    assert found["temperature_highest"]["valueQuantity"]["code"] == "Cel"
    assert [c["code"]["coding"][0]["code"] for c in found["contacts"]["component"]] == ["emergency"]
    assert "interpretation" in found["contacts"]
    assert "doses-planned" not in found, "it was not answered"


async def test_the_mode_of_the_centre_is_in_every_resource(service: Service) -> None:
    for mode in (Mode.SCORE, Mode.ALERT):
        centre = await service.with_new_centre(mode)
        response = await submitted(centre, PAIN | URGENT)
        found = await observations(centre, response)
        assert {tag["code"] for o in found.values() for tag in o["meta"]["tag"]} == {mode.value}
        assert any("interpretation" in o for o in found.values()) == (mode is Mode.ALERT)


async def test_a_centre_that_only_records_gives_no_observations(service: Service) -> None:
    recording = await service.with_new_centre(Mode.RECORD)
    response = await submitted(recording, PAIN)
    assert await observations(recording, response) == {}
    for number in (1, CAN_WAIT):
        outcome(await get(recording, f"/fhir/Observation/{response}.{number}"), 404, "not-found")


# --- télésurveillance --------------------------------------------------------------------------------------------


async def test_a_centre_that_asks_for_it_gets_its_national_profile(service: Service) -> None:
    asking = await service.with_new_centre(profiles=frozenset({FhirProfile.TELESURVEILLANCE}))
    found = await observations(asking, await submitted(asking, PAIN | URGENT))
    assert len(found) == 34
    for one in found.values():
        assert one["meta"]["profile"] == [TELESURVEILLANCE]
        assert one["subject"]
        assert one["effectivePeriod"]
        assert ("dataAbsentReason" in one) != any(key.startswith("value") for key in one)
    elsewhere = await observations(service, await submitted(service, PAIN))
    assert not [one for one in elsewhere.values() if "profile" in one["meta"]]


# --- corrections -------------------------------------------------------------------------------------------------


async def test_what_a_correction_takes_away_is_entered_in_error_until_it_comes_back(service: Service) -> None:
    response = await submitted(service, WEIGHED, questionnaire="oral-therapy-weekly")
    first = await observations(service, response)
    await corrected(service, response, {"can-wait": "yes", "weight": 61}, 1)
    second = await observations(service, response)
    assert set(second) == set(first), "nothing vanished"
    gone = {number: one for number, one in second.items() if one["status"] == "entered-in-error"}
    assert {code(one) for one in gone.values()} == {"weight-baseline", "contacts"}
    for number, one in gone.items():
        assert one["code"] == first[number]["code"]
        assert one["dataAbsentReason"]["coding"][0]["code"] == "error"
        assert (one["meta"]["versionId"], one["subject"]) == ("2", first[number]["subject"])
        assert resource(await get(service, f"/fhir/Observation/{one['id']}")) == one
    assert {one["status"] for number, one in second.items() if number not in gone} == {"amended"}
    await corrected(service, response, {"can-wait": "yes", "weight": 61, "weight-baseline": 66}, 2)
    third = {code(one): one["status"] for one in (await observations(service, response)).values()}
    assert (third["weight-baseline"], third["contacts"]) == ("amended", "entered-in-error")


async def test_a_correction_and_its_observations_are_new_versions(service: Service) -> None:
    response = await submitted(service, PAIN)
    await corrected(service, response, CALM, 1)
    for number in (1, CAN_WAIT):
        answer = await get(service, f"/fhir/Observation/{response}.{number}")
        assert (resource(answer)["status"], answer.headers["ETag"]) == ("amended", 'W/"2"')


async def test_of_a_response_that_was_entered_in_error_everything_is(service: Service) -> None:
    response = await submitted(service, WEIGHED, questionnaire="oral-therapy-weekly")
    await corrected(service, response, {"can-wait": "yes"}, 1)
    marked = await service.client.post(
        f"/v1/responses/{response}/entered-in-error",
        json={"reason": "another person answered"},
        headers={**service.as_(Role.NURSE), "If-Match": '"2"'},
    )
    assert marked.status_code == 200, marked.text
    found = await observations(service, response)
    assert {one["status"] for one in found.values()} == {"entered-in-error"}
    assert "contacts" in {code(one) for one in found.values()}


async def test_a_score_that_new_rules_do_not_have_is_entered_in_error(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    instruments = first_versions(tmp_path / "first")
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=instruments) as started:
        first = await started.with_new_centre()
        response = await submitted(first, PAIN, authored=first.clock() - days(1))
    root = first_versions(tmp_path / "later")
    add_scoring(root)
    take_out_first_score(root)
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as started:
        later = replace(started, centre_id=first.centre_id)
        installation = later.app.state.installation
        order = Rescoring(
            later.centre_id,
            targets_of(installation.knowledge, CHANGED, None),
            later.clock(),
            Decision("Dr Example", "a score too many"),
        )
        await rescore(installation, order, lambda done, of: None)
        found = await observations(later, response)
        assert (found["1"]["status"], code(found["1"])) == ("entered-in-error", "dry_mouth_composite")
        assert (found["2"]["status"], found["2"]["meta"]["versionId"]) == ("amended", "2")
        assert "dry-mouth-severity" not in {code(one) for one in found.values()}, "it was not answered"


async def test_a_response_from_before_this_was_noted_withdraws_nothing(service: Service) -> None:
    response = await submitted(service, CALM)
    found = await observations(service, response)
    assert {one["status"] for one in found.values()} == {"final"}
