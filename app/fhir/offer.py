"""What `/fhir` offers of one resource type: declared beside its routes, stated by the CapabilityStatement.

The same declaration is what a search is read by, so that what is stated and what is understood cannot differ.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from fhir_export.operation_definition import OperationParameter


class ParameterType(StrEnum):
    """R4 value set search-param-type, as far as it is used."""

    TOKEN = "token"  # noqa: S105 - a type of search parameter
    DATE = "date"
    REFERENCE = "reference"
    URI = "uri"
    QUANTITY = "quantity"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """One search parameter. `definition`: the canonical of its R4 SearchParameter.

    `targets`: the resource types that a reference may name; `versioned`: whether it may name one version of them.
    """

    name: str
    type: ParameterType
    definition: str
    documentation: str | None = None
    targets: tuple[str, ...] = ()
    versioned: bool = False


@dataclass(frozen=True, slots=True)
class OperationOffer:
    """One operation, without its `$`. `definition`: the canonical of its OperationDefinition.

    `on`: where it is asked: of the system, of the type, or of one instance. `parameters`: what goes in and comes out,
    for an OperationDefinition of ours.
    """

    name: str
    definition: str
    documentation: str | None = None
    on: frozenset[str] = frozenset({"instance"})
    parameters: tuple[OperationParameter, ...] = ()


ID = SearchParameter("_id", ParameterType.TOKEN, "http://hl7.org/fhir/SearchParameter/Resource-id")
LAST_UPDATED = SearchParameter(
    "_lastUpdated", ParameterType.DATE, "http://hl7.org/fhir/SearchParameter/Resource-lastUpdated"
)


@dataclass(frozen=True, slots=True)
class ResourceOffer:
    """Everything that is offered of one resource type. `interactions` are codes of R4's type-restful-interaction.

    `summary` and `mandatory` are the elements that `_summary=true` and `_elements` always give.
    `sorts`: the parameters that `_sort` may name. `includes`: what `_include` may name. `conditional_read`: whether
    a read gives 304 to who has the version; not where the same version reads differently by who asks, and when.
    """

    type: str
    interactions: tuple[str, ...]
    parameters: tuple[SearchParameter, ...] = ()
    operations: tuple[OperationOffer, ...] = ()
    sorts: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    summary: frozenset[str] = frozenset()
    mandatory: frozenset[str] = frozenset()
    profiles: tuple[str, ...] = ()
    documentation: str | None = None
    conditional_create: bool = False
    conditional_read: bool = True
    default_count: int = 50
    by_name: dict[str, SearchParameter] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {parameter.name: parameter for parameter in self.parameters})
