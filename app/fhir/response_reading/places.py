"""Where something is in a resource: the steps from its root, written as the FHIRPath of an OperationOutcome.

R4 allows a simple subset there: element names, indices, and the dot (OperationOutcome.issue.expression). A choice of
types goes by the name without its type: `answer[0].value`, whatever JSON calls it (R4 FHIRPath, 2.9.3).
"""

import re
from typing import Any, Final

Place = tuple[str | int, ...]
"""JSON names and indices from the root of the resource: `("item", 0, "answer", 1, "valueCoding")`."""

ROOT: Final[Place] = ()

_NAME: Final = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}", re.ASCII)
# What R4 lets an answer and an extension be; another name after `value` is no choice but an unknown element.
_VALUE: Final = re.compile(
    r"value(Base64Binary|Boolean|Canonical|Code|Date|DateTime|Decimal|Id|Instant|Integer|Markdown|Oid|PositiveInt"
    r"|String|Time|UnsignedInt|Uri|Url|Uuid|Address|Age|Annotation|Attachment|CodeableConcept|Coding|ContactPoint|Count"
    r"|Distance|Duration|HumanName|Identifier|Money|Period|Quantity|Range|Ratio|Reference|SampledData|Signature|Timing"
    r"|ContactDetail|Contributor|DataRequirement|Expression|ParameterDefinition|RelatedArtifact|TriggerDefinition"
    r"|UsageContext|Dosage|Meta)"
)


def path_of(place: Place, at: str) -> str:
    """The FHIRPath of a place below `at`. A name that no element could have is left out: it is the client's text."""
    path = at
    for step in place:
        if isinstance(step, int):
            path += f"[{step}]"
        elif _NAME.fullmatch(step) is None:
            break
        else:
            # A primitive's `_name` holds its id and extensions: the element is `name` all the same.
            name = step.removeprefix("_")
            path += ".value" if _VALUE.fullmatch(name) else f".{name}"
    return path


def order_of(place: Place, resource: Any) -> tuple[int, ...]:
    """Where a place stands in the document that was sent, to sort by. What is missing stands at its parent's end."""
    order: list[int] = []
    here = resource
    for step in place:
        if isinstance(step, int):
            order.append(step)
            here = here[step] if isinstance(here, list) and step < len(here) else None
        else:
            names = list(here) if isinstance(here, dict) else []
            order.append(names.index(step) if step in names else len(names))
            here = here.get(step) if isinstance(here, dict) else None
    return tuple(order)
