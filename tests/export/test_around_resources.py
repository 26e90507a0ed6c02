"""Bundles, outcomes, the capability statement and the bytes."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from fhir_export.bundle import collection_bundle, searchset_bundle
from fhir_export.capability import Statement, capability_statement
from fhir_export.encoding import encode, instant
from fhir_export.observation import observations
from fhir_export.operation_outcome import OutcomeIssue, operation_outcome
from fhir_export.questionnaire_response import questionnaire_response
from tests.export.builders import BASE, FRENCH, RESPONSE_ID, SERVICE, exported


def test_a_collection_holds_the_response_first_and_then_its_observations() -> None:
    bundle = collection_bundle(questionnaire_response(exported(), FRENCH), observations(exported(), FRENCH), SERVICE)
    assert [entry["fullUrl"] for entry in bundle["entry"]] == [
        f"{SERVICE}/QuestionnaireResponse/{RESPONSE_ID}",
        *(f"{SERVICE}/Observation/{RESPONSE_ID}.{number}" for number in (1, 2, 7)),
    ]
    assert bundle["timestamp"] == "2026-11-20T18:31:00Z"


def test_an_empty_page_has_no_entries_and_an_unknown_total_is_not_stated() -> None:
    assert searchset_bundle((), SERVICE, {"self": f"{SERVICE}/Observation?patient=1"}, total=0) == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 0,
        "link": [{"relation": "self", "url": f"{SERVICE}/Observation?patient=1"}],
    }
    assert "total" not in searchset_bundle(observations(exported()), SERVICE, {"self": SERVICE})


def test_an_outcome_says_where_and_never_uses_location() -> None:
    issues = [
        OutcomeIssue("error", "required", "invalid-answers", "An answer is missing.", "QuestionnaireResponse.item[0]"),
        OutcomeIssue("error", "not-found", "not-found", "There is no such resource."),
    ]
    first, second = operation_outcome(issues, BASE)["issue"]
    assert first["expression"] == ["QuestionnaireResponse.item[0]"]
    assert first["details"]["coding"] == [{"system": f"{BASE}/CodeSystem/vigie-problems", "code": "invalid-answers"}]
    assert second.keys() == {"severity", "code", "details"}


def test_an_issue_has_our_own_code_beside_its_problem_and_all_well_has_none() -> None:
    issues = [
        OutcomeIssue("error", "value", "response-invalid", "At most 10.", fault="out-of-range"),
        OutcomeIssue("information", "informational", None, "no fault was found"),
    ]
    first, second = operation_outcome(issues, BASE)["issue"]
    assert first["details"]["coding"] == [
        {"system": f"{BASE}/CodeSystem/vigie-problems", "code": "response-invalid"},
        {"system": f"{BASE}/CodeSystem/vigie-issues", "code": "out-of-range"},
    ]
    assert second["details"] == {"text": "no fault was found"}


def test_the_capability_statement_says_what_is_served_and_no_more() -> None:
    offered = {"type": "Observation", "interaction": [{"code": "read"}]}
    stated = Statement(SERVICE, "0.1.0", "2026-11-21", [offered], ["transaction"], [{"name": "x", "definition": "y"}])
    statement = capability_statement(stated)
    (rest,) = statement["rest"]
    assert rest["resource"] == [offered]
    assert rest["interaction"] == [{"code": "transaction"}]
    assert rest["operation"] == [{"name": "x", "definition": "y"}]
    assert statement["implementation"]["url"] == SERVICE


def test_the_capability_statement_tells_clients_of_smart_1_where_tokens_are_given() -> None:
    endpoints = {"token": "https://login.example/token", "authorize": "https://login.example/authorize"}
    stated = Statement(SERVICE, "0.1.0", "2026-11-21", [], documentation="What else holds.", endpoints=endpoints)
    (rest,) = capability_statement(stated)["rest"]
    (extension,) = rest["security"]["extension"]
    assert {part["url"]: part["valueUri"] for part in extension["extension"]} == endpoints
    assert rest["documentation"] == "What else holds."
    (plain,) = capability_statement(Statement(SERVICE, "0.1.0", "2026-11-21", []))["rest"]
    assert "extension" not in plain["security"]
    assert "documentation" not in plain


def test_an_issue_may_carry_what_a_developer_wants_to_know() -> None:
    issue = OutcomeIssue("error", "forbidden", "not-permitted", "No.", diagnostics="missing_scope: user/Patient.r")
    (found,) = operation_outcome([issue], BASE)["issue"]
    assert found["diagnostics"] == "missing_scope: user/Patient.r"


def test_a_person_may_read_a_resource_line_by_line() -> None:
    resource = {"resourceType": "Observation", "value": Decimal("1.50")}
    assert encode(resource, indented=True) == b'{\n  "resourceType": "Observation",\n  "value": 1.50\n}'


@pytest.mark.parametrize("digits", ["62.50", "0", "-0.10", "100", "1E+2", "123456789012345678", "0.000000000000000001"])
def test_a_decimal_is_written_with_its_own_digits(digits: str) -> None:
    sent = encode({"value": Decimal(digits)}).removeprefix(b'{"value":').removesuffix(b"}")
    assert isinstance(json.loads(sent), int | float)
    assert Decimal(sent.decode()).as_tuple() == Decimal(digits).as_tuple()


def test_what_no_resource_holds_is_refused() -> None:
    with pytest.raises(TypeError):
        encode({"value": object()})


def test_an_instant_is_in_utc() -> None:
    paris = timezone(timedelta(hours=1))
    assert instant(datetime(2026, 11, 20, 19, 30, tzinfo=paris)) == "2026-11-20T18:30:00Z"
    assert instant(datetime(2026, 11, 20, 19, 30, 0, 5, tzinfo=UTC)) == "2026-11-20T19:30:00.000005Z"
