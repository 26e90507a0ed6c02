"""History Bundles: what each version was, and what brought it about."""

from dataclasses import replace

from fhir_export.history import Version, history_bundle
from fhir_export.questionnaire_response import questionnaire_response
from questionnaires.response import ResponseStatus
from tests.export.builders import FRENCH, RESPONSE_ID, SERVICE, STORED_AT, exported
from tests.export.readers import broken_invariants, structure_issues, typed_reading

LINKS = {"self": f"{SERVICE}/QuestionnaireResponse/_history"}


def version(number: int) -> Version:
    status = ResponseStatus.COMPLETED if number == 1 else ResponseStatus.AMENDED
    found = questionnaire_response(exported(revision=number, status=status), FRENCH)
    return Version("QuestionnaireResponse", RESPONSE_ID, number, STORED_AT, found)


def test_each_version_says_what_brought_it_about() -> None:
    withdrawn = replace(version(3), resource=None)
    bundle = history_bundle([withdrawn, version(2), version(1)], SERVICE, LINKS, STORED_AT)
    itself = f"QuestionnaireResponse/{RESPONSE_ID}"
    assert [(e["request"]["method"], e["request"]["url"], e["response"]["status"]) for e in bundle["entry"]] == [
        ("DELETE", itself, "204"),
        ("PUT", itself, "200"),
        ("POST", "QuestionnaireResponse", "201"),
    ]
    assert {entry["fullUrl"] for entry in bundle["entry"]} == {f"{SERVICE}/{itself}"}
    assert [entry["response"]["etag"] for entry in bundle["entry"]] == ['W/"3"', 'W/"2"', 'W/"1"']
    assert ["resource" in entry for entry in bundle["entry"]] == [False, True, True]


def test_independent_readers_take_it() -> None:
    withdrawn = replace(version(2), resource=None)
    for versions in ([withdrawn, version(1)], []):
        bundle = history_bundle(versions, SERVICE, LINKS, STORED_AT)
        typed_reading(bundle)
        assert broken_invariants(bundle) == []
        assert structure_issues(bundle) == []
        assert ("entry" in bundle) == bool(versions)
