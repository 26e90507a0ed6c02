"""Role x operation x scope, exhaustively, against a table written by hand from the issue."""

import pytest

from app.security.caller import Caller, Role
from app.security.errors import NotPermitted, PatientOutOfReach
from app.security.operations import NEEDS, ROLES, Operation, authorise, default_scopes
from app.security.scopes import parse_scopes
from tests.unit.security.forge import CENTRE, CHILD, PATIENT, STRANGER

# operation: (roles by initial: Patient Clinician Nurse System Admin; resource and letter)
EXPECTED = {
    "read_self": ("PCNSA", None),
    "read_questionnaire": ("PCNSA", "Questionnaire.r"),
    "list_questionnaires": ("PCNSA", "Questionnaire.s"),
    "score": ("PCNSA", "Questionnaire.r"),
    "register_patient": ("CNS", "Patient.c"),
    "read_patient": ("PCNS", "Patient.r"),
    "list_patients": ("PCNS", "Patient.s"),
    "merge_patients": ("CNS", "Patient.u"),
    "save_draft": ("PCN", "QuestionnaireResponse.u"),
    "discard_draft": ("PCN", "QuestionnaireResponse.u"),
    "read_draft": ("PCN", "QuestionnaireResponse.r"),
    "submit_response": ("PCNS", "QuestionnaireResponse.c"),
    "validate_response": ("PCNS", "QuestionnaireResponse.c"),
    "read_response": ("PCNS", "QuestionnaireResponse.r"),
    "list_responses": ("PCNS", "QuestionnaireResponse.s"),
    "correct_response": ("PCNS", "QuestionnaireResponse.u"),
    "mark_entered_in_error": ("CNS", "QuestionnaireResponse.u"),
    "delete_response": ("CNS", "QuestionnaireResponse.d"),
    "read_provenance": ("PCNS", "Provenance.r"),
    "list_provenance": ("PCNS", "Provenance.s"),
    "upsert_consultation": ("CNS", "Encounter.u"),
    "read_consultation": ("PCNS", "Encounter.r"),
    "list_consultations": ("PCNS", "Encounter.s"),
    "read_centre": ("PCNSA", "Organization.r"),
    "read_practitioner": ("PCNS", "Practitioner.r"),
    "read_device": ("PCNS", "Device.r"),
    "read_scores": ("CNS", "Observation.r"),
    "list_scores": ("CNS", "Observation.s"),
    "read_synthesis": ("CNS", "Composition.r"),
    "mark_synthesis": ("CNS", "Composition.r"),
    "make_link": ("PCNS", "QuestionnaireResponse.c"),
    "list_links": ("CNS", "QuestionnaireResponse.s"),
    "revoke_link": ("CNS", "QuestionnaireResponse.u"),
    "open_link": ("P", "Questionnaire.r"),
}
CONTEXTS = {
    Role.PATIENT: "patient",
    Role.CLINICIAN: "user",
    Role.NURSE: "user",
    Role.SYSTEM: "system",
    Role.ADMIN: "user",
}
RESOURCES = (
    "Questionnaire",
    "QuestionnaireResponse",
    "Patient",
    "Encounter",
    "Observation",
    "Composition",
    "Provenance",
    "Organization",
    "Practitioner",
    "Device",
    "*",
)
SCOPES = ["", "openid fhirUser"] + [
    f"{context}/{resource}.{letter}"
    for context in ("patient", "user", "system")
    for resource in RESOURCES
    for letter in "cruds"
]


def caller(role: Role, scopes: str) -> Caller:
    patient_id = PATIENT if role is Role.PATIENT else None
    return Caller(CENTRE, role, "i|s", patient_id, frozenset(), parse_scopes(scopes))


def may(role: Role, operation: Operation, scopes: str) -> bool:
    try:
        authorise(caller(role, scopes), operation)
    except NotPermitted:
        return False
    return True


def test_every_operation_is_in_every_table() -> None:
    assert set(EXPECTED) == set(Operation) == set(ROLES) == set(NEEDS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("operation", Operation)
def test_role_operation_scope(role: Role, operation: Operation) -> None:
    initials, needed = EXPECTED[operation]
    allowed = role.value[0].upper() in initials
    for scope in SCOPES:
        if needed is None:
            expected = True
        else:
            resource, letter = needed.split(".")
            context = CONTEXTS[role]
            expected = allowed and scope in (f"{context}/{resource}.{letter}", f"{context}/*.{letter}")
        assert may(role, operation, scope) is expected, scope


@pytest.mark.parametrize("role", Role)
def test_default_scopes_open_all_that_the_role_may_do(role: Role) -> None:
    scopes = default_scopes(role)
    for operation in Operation:
        assert may(role, operation, scopes) is (role in ROLES[operation])


@pytest.mark.parametrize("role", Role)
def test_default_scopes_are_the_least(role: Role) -> None:
    grants = parse_scopes(default_scopes(role))
    for grant in grants:
        without = " ".join(str(other) for other in grants if other != grant)
        assert any(
            may(role, operation, default_scopes(role)) > may(role, operation, without) for operation in Operation
        )


def test_default_scopes_of_a_patient() -> None:
    assert default_scopes(Role.PATIENT) == (
        "patient/Device.r patient/Encounter.rs patient/Organization.r patient/Patient.rs patient/Practitioner.r"
        " patient/Provenance.rs patient/Questionnaire.rs patient/QuestionnaireResponse.crus"
    )


def test_a_missing_scope_is_named_and_a_forbidden_role_is_not() -> None:
    with pytest.raises(NotPermitted) as no_scope:
        authorise(caller(Role.NURSE, ""), Operation.READ_SYNTHESIS)
    assert no_scope.value.missing_scope == "user/Composition.r"
    assert no_scope.value.operation is Operation.READ_SYNTHESIS
    with pytest.raises(NotPermitted) as no_role:
        authorise(caller(Role.ADMIN, "user/*.cruds"), Operation.READ_SYNTHESIS)
    assert no_role.value.missing_scope is None


@pytest.mark.parametrize("operation", [operation for operation in Operation if Role.PATIENT in ROLES[operation]])
def test_a_patient_reaches_their_own_and_entrusted_only(operation: Operation) -> None:
    scopes = parse_scopes(default_scopes(Role.PATIENT))
    patient = Caller(CENTRE, Role.PATIENT, "i|s", PATIENT, frozenset({CHILD}), scopes)
    authorise(patient, operation, PATIENT)
    authorise(patient, operation, CHILD)
    with pytest.raises(PatientOutOfReach) as refused:
        authorise(patient, operation, STRANGER)
    assert str(STRANGER) not in str(refused.value)


def test_staff_reach_every_patient_of_the_centre() -> None:
    authorise(caller(Role.NURSE, default_scopes(Role.NURSE)), Operation.READ_SYNTHESIS, STRANGER)


def test_what_the_role_may_not_do_says_so_before_the_patient_is_looked_at() -> None:
    with pytest.raises(NotPermitted):
        authorise(caller(Role.PATIENT, "patient/*.cruds"), Operation.READ_SYNTHESIS, STRANGER)
