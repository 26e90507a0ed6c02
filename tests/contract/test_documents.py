"""What is written beside the code says the same as the code."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from app.cli.commands import app as command_line
from app.http.problem_kinds import KINDS
from app.main import create_app
from app.services.installation import load_knowledge
from app.services.json_schemas import json_schemas
from app.settings import ClaimNames, Issuer, Settings

PROJECT = Path(__file__).parents[2]


OPEN = ("/fhir/metadata", "/fhir/.well-known/smart-configuration")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    settings = Settings()
    return create_app(settings, load_knowledge(settings)).openapi()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, found) for path, methods in document["paths"].items() for method, found in methods.items()]


def test_openapi_yaml_is_what_the_command_prints() -> None:
    printed = CliRunner().invoke(command_line, ["openapi"])
    assert printed.exit_code == 0, printed.output
    written = (PROJECT / "openapi.yaml").read_text(encoding="utf-8")
    assert printed.stdout == written, "write it again: vigie openapi > openapi.yaml"


def test_openapi_yaml_is_what_the_service_serves(document: dict[str, Any]) -> None:
    with (PROJECT / "openapi.yaml").open(encoding="utf-8") as file:
        assert yaml.load(file, yaml.CSafeLoader) == document  # noqa: TID251 - written by us, from JSON


def test_openapi_is_valid(document: dict[str, Any]) -> None:
    from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    used = set(re.findall(r"'#/components/schemas/([^']+)'", repr(document)))
    assert used == set(schemas)


def test_every_operation_documents_its_problems(document: dict[str, Any]) -> None:
    statuses = {str(kind.status) for kind in KINDS.values()}
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        if path.startswith("/health"):
            continue
        media_type = "application/fhir+json" if path.startswith("/fhir") else "application/problem+json"
        for status in statuses:
            stated = operation["responses"][status]
            answer = (
                document["components"]["responses"][stated["$ref"].rpartition("/")[2]] if "$ref" in stated else stated
            )
            assert list(answer["content"]) == [media_type], f"{where} {status}"
            if path.startswith("/v1"):
                assert answer["content"][media_type]["schema"] == {"$ref": "#/components/schemas/Problem"}, where
                slugs = {kind.slug for kind in KINDS.values() if str(kind.status) == status}
                assert set(re.findall(r"`([a-z-]+)`", answer["description"])) == slugs, f"{where} {status}"


def test_every_operation_is_described_and_asks_for_a_token_where_it_needs_one(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        assert operation.get("description"), f"{method} {path}"
        open_to_all = path.startswith("/health") or path in OPEN
        assert operation.get("security", []) == ([] if open_to_all else [{"bearer": []}]), f"{method} {path}"


def _variables(table: str) -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", table, flags=re.MULTILINE))


def test_every_setting_is_described() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    prefix = Settings.model_config["env_prefix"]
    variables = {
        str(field.validation_alias or f"{prefix}{name}".upper()) for name, field in Settings.model_fields.items()
    }
    assert _variables(page) == variables
    members = set(re.findall(r"`([a-z_]+)`", " ".join(re.findall(r"^\| (`.*?) \|", page, flags=re.MULTILINE))))
    assert members >= set(Issuer.model_fields)
    claims = dict(re.findall(r"^\| ([a-z_]+) \| `([a-z_]+)` \|", page, flags=re.MULTILINE))
    assert claims == ClaimNames().model_dump()


def test_the_defaults_of_the_settings_are_told_truly() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            row = re.search(rf"^\| `VIGIE_{name.upper()}` .*$", page, flags=re.MULTILINE)
            assert row is not None
            assert f"`{field.default}`" in row[0], name


def test_every_problem_has_its_heading_and_nothing_else_has_one() -> None:
    page = (PROJECT / "docs" / "problems.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL))
    assert list(sections) == list(KINDS)
    for slug, kind in KINDS.items():
        assert str(kind.status) in sections[slug], slug
        assert kind.title in sections[slug], slug
        assert kind.explanation in sections[slug], slug


def test_every_problem_can_be_named_in_a_url() -> None:
    for kind in KINDS.values():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.slug)
        assert 400 <= kind.status < 600
        assert kind.retryable == (kind.status >= 500)


def test_the_json_schemas_of_the_instrument_files_are_written() -> None:
    folder = PROJECT / "questionnaires" / "schemas"
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert written == json_schemas(), "write them again: vigie schemas"
