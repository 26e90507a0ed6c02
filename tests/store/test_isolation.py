"""Row-level security alone keeps centres and patients apart: whatever a query forgets, and whatever id it is given."""

import importlib
import pkgutil
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

import app.store
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from app.store.pool import Pool
from app.store.statements import Statement
from app.store.tables import PRIVILEGES, every_table
from app.store.transaction import Scope, transaction
from tests.store.two_centres import PatientRows, add_patient, centre_scope, filler, insertion, patient_scope, row_of

pytestmark = pytest.mark.anyio

TABLES = sorted(PRIVILEGES)
OF_PATIENTS = sorted(table.name for table in every_table().tables.values() if "patient_id" in table.columns)
READABLE = sorted(name for name, allowed in PRIVILEGES.items() if "SELECT" in allowed)
WITHOUT_A_CENTRE = frozenset({"alembic_version"})
"""The named exceptions: tables that hold nothing of any centre."""

# What a statement's parameters are called where they are not called like the column that they stand for.
PARAMETERS = {
    "new_version": "version",
    "new_answers": "answers",
    "seen_revision": "revision",
    "earliest": "authored_at",
    "latest": "authored_at",
    "now": "starts_at",
}


@dataclass(frozen=True)
class TwoCentres:
    """Two patients of one centre, one of another."""

    service_url: str
    owner_url: str
    first: PatientRows
    second: PatientRows
    elsewhere: PatientRows

    @property
    def scopes(self) -> dict[str, tuple[str, set[PatientRows]]]:
        """Name -> the statement that sets a scope, and the patients in its reach."""
        here, there = self.first.centre_id, self.elsewhere.centre_id
        return {
            "centre": (centre_scope(here), {self.first, self.second}),
            "other centre": (centre_scope(there), {self.elsewhere}),
            "patient": (patient_scope(here, self.first.patient_id), {self.first}),
            "two patients": (patient_scope(here, self.first.patient_id, self.second.patient_id), {self.first, self.second}),
            "no patient": (patient_scope(here), set()),
            "a patient of another centre": (patient_scope(here, self.elsewhere.patient_id), set()),
            "centre without reach": (f"SELECT set_config('app.centre_id', '{here}', true)", set()),
            "reach without centre": ("SELECT set_config('app.reach', 'centre', true)", set()),
            "unset": ("SELECT 1", set()),
        }


SCOPES = (
    *("centre", "other centre", "patient", "two patients", "no patient", "a patient of another centre"),
    *("centre without reach", "reach without centre", "unset"),
)


