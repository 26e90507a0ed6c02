"""Every URI that the export uses: of HL7, of LOINC, of UCUM, and ours under the installation's canonical base."""

from questionnaires.definition import Item, Questionnaire

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
DATA_ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
ITEM_CONTROL = "http://hl7.org/fhir/questionnaire-item-control"
LAUNCH_CONTEXTS = "http://hl7.org/fhir/uv/sdc/CodeSystem/launchContext"
VERSION_ALGORITHMS = "http://hl7.org/fhir/version-algorithm"
SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
PUBLICATION_STATUS = "http://hl7.org/fhir/publication-status"
ENCOUNTER_STATUS = "http://hl7.org/fhir/encounter-status"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
LANGUAGES = "urn:ietf:bcp:47"
LIST_EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
APPOINTMENT_STATUS = "http://hl7.org/fhir/appointmentstatus"
DATA_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"

# FR Core 2.1, Interop'Santé.
FR_IDENTIFIER_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
FR_IDENTITY_RELIABILITY = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
FR_IDENTITY_STATUS = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"

TELESURVEILLANCE_OBSERVATION = (
    "https://interop.esante.gouv.fr/ig/fhir/telesurveillance/StructureDefinition/tlsv-observation"
)

ORDINAL_VALUE = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
OPTION_EXCLUSIVE = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive"
HIDDEN = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"
ITEM_CONTROL_EXTENSION = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
CHOICE_ORIENTATION = "http://hl7.org/fhir/StructureDefinition/questionnaire-choiceOrientation"
ENTRY_FORMAT = "http://hl7.org/fhir/StructureDefinition/entryFormat"
VERSION_ALGORITHM = "http://hl7.org/fhir/StructureDefinition/artifact-versionAlgorithm"
LAUNCH_CONTEXT = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-launchContext"
OBSERVATION_EXTRACT = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract"
TERMINOLOGY_SERVER = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-preferredTerminologyServer"
MIN_VALUE = "http://hl7.org/fhir/StructureDefinition/minValue"
MAX_VALUE = "http://hl7.org/fhir/StructureDefinition/maxValue"
DOCUMENT_VERSION = "http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber"
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


def house(canonical_base: str, name: str) -> str:
    """A code system of the house itself, which is no instrument's."""
    return f"{canonical_base}/CodeSystem/{name}"


def attributes(questionnaire: Questionnaire) -> str:
    """The code system of what an item asks about its symptom: frequency, severity, interference, amount, presence."""
    return f"{base_of(questionnaire)}/CodeSystem/vigie-attributes"


def alert_severities(questionnaire: Questionnaire) -> str:
    """The code system of our alert levels: routine, soon, urgent."""
    return f"{base_of(questionnaire)}/CodeSystem/vigie-alert-severities"


def modes(questionnaire: Questionnaire) -> str:
    """The code system of what an installation lets Vigie say: record, score, alert."""
    return modes_under(base_of(questionnaire))


def modes_under(canonical_base: str) -> str:
    """The same, where no questionnaire is at hand."""
    return f"{canonical_base}/CodeSystem/vigie-modes"


def visits(canonical_base: str, centre_id: str) -> str:
    """The namespace of a hospital's visit ids: two centres of an installation may both have a visit 17."""
    return f"{canonical_base}/NamingSystem/visits-{centre_id}"


def consultation_status(canonical_base: str) -> str:
    """The extension that says of a cancelled visit that the patient did not come."""
    return f"{canonical_base}/StructureDefinition/vigie-consultation-status"


def instruments(canonical_base: str) -> str:
    """The namespace of instruments: a Questionnaire of whatever version has its instrument's id as identifier."""
    return f"{canonical_base}/NamingSystem/instruments"


def pinned_artefacts(questionnaire: Questionnaire) -> str:
    """The extension that names the published artefacts behind a resource, with their digests."""
    return f"{base_of(questionnaire)}/StructureDefinition/vigie-pinned-artefacts"


def documents(canonical_base: str) -> str:
    """The namespace of document identifiers: one for each consultation, whatever its version."""
    return f"{canonical_base}/NamingSystem/documents"


def document_types(canonical_base: str) -> str:
    """The code system of the kinds of documents: pro-summary."""
    return f"{canonical_base}/CodeSystem/vigie-document-types"


def document_sections(canonical_base: str) -> str:
    """The code system of a document's sections: points-of-vigilance, topics, symptoms, scales, answers, mode."""
    return f"{canonical_base}/CodeSystem/vigie-document-sections"


def answer_states(canonical_base: str) -> str:
    """The code system of what became of the questionnaires before a consultation: not-ready, answered ..."""
    return f"{canonical_base}/CodeSystem/vigie-answer-states"


def answer_state(canonical_base: str) -> str:
    """The extension of a Composition that says whether it is ready."""
    return f"{canonical_base}/StructureDefinition/vigie-answer-state"


def correction_reason(questionnaire: Questionnaire) -> str:
    """The extension of a response that says why it is corrected."""
    return f"{base_of(questionnaire)}/StructureDefinition/vigie-correction-reason"


def issues(canonical_base: str) -> str:
    """The code system of what can be wrong with one element of a resource, or with one answer."""
    return f"{canonical_base}/CodeSystem/vigie-issues"


def problems(canonical_base: str) -> str:
    """The code system of our problem slugs, those of RFC 9457 `type` in `/v1`."""
    return f"{canonical_base}/CodeSystem/vigie-problems"
