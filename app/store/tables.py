"""Every table, and what the service's role may do with each: the one list that grants, checks and tests read."""

from collections.abc import Mapping

from sqlalchemy import MetaData

from app.store.audit import AUDIT_EVENT
from app.store.centre import CENTRE
from app.store.centre_look import CENTRE_LOOK
from app.store.centre_text import CENTRE_TEXT
from app.store.consultation import CONSULTATION
from app.store.document_version import DOCUMENT_VERSION
from app.store.draft import DRAFT
from app.store.metadata import METADATA
from app.store.patient import PATIENT, PATIENT_IDENTIFIER
from app.store.patient_link import PATIENT_LINK
from app.store.personal_link import PERSONAL_LINK
from app.store.received_resource import RECEIVED_RESOURCE
from app.store.response import RESPONSE
from app.store.synthesis_mark import SYNTHESIS_MARK

PRIVILEGES: Mapping[str, frozenset[str]] = {
    CENTRE.name: frozenset({"SELECT"}),
    CENTRE_LOOK.name: frozenset({"SELECT"}),
    CENTRE_TEXT.name: frozenset({"SELECT"}),
    PATIENT.name: frozenset({"SELECT", "INSERT", "UPDATE"}),
    PATIENT_IDENTIFIER.name: frozenset({"SELECT", "INSERT"}),
    PATIENT_LINK.name: frozenset({"SELECT", "INSERT"}),
    CONSULTATION.name: frozenset({"SELECT", "INSERT", "UPDATE"}),
    DRAFT.name: frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"}),
    RESPONSE.name: frozenset({"SELECT", "INSERT"}),
    RECEIVED_RESOURCE.name: frozenset({"SELECT", "INSERT"}),
    DOCUMENT_VERSION.name: frozenset({"SELECT", "INSERT"}),
    PERSONAL_LINK.name: frozenset({"SELECT", "INSERT", "UPDATE"}),
    SYNTHESIS_MARK.name: frozenset({"SELECT", "INSERT"}),
    AUDIT_EVENT.name: frozenset({"INSERT"}),
}
"""Append-only is what has neither UPDATE nor DELETE."""


def every_table() -> MetaData:
    """The metadata with every table registered."""
    assert set(METADATA.tables) == set(PRIVILEGES), "every table is listed here with its privileges"
    return METADATA
