"""What the pages need: personal links, marks on a synthesis, a centre's look, treatment and clinician of a visit."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CHANGES = """
ALTER TABLE consultation
    ADD COLUMN treatment_line integer,
    ADD COLUMN treatment_cycle integer,
    ADD COLUMN clinician text,
    ADD CONSTRAINT uq_consultation_centre_id_patient_id_consultation_id UNIQUE (centre_id, patient_id, consultation_id);
CREATE INDEX ix_consultation_starts_at ON consultation (centre_id, starts_at, consultation_id);

CREATE TABLE personal_link (
    centre_id uuid NOT NULL,
    link_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    instrument text NOT NULL,
    consultation_id uuid,
    expires_at timestamptz,
    made_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CONSTRAINT pk_personal_link PRIMARY KEY (centre_id, link_id),
    CONSTRAINT fk_personal_link_patient FOREIGN KEY (centre_id, patient_id)
        REFERENCES patient (centre_id, patient_id),
    CONSTRAINT fk_personal_link_consultation FOREIGN KEY (centre_id, patient_id, consultation_id)
        REFERENCES consultation (centre_id, patient_id, consultation_id),
    CONSTRAINT ck_personal_link_ends CHECK (expires_at IS NOT NULL OR consultation_id IS NOT NULL)
);
CREATE INDEX ix_personal_link_patient ON personal_link (centre_id, patient_id, made_at);

CREATE TABLE synthesis_mark (
    centre_id uuid NOT NULL,
    consultation_id uuid NOT NULL,
    mark_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    kind text NOT NULL,
    document_version integer NOT NULL,
    role text NOT NULL,
    name text,
    marked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_synthesis_mark PRIMARY KEY (centre_id, consultation_id, mark_id),
    CONSTRAINT fk_synthesis_mark_consultation FOREIGN KEY (centre_id, patient_id, consultation_id)
        REFERENCES consultation (centre_id, patient_id, consultation_id)
);

CREATE TABLE centre_look (
    centre_id uuid NOT NULL,
    colour text NOT NULL,
    dark_colour text NOT NULL,
    logo bytea,
    logo_media_type text,
    CONSTRAINT pk_centre_look PRIMARY KEY (centre_id),
    CONSTRAINT fk_centre_look_centre FOREIGN KEY (centre_id) REFERENCES centre (centre_id)
)
"""

_OF_PATIENTS = ("personal_link", "synthesis_mark")
_TABLES = (*_OF_PATIENTS, "centre_look")
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
    for table in _OF_PATIENTS:
        op.execute(f"CREATE POLICY in_reach ON {table} AS RESTRICTIVE USING ({_IN_REACH}) WITH CHECK ({_IN_REACH})")


def downgrade() -> None:
    """Remove everything again, marks and links included."""
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX ix_consultation_starts_at")
    op.execute(
        "ALTER TABLE consultation DROP CONSTRAINT uq_consultation_centre_id_patient_id_consultation_id,"
        " DROP COLUMN treatment_line, DROP COLUMN treatment_cycle, DROP COLUMN clinician"
    )
