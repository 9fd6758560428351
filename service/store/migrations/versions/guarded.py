"""What is protected: an audit trail that the engine lets nobody change, people, the vault of numbers and names."""

import sqlalchemy as sa
from alembic import op

revision = "guarded"
down_revision = "weights"
branch_labels = depends_on = None

REFUSAL = "the audit trail is append-only"
POSTGRESQL = [
    f"""CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$""",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()""",
]
SQLITE = [
    f"CREATE TRIGGER audit_no_{what.lower()} BEFORE {what} ON audit BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for what in ("UPDATE", "DELETE")
]


def upgrade() -> None:
    """Make the tables and the triggers."""
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    for trigger in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(trigger)
    op.create_table("access", sa.Column("mode", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("mode"))
    op.create_table(
        "people",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("one_time", sa.Boolean(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("identity"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id"),
    )
    op.create_index("ix_sign_ins_at", "sign_ins", ["at"])
    op.create_table(
        "vault", sa.Column("fingerprint", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("fingerprint")
    )
    op.create_table(
        "contact_lists",
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("numbers", sa.Integer(), nullable=False),
        sa.Column("delete_on", sa.Date(), nullable=False),
        sa.Column("purged", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("programme", "wave"),
    )
    op.create_table(
        "contacts",
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["programme", "wave"], ["contact_lists.programme", "contact_lists.wave"]),
        sa.PrimaryKeyConstraint("programme", "wave", "unit_id"),
    )
    op.create_index("ix_contacts_phone_hash", "contacts", ["phone_hash"])
