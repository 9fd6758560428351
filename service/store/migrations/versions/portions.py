"""Of which strata a release was: more is released where interviews are short."""

import sqlalchemy as sa
from alembic import op

revision = "portions"
down_revision = "chains"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the column; releases made before were of all strata."""
    op.add_column("releases", sa.Column("strata", sa.JSON(), nullable=True))
