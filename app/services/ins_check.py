"""Whether an identifier that claims to be an INS can be one, before anybody is registered under it."""

from collections.abc import Sequence

from app.services.errors import IdentifierInvalid
from app.settings import Settings
from app.store.patient import Identifier
from fhir_export.ins import has_form, has_right_key, ins_system

_FORM = "an INS has 15 characters without spaces: 13 of the number (2A or 2B in Corsica) and a key of two digits"
_KEY = "the key does not fit the number: it is 97 less the remainder of the number by 97"
_NOT_A_PERSONS = "test and demonstration numbers are for installations in demo mode"


def check_identifiers(settings: Settings, identifiers: Sequence[Identifier]) -> None:
    """Raise IdentifierInvalid with every identifier that cannot be right."""
    faults = ((place, _fault(settings, identifier)) for place, identifier in enumerate(identifiers))
    found = tuple((place, fault) for place, fault in faults if fault is not None)
    if found:
        raise IdentifierInvalid(found)


def _fault(settings: Settings, identifier: Identifier) -> str | None:
    system = ins_system(identifier.system)
    if system is None:
        return None
    if not system.is_of_a_person and not settings.demo:
        return _NOT_A_PERSONS
    if not has_form(identifier.value):
        return _FORM
    # Numbers of nobody need no key to be told from one another's.
    if system.is_of_a_person and settings.ins_check == "strict" and not has_right_key(identifier.value):
        return _KEY
    return None
