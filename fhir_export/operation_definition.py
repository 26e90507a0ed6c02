"""The operations of the house as R4 OperationDefinitions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from fhir_export.definition import Definition, Texts
from fhir_export.encoding import Resource
from fhir_export.phrases import Phrase

RESOURCE_TYPE: Final = "OperationDefinition"


@dataclass(frozen=True, slots=True)
class OperationParameter:
    """One parameter of an operation. `type` is that of its value, or the resource type."""

    name: str
    use: Literal["in", "out"]
    type: str
    says: str
    minimum: int = 0
    maximum: str = "1"


@dataclass(frozen=True, slots=True)
class DefinedOperation:
    """One operation, without its `$`. `resource` is the type that it is asked of; `on` the levels, as R4 names them."""

    name: str
    resource: str
    on: frozenset[str]
    says: str
    parameters: Sequence[OperationParameter] = ()


def operation_definition(operation: DefinedOperation, url: str, version: str) -> Definition:
    """The definition of an operation, at the version of the service."""
    return Definition(
        type=RESOURCE_TYPE,
        url=url,
        version=version,
        title=Phrase.OPERATION,
        body=partial(_operation, operation),
    )


def _operation(operation: DefinedOperation, _texts: Texts, _language: str) -> Resource:
    body: Resource = {
        "kind": "operation",
        "description": operation.says,
        "code": operation.name,
        "resource": [operation.resource],
    }
    body |= {level: level in operation.on for level in ("system", "type", "instance")}
    if operation.parameters:
        body["parameter"] = [_parameter(parameter) for parameter in operation.parameters]
    return body


def _parameter(parameter: OperationParameter) -> Resource:
    return {
        "name": parameter.name,
        "use": parameter.use,
        "min": parameter.minimum,
        "max": parameter.maximum,
        "documentation": parameter.says,
        "type": parameter.type,
    }
