"""What a Questionnaire gets wrong by FHIR's own types. It is imported all the same; an author should know."""

from typing import Any

from fhir.resources.R4B.questionnaire import Questionnaire
from pydantic import ValidationError

_MOST = 50


def faults_of(resource: Any) -> tuple[str, ...]:
    """Each fault with its place; none where the resource is valid R4B. Values are never repeated."""
    try:
        Questionnaire.model_validate(resource)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        told = [f"{'.'.join(map(str, fault['loc'])) or 'Questionnaire'}: {fault['msg']}" for fault in found]
        return tuple(dict.fromkeys(told))[:_MOST]
    except (AttributeError, KeyError, TypeError, ValueError):
        # fhir.resources reads a text in the place of an object as JSON, and looks at what comes out too late.
        return ("Questionnaire: an element is of a type that makes the whole unreadable to a FHIR library",)
    return ()
