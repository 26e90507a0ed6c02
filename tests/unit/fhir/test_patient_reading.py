"""A Patient that somebody else wrote, with every kind of nonsense in every place: refused with the place, or read."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from app.fhir.patient_reading import read_patient
from app.settings import Settings
from fhir_export import systems

SETTINGS = Settings()
STATUS = {"url": "identityStatus", "valueCoding": {"system": "urn:status", "code": "VALI"}}
WHOLE: dict[str, Any] = {
    "resourceType": "Patient",
    "meta": {"profile": ["https://profile.example/patient"]},
    "extension": [{"url": systems.FR_IDENTITY_RELIABILITY, "extension": [STATUS]}],
    "identifier": [{"use": "official", "system": "urn:oid:1.2.250.1.99999.1", "value": "1"}],
    "active": True,
    "name": [{"use": "official", "family": "Example", "given": ["One", "Two"]}],
    "birthDate": "1970-01-01",
    "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "fr"}]}, "preferred": True}],
}
NONSENSE: list[Any] = [
    None,
    "",
    [],
    {},
    [None],
    [[]],
    [{}],
    "text",
    "{}",
    "[]",
    0,
    7,
    1234567890,
    1.5,
    True,
    {"a": 1},
    {"a": None},
]

Path = tuple[str | int, ...]


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place of a resource but its root."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*at, step)
        yield from paths(inner, (*at, step))


def with_other(path: Path, value: Any) -> dict[str, Any]:
    changed = deepcopy(WHOLE)
    here: Any = changed
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return changed


def test_the_whole_one_is_read() -> None:
    reading = read_patient(WHOLE, "Patient", SETTINGS)
    assert (reading.issues, reading.who is None) == ((), False)


@pytest.mark.parametrize("path", list(paths(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_nonsense_is_refused_with_its_place_or_does_not_matter(path: Path) -> None:
    for nonsense in NONSENSE:
        reading = read_patient(with_other(path, nonsense), "Patient", SETTINGS)
        assert (reading.who is None) == bool(reading.issues), nonsense
        assert all(issue["expression"].startswith("Patient") for issue in reading.issues)


@pytest.mark.parametrize("nothing", [None, "", [], {}])
@pytest.mark.parametrize(
    ("path", "expression"),
    [
        (("identifier",), "Patient.identifier"),
        (("name",), "Patient.name"),
        (("communication",), "Patient.communication"),
        (("communication", 0, "language", "coding"), "Patient.communication[0].language.coding"),
        (("extension",), "Patient.extension"),
        (("extension", 0, "extension"), "Patient.extension[0].extension"),
        (("birthDate",), "Patient.birthDate"),
    ],
)
def test_an_element_that_is_there_has_a_value(path: Path, expression: str, nothing: Any) -> None:
    reading = read_patient(with_other(path, nothing), "Patient", SETTINGS)
    assert not reading.is_r4
    assert [issue["expression"] for issue in reading.issues] == [expression]
