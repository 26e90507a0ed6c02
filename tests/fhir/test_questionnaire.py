"""`/fhir/Questionnaire`: read, vread and search, in the reader's language, with what each centre has words for."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.fhir.questionnaire_search import _plain
from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from tests.fhir.catalogue_of_versions import ACTIVE, DRAFT, PANEL, RETIRED, WITHOUT_WORDS, catalogue_of_versions
from tests.fhir.client import SECRET, get, links, outcome, pages, resource
from tests.support.licensed import TITLE, load_words
from tests.support.service import Service, running_service

pytestmark = pytest.mark.anyio

BASE = "https://vigie.example"
SERVICE_BASE = "https://pro.hospital.example/fhir"
SHIPPED = {RETIRED, ACTIVE, DRAFT}
LOINC = "http://loinc.org"


@pytest.fixture(scope="module")
async def started(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    root = catalogue_of_versions(tmp_path_factory.mktemp("versions"))
    settings: dict[str, Any] = {"instruments_dir": root, "canonical_base": BASE, "service_base": SERVICE_BASE}
    async with running_service(postgres.service_url, postgres.owner_url, **settings) as service:
        yield service


@pytest.fixture
async def centre(started: Service) -> Service:
    return await started.with_new_centre()


@pytest.fixture
async def licensed(started: Service) -> Service:
    service = await started.with_new_centre()
    await load_words(service.owner_url, service.settings, service.centre_id)
    return service


def plain(answer: httpx.Response) -> dict[str, Any]:
    """The resource, without its readers, who take seconds for each: `tests/export` shows all of them to be valid."""
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def found(service: Service, query: str, **how: Any) -> set[str]:
    asked = f"/fhir/Questionnaire?{query}&_summary=true"
    bundle = resource(await get(service, asked, prefer="handling=strict", **how))
    return {entry["resource"]["id"] for entry in bundle.get("entry", ())}


# --- read and vread -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wanted", "language"), [("fr", "fr"), ("ar;q=0.9, en;q=0.5", "ar"), ("de", "en")])
async def test_it_speaks_the_readers_language_and_carries_the_others(
    centre: Service, wanted: str, language: str
) -> None:
    answer = await get(centre, f"/fhir/Questionnaire/{ACTIVE}", languages=wanted)
    read = resource(answer) if language == "fr" else plain(answer)
    assert read["language"] == language
    assert answer.headers["Vary"] == "Accept-Language"
    assert answer.headers["ETag"] == f'W/"{read["meta"]["versionId"]}"'
    assert answer.headers["Last-Modified"]
    translated = {
        part["valueCode"]
        for extension in read["_title"]["extension"]
        for part in extension["extension"]
        if part["url"] == "lang"
    }
    assert translated == {"fr", "en", "ar"} - {language}


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
async def test_a_version_that_was_read_is_read_again_in_its_language(centre: Service, language: str) -> None:
    read = plain(await get(centre, f"/fhir/Questionnaire/{ACTIVE}", languages=language))
    again = await get(centre, f"/fhir/Questionnaire/{ACTIVE}/_history/{read['meta']['versionId']}", languages="de")
    assert plain(again) == read


@pytest.mark.parametrize("version", ["1", "0" * 32, "2.0.0"])
async def test_a_version_that_is_not_the_current_one_is_not_kept(centre: Service, version: str) -> None:
    outcome(await get(centre, f"/fhir/Questionnaire/{ACTIVE}/_history/{version}"), 404, "not-found")
    outcome(await get(centre, f"/fhir/Questionnaire/never-was-1.0/_history/{version}"), 404, "not-found")


async def test_what_the_client_has_already_is_not_sent_again(centre: Service) -> None:
    first = await get(centre, f"/fhir/Questionnaire/{ACTIVE}")
    known = await get(centre, f"/fhir/Questionnaire/{ACTIVE}", if_none_match=first.headers["ETag"])
    assert (known.status_code, known.content) == (304, b"")
    other_language = await get(
        centre, f"/fhir/Questionnaire/{ACTIVE}", languages="ar", if_none_match=first.headers["ETag"]
    )
    assert other_language.status_code == 200


@pytest.mark.parametrize(("resource_id", "status"), [(RETIRED, "retired"), (ACTIVE, "active"), (DRAFT, "draft")])
async def test_every_version_is_served_with_its_status(centre: Service, resource_id: str, status: str) -> None:
    read = plain(await get(centre, f"/fhir/Questionnaire/{resource_id}"))
    assert read["status"] == status
    assert (read.get("effectivePeriod") is not None) == (status == "retired")


async def test_the_server_is_named_as_the_one_that_knows_its_code_systems(centre: Service) -> None:
    read = plain(await get(centre, f"/fhir/Questionnaire/{ACTIVE}"))
    assert [e["valueUrl"] for e in read["extension"] if e["url"].endswith("preferredTerminologyServer")] == [
        SERVICE_BASE
    ]


async def test_an_answer_that_is_an_observation_of_its_own_is_marked(centre: Service) -> None:
    read = plain(await get(centre, f"/fhir/Questionnaire/{ACTIVE}"))
    assert "can-wait" in _extracted(read)
    assert "pain-severity" not in _extracted(read), "the composite's Observation says it as a component"
    assert "topics-own-words" not in _extracted(read)


def _extracted(inside: dict[str, Any]) -> set[str]:
    here = {
        entry["linkId"]
        for entry in inside.get("item", ())
        if any(e["url"].endswith("observationExtract") for e in entry.get("extension", ()))
    }
    return here.union(*(_extracted(entry) for entry in inside.get("item", ())))


# --- search -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", SHIPPED),
        (f"url={BASE}/Questionnaire/pre-consultation", {RETIRED, ACTIVE}),
        (f"url={BASE}/Questionnaire/pre-consultation&version=2.0.0", {ACTIVE}),
        (f"url={BASE}/Questionnaire/pre-consultation,{BASE}/Questionnaire/oral-therapy-weekly", SHIPPED),
        (f"url={BASE}/Questionnaire", set()),
        ("version=1.0.0", {RETIRED, DRAFT}),
        ("version=|1.0.0", {RETIRED, DRAFT}),
        ("version=1", set()),
        ("status=active", {ACTIVE}),
        ("status=http://hl7.org/fhir/publication-status|retired,draft", {RETIRED, DRAFT}),
        ("status=http://hl7.org/fhir/publication-status|", SHIPPED),
        ("status=urn:other|active", set()),
        ("status=active&status=draft", set()),
        ("title=avant%20VOTRE", {RETIRED}),
        ("title=votre", {DRAFT}),
        ("title=consultation", set()),
        ("title=قبل", {RETIRED}),
        (f"code={BASE}/CodeSystem/pre-consultation.items|pain-severity", {RETIRED, ACTIVE}),
        ("code=doses-missed", {DRAFT}),
        (f"code={BASE}/CodeSystem/oral-therapy-weekly.items|", {DRAFT}),
        (f"code={LOINC}|{PANEL}", set()),
        (f"identifier={BASE}/NamingSystem/instruments|oral-therapy-weekly", {DRAFT}),
        ("identifier=pre-consultation", {RETIRED, ACTIVE}),
        ("identifier=urn:other|pre-consultation", set()),
        (f"_id={ACTIVE},{DRAFT},never-was", {ACTIVE, DRAFT}),
        (f"_id={ACTIVE}&status=draft", set()),
    ],
)
async def test_a_search_finds_what_its_criteria_say(centre: Service, query: str, expected: set[str]) -> None:
    assert await found(centre, query) == expected


@pytest.mark.parametrize("accented", ["Québec", "québec", "QUEBEC"])
def test_titles_are_compared_without_case_and_accents(accented: str) -> None:
    assert _plain(accented) == "quebec"


async def test_what_was_published_since_is_found_by_its_time(licensed: Service) -> None:
    loaded = plain(await get(licensed, f"/fhir/Questionnaire/{WITHOUT_WORDS}"))["meta"]["lastUpdated"]
    assert await found(licensed, f"_lastUpdated={loaded}") == {WITHOUT_WORDS}
    assert await found(licensed, f"_lastUpdated=ne{loaded}") == SHIPPED
    assert await found(licensed, f"_id={RETIRED},{DRAFT}&_lastUpdated=2026-11-30") == {RETIRED}, "its retirement"
    assert await found(licensed, f"_id={RETIRED},{DRAFT}&_lastUpdated=lt2026-11-30") == {DRAFT}


async def test_one_criterion_too_many_for_the_server_is_named(centre: Service) -> None:
    refused = await get(centre, f"/fhir/Questionnaire?publisher={SECRET}", prefer="handling=strict")
    outcome(refused, 400, "search-parameter-unknown")
    assert await found(centre, "status=active") == {ACTIVE}


async def test_pages_give_each_once_in_a_fixed_order(centre: Service) -> None:
    parts = await pages(centre, "/fhir/Questionnaire?_count=1&_total=accurate&_summary=true")
    ids = [entry["resource"]["id"] for part in parts for entry in part["entry"]]
    assert ids == sorted(SHIPPED)
    assert [part["total"] for part in parts] == [3, 3, 3]
    assert "next" not in links(parts[-1])


async def test_a_search_speaks_the_readers_language(centre: Service) -> None:
    answer = await get(centre, f"/fhir/Questionnaire?_id={ACTIVE}", languages="ar")
    (entry,) = plain(answer)["entry"]
    assert answer.headers["Vary"] == "Accept-Language"
    assert entry["resource"] == plain(await get(centre, f"/fhir/Questionnaire/{ACTIVE}", languages="ar"))


async def test_a_summary_lacks_the_questions_and_says_so(centre: Service) -> None:
    (entry,) = resource(await get(centre, f"/fhir/Questionnaire?_id={ACTIVE}&_summary=true"))["entry"]
    summary = entry["resource"]
    assert "item" not in summary
    assert {"url", "version", "status", "title", "identifier", "date"} <= set(summary)
    assert summary["meta"]["tag"][0]["code"] == "SUBSETTED"
    (entry,) = resource(await get(centre, f"/fhir/Questionnaire?_id={ACTIVE}&_elements=title"))["entry"]
    assert set(entry["resource"]) == {"resourceType", "id", "meta", "status", "title", "_title"}


async def test_a_search_may_be_posted(centre: Service) -> None:
    headers = {**centre.as_(Role.SYSTEM), "Content-Type": "application/x-www-form-urlencoded"}
    answer = await centre.client.post("/fhir/Questionnaire/_search", content=b"status=draft", headers=headers)
    assert [entry["resource"]["id"] for entry in plain(answer)["entry"]] == [DRAFT]


# --- who, and whose words -----------------------------------------------------------------------------------------


async def test_a_questionnaire_without_words_is_refused_by_name_and_found_by_no_search(centre: Service) -> None:
    outcome(await get(centre, f"/fhir/Questionnaire/{WITHOUT_WORDS}"), 403, "licence-restricted")
    outcome(await get(centre, f"/fhir/Questionnaire/{WITHOUT_WORDS}/_history/1"), 403, "licence-restricted")
    assert await found(centre, f"_id={WITHOUT_WORDS}") == set()
    assert await found(centre, f"questionnaire-code={LOINC}|{PANEL}") == set()


async def test_a_centre_with_words_finds_it_and_another_does_not(licensed: Service, started: Service) -> None:
    assert await found(licensed, f"questionnaire-code={LOINC}|{PANEL}") == {WITHOUT_WORDS}
    assert await found(licensed, f"title={TITLE[:9]}") == {WITHOUT_WORDS}
    read = resource(await get(licensed, f"/fhir/Questionnaire/{WITHOUT_WORDS}", languages="en"))
    assert (read["title"], read["code"]) == (TITLE, [{"system": LOINC, "code": PANEL}])
    elsewhere = await started.with_new_centre()
    assert await found(elsewhere, "") == SHIPPED


@pytest.mark.parametrize("role", Role)
async def test_everybody_may_read_and_search(centre: Service, role: Role) -> None:
    patient = await centre.register() if role is Role.PATIENT else None
    plain(await get(centre, f"/fhir/Questionnaire/{ACTIVE}", role, patient))
    assert await found(centre, "status=active", role=role, patient=patient) == {ACTIVE}


@pytest.mark.parametrize(("scope", "where"), [("s", f"/{ACTIVE}"), ("r", "?status=active")])
async def test_reading_and_searching_are_granted_apart(licensed: Service, scope: str, where: str) -> None:
    headers = licensed.as_(Role.SYSTEM, scope=f"system/Questionnaire.{scope}")
    outcome(await licensed.client.get(f"/fhir/Questionnaire{where}", headers=headers), 403, "not-permitted")
    allowed = "?status=active" if scope == "s" else f"/{ACTIVE}"
    plain(await licensed.client.get(f"/fhir/Questionnaire{allowed}", headers=headers))
