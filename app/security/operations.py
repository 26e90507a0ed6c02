"""Who may do what: two tables and one question, asked by every service before it does anything.

An operation needs a role (what the person is) AND a scope (what they let this application do).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.security.caller import Caller, Role
from app.security.errors import NotPermitted, PatientOutOfReach
from app.security.scopes import Context, Grant, Interaction, holds


class Operation(StrEnum):
    """The use cases that the service offers."""

    READ_SELF = "read_self"
    READ_QUESTIONNAIRE = "read_questionnaire"
    LIST_QUESTIONNAIRES = "list_questionnaires"
    SCORE = "score"
    REGISTER_PATIENT = "register_patient"
    READ_PATIENT = "read_patient"
    LIST_PATIENTS = "list_patients"
    MERGE_PATIENTS = "merge_patients"
    SAVE_DRAFT = "save_draft"
    DISCARD_DRAFT = "discard_draft"
    READ_DRAFT = "read_draft"
    SUBMIT_RESPONSE = "submit_response"
    VALIDATE_RESPONSE = "validate_response"
    READ_RESPONSE = "read_response"
    LIST_RESPONSES = "list_responses"
    CORRECT_RESPONSE = "correct_response"
    MARK_ENTERED_IN_ERROR = "mark_entered_in_error"
    DELETE_RESPONSE = "delete_response"
    READ_PROVENANCE = "read_provenance"
    LIST_PROVENANCE = "list_provenance"
    UPSERT_CONSULTATION = "upsert_consultation"
    READ_CONSULTATION = "read_consultation"
    LIST_CONSULTATIONS = "list_consultations"
    READ_CENTRE = "read_centre"
    READ_PRACTITIONER = "read_practitioner"
    READ_DEVICE = "read_device"
    READ_SCORES = "read_scores"
    LIST_SCORES = "list_scores"
    READ_SYNTHESIS = "read_synthesis"
    MARK_SYNTHESIS = "mark_synthesis"
    MAKE_LINK = "make_link"
    LIST_LINKS = "list_links"
    REVOKE_LINK = "revoke_link"
    OPEN_LINK = "open_link"


_EVERYONE = frozenset(Role)
_CARE_TEAM = frozenset({Role.CLINICIAN, Role.NURSE})
_CARE = _CARE_TEAM | {Role.SYSTEM}
_ANSWERING = _CARE_TEAM | {Role.PATIENT}
_CARE_AND_PATIENT = _CARE | {Role.PATIENT}

# Scores and synthesis are not for patients: they read their own answers and the feedback that goes with them.
ROLES: Final[Mapping[Operation, frozenset[Role]]] = MappingProxyType(
    {
        Operation.READ_SELF: _EVERYONE,
        Operation.READ_QUESTIONNAIRE: _EVERYONE,
        Operation.LIST_QUESTIONNAIRES: _EVERYONE,
        Operation.SCORE: _EVERYONE,
        Operation.REGISTER_PATIENT: _CARE,
        Operation.READ_PATIENT: _CARE_AND_PATIENT,
        Operation.LIST_PATIENTS: _CARE_AND_PATIENT,
        Operation.MERGE_PATIENTS: _CARE,
        Operation.SAVE_DRAFT: _ANSWERING,
        Operation.DISCARD_DRAFT: _ANSWERING,
        Operation.READ_DRAFT: _ANSWERING,
        Operation.SUBMIT_RESPONSE: _CARE_AND_PATIENT,
        Operation.VALIDATE_RESPONSE: _CARE_AND_PATIENT,
        Operation.READ_RESPONSE: _CARE_AND_PATIENT,
        Operation.LIST_RESPONSES: _CARE_AND_PATIENT,
        Operation.CORRECT_RESPONSE: _CARE_AND_PATIENT,
        Operation.MARK_ENTERED_IN_ERROR: _CARE,
        Operation.DELETE_RESPONSE: _CARE,
        Operation.READ_PROVENANCE: _CARE_AND_PATIENT,
        Operation.LIST_PROVENANCE: _CARE_AND_PATIENT,
        Operation.UPSERT_CONSULTATION: _CARE,
        Operation.READ_CONSULTATION: _CARE_AND_PATIENT,
        Operation.LIST_CONSULTATIONS: _CARE_AND_PATIENT,
        Operation.READ_CENTRE: _EVERYONE,
        Operation.READ_PRACTITIONER: _CARE_AND_PATIENT,
        Operation.READ_DEVICE: _CARE_AND_PATIENT,
        Operation.READ_SCORES: _CARE,
        Operation.LIST_SCORES: _CARE,
        Operation.READ_SYNTHESIS: _CARE,
        Operation.MARK_SYNTHESIS: _CARE,
        Operation.MAKE_LINK: _CARE_AND_PATIENT,
        Operation.LIST_LINKS: _CARE,
        Operation.REVOKE_LINK: _CARE,
        Operation.OPEN_LINK: frozenset({Role.PATIENT}),
    }
)

# The SMART grant that each operation needs, named after the FHIR resource that it touches. Scoring stores
# nothing: it asks no more than reading the questionnaire. Who one is, is in one's own token: no grant.
NEEDS: Final[Mapping[Operation, tuple[str, Interaction] | None]] = MappingProxyType(
    {
        Operation.READ_SELF: None,
        Operation.READ_QUESTIONNAIRE: ("Questionnaire", Interaction.READ),
        Operation.LIST_QUESTIONNAIRES: ("Questionnaire", Interaction.SEARCH),
        Operation.SCORE: ("Questionnaire", Interaction.READ),
        Operation.REGISTER_PATIENT: ("Patient", Interaction.CREATE),
        Operation.READ_PATIENT: ("Patient", Interaction.READ),
        Operation.LIST_PATIENTS: ("Patient", Interaction.SEARCH),
        Operation.MERGE_PATIENTS: ("Patient", Interaction.UPDATE),
        Operation.SAVE_DRAFT: ("QuestionnaireResponse", Interaction.UPDATE),
        Operation.DISCARD_DRAFT: ("QuestionnaireResponse", Interaction.UPDATE),
        Operation.READ_DRAFT: ("QuestionnaireResponse", Interaction.READ),
        Operation.SUBMIT_RESPONSE: ("QuestionnaireResponse", Interaction.CREATE),
        Operation.VALIDATE_RESPONSE: ("QuestionnaireResponse", Interaction.CREATE),
        Operation.READ_RESPONSE: ("QuestionnaireResponse", Interaction.READ),
        Operation.LIST_RESPONSES: ("QuestionnaireResponse", Interaction.SEARCH),
        Operation.CORRECT_RESPONSE: ("QuestionnaireResponse", Interaction.UPDATE),
        Operation.MARK_ENTERED_IN_ERROR: ("QuestionnaireResponse", Interaction.UPDATE),
        Operation.DELETE_RESPONSE: ("QuestionnaireResponse", Interaction.DELETE),
        Operation.READ_PROVENANCE: ("Provenance", Interaction.READ),
        Operation.LIST_PROVENANCE: ("Provenance", Interaction.SEARCH),
        Operation.UPSERT_CONSULTATION: ("Encounter", Interaction.UPDATE),
        Operation.READ_CONSULTATION: ("Encounter", Interaction.READ),
        Operation.LIST_CONSULTATIONS: ("Encounter", Interaction.SEARCH),
        Operation.READ_CENTRE: ("Organization", Interaction.READ),
        Operation.READ_PRACTITIONER: ("Practitioner", Interaction.READ),
        Operation.READ_DEVICE: ("Device", Interaction.READ),
        Operation.READ_SCORES: ("Observation", Interaction.READ),
        Operation.LIST_SCORES: ("Observation", Interaction.SEARCH),
        Operation.READ_SYNTHESIS: ("Composition", Interaction.READ),
        # A mark says what its reader did, and changes nothing of what is read.
        Operation.MARK_SYNTHESIS: ("Composition", Interaction.READ),
        # Whoever holds a link can answer, and nothing more.
        Operation.MAKE_LINK: ("QuestionnaireResponse", Interaction.CREATE),
        Operation.LIST_LINKS: ("QuestionnaireResponse", Interaction.SEARCH),
        Operation.REVOKE_LINK: ("QuestionnaireResponse", Interaction.UPDATE),
        Operation.OPEN_LINK: ("Questionnaire", Interaction.READ),
    }
)

# A grant counts only in the context of the caller's role: `user/*.rs` in a patient's token opens nothing.
_CONTEXTS: Final[Mapping[Role, Context]] = MappingProxyType(
    {
        Role.PATIENT: Context.PATIENT,
        Role.CLINICIAN: Context.USER,
        Role.NURSE: Context.USER,
        Role.ADMIN: Context.USER,
        Role.SYSTEM: Context.SYSTEM,
    }
)


def authorise(caller: Caller, operation: Operation, patient_id: UUID | None = None) -> None:
    """Let the caller through, or raise NotPermitted (role, scope) or PatientOutOfReach (another's patient)."""
    if caller.role not in ROLES[operation]:
        raise NotPermitted(operation)
    needed = needed_grant(caller.role, operation)
    if needed is not None and not holds(caller.scopes, needed):
        raise NotPermitted(operation, missing_scope=str(needed))
    if patient_id is not None and not caller.may_touch(patient_id):
        raise PatientOutOfReach


def needed_grant(role: Role, operation: Operation) -> Grant | None:
    """The grant that a caller of this role needs for the operation."""
    need = NEEDS[operation]
    return None if need is None else Grant(_CONTEXTS[role], *need)


def default_scopes(role: Role) -> str:
    """The least scope string with which the role can do all that it may do: `patient/Encounter.r ...`."""
    letters: dict[str, set[Interaction]] = {}
    for operation, need in NEEDS.items():
        if need is not None and role in ROLES[operation]:
            letters.setdefault(need[0], set()).add(need[1])
    return " ".join(
        f"{_CONTEXTS[role]}/{resource}.{''.join(letter for letter in Interaction if letter in letters[resource])}"
        for resource in sorted(letters)
    )
