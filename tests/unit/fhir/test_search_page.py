"""A page of a search: its links, and the elements that the client asked for."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.fhir.search.page import FoundPage, answer_search
from app.fhir.search.query import read_query
from fhir_export.operation_outcome import OutcomeIssue
from tests.unit.fhir.asked import BASE, OFFER, Parameters, request

pytestmark = pytest.mark.anyio

SECRET = "Colette-0612345678"
ONE = {
    "resourceType": "Observation",
    "id": "1",
    "meta": {"versionId": "1", "tag": [{"system": "urn:mode", "code": "alert"}]},
    "text": {"status": "generated"},
    "status": "final",
    "_status": {"id": "a"},
    "code": {"text": "Pain"},
    "valueString": "3",
}
PATIENT = {"resourceType": "Patient", "id": "9"}
MARK = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}


async def page(sent: Parameters = (), posted: Parameters | None = None, **found: Any) -> dict[str, Any]:
    asked = request(sent, posted, **found.pop("headers", {}))
    answered = answer_search(asked, OFFER, await read_query(asked, OFFER), FoundPage(**({"matches": [ONE]} | found)))
    said: dict[str, Any] = json.loads(bytes(answered.body))
    return said


def links(bundle: dict[str, Any]) -> dict[str, str]:
    return {link["relation"]: link["url"] for link in bundle["link"]}


async def test_a_page_names_itself_and_the_next_one() -> None:
    found = await page([("code", "urn:s|a,b"), ("colour", "red"), ("_count", "1")], cursor="after-1")
    self_, next_ = links(found)["self"], links(found)["next"]
    assert self_ == f"{BASE}/Observation?code=urn:s|a,b&_count=1"
    assert next_ == f"{self_}&_cursor=after-1"
    assert set(links(await page())) == {"self"}
    assert links(await page())["self"] == f"{BASE}/Observation"


async def test_a_link_can_be_followed_whatever_was_asked() -> None:
    sent = [("title", r"é & ü=1\,2 + #3"), ("code", "a%2Cb"), ("date", "ge2026-03-02T09:00:00+01:00")]
    for url in links(await page(sent, cursor="x")).values():
        again = parse_qsl(urlsplit(url).query)
        assert [pair for pair in again if pair[0] != "_cursor"] == sent


async def test_the_address_of_the_server_is_the_operators_word() -> None:
    found = await page(headers={"service_base": "https://vigie.hospital.example/fhir/"})
    assert links(found)["self"] == "https://vigie.hospital.example/fhir/Observation"
    assert found["entry"][0]["fullUrl"] == "https://vigie.hospital.example/fhir/Observation/1"


async def test_posted_identifiers_stand_in_no_link() -> None:
    found = await page((), [("identifier", SECRET), ("code", "a")], cursor="sealed")
    assert SECRET not in json.dumps(found)
    assert links(found)["next"] == f"{BASE}/Observation?code=a&_cursor=sealed"


async def test_matches_come_before_what_is_included_and_what_is_said_of_the_search() -> None:
    hint = OutcomeIssue("information", "informational", None, "a hint")
    found = await page([("colour", "red")], included=[PATIENT], hints=[hint], total=1)
    assert [entry["search"]["mode"] for entry in found["entry"]] == ["match", "include", "outcome"]
    said = found["entry"][2]["resource"]["issue"]
    assert [issue["severity"] for issue in said] == ["warning", "information"]
    assert said[0]["expression"] == ["http.colour"]
    assert found["total"] == 1
    assert "total" not in await page()


async def test_up_to_when_nothing_is_missing_is_said() -> None:
    found = await page(as_of=datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert found["meta"] == {"lastUpdated": "2026-03-02T09:00:00Z"}


async def test_a_name_that_is_none_is_not_repeated() -> None:
    found = await page([(SECRET, "x")])
    assert SECRET not in json.dumps(found)
    assert found["entry"][1]["resource"]["issue"][0]["expression"] == ["http"]


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ([("_summary", "false")], set(ONE)),
        ([("_summary", "true")], {"code", "status", "_status"}),
        ([("_summary", "text")], {"text", "status", "_status"}),
        ([("_summary", "data")], set(ONE) - {"text"}),
        ([("_elements", "valueString")], {"valueString", "status", "_status"}),
        ([("_elements", "nothing,code")], {"code", "status", "_status"}),
        ([("_elements", "code"), ("_summary", "data")], {"code", "status", "_status"}),
    ],
)
async def test_a_part_of_a_resource_says_that_it_is_one(asked: Parameters, kept: set[str]) -> None:
    (entry,) = (await page(asked))["entry"]
    assert set(entry["resource"]) == kept | {"resourceType", "id", "meta"}
    is_whole = kept == set(ONE)
    assert entry["resource"]["meta"]["tag"] == ONE["meta"]["tag"] + ([] if is_whole else [MARK])  # type: ignore[index]
    assert ONE["meta"]["tag"] == [{"system": "urn:mode", "code": "alert"}]  # type: ignore[index]


@pytest.mark.parametrize("asked", [("_summary", "count"), ("_count", "0")])
async def test_a_count_is_a_number_and_nothing_else(asked: tuple[str, str]) -> None:
    found = await page([asked], total=7, included=[PATIENT], cursor="x")
    assert (found["total"], "entry" in found, set(links(found))) == (7, False, {"self"})
