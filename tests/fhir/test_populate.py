"""`Questionnaire/$populate`: a response to begin with, which an older response never fills in."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from tests.export.builders import parsed_answers
from tests.fhir.catalogue_of_versions import ACTIVE, DRAFT, RETIRED, WITHOUT_WORDS, catalogue_of_versions
from tests.fhir.client import PAIN, SECRET, get, outcome, resource
from tests.support.service import Service, running_service

pytestmark = pytest.mark.anyio

BASE = "https://vigie.example"
URL = f"{BASE}/Questionnaire/pre-consultation"
ANSWERED = {"pain-frequency": "2", "pain-severity": "1", "topics": ["family"], "quality-of-life": 6}
UNUSED = "answers of earlier responses are never filled in"


@pytest.fixture(scope="module")
async def started(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    root = catalogue_of_versions(tmp_path_factory.mktemp("versions"))
    settings: dict[str, Any] = {"instruments_dir": root, "canonical_base": BASE}
    async with running_service(postgres.service_url, postgres.owner_url, **settings) as service:
        yield service


@pytest.fixture
async def centre(started: Service) -> Service:
    return await started.with_new_centre()


@pytest.fixture
async def patient(centre: Service) -> str:
    return await centre.register()


async def begin(service: Service, patient: str, version: str = "2.0.0", **answers: Any) -> None:
    """Save a draft."""
    saved = await service.client.put(
        f"/v1/patients/{patient}/drafts/pre-consultation",
        headers={**service.as_(Role.PATIENT, patient), "If-None-Match": "*"},
        json={"version": version, "answers": answers or ANSWERED},
    )
    assert saved.status_code in (200, 201), saved.text


async def asked(service: Service, query: str, role: Role = Role.NURSE, patient: str | None = None) -> httpx.Response:
    return await get(service, f"/fhir/Questionnaire/{query}", role, patient)


async def posted(service: Service, where: str, *parameters: dict[str, Any], role: Role = Role.NURSE) -> httpx.Response:
    headers = {**service.as_(role), "Content-Type": "application/fhir+json"}
    body = {"resourceType": "Parameters", "parameter": list(parameters)}
    return await service.client.post(f"/fhir/Questionnaire/{where}", headers=headers, json=body)


def response(answer: httpx.Response) -> dict[str, Any]:
    first, *_ = resource(answer)["parameter"]
    assert first["name"] == "response"
    found: dict[str, Any] = first["resource"]
    assert found["status"] == "in-progress"
    return found


def answers(answer: httpx.Response) -> dict[str, Any]:
    return {link_id: list(values) for link_id, values in parsed_answers(response(answer)["item"]).items()}


def said(answer: httpx.Response) -> list[str]:
    """What the issues say, by severity."""
    notes = [part["resource"]["issue"] for part in resource(answer)["parameter"] if part["name"] == "issues"]
    return [f"{issue['severity']}: {issue['details']['text']}" for issues in notes for issue in issues]


# --- what is filled in ---------------------------------------------------------------------------------------------


async def test_an_empty_response_pins_the_version_and_names_the_subject(centre: Service, patient: str) -> None:
    answer = await asked(centre, f"{ACTIVE}/$populate?subject=Patient/{patient}")
    found = response(answer)
    assert (found["questionnaire"], found["subject"]) == (f"{URL}|2.0.0", {"reference": f"Patient/{patient}"})
    assert answers(answer) == {}
    assert said(answer) == []
    assert answer.headers["Vary"] == "Accept-Language"
    assert found["language"] == "fr"


async def test_an_earlier_response_fills_in_nothing(centre: Service, patient: str) -> None:
    stored = await centre.submit(patient, PAIN, version="2.0.0")
    assert stored.status_code == 201, stored.text
    answer = await asked(centre, f"{ACTIVE}/$populate?subject=Patient/{patient}&local=true")
    assert answers(answer) == {}
    assert any(UNUSED in note for note in said(answer))


@pytest.mark.parametrize("role", [Role.NURSE, Role.CLINICIAN, Role.PATIENT])
async def test_a_draft_is_carried_where_local_asks_for_it(centre: Service, patient: str, role: Role) -> None:
    await begin(centre, patient)
    own = patient if role is Role.PATIENT else None
    where = f"{ACTIVE}/$populate?subject=Patient/{patient}"
    begun = await asked(centre, f"{where}&local=true", role, own)
    assert answers(begun) == {name: v if isinstance(v, list) else [v] for name, v in ANSWERED.items()}
    assert "authored" in response(begun)
    for without in (where, f"{where}&local=false"):
        assert answers(await asked(centre, without, role, own)) == {}


async def test_what_branching_hides_in_a_draft_is_left_out(centre: Service, patient: str) -> None:
    await begin(centre, patient, **{"pain-frequency": "0", "pain-severity": "3"})
    answer = await asked(centre, f"{ACTIVE}/$populate?subject=Patient/{patient}&local=true")
    assert answers(answer) == {"pain-frequency": ["0"]}


async def test_a_draft_of_another_version_is_left_out_and_said(centre: Service, patient: str) -> None:
    await begin(centre, patient, version="1.0.0")
    newer = await asked(centre, f"{ACTIVE}/$populate?subject=Patient/{patient}&local=true")
    assert answers(newer) == {}
    assert any("of another version" in note for note in said(newer))
    same = await asked(centre, f"{RETIRED}/$populate?subject=Patient/{patient}&local=true")
    assert answers(same)["pain-frequency"] == ["2"], "what was begun before the retirement may be finished"


@pytest.mark.parametrize(("role", "scope"), [(Role.SYSTEM, None), (Role.NURSE, "user/Questionnaire.r")])
async def test_who_may_read_no_drafts_gets_none_and_is_told(
    centre: Service, patient: str, role: Role, scope: str | None
) -> None:
    await begin(centre, patient)
    where = f"/fhir/Questionnaire/{ACTIVE}/$populate?subject=Patient/{patient}&local=true"
    answer = await centre.client.get(where, headers=centre.as_(role, scope=scope))
    assert answers(answer) == {}
    assert any("may not read drafts" in note for note in said(answer))


async def test_without_a_subject_nothing_is_known(centre: Service) -> None:
    answer = await asked(centre, f"{ACTIVE}/$populate?local=true")
    assert "subject" not in response(answer)
    assert said(answer) == ["information: nobody is known whose answers could be filled in: name the subject"]
    assert said(await asked(centre, f"{ACTIVE}/$populate")) == []


# --- how it is asked -----------------------------------------------------------------------------------------------

WHICH: dict[str, dict[str, Any]] = {
    "a canonical": {"name": "questionnaire", "valueUri": f"{URL}|2.0.0"},
    "the newest of a canonical": {"name": "questionnaire", "valueCanonical": URL},
    "SDC 3.0's canonical": {"name": "canonical", "valueUri": f"{URL}|2.0.0"},
    "a reference": {"name": "questionnaire", "valueReference": {"reference": f"Questionnaire/{ACTIVE}"}},
    "SDC 3.0's reference": {"name": "questionnaireRef", "valueReference": {"reference": f"Questionnaire/{ACTIVE}"}},
    "the resource": {
        "name": "questionnaire",
        "resource": {"resourceType": "Questionnaire", "url": URL, "version": "2.0.0", "status": "active"},
    },
    "an identifier": {
        "name": "identifier",
        "valueIdentifier": {"system": f"{BASE}/NamingSystem/instruments", "value": "pre-consultation"},
    },
    "an identifier as text": {"name": "identifier", "valueString": "pre-consultation"},
}


@pytest.mark.parametrize("name", WHICH)
async def test_the_questionnaire_is_named_in_any_way_of_sdc(centre: Service, patient: str, name: str) -> None:
    subject = {"name": "subject", "valueReference": {"reference": f"Patient/{patient}"}}
    found = response(await posted(centre, "$populate", WHICH[name], subject))
    assert (found["questionnaire"], found["subject"]["reference"]) == (f"{URL}|2.0.0", f"Patient/{patient}")


@pytest.mark.parametrize(
    "query",
    [
        "questionnaire=" + URL,
        f"canonical={URL}|2.0.0",
        f"questionnaireRef=Questionnaire/{ACTIVE}",
        "identifier=pre-consultation",
    ],
)
async def test_the_same_in_the_url(centre: Service, query: str) -> None:
    assert response(await asked(centre, f"$populate?{query}&_format=json"))["questionnaire"] == f"{URL}|2.0.0"


async def test_the_launch_context_is_the_subject_by_reference_or_as_a_resource(centre: Service, patient: str) -> None:
    await begin(centre, patient)
    contents: tuple[dict[str, Any], ...] = (
        {"valueReference": {"reference": f"Patient/{patient}"}},
        {"resource": {"resourceType": "Patient", "id": patient}},
    )
    for content in contents:
        context = {
            "name": "context",
            "part": [{"name": "name", "valueString": "patient"}, {"name": "content", **content}],
        }
        answer = await posted(centre, f"{ACTIVE}/$populate", context, {"name": "local", "valueBoolean": True})
        assert response(answer)["subject"] == {"reference": f"Patient/{patient}"}
        assert answers(answer)["pain-frequency"] == ["2"]


async def test_at_one_questionnaire_the_parameters_that_name_another_are_ignored(centre: Service) -> None:
    answer = await posted(centre, f"{RETIRED}/$populate", WHICH["a canonical"])
    assert response(answer)["questionnaire"] == f"{URL}|1.0.0"


async def test_what_is_not_used_is_named(centre: Service) -> None:
    context = {"name": "context", "part": [{"name": "name", "valueString": "encounter"}]}
    old = {"name": "content", "valueReference": {"reference": "QuestionnaireResponse/1"}}
    answer = await posted(centre, f"{ACTIVE}/$populate", context, old)
    (issues,) = [part["resource"] for part in resource(answer)["parameter"] if part["name"] == "issues"]
    assert [(issue["severity"], issue["expression"]) for issue in issues["issue"]] == [
        ("warning", ["Parameters.parameter[0]"]),
        ("warning", ["Parameters.parameter[1]"]),
    ]


async def test_an_operation_without_a_body_is_an_operation_without_parameters(centre: Service) -> None:
    answer = await centre.client.post(f"/fhir/Questionnaire/{ACTIVE}/$populate", headers=centre.as_(Role.NURSE))
    assert answers(answer) == {}


# --- refusals ------------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "none": ([], "Parameters"),
    "two": ([WHICH["a canonical"], WHICH["an identifier"]], "Parameters"),
    "no canonical": ([{"name": "questionnaire", "valueUri": "|1"}], "Parameters.parameter[0]"),
    "no text": ([{"name": "questionnaire", "valueUri": 7}], "Parameters.parameter[0]"),
    "no url": ([{"name": "questionnaire", "resource": {"resourceType": "Questionnaire"}}], "Parameters.parameter[0]"),
    "no literal": ([{"name": "questionnaireRef", "valueReference": {}}], "Parameters.parameter[0]"),
    "another type": ([{"name": "questionnaireRef", "valueString": f"Patient/{SECRET}"}], "Parameters.parameter[0]"),
    "no value": ([{"name": "identifier", "valueIdentifier": {"system": SECRET}}], "Parameters.parameter[0]"),
    "no token": ([{"name": "identifier", "valueString": "|"}], "Parameters.parameter[0]"),
    "another server": ([{"name": "subject", "valueString": f"https://{SECRET}/Patient/1"}], "Parameters.parameter[0]"),
    "no parts": ([{"name": "context", "part": [SECRET]}], "Parameters.parameter[0]"),
    "a context without parts": ([{"name": "context"}], "Parameters.parameter[0]"),
    "no boolean": ([{"name": "local", "valueString": SECRET}], "Parameters.parameter[0]"),
    "no name": ([{"valueString": SECRET}], "Parameters.parameter[0]"),
    "no object": ([SECRET], "Parameters.parameter[0]"),  # type: ignore[list-item]
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_read_is_refused_with_its_place(centre: Service, name: str) -> None:
    parameters, place = REFUSED[name]
    refused = outcome(await posted(centre, "$populate", *parameters), 422, "request-invalid")
    assert [issue["expression"] for issue in refused["issue"]] == [[place]]


@pytest.mark.parametrize(
    "body", [b"[]", b'{"resourceType": "Patient"}', b'{"resourceType": "Parameters", "parameter": 1}']
)
async def test_a_body_that_is_no_parameters_is_refused(centre: Service, body: bytes) -> None:
    headers = {**centre.as_(Role.NURSE), "Content-Type": "application/fhir+json"}
    refused = await centre.client.post("/fhir/Questionnaire/$populate", headers=headers, content=body)
    outcome(refused, 422, "request-invalid")


async def test_the_subject_and_the_launch_context_are_one_patient(centre: Service, patient: str) -> None:
    other = {"resource": {"resourceType": "Patient", "id": await centre.register()}}
    context = {"name": "context", "part": [{"name": "name", "valueString": "patient"}, {"name": "content", **other}]}
    subject = {"name": "subject", "valueReference": {"reference": f"Patient/{patient}"}}
    outcome(await posted(centre, f"{ACTIVE}/$populate", subject, context), 422, "request-invalid")


@pytest.mark.parametrize(
    "query",
    [
        f"questionnaire={URL}|9.9.9",
        f"questionnaire={BASE}/Questionnaire/unknown",
        f"questionnaire={BASE}/Questionnaire/oral-therapy-weekly",
        "identifier=unknown",
        "identifier=urn:other|pre-consultation",
        "identifier=urn:other|",
    ],
)
async def test_a_questionnaire_or_version_that_is_not_there_is_not_found(centre: Service, query: str) -> None:
    outcome(await asked(centre, f"$populate?{query}"), 404, "unknown-questionnaire")


async def test_an_id_that_never_was_is_not_found(centre: Service) -> None:
    for where in ("never-was-1.0/$populate", "$populate?questionnaireRef=Questionnaire/never-was-1.0"):
        outcome(await asked(centre, where), 404, "not-found")


async def test_a_draft_version_takes_no_response_and_a_licensed_one_has_no_words(centre: Service) -> None:
    outcome(await asked(centre, f"{DRAFT}/$populate"), 422, "questionnaire-not-active")
    outcome(await asked(centre, f"{WITHOUT_WORDS}/$populate"), 403, "licence-restricted")


async def test_a_patient_out_of_reach_looks_like_an_absent_one(centre: Service, started: Service, patient: str) -> None:
    where = f"{ACTIVE}/$populate?subject=Patient/"
    absent = outcome(await asked(centre, where + str(new_id())), 404, "not-found")
    elsewhere = await started.with_new_centre()
    assert outcome(await asked(elsewhere, where + patient), 404, "not-found") == absent
    other = await centre.register()
    assert outcome(await asked(centre, where + patient, Role.PATIENT, other), 404, "not-found") == absent
    outcome(await asked(centre, where + "no-uuid"), 404, "not-found")


async def test_without_the_grant_nothing_is_populated(centre: Service, patient: str) -> None:
    headers = centre.as_(Role.NURSE, scope="user/QuestionnaireResponse.r")
    where = f"/fhir/Questionnaire/{ACTIVE}/$populate?subject=Patient/{patient}"
    outcome(await centre.client.get(where, headers=headers), 403, "not-permitted")
