"""What weights are made from - released numbers and known totals -, the weights of every step, and areas' records."""

import sqlalchemy as sa
from alembic import op

revision = "weights"
down_revision = "jobs"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables margins, weights, records and released."""
    op.create_table(
        "margins",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"]),
        sa.PrimaryKeyConstraint("version_id"),
        sa.UniqueConstraint("programme", "period", "version"),
    )
    op.create_table(
        "weights",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"]),
        sa.PrimaryKeyConstraint("run_id", "wave", "unit_id", "step"),
    )
    op.create_table(
        "records",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["waves.version_id"]),
        sa.PrimaryKeyConstraint("version_id", "record", "area"),
    )
    op.create_table(
        "released",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["waves.version_id"]),
        sa.PrimaryKeyConstraint("version_id", "unit_id", "field"),
    )
