"""Searching responses: every parameter finds what it says, and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import pytest

from app.fhir.questionnaire_response import OFFER
from app.security.caller import Role
from app.store.ids import new_id
from tests.export.readers import typed_reading
from tests.fhir.client import PAIN, SECRET, get, links, outcome, pages, resource
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio

WHERE = "/fhir/QuestionnaireResponse"
CANONICAL = "https://vigie.example/fhir/Questionnaire/pre-consultation"
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """A patient with a visit and three responses: their own, a corrected one that a nurse recorded, and one of the
    visit that a system sent; another patient with one.
    """

    service: Service
    patient: str
    visit: str
    own: str
    nurses: str
    systems: str
    others: str

    async def found(self, query: str, **as_: Any) -> list[str]:
        """The names of what a search finds, in its order."""
        names = {getattr(self, name): name for name in ("own", "nurses", "systems", "others")}
        page = resource(await get(self.service, f"{WHERE}?{query}", **as_))
        return [names[entry["resource"]["id"]] for entry in matches(page)]


def matches(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in page.get("entry", ()) if entry["search"]["mode"] == "match"]


@pytest.fixture
async def world(service: Service) -> World:
    patient, other = await service.register(), await service.register()
    visit = await service.plan(patient, NOON + days(1))

    async def store(who: str, at: datetime, role: Role, **fields: Any) -> str:
        headers = service.as_(role, who if role is Role.PATIENT else None, sub=f"a-{role.value}")
        answer = await service.submit(who, PAIN, authored=at, headers=headers, **fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    service.clock.shown = NOON
    own = await store(patient, NOON - days(2), Role.PATIENT)
    nurses = await store(patient, NOON - days(1), Role.NURSE, answered_by="related-person")
    systems = await store(patient, NOON, Role.SYSTEM, consultation_id=visit)
    others = await store(other, NOON - days(1), Role.PATIENT)
    corrected = await service.client.put(
        f"/v1/responses/{nurses}",
        json={"answers": CALM, "reason": "a slip"},
        headers={**service.as_(Role.NURSE, sub="a-nurse"), "If-Match": '"1"'},
    )
    assert corrected.status_code == 200, corrected.text
    return World(service, patient, visit, own, nurses, systems, others)


EVERYTHING = ["own", "nurses", "systems", "others"]
IN_STORED_ORDER = ["own", "systems", "others", "nurses"]
"""A correction is stored anew."""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("patient={patient}", ["systems", "nurses", "own"]),
        ("patient=Patient/{patient}", ["systems", "nurses", "own"]),
        ("patient=http://testserver/fhir/Patient/{patient}", ["systems", "nurses", "own"]),
        ("subject=Patient/{patient}", ["systems", "nurses", "own"]),
        ("subject:Patient={patient}&patient={patient}", ["systems", "nurses", "own"]),
        ("patient={patient}&_sort=authored", ["own", "nurses", "systems"]),
        ("patient={patient}&_sort=-authored", ["systems", "nurses", "own"]),
        ("patient={patient}&_sort=_lastUpdated", ["own", "systems", "nurses"]),
        ("patient={patient}&_sort=-_lastUpdated", ["nurses", "systems", "own"]),
        ("_sort=-_lastUpdated", [*reversed(IN_STORED_ORDER)]),
        ("", IN_STORED_ORDER),
        (f"questionnaire={CANONICAL}", IN_STORED_ORDER),
        (f"questionnaire={CANONICAL}|1.0.0&patient={{patient}}", ["systems", "nurses", "own"]),
        (f"questionnaire={CANONICAL}|9.9.9", []),
        (f"questionnaire=https://other.example/Q,{CANONICAL}|1.0.0", IN_STORED_ORDER),
        (f"questionnaire={CANONICAL}&questionnaire=https://other.example/Q", []),
        ("status=completed", ["own", "systems", "others"]),
        ("status=amended", ["nurses"]),
        ("status=http://hl7.org/fhir/questionnaire-answers-status|amended", ["nurses"]),
        ("status=http://other.example|amended", []),
        ("status=amended,completed&status=amended", ["nurses"]),
        ("status=in-progress", []),
        ("authored=2026-11-09", ["others", "nurses"]),
        ("authored=ne2026-11-09", ["own", "systems"]),
        ("authored=2026-11-09,2026-11-10", ["systems", "others", "nurses"]),
        ("authored=ge2026-11-09&authored=lt2026-11-10", ["others", "nurses"]),
        ("authored=gt2026-11-09", ["systems"]),
        ("authored=sa2026-11-09", ["systems"]),
        ("authored=le2026-11-08", ["own"]),
        ("authored=eb2026-11-09", ["own"]),
        ("authored=lt2026-11-08T12:00:00Z", []),
        ("authored=le2026-11-08T12:00:00Z", ["own"]),
        ("authored=ge2026-11-10T12:00:00.000001Z", []),
        ("authored=2026-11-10T13:00%2B01:00", ["systems"]),
        ("authored=2026", IN_STORED_ORDER),
        ("authored=2026-11&patient={patient}&_sort=authored", ["own", "nurses", "systems"]),
        ("source=Patient/{patient}", ["systems", "own"]),
        ("source={patient}&status=completed", ["systems", "own"]),
        ("author=Patient/{patient}", ["own"]),
        ("author:Patient={patient}", ["own"]),
        ("author={patient}", ["own"]),
        ("encounter=Encounter/{visit}", ["systems"]),
        ("encounter={visit}&patient={patient}", ["systems"]),
        ("encounter=Encounter/01a20000-0000-7000-8000-000000000000", []),
        ("_id={nurses}", ["nurses"]),
        ("_id={nurses},{own},no-uuid", ["nurses", "own"]),
        ("_id={nurses}&patient={patient}", ["nurses"]),
        ("_id={others}&patient={patient}", []),
        ("_lastUpdated=gt2020", IN_STORED_ORDER),
        ("_lastUpdated=lt2020", []),
        ("_lastUpdated=gt2020&patient={patient}", ["own", "systems", "nurses"]),
        ("identifier=urn:x|nobody", []),
    ],
)
async def test_a_search_finds_what_it_says(world: World, query: str, expected: list[str]) -> None:
    asked = query.format(**{name: getattr(world, name) for name in ("patient", "visit", *EVERYTHING)})
    assert await world.found(asked) == expected


async def test_who_recorded_a_response_finds_it(world: World) -> None:
    for name, type_ in (("nurses", "Practitioner"), ("systems", "Device")):
        read = resource(await get(world.service, f"{WHERE}/{getattr(world, name)}"))
        reference = read["author"]["reference"]
        assert reference.startswith(f"{type_}/")
        identity = reference.partition("/")[2]
        for asked in (reference, identity, f"Patient/{world.others},{reference}"):
            assert await world.found(f"author={asked}") == [name]
        other = "Device" if type_ == "Practitioner" else "Practitioner"
        assert await world.found(f"author={other}/{identity}") == []


async def test_what_another_system_knows_a_response_by_finds_it(world: World) -> None:
    service = world.service
    read = resource(await get(service, f"{WHERE}/{world.own}"))
    sent = {name: value for name, value in read.items() if name not in ("id", "meta", "author", "extension")}
    sent["identifier"] = {"system": "urn:ehr:forms", "value": "form-17"}
    created = await service.client.post(
        WHERE, json=sent, headers={**service.as_(Role.SYSTEM), "Content-Type": "application/fhir+json"}
    )
    stored = resource(created, 201)
    for asked, is_found in (
        ("form-17", True),
        ("urn:ehr:forms|form-17", True),
        ("|form-17", False),
        ("urn:other|form-17", False),
        ("urn:other|form-17,form-17", True),
    ):
        page = resource(await get(service, f"{WHERE}?identifier={asked}"))
        assert [entry["resource"]["id"] for entry in matches(page)] == ([stored["id"]] if is_found else []), asked
    outcome(await get(service, f"{WHERE}?identifier=urn:ehr:forms|"), 400, "search-invalid")


async def test_what_was_stored_last_is_found_by_its_time(world: World) -> None:
    page = resource(await get(world.service, f"{WHERE}?_sort=_lastUpdated"))
    times = [entry["resource"]["meta"]["lastUpdated"] for entry in matches(page)]
    assert times == sorted(times)
    assert await world.found(f"_lastUpdated={times[1]}") == [IN_STORED_ORDER[1]]
    assert await world.found(f"_lastUpdated=ge{times[1]}") == IN_STORED_ORDER[1:]
    assert await world.found(f"_lastUpdated=gt{times[1]}") == IN_STORED_ORDER[2:]
    assert await world.found(f"_lastUpdated=lt{times[1]},gt{times[2]}") == [IN_STORED_ORDER[0], IN_STORED_ORDER[3]]


@pytest.mark.parametrize("query", ["patient={patient}", "", "_lastUpdated=gt2020", "_sort=-_lastUpdated"])
async def test_pages_give_everything_once(world: World, query: str) -> None:
    asked = query.format(patient=world.patient)
    whole = await world.found(asked)
    found = await pages(world.service, f"{WHERE}?{asked}&_count=1")
    names = {getattr(world, name): name for name in EVERYTHING}
    assert [names[entry["resource"]["id"]] for page in found for entry in matches(page)] == whole
    assert all(len(matches(page)) == 1 for page in found)
    assert len({page["meta"]["lastUpdated"] for page in found}) == 1


async def test_a_posted_search_finds_the_same(world: World) -> None:
    answer = await world.service.client.post(
        f"{WHERE}/_search?status=completed",
        content=urlencode({"patient": world.patient, "_count": "1"}),
        headers={**world.service.as_(Role.CLINICIAN), "Content-Type": "application/x-www-form-urlencoded"},
    )
    page = resource(answer)
    assert [entry["resource"]["id"] for entry in matches(page)] == [world.systems]
    following = resource(await get(world.service, links(page)["next"]))
    assert [entry["resource"]["id"] for entry in matches(following)] == [world.own]


async def test_counts(world: World) -> None:
    for query, total in (("", 4), (f"patient={world.patient}", 3), (f"_id={world.own},{new_id()}", 1), ("_id=none", 0)):
        for asked in ("_summary=count", "_count=0"):
            page = resource(await get(world.service, f"{WHERE}?{query}&{asked}"))
            assert (page["total"], "entry" in page, set(links(page))) == (total, False, {"self"})
        for kind in ("accurate", "estimate"):
            page = resource(await get(world.service, f"{WHERE}?{query}&_total={kind}&_count=1"))
            assert (page["total"], len(matches(page))) == (total, min(total, 1))
    assert "total" not in resource(await get(world.service, f"{WHERE}?patient={world.patient}&_total=none"))


async def test_what_is_included_stands_beside_the_matches_once(world: World) -> None:
    includes = "&".join(f"_include={name}" for name in OFFER.includes)
    page = resource(await get(world.service, f"{WHERE}?patient={world.patient}&{includes}"))
    included = [entry["resource"] for entry in page["entry"] if entry["search"]["mode"] == "include"]
    assert sorted(one["resourceType"] for one in included) == ["Patient", "Questionnaire"]
    assert {one["id"] for one in included} == {world.patient, "pre-consultation-1.0.0"}
    assert len(matches(page)) == 3
    refused = await world.service.client.get(
        f"{WHERE}?patient={world.patient}&_include=QuestionnaireResponse:patient",
        headers=world.service.as_(Role.CLINICIAN, scope="user/QuestionnaireResponse.s"),
    )
    outcome(refused, 403, "not-permitted")


async def test_a_summary_has_the_summary_elements(world: World) -> None:
    """Those that R4 marks, and always what is mandatory; and it says that it is not the whole."""
    whole = resource(await get(world.service, f"{WHERE}/{world.systems}"))
    fields = type(typed_reading(whole)).model_fields.items()
    marked = {name for name, field in fields if (field.json_schema_extra or {}).get("summary_element_property")}
    assert OFFER.summary <= marked
    assert set(whole) & marked - {"id", "meta"} <= OFFER.summary
    for asked, extra in (
        ("_summary=true", OFFER.summary),
        ("_summary=text", set()),
        ("_elements=source,questionnaire", {"source", "questionnaire"}),
    ):
        (entry,) = matches(resource(await get(world.service, f"{WHERE}?_id={world.systems}&{asked}")))
        found = entry["resource"]
        assert set(found) == {"resourceType", "id", "meta", "status"} | (extra & set(whole)), asked
        assert found["meta"]["tag"][-1]["code"] == "SUBSETTED"
    (entry,) = matches(resource(await get(world.service, f"{WHERE}?_id={world.systems}&_summary=data")))
    assert set(entry["resource"]) == set(whole) - {"text"}


async def test_an_unknown_patient_finds_nothing_and_is_said_so(world: World) -> None:
    """R4 Search, 3.1.1.3: a logical condition that nothing fulfils gives an empty set."""
    elsewhere = await world.service.with_new_centre()
    said = []
    for service, patient in ((world.service, str(new_id())), (elsewhere, world.patient)):
        page = resource(await get(service, f"{WHERE}?patient={patient}"))
        (entry,) = page["entry"]
        assert entry["search"]["mode"] == "outcome"
        said.append(entry["resource"])
    assert said[0] == said[1]
    assert said[0]["issue"][0]["severity"] == "warning"
    known = await world.service.register()
    assert "entry" not in resource(await get(world.service, f"{WHERE}?patient={known}"))


async def test_a_patient_finds_their_own_and_those_they_act_for(world: World) -> None:
    service = world.service
    assert await world.found("", role=Role.PATIENT, patient=world.patient) == ["own", "systems", "nurses"]
    assert await world.found("_sort=authored", role=Role.PATIENT, patient=world.patient) == ["own", "nurses", "systems"]
    assert await world.found(f"_id={world.others}", role=Role.PATIENT, patient=world.patient) == []
    other = resource(await get(service, f"{WHERE}/{world.others}"))["subject"]["reference"].partition("/")[2]
    answer = await service.client.get(WHERE, headers=service.as_(Role.PATIENT, other, acts_for=(world.patient,)))
    assert len(matches(resource(answer))) == 4
    refused = await get(service, f"{WHERE}?patient={other}", Role.PATIENT, world.patient)
    outcome(refused, 404, "not-found")


@pytest.mark.parametrize("query", ["_sort=authored", "_sort=-authored&status=completed", "patient={0},{1}"])
async def test_what_would_read_too_much_is_refused(service: Service, query: str) -> None:
    asked = query.format(new_id(), new_id())
    found = outcome(await get(service, f"{WHERE}?{asked}"), 400, "search-too-costly")
    assert found["issue"][0]["expression"] == [f"http.{asked.partition('=')[0]}"]
    assert "patient" in found["issue"][0]["details"]["text"]


@pytest.mark.parametrize(
    "query",
    [
        "patient=Practitioner/1",
        f"patient=%00{SECRET}",
        f"patient={UUID(int=0)}&_count={SECRET}",
        f"patient={UUID(int=0)}&_cursor={SECRET}",
        f"authored={SECRET}",
        "authored=ap2026",
        f"_sort={SECRET}",
        f"_include={SECRET}",
        f"status:not={SECRET}",
        f"source=Device/{SECRET}",
    ],
)
async def test_a_search_that_cannot_be_understood_says_where_and_repeats_nothing(service: Service, query: str) -> None:
    found = outcome(await get(service, f"{WHERE}?{query}"), 400, "search-invalid")
    assert all(issue["expression"] for issue in found["issue"])


async def test_links_repeat_only_the_parameters_that_were_understood(world: World) -> None:
    asked = f"{WHERE}?patient={world.patient}&_count=1&unheard-of={SECRET}"
    answer = await get(world.service, asked)
    said = links(resource(answer))
    assert SECRET not in answer.text
    assert set(parse_qs(urlsplit(said["self"]).query)) == {"patient", "_count"}
    assert set(parse_qs(urlsplit(said["next"]).query)) == {"patient", "_count", "_cursor"}
    outcome(await get(world.service, asked, Prefer="handling=strict"), 400, "search-parameter-unknown")


async def test_a_cursor_is_good_for_its_own_search_only(world: World) -> None:
    following = links(resource(await get(world.service, f"{WHERE}?_count=1")))["next"]
    cursor = parse_qs(urlsplit(following).query)["_cursor"][0]
    for asked in (f"_count=2&_cursor={cursor}", f"_count=1&status=completed&_cursor={cursor}"):
        outcome(await get(world.service, f"{WHERE}?{asked}"), 400, "search-invalid")
    elsewhere = await world.service.with_new_centre()
    outcome(await get(elsewhere, following), 400, "search-invalid")
