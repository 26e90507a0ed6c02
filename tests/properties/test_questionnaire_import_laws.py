"""Laws of the import: whatever the file holds, it is read, nothing of it is lost in silence, and the folder loads."""

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.fhir.questionnaire_import.folder import files_of
from app.fhir.questionnaire_import.names import writing
from app.fhir.questionnaire_import.questionnaire import Imported, import_questionnaire
from app.fhir.questionnaire_import.report import plain_report
from app.fhir.questionnaire_import.validity import faults_of
from questionnaires.catalogue import read_catalogue
from scoring.loading import load_rulebooks
from tests.support.fhir_questionnaires import mangled, resources
from tests.support.questionnaires import CANONICAL_BASE

TODAY = date(2026, 11, 22)
law = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

WORDS = ("text", "display", "title", "description", "valueString")


def checked(resource: dict[str, Any], *, own_wording: bool) -> Imported:
    """The import, after everything that must hold of every import has been looked at."""
    imported = import_questionnaire(resource, today=TODAY)
    ledger = imported.ledger
    assert ledger.leaves.keys() == ledger.carried | ledger.listed
    assert not ledger.carried & ledger.listed
    said = {words for of_language in imported.words.values() for words in of_language.values()}
    for path in ledger.carried:
        if path[-1] in WORDS and isinstance(ledger.leaves[path], str) and "extension" not in path:
            assert writing(ledger.leaves[path]) in said, path
    files = files_of(imported, faults_of(resource), own_wording=own_wording)
    json.dumps(plain_report(imported, ())).encode()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.inside.items():
            file = Path(folder) / imported.instrument / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        catalogue, problems = read_catalogue(Path(folder), CANONICAL_BASE)
        assert problems == ()
        load_rulebooks(Path(folder), catalogue)
    for text in files.beside.values():
        text.encode()
    return imported


@law
@given(resource=resources, own_wording=st.booleans())
def test_whatever_a_questionnaire_holds_it_is_read_and_nothing_is_lost(
    resource: dict[str, Any], own_wording: bool
) -> None:
    checked(resource, own_wording=own_wording)


@law
@given(resource=mangled(), own_wording=st.booleans())
def test_a_mangled_export_is_read_and_nothing_is_lost(resource: dict[str, Any], own_wording: bool) -> None:
    checked(resource, own_wording=own_wording)


@law
@given(resource=resources)
def test_the_same_file_gives_the_same_folder(resource: dict[str, Any]) -> None:
    first, second = (files_of(import_questionnaire(r, today=TODAY), (), own_wording=True) for r in (resource, resource))
    assert first == second
