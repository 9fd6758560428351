"""Whether a panel's comparison showed too few changed answers to tell its areas apart."""

import sqlalchemy as sa
from alembic import op

revision = "panels"
down_revision = "claims"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the column; comparisons stored before have nothing in it."""
    op.add_column("changes", sa.Column("few_changed", sa.Double(), nullable=True))
