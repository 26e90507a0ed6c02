"""What an operation is given: a resource as the body, or a Parameters with one in it (R4 operations, 3.2.0.2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Request

from app.http.refusal import Refused, refusal
from app.http.strict_json import parse

_TEXTS: Final = ("valueCode", "valueString", "valueUri", "valueCanonical")


@dataclass(frozen=True, slots=True)
class OperationInput:
    """The resource, where one was sent, at the FHIRPath `at` of the body; and the other parameters by name."""

    body: bytes
    resource: Any
    at: str
    texts: Mapping[str, str] = field(default_factory=dict)


async def read_input(
    request: Request, named: str, texts: Collection[str] = (), at: str = "QuestionnaireResponse"
) -> OperationInput:
    """Read the body and the URL. `named`: the parameter that holds the resource. Raises MalformedBody, Refused."""
    stated = {name: request.query_params[name] for name in texts if name in request.query_params}
    body = await request.body()
    content = parse(body) if body else None
    if not isinstance(content, dict) or content.get("resourceType") != "Parameters":
        return OperationInput(body, content, at, stated)
    resource: Any = None
    parameters = content.get("parameter", [])
    if not isinstance(parameters, list):
        raise _wrong("Parameters.parameter", "a list is needed here")
    for number, parameter in enumerate(parameters):
        here = f"Parameters.parameter[{number}]"
        name = parameter.get("name") if isinstance(parameter, dict) else None
        if name == named and "resource" in parameter:
            resource, at = parameter["resource"], f"{here}.resource"
        elif isinstance(name, str) and name in texts:
            stated[name] = _text(parameter, here)
        else:
            raise _wrong(here, f"understood are {', '.join((named, *texts))}")
    return OperationInput(body, resource, at, stated)


def _text(parameter: Mapping[str, Any], here: str) -> str:
    for name in _TEXTS:
        if isinstance(parameter.get(name), str):
            return str(parameter[name])
    raise _wrong(f"{here}.value", "a code, a text or a URI is needed here")


def _wrong(expression: str, text: str) -> Refused:
    issue = {"code": "parameter", "expression": expression, "text": text}
    return refusal("request-invalid", "the parameters of the operation cannot be read", issue)
