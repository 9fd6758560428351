"""How a wave's version belongs to the sample that was drawn for the wave."""

import sqlalchemy as sa
from alembic import op

revision = "origins"
down_revision = "rolls"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table; of versions imported before, nothing is known."""
    op.create_table(
        "origins",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("releases", sa.Integer(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Boolean(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["waves.version_id"]),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.draw_id"]),
        sa.PrimaryKeyConstraint("version_id"),
    )
