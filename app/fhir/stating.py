"""An offer as an entry of the CapabilityStatement."""

from app.fhir.offer import OperationOffer, ResourceOffer, SearchParameter
from fhir_export.encoding import Resource


def stated_resource(offer: ResourceOffer, canonical_base: str) -> Resource:
    """One entry of `CapabilityStatement.rest.resource`."""
    entry: Resource = {"type": offer.type}
    if offer.profiles:
        entry["supportedProfile"] = list(offer.profiles)
    if offer.documentation:
        entry["documentation"] = offer.documentation
    entry["interaction"] = [{"code": code} for code in offer.interactions]
    entry["versioning"] = _versioning(offer)
    entry["readHistory"] = "vread" in offer.interactions
    if "update" in offer.interactions:
        entry["updateCreate"] = False
    entry["conditionalCreate"] = offer.conditional_create
    entry["conditionalRead"] = "not-match" if offer.conditional_read else "not-supported"
    entry["conditionalUpdate"] = False
    entry["conditionalDelete"] = "not-supported"
    entry["referencePolicy"] = ["literal"]
    if offer.includes:
        entry["searchInclude"] = list(offer.includes)
    if offer.parameters:
        entry["searchParam"] = [_parameter(parameter) for parameter in offer.parameters]
    if offer.operations:
        entry["operation"] = [stated_operation(operation, canonical_base) for operation in offer.operations]
    return entry


def _versioning(offer: ResourceOffer) -> str:
    """An update must name the version that it changes (R4 value set versioning-policy)."""
    return "versioned-update" if "update" in offer.interactions else "versioned"


def stated_operation(operation: OperationOffer, canonical_base: str) -> Resource:
    """One operation. A definition of ours, `/OperationDefinition/...`, stands under the canonical base."""
    own = operation.definition.startswith("/")
    definition = f"{canonical_base}{operation.definition}" if own else operation.definition
    entry: Resource = {"name": operation.name, "definition": definition}
    return entry | {"documentation": operation.documentation} if operation.documentation else entry


def _parameter(parameter: SearchParameter) -> Resource:
    entry: Resource = {"name": parameter.name, "definition": parameter.definition, "type": parameter.type.value}
    return entry | {"documentation": parameter.documentation} if parameter.documentation else entry
