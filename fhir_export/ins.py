"""INS, the French national health identity: its namespaces, the form of its number, and when it may be given out.

ANS, Référentiel INS; FR Core 2.1 (Interop'Santé) for the codes.
"""

import re
from enum import StrEnum
from typing import Final


class InsSystem(StrEnum):
    """The namespaces: a permanent number (NIR), a waiting one (NIA), and those of test and demonstration."""

    NIR = "urn:oid:1.2.250.1.213.1.4.8"
    NIA = "urn:oid:1.2.250.1.213.1.4.9"
    NIR_TEST = "urn:oid:1.2.250.1.213.1.4.10"
    NIR_DEMO = "urn:oid:1.2.250.1.213.1.4.11"

    @property
    def is_of_a_person(self) -> bool:
        """Whether real people have such numbers."""
        return self in (InsSystem.NIR, InsSystem.NIA)


class IdentityStatus(StrEnum):
    """How far a hospital trusts an identity: the codes of FR Core's table 0445."""

    VIDE = "VIDE"
    PROV = "PROV"
    VALI = "VALI"
    """Validated. With an INS: a qualified identity."""
    DOUB = "DOUB"
    DESA = "DESA"
    DPOT = "DPOT"
    DOUA = "DOUA"
    COLP = "COLP"
    COLV = "COLV"
    FILI = "FILI"
    CACH = "CACH"
    ANOM = "ANOM"
    IDVER = "IDVER"
    RECD = "RECD"
    IDRA = "IDRA"
    USUR = "USUR"
    HOMD = "HOMD"
    HOMA = "HOMA"
    INVA = "INVA"
    FICT = "FICT"
    DOUT = "DOUT"


TYPES: Final[dict[InsSystem, str]] = {
    InsSystem.NIR: "INS-NIR",
    InsSystem.NIA: "INS-NIA",
    InsSystem.NIR_TEST: "INS-NIR-TEST",
    InsSystem.NIR_DEMO: "INS-NIR-DEMO",
}
"""The identifier types of FR Core's table 0203."""

# 13 characters and a key of two digits. The department of birth is 2A or 2B in Corsica.
_FORM: Final = re.compile(r"(?P<before>[0-9]{5})(?P<department>[0-9]{2}|2[AB])(?P<after>[0-9]{6})(?P<key>[0-9]{2})")
_CORSICA: Final = {"2A": "19", "2B": "18"}


def ins_system(system: str) -> InsSystem | None:
    """The namespace of an identifier, or None where it is no INS."""
    return InsSystem(system) if system in list(InsSystem) else None


def may_be_given_out(system: str, identity_status: str | None) -> bool:
    """An INS is given out with a validated identity only; whatever is no INS always is."""
    return ins_system(system) is None or identity_status == IdentityStatus.VALI


def has_form(value: str) -> bool:
    """Whether the value has the 15 characters of an INS."""
    return _FORM.fullmatch(value) is not None


def has_right_key(value: str) -> bool:
    """Whether the last two digits are 97 less the remainder of the others by 97; 2A counts as 19, 2B as 18."""
    found = _FORM.fullmatch(value)
    if found is None:
        return False
    department = _CORSICA.get(found["department"], found["department"])
    number = int(found["before"] + department + found["after"])
    return int(found["key"]) == 97 - number % 97
