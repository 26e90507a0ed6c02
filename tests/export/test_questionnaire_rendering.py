"""What a Questionnaire says beside its questions: for renderers, for $extract and $populate, for those who sync."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fhir_export import systems
from fhir_export.encoding import Resource
from fhir_export.item_rendering import item_extensions
from fhir_export.questionnaire import Publication, last_updated, questionnaire_resource
from questionnaires.definition import Item, ItemType
from questionnaires.instrument_files import PanelCode
from tests.export.builders import ARABIC_DRAFT, BASE, FRENCH, QUESTIONNAIRE
from tests.export.readers import broken_invariants, conformance_errors, structure_issues, typed_reading

TEXTS = {"fr": FRENCH, "ar": ARABIC_DRAFT}
EXTRACTED = frozenset({"alone", "weighed-on"})
PUBLICATION = Publication(
    codes=(PanelCode(system="http://loinc.org", code="44249-1"),),
    extracted=EXTRACTED,
    terminology_server="https://pro.hospital.example/fhir",
)


def whole(publication: Publication | None = None, **changes: Any) -> Resource:
    return questionnaire_resource(replace(QUESTIONNAIRE, **changes), TEXTS, "fr", publication)


def extensions(element: Resource) -> dict[str, Any]:
    return {extension["url"]: extension for extension in element.get("extension", ())}


def items(inside: Resource) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for entry in inside.get("item", ()):
        found |= {entry["linkId"]: entry, **items(entry)}
    return found


def controls(item: Item) -> list[str]:
    stated = extensions({"extension": item_extensions(item, is_extracted=False)})
    control = stated.get(systems.ITEM_CONTROL_EXTENSION, {"valueCodeableConcept": {"coding": []}})
    return [coding["code"] for coding in control["valueCodeableConcept"]["coding"]]


def test_with_all_that_is_known_of_it_it_is_valid() -> None:
    resource = whole(PUBLICATION)
    typed_reading(resource)
    assert structure_issues(resource) == []
    assert broken_invariants(resource) == []
    assert conformance_errors(resource) == []


@pytest.mark.parametrize(
    ("item", "control"),
    [
        (Item("one", ItemType.CHOICE), ["radio-button"]),
        (Item("several", ItemType.CHOICE, repeats=True), ["check-box"]),
        (Item("scale", ItemType.INTEGER, minimum=Decimal(0), maximum=Decimal(10)), []),
        (Item("day", ItemType.DATE), []),
        (Item("words", ItemType.TEXT), []),
    ],
)
def test_options_stand_in_view_and_nothing_is_preset(item: Item, control: list[str]) -> None:
    assert controls(item) == control
    orientation = extensions({"extension": item_extensions(item, is_extracted=False)}).get(systems.CHOICE_ORIENTATION)
    assert (orientation is not None) == (item.type is ItemType.CHOICE)
    assert orientation is None or orientation["valueCode"] == "vertical"


@pytest.mark.parametrize(
    ("minimum", "maximum", "hint"),
    [(Decimal("30.0"), Decimal("45.0"), "30.0-45.0"), (None, Decimal(3), None), (Decimal(1), None, None)],
)
def test_a_number_shows_its_limits_where_it_has_two(
    minimum: Decimal | None, maximum: Decimal | None, hint: str | None
) -> None:
    item = Item("temperature", ItemType.DECIMAL, minimum=minimum, maximum=maximum)
    stated = extensions({"extension": item_extensions(item, is_extracted=False)}).get(systems.ENTRY_FORMAT)
    assert (stated or {}).get("valueString") == hint


def test_a_date_leaves_the_order_of_day_and_month_to_the_renderer() -> None:
    assert item_extensions(Item("day", ItemType.DATE), is_extracted=False) == []


@pytest.mark.parametrize(("unit", "code"), [("kg", "kg"), ("°C", "Cel"), ("verres", None)])
def test_a_unit_is_ucum_where_that_is_sure(unit: str, code: str | None) -> None:
    stated = extensions({"extension": item_extensions(Item("x", ItemType.DECIMAL, unit=unit), is_extracted=False)})
    coded = {"system": systems.UCUM, "code": code} if code else {}
    assert stated[systems.UNIT]["valueCoding"] == coded | {"display": unit}


def test_what_is_extracted_is_marked_and_nothing_else() -> None:
    marked = {link_id for link_id, entry in items(whole(PUBLICATION)).items() if extracted(entry)}
    assert marked == EXTRACTED
    assert not any(extracted(entry) for entry in items(whole()).values())


def extracted(entry: Resource) -> bool:
    return extensions(entry).get(systems.OBSERVATION_EXTRACT, {}).get("valueBoolean") is True


def test_the_whole_has_its_instruments_id_and_the_codes_of_others() -> None:
    resource = whole(PUBLICATION)
    assert resource["identifier"] == [{"system": f"{BASE}/NamingSystem/instruments", "value": "example"}]
    assert resource["code"] == [{"system": "http://loinc.org", "code": "44249-1"}]
    assert "code" not in whole()


def test_versions_are_compared_part_by_part_as_numbers() -> None:
    coding = extensions(whole())[systems.VERSION_ALGORITHM]["valueCoding"]
    assert coding == {"system": "http://hl7.org/fhir/version-algorithm", "code": "natural"}


def test_the_patient_is_the_one_launch_context() -> None:
    context = [extension for extension in whole()["extension"] if extension["url"] == systems.LAUNCH_CONTEXT]
    assert [{part["url"]: part for part in one["extension"]} for one in context] == [
        {
            "name": {"url": "name", "valueCoding": {"system": systems.LAUNCH_CONTEXTS, "code": "patient"}},
            "type": {"url": "type", "valueCode": "Patient"},
        }
    ]


def test_the_terminology_server_is_named_where_there_is_one_and_is_no_part_of_the_version() -> None:
    here, elsewhere, nowhere = (
        whole(replace(PUBLICATION, terminology_server=server))
        for server in ("https://a.example", "https://b.example", None)
    )
    assert extensions(here)[systems.TERMINOLOGY_SERVER]["valueUrl"] == "https://a.example"
    assert systems.TERMINOLOGY_SERVER not in extensions(nowhere)
    assert here["meta"]["versionId"] == elsewhere["meta"]["versionId"] == nowhere["meta"]["versionId"]
    assert here["meta"]["versionId"] != whole()["meta"]["versionId"], "the codes are"


def test_it_was_updated_when_its_definition_its_retirement_or_a_word_was_published() -> None:
    newer = datetime(2027, 1, 15, 8, 30, tzinfo=UTC)
    assert last_updated(QUESTIONNAIRE, TEXTS) == datetime(2026, 11, 1, tzinfo=UTC)
    assert last_updated(replace(QUESTIONNAIRE, retired_on="2027-03-01"), TEXTS) == datetime(2027, 3, 1, tzinfo=UTC)
    assert last_updated(QUESTIONNAIRE, TEXTS | {"ar": replace(ARABIC_DRAFT, since=newer)}) == newer
    assert whole()["meta"]["lastUpdated"] == "2026-11-01T00:00:00Z"
