"""The transaction Bundles of `$extract`."""

from uuid import UUID

from fhir_export.encoding import Resource
from fhir_export.extraction import stored_extraction, unsaved_extraction
from fhir_export.observation import observations
from tests.export.builders import FRENCH, RESPONSE_ID, SERVICE, exported
from tests.export.readers import broken_invariants, structure_issues, typed_reading

OBSERVATION: Resource = {
    "resourceType": "Observation",
    "id": "r.1",
    "meta": {"versionId": "1", "lastUpdated": "2026-11-20T18:31:00Z", "profile": ["urn:p"], "tag": [{"code": "alert"}]},
    "status": "final",
    "code": {"text": "Burden"},
    "effectivePeriod": {"start": "2026-11-13T18:30:00Z", "end": "2026-11-20T18:30:00Z"},
    "issued": "2026-11-20T18:31:00Z",
    "hasMember": [{"reference": "Observation/r.2"}],
    "derivedFrom": [{"reference": "QuestionnaireResponse/r"}],
}
MEMBER: Resource = {name: value for name, value in OBSERVATION.items() if name != "hasMember"} | {
    "id": "r.2",
    "meta": {"versionId": "1", "lastUpdated": "2026-11-20T18:31:00Z", "tag": [{"code": "alert"}]},
}


def is_sound(bundle: Resource) -> bool:
    typed_reading(bundle)
    return (broken_invariants(bundle), structure_issues(bundle)) == ([], [])


def test_a_stored_response_puts_each_observation_under_its_id() -> None:
    found = observations(exported(), FRENCH)
    bundle = stored_extraction(found, SERVICE)
    assert is_sound(bundle)
    assert [entry["request"]["url"] for entry in bundle["entry"]] == [f"Observation/{one['id']}" for one in found]
    assert {entry["request"]["method"] for entry in bundle["entry"]} == {"PUT"}
    assert [entry["resource"] for entry in bundle["entry"]] == list(found)
    assert bundle["entry"][0]["fullUrl"] == f"{SERVICE}/Observation/{RESPONSE_ID}.1"


def test_without_observations_there_are_no_entries() -> None:
    assert stored_extraction((), SERVICE) == unsaved_extraction((), b"", None)
    assert is_sound(stored_extraction((), SERVICE))


def test_what_is_not_stored_has_neither_id_nor_version_and_refers_within_the_bundle() -> None:
    bundle = unsaved_extraction([OBSERVATION, MEMBER], b"content", None)
    assert is_sound(bundle)
    first, second = bundle["entry"]
    assert first["resource"] == {
        "resourceType": "Observation",
        "meta": {"profile": ["urn:p"], "tag": [{"code": "alert"}]},
        "status": "final",
        "code": {"text": "Burden"},
        "effectivePeriod": OBSERVATION["effectivePeriod"],
        "issued": "2026-11-20T18:30:00Z",
        "hasMember": [{"reference": second["fullUrl"]}],
    }
    assert second["resource"]["meta"] == {"tag": [{"code": "alert"}]}
    assert {entry["request"]["method"] for entry in bundle["entry"]} == {"POST"}


def test_its_urls_are_those_of_the_content_and_not_of_the_response() -> None:
    other_id = [one | {"id": one["id"].replace("r", "s")} for one in (OBSERVATION, MEMBER)]
    other_id[0]["hasMember"] = [{"reference": "Observation/s.2"}]
    first = unsaved_extraction([OBSERVATION, MEMBER], b"content", None)
    assert unsaved_extraction(other_id, b"content", None) == first
    again = unsaved_extraction([OBSERVATION, MEMBER], b"other content", None)
    urls = [entry["fullUrl"] for bundle in (first, again) for entry in bundle["entry"]]
    assert len(set(urls)) == 4
    assert {UUID(url.removeprefix("urn:uuid:")).version for url in urls} == {8}


def test_it_is_derived_from_what_the_sender_knows_it_by() -> None:
    bundle = unsaved_extraction([MEMBER], b"content", "77")
    assert bundle["entry"][0]["resource"]["derivedFrom"] == [{"reference": "QuestionnaireResponse/77"}]
