"""Searching Observations: projections of responses, found as if each were stored."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.fhir.observation import OFFER
from app.security.caller import Role
from app.store.ids import new_id
from scoring.synthesis import Mode
from tests.export.readers import typed_reading
from tests.fhir.client import PAIN, get, links, outcome, resource
from tests.fhir.sending import plain
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio

WHERE = "/fhir/Observation"
SCORES = "https://vigie.example/fhir/CodeSystem/pre-consultation.scores"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""When the newer response was given; the older one five days before. Both look back on 7 days."""


@dataclass(frozen=True)
class World:
    """A patient with two responses, the older one of a visit; another patient with one."""

    service: Service
    patient: str
    visit: str
    newer: str
    older: str
    others: str

    async def all_of(self, response: str) -> list[dict[str, Any]]:
        """What there is to be found of one response, by its numbers."""
        bundle = plain(await get(self.service, f"/fhir/QuestionnaireResponse/{response}/$collection"))
        observations = [entry["resource"] for entry in bundle["entry"][1:]]
        return sorted(observations, key=lambda one: int(one["id"].rpartition(".")[2]))

    async def of_patient(self) -> list[dict[str, Any]]:
        return [*await self.all_of(self.newer), *await self.all_of(self.older)]

    async def found(self, query: str) -> list[dict[str, Any]]:
        """What a search finds, page by page."""
        found = await self.pages(f"{WHERE}?_count=200&{query}")
        return [entry["resource"] for page in found for entry in matches(page)]

    async def pages(self, path: str) -> list[dict[str, Any]]:
        """Every page, as it came: the readers have seen such pages in the tests of the first ones."""
        found = [plain(await get(self.service, path))]
        while following := links(found[-1]).get("next"):
            found.append(plain(await get(self.service, following)))
        return found


def matches(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in page.get("entry", ()) if entry["search"]["mode"] == "match"]


@pytest.fixture
async def world(service: Service) -> World:
    patient, other = await service.register(), await service.register()
    service.clock.shown = NOON
    visit = await service.plan(patient, NOON)

    async def store(who: str, answers: dict[str, Any], at: datetime, **fields: Any) -> str:
        answer = await service.submit(who, answers, authored=at, headers=service.as_(Role.SYSTEM), **fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    newer = await store(patient, PAIN, NOON)
    older = await store(patient, CALM | {"pain-frequency": "0"}, NOON - days(5), consultation_id=visit)
    return World(service, patient, visit, newer, older, await store(other, PAIN, NOON))


async def test_a_patients_observations_are_found_newest_first(world: World) -> None:
    expected = await world.of_patient()
    assert len(expected) > 20
    for named in (
        f"patient={world.patient}",
        f"subject=Patient/{world.patient}",
        f"patient={world.patient}&_sort=-date",
    ):
        assert await world.found(named) == expected
    turned = await world.found(f"patient={world.patient}&_sort=date")
    assert [one["id"] for one in turned] == [
        one["id"] for response in (world.older, world.newer) for one in await world.all_of(response)
    ]


@pytest.mark.parametrize("count", [1, 2, 7, 200])
async def test_pages_count_observations_and_give_each_once(world: World, count: int) -> None:
    expected = [one["id"] for one in await world.of_patient()]
    resource(await get(world.service, f"{WHERE}?patient={world.patient}&_count={count}"))
    found = await world.pages(f"{WHERE}?patient={world.patient}&_count={count}")
    assert len(found) <= len(expected) + 1
    assert [entry["resource"]["id"] for page in found for entry in page["entry"]] == expected
    assert {len(page["entry"]) for page in found[:-1]} <= {count}


async def test_without_a_patient_the_centre_is_given_in_the_order_of_storing(world: World) -> None:
    expected = [one for response in (world.newer, world.older, world.others) for one in await world.all_of(response)]
    assert await world.found("") == expected
    assert await world.found("_lastUpdated=gt2020") == expected
    last = await world.found("_sort=-_lastUpdated")
    assert last[0]["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{world.others}"}]
    since = expected[-1]["meta"]["lastUpdated"]
    assert await world.found(f"_lastUpdated=ge{since}") == await world.all_of(world.others)
    assert await world.found("_lastUpdated=lt2020") == []


async def test_a_code_finds_the_score_that_it_names(world: World) -> None:
    everything = await world.of_patient()
    chosen = next(one for one in everything if one["code"]["coding"][0]["system"] == SCORES)
    code = chosen["code"]["coding"][0]["code"]
    expected = [one for one in everything if one["code"]["coding"][0]["code"] == code]
    assert len(expected) == 2
    for asked in (code, f"{SCORES}|{code}", f"other,{SCORES}|{code}"):
        assert await world.found(f"patient={world.patient}&code={asked}") == expected
    assert await world.found(f"patient={world.patient}&code=http://loinc.org|{code}") == []
    assert await world.found(f"patient={world.patient}&code=|{code}") == []
    of_scores = await world.found(f"patient={world.patient}&code={SCORES}|")
    assert [one["id"] for one in of_scores] == [
        one["id"] for one in everything if one["code"]["coding"][0]["system"] == SCORES
    ]
    found = await world.pages(f"{WHERE}?patient={world.patient}&code={code}&_count=1")
    assert [entry["resource"] for page in found for entry in matches(page)] == expected


async def test_a_loinc_code_finds_a_score_that_means_the_patients_own_report(service: Service) -> None:
    patient = await service.register()
    catalogue = service.app.state.installation.catalogue
    questionnaire = catalogue.get("phq-9", None)
    answers = {item.link_id: item.options[1].code for item in questionnaire.questions if item.options}
    stored = await service.submit(patient, answers, questionnaire="phq-9", version=questionnaire.version)
    assert stored.status_code == 201, stored.text
    page = resource(await get(service, f"{WHERE}?patient={patient}&code=http://loinc.org|44261-6"))
    (entry,) = matches(page)
    assert entry["resource"]["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{stored.json()['id']}"}]


async def test_every_observation_is_a_survey(world: World) -> None:
    everything = await world.of_patient()
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    for asked in ("survey", f"{category}|survey", "laboratory,survey"):
        assert await world.found(f"patient={world.patient}&category={asked}") == everything
    for asked in ("laboratory", "http://other.example|survey", "survey&category=laboratory"):
        assert await world.found(f"patient={world.patient}&category={asked}") == []


@pytest.mark.parametrize(
    ("date", "finds"),
    # The recall windows: 13 to 20 November at noon, and 8 to 15 November at noon.
    [
        ("2026-11", ("newer", "older")),
        ("2026-11-20", ()),
        ("ne2026-11-20", ("newer", "older")),
        ("ge2026-11-16", ("newer",)),
        ("ge2026-11-20", ("newer",)),
        ("gt2026-11-20", ()),
        ("gt2026-11-15", ("newer",)),
        ("gt2026-11-14", ("newer", "older")),
        ("lt2026-11-13", ("older",)),
        ("lt2026-11-14", ("newer", "older")),
        ("le2026-11-08", ("older",)),
        ("le2026-11-13", ("newer", "older")),
        ("le2026-11-07", ()),
        ("sa2026-11-12", ("newer",)),
        ("sa2026-11-07", ("newer", "older")),
        ("eb2026-11-16", ("older",)),
        ("eb2026-11-20", ("older",)),
        ("ge2026-11-16&date=lt2026-11-30", ("newer",)),
        ("sa2026-11-12,eb2026-11-16", ("newer", "older")),
    ],
)
async def test_a_date_is_compared_with_the_recall_window(world: World, date: str, finds: tuple[str, ...]) -> None:
    for named in (f"patient={world.patient}&", ""):
        found = await world.found(f"{named}date={date}")
        responses = dict.fromkeys(one["derivedFrom"][0]["reference"].partition("/")[2] for one in found)
        expected = [getattr(world, name) for name in finds]
        assert [one for one in responses if one != world.others] == expected


async def test_a_number_finds_the_scores_that_have_it(world: World) -> None:
    scored = [one for one in await world.of_patient() if "valueQuantity" in one]
    chosen = next(one for one in scored if one["valueQuantity"]["value"] > 1)
    value, unit = chosen["valueQuantity"]["value"], chosen["valueQuantity"]
    about = f"patient={world.patient}&value-quantity="

    def having(condition: Any) -> list[str]:
        return [one["id"] for one in scored if condition(Decimal(one["valueQuantity"]["value"]))]

    for asked, expected in (
        (f"{value}", having(lambda v: v == value)),
        (f"ne{value}", having(lambda v: v != value)),
        (f"gt{value}", having(lambda v: v > value)),
        (f"ge{value}", having(lambda v: v >= value)),
        (f"lt{value}", having(lambda v: v < value)),
        (f"le{value}", having(lambda v: v <= value)),
        (f"sa{value}", having(lambda v: v > value)),
        (f"eb{value}", having(lambda v: v < value)),
        (f"lt0,ge{value}", having(lambda v: v >= value)),
    ):
        assert [one["id"] for one in await world.found(about + asked)] == expected, asked
    same = [one["id"] for one in await world.found(f"{about}{value}|{unit['system']}|{unit['code']}")]
    assert chosen["id"] in same
    assert chosen["id"] in [one["id"] for one in await world.found(f"{about}{value}||{unit['unit']}")]
    for other in (f"{value}|http://other.example|{unit['code']}", f"{value}|{unit['system']}|mg", f"{value}||mg"):
        assert await world.found(about + other) == []
    assert set(having(lambda v: v == value)) <= {
        one["id"] for one in await world.found(f"{about}{value}&value-quantity=gt0")
    }


async def test_a_response_or_a_visit_finds_what_came_of_it(world: World) -> None:
    of_older = await world.all_of(world.older)
    for asked in (
        f"derived-from=QuestionnaireResponse/{world.older}",
        f"derived-from={world.older}&patient={world.patient}",
        f"encounter=Encounter/{world.visit}",
        f"encounter={world.visit}&derived-from={world.older},{world.newer}",
    ):
        assert await world.found(asked) == of_older, asked
    assert await world.found(f"derived-from={world.newer}&encounter={world.visit}") == []
    some = [of_older[0], of_older[-1]]
    assert await world.found(f"_id={some[0]['id']},{some[1]['id']},{world.older}.9999,x") == some
    assert await world.found(f"_id={some[0]['id']}&derived-from={world.newer}") == []


async def test_a_status_finds_what_was_corrected_and_what_was_withdrawn(world: World) -> None:
    before = await world.all_of(world.newer)
    answer = await world.service.client.put(
        f"/v1/responses/{world.newer}",
        json={"answers": CALM | {"pain-frequency": "4"}, "reason": "a slip"},
        headers={**world.service.as_(Role.NURSE), "If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text
    corrected = await world.all_of(world.newer)
    assert {one["id"] for one in before} <= {one["id"] for one in corrected}
    by_status = {
        status: await world.found(f"patient={world.patient}&status={status}")
        for status in (
            "final",
            "amended",
            "entered-in-error",
            "http://hl7.org/fhir/observation-status|final",
            "registered",
        )
    }
    assert by_status["final"] == by_status["http://hl7.org/fhir/observation-status|final"]
    assert by_status["final"] == await world.all_of(world.older)
    assert by_status["amended"] == [one for one in corrected if one["status"] == "amended"] != []
    assert by_status["entered-in-error"] == [one for one in corrected if one["status"] == "entered-in-error"]
    assert by_status["registered"] == []


async def test_responses_and_patients_are_included_once(world: World) -> None:
    asked = f"{WHERE}?patient={world.patient}&_count=200&_include=Observation:derived-from&_include=Observation:patient"
    page = resource(await get(world.service, asked))
    included = [entry["resource"] for entry in page["entry"] if entry["search"]["mode"] == "include"]
    assert [one["id"] for one in included] == [world.newer, world.older, world.patient]
    assert included[0] == resource(await get(world.service, f"/fhir/QuestionnaireResponse/{world.newer}"))
    refused = await world.service.client.get(asked, headers=world.service.as_(Role.NURSE, scope="user/Observation.s"))
    outcome(refused, 403, "not-permitted")


async def test_counts(world: World) -> None:
    total = len(await world.of_patient())
    for asked in (f"patient={world.patient}&_summary=count", f"patient={world.patient}&_count=0"):
        page = resource(await get(world.service, f"{WHERE}?{asked}"))
        assert (page["total"], "entry" in page) == (total, False)
    first = resource(await get(world.service, f"{WHERE}?patient={world.patient}&_total=accurate&_count=3"))
    assert (first["total"], len(first["entry"])) == (total, 3)
    second = resource(await get(world.service, links(first)["next"]))
    assert second["total"] == total


async def test_a_summary_has_the_summary_elements(world: World) -> None:
    (first, *_) = await world.all_of(world.newer)
    fields = type(typed_reading(first)).model_fields.items()
    marked = {name for name, field in fields if (field.json_schema_extra or {}).get("summary_element_property")}
    assert OFFER.summary <= marked
    for whole in await world.all_of(world.newer):
        assert set(whole) & marked - {"id", "meta"} <= OFFER.summary
    (found,) = await world.found(f"_id={first['id']}&_elements=issued")
    assert set(found) == {"resourceType", "id", "meta", "status", "code", "issued"}


@pytest.mark.parametrize("query", ["code=pain", "value-quantity=gt3", "_sort=date", "_sort=-date&status=final"])
async def test_what_would_read_too_much_is_refused(service: Service, query: str) -> None:
    found = outcome(await get(service, f"{WHERE}?{query}"), 400, "search-too-costly")
    assert found["issue"][0]["expression"] == [f"http.{query.partition('=')[0]}"]
    assert "patient" in found["issue"][0]["details"]["text"]


async def test_another_centres_observations_are_not_there(world: World) -> None:
    elsewhere = await world.service.with_new_centre()
    for asked in (f"patient={world.patient}", f"derived-from={world.newer}", f"encounter={world.visit}", ""):
        assert matches(resource(await get(elsewhere, f"{WHERE}?{asked}"))) == []
    for role in (Role.PATIENT, Role.ADMIN):
        refused = await get(
            world.service, f"{WHERE}?patient={world.patient}", role, world.patient if role is Role.PATIENT else None
        )
        outcome(refused, 403, "not-permitted")


async def test_a_centre_that_only_records_has_no_observations(service: Service) -> None:
    recording = await service.with_new_centre(Mode.RECORD)
    patient = await recording.register()
    response = (await recording.submit(patient, PAIN)).json()["id"]
    for asked in ("", f"patient={patient}", f"derived-from={response}"):
        page = resource(await get(recording, f"{WHERE}?{asked}"))
        assert ("entry" in page, set(links(page))) == (False, {"self"})
    outcome(await get(recording, f"{WHERE}/{response}.1"), 404, "not-found")
    assert matches(resource(await get(recording, f"{WHERE}?patient={new_id()}"))) == []
