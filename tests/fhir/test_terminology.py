"""What our codes mean, over HTTP: code systems, value sets, maps, definitions, and the package of a questionnaire."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from app.fhir.offers import OFFERS
from app.http.problem_kinds import KINDS
from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from fhir_export import systems
from tests.fhir.client import QUESTIONNAIRE, get, links, outcome, pages, resource
from tests.fhir.declared import World, furnish
from tests.support.licensed import LICENSED, TITLE, instruments_with_a_licensed_one, load_words
from tests.support.service import Service, running_service

pytestmark = pytest.mark.anyio

KINDS_OF_DEFINITION = ("CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition", "OperationDefinition")
SCORES = "pre-consultation.scores-1.0.0"

# Systems that are published elsewhere, beside those of HL7's terminology.
PUBLISHED = {
    systems.LOINC,
    systems.UCUM,
    systems.NCIT,
    systems.LANGUAGES,
    "urn:ietf:rfc:3986",
    "http://hl7.org/fhir/questionnaire-item-control",
    "http://hl7.org/fhir/appointmentstatus",
}
PUBLISHED_UNDER = ("http://terminology.hl7.org/CodeSystem/", "http://hl7.org/fhir/", "https://hl7.fr/ig/fhir/core/")


@pytest.fixture(scope="module")
async def world(shared_service: Service) -> World:
    return await furnish(await shared_service.with_new_centre())


async def everything(service: Service, kind: str, query: str = "") -> list[dict[str, Any]]:
    found = await pages(service, f"/fhir/{kind}?_count=200{query}")
    return [entry["resource"] for page in found for entry in page.get("entry", ())]


def _base(service: Service) -> str:
    return str(service.settings.canonical_base.rstrip("/"))


@pytest.mark.parametrize("kind", KINDS_OF_DEFINITION)
async def test_each_is_found_read_and_unchanged(service: Service, kind: str) -> None:
    found = await everything(service, kind)
    assert found
    assert len({one["id"] for one in found}) == len(found)
    one = found[-1]
    answer = await get(service, f"/fhir/{kind}/{one['id']}")
    assert resource(answer) == one
    again = await get(service, f"/fhir/{kind}/{one['id']}", if_none_match=answer.headers["ETag"])
    assert (again.status_code, answer.headers["Vary"]) == (304, "Accept-Language")
    for query in (f"url={one['url']}&version={one['version']}", f"_id={one['id']}", f"name={one['name'].lower()}"):
        assert one in await everything(service, kind, f"&{query}"), query
    assert await everything(service, kind, f"&_id={one['id']}&status=retired") == []
    assert await everything(service, kind, "&url=https://elsewhere.example/x") == []
    outcome(await get(service, f"/fhir/{kind}/never-was-one"), 404, "not-found")


async def test_it_is_searched_by_a_form_too_and_in_pages(service: Service) -> None:
    headers = service.as_(Role.CLINICIAN)
    asked = await service.client.post("/fhir/CodeSystem/_search", data={"_id": SCORES}, headers=headers)
    assert [entry["resource"]["id"] for entry in resource(asked)["entry"]] == [SCORES]
    first = resource(await get(service, "/fhir/ValueSet?_count=3&_total=accurate"))
    assert (len(first["entry"]), "next" in links(first)) == (3, True)
    assert first["total"] == len(await everything(service, "ValueSet"))


async def test_the_words_are_those_of_the_reader_with_the_others_beside_them(service: Service) -> None:
    said = set()
    for language in ("fr", "en", "ar"):
        found = resource(await get(service, f"/fhir/CodeSystem/{SCORES}", languages=language))
        first = found["concept"][0]
        said.add((found["title"], first["display"]))
        assert (found["language"], first["code"]) == (language, "dry_mouth_composite")
        assert {other["language"] for other in first["designation"]} == {"fr", "en", "ar"} - {language}
    assert len(said) == 3


async def test_without_the_grant_of_questionnaires_there_is_nothing(service: Service) -> None:
    headers = service.as_(Role.CLINICIAN, scope="user/Observation.rs")
    for kind in KINDS_OF_DEFINITION:
        for where in (kind, f"{kind}/{SCORES}"):
            refused = await service.client.get(f"/fhir/{where}", headers=headers)
            outcome(refused, 403, "not-permitted")
        outcome(await service.client.get(f"/fhir/{kind}"), 401, "not-authenticated")
    reads = service.as_(Role.CLINICIAN, scope="user/Questionnaire.r")
    assert (await service.client.get(f"/fhir/CodeSystem/{SCORES}", headers=reads)).status_code == 200
    outcome(await service.client.get("/fhir/CodeSystem", headers=reads), 403, "not-permitted")


async def test_the_house_s_own_codes_are_those_in_use(service: Service) -> None:
    (problems,) = await everything(service, "CodeSystem", f"&url={_base(service)}/CodeSystem/vigie-problems")
    assert {concept["code"] for concept in problems["concept"]} == {kind.slug for kind in KINDS.values()}
    assert problems["version"] == __version__
    refused = outcome(await get(service, "/fhir/Nothing/1"), 404, "not-found")
    assert refused["issue"][0]["details"]["coding"][0]["system"] == problems["url"]


async def test_ctcae_terms_stand_in_maps_and_in_no_observation(service: Service, world: World) -> None:
    maps = await everything(service, "ConceptMap")
    assert {group["target"] for one in maps for group in one["group"]} == {systems.NCIT}
    said = json.dumps(await everything(world.service, "Observation", f"&patient={world.ids['Patient']}"), default=str)
    assert systems.NCIT not in said


async def test_every_operation_of_ours_has_a_definition_and_every_definition_an_operation(service: Service) -> None:
    base = _base(service)
    (rest,) = resource(await service.client.get("/fhir/metadata"))["rest"]
    stated = {
        (declared["type"], operation["name"]): operation["definition"]
        for declared in rest["resource"]
        for operation in declared.get("operation", ())
        if operation["definition"].startswith(base)
    }
    offered = {(o.type, p.name): p.on for o in OFFERS for p in o.operations if p.definition.startswith("/")}
    assert stated.keys() == offered.keys()
    defined = {one["url"]: one for one in await everything(service, "OperationDefinition")}
    assert defined.keys() == set(stated.values())
    for (kind, name), url in stated.items():
        one = defined[url]
        assert (one["resource"], one["code"]) == ([kind], name)
        assert {level for level in ("system", "type", "instance") if one[level]} == offered[kind, name]


# --- what is used is defined -------------------------------------------------------------------------------------


def walk(element: Any, key: str) -> Iterator[Any]:
    """Every value of that key, however deep."""
    if isinstance(element, dict):
        if key in element:
            yield element[key]
        for inside in element.values():
            yield from walk(inside, key)
    elif isinstance(element, list):
        for inside in element:
            yield from walk(inside, key)


async def _all_that_is_served(world: World) -> list[dict[str, Any]]:
    found = [await world.example(offer.type) for offer in OFFERS]
    patient = world.ids["Patient"]
    for kind in ("Observation", "QuestionnaireResponse"):
        found += await everything(world.service, kind, f"&patient={patient}")
    for kind in (*KINDS_OF_DEFINITION, "Questionnaire"):
        found += await everything(world.service, kind)
    consultation = world.ids["Composition"]
    found.append(resource(await get(world.service, f"/fhir/Composition/{consultation}/$document")))
    found.append(outcome(await get(world.service, "/fhir/Nothing/1"), 404, "not-found"))
    refused = {"resourceType": "QuestionnaireResponse", "status": "bogus", "item": [{"linkId": "nowhere"}]}
    found.append(
        (
            await world.service.client.post(
                "/fhir/QuestionnaireResponse",
                content=json.dumps(refused),
                headers={**world.service.as_(Role.SYSTEM), "Content-Type": "application/fhir+json"},
            )
        ).json()
    )
    return found


async def test_every_system_and_extension_in_use_is_ours_and_defined_or_published(world: World) -> None:
    base = _base(world.service)
    served = await _all_that_is_served(world)
    code_systems = await everything(world.service, "CodeSystem")
    known: dict[str, set[str]] = {}
    for one in code_systems:
        known.setdefault(one["url"], set()).update(concept["code"] for concept in one["concept"])
    used = {
        (coding["system"], coding["code"])
        for key in ("coding", "tag", "valueCoding", "class", "code")
        for found in walk(served, key)
        for coding in (found if isinstance(found, list) else [found])
        if isinstance(coding, dict) and {"system", "code"} <= coding.keys()
    }
    ours = {(system, code) for system, code in used if system.startswith(base)}
    assert len({system for system, _ in ours}) > 10
    assert {(system, code) for system, code in ours if code not in known.get(system, ())} == set()
    others = {system for system, _ in used if not system.startswith(base)}
    assert {s for s in others if s not in PUBLISHED and not s.startswith(PUBLISHED_UNDER)} == set()
    extensions = {one["url"] for found in walk(served, "extension") for one in found if one["url"].startswith("http")}
    defined = {one["url"] for one in await everything(world.service, "StructureDefinition")}
    assert {url for url in extensions if url.startswith(base)} <= defined
    assert len({url for url in extensions if url.startswith(base)}) >= 2


# --- the package -------------------------------------------------------------------------------------------------


async def test_a_package_brings_what_the_codes_of_a_questionnaire_mean(service: Service) -> None:
    by_id = resource(await get(service, f"/fhir/Questionnaire/{QUESTIONNAIRE}/$questionnaire-package"))
    first, *others = [entry["resource"] for entry in by_id["entry"]]
    assert first == resource(await get(service, f"/fhir/Questionnaire/{QUESTIONNAIRE}"))
    url, version = first["url"], first["version"]
    for query in (f"url={url}&version={version}", f"url={url}%7C{version}", f"url={url}"):
        assert resource(await get(service, f"/fhir/Questionnaire/$questionnaire-package?{query}")) == by_id
    used = {system for system in walk(first, "system") if system.startswith(f"{_base(service)}/CodeSystem/")}
    assert used == {one["url"] for one in others if one["resourceType"] == "CodeSystem"}
    assert {one["resourceType"] for one in others} == {"CodeSystem", "ValueSet"}
    for entry in by_id["entry"]:
        where = entry["fullUrl"].removeprefix("http://testserver")
        assert resource(await get(service, where)) == entry["resource"]


@pytest.mark.parametrize(
    ("where", "status", "slug"),
    [
        ("$questionnaire-package", 422, "request-invalid"),
        ("$questionnaire-package?url=https://elsewhere.example/x", 404, "unknown-questionnaire"),
        ("never-was-one/$questionnaire-package", 404, "not-found"),
        ("phq-9-1.0/$questionnaire-package", 403, "licence-restricted"),
    ],
)
async def test_a_package_of_nothing_is_refused(service: Service, where: str, status: int, slug: str) -> None:
    outcome(await get(service, f"/fhir/Questionnaire/{where}"), status, slug)


async def test_licensed_words_are_shown_to_the_centre_that_loaded_them_only(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    root = instruments_with_a_licensed_one(tmp_path)
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as started:
        with_words, without = await started.with_new_centre(), await started.with_new_centre()
        await load_words(with_words.owner_url, with_words.settings, with_words.centre_id)
        where = f"/fhir/CodeSystem/{LICENSED}.items-1.0.0"
        theirs = resource(await get(with_words, where, languages="en"))
        assert theirs["title"].startswith(TITLE)
        assert all("display" in concept for concept in theirs["concept"])
        bare = resource(await get(without, where, languages="en"))
        assert bare["title"].startswith(LICENSED)
        assert not any({"display", "designation"} & concept.keys() for concept in bare["concept"])
        assert [c["code"] for c in bare["concept"]] == [c["code"] for c in theirs["concept"]]
        package = resource(await get(with_words, f"/fhir/Questionnaire/{LICENSED}-1.0.0/$questionnaire-package"))
        assert len(package["entry"]) > 3
        refused = await get(without, f"/fhir/Questionnaire/{LICENSED}-1.0.0/$questionnaire-package")
        outcome(refused, 403, "licence-restricted")
