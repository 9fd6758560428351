"""Boards: what followed from the verdicts of a league's waves, kept under the digest of what it follows from."""

import sqlalchemy as sa
from alembic import op

revision = "boards"
down_revision = "responses"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table; boards are kept from the next computation on, and until then judged when they are read."""
    op.create_table(
        "boards",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("league", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
