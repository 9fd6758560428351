"""Fieldwork stopped with numbers open; samples of two stages."""

import sqlalchemy as sa
from alembic import op

revision = "calls"
down_revision = "sampling"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table and the columns."""
    op.add_column("frame_units", sa.Column("psu", sa.Text(), nullable=True))
    op.add_column("approvals", sa.Column("psus", sa.Text(), nullable=True))
    op.add_column("sample_units", sa.Column("psu", sa.Text(), nullable=True))
    op.add_column("sample_units", sa.Column("first_probability", sa.Double(), nullable=True))
    op.add_column("sample_units", sa.Column("kish", sa.Text(), nullable=True))
    op.create_table(
        "stops",
        sa.Column("stop_id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("releases", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.draw_id"]),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"]),
        sa.PrimaryKeyConstraint("stop_id"),
        sa.UniqueConstraint("draw_id", "releases"),
    )
