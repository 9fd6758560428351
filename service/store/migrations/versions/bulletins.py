"""Bulletins as they were made: their content, what was asked for, and the runs that their figures come from."""

import sqlalchemy as sa
from alembic import op

revision = "bulletins"
down_revision = "publications"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables; of bulletins made before, nothing was recorded."""
    op.create_table(
        "bulletins",
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("bulletin_id"),
    )
    op.create_table(
        "bulletin_runs",
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.bulletin_id"]),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"]),
        sa.PrimaryKeyConstraint("bulletin_id", "run_id"),
    )
