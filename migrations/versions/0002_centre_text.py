"""Licensed wording, loaded by each centre for itself, behind row-level security."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE centre_text (
    centre_id uuid NOT NULL,
    instrument text NOT NULL,
    language text NOT NULL,
    revision integer NOT NULL,
    digest text NOT NULL,
    status text NOT NULL,
    definitions text[] NOT NULL,
    words jsonb NOT NULL,
    permission text NOT NULL,
    source_sha256 bytea NOT NULL,
    imported_by text NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_centre_text PRIMARY KEY (centre_id, instrument, language, revision)
)
"""

_IN_CENTRE = "centre_id = nullif(current_setting('app.centre_id', true), '')::uuid"


def upgrade() -> None:
    """Add the table. Every patient of a centre may read its words: there is no policy of patients."""
    op.execute(_TABLE)
    op.execute("ALTER TABLE centre_text ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE centre_text FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY in_centre ON centre_text USING ({_IN_CENTRE}) WITH CHECK ({_IN_CENTRE})")


def downgrade() -> None:
    """Remove the table, every loaded text included."""
    op.execute("DROP TABLE centre_text")
