import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.scopes import Context, Grant, Interaction, holds, parse_scopes

SURVEY = "?category=http://terminology.hl7.org/CodeSystem/observation-category|survey"


def shown(text: str) -> set[str]:
    return {str(grant) for grant in parse_scopes(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "patient/QuestionnaireResponse.crus",
            {f"patient/QuestionnaireResponse.{letter}" for letter in "crus"},
        ),
        ("user/*.rs", {"user/*.r", "user/*.s"}),
        ("system/*.cruds", {f"system/*.{letter}" for letter in "cruds"}),
        (f"system/Observation.rs{SURVEY}", {"system/Observation.r", "system/Observation.s"}),
        ("user/Patient.r user/Patient.c", {"user/Patient.r", "user/Patient.c"}),
        ("openid fhirUser launch/patient offline_access user/Patient.r", {"user/Patient.r"}),
    ],
)
def test_granted(text: str, expected: set[str]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "   ",
        "openid",
        "patient/Patient.read",
        "patient/Patient.write",
        "patient/Patient.*",
        "patient/*.*",
        "patient/Patient.",
        "patient/Patient",
        "patient/Patient.sr",
        "patient/Patient.rr",
        "patient/Patient.rx",
        "patient/Patient.R",
        "patient/patient.r",
        "Patient/Patient.r",
        "group/Patient.r",
        "patient/.r",
        "patient/Patient2.r",
        "patient/Patient.r\n",
        "patient/Patient.r\u00a0",
        "patient/Patient.r,patient/Patient.c",
        "patient/Patient.r?",
        "patient/Patient.rs?name=x",
        "system/Observation.rs?category=laboratory",
        "system/Observation.rs?category=survey",
        f"system/Observation.rs{SURVEY}&code=x",
        f"system/Observation.rs{SURVEY}\n",
        f"system/Condition.rs{SURVEY}",
        f"system/*.rs{SURVEY}",
    ],
)
def test_grants_nothing(scope: str) -> None:
    assert parse_scopes(scope) == frozenset()


def test_one_bad_scope_does_not_spoil_its_neighbours() -> None:
    assert shown("patient/Patient.read user/Patient.r user/Patient.sr") == {"user/Patient.r"}


def test_the_wildcard_stays_in_its_context_and_interaction() -> None:
    scopes = parse_scopes("user/*.r")
    assert holds(scopes, Grant(Context.USER, "Patient", Interaction.READ))
    assert not holds(scopes, Grant(Context.USER, "Patient", Interaction.SEARCH))
    assert not holds(scopes, Grant(Context.PATIENT, "Patient", Interaction.READ))


WORDS = ["patient", "user", "system", "Patient", "Observation", "read", "openid", "é", SURVEY, "category=survey"]
PIECES = st.sampled_from([*WORDS, *"cruds/*.? \n"])


@given(st.one_of(st.text(), st.lists(PIECES, max_size=14).map("".join)))
def test_never_fails_and_never_grants_more_than_asked(text: str) -> None:
    asked = text.split(" ")
    for grant in parse_scopes(text):
        # Some single scope names this very context, resource and letter.
        assert any(
            scope.startswith(f"{grant.context}/{grant.resource}.")
            and grant.interaction in re.split(r"[.?]", scope)[1]
            and ("?" not in scope or scope.endswith(SURVEY))
            for scope in asked
        )


@given(
    st.sampled_from(Context),
    st.sampled_from(["*", "Patient", "QuestionnaireResponse"]),
    st.sets(st.sampled_from(Interaction), min_size=1),
)
def test_a_well_formed_scope_grants_exactly_its_letters(
    context: Context, resource: str, letters: set[Interaction]
) -> None:
    written = "".join(letter for letter in "cruds" if letter in letters)
    expected = {Grant(context, resource, letter) for letter in letters}
    assert parse_scopes(f"{context}/{resource}.{written}") == expected
