"""A checked-in set of wrong resources, one file a fault, each with the outcome that it must have beside it."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fhirpathpy import evaluate
from fhirpathpy.models import models

from app.fhir.response_reading.faults import FHIR_CODES, FaultCode
from tests.api.database import Database
from tests.fhir.client import SECRET, resource
from tests.fhir.sending import WHERE, create, plain, send
from tests.support.service import Service

pytestmark = pytest.mark.anyio

FOLDER: Final = Path(__file__).parent / "wrong_resources"
NAMES: Final = sorted(path.stem for path in FOLDER.glob("*.json") if not path.stem.endswith(".outcome"))
# Found by an update, which `test_updating.py` shows.
ONLY_UPDATES: Final = {FaultCode.OTHER_ID, FaultCode.UNCHANGEABLE}


def sent(name: str, patient: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes().replace(b"@patient@", patient.encode())


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.outcome.json").read_text(encoding="utf-8"))
    return found


def said(answer: httpx.Response) -> dict[str, Any]:
    """What is compared: the status, the problem, and of every issue R4's code, ours, and the place."""
    issues = resource(answer, answer.status_code)["issue"]
    codings = [issue["details"]["coding"] for issue in issues]
    return {
        "status": answer.status_code,
        "problem": codings[0][0]["code"],
        "issues": [
            {"code": issue["code"], "fault": [c["code"] for c in coding][-1], "expression": issue["expression"][0]}
            for issue, coding in zip(issues, codings, strict=True)
        ],
    }


@pytest.mark.parametrize("name", NAMES)
async def test_a_wrong_resource_has_exactly_its_outcome(kinds: Service, database: Database, name: str) -> None:
    patient = await kinds.register()
    answer = await create(kinds, sent(name, patient))
    found = said(answer)
    if os.environ.get("VIGIE_WRITE_GOLDEN"):
        (FOLDER / f"{name}.outcome.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    assert found == expected(name)
    assert SECRET not in answer.text
    assert SECRET not in str(dict(answer.headers))
    rows = await database.rows(kinds.centre_id)
    assert rows["response"] == rows["received_resource"] == 0


@pytest.mark.parametrize("name", NAMES)
async def test_validating_it_says_the_same_and_is_no_error(kinds: Service, database: Database, name: str) -> None:
    patient = await kinds.register()
    answer = await send(kinds, "POST", f"{WHERE}/$validate", sent(name, patient))
    assert answer.status_code == 200, answer.text
    assert said(answer)["issues"] == expected(name)["issues"]
    assert SECRET not in answer.text
    assert (await database.rows(kinds.centre_id))["response"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_place_is_in_the_resource_or_just_missing_there(name: str) -> None:
    """Another reader of FHIRPath finds the element, or, where it is missing, its parent."""
    # Of a resource of another type the name in front would select nothing.
    content = json.loads(sent(name, "p"), parse_float=Decimal) | {"resourceType": "QuestionnaireResponse"}
    for issue in expected(name)["issues"]:
        where = issue["expression"]
        above = where.rpartition(".")[0] or where
        assert any(evaluate(content, path, {}, models["r4"]) for path in (where, above)), where


def test_every_rule_has_a_file() -> None:
    shown = {issue["fault"] for name in NAMES for issue in expected(name)["issues"]}
    assert {code.value for code in FHIR_CODES} - {code.value for code in ONLY_UPDATES} - shown == set()


def test_every_file_has_its_outcome_and_the_other_way_round() -> None:
    outcomes = {path.name.removesuffix(".outcome.json") for path in FOLDER.glob("*.outcome.json")}
    assert outcomes == set(NAMES)
    assert len(NAMES) >= 25


async def test_what_is_no_json_is_told_without_an_echo(kinds: Service) -> None:
    patient = await kinds.register()
    whole = sent("out-of-range", patient)
    for body in (whole[:-3], b"", b"[1,", SECRET.encode(), whole.replace(b'"status"', b'"status": 1, "status"')):
        answer = await create(kinds, body)
        assert answer.status_code == 400
        assert plain(answer)["issue"][0]["details"]["coding"][0]["code"] == "malformed-body"
        assert SECRET not in answer.text
    for body in (b"[]", b"3", b'"x"', b"null"):
        answer = await create(kinds, body)
        assert said(answer)["issues"] == [
            {"code": "structure", "fault": "wrong-json-type", "expression": "QuestionnaireResponse"}
        ]
