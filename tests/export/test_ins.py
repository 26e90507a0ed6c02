"""INS: the form and the key of a number, and when it is given out."""

import pytest

from fhir_export.ins import IdentityStatus, InsSystem, has_form, has_right_key, ins_system, may_be_given_out
from tests.export.people_builders import SYNTHETIC_INS, SYNTHETIC_NUMBER

# Of nobody: born in no month. The keys were worked out by hand: 97 - 2619999999999 mod 97, and so on.
RIGHT = ["261999999999964", "261992A99999990", "261992B99999920"]


def test_the_numbers_are_right_by_long_division() -> None:
    """The key another way: a number with its key less 97 is a multiple of 97."""
    for number, corsica in zip(RIGHT, ("", "19", "18"), strict=True):
        digits = number[:5] + (corsica or number[5:7]) + number[7:13]
        remainder = 0
        for digit in digits:
            remainder = (remainder * 10 + int(digit)) % 97
        assert int(number[13:]) + remainder == 97


@pytest.mark.parametrize("number", RIGHT)
def test_a_number_with_its_key_is_right(number: str) -> None:
    assert has_form(number)
    assert has_right_key(number)


@pytest.mark.parametrize("number", RIGHT)
def test_another_key_is_wrong(number: str) -> None:
    keys = [f"{number[:13]}{key:02d}" for key in range(100)]
    assert [key for key in keys if has_right_key(key)] == [number]


@pytest.mark.parametrize(
    "value",
    [
        "",
        SYNTHETIC_NUMBER,
        f"{SYNTHETIC_INS}0",
        f"2 61 99 99 999 999 {SYNTHETIC_INS[-2:]}",
        "261992C99999900",
        "261992a99999900",
        "2A1999999999900",
        "٢٦١٩٩٩٩٩٩٩٩٩٩٤٣",
        f"{SYNTHETIC_INS}\n",
    ],
)
def test_what_has_another_form_is_no_ins(value: str) -> None:
    assert not has_form(value)
    assert not has_right_key(value)


def test_every_namespace_is_known_and_no_other() -> None:
    assert [ins_system(f"urn:oid:1.2.250.1.213.1.4.{n}") for n in (8, 9, 10, 11)] == list(InsSystem)
    assert [system.is_of_a_person for system in InsSystem] == [True, True, False, False]
    assert ins_system("urn:oid:1.2.250.1.213.1.4.12") is None


@pytest.mark.parametrize("status", [None, *IdentityStatus])
def test_an_ins_is_given_out_with_a_validated_identity_only(status: str | None) -> None:
    for system in InsSystem:
        assert may_be_given_out(system, status) is (status == "VALI")
    assert may_be_given_out("urn:hospital:ipp", status)
