"""Every URI that the export uses: of HL7, of LOINC, of UCUM, and ours under the installation's canonical base."""

from questionnaires.definition import Item, Questionnaire

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
DATA_ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
ITEM_CONTROL = "http://hl7.org/fhir/questionnaire-item-control"
SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"

ORDINAL_VALUE = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
OPTION_EXCLUSIVE = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive"
HIDDEN = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"
ITEM_CONTROL_EXTENSION = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
MIN_VALUE = "http://hl7.org/fhir/StructureDefinition/minValue"
MAX_VALUE = "http://hl7.org/fhir/StructureDefinition/maxValue"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"


def base_of(questionnaire: Questionnaire) -> str:
    """The canonical base under which the questionnaire was published."""
    return questionnaire.url.removesuffix(f"/Questionnaire/{questionnaire.instrument}")


# The codes below are per instrument: two instruments may both have a score `quality_of_life`, on other scales. The
# dot stands in no instrument id, set name or link id, so that no two of these URIs can meet.
def scores(questionnaire: Questionnaire) -> str:
    """The code system of an instrument's scores: code = the score's name."""
    return f"{base_of(questionnaire)}/CodeSystem/{questionnaire.instrument}.scores"


def items(questionnaire: Questionnaire) -> str:
    """The code system of an instrument's items: code = the link id."""
    return f"{base_of(questionnaire)}/CodeSystem/{questionnaire.instrument}.items"


def options(questionnaire: Questionnaire, item: Item) -> str:
    """The code system of a choice item's options: that of its option set, or one of its own."""
    owner = f"options.{item.option_set}" if item.option_set else f"item.{item.link_id}"
    return f"{base_of(questionnaire)}/CodeSystem/{questionnaire.instrument}.{owner}"


def attributes(questionnaire: Questionnaire) -> str:
    """The code system of what an item asks about its symptom: frequency, severity, interference, amount, presence."""
    return f"{base_of(questionnaire)}/CodeSystem/vigie-attributes"


def alert_severities(questionnaire: Questionnaire) -> str:
    """The code system of our alert levels: routine, soon, urgent."""
    return f"{base_of(questionnaire)}/CodeSystem/vigie-alert-severities"


def modes(questionnaire: Questionnaire) -> str:
    """The code system of what an installation lets Vigie say: record, score, alert."""
    return f"{base_of(questionnaire)}/CodeSystem/vigie-modes"


def pinned_artefacts(questionnaire: Questionnaire) -> str:
    """The extension that names the published artefacts behind a resource, with their digests."""
    return f"{base_of(questionnaire)}/StructureDefinition/vigie-pinned-artefacts"


def problems(canonical_base: str) -> str:
    """The code system of our problem slugs, those of RFC 9457 `type` in `/v1`."""
    return f"{canonical_base}/CodeSystem/vigie-problems"


def collection_operation(canonical_base: str) -> str:
    """The definition of `$collection`: one response with its Observations."""
    return f"{canonical_base}/OperationDefinition/QuestionnaireResponse-collection"
