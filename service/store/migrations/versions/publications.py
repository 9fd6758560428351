"""Figures released to leaders: which runs of a wave, when, by whom, and what changed since the release before."""

import sqlalchemy as sa
from alembic import op

revision = "publications"
down_revision = "columns"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables; of waves shown before, nothing was recorded."""
    op.create_table(
        "publications",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id"),
    )
    op.create_table(
        "publication_runs",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.publication_id"]),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"]),
        sa.PrimaryKeyConstraint("publication_id", "run_id"),
    )
