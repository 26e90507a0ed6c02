"""What FHIR clients send and ask for: visits, identifiers, authors, originals, merged patients, documents."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# stored_at is the time of the insertion, not of the transaction's begin: by then the transaction is in the list of
# open ones for all to see, which the horizon of incremental reading rests on (docs/decisions/0021).
_CHANGES = """
ALTER TABLE centre ADD COLUMN fhir_profiles text[] NOT NULL DEFAULT '{}';

ALTER TABLE patient
    ADD COLUMN identity_status text,
    ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX ix_patient_identifier_value ON patient_identifier (centre_id, value, system);

ALTER TABLE response
    ADD COLUMN consultation_id uuid,
    ADD COLUMN recorder_id uuid,
    ADD COLUMN identifier_system text,
    ADD COLUMN identifier_value text,
    ADD COLUMN is_deleted boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT fk_response_consultation FOREIGN KEY (centre_id, consultation_id)
        REFERENCES consultation (centre_id, consultation_id),
    ALTER COLUMN stored_at SET DEFAULT clock_timestamp();
CREATE INDEX ix_response_stored ON response (centre_id, stored_at, response_id, revision);
CREATE INDEX ix_response_identifier ON response (centre_id, identifier_value, identifier_system)
    WHERE identifier_value IS NOT NULL;
CREATE INDEX ix_response_recorder ON response (centre_id, recorder_id) WHERE recorder_id IS NOT NULL;

CREATE TABLE received_resource (
    centre_id uuid NOT NULL,
    response_id uuid NOT NULL,
    revision integer NOT NULL,
    patient_id uuid NOT NULL,
    media_type text NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_received_resource PRIMARY KEY (centre_id, response_id, revision),
    CONSTRAINT fk_received_resource_response FOREIGN KEY (centre_id, response_id, revision)
        REFERENCES response (centre_id, response_id, revision)
);

CREATE TABLE patient_link (
    centre_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    replaced_by uuid NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_patient_link PRIMARY KEY (centre_id, patient_id),
    CONSTRAINT fk_patient_link_patient FOREIGN KEY (centre_id, patient_id)
        REFERENCES patient (centre_id, patient_id),
    CONSTRAINT fk_patient_link_replaced_by FOREIGN KEY (centre_id, replaced_by)
        REFERENCES patient (centre_id, patient_id),
    CONSTRAINT ck_patient_link_another CHECK (patient_id <> replaced_by)
);
CREATE INDEX ix_patient_link_replaced_by ON patient_link (centre_id, replaced_by);

CREATE TABLE document_version (
    centre_id uuid NOT NULL,
    consultation_id uuid NOT NULL,
    version integer NOT NULL,
    patient_id uuid NOT NULL,
    content_sha256 bytea NOT NULL,
    status text NOT NULL,
    as_of timestamptz NOT NULL,
    CONSTRAINT pk_document_version PRIMARY KEY (centre_id, consultation_id, version),
    CONSTRAINT fk_document_version_consultation FOREIGN KEY (centre_id, consultation_id)
        REFERENCES consultation (centre_id, consultation_id)
)
"""

_TABLES = ("received_resource", "patient_link", "document_version")
_IN_CENTRE = "centre_id = nullif(current_setting('app.centre_id', true), '')::uuid"
_IN_REACH = (
    "current_setting('app.reach', true) = 'centre'"
    " OR patient_id = ANY (string_to_array(nullif(current_setting('app.patient_ids', true), ''), ',')::uuid[])"
)


def upgrade() -> None:
    """Add everything: the previous version of the service goes on running on the new schema."""
    for statement in _CHANGES.split(";\n"):
        op.execute(statement)
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY in_centre ON {table} USING ({_IN_CENTRE}) WITH CHECK ({_IN_CENTRE})")
        op.execute(f"CREATE POLICY in_reach ON {table} AS RESTRICTIVE USING ({_IN_REACH}) WITH CHECK ({_IN_REACH})")


def downgrade() -> None:
    """Remove everything again, originals included."""
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute(
        "ALTER TABLE response ALTER COLUMN stored_at SET DEFAULT now(), DROP COLUMN consultation_id,"
        " DROP COLUMN recorder_id, DROP COLUMN identifier_system, DROP COLUMN identifier_value, DROP COLUMN is_deleted"
    )
    op.execute("DROP INDEX ix_response_stored")
    op.execute("DROP INDEX ix_patient_identifier_value")
    op.execute("ALTER TABLE patient DROP COLUMN identity_status, DROP COLUMN stored_at")
    op.execute("ALTER TABLE centre DROP COLUMN fhir_profiles")
