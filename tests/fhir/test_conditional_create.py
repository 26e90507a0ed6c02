"""`If-None-Exist`: one response for one condition, however many send it at the same time."""

from typing import Any
from uuid import UUID

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.database import Database
from tests.api.sending import at_once
from tests.fhir.client import SECRET, get, outcome, resource
from tests.fhir.sending import WHERE, create, plain, send, written
from tests.fhir.test_creating import CATALOGUE
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

SYSTEM = "urn:ehr:forms"


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


def known_by(patient: str, value: str, system: str | None = SYSTEM, **elements: Any) -> Any:
    identifier = {"value": value} | ({"system": system} if system else {})
    return written(CATALOGUE, patient, CALM, instrument="pre-consultation", identifier=identifier, **elements)


async def test_the_second_one_is_given_what_the_first_stored(
    service: Service, database: Database, patient: str
) -> None:
    sent, condition = known_by(patient, "F-1"), f"identifier={SYSTEM}|F-1"
    first = await create(service, sent, If_None_Exist=condition)
    second = await create(service, sent | {"language": "ar"}, If_None_Exist=condition)
    assert resource(second, 200) == resource(first, 201)
    for name in ("Location", "ETag", "Last-Modified"):
        assert second.headers[name] == first.headers[name]
    assert len(await database.responses(patient)) == 1
    minimal = await create(service, sent, If_None_Exist=condition, Prefer="return=minimal")
    assert (minimal.status_code, minimal.content) == (200, b"")


async def test_twenty_at_the_same_time_store_one(service: Service, database: Database, patient: str) -> None:
    other = await service.register()
    conditions = (f"identifier={SYSTEM}|F-20", "identifier=F-20", f"?identifier={SYSTEM}|F-20&patient={patient}")

    async def one(number: int) -> Any:
        return await create(service, known_by(patient, "F-20"), If_None_Exist=conditions[number % 3])

    answers = await at_once(20, one)
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({plain(answer)["id"] for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(await database.responses(patient)) == 1

    async def of_either(number: int) -> Any:
        about = (patient, other)[number % 2]
        return await create(service, known_by(about, "F-21"), If_None_Exist=f"identifier={SYSTEM}|F-21")

    across = await at_once(20, of_either)
    assert len({plain(answer)["id"] for answer in across}) == 1, "two patients' locks are not one lock"


async def test_a_corrected_one_is_given_as_it_is_now(service: Service, patient: str) -> None:
    sent, condition = known_by(patient, "F-3"), f"identifier={SYSTEM}|F-3"
    first = plain(await create(service, sent, If_None_Exist=condition))
    changed = await send(service, "PUT", f"{WHERE}/{first['id']}", sent | {"id": first["id"]}, If_Match='W/"1"')
    assert resource(changed)["status"] == "amended"
    again = await create(service, sent, If_None_Exist=condition)
    assert resource(again, 200) == resource(changed)
    assert again.headers["Location"].endswith("/_history/2")


async def test_a_deleted_one_is_not_there_any_more(service: Service, patient: str) -> None:
    sent, condition = known_by(patient, "F-4"), f"identifier={SYSTEM}|F-4"
    first = plain(await create(service, sent, If_None_Exist=condition))
    assert (await send(service, "DELETE", f"{WHERE}/{first['id']}")).status_code == 204
    second = resource(await create(service, sent, If_None_Exist=condition), 201)
    assert second["id"] != first["id"]


async def test_several_fit_and_none_is_chosen(service: Service, database: Database, patient: str) -> None:
    other = await service.register()
    for about in (patient, patient, other):
        resource(await create(service, known_by(about, "F-5")), 201)
    sent = known_by(patient, "F-5")
    outcome(await create(service, sent, If_None_Exist=f"identifier={SYSTEM}|F-5"), 412, "multiple-matches")
    assert len(await database.responses(patient)) == 2
    theirs = await create(service, sent, If_None_Exist=f"identifier={SYSTEM}|F-5&subject=Patient/{other}")
    assert resource(theirs, 200)["subject"] == {"reference": f"Patient/{other}"}


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("identifier=F-6", 200),
        ("identifier=urn:ehr:forms|F-6", 200),
        ("identifier=|F-6", 201),
        ("identifier=urn:other|F-6", 201),
        ("identifier=F-7", 201),
        ("QuestionnaireResponse?identifier=F-6&patient={patient}", 200),
        ("identifier=F-6&subject=http://testserver/fhir/Patient/{patient}", 200),
        ("identifier=F-6&patient={other}", 201),
        ("identifier=F-6&patient=never-was-one", 201),
        ("identifier=F-6&patient={patient}&subject={other}", 201),
        ("identifier=F-6&questionnaire={url}", 200),
        ("identifier=F-6&questionnaire={url}|1.0.0", 200),
        ("identifier=F-6&questionnaire={url}|9.9.9", 201),
    ],
)
async def test_the_condition_is_narrowed_by_all_that_it_says(
    service: Service, patient: str, condition: str, status: int
) -> None:
    sent = known_by(patient, "F-6")
    resource(await create(service, sent), 201)
    url = CATALOGUE.get("pre-consultation").url
    stated = condition.format(patient=patient, other=UUID(int=5), url=url)
    assert (await create(service, sent, If_None_Exist=stated)).status_code == status


async def test_one_without_a_system_is_found_as_such(service: Service, patient: str) -> None:
    sent = known_by(patient, "F-8", system=None)
    first = resource(await create(service, sent, If_None_Exist="identifier=|F-8"), 201)
    assert resource(await create(service, sent, If_None_Exist="identifier=|F-8"), 200) == first


@pytest.mark.parametrize(
    ("condition", "slug"),
    [
        ("", "search-invalid"),
        ("identifier=", "search-invalid"),
        ("patient=1", "search-invalid"),
        (f"identifier={SYSTEM}|", "search-invalid"),
        ("identifier=a,b", "search-invalid"),
        ("identifier=a&identifier=b", "search-invalid"),
        (f"identifier=a|b|{SECRET}", "search-invalid"),
        ("identifier:not=a", "search-invalid"),
        ("identifier=a&patient=Group/1", "search-invalid"),
        ("identifier=a&status=completed", "search-parameter-unknown"),
    ],
)
async def test_a_condition_that_cannot_be_read_is_refused(
    service: Service, database: Database, patient: str, condition: str, slug: str
) -> None:
    answer = await create(service, known_by(patient, "F-9"), If_None_Exist=condition)
    outcome(answer, 400, slug)
    assert await database.responses(patient) == []


async def test_another_centres_response_is_not_found(service: Service, patient: str) -> None:
    resource(await create(service, known_by(patient, "F-10")), 201)
    elsewhere = await service.with_new_centre()
    sent = known_by(await elsewhere.register(), "F-10")
    resource(await create(elsewhere, sent, If_None_Exist="identifier=F-10"), 201)


async def test_it_searches_so_it_needs_the_scope_to_search(service: Service, patient: str) -> None:
    sent = known_by(patient, str(new_id()))
    token: dict[str, Any] = service.as_(Role.SYSTEM, scope="system/QuestionnaireResponse.c")
    outcome(await send(service, "POST", WHERE, sent, If_None_Exist="identifier=F-11", **token), 403, "not-permitted")
    resource(await send(service, "POST", WHERE, sent, **token), 201)


async def test_wrong_answers_are_wrong_whatever_the_condition_finds(service: Service, patient: str) -> None:
    resource(await create(service, known_by(patient, "F-12")), 201)
    wrong = known_by(patient, "F-12", item=[])
    answer = await create(service, wrong, If_None_Exist="identifier=F-12")
    outcome(answer, 400, "resource-invalid")
    found = plain(await get(service, f"{WHERE}?patient={patient}"))
    assert len(found["entry"]) == 1
