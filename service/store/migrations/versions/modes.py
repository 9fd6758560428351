"""The mode of each call, where its log says it."""

import sqlalchemy as sa
from alembic import op

revision = "modes"
down_revision = "listened"
branch_labels = depends_on = None


def upgrade() -> None:
    """Add the column; the calls made before say no mode."""
    op.add_column("calls", sa.Column("mode", sa.Text(), nullable=True))
