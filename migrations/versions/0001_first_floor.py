"""Centres, patients, consultations, drafts, responses and the audit trail, each behind row-level security."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE centre (
    centre_id uuid NOT NULL,
    name text NOT NULL,
    mode text NOT NULL,
    languages text[] NOT NULL,
    time_zone text NOT NULL,
    emergency_contacts jsonb NOT NULL,
    consultation_instruments text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_centre PRIMARY KEY (centre_id)
);

CREATE TABLE patient (
    centre_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    family_name text,
    given_name text,
    birth_date date,
    language text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_patient PRIMARY KEY (centre_id, patient_id)
);

CREATE TABLE patient_identifier (
    centre_id uuid NOT NULL,
    system text NOT NULL,
    value text NOT NULL,
    patient_id uuid NOT NULL,
    CONSTRAINT pk_patient_identifier PRIMARY KEY (centre_id, system, value),
    CONSTRAINT fk_patient_identifier_patient FOREIGN KEY (centre_id, patient_id)
        REFERENCES patient (centre_id, patient_id)
);
CREATE INDEX ix_patient_identifier_patient ON patient_identifier (centre_id, patient_id);

CREATE TABLE consultation (
    centre_id uuid NOT NULL,
    consultation_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    visit_id text NOT NULL,
    starts_at timestamptz NOT NULL,
    status text NOT NULL,
    instruments text[] NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_consultation PRIMARY KEY (centre_id, consultation_id),
    CONSTRAINT uq_consultation_centre_id_visit_id UNIQUE (centre_id, visit_id),
    CONSTRAINT fk_consultation_patient FOREIGN KEY (centre_id, patient_id)
        REFERENCES patient (centre_id, patient_id)
);
CREATE INDEX ix_consultation_patient ON consultation (centre_id, patient_id, starts_at);

CREATE TABLE draft (
    centre_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    instrument text NOT NULL,
    version text NOT NULL,
    revision integer NOT NULL,
    answers jsonb NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    saved_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_draft PRIMARY KEY (centre_id, patient_id, instrument),
    CONSTRAINT fk_draft_patient FOREIGN KEY (centre_id, patient_id) REFERENCES patient (centre_id, patient_id)
);

CREATE TABLE response (
    centre_id uuid NOT NULL,
    response_id uuid NOT NULL,
    revision integer NOT NULL,
    patient_id uuid NOT NULL,
    instrument text NOT NULL,
    version text NOT NULL,
    definition_digest text NOT NULL,
    scoring_version text NOT NULL,
    scoring_digest text NOT NULL,
    language text NOT NULL,
    text_digest text,
    status text NOT NULL,
    answered_by text NOT NULL,
    recorded_by text NOT NULL,
    begun_at timestamptz,
    authored timestamptz NOT NULL,
    sent_at timestamptz,
    received_at timestamptz NOT NULL,
    authored_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    idempotency_key text,
    body_sha256 bytea,
    reason text,
    answers jsonb NOT NULL,
    scores jsonb NOT NULL,
    evaluation jsonb NOT NULL,
    CONSTRAINT pk_response PRIMARY KEY (centre_id, response_id, revision),
    CONSTRAINT uq_response_centre_id_patient_id_idempotency_key UNIQUE (centre_id, patient_id, idempotency_key),
    CONSTRAINT fk_response_patient FOREIGN KEY (centre_id, patient_id) REFERENCES patient (centre_id, patient_id)
);
CREATE INDEX ix_response_patient ON response (centre_id, patient_id, authored_at, stored_at, response_id);

CREATE TABLE audit_event (
    centre_id uuid NOT NULL,
    audit_id uuid NOT NULL,
    patient_id uuid,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    subject text NOT NULL,
    role text NOT NULL,
    operation text NOT NULL,
    resource_id text,
    revision integer,
    correlation_id text NOT NULL,
    CONSTRAINT pk_audit_event PRIMARY KEY (centre_id, audit_id)
)
"""

_BY_CENTRE = ("centre", "patient", "patient_identifier", "consultation", "draft", "response", "audit_event")
_BY_PATIENT = ("patient", "patient_identifier", "consultation", "draft", "response", "audit_event")

# After a commit the setting is '' and a bare cast would fail; an unset scope compares with NULL and sees nothing.
_IN_CENTRE = "centre_id = nullif(current_setting('app.centre_id', true), '')::uuid"
_IN_REACH = (
    "current_setting('app.reach', true) = 'centre'"
    " OR patient_id = ANY (string_to_array(nullif(current_setting('app.patient_ids', true), ''), ',')::uuid[])"
)


def upgrade() -> None:
    """Create everything."""
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    for table in _BY_CENTRE:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY in_centre ON {table} USING ({_IN_CENTRE}) WITH CHECK ({_IN_CENTRE})")
    for table in _BY_PATIENT:
        op.execute(f"CREATE POLICY in_reach ON {table} AS RESTRICTIVE USING ({_IN_REACH}) WITH CHECK ({_IN_REACH})")


def downgrade() -> None:
    """Remove everything, answers included: for tests only."""
    for table in reversed(_BY_CENTRE):
        op.execute(f"DROP TABLE {table}")
