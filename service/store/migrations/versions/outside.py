"""Objects too large for the store lie outside it: which ones."""

import sqlalchemy as sa
from alembic import op

revision = "outside"
down_revision = "boards"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table; every object of before is in the store and stays there."""
    op.create_table(
        "outside_objects",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
