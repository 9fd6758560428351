"""What the operator's screening says of numbers that were drawn, and which of the dead are called all the same."""

import sqlalchemy as sa
from alembic import op

revision = "screened"
down_revision = "groups"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables; no wave drawn before was screened."""
    op.create_table(
        "screenings",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("screening", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.draw_id"]),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"]),
        sa.PrimaryKeyConstraint("draw_id", "screening"),
    )
    op.create_table(
        "screened_units",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("screening", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("called", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.draw_id"]),
        sa.PrimaryKeyConstraint("draw_id", "unit_id"),
    )
