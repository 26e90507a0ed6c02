import pytest

from app.security.caller import Caller, Role
from tests.unit.security.forge import CENTRE, CHILD, PATIENT, STRANGER


def test_a_patient_reaches_themselves_and_those_they_act_for() -> None:
    caller = Caller(CENTRE, Role.PATIENT, "i|s", PATIENT, frozenset({CHILD}))
    assert caller.may_touch(PATIENT)
    assert caller.may_touch(CHILD)
    assert not caller.may_touch(STRANGER)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PATIENT])
def test_the_others_reach_every_patient_of_the_centre(role: Role) -> None:
    assert Caller(CENTRE, role, "i|s").may_touch(STRANGER)


def test_a_patient_caller_is_a_patient() -> None:
    with pytest.raises(ValueError, match="one patient"):
        Caller(CENTRE, Role.PATIENT, "i|s")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PATIENT])
def test_the_others_are_no_patient_and_act_for_none(role: Role) -> None:
    with pytest.raises(ValueError, match="one patient"):
        Caller(CENTRE, role, "i|s", PATIENT)
    with pytest.raises(ValueError, match="acts for"):
        Caller(CENTRE, role, "i|s", None, frozenset({CHILD}))
